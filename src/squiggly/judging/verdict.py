"""The verdict: what an answer is worth, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from squiggly.errors import listed
from squiggly.figures import rounded
from squiggly.intervals.trust import Trust
from squiggly.judging.ambiguous import Ambiguous, ambiguous
from squiggly.judging.combination import Combination, stated
from squiggly.judging.elsewhere import along, far_off, told
from squiggly.loss import MeanSquared
from squiggly.solve.least_squares import Descent
from squiggly.solve.problem import Problem
from squiggly.solve.scatter import FEWEST, Structure, structure

LEVELLED = 30.0  # square of the t that a line's height must have to be no chance
UNLIKELY = 1e-9  # chance of a chi² so large under a known sigma, below which the curve misses the points


@dataclass(frozen=True)
class Verdict:
    """What the answer is worth: ok, one of a few kinds, and words for a person.

    kind: "determined", "not determined", "poorly determined", "several answers", "at a bound", "did not settle",
    "too few points", "misses the points" or "interrupted"
    known: what is known of parameters that are not known by themselves: their product, sum …
    answers: where there are several, each as values by parameter, the best first

    >>> from squiggly import fit
    >>> verdict = fit("y = a*b*x", {"x": [1, 2, 3, 4], "y": [2, 4.1, 6, 7.9]}).verdict
    >>> verdict.kind, verdict.known[0].text, round(verdict.known[0].value, 2)
    ('not determined', 'a*b', 1.99)
    """

    ok: bool
    kind: str
    words: str
    known: tuple[Combination, ...] = ()
    answers: tuple[Mapping[str, float], ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"


def judge(problem: Problem, descent: Descent, found: Trust, known: bool) -> Verdict:
    """The verdict on the end of a descent: the gravest thing that can be said.

    known: whether sigma is in units of y.
    """
    values = descent.values[0]
    if descent.interrupted:
        return Verdict(
            False,
            "interrupted",
            f"stopped after {descent.steps} steps; these are the best values met so far, not an answer. "
            "Fit again, with them as start to go on.",
        )
    if not descent.settled[0]:
        from squiggly.judging.unsettled import why

        with np.errstate(all="ignore"):
            return Verdict(False, "did not settle", *why(problem, descent, found))
    if found.loose:
        from squiggly.judging.undetermined import undetermined

        with np.errstate(all="ignore"):
            words, known_anyway = undetermined(problem, descent, found)
        return Verdict(False, "not determined", words, known_anyway)
    if found.freedom <= 0 and problem.free:
        return Verdict(False, "too few points", _few_words(problem))
    if not found.chi_square > 0.0 and (idle := _idle(problem, values)):
        return Verdict(False, "not determined", idle)
    if found.at_bound:
        return Verdict(False, "at a bound", _bound_words(problem, values, found.at_bound))
    with np.errstate(all="ignore"):
        if doubt := ambiguous(problem, values, found):
            return Verdict(False, "poorly determined", _ambiguous_words(problem, values, doubt), doubt.known)
        if words := _misfit(problem, values, found, known):
            return Verdict(False, "misses the points", words)
        return _among_others(problem, descent, found)


def _idle(problem: Problem, values: np.ndarray) -> str:
    """Words for points on a level line that leave a nonlinear parameter free."""
    if np.ptp(problem.points.y) != 0.0:
        return ""
    from squiggly.judging.undetermined import idle_on_a_level

    with np.errstate(all="ignore"):
        idle = idle_on_a_level(problem, values)
    if not idle:
        return ""
    return (
        f"every {problem.points.target} is {problem.points.y[0]:g}, and a level line comes of many values of "
        f"{listed(idle)}. Measure where {problem.points.target} changes, or fit a constant."
    )


def _among_others(problem: Problem, descent: Descent, found: Trust) -> Verdict:
    """Determined, unless other answers are as good."""
    words = "the points fix every parameter." if problem.free else "every parameter was given."
    if not len(descent.rivals):
        return Verdict(True, "determined", words)
    from squiggly.judging.rivals import rivals

    values = descent.values[0]
    beside = rivals(problem, values, found, descent.rivals)
    if not len(beside.others):
        if len(beside.faster):
            [faster] = _named(problem, beside.faster)
            words += (
                f" A curve that goes up and down faster than they can show passes through them too: {_said(faster)}."
            )
        return Verdict(True, "determined", words)
    answers = tuple(_named(problem, np.vstack([values, beside.others])))
    numbered = "; ".join(f"({k}) {_said(answer)}" for k, answer in enumerate(answers, 1))
    if beside.where is None:
        decide = "Their curves are the same wherever a point could be: say which is meant with start or bounds."
    else:
        apart = f", {beside.apart:.2g} times the scatter" if np.isfinite(beside.apart) else ""
        decide = (
            f"A point near {told(problem.points, beside.where)} would decide, where the curves of the first two are "
            f"far apart{apart}; or say which is meant with start or bounds."
        )
    return Verdict(
        False,
        "several answers",
        f"{len(answers)} sets of parameters pass equally near to the points: {numbered}. {decide}",
        answers=answers,
    )


def _named(problem: Problem, free_values: np.ndarray) -> list[Mapping[str, float]]:
    return [dict(zip(problem.model.names, row.tolist())) for row in problem.whole(free_values)]


def _said(answer: Mapping[str, float]) -> str:
    return ", ".join(f"{n} = {v:.5g}" for n, v in answer.items())


def _misfit(problem: Problem, values: np.ndarray, found: Trust, known: bool) -> str:
    """Words for a curve that cannot follow the points; empty where what is left is scatter, as large as it may be."""
    left = structure(problem, values)
    where = _structure_words(problem, left) if left is not None else ""
    if known and found.freedom > 0 and (misfit := _beyond_sigma(found.chi_square, found.freedom)):
        return misfit + (f" {where[0].upper()}{where[1:]}." if where else "")
    where = where or _worse_than_level(problem, found)
    return f"{where}. Try another model or other start values." if where else ""


def _beyond_sigma(chi_square: float, freedom: int) -> str:
    """Words for residuals far larger than a known sigma allows."""
    from scipy.special import chdtrc

    if chdtrc(freedom, chi_square) > UNLIKELY:
        return ""
    return (
        f"the points fix every parameter, but the curve misses them by more than sigma allows: reduced chi² is "
        f"{chi_square / freedom:.3g}, about 1 was expected. Try another model, or check sigma."
    )


def _structure_words(problem: Problem, left: Structure) -> str:
    """Where the residuals are not scatter."""
    points = problem.points
    if np.isfinite(left.period):
        again = told(points, {left.along: np.array([left.period])}).replace(" = ", ", again every ")
        return f"what is left of the points swings to and fro along {again}, which scatter does not do"
    low, high = (told(points, {left.along: np.array([v])}) for v in (left.low, left.high))
    side = "above" if left.offset > 0 else "below"
    times = f", {left.times:.2g} times their scatter" if np.isfinite(left.times) else ""
    return (
        f"from {low} to {high.split(' = ')[-1]} they lie {side} the curve by {abs(left.offset):.2g} on average{times}, "
        f"and neighbours miss it to the same side (correlation {left.correlation:.2f}), which scatter does not do"
    )


def _worse_than_level(problem: Problem, found: Trust) -> str:
    """Words for a curve that a level line beats by more than chance allows: a pole or a spike in the wrong place."""
    if not isinstance(problem.loss, MeanSquared) or problem.points.n < FEWEST:
        return ""
    y, sigma = problem.points.y, problem.points.sigma
    off = y - y.mean() if sigma is None else (y - np.average(y, weights=sigma**-2)) / sigma
    level = float(off @ off)
    if not found.chi_square > level * (1.0 + LEVELLED / (problem.points.n - 1)) or level == 0.0:
        return ""
    return f"a level line would lie nearer to them than the curve does (R² = {1 - found.chi_square / level:.2g})"


def _ambiguous_words(problem: Problem, values: np.ndarray, doubt: Ambiguous) -> str:
    said = f"{doubt.name} is hardly known, {' ± '.join(rounded(doubt.value, doubt.error))}: "
    if doubt.partners:
        said += f"whatever it is, {listed(doubt.partners)} can make up for it (dependency {_nines(doubt.dependency)})."
    else:
        said += "one error away the curve is quite another."
    if doubt.known:
        said += f" What the points tell: {stated(doubt.known)}."
    if cure := far_off(problem.points):
        return f"{said} {cure}"
    place = along(problem, values, doubt.ways)
    if place is None:
        return f"{said} Fix {doubt.name}, or use a simpler model."
    near = told(problem.points, place)
    return f"{said} A point near {near} would tell most; or fix {doubt.name}, or use a simpler model."


def _nines(share: float) -> str:
    """A share near 1 with as many digits as say how near.

    >>> _nines(0.99991234), _nines(1.0)
    ('0.99991', '1')
    """
    if share >= 1.0 - 1e-12:
        return "1"
    digits = int(np.ceil(-np.log10(1.0 - share)))
    return f"{np.floor(share * 10**digits) / 10**digits:.{digits}f}"


def _few_words(problem: Problem) -> str:
    return (
        f"{problem.points.n} points and {len(problem.free)} parameters: the curve can pass through every point, "
        "so nothing is left to tell how far to trust it. Measure more points, or fix a parameter that you know."
    )


def _bound_words(problem: Problem, values: np.ndarray, names: Sequence[str]) -> str:
    places = []
    for n in names:
        i = problem.free.index(n)
        bound, way = (problem.low[i], "lower") if values[i] <= problem.low[i] else (problem.high[i], "higher")
        places.append(f"{n} at {bound:g} (the points would have it {way})")
    one = len(names) == 1
    return (
        f"{listed(places)} {'sits' if one else 'sit'} on {'its' if one else 'their'} bound. The other errors hold for "
        f"{'that value' if one else 'those values'}. Widen the bound if it is not a fact; keep it if it is."
    )
