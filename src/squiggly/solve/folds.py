"""Where a model of several inputs is folded: its creases, found in the structure of the expression, whoever wrote it.

w·relu(x·cos(a) + y·sin(a) - t), and the same with a third input, is a crease by its angles; relu(p·x + q·y + b), with a
weight in front or without, by its slopes. Either is one plane over the inputs, so to the search both are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from squiggly.derivative import derivatives
from squiggly.expression import Expr, constant, names, ordered, substitute
from squiggly.model import Model
from squiggly.program import Program
from squiggly.solve.hinges import BENDS, without_bends
from squiggly.solve.linear import linear_parameters


@dataclass(frozen=True)
class Fold:
    """One bent term: weight · relu(slopes·inputs + side·offset), folded where the argument is 0.

    weight: the linear parameter in front of it; "" where there is none, and the term is then added `sign` times
    inputs: those it runs along; of angles in the order of cos(a), sin(a), and sin(e) where there are three
    moved:  a, or a and e; or the slopes, one for each input.  angled: which of the two
    offset: the parameter that is added.  side: -1 where it is subtracted
    facing: -1 where a direction of angles is subtracted
    """

    weight: str
    sign: float
    inputs: tuple[str, ...]
    moved: tuple[str, ...]
    angled: bool
    offset: str
    side: float
    facing: float = 1.0

    @property
    def own(self) -> tuple[str, ...]:
        """The parameters inside."""
        return (*self.moved, self.offset)

    def plane(self, values: np.ndarray) -> np.ndarray:
        """The argument's slopes along `inputs` and its height at nought, from the values of `own`: (…, q)."""
        moved, height = values[..., :-1], self.side * values[..., -1:]
        if not self.angled:
            return np.concatenate([moved, height], axis=-1)
        a = moved[..., :1]
        across = np.concatenate([np.cos(a), np.sin(a)], axis=-1)
        if len(self.inputs) == 3:
            e = moved[..., 1:]
            across = np.concatenate([across * np.cos(e), np.sin(e)], axis=-1)
        return np.concatenate([self.facing * across, height], axis=-1)

    def values(self, plane: np.ndarray) -> np.ndarray:
        """The values of `own` for a plane, (q,), whose size is the weight's affair where it is one by its angles."""
        if not self.angled:
            return np.append(plane[:-1], self.side * plane[-1])
        size, across = float(np.hypot.reduce(plane[:-1])) or 1.0, self.facing * plane[:-1]
        angles = [np.arctan2(across[1], across[0])]
        if len(self.inputs) == 3:
            angles.append(np.arctan2(across[2], np.hypot(across[0], across[1])))
        return np.array([*angles, self.side * plane[-1] / size])


@dataclass(frozen=True)
class Folded:
    """A model as a smooth part that is linear in its parameters, `plain`, plus folds along the same inputs."""

    inputs: tuple[str, ...]
    plain: tuple[str, ...]
    folds: tuple[Fold, ...]


def folded(model: Model, free: tuple[str, ...]) -> Folded | None:
    """The model's folds, where its free parameters are those of folds and else linear; None for any other model.

    >>> from squiggly.shapes import relus
    >>> form = folded(relus(1, inputs=2), ("c0", "c1", "c2", "w1", "a1", "t1"))
    >>> form.plain, form.folds[0].own
    (('c0', 'c1', 'c2'), ('a1', 't1'))
    """
    if model.expr is None or len(model.inputs) < 2 or not any(node.op in BENDS for node in ordered([model.expr])):
        return None
    held = {n: constant(model.fixed[n]) for n in model.names if n in model.fixed and n not in free}
    return _folded(substitute(model.expr, held), model.inputs, free, linear_parameters(model, free))


