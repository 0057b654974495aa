"""A problem as a sheet to fold, and a folding of it as the problem's parameters.

Equal answers read equally: where turning a crease's direction by pi only adds a plane, it lies from -pi/2 up to pi/2,
or within its bounds, and creases that could change places come in the order of their directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from squiggly.loss import mse
from squiggly.solve.folds import Fold, Folded
from squiggly.solve.problem import Problem
from squiggly.solve.sheet import Sheet, axes

EDGE = 1e-9  # radians past pi/2 that are rounding


@dataclass(frozen=True, eq=False)
class View:
    """A problem as a sheet: its inputs less `middle`, in units of `span`, and y in units of `unit`."""

    form: Folded
    sheet: Sheet
    middle: np.ndarray
    span: np.ndarray
    unit: float

    def planes(self, values: np.ndarray) -> np.ndarray:
        """The sheet's g, (k, q), as slopes and heights along the inputs as they are."""
        found = self.sheet.planes(values) * self.unit
        slopes = found[:, :-1] / self.span
        return np.column_stack([slopes, found[:, -1] - slopes @ self.middle])

    def seen_as(self, planes: np.ndarray) -> np.ndarray:
        """Planes along the inputs as they are, (k, q), as the sheet's g."""
        height = planes[:, -1] + planes[:, :-1] @ self.middle
        return np.column_stack([planes[:, :-1] * self.span, height]) / self.unit


def touching(problem: Problem, values: np.ndarray) -> Problem | None:
    """The least squares whose parabola touches the loss at the values, (1, free); None where there is no such one."""
    if problem.loss == mse:
        return problem
    points = problem.points
    [[predicted]] = problem.model.rows(problem.whole(values), points.inputs)
    _, root, slant = problem.loss.bent(predicted, points.y, points.sigma)
    if not (root > 0.0).all():
        return None
    return replace(problem, loss=mse, points=replace(points, y=predicted - slant / root, sigma=1.0 / root))


def view_of(problem: Problem, form: Folded) -> View | None:
    """The problem, its loss the squared one, as a sheet; None where the model has no value on the points."""
    points = problem.points
    start = problem.values.copy()
    names = problem.model.names
    start[[names.index(n) for n in (*form.plain, *(n for f in form.folds for n in (f.weight, *f.own) if n))]] = 0.0
    rows = problem.model.rows(start[None], points.inputs, form.plain)[0]
    if not np.isfinite(rows).all():
        return None
    y, weight = points.y, np.ones(points.n) if points.sigma is None else points.sigma.min() / points.sigma
    y = weight * (y - rows[0])
    unit = float(np.abs(y).max()) or 1.0
    inputs = np.stack([points.inputs[i] for i in form.inputs], axis=1)
    middle, span = inputs.mean(axis=0), inputs.std(axis=0)
    span = np.where(span > 1e-15 * np.abs(middle), span, 1.0)
    near = np.column_stack([(inputs - middle) / span, np.ones(points.n)]) * weight[:, None]
    plain = axes(rows[1:].T * weight[:, None])  # (n, p)
    outside = near - plain @ (plain.T @ near)
    flat = bool(np.linalg.norm(outside) <= 1e-9 * np.linalg.norm(near))
    given = np.array([_one_sign(problem, fold.weight) if fold.weight else fold.sign for fold in form.folds])
    return View(form, Sheet(plain * np.sqrt(points.n), near, y / unit, given, flat), middle, span, unit)


