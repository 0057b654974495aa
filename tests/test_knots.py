"""Hinges go where they belong: held to dynamic programming, to grids of every place, to SciPy from many starts."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

import squiggly as sq
from squiggly.cli import main
from squiggly.errors import ModelError, OptionError
from squiggly.modelling import as_model
from squiggly.pieces import enough_hinges
from squiggly.points import Points
from squiggly.report import limit_line
from squiggly.shapes import relus
from squiggly.solve.field import hinged_line
from squiggly.solve.hinges import bent, most_pieces
from squiggly.solve.stretches import Stretches

CURVES = {
    "quadratic": lambda x: 3 * x**2 + 2 * x + 1,
    "exp": np.exp,
    "sin 3x": lambda x: np.sin(3 * x),
    "Runge": lambda x: 1 / (1 + 25 * (x / 2.1) ** 2),
}


def spread(curve: str, seed: int, n: int = 400, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Points of a curve at places drawn evenly from [-2.1, 2.1], in no order; noise as a share of its spread."""
    random = np.random.default_rng(seed)
    x = random.uniform(-2.1, 2.1, n)
    y = CURVES[curve](x)
    return x, y + noise * y.std() * random.normal(size=n)


def over_limit(fit: sq.Fit) -> float:
    """The fit's rms in units of the lowest that as many pieces could have."""
    assert fit.limit is not None
    return float(np.sqrt(fit.loss / fit.limit))


def places(fit: sq.Fit) -> list[float]:
    return [v for n, v in fit.values.items() if n.startswith("t")]


# --- How good


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("k", [4, 9, 16])
def test_hinges_on_a_smooth_curve_reach_the_limit(curve, k):
    for seed in range(1):
        assert over_limit(sq.fit(relus(k), spread(curve, seed))) <= 1.001


@pytest.mark.prove
@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("k", range(4, 17))
def test_hinges_reach_the_limit_from_every_seed(curve, k):
    ratios = [over_limit(sq.fit(relus(k), spread(curve, seed))) for seed in range(20)]
    assert np.quantile(ratios, 0.95) <= 1.05


def test_one_hinge_makes_an_absolute_value():
    x = np.random.default_rng(0).uniform(-2, 2, 200)
    fit = sq.fit(relus(1), (x, np.abs(x)))
    assert fit.values == pytest.approx({"c0": 0, "c1": -1, "w1": 2, "t1": 0}, abs=1e-6)
    assert fit.verdict.ok


def test_ten_segments_of_a_sine_are_as_good_as_can_be():
    x = np.linspace(0, 10, 100)
    fit = sq.fit(relus(9), (x, np.sin(np.pi * x / 2)))
    assert fit.chi_square <= 1.001 * 0.18983518
    assert places(fit) == sorted(places(fit))


def best_on_a_grid(x: np.ndarray, y: np.ndarray, hinges: int, steps: int) -> float:
    """The least squares over every set of places of a grid."""
    grid = np.linspace(x.min(), x.max(), steps + 2)[1:-1]
    costs = []
    for at in itertools.combinations(grid, hinges):
        columns = np.column_stack([np.ones(len(x)), x, *(np.maximum(x - t, 0) for t in at)])
        costs.append(np.sum((y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]) ** 2))
    return float(min(costs))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("hinges, steps", [(1, 400), (2, 40)])
def test_no_place_on_a_grid_is_better(seed, hinges, steps):
    random = np.random.default_rng(seed)
    x = random.uniform(0, 1, 25)
    y = random.choice([-2, 1]) * np.abs(x - 0.4) + 0.2 * random.normal(size=25)
    assert sq.fit(relus(hinges), (x, y)).chi_square <= best_on_a_grid(x, y, hinges, steps) * (1 + 1e-9)


@pytest.mark.parametrize("curve, noise", [("sin 3x", 0.1), ("exp", 0.3)])
def test_the_answer_is_a_minimum_although_the_cost_has_kinks(curve, noise):
    x, y = spread(curve, 5, n=120, noise=noise)
    fit = sq.fit(relus(5), (x, y))
    assert fit.verdict.kind != "did not settle"
    random = np.random.default_rng(0)
    for size in (1e-3, 1e-5, 1e-7):
        for _ in range(100):
            at = np.array(places(fit)) + size * random.normal(size=5)
            columns = np.column_stack([np.ones(len(x)), x, np.maximum(x[:, None] - at, 0)])
            left = y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
            assert left @ left >= fit.chi_square * (1 - 1e-12)


