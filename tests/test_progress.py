"""The line of progress: when it is shown, when it is not, and what Ctrl-C leaves."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

import squiggly as sq
from squiggly import progress

HERE = np.array([1.5, 2.0])


class Screen(io.StringIO):
    """A stand-in for standard error that is a terminal, or not."""

    def __init__(self, is_terminal: bool = True) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


def terminal(monkeypatch) -> Screen:
    """Standard error made a terminal. Called in the test itself: pytest sets its own before that."""
    monkeypatch.setattr(sys, "stderr", screen := Screen())
    monkeypatch.setenv("TERM", "xterm")
    return screen


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """A clock that stands still until it is set."""
    clock = SimpleNamespace(now=100.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_nothing_is_shown_before_a_second(monkeypatch, clock):
    screen = terminal(monkeypatch)
    with progress.watched() as watch:
        clock.now += 0.99
        watch(3, HERE, 0.25)
    assert screen.getvalue() == ""


def test_the_step_the_loss_and_the_time_are_shown_after_a_second(monkeypatch, clock):
    screen = terminal(monkeypatch)
    with progress.watched() as watch:
        clock.now += 2.0
        watch(3, HERE, 0.25)
    assert "fitting · step 3 · loss 0.25 · 2 s · Ctrl-C keeps the best so far" in screen.getvalue()


def test_nothing_is_left_on_the_screen(monkeypatch, clock):
    screen = terminal(monkeypatch)
    with progress.watched() as watch:
        clock.now += 2.0
        watch(3, HERE, 0.25)
    assert screen.getvalue().endswith("\x1b[2K")  # the line is wiped


def test_the_line_is_gone_after_an_error_too(monkeypatch, clock):
    screen = terminal(monkeypatch)
    with pytest.raises(ZeroDivisionError), progress.watched() as watch:
        clock.now += 2.0
        watch(3, HERE, 0.25)
        raise ZeroDivisionError
    assert screen.getvalue().endswith("\x1b[2K")


def test_nobody_watches_where_there_is_no_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Screen(is_terminal=False))
    with progress.watched() as watch:
        assert watch is None


@pytest.mark.parametrize("is_terminal", [True, False])
def test_the_callers_own_watch_is_used_as_it_is(monkeypatch, is_terminal):
    monkeypatch.setattr(sys, "stderr", shown := Screen(is_terminal))

    def own(step, values, cost):
        raise AssertionError("not called here")

    with progress.watched(own) as watch:
        assert watch is own
    assert shown.getvalue() == ""


def test_a_fit_tells_the_callers_watch_each_step():
    seen = []
    x = np.linspace(0, 4, 20)
    sq.fit(
        "y = a*exp(-x/tau)", (x, 3 * np.exp(-x / 1.7) + 0.01 * np.sin(9 * x)), start={"a": 1, "tau": 1},
        watch=lambda step, values, cost: seen.append((step, len(values), cost)),
    )  # fmt: skip
    assert len(seen) > 1
    assert {size for _, size, _ in seen} == {2}
    assert min(cost for *_, cost in seen) == seen[-1][2]


# --------------------------------------------------------------------------------- another process, a real terminal

SLOW = """
import time, sys
import numpy as np
import squiggly as sq
def slow(x, a, tau):
    time.sleep({nap})
    return a * np.exp(-np.interp(x, x, x) / tau)
x = np.linspace(0, 4, 20)
fit = sq.fit(slow, (x, 3 * np.exp(-x / 1.7) + 0.01 * np.sin(9 * x)), start=dict(a=1, tau=9))
print(fit.verdict.kind, fit.n, fit.parameters["a"].value, flush=True)
"""
COMMAND = "from squiggly.cli import main; main(prog_name='squiggly')"


def started(*args: str, **streams) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", *args], stdout=subprocess.PIPE, text=True, **streams)


def on_a_terminal(*args: str) -> tuple[subprocess.Popen, int]:
    """A process whose standard error is a terminal, and our end of that terminal."""
    ours, theirs = pty.openpty()
    process = started(*args, stderr=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    return process, ours


def shown_until(ours: int, word: str, seconds: float = 20.0) -> str:
    """What the terminal shows, up to a word, the end or the time given."""
    shown, end = b"", time.monotonic() + seconds
    while word.encode() not in shown and time.monotonic() < end:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            shown += piece
    return shown.decode(errors="replace")


def test_a_slow_fit_shows_its_progress_on_a_terminal():
    process, ours = on_a_terminal(SLOW.format(nap=0.04))
    try:
        shown = shown_until(ours, "\x1b[2K\x00")  # never there: to the end
        assert "fitting · step " in shown and "Ctrl-C keeps the best so far" in shown
        assert process.communicate(timeout=20)[0].startswith("determined 20 ")
    finally:
        process.kill()
        os.close(ours)


def test_a_slow_fit_shows_nothing_where_there_is_no_terminal():
    process = started(SLOW.format(nap=0.04), stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=20)
    assert (out.split()[0], err) == ("determined", "")


def test_ctrl_c_in_a_slow_function_gives_the_best_so_far():
    process, ours = on_a_terminal(SLOW.format(nap=0.2))
    try:
        assert "fitting" in shown_until(ours, "fitting")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        assert out.startswith("interrupted 20 ")
        assert process.returncode == 0
    finally:
        process.kill()
        os.close(ours)


def test_ctrl_c_on_the_command_line_prints_the_best_so_far_and_exits_with_3(tmp_path):
    x = np.linspace(0, 1, 60_000)
    y = sum(np.sin((7 + 5 * k) * x + k) for k in range(6)) + np.random.default_rng(5).normal(size=x.size)
    np.savetxt(tmp_path / "waves.csv", np.c_[x, y], fmt="%.5g", delimiter=",", header="x,y", comments="")
    waves = " + ".join(f"a{k}*exp(-((x - c{k})/w{k})^2)*sin(f{k}*x)" for k in range(6))
    start = ",".join(f"a{k}=1,c{k}={k / 6},w{k}=0.3,f{k}={9 * k + 3}" for k in range(6))
    process, ours = on_a_terminal(COMMAND, "fit", str(tmp_path / "waves.csv"), f"y = {waves}", "--start", start)
    try:
        assert "fitting" in shown_until(ours, "fitting", 30)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        assert "\ninterrupted: stopped after " in out and out.startswith("y = a0*exp(")
        assert process.returncode == 3
    finally:
        process.kill()
        os.close(ours)
