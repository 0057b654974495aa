"""Why a descent did not settle, in words, with what to do about it."""

from __future__ import annotations

import numpy as np

from squiggly.errors import listed
from squiggly.expression import ordered
from squiggly.intervals.trust import Trust
from squiggly.judging.combination import Combination, stated, staying
from squiggly.judging.elsewhere import far_off, told
from squiggly.solve.least_squares import MOST_STEPS, Descent, column_norms
from squiggly.solve.linear import linear_parameters
from squiggly.solve.problem import Problem

IDLE = 1e-2  # share of the curve by which it changes, at most, as a parameter that ran off grows threefold
KINKED = {"abs", "sign", "relu", "clip", "maximum", "minimum", "where"}


def why(problem: Problem, descent: Descent, found: Trust) -> tuple[str, tuple[Combination, ...]]:
    """Why the descent ended without an answer and the cure, in words; and what is known all the same."""
    if descent.spent:
        return (
            f"the {descent.spent:.3g} seconds that it may take were over; these are the best values met so far, not an "
            f"answer. Allow more, as in seconds={2 * descent.spent:.3g}, or give start values nearer the answer.",
            (),
        )
    ran = _ran_off(problem, descent)
    if ran is not None and (cure := far_off(problem.points)):
        return f"the curve hardly changes any more, and the loss would still go down. {cure}", ()
    if ran is not None:
        known = staying(problem, descent.values[0], ran, found, loose=IDLE)
        return _running(problem, descent, ran, known), known
    if descent.steps >= MOST_STEPS:
        return (
            f"after {descent.steps} steps the loss was still going down; the values may be far off. Give start values "
            "nearer the answer, these for example, or a simpler model.",
            (),
        )
    place = (
        "at a kink or a jump of the model"
        if problem.model.expr is not None and any(node.op in KINKED for node in ordered((problem.model.expr,)))
        else "where rounding hides the way down"
    )
    return (
        f"no step led further down, though the loss is not level there: the descent is stuck {place}. The values may "
        "be far off. Give other start values, or a smoother model.",
        (),
    )


def _ran_off(problem: Problem, descent: Descent) -> np.ndarray | None:
    """How the parameters change together, (free,), in shares of their values, where the curve hardly changes with them.

    None where it does: the descent did not run off.
    """
    values = descent.values[0]
    square = descent.triangle[0, :-1, :-1] * np.abs(values) / np.sqrt(2.0)
    if not np.isfinite(square).all() or not values.any():
        return None
    size = problem.points.y_over_sigma
    linear = linear_parameters(problem.model, problem.free)
    strength = column_norms(square)
    nothing = np.array([n in linear for n in problem.free]) & (strength <= IDLE * np.linalg.norm(size))
    used = np.flatnonzero((values != 0.0) & ~nothing)  # a factor may well be nought: that is not running off
    if not len(used):
        return None
    _, s, vt = np.linalg.svd(square[:, used])
    if s[-1] > IDLE * float(np.linalg.norm(size)):
        return None
    ran = np.zeros(len(values))
    ran[used] = vt[-1] * np.sign(values[used])
    return ran


def _running(problem: Problem, descent: Descent, ran: np.ndarray, known: tuple[Combination, ...]) -> str:
    values = descent.values[0]
    names = [(n, float(v)) for n, v, r in zip(problem.free, values, ran) if abs(r) > 0.1 * np.abs(ran).max()]
    (first, at), rest = names[0], names[1:]
    if rest and (place := _only_at(problem, values, [n for n, _ in names])):
        return (
            f"{listed(n for n, _ in names)} only bend the curve at {place}: a spike through no more points than it has "
            "parameters. Use a simpler model, or give start values."
        )
    places = listed([f"{first} ran off to {at:.3g}", *(f"{n} to {v:.3g}" for n, v in rest)])
    said = f"{places}, and the curve hardly changes any more"
    if known:
        said += f": only {stated(known)}"
    fix = "one of them" if rest else first
    return f"{said}. A simpler model says the same; or fix {fix}, or measure where it matters."


def _only_at(problem: Problem, values: np.ndarray, names: list[str]) -> str:
    """The few points, no more than parameters, at which these parameters matter; empty where there are more."""
    rows = problem.model.rows(problem.whole(values[None]), problem.points.inputs, tuple(names))[0, 1:]
    weight = np.sum((rows * np.array([[values[problem.free.index(n)]] for n in names])) ** 2, axis=0)
    strongest = np.sort(np.argsort(weight)[-len(names) :])
    touched = [i for i in strongest if weight[i] > 1e-3 * weight.sum()]
    if not weight[touched].sum() > 0.99 * weight.sum():
        return ""
    return listed(told(problem.points, {n: x[i : i + 1] for n, x in problem.points.inputs.items()}) for i in touched)
