"""The rungs of the lesson, one after the other, on the same photos: what each of them buys."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from squiggly.options import expect
from squiggly.photo.collection import Photos
from squiggly.photo.fitted import PhotoFit
from squiggly.photo.recognisers import Backbone, Recogniser, convolution, linear, rectified
from squiggly.photo.training import MINUTES, train
from squiggly.photo.wording import share

FLAT = 0.1  # of the time, for each of the rungs without convolutions


@dataclass(frozen=True, eq=False)
class Ladder:
    """fits: of each rung, the lowest first. They are scored on the same photos."""

    fits: tuple[PhotoFit, ...]

    @property
    def best(self) -> PhotoFit:
        """The rung that is right most often on the photos to stop by: the score itself chooses nothing."""
        return max(self.fits, key=lambda fit: _held(fit))

    def __str__(self) -> str:
        names = [_name(fit) for fit in self.fits]
        wide = max(map(len, names))
        lines = [f"{'rung'.ljust(wide)}  parameters    right  95 % interval       bought    took"]
        before: PhotoFit | None = None
        for name, fit in zip(names, self.fits):
            low, high = fit.score.interval
            gain = "" if before is None else f"{100 * (fit.accuracy - before.accuracy):+.1f}"
            lines.append(
                f"{name.ljust(wide)}  {fit.n_parameters:>10,}  {share(fit.accuracy):>7}  "
                f"{share(low)} to {share(high):<7}  {gain:>6}  {fit.effort.seconds:>4.0f} s"
            )
            before = fit
        first = self.fits[0].score
        lines += ["", f"of {first.n:,} photos; always naming the largest class gets {share(first.common)}"]
        return "\n".join(lines)

    __repr__ = __str__


def ladder(
    photos: Photos,
    *,
    minutes: float = MINUTES,
    backbone: Backbone | None = None,
    watch: Callable[[str, Any], Any] | None = None,
    rungs: tuple[Recogniser, ...] | None = None,
    **options: Any,
) -> Ladder:
    """Train a linear model, rectified lines, a convolution, and a backbone where there is one, on the same photos.

    minutes:  for all of them.  backbone: what sq.backbone gave
    watch:    called with the rung's name and a Look after each epoch of it
    rungs:    others, the lowest first.  options: of the fit, for every rung

    Returns a Ladder: print it, `ladder.best` is the fit to keep. Raises what a fit of photos raises.
    """
    expect("a number above 0", minutes=minutes)
    every: list[Recogniser | Backbone] = [*(rungs or (linear(), rectified(), convolution()))]
    every += [backbone] if backbone is not None else []
    fits, begun = [], time.monotonic()
    for k, rung in enumerate(every):
        left = minutes - (time.monotonic() - begun) / 60
        flat = rung.name in ("linear", "relus") and k + 1 < len(every)
        mine = minutes * FLAT if flat else left / (len(every) - k)
        tell = None if watch is None else _telling(watch, rung.name)
        one = train(rung, photos, **{"minutes": max(mine, 0.01), "watch": tell, **options})
        fits.append(replace(one, photos=photos if one.side == photos.side else one.photos))
    return Ladder(tuple(fits))


def _telling(watch: Callable[[str, Any], Any], name: str) -> Callable[[Any], Any]:
    return lambda look: watch(name, look)


def _name(fit: PhotoFit) -> str:
    return f"{fit.recogniser.name} from {fit.told['backbone']}" if fit.told.get("backbone") else fit.recogniser.name


def _held(fit: PhotoFit) -> float:
    shares = [look.held_right for look in fit.story if look.held_right == look.held_right]
    return max(shares, default=fit.accuracy)
