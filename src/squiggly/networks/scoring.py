"""Scores: the loss in the table's units, and the accuracy or R², over some of its rows."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from squiggly.loss import Huber, MeanAbsolute, MeanSquared
from squiggly.networks.fitted import NetworkFit, most_likely
from squiggly.networks.preparation import Prepared


def scaled_loss(loss: Any, ready: Prepared) -> Any:
    """The loss of scaled numbers: where huber bends is in units of y."""
    if isinstance(loss, Huber) and loss.delta is not None:
        return replace(loss, delta=loss.delta / ready.scaling.y_spread)
    return loss


def factor_of(loss: Any, ready: Prepared) -> float:
    """From the loss of scaled numbers to that in the table's units."""
    spread = ready.scaling.y_spread
    return spread if isinstance(loss, MeanAbsolute) else spread * spread


def measured(fit: NetworkFit, ready: Prepared, rows: np.ndarray, loss: Any) -> dict[str, float]:
    """The loss, and the accuracy or R², over some rows; nan where there are none."""
    second = "r_squared" if ready.labels is None else "accuracy"
    if not len(rows):
        return {"loss": math.nan, second: math.nan}
    z, y = fit._sums(ready.source, rows), ready.y[rows]
    with np.errstate(all="ignore"):
        if ready.labels is None:
            p = z[:, 0] * ready.scaling.y_spread + ready.scaling.y_mean
            bent = Huber(ready.scaling.y_spread) if isinstance(loss, Huber) and loss.delta is None else loss
            spread = float(np.sum((y - y.mean()) ** 2))
            r = 1.0 - float(np.sum((y - p) ** 2)) / spread if spread > 0 else math.nan
            return {"loss": float(bent.pointwise(p, y).mean()), second: r}
        right = float(np.mean(most_likely(z) == y))
        if isinstance(loss, MeanSquared):
            return {"loss": float(np.mean((np.tanh(z[:, 0]) - (2.0 * y - 1.0)) ** 2)), second: right}
        if z.shape[1] == 1:
            z = np.concatenate([np.zeros_like(z), z], axis=1)
        top = z.max(axis=1)
        total = top + np.log(np.exp(z - top[:, None]).sum(axis=1))
        return {"loss": float(np.mean(total - z[np.arange(len(y)), y])), second: right}
