"""A PhotoFit as people read it. No numbers are computed here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from squiggly.photo.scoring import wilson

if TYPE_CHECKING:
    from squiggly.photo.fitted import PhotoFit

MOST_CLASSES, MOST_MIXED = 20, 5


def share(value: float) -> str:
    """A share as a percentage, nothing for none.

    >>> share(0.1234), share(math.nan)
    ('12.3 %', '')
    """
    return "" if math.isnan(value) else f"{100 * value:.1f} %"


def as_text(fit: PhotoFit) -> str:
    """The fit as a short table."""
    score, sums = fit.score, [sum(counts[k] for counts in fit.counts.values()) for k in range(3)]
    low, high = score.interval
    lines = [
        f"{fit.recogniser.name} of {fit.side} by {fit.side} pixels · {fit.n_parameters:,} parameters",
        f"photos: {sums[0]:,} to train, {sums[1]:,} to stop by, {sums[2]:,} to score · {len(fit.classes)} classes",
        "",
        f"right         {share(score.accuracy)} of {score.n:,}, 95 % interval {share(low)} to {share(high)}",
        f"by guessing   {share(score.common)}, always naming the largest class",
        f"by lines      {share(fit.by_lines / score.n if score.n else math.nan)}, a weight for each of 16 by 16 pixels",
    ]
    if fit.clean is not None:
        lines.append(f"without leaks {share(fit.clean.accuracy)} of {fit.clean.n:,}")
    width = max(len(name) for name in fit.classes)
    lines += ["", f"{'class'.ljust(width)}  recognised      of  when said, right"]
    each = [*zip(fit.classes, score.recalls, score.confusion.sum(axis=1), score.precisions)]
    for name, recall, n, precision in each[:MOST_CLASSES]:
        lines.append(f"{name.ljust(width)}  {share(recall):>10}  {n:>6,}  {share(precision):>16}")
    if len(each) > MOST_CLASSES:
        lines.append(f"… and {len(each) - MOST_CLASSES} more classes")
    lines += _mixed(fit)
    took = f"{fit.effort.seconds / 60:.1f} min" if fit.effort.seconds >= 90 else f"{fit.effort.seconds:.0f} s"
    kept = f"epoch {fit.best} kept" if fit.best else "kept as it was before the first epoch"
    lines += ["", f"{kept} · {fit.how} · {took}", *fit.notes, f"{fit.verdict.kind}: {fit.verdict.words}"]
    return "\n".join(lines)


def _mixed(fit: PhotoFit) -> list[str]:
    """The classes that are taken for each other most."""
    confusion = fit.score.confusion
    wrong = [
        (int(confusion[i, j]), i, j)
        for i in range(len(confusion)) for j in range(len(confusion)) if i != j and confusion[i, j]
    ]  # fmt: skip
    wrong.sort(key=lambda one: (-one[0], one[1], one[2]))
    said = [f"{fit.classes[i]} for {fit.classes[j]} {n}×" for n, i, j in wrong[:MOST_MIXED]]
    return ["", "taken for another: " + ", ".join(said)] if said else []


def of_interval(right: int, n: int) -> str:
    """A share and its interval, in words.

    >>> of_interval(9, 10)
    '90.0 % (59.6 % to 98.2 %)'
    """
    low, high = wilson(right, n)
    return f"{share(right / n if n else math.nan)} ({share(low)} to {share(high)})"
