"""Values and derivatives of a function that could not be recorded: an `odeint`, an interpolation, a convolution.

Where the function takes tensors, torch differentiates it (forward mode, one column a parameter); otherwise central
differences do. Torch is used only if the caller has imported it.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from squiggly.errors import ModelError
from squiggly.record import evaluate, tensors

STEP = float(np.finfo(float).eps ** (1 / 3))  # the relative nudge that balances rounding against curvature


def predict(function: Callable[..., Any], arguments: Sequence[Any], n: int) -> np.ndarray:
    """The function's values, (n,). Raises ModelError when it fails or returns another shape."""
    try:
        result = evaluate(function, arguments)
    except Exception as error:
        raise ModelError(
            f"the function failed: {type(error).__name__}: {error}\n"
            "hint: call it once by hand with your x and a number for every parameter"
        ) from error
    if result.shape not in ((), (n,)):
        raise ModelError(
            f"the function returned an array of shape {result.shape}, {(n,)} was expected: one value a point\n"
            "hint: reduce it to one prediction for each x"
        )
    return np.broadcast_to(result, (n,))


def differences(function: Callable[..., Any], arguments: list[Any], wanted: Sequence[int], n: int) -> np.ndarray:
    """d(prediction)/d(argument) by central differences: (n, wanted), about 10 digits."""
    columns = []
    for k in wanted:
        nudge = STEP * max(abs(arguments[k]), 1e-3)
        up, down = (
            predict(function, [*arguments[:k], arguments[k] + s * nudge, *arguments[k + 1 :]], n) for s in (1, -1)
        )
        columns.append((up - down) / ((arguments[k] + nudge) - (arguments[k] - nudge)))
    return np.stack(columns, axis=-1) if columns else np.empty((n, 0))


def autograd(function: Callable[..., Any], arguments: list[Any], wanted: Sequence[int], n: int) -> np.ndarray:
    """The same by torch's forward mode: (n, wanted), exact. Raises whatever torch raises."""
    torch = sys.modules["torch"]
    forward_ad = torch.autograd.forward_ad
    given = tensors(arguments)
    columns = []
    for k in wanted:
        with forward_ad.dual_level():
            dual = forward_ad.make_dual(given[k], torch.ones_like(given[k]))
            result = function(*given[:k], dual, *given[k + 1 :])
            tangent = forward_ad.unpack_dual(result).tangent
            tangent = torch.zeros(n, dtype=torch.float64) if tangent is None else tangent
            columns.append(np.broadcast_to(tangent.detach().numpy(), (n,)))
    return np.stack(columns, axis=-1) if columns else np.empty((n, 0))


def differentiable(function: Callable[..., Any], arguments: list[Any], wanted: Sequence[int], n: int) -> bool:
    """Whether torch can differentiate this function: it runs on tensors and agrees with central differences."""
    if "torch" not in sys.modules:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exact = autograd(function, arguments, wanted, n)
    except Exception:
        return False
    near = differences(function, arguments, wanted, n)
    size = np.abs(near).max(initial=0.0)
    return bool(np.allclose(exact, near, rtol=1e-4, atol=1e-6 * size, equal_nan=True))
