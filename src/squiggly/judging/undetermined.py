"""What the points leave open, and what would help, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from squiggly.derivative import derivatives
from squiggly.errors import listed
from squiggly.expression import names, ordered
from squiggly.intervals.trust import Trust
from squiggly.judging.combination import Combination, Open, open_groups, stated
from squiggly.judging.elsewhere import along, far_off, told
from squiggly.loss import mse
from squiggly.solve.least_squares import Descent
from squiggly.solve.linear import linear_parameters, solve_linear
from squiggly.solve.problem import Problem


def undetermined(problem: Problem, descent: Descent, found: Trust) -> tuple[str, tuple[Combination, ...]]:
    """What the points leave open and what would help, in words; and what they tell of it all the same."""
    values, groups = descent.values[0], open_groups(problem, descent, found)
    idle = [group.names[0] for group in groups if len(group.names) == 1]
    said = [_open_words(problem, values, group, idle) for group in groups]
    later = [f"{line[0].upper()}{line[1:]}" if group.known else line for group, line in zip(groups[1:], said[1:])]
    return " ".join([said[0], *later]), tuple(c for group in groups for c in group.known)


def _open_words(problem: Problem, values: np.ndarray, group: Open, idle: Sequence[str]) -> str:
    place = along(problem, values, group.ways)
    near = None if place is None else told(problem.points, place)
    if len(group.names) == 1:
        return _idle_words(problem, values, group.names[0], near, idle)
    names = listed(group.names)
    if group.known:
        said = f"only {stated(group.known)}, {names} by themselves are not."
        if near is None:
            return (
                f"{said} No measurement can tell them apart, for the formula has nothing else of them. Fix one of them."
            )
        return f"{said} A point near {near} would tell them apart; or fix one of them."
    said = (
        f"{names} can change together without changing the curve at these points, so none of them is known by itself."
    )
    if cure := far_off(problem.points):
        return f"{said} {cure}"
    if near is None:
        return f"{said} No measurement can tell them apart. Fix one of them."
    return f"{said} A point near {near} would tell them apart; or fix one of them."


def _idle_words(problem: Problem, values: np.ndarray, name: str, near: str | None, idle: Sequence[str]) -> str:
    jumps = (
        f"{name} moves a jump of the curve, which has no slope by it: its place is not searched, and any between two "
        f"neighbouring points draws the same curve. Fix {name}, or make the jump a steep slope."
    )
    if _compared(problem, name):
        return jumps
    if blocking := _blocking(problem, values, name):
        return (
            f"{name} has no effect on the curve while {blocking} is 0, as these points have it: they show nothing that "
            f"{name} could change. Fix {name}, or leave that term out."
        )
    if near is not None:
        return f"{name} has no effect on the curve at these points. A point near {near} would show it; or fix {name}."
    if _would_matter(problem, values, name, idle):
        at = f"{values[problem.free.index(name)]:.3g}"
        return (
            f"{name} has come to {at}, where it has no effect on the curve: these points show nothing of it. "
            f"Fix {name}, or use a simpler model."
        )
    if _jumps(problem, values, name):
        return jumps
    return (
        f"{name} has no effect on the curve, at these points or elsewhere. Fix {name}, or take it out of the formula."
    )


def _blocking(problem: Problem, values: np.ndarray, name: str) -> str:
    """The parameter that is nought, or next to it, and would let another have an effect if it were not."""
    which = problem.free.index(name)
    height = float(np.abs(problem.points.y).max()) or 1.0
    for i, other in enumerate(problem.free):
        if i != which and abs(values[i]) < 1e-9 * height:
            moved = values.copy()
            moved[i] = height
            rows = problem.model.rows(problem.whole(moved[None]), problem.points.inputs, (name,))[0, 1]
            if np.nanmax(np.abs(rows), initial=0.0) > 0:
                return other
    return ""


def _would_matter(problem: Problem, values: np.ndarray, name: str, idle: Sequence[str]) -> bool:
    """Whether a parameter would have an effect if all idle ones had other sizes: 1, a span or its inverse."""
    spans = [float(np.ptp(x)) for x in problem.points.inputs.values()]
    sizes = np.array([1.0, *spans, *(1.0 / s for s in spans if s > 0)])
    moved = np.repeat(values[None], len(sizes), axis=0)
    moved[:, [problem.free.index(n) for n in idle]] = sizes[:, None]
    rows = problem.model.rows(problem.whole(moved), problem.points.inputs, (name,))[:, 1] * sizes[:, None]
    return bool(np.nanmax(np.abs(rows), initial=0.0) > 1e-9 * np.abs(problem.points.y).max())


def _compared(problem: Problem, name: str) -> bool:
    """Whether a parameter is met in a comparison, and nowhere else."""
    if problem.model.expr is None:
        return False
    inside = {n for node in ordered([problem.model.expr]) if node.truth for n in names(node)}
    [slope] = derivatives(problem.model.expr, [name])
    return name in inside and slope.op == "constant"


def _jumps(problem: Problem, values: np.ndarray, name: str) -> bool:
    """Whether a parameter without a slope changes the curve all the same, when it goes far enough."""
    moved = np.repeat(values[None], 4, axis=0)
    reach = max(float(np.ptp(x)) for x in problem.points.inputs.values())
    moved[1:, problem.free.index(name)] += np.array([-0.5, 0.5, 1.0]) * reach
    rows = problem.model.rows(problem.whole(moved), problem.points.inputs)[:, 0]
    return bool(np.nanmax(np.abs(rows[1:] - rows[0]), initial=0.0) > 1e-9 * np.abs(rows[0]).max())


def idle_on_a_level(problem: Problem, values: np.ndarray) -> tuple[str, ...]:
    """Where every y is the same: the nonlinear parameters that could be a tenth larger and leave a perfect fit perfect.

    values: (free,). Slopes do not show them: at the top of a sine its phase has none.
    """
    y = problem.points.y
    if np.ptp(y) != 0.0 or problem.loss != mse:
        return ()
    linear = linear_parameters(problem.model, problem.free)
    idle = []
    for i, name in enumerate(problem.free):
        moved = values.copy()
        moved[i] *= 1.1
        if name in linear or abs(values[i]) < 1e-6 or not problem.low[i] <= moved[i] <= problem.high[i]:
            continue
        if problem.cost(solve_linear(problem, moved[None], linear))[0] <= 1e-12 * (y @ y):
            idle.append(name)
    return tuple(idle)
