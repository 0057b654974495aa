"""The lesson's own lab: the noisy quadratic of "How does a neural net really work?", its loss, its start."""

from __future__ import annotations

from typing import Any

import numpy as np

from squiggly.loss import Loss, mae
from squiggly.modelling import as_model
from squiggly.options import named_values
from squiggly.page.lab import Lab, lab
from squiggly.page.opening import FEW
from squiggly.points import Points, add_noise

FORMULA = "a*x^2 + b*x + c"
START = 1.1
TARGET = 1.05  # by mean absolute error: the start has 2.42, one slider alone reaches 1.08, the best there is 0.986


def lesson_points() -> Points:
    """The lesson's 20 points: 3x² + 2x + 1 from -2 to 2, with noise in proportion and overall.

    >>> lesson_points().y[:3].round(4)
    array([11.869 ,  6.5433,  5.9396])
    """
    x = np.linspace(-2, 2, 20)
    return Points.checked({"x": x}, add_noise(3 * x**2 + 2 * x + 1, mult=0.15, add=1.5))


def lesson_lab(model: Any = FORMULA, *, loss: Loss = mae, **options: Any) -> Lab:
    """The lesson's lab: every slider at 1.1, mean absolute error, 1.05 to beat. Any of it may be said otherwise.

    >>> lesson_lab().start
    {'a': 1.1, 'b': 1.1, 'c': 1.1}
    """
    bound = as_model(model, ["x", "y"])
    start = dict.fromkeys(bound.names, START) if len(bound.names) <= FEW else {}
    start |= named_values("start", options.pop("start", None), bound.names)
    target = options.pop("target", None)
    target = TARGET if target is None and loss is mae else target
    return lab(bound, lesson_points(), start=start, target=target, loss=loss, **options)
