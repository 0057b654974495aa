"""The verdict: what an answer is worth, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from squiggly.errors import listed
from squiggly.solve.problem import Problem
from squiggly.trust import Trust


@dataclass(frozen=True)
class Verdict:
    """What the answer is worth: ok, one of a few kinds, and words for a person.

    kind: "determined", "not determined", "at a bound", "did not settle", "too few points", "misses the points" (where
    sigma is known) or "interrupted".
    """

    ok: bool
    kind: str
    words: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"


def _misses(chi_square: float, freedom: int) -> str:
    """Words for residuals far larger than a known sigma allows: less likely than one in a billion."""
    from scipy.special import chdtrc

    if chdtrc(freedom, chi_square) > 1e-9:
        return ""
    return (
        f"the points fix every parameter, but the curve misses them by more than sigma allows: reduced chi² is "
        f"{chi_square / freedom:.3g}, about 1 was expected. Try another model, or check sigma."
    )


def judge(problem: Problem, found: Trust, settled: bool, steps: int, interrupted: bool, known: bool) -> Verdict:
    """The verdict: the gravest thing that can be said."""
    if interrupted:
        return Verdict(
            False, "interrupted", f"stopped after {steps} steps; these are the best values met so far, not an answer."
        )
    if not settled:
        return Verdict(
            False,
            "did not settle",
            f"after {steps} steps the loss was still going down, or no step led further down; the values may be far "
            "off. Give start values nearer the answer, or a simpler model.",
        )
    if found.loose:
        return Verdict(False, "not determined", " ".join(_loose_words(group) for group in found.loose))
    if found.freedom <= 0 and problem.free:
        return Verdict(
            False,
            "too few points",
            f"{problem.points.n} points and {len(problem.free)} parameters: the curve can pass through every point, "
            "so nothing is left to tell how far to trust it. Measure more points.",
        )
    if found.at_bound:
        return Verdict(False, "at a bound", _bound_words(problem, found.at_bound))
    if known and found.freedom > 0 and (misfit := _misses(found.chi_square, found.freedom)):
        return Verdict(False, "misses the points", misfit)
    return Verdict(
        True, "determined", "the points fix every parameter." if problem.free else "every parameter was given."
    )


def _loose_words(group: Sequence[str]) -> str:
    if len(group) == 1:
        return f"{group[0]} has no effect on the curve at these points. Fix it, or measure where it matters."
    return (
        f"{listed(group)} can change together without changing the curve at these points, "
        f"so none of them is known by itself. Fix one of them, or measure where they differ."
    )


def _bound_words(problem: Problem, names: Sequence[str]) -> str:
    places = []
    for n in names:
        i = problem.free.index(n)
        places.append(f"{n} at {problem.low[i] if np.isfinite(problem.low[i]) else problem.high[i]:g}")
    verb = "sits" if len(names) == 1 else "sit"
    return (
        f"{listed(places)} {verb} on the bound, and the points would go further. The other errors hold for "
        f"{'that value' if len(names) == 1 else 'those values'}; widen the bound if it is not a fact."
    )
