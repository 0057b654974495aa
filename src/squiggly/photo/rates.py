"""How large a rate may be: steps with a rate that grows, and where the loss falls fastest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.options import expect_whole
from squiggly.photo.collection import Photos
from squiggly.photo.training import readied

if TYPE_CHECKING:
    from squiggly.photo.recognisers import Backbone, Recogniser

LEAST, MOST = 1e-5, 1.0
WORSE = 2.0  # times the loss it began with, at which the sweep ends
SMOOTH = 8  # losses are averaged over as many steps as this goes into all of them


@dataclass(frozen=True, eq=False)
class RateSweep:
    """rates, losses: (n,) of each step.  rate: to train with: a third of the one at which the loss, averaged over a
    few steps, was least; the loss still falls there."""

    rates: np.ndarray
    losses: np.ndarray
    rate: float

    def __str__(self) -> str:
        return (
            f"rate {self.rate:.2g}: the loss fell from {self.losses[0]:.3g} to {self.losses.min():.3g} at "
            f"{self.rates[self.losses.argmin()]:.2g}, and rose from there"
        )

    __repr__ = __str__


def find_rate(model: Recogniser | Backbone, photos: Photos, *, steps: int = 100, **options: Any) -> RateSweep:
    """Find the rate to train with: steps of a rate that grows from 0.00001 to 1.

    model, photos: as fit takes them.  steps: at most.  options: batch, seed, device …, as fit takes them

    After each step the loss of the same 64 photos is looked at, so that the luck of a batch does not mislead; the sweep
    ends where it is twice what it was. Nothing is kept of what is learned. The answer hangs on the seed and the number
    of steps: half an order of magnitude to either side is as good.
    Raises what a fit of photos raises.
    """
    steps = expect_whole("steps", steps, 10, 10_000, "100")
    ready = readied(model, photos, **{**options, "epochs": 1})
    rates: list[float] = []
    losses: list[float] = []
    sweep = np.geomspace(LEAST, MOST, steps)
    for rate, loss in zip(sweep, ready.loop.walked(sweep)):
        if not math.isfinite(loss) or (losses and loss > WORSE * losses[0]):
            break
        rates.append(float(rate))
        losses.append(loss)
    wide = max(steps // SMOOTH, 3)
    if len(losses) < wide:
        return RateSweep(np.array(rates), np.array(losses), LEAST)
    smooth = np.convolve(losses, np.full(wide, 1 / wide), "valid")
    return RateSweep(np.array(rates), np.array(losses), float(f"{rates[int(smooth.argmin()) + wide // 2] / 3:.2g}"))
