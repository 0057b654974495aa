"""The verdict on a trained network: whether it learned, whether it was done, and what to try next, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from squiggly.judging.verdict import Verdict

APART = 2.0  # held-out loss over training loss from which a network is said to overfit
BEYOND = 100.0  # times the loss of predicting the mean, or in nats, from which a network has run away
STILL = 0.05  # the share of the last epochs in which the best one lies, for it to be improving still


def judge(
    scores: Mapping[str, Any],
    story: Sequence[Any],
    best: int,
    ended: str,
    begun: int,
    patience: int | None,
    held_out: int,
    common: float,
    usual: float,
) -> Verdict:
    """The gravest thing that can be said.

    story: the epochs.  ended: "settled", "out of epochs", "time is up", "interrupted" or "ran away".
    begun: epochs that were begun.  common: the share of the largest class, 0 for numbers.  usual: the rate if not said.
    kinds: "ran away", "interrupted", "time is up", "learned nothing", "still improving", "overfits", "not judged",
    "settled".
    """
    kept = f"the parameters after epoch {best} are kept" if best else "no epoch was whole"
    if story and _beyond(scores):
        words = f"the loss only grew; {kept}. Give a lower rate: {min(story[-1].rate / 10, usual):g}."
        return Verdict(False, "ran away", words)
    if ended == "ran away":
        rate = min(story[-1].rate / 10, usual)
        first = "the start is kept" if best == 0 else kept
        return Verdict(
            False,
            ended,
            f"the loss became nan or infinite in epoch {story[-1].epoch}; {first}. Give a lower rate: {rate:g}.",
        )
    if ended in ("interrupted", "time is up"):
        what = "interrupted" if ended == "interrupted" else "the seconds were spent"
        rest = kept if best else f"the parameters where it stopped, within epoch {max(begun, 1)}, are kept"
        return Verdict(False, ended, f"{what} in epoch {max(begun, 1)}; {rest}. To go on, give this fit as start.")
    if not held_out:
        words = f"all {best} epochs ran, and no rows were held out to judge by: the scores are of the rows trained on."
        return Verdict(False, "not judged", words)
    last = story[-1].epoch
    if ended == "out of epochs" and last - best <= max(1, round(STILL * last)):
        return Verdict(
            False,
            "still improving",
            f"the held-out loss was lowest at epoch {best} of {last}, when the epochs ran out. Give epochs={2 * last}.",
        )
    if _nothing(scores, common):
        mean = "the largest class" if "accuracy" in scores else "their mean"
        return Verdict(
            False,
            "learned nothing",
            f"rows held out are predicted no better than by {mean}. "
            "More rows, other columns, or another rate may help.",
        )
    stopped = f"stopped at epoch {last}: none better on rows held out for {last - best} epochs; {kept}"
    if ended == "out of epochs":
        stopped = f"all {last} epochs ran; {kept}"
    loss = scores["loss"]
    if loss.held_out > APART * loss.train and not (loss.held_out < 1e-12):
        return Verdict(
            True,
            "overfits",
            f"{stopped}. The loss of rows held out is {_times(loss.held_out, loss.train)} that of rows trained on: "
            "more rows, fewer units or decay=0.01 may bring it down.",
        )
    return Verdict(True, "settled", f"{stopped}.")


def _beyond(scores: Mapping[str, Any]) -> bool:
    if "accuracy" in scores:
        return bool(scores["loss"].train > BEYOND)
    return bool(scores["r_squared"].train < -BEYOND)


def _nothing(scores: Mapping[str, Any], common: float) -> bool:
    if "accuracy" in scores:
        return bool(scores["accuracy"].held_out < common - 1e-9 and scores["accuracy"].train <= common + 0.02)
    return bool(scores["r_squared"].held_out <= 0 and scores["r_squared"].train < 0.1)


def _times(a: float, b: float) -> str:
    ratio = a / b if b > 0 else math.inf
    return f"{ratio:.1f} times" if ratio < 100 else "over 100 times"
