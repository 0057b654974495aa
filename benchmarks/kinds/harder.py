"""Ways to make any family's data sets harder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from family import Case, Family, curve, draw, random_for


def outliers(family: Family, seed: int) -> Case:
    """One point in twenty is off by 20 to 200 % of the range; the loss is Huber's."""
    case = draw(family, seed)
    random = random_for(family.name + "+outliers", seed)
    n = len(case.x)
    bad = random.choice(n, size=max(1, round(0.05 * n)), replace=False)
    off = random.choice([-1, 1], size=len(bad)) * random.uniform(0.2, 2, size=len(bad)) * np.ptp(case.clean)
    y = case.y.copy()
    y[bad] += off
    return replace(case, y=y, robust=True)


def drift(family: Family, seed: int) -> Case:
    """A baseline that drifts by up to the curve's own range, and a term for it in the formula."""
    case = draw(family, seed)
    slope = random_for(family.name + "+drift", seed).uniform(-1, 1) * np.ptp(case.clean) / np.ptp(case.x)
    formula, truth = case.formula + " + drift*x", {**case.truth, "drift": float(slope)}
    clean = curve(formula, case.x, truth)
    return replace(case, formula=formula, truth=truth, clean=clean, y=case.y + slope * case.x)


def _window(family: Family, seed: int, kind: str, low: float, high: float) -> Case:
    """80 points of the same curve where x is only a part of the family's own; all of it where that part is flat."""
    whole = draw(family, seed)
    random = random_for(family.name + kind, seed)
    at = whole.x.min() + np.ptp(whole.x) * np.sort(random.uniform(low, high, size=len(whole.x)))
    clean = curve(family.formula, at, whole.truth)
    if not np.ptp(clean) > 0.03 * np.ptp(whole.clean):
        return whole
    y = clean + random.normal(scale=family.noise * np.ptp(clean), size=len(at))
    return replace(whole, x=at, y=y, clean=clean)


def early(family: Family, seed: int) -> Case:
    """Only the first 40 % of the axis was measured: decays seen partly, half a peak, sigmoids without a top."""
    return _window(family, seed, "+early", 0.0, 0.4)


def late(family: Family, seed: int) -> Case:
    """Only the last 60 % was measured."""
    return _window(family, seed, "+late", 0.4, 1.0)


def half(family: Family, seed: int) -> Case:
    """Half a period of a wave, one with a frequency w; of any other curve the first half of the axis."""
    case = draw(family, seed)
    share = np.pi / abs(case.truth["w"]) / np.ptp(case.x) if "w" in case.truth else 0.5
    return _window(family, seed, "+half", 0.0, min(share, 1.0))


def few(family: Family, seed: int) -> Case:
    """12 points."""
    return draw(family, seed, n=12)


def noisy(family: Family, seed: int) -> Case:
    """Noise of 10 % of the range."""
    return draw(family, seed, noise=0.1)


HARDER: dict[str, Callable[[Family, int], Case]] = {
    made.__name__: made for made in (outliers, few, noisy, drift, early, late, half)
}
