"""What a solver sees of a fit: model, points and loss, reduced to one small triangle for each set of parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from squiggly.loss import Loss
from squiggly.model import Model
from squiggly.points import Points
from squiggly.program import BLOCK, blocks
from squiggly.solve.budget import Tally
from squiggly.solve.tall import triangular

LARGEST = 1e150  # derivatives beyond this are as bad as none: their squares overflow


@dataclass(frozen=True, eq=False)
class Problem:
    """Minimise the loss of `model` on `points` over the parameters `free`; the others keep their value in `values`.

    values: (parameters,), every parameter of the model.
    low, high: (free,), bounds; infinite where there are none.  tally: counts the evaluations
    """

    model: Model
    points: Points
    loss: Loss
    free: tuple[str, ...]
    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    tally: Tally = field(default_factory=Tally)

    @cached_property
    def where(self) -> list[int]:
        """The place of each free parameter among the model's."""
        return [self.model.names.index(n) for n in self.free]

    @cached_property
    def grain(self) -> float:
        """What rounding of y does to the residuals, all together, in units of sigma."""
        size = self.points.y_over_sigma
        return 4.0 * float(np.finfo(float).eps * np.sqrt(size @ size))

    def whole(self, free_values: np.ndarray) -> np.ndarray:
        """Every parameter for a batch of free ones: (batch, free) -> (batch, parameters)."""
        if self.free == self.model.names:
            return np.asarray(free_values, dtype=float)
        values = np.repeat(self.values[None], len(free_values), axis=0)
        values[:, self.where] = free_values
        return values

    def factor(
        self, free_values: np.ndarray, wanted: tuple[str, ...] | None = None, mended: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """The whole of the problem at a batch of parameters, as seen by a Gauss-Newton step.

        free_values: (batch, free) -> R (batch, F+1, F+1), cost (batch,), with F the number of wanted parameters.
        R is the triangular factor of the rows [√w·J | slope/√w], one row a point, with w the loss's weight: its last
        column is what is left of the residuals, so that with A = R[:F, :F] and b = R[:F, F] the cost near here is
        cost + (Aᵀb)·δ + |Aδ|²/2. Points are taken a block at a time: memory does not grow with them.
        Where the cost is not finite it is inf, and R is zero. Where the model has a value but its slope is 0·∞, as that
        of (x/t)^b by t at x = 0 for b < 1, the slope is taken as 0, `mended`: the point then has no pull.
        """
        wanted = self.free if wanted is None else wanted
        self.tally.tried += len(free_values)
        values = self.whole(free_values)
        if self.points.n <= BLOCK:
            table, cost = self._table(values, wanted, slice(None), mended)
            triangle = triangular(table)
        else:
            cost, triangle = np.zeros(len(values)), np.zeros((len(values), 0, len(wanted) + 1))
            for block in blocks(self.points.n):
                table, part = self._table(values, wanted, block, mended)
                cost += part
                triangle = triangular(np.concatenate([triangle, table], axis=1))
        if triangle.shape[1] < triangle.shape[2]:  # fewer points than columns
            lacking = ((0, 0), (0, triangle.shape[2] - triangle.shape[1]), (0, 0))
            triangle = np.pad(triangle, lacking)
        largest = np.abs(triangle).max(axis=(1, 2))
        good = (largest < LARGEST) & (cost < np.inf)  # nan is neither
        if not good.all():
            if not mended and bool((np.isnan(largest) & (cost < np.inf)).any()):
                return self.factor(free_values, wanted, mended=True)
            cost[~good] = np.inf
            triangle[~good] = 0.0
        return triangle, cost

    def cost(self, free_values: np.ndarray) -> np.ndarray:
        """The summed loss for a batch of parameters: (batch, free) -> (batch,); inf where it has no value."""
        self.tally.tried += len(free_values)
        rows = self.model.rows(self.whole(free_values), self.points.inputs)
        with np.errstate(all="ignore"):
            cost = self.loss.pointwise(rows[:, 0], self.points.y, self.points.sigma).sum(axis=-1)
        return np.where(np.isnan(cost), np.inf, cost)

    def residuals(self, free_values: np.ndarray) -> np.ndarray:
        """Measured less predicted, in units of sigma where it is known: (free,) -> (n,)."""
        [[predicted]] = self.model.rows(self.whole(free_values[None]), self.points.inputs)
        left = self.points.y - predicted
        return np.asarray(left if self.points.sigma is None else left / self.points.sigma)

    def _table(
        self, values: np.ndarray, wanted: tuple[str, ...], block: slice, mended: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """The rows [√w·J | slope/√w] for one block, (batch, n, F+1), and the block's share of the cost, (batch,)."""
        points = self.points
        inputs = {key: v[block] for key, v in points.inputs.items()}
        y, sigma = points.y[block], None if points.sigma is None else points.sigma[block]
        rows = self.model.rows(values, inputs, wanted)
        with np.errstate(all="ignore"):
            loss, root, slant = self.loss.bent(rows[:, 0], y, sigma)
            table = np.empty((rows.shape[0], rows.shape[2], len(wanted) + 1))
            np.multiply(rows[:, 1:], root[..., None, :], out=table[..., :-1].swapaxes(1, 2))
            table[..., -1] = slant
        if mended:
            table = np.where(np.isnan(table) & np.isfinite(table[..., -1:]), 0.0, table)
        return table, loss.sum(axis=-1)
