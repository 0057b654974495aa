"""Families of data sets: a formula, the x and the truths people meet it with, and the judge of what a fit made of it.

python benchmarks/family.py gaussian 200      # 200 data sets; each that is not right, and the shares
python benchmarks/family.py sine+outliers 50  # the same, made harder
python benchmarks/family.py all 20            # a line for each family
"""

from __future__ import annotations

import sys
import time
import warnings
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import least_squares

import squiggly as sq

Random = np.random.Generator
Truth = dict[str, float]
Solver = Callable[["Case"], tuple[Truth, bool, str]]  # values, whether the fit called them good, what it called them
EXCESS = 1.02  # right: the misfit is at most 2 % above the lowest known
TIGHT = {"jac": "3-point", "x_scale": "jac", "max_nfev": 200, "ftol": 1e-12, "xtol": 1e-12, "gtol": 1e-12}


@dataclass(frozen=True)
class Family:
    """A formula in x, how its x are spread, and what its parameters are in life.

    x:     (random, n) -> (n,), sorted or not; truth: (random, x) -> a value for each parameter
    noise: standard deviation, as a share of the curve's range
    """

    name: str
    formula: str
    x: Callable[[Random, int], np.ndarray]
    truth: Callable[[Random, np.ndarray], Truth]
    noise: float = 0.03
    field: str = "classic"


@dataclass(frozen=True)
class Case:
    """One data set: what a person has, and what nobody told the fit. clean: (n,), the true curve."""

    name: str
    seed: int
    formula: str
    x: np.ndarray
    y: np.ndarray
    clean: np.ndarray
    truth: Truth
    robust: bool = False  # has gross outliers, to be fitted with the Huber loss


@dataclass(frozen=True)
class Outcome:
    """What a fit made of a case. ratio: its misfit over the lowest known; inf where there was no fit."""

    case: Case
    ratio: float
    ok: bool
    kind: str
    found: Truth
    seconds: float

    @property
    def right(self) -> bool:
        return self.ratio <= EXCESS

    @property
    def silent(self) -> bool:
        """Wrong, and not said."""
        return not self.right and self.ok


def random_for(name: str, seed: int) -> Random:
    """The random numbers of one data set: of a family's own, and the same on every machine."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def draw(family: Family, seed: int, n: int = 80, noise: float | None = None) -> Case:
    """The family's data set of that seed."""
    random = random_for(family.name, seed)
    for _ in range(1000):
        x = family.x(random, n)
        truth = family.truth(random, x)
        truth = {name: truth[name] for name in function(family.formula)[1]}  # a draw may know more than it needs
        clean = curve(family.formula, x, truth)
        if np.isfinite(clean).all() and np.ptp(clean) > 1e-6 * np.abs(clean).max():
            break
    else:
        raise ValueError(f"{family.name}: no curve in a thousand draws")
    y = clean + random.normal(scale=(family.noise if noise is None else noise) * np.ptp(clean), size=n)
    return Case(family.name, seed, family.formula, x, y, clean, truth)


@cache
def function(formula: str) -> tuple[Callable[[np.ndarray, Truth], np.ndarray], tuple[str, ...]]:
    """The formula as a function of x and its parameters, and their names in order."""
    model = sq.as_model(formula, ("x", "y"))
    program = model.program()

    def values(x: np.ndarray, at: Truth) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.broadcast_to(program({"x": x}, at)[0], x.shape)

    return values, model.names


def curve(formula: str, x: np.ndarray, at: Truth) -> np.ndarray:
    return function(formula)[0](x, at)


def bend(y: np.ndarray, clean: np.ndarray) -> float:
    """Where the Huber loss bends: 1.345 times the true spread, from the median of what is off the true curve."""
    return float(1.345 * 1.4826 * np.median(np.abs(y - clean)))


def misfit(case: Case, at: Truth) -> float:
    """What a fit makes small: the sum of squares, or of Huber's loss where the case has outliers."""
    off = np.abs(curve(case.formula, case.x, at) - case.y)
    if case.robust:
        d = bend(case.y, case.clean)
        off = np.sqrt(np.where(off <= d, off**2, 2 * d * off - d**2))
    total = float(np.sum(off**2))
    return total if np.isfinite(total) else np.inf


