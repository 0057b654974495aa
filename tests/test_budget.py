"""The budget of a fit: what it may take, what it took, and that it ends."""

from __future__ import annotations

import time

import numpy as np
import pytest

import squiggly as sq
from squiggly.errors import OptionError
from squiggly.solve.budget import Budget, Spent, allowed

X = np.linspace(0, 3, 20)
Y = 3 * np.exp(-X) + 0.01 * np.random.default_rng(0).normal(size=20)


def slow(x, a, b):
    time.sleep(0.01)
    return a * np.exp(-float(b) * x)  # float() keeps it from being recorded


def test_a_slow_function_ends_when_its_time_is_up():
    answer = sq.fit(slow, (X, Y), seconds=0.3)
    assert answer.verdict.kind == "did not settle" and "0.3 seconds" in answer.verdict.words
    assert answer.effort.seconds < 3


@pytest.mark.parametrize("loss", [sq.mse, sq.mae, sq.huber, sq.poisson], ids=lambda loss: loss.name)
@pytest.mark.parametrize(
    ("formula", "least"), [("y = a*x + b", 1), ("y = a*exp(-b*x)", 10), ("y = a + w*relu(t - x)", 1)]
)
def test_what_a_fit_took_is_in_the_answer(formula, least, loss, tmp_path):
    answer = sq.fit(formula, (X, Y), loss=loss)
    assert 0 < answer.effort.seconds < answer.effort.allowed and answer.effort.evaluations >= least
    answer.save(tmp_path / "fit.json")
    assert sq.load(tmp_path / "fit.json").effort == answer.effort


def test_time_that_is_none_is_refused():
    for seconds in (0, -1, "5", float("nan")):
        with pytest.raises(OptionError) as caught:
            sq.fit("y = a*x", (X, Y), seconds=seconds)
        assert str(caught.value) == f"seconds is {seconds!r}, a number above 0 was expected\nhint: seconds=60"


def test_many_points_get_more_time():
    assert allowed(None, 10**7) == 560 and allowed(3.0, 10**7) == 3.0


def test_a_budget_calls_the_watcher_it_was_given():
    seen: list[int] = []
    budget = Budget(60.0, lambda step, values, cost: seen.append(step))
    budget(3, np.zeros(1), 0.0)
    assert seen == [3] and not budget.over
    budget.seconds = -1.0
    with pytest.raises(Spent):
        budget(4, np.zeros(1), 0.0)
    assert budget.over
