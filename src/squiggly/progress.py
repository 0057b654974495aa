"""A line that says how a long fit is going: shown after a second, on a terminal, and gone when it is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from squiggly.solve.least_squares import Watch

PATIENCE = 1.0  # seconds before anything is shown


@contextmanager
def watched(patience: float = PATIENCE) -> Iterator[Watch]:
    """A watcher for `fit` that shows the step, the loss and the steps per second once a second has passed.

    Written to standard error where that is a terminal; elsewhere one line a ten seconds.
    """
    began = time.monotonic()
    status = None

    def watch(step: int, values: np.ndarray, cost: float) -> None:
        nonlocal status, began
        now = time.monotonic()
        if now - began < patience:
            return
        if status is None:
            from rich.console import Console
            from rich.status import Status

            status = Status("", console=Console(stderr=True))
            status.start()
        status.update(f"step {step} · loss {cost:.6g} · {now - began:.0f} s · Ctrl-C keeps the best so far")

    try:
        yield watch
    finally:
        if status is not None:
            status.stop()
            print(file=sys.stderr, end="")
