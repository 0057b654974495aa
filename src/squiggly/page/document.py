"""The document: everything a page is told, as JSON data. Its types are in `web/src/contract.ts`; a test holds both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.descent import value_and_gradient
from squiggly.expression import flat
from squiggly.model import Model
from squiggly.page.walk import optimizer_name, schedule_name
from squiggly.points import Points
from squiggly.typeset import text

if TYPE_CHECKING:
    from squiggly.page.lab import Lab

VERSION = 1
MOST_CHECKED = 200  # points the checks stand on: enough to catch a wrong formula, quick enough for every load
SHARES = (0.0, 0.25, 0.5, 0.75)  # of the way from the start to the best, where the page is checked
ASIDE = 0.013  # how far beside that way: at the start and at the best, residuals of exactly 0 have a sign by chance


def document(lab: Lab) -> dict[str, Any]:
    """What the page of a lab is told: plain lists, numbers and text.

    >>> from squiggly import lab
    >>> document(lab("a*x^2 + b", start={"a": 1.1}))["model"]["parameters"]
    ['a', 'b']
    """
    model, names = lab.model, lab.model.names
    assert model.expr is not None
    return {
        "version": VERSION,
        "title": lab.title,
        "model": {
            "formula": text(model.expr),
            "inputs": list(model.inputs),
            "target": target_of(model),
            "parameters": list(names),
            "nodes": flat(model.expr),
        },
        "points": columns(lab.points, model),
        "ranges": [list(pair) for pair in lab.ranges],
        "start": [lab.start[n] for n in names],
        "locked": [n in model.fixed for n in names],
        "bounds": [[_or_none(v) for v in lab.bounds.get(n, (-math.inf, math.inf))] for n in names],
        "loss": lab.loss.name,
        "delta": lab.delta,
        "target": lab.target,
        "best": None if lab.best is None else [lab.best[n] for n in names],
        "walk": {
            "rate": lab.rate,
            "steps": lab.steps,
            "optimizer": optimizer_name(lab.optimizer),
            "schedule": schedule_name(lab.schedule, lab.steps),
            "zero": getattr(lab.optimizer, "zero_gradient", True),
        },
        "checks": checks(lab),
    }


def target_of(model: Model) -> str:
    """What the model predicts, as text: y, or where an input is called so, another letter.

    >>> from squiggly import relus
    >>> target_of(relus(1)), target_of(relus(1, inputs=2)), target_of(relus(1, inputs=3))
    ('y', 'z', 'v')
    """
    if model.target is not None:
        return text(model.target)
    return next(letter for letter in "yzvu" if letter not in (*model.inputs, *model.names))


def columns(points: Points | None, model: Model) -> dict[str, Any]:
    """Points as plain lists: x has one for each input of the model."""
    if points is None:
        return {"x": [[] for _ in model.inputs], "y": [], "sigma": None}
    sigma = None if points.sigma is None else points.sigma.tolist()
    return {"x": [points.inputs[n].tolist() for n in model.inputs], "y": points.y.tolist(), "sigma": sigma}


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def checks(lab: Lab) -> dict[str, Any]:
    """Loss and gradient as Python has them at four places, for the page to compute again; only finite ones."""
    points = _checked_points(lab)
    at = [_check(lab, points, values) for values in _places(lab)]
    return {
        "loss": lab.loss.name,
        "x": [points.inputs[n].tolist() for n in lab.model.inputs],
        "y": points.y.tolist(),
        "weight": np.ones(points.n).tolist() if points.sigma is None else (1 / points.sigma).tolist(),
        "at": [one for one in at if np.isfinite([one["loss"], *one["gradient"]]).all()],
    }


def _check(lab: Lab, points: Points, values: np.ndarray) -> dict[str, Any]:
    loss, gradient = value_and_gradient(lab.model, points, lab.bent_loss, values)
    return {"parameters": values.tolist(), "loss": loss, "gradient": gradient.tolist()}


def _checked_points(lab: Lab) -> Points:
    """The lab's points, thinned where they are many; without any, a few made ones with y of 0 or more."""
    if lab.points is None:
        along = [np.linspace(*pair, 20) for pair in lab.ranges]
        inputs = {n: np.roll(x, 7 * j) for j, (n, x) in enumerate(zip(lab.model.inputs, along))}  # along no diagonal
        return Points(inputs, 1.0 + np.sin(np.arange(20)) ** 2)
    points = lab.points
    keep = np.unique(np.linspace(0, points.n - 1, min(points.n, MOST_CHECKED)).astype(int))
    sigma = None if points.sigma is None else points.sigma[keep]
    return Points({n: v[keep] for n, v in points.inputs.items()}, points.y[keep], sigma, points.target)


def _places(lab: Lab) -> Sequence[np.ndarray]:
    """Parameters (P,) on the way from the start to the best, each a little aside."""
    start = np.array([lab.start[n] for n in lab.model.names])
    best = start if lab.best is None else np.array([lab.best[n] for n in lab.model.names])
    swing = ASIDE * np.sin(1.0 + np.arange(len(start)))
    return [(start + share * (best - start)) * (1 + (k + 1) * swing) + swing for k, share in enumerate(SHARES)]