@lru_cache(maxsize=128)
def _folded(expr: Expr, inputs: tuple[str, ...], free: tuple[str, ...], linear: tuple[str, ...]) -> Folded | None:
    searched = set(free) - set(linear)
    opened, terms = without_bends(expr, searched)
    if not terms or searched & set(names(opened)):
        return None
    outer = tuple(n for n in names(opened) if n in free)
    slopes = dict(zip((*outer, *terms), derivatives(opened, (*outer, *terms))))
    folds = []
    for key, (op, argument, sign) in terms.items():
        fold = _fold(argument, sign, slopes[key], inputs, free) if op == "relu" else None
        if fold is None or (fold.weight and set(names(slopes[fold.weight])) != {key}):
            return None
        folds.append(fold)
    along = {frozenset(fold.inputs) for fold in folds}
    moved = [n for fold in folds for n in fold.own]
    weights = {fold.weight for fold in folds}
    plain = tuple(n for n in outer if n not in weights)
    if len(along) != 1 or len(moved) != len(set(moved)) or set(moved) != searched:
        return None
    if any(not set(names(slopes[n])) <= set(inputs) for n in plain):
        return None
    [shared] = along
    return Folded(tuple(i for i in inputs if i in shared), plain, tuple(folds))


def _fold(argument: Expr, sign: float, factor: Expr, inputs: tuple[str, ...], free: tuple[str, ...]) -> Fold | None:
    """The fold for one bend, `factor` being what multiplies it; None where it is of no known form."""
    own = tuple(n for n in names(argument) if n in inputs)
    moved = tuple(n for n in names(argument) if n in free)
    weight = factor.args[0] if factor.op == "negative" else factor
    bare = factor.op == "constant" and abs(factor.value) == 1.0
    if len(own) not in (2, 3) or len(names(argument)) != len(own) + len(moved):
        return None
    if not bare and not (weight.op == "name" and weight.value in free and weight.value not in moved):
        return None
    slopes, others = derivatives(argument, own), dict(zip(moved, derivatives(argument, moved)))
    inside = {n for slope in slopes for n in names(slope)}
    offsets = [n for n in moved if n not in inside and others[n].op == "constant" and abs(others[n].value) == 1.0]
    if len(offsets) != 1 or inside & set(inputs) or inside | set(offsets) != set(moved):
        return None
    called, added = "" if bare else str(weight.value), float(factor.value) * sign if bare else 1.0
    side = float(others[offsets[0]].value)
    for fold in (
        Fold(called, added, own, tuple(n for s in slopes for n in names(s)), False, offsets[0], side),
        *(_angled(called, own, slopes, offsets[0], side, facing) for facing in (1.0, -1.0) if called),
    ):
        if fold is not None and _is(fold, argument):
            return fold
    return None


def _angled(
    weight: str, own: tuple[str, ...], slopes: list[Expr], offset: str, side: float, facing: float
) -> Fold | None:
    """A fold by its angles, if the slopes look like one: which input is which follows from where sines stand."""
    turns = [
        sorted((node.op, node.args[0].value) for node in ordered([s]) if node.op in ("sin", "cos")) for s in slopes
    ]
    rising = [n for turn in turns if len(turn) == 1 and len(own) == 3 for op, n in turn if op == "sin"]
    level = [[(op, n) for op, n in turn if n not in rising] for turn in turns]
    order = [i for op in ("cos", "sin") for i, turn in enumerate(level) if [o for o, _ in turn] == [op]]
    order += [i for i, turn in enumerate(level) if not turn]
    if sorted(order) != list(range(len(own))):
        return None
    angles = tuple(dict.fromkeys([*(n for turn in level for _, n in turn), *rising]))
    if len(angles) != len(own) - 1 or not all(isinstance(n, str) for n in angles):
        return None
    return Fold(weight, 1.0, tuple(own[i] for i in order), angles, True, offset, side, facing)


def _is(fold: Fold, argument: Expr) -> bool:
    """Whether the argument has the fold's values, at places where a mere likeness would not."""
    if set(names(argument)) != {*fold.inputs, *fold.own} or len(fold.own) != len(set(fold.own)):
        return False
    if len(fold.moved) != len(fold.inputs) - fold.angled:
        return False
    random = np.random.default_rng(0)
    values, places = random.normal(size=(5, len(fold.own))), random.normal(size=(5, len(fold.inputs)))
    given = {**dict(zip(fold.own, values.T)), **dict(zip(fold.inputs, places.T))}
    with np.errstate(all="ignore"):
        [seen] = Program(tuple(given), (), (argument,))(given, {})
    plane = fold.plane(values)
    return bool(np.allclose(seen, np.sum(plane[:, :-1] * places, axis=1) + plane[:, -1], rtol=1e-10, atol=1e-12))