def from_truth(case: Case) -> Truth:
    """Where scipy ends from the truth itself, to tight tolerances: the reference."""
    names = function(case.formula)[1]
    true = np.array([case.truth[n] for n in names])
    unit = np.where(true == 0, 1.0, np.abs(true))
    d = bend(case.y, case.clean) if case.robust else 1.0
    scale = d if case.robust else float(np.ptp(case.y)) or 1.0

    def residuals(q: np.ndarray) -> np.ndarray:
        r = (curve(case.formula, case.x, dict(zip(names, q * unit))) - case.y) / scale
        return np.where(np.isfinite(r), np.clip(r, -1e100, 1e100), 1e100)

    best = true / unit
    for method in ("dogbox", "trf"):
        try:
            found = least_squares(residuals, best, method=method, loss="huber" if case.robust else "linear", **TIGHT)
        except (ValueError, np.linalg.LinAlgError):
            continue
        best = min(best, found.x, key=lambda q: misfit(case, dict(zip(names, q * unit))))
    return dict(zip(names, (best * unit).tolist()))


def judge(case: Case, solve: Solver, reference: float | None = None) -> Outcome:
    """Fit the case without a start and compare with the reference, the misfit `from_truth` ends at."""
    begun = time.perf_counter()
    try:
        found, ok, kind = solve(case)
    except (sq.SquigglyError, RuntimeError, ValueError, TypeError, np.linalg.LinAlgError) as error:
        found, ok, kind = {}, False, type(error).__name__
    seconds = time.perf_counter() - begun
    reached = misfit(case, found) if found else np.inf
    lowest = misfit(case, from_truth(case)) if reference is None else reference
    ratio = 1.0 if reached <= lowest else reached / lowest if lowest else np.inf
    return Outcome(case, ratio, ok, kind, found, seconds)


def ours(case: Case) -> tuple[Truth, bool, str]:
    answer = sq.fit(case.formula, {"x": case.x, "y": case.y}, loss=sq.huber if case.robust else sq.mse)
    return dict(answer.values), answer.verdict.ok, answer.verdict.kind


def share(outcomes: Iterable[bool]) -> float:
    """In per cent."""
    return 100.0 * float(np.mean(list(outcomes)))


def summary(outcomes: list[Outcome]) -> str:
    times = 1e3 * np.array([o.seconds for o in outcomes])
    right, silent = share(o.right for o in outcomes), share(o.silent for o in outcomes)
    return (
        f"right {right:5.1f} % · silently wrong {silent:4.1f} % · "
        f"right but doubted {share(o.right and not o.ok for o in outcomes):4.1f} % · "
        f"{np.median(times):.1f} ms, {np.quantile(times, 0.95):.0f} at the slow end"
    )


def shown(values: Truth) -> str:
    return " ".join(f"{k}={v:.4g}" for k, v in values.items())


def main(name: str, count: int = 200, seed: int = 0) -> None:
    from kinds import FAMILIES, case_of  # the families use what is defined here

    warnings.simplefilter("ignore")
    wanted = list(FAMILIES) if name == "all" else [name]
    if "+" in name and name.startswith("all+"):
        wanted = [n + name[3:] for n in FAMILIES]
    for one in wanted:
        outcomes = [judge(case_of(one, k), ours) for k in range(seed, seed + count)]
        if len(wanted) == 1:
            print(outcomes[0].case.formula)
            for o in outcomes:
                if not o.right:
                    x, kind = o.case.x, o.kind + ", SILENT" * o.silent
                    print(f"seed {o.case.seed}: misfit ×{o.ratio:.4g}, {kind}; x {x.min():.3g} … {x.max():.3g}")
                    print(f"  truth {shown(o.case.truth)}\n  found {shown(o.found)}")
        print(f"{one:28s} {summary(outcomes)}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], *map(int, sys.argv[2:4]))
