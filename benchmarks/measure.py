"""Timing that survives a busy machine: rivals take turns, the median is kept with its spread, tables are Markdown."""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured quantity, a value for each round: seconds, or a ratio of them."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    def over(self, other: Figure) -> Figure:
        """The ratio of two figures that took turns, round by round: what slowed both at once drops out."""
        return Figure(tuple(a / b for a, b in zip(self.rounds, other.rounds)))

    def shown(self, scale: float = 1.0, unit: str = "") -> str:
        """The median and, in brackets, the lowest and highest round."""
        middle, low, high = (f"{scale * v:.3g}" for v in (self.median, min(self.rounds), max(self.rounds)))
        return f"{middle}{unit} ({low}–{high})"

    @property
    def seconds(self) -> str:
        """As a time, in the unit that suits it."""
        scale, unit = next(
            (s, u) for s, u, least in [(1, " s", 1), (1e3, " ms", 1e-3), (1e6, " µs", 0)] if self.median >= least
        )
        return self.shown(scale, unit)


def take_turns(calls: Mapping[str, Callable[[], Any]], rounds: int, least: float = 0.02) -> dict[str, Figure]:
    """Seconds a call of each, measured in turns: every round runs every rival once, there and back again.

    least: seconds a turn lasts at least; a quick call is repeated within its turn. Each is called once before.
    """
    repeats = {key: _enough(call, least) for key, call in calls.items()}
    taken: dict[str, list[float]] = {key: [] for key in calls}
    order = list(calls)
    for _ in range(rounds):
        gc.collect()
        for key in order:
            taken[key].append(_timed(calls[key], repeats[key]))
        order.reverse()
    return {key: Figure(tuple(times)) for key, times in taken.items()}


def _enough(call: Callable[[], Any], least: float) -> int:
    """How many calls last that long; the first one, which may have things to load, does not count."""
    call()
    repeats = 1
    while (lasted := repeats * _timed(call, repeats)) < least:
        repeats = max(repeats + 1, min(10 * repeats, round(1.2 * repeats * least / lasted)))
    return repeats


def _timed(call: Callable[[], Any], repeats: int) -> float:
    gc.disable()
    try:
        begun = time.perf_counter()
        for _ in range(repeats):
            call()
        return (time.perf_counter() - begun) / repeats
    finally:
        gc.enable()


def have(*packages: str) -> list[str]:
    """Those of the packages that are installed; the others are left out of the comparison, and said to be."""
    missing = [p for p in packages if find_spec(p) is None]
    if missing:
        print(f"Not installed, so not compared: {', '.join(missing)}.\n")
    return [p for p in packages if p not in missing]


def met(yes: bool) -> str:
    """The last cell of a row with a budget; run.py looks for it."""
    return "yes" if yes else "**no**"


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a Markdown table."""
    for row in [header, ["---"] * len(header), *rows]:
        print("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |", flush=True)
    print()


def quick() -> bool:
    """Whether --quick was asked for: the same tables from a few rounds, to see that they still come out."""
    return bool(_asked().quick)


def only() -> list[str]:
    """The benchmarks that were named, for `run.py`: the others keep what they said last."""
    return list(_asked().only)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="few rounds: the figures mean little")
    parser.add_argument("only", nargs="*", help="for run.py: these alone, the other sections stay")
    return parser.parse_args()