def test_weights_move_the_hinge():
    x = np.linspace(0, 3, 90)
    y = np.where(x < 1, 0, np.where(x < 2, x - 1, 3 * x - 5)) + 0.0
    for corner in (1.0, 2.0):  # the curve has two corners; sigma decides which one counts
        sigma = np.where(np.abs(x - corner) < 0.7, 1e-3, 1e3)
        assert sq.fit(relus(1), (x, y, sigma)).values["t1"] == pytest.approx(corner, abs=1e-3)


@pytest.mark.parametrize("loss", [sq.mae, sq.huber])
def test_wild_points_do_not_move_the_hinge_of_a_robust_loss(loss):
    random = np.random.default_rng(2)
    x = np.linspace(-2, 2, 100)
    y = np.abs(x - 0.5) + 0.02 * random.normal(size=100)
    y[::10] += 5 * random.uniform(size=10)
    fit = sq.fit(relus(1), (x, y), loss=loss)
    assert fit.values["t1"] == pytest.approx(0.5, abs=0.05) and fit.verdict.kind == "determined"
    assert fit.limit is None


def test_counts_are_placed_by_squares_and_settled_by_poisson():
    random = np.random.default_rng(4)
    x = np.linspace(0, 10, 200)
    y = random.poisson(20 + 10 * np.maximum(x - 6, 0))
    fit = sq.fit(relus(1), (x, y), loss=sq.poisson)
    assert fit.values["t1"] == pytest.approx(6, abs=0.5) and fit.verdict.kind != "did not settle"


def test_many_points_are_quick_and_exact():
    x, y = spread("sin 3x", 1, n=20_000, noise=0.1)
    fit = sq.fit(relus(6), (x, y))
    assert over_limit(fit) <= 1.01 and fit.verdict.kind != "did not settle"


@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_noisy_points_come_to_rest(seed):
    random = np.random.default_rng(seed)
    x = random.uniform(0, 1, 2_500)
    fit = sq.fit(relus(6), (x, np.sin(20 * x) + 0.3 * random.normal(size=2_500)))
    assert fit.verdict.kind == "determined"
    for size in (1e-6, 1e-8):  # points lie 4e-4 apart: no hinge crosses more than the one it may be at
        for _ in range(20):
            at = np.array(places(fit)) + size * random.normal(size=6)
            columns = np.column_stack([np.ones(len(x)), x, *(np.maximum(x - t, 0) for t in at)])
            left = fit.points.y - columns @ np.linalg.lstsq(columns, fit.points.y, rcond=None)[0]
            assert left @ left >= fit.chi_square * (1 - 1e-12)


@pytest.mark.parametrize("ops", [("relu", "relu", "relu"), ("relu", "abs", "relu")])
def test_stretches_cost_what_all_points_cost(ops):
    random = np.random.default_rng(1)
    field = hinged_line(Points.checked({"x": random.uniform(3, 5, 1_777)}, random.normal(size=1_777)), 3)
    turned = [replace(h, op=op, slope=s) for h, op, s in zip(field.hinges, ops, (1.0, -2.0, 1.0))]
    field = replace(field, hinges=tuple(turned))
    stretches = Stretches.of(field)
    for at in (*random.uniform(2.9, 5.1, (20, 3)), field.x[[0, 900, 1776]]):
        assert stretches.residual(at) == pytest.approx(field.residual(at), rel=1e-9)
        if at[0] in field.x or at.min() < field.x.min() or at.max() > field.x.max():
            continue  # at a kink the slope is that of either side; outside the points a hinge is part of the line
        [triangle], _ = stretches.factor(at[None])
        [wanted], _ = field.factor(at[None])
        assert triangle[:, :-1].T @ triangle == pytest.approx(wanted[:, :-1].T @ wanted, rel=1e-6, abs=1e-6)


# --- Which models


