"""Fits without start values: families of curves over nine decades of units come out right, or the verdict says not."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

from family import Case, Outcome, curve, draw, from_truth, judge, misfit, ours  # noqa: E402
from kinds import FAMILIES, HARDER, case_of  # noqa: E402
from kinds.classic import NINE  # noqa: E402

CLASSIC = [family.name for family in NINE]
OTHERS = ["bateman", "gompertz", "verhulst", "haldane", "langmuir", "arrhenius", "two-peaks", "resonance", "beats",
          "stretched", "morse", "gaussian-area", "sine-period", "half-life", "tanh-step", "weibull"]  # fmt: skip


def wrong(outcomes: list[Outcome]) -> list[str]:
    return [f"{o.case.name}, seed {o.case.seed}: misfit ×{o.ratio:.3g}, {o.kind}" for o in outcomes if not o.right]


@pytest.mark.parametrize("name", CLASSIC)
def test_a_classic_family_is_right_without_start_values(name):
    assert wrong([judge(case_of(name, seed), ours) for seed in range(5)]) == []


@pytest.mark.parametrize("name", OTHERS)
def test_a_family_from_another_field_is_right_without_start_values(name):
    assert wrong([judge(case_of(name, seed), ours) for seed in range(2)]) == []


@pytest.mark.prove
@pytest.mark.parametrize("name", CLASSIC)
def test_99_of_100_are_right_and_at_most_1_of_200_silently_wrong(name):
    outcomes = [judge(case_of(name, seed), ours) for seed in range(200)]
    assert sum(o.right for o in outcomes) >= 198 and sum(o.silent for o in outcomes) <= 1, wrong(outcomes)


# --- The judge itself


@pytest.mark.parametrize("name", FAMILIES)
def test_a_familys_data_sets_are_seeded_and_finite(name):
    one, again = case_of(name, 3), case_of(name, 3)
    assert np.array_equal(one.y, again.y) and np.array_equal(one.x, again.x)
    assert np.isfinite(one.y).all() and np.ptp(one.clean) > 0
    assert not np.array_equal(one.y, case_of(name, 4).y)


@pytest.mark.parametrize("harder", HARDER)
def test_a_harder_data_set_still_holds_its_truth(harder):
    for name in CLASSIC:
        case = case_of(f"{name}+{harder}", 1)
        assert np.array_equal(curve(case.formula, case.x, case.truth), case.clean)
        assert np.median(np.abs(case.y - case.clean)) < 0.15 * np.ptp(case.clean)


def test_the_reference_lies_no_higher_than_the_truth():
    for name in CLASSIC:
        case = draw(FAMILIES[name], 0)
        assert misfit(case, from_truth(case)) <= misfit(case, case.truth)


def test_a_wrong_answer_called_good_is_silent_and_one_called_doubtful_is_not():
    case = draw(FAMILIES["gaussian"], 0)

    def flat(_: Case, ok: bool) -> tuple[dict[str, float], bool, str]:
        return {"h": 0.0, "m": 0.0, "s": 1.0, "c": float(case.y.mean())}, ok, "flat"

    assert judge(case, lambda c: flat(c, True)).silent
    assert not judge(case, lambda c: flat(c, False)).silent
    assert not judge(case, lambda c: flat(c, False)).right


def test_an_answer_at_the_reference_is_right():
    case = draw(FAMILIES["gaussian"], 0)
    assert judge(case, lambda c: (from_truth(c), True, "")).right


def test_a_fit_that_raises_is_wrong_and_says_so():
    def gives_up(_: Case) -> tuple[dict[str, float], bool, str]:
        raise RuntimeError("no")

    outcome = judge(draw(FAMILIES["gaussian"], 0), gives_up)
    assert not outcome.right and not outcome.silent and outcome.kind == "RuntimeError"