def as_folding(problem: Problem, view: View, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Free values, (1, free), as signs (k,) and values (p + k·q,) of the sheet; a sign is 0 where there is no fold."""
    planes, signs = [], []
    for fold in view.form.folds:
        weight = float(values[0, problem.free.index(fold.weight)]) if fold.weight else fold.sign
        plane = fold.plane(values[0, [problem.free.index(n) for n in fold.own]])
        planes.append(abs(weight) * np.append(plane[[fold.inputs.index(i) for i in view.form.inputs]], plane[-1]))
        signs.append(np.sign(weight) * bool(plane[:-1].any()))
    sheet, along = view.sheet, view.seen_as(np.array(planes))
    bent = np.maximum(sheet.near @ along.T, 0.0) @ np.array(signs)
    smooth = np.linalg.lstsq(sheet.plain, sheet.y - bent, rcond=None)[0] if sheet.plain.shape[1] else np.empty(0)
    return np.array(signs), np.concatenate([smooth, along.ravel()])


def free_values(
    problem: Problem, view: View, signs: np.ndarray, values: np.ndarray, beside: np.ndarray | None = None
) -> np.ndarray:
    """A folding as free values, (1, free), without its smooth part.

    beside: values whose angles are the same or nearly, maybe turned round several times.
    """
    return np.asarray(np.clip(_read(problem, view, signs, values, beside), problem.low, problem.high))


def _read(
    problem: Problem, view: View, signs: np.ndarray, values: np.ndarray, beside: np.ndarray | None = None
) -> np.ndarray:
    """As `free_values`, wherever the bounds are."""
    out = problem.values[problem.where][None].copy() if beside is None else beside.copy()
    for fold, sign, plane in zip(view.form.folds, signs, view.planes(values)):
        along = np.append(plane[[view.form.inputs.index(i) for i in fold.inputs]], plane[-1])
        at = [problem.free.index(n) for n in fold.own]
        size = 1.0
        if fold.weight:
            size = float(np.linalg.norm(along[:-1] * (1.0 if fold.angled else view.span.max()))) or 1.0
            out[0, problem.free.index(fold.weight)] = sign * size
        new = fold.values(along / size)
        if fold.angled and beside is not None:
            new[:-1] += 2.0 * np.pi * np.round((beside[0, at[:-1]] - new[:-1]) / (2.0 * np.pi))
        out[0, at] = new
    return out


def in_order(problem: Problem, view: View, signs: np.ndarray, values: np.ndarray) -> np.ndarray:
    """A folding as free values, (1, free), its creases turned and ordered as they read best."""
    out = _read(problem, view, signs, values)
    folds = view.form.folds
    for fold in folds:
        at = [problem.free.index(n) for n in fold.own]
        if fold.angled:
            ways = _turned(out[0, at], view.sheet.flat)
            inside = [(way >= problem.low[at]).all() and (way <= problem.high[at]).all() for way in ways]
            out[0, at] = ways[int(np.argmax(inside))]
    out = np.asarray(np.clip(out, problem.low, problem.high))
    alike = [f for f in folds if (f.angled, bool(f.weight), f.side, f.facing, f.inputs) == _kind(folds[0])]
    alike = [f for f in alike if _unbounded(problem, (*f.own, f.weight))]
    if len(alike) > 1:
        places = np.array([[problem.free.index(n) for n in (*f.own, *([f.weight] if f.weight else []))] for f in alike])
        own = out[0, places]
        order = sorted(range(len(alike)), key=lambda j: [round(float(v), 9) for v in own[j]])
        out[0, places] = own[order]
    return out


def allowed(problem: Problem, view: View, planes: np.ndarray) -> np.ndarray:
    """Whether each fold's bounds let it lie along each of the sheet's planes, (m, q), as far as angles say: (k, m)."""
    out = np.ones((len(view.form.folds), len(planes)), dtype=bool)
    along = view.planes(np.concatenate([np.zeros(view.sheet.plain.shape[1]), planes.ravel()]))
    for fold, inside in zip(view.form.folds, out):
        at = [problem.free.index(n) for n in fold.own]
        low, high = problem.low[at], problem.high[at]
        if not fold.angled or _unbounded(problem, fold.own):
            continue
        order = [*(view.form.inputs.index(i) for i in fold.inputs), -1]
        for i, plane in enumerate(along[:, order]):
            ways = _turned(fold.values(plane), view.sheet.flat)
            inside[i] = any((way >= low).all() and (way <= high).all() for way in ways)
    return out


def _turned(own: np.ndarray, flat: bool) -> list[np.ndarray]:
    """The angles and offset of a crease, (moved + 1,), in all ways that mean the same; first the one to be read."""
    half = own * np.append(1.0, np.full(len(own) - 1, -1.0))
    half[0] += -np.pi if own[0] > 0.0 else np.pi
    ways = [own, half] if flat else [own]
    if flat and not -np.pi / 2 - EDGE <= own[0] < np.pi / 2 - EDGE:
        ways.reverse()
    rounds = (0.0, 2.0 * np.pi, -2.0 * np.pi)
    return [np.append(way[0] + turn, way[1:]) for turn in rounds for way in ways]


def _one_sign(problem: Problem, weight: str) -> float:
    """The sign that the bounds leave a weight; 0 where they leave it both."""
    at = problem.free.index(weight)
    return float(problem.low[at] >= 0.0) - float(problem.high[at] <= 0.0)


def _kind(fold: Fold) -> tuple[bool, bool, float, float, tuple[str, ...]]:
    return fold.angled, bool(fold.weight), fold.side, fold.facing, fold.inputs


def _unbounded(problem: Problem, names: Sequence[str]) -> bool:
    at = [problem.free.index(n) for n in names if n]
    return bool(np.isinf(problem.low[at]).all() and np.isinf(problem.high[at]).all())
