"""A line that says how a long fit is going: shown on a terminal after a second, and gone when it is done."""

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
def watched(own: Watch | None = None, patience: float = PATIENCE) -> Iterator[Watch | None]:
    """A watcher for the solvers: the caller's own, or, on a terminal, one that shows the step and the loss.

    Nothing is shown where standard error is not a terminal.
    """
    if own is not None or not sys.stderr.isatty():
        yield own
        return
    began, line = time.monotonic(), None

    def watch(step: int, values: np.ndarray, cost: float) -> None:
        nonlocal line
        seconds = time.monotonic() - began
        if seconds < patience:
            return
        if line is None:
            from rich.console import Console
            from rich.status import Status

            line = Status("", console=Console(stderr=True))
            line.start()
        line.update(f"fitting · step {step} · loss {cost:.6g} · {seconds:.0f} s · Ctrl-C keeps the best so far")

    try:
        yield watch
    finally:
        if line is not None:
            line.stop()