@pytest.mark.parametrize(
    "formula, found",
    [
        ("y = a + b*x + w*relu(x - t)", True),
        ("y = b*x + w*max(0, x - t) + a", True),
        ("y = a + b*(x - 3) - w*max(t - x, 0)", True),
        ("y = a + b*x + w*abs(x - t)", True),
        ("y = a + b*x + w*min(x - t, 0)", True),
        ("y = a + b*x + w*relu(2*x - t)", True),
        ("y = relu(m*x + b) + relu(n*x + c)", True),
        ("y = a*exp(-x/s) + w*relu(x - t)", False),
        ("y = a + b*x + w*relu(x - t)^2", False),
        ("y = a + b*x + w*relu(x - t) + u*relu(x - t)", False),
        ("y = relu(x - t)", False),
        ("y = a*x + b", False),
    ],
)
def test_hinges_are_known_by_their_structure(formula, found):
    model = as_model(formula, ["x", "y"])
    assert (bent(model, model.free) is not None) is found


@pytest.mark.parametrize(
    "formula",
    ["y = a + b*x + w*max(0, x - t)", "y = a + b*(x - 3) + w*relu(t - x)", "y = a + b*x + w*abs(x - t)",
     "y = a + b*x - w*min(2*x - t, 0)"],
)  # fmt: skip
def test_a_formula_typed_by_hand_does_as_well_as_the_built_in(formula):
    x, y = spread("Runge", 3, n=80, noise=0.1)
    assert sq.fit(formula, {"x": x, "y": y}).loss == pytest.approx(sq.fit(relus(1), (x, y)).loss, rel=1e-9)


def test_a_function_with_hinges_is_placed_too():
    x, y = spread("sin 3x", 3, n=80, noise=0.1)

    def bend(x, a, b, s, t, v, w):
        return a + b * x + v * np.maximum(0, x - s) + w * np.maximum(0, x - t)

    assert sq.fit(bend, (x, y)).loss == pytest.approx(sq.fit(relus(2), (x, y)).loss, rel=1e-9)


def test_hinges_stand_beside_other_linear_terms():
    x = np.linspace(0, 10, 200)
    y = 2 * np.sin(x) + 1 + 3 * np.maximum(x - 4, 0) - 5 * np.maximum(x - 7, 0)
    fit = sq.fit("y = a*sin(x) + c + v*relu(x - s) + w*relu(x - t)", {"x": x, "y": y})
    assert fit.loss < 1e-20
    assert sorted((fit.values["s"], fit.values["t"])) == pytest.approx([4, 7], abs=1e-6)


@pytest.mark.parametrize("curve", ["quadratic", "exp"])
def test_the_lesson_s_own_sum_does_as_well_as_many_random_starts(curve):
    from scipy.optimize import least_squares

    x, y = spread(curve, 0, n=60, noise=0.02)
    fit = sq.fit(relus(2, weighted=False), (x, y))
    random = np.random.default_rng(0)
    best = min(
        least_squares(lambda p: np.maximum(np.outer(x, p[:2]) + p[2:], 0).sum(1) - y, 4 * random.normal(size=4)).cost
        for _ in range(60)
    )
    assert fit.chi_square <= 2 * best * (1 + 1e-6)
    assert fit.verdict.kind != "did not settle"


def test_the_lesson_s_own_sum_cannot_make_a_sine():
    x = np.linspace(-2, 2, 60)
    convex, free = (sq.fit(relus(4, weighted=w), (x, np.sin(2 * x))) for w in (False, True))
    assert convex.loss > 100 * free.loss
    assert (convex.predict() >= 0).all()


# --- Bounds, fixed places, given starts


def test_hinges_keep_to_their_bounds():
    x, y = spread("quadratic", 0, n=100)
    fit = sq.fit(relus(3), (x, y), bounds={"t1": (0.5, 0.8), "t2": (-1, None), "w3": (0, None)})
    assert 0.5 <= fit.values["t1"] <= 0.8 and fit.values["t2"] >= -1 and fit.values["w3"] >= 0
    assert fit.loss <= sq.fit(relus(3), (x, y), fix={"t1": 0.65}).loss


def test_a_fixed_hinge_stays_and_the_others_make_the_best_of_it():
    x, y = spread("quadratic", 0, n=100)
    fit = sq.fit(relus(3), (x, y), fix={"t2": -1.9})
    assert fit.values["t2"] == -1.9
    assert sq.fit(relus(3), (x, y)).loss <= fit.loss <= sq.fit(relus(2), (x, y)).loss


def test_a_start_that_is_given_is_kept_to_the_hinge_it_was_given_for():
    x = np.linspace(0, 10, 101)
    y = np.abs(x - 3) + 2 * np.abs(x - 7)
    fit = sq.fit(relus(2), (x, y), start={"t1": 6.8})
    assert fit.values["t1"] == pytest.approx(7, abs=1e-6) and fit.values["t2"] == pytest.approx(3, abs=1e-6)


def test_few_points_and_ties_are_no_trouble():
    fit = sq.fit(relus(1), ([0, 0, 1, 1, 3, 3, 4, 4], [0, 0.1, 1, 1.1, 1, 1.1, 0, 0.1]))
    assert fit.values["t1"] == pytest.approx(2, abs=1e-6) and fit.chi_square == pytest.approx(0.02, rel=1e-6)


def test_a_hinge_too_many_is_not_determined():
    x = np.linspace(-1, 1, 30)
    assert sq.fit(relus(2), (x, np.abs(x))).verdict.kind == "not determined"


@pytest.mark.parametrize("unit, origin, height", [(1e-9, 0, 1), (1, 1e6, 1), (1e6, 0, 1e-9), (1, 0, 1e12)])
def test_units_make_no_difference(unit, origin, height):
    x, y = spread("sin 3x", 7, n=90, noise=0.05)
    x = np.round(x, 6)
    plain, other = sq.fit(relus(4), (x, y)), sq.fit(relus(4), (origin + unit * x, height * y))
    assert other.loss / height**2 == pytest.approx(plain.loss, rel=1e-6)


# --- The limit


def test_the_limit_stands_in_the_report_and_in_json(tmp_path):
    x, y = spread("quadratic", 0, n=50)
    fit = sq.fit(relus(4), (x, y))
    line = limit_line(fit)
    assert line is not None and line in str(fit) and "no line of 5 straight pieces can be below" in line
    path = tmp_path / "points.csv"
    path.write_text("x,y\n" + "\n".join(f"{a!r},{b!r}" for a, b in zip(x.tolist(), y.tolist())))
    printed = CliRunner().invoke(main, ["fit", str(path), "relus(4)", "--json"]).stdout
    assert f'"limit": {fit.limit!r}' in printed


def test_a_limit_of_nought_is_said_in_words():
    fit = sq.fit(relus(1), ([-2, -1, 0, 1, 2, 3], [2, 1, 0, 1, 2, 3]))
    assert (limit_line(fit) or "").endswith("a line of 2 straight pieces can pass through every point")


@pytest.mark.parametrize(
    "formula, pieces",
    [("a*x + b", 1), ("a*x + b*abs(x - t) + c", 2), ("max(a*x + b, c*x + d)", 2), ("a*relu(x - t) + b*relu(x - t)", 2),
     ("relu(m*x + b)/k + relu(x)", 3), ("a*relu(x)^2", None), ("a*exp(x)", None), ("relu(relu(x - s) - t)", None)],
)  # fmt: skip
def test_pieces_are_counted(formula, pieces):
    assert most_pieces(as_model(formula)) == pieces


@pytest.mark.parametrize("seed", range(5))
def test_no_fit_is_below_the_limit(seed):
    random = np.random.default_rng(seed)
    x, y = np.round(random.uniform(0, 3, 30), 1), random.normal(size=30)
    for model in (relus(3), relus(3, weighted=False), as_model("max(a*x + b, c*x + d)")):
        fit = sq.fit(model, (x, y))
        pieces = most_pieces(fit.model)
        assert fit.limit is not None and pieces is not None
        assert np.sqrt(fit.loss) >= sq.limit_of_pieces((x, y), pieces)[-1] * (1 - 1e-12)


def test_a_curve_has_no_limit():
    x = np.linspace(0, 1, 20)
    assert sq.fit("y = a*exp(b*x)", {"x": x, "y": np.exp(x)}).limit is None
    assert sq.fit(sq.line(), (x, x**2)).limit is None


# --- As many as the points need


def chosen(x: np.ndarray, y: np.ndarray) -> int:
    return enough_hinges(Points.checked({"x": x}, y))[0]


def test_noise_on_a_line_needs_no_hinge_and_on_a_corner_one():
    line, corner = [], []
    for seed in range(12):
        random = np.random.default_rng(seed)
        x = random.uniform(-2, 2, 60)
        line.append(chosen(x, 2 * x + random.normal(size=60)))
        corner.append(chosen(x, np.abs(x) + 0.3 * random.normal(size=60)))
    assert line.count(0) >= 11 and corner.count(1) >= 11


@pytest.mark.prove
@pytest.mark.parametrize("n, least", [(20, 0.9), (50, 0.95), (200, 0.97)])
def test_of_many_noisy_lines_few_get_a_hinge(n, least):
    found = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        x = random.uniform(-2, 2, n)
        found.append(chosen(x, 2 * x + random.normal(size=n)))
    assert np.mean(np.array(found) == 0) >= least


def test_a_noisy_sine_gets_a_sensible_number():
    random = np.random.default_rng(1)
    x = np.linspace(-2, 2, 150)
    assert 2 <= chosen(x, np.sin(2 * x) + 0.2 * random.normal(size=150)) <= 5


def test_without_noise_hinges_end_at_a_thousandth_of_the_height():
    x = np.linspace(-2, 2, 300)
    fit = sq.fit(relus("auto"), (x, np.exp(x)))
    k = len(places(fit))
    assert np.sqrt(fit.loss) <= 1e-3 * np.ptp(np.exp(x)) < sq.limit_of_pieces((x, np.exp(x)), k)[-1]
    assert f"{k} hinges: enough to come within 0.1 % of the height of the points" in str(fit)


def test_a_line_is_a_line_and_said_to_be():
    x = np.linspace(0, 5, 40)
    fit = sq.fit(relus("auto"), {"time": x, "y": 2 * x + 1})
    assert fit.formula == "y = c0 + c1*time" and fit.limit is None
    assert "no hinges: a straight line comes within 0.1 % of the height of the points" in str(fit)


def test_the_command_line_takes_auto(tmp_path):
    path = tmp_path / "corner.csv"
    path.write_text("t,v\n" + "\n".join(f"{t},{abs(t - 20)}" for t in range(41)))
    result = CliRunner().invoke(main, ["fit", str(path), "relus(auto)"])
    assert result.exit_code == 0 and result.output.startswith("v = c0 + c1*t + w1*relu(t - t1)\n")
    assert "1 hinge: enough" in result.output


def test_options_hold_for_the_model_that_was_chosen():
    x = np.linspace(-1, 1, 40)
    fit = sq.fit(relus("auto", prefix="p_"), (x, np.abs(x)), fix={"p_t1": 0.1})
    assert fit.values["p_t1"] == 0.1
    assert sq.lab(relus("auto"), (x, np.abs(x))).model.names == ("c0", "c1", "w1", "t1")


UNSIZED = "how large this model is, is for the points to say, and "


@pytest.mark.parametrize(
    "act, words",
    [
        (lambda: sq.lab(relus("auto")), "there are none here\nhint: give a number, as in relus(4); or give points too"),
        (
            lambda: relus("auto").predict([1.0]),
            "there are none here\nhint: give a number, as in relus(4); or fit it to points first",
        ),
        (
            lambda: relus("auto") + sq.line(),
            "a sum or product is made before them\nhint: give a number, as in relus(4); or join models of a known size",
        ),
    ],
)
def test_without_points_the_size_is_missed(act, words):
    with pytest.raises(ModelError) as error:
        act()
    assert str(error.value) == UNSIZED + words


def test_show_says_that_points_are_missing():
    result = CliRunner().invoke(main, ["show", "relus(auto)"])
    assert result.exit_code == 2 and UNSIZED in result.output


def test_auto_is_for_weighted_sums_and_for_nothing_else():
    with pytest.raises(OptionError, match="without them more lines may come no nearer\nhint: relus"):
        relus("auto", weighted=False)
    with pytest.raises(OptionError, match="'many', a whole number from 1 to 10000 was expected"):
        relus("many")


def test_a_column_named_like_a_parameter_is_refused_once_the_size_is_known():
    x = np.linspace(-1, 1, 40)
    with pytest.raises(ModelError) as error:
        sq.fit(relus("auto"), {"t1": x, "y": np.abs(x)})
    assert str(error.value) == (
        "`t1` is both a column and a parameter of the model\n"
        'hint: rename the column, or give the model a prefix: sq.relus("auto", prefix="p_")'
    )
