from __future__ import annotations

import copy
import functools
import os
import struct
import subprocess
import sys
import warnings
import xml.etree.ElementTree as xml
from io import BytesIO

import matplotlib
import numpy as np
import pytest

import squiggly as sq
from squiggly.errors import DataError, FileError, FormulaError, ModelError, OptionError
from squiggly.plotting import MANY, SHOWN, plot, plot_fit, plot_history

X = np.linspace(-2, 2, 20)
Y = sq.add_noise(3 * X**2 + 2 * X + 1, mult=0.15, add=1.5)
RANDOM = np.random.default_rng(1)
HOSTILE = ["$x_1$ <b>", "$", "a\nb", "\\frac{", "_y", "%&#{}^~", "-->", "\x00\x07", "x" * 500]


@pytest.fixture(scope="module")
def quadratic():
    return sq.fit("y = a*x^2 + b*x + c", (X, Y))


@pytest.fixture(scope="module")
def weighted():
    t = np.linspace(0, 10, 25)
    counts = 100 * np.exp(-t / 3) + 12 + RANDOM.normal(size=25)
    return sq.fit("counts = a*exp(-t/tau) + c", {"t": t, "counts": counts, "err": np.ones(25)}, sigma="err")


def many(n: int, **options):
    x = np.random.default_rng(2).uniform(0, 10, n)
    return sq.fit("y = a*x + b", (x, 2 * x + 1 + np.random.default_rng(3).normal(size=n)), **options)


def drawn(figure) -> bytes:
    file = BytesIO()
    figure.savefig(file)
    return file.getvalue()


def curve(axes):
    """The line that is no points."""
    [line] = [line for line in axes.lines if line.get_linestyle() == "-" and line.get_marker() in ("None", "")]
    return line.get_data()


def dots(axes):
    [line] = [line for line in axes.lines if line.get_marker() == "o"]
    return line


def beside(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def headline(figure):
    return figure.axes[0]._left_title


def said(error, *arguments, call=plot, **options) -> str:
    with pytest.raises(error) as caught:
        call(*arguments, **options)
    return str(caught.value)


# --- any function over a range ------------------------------------------------------------------------------------


def quad(a, b, c, x):
    return a * x**2 + b * x + c


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        (lambda x: 3 * x**2 + 2 * x + 1, {}),
        (functools.partial(quad, 3, 2, 1), {}),
        (functools.partial(quad, 3, 2), {"c": 1}),
        ("3*x^2 + 2*x + 1", {}),
        ("a*x^2 + b*x + 1", {"a": 3, "b": 2}),
        (sq.as_model("low*x^2 + title*x + c").fix(low=3, title=2), {"c": 1}),
        (sq.quadratic(), {"a": 3, "b": 2, "c": 1}),
        (lambda x: np.array([3 * v**2 + 2 * v + 1 if v > -9 else 0 for v in x]), {}),  # cannot be recorded
    ],
)
def test_any_function_is_drawn_where_it_goes(model, parameters):
    x, y = curve(plot(model, -2.1, 2.1, **parameters).axes[0])
    assert (x[0], x[-1]) == (-2.1, 2.1) and 400 <= len(x) <= 1000
    assert y == pytest.approx(3 * x**2 + 2 * x + 1)


def test_numpys_own_functions_are_functions_too():
    x, y = curve(plot(np.sin).axes[0])
    assert y.tolist() == np.sin(x).tolist()


def test_a_torch_function_is_drawn():
    torch = pytest.importorskip("torch")
    x, y = curve(plot(lambda x: torch.relu(x) + 1).axes[0])
    assert y == pytest.approx(np.maximum(x, 0) + 1)


def test_a_fit_is_drawn_with_its_values_or_with_others(quadratic):
    x, y = curve(plot(quadratic, -4, 4).axes[0])
    assert y.tolist() == quadratic.predict(x).tolist()
    x, y = curve(plot(quadratic, -4, 4, a=0).axes[0])
    assert y == pytest.approx(quadratic.values["b"] * x + quadratic.values["c"])


def test_the_lessons_call_has_its_title_colour_and_limits():
    figure = plot(lambda x: 3 * x**2 + 2 * x + 1, -2.1, 2.1, title="$3x^2 + 2x + 1$", color="r", ylim=(-1, 15))
    axes = figure.axes[0]
    assert (headline(figure).get_text(), axes.lines[0].get_color(), axes.get_ylim()) == (
        "$3x^2 + 2x + 1$",
        "r",
        (-1, 15),
    )


def test_without_a_title_the_formula_stands_there():
    assert headline(plot(lambda x: 3 * x**2)).get_text() == r"$y = 3 \, x^{2}$"
    assert headline(plot("counts = a*t", a=1)).get_text() == r"$\mathrm{counts} = a \, t$"


def test_axes_are_named_from_the_model_or_as_asked():
    axes = plot("counts = a*t", a=1).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("t", "counts")
    axes = plot("counts = a*t", a=1, xlabel="time (s)", ylabel="n").axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time (s)", "n")


@pytest.mark.parametrize(
    "points",
    [(X, Y), {"x": X, "y": Y}, {"t": X, "n": Y}, sq.Points.checked({"t": X}, Y)],
    ids=["pair", "xy", "tn", "Points"],
)
def test_points_lie_on_top(points):
    line = dots(plot("x^2", points=points).axes[0])
    assert (line.get_xdata().tolist(), line.get_ydata().tolist()) == (X.tolist(), Y.tolist())


def test_a_curve_has_gaps_where_it_has_no_value():
    x, y = curve(plot("log(x)").axes[0])
    assert np.isnan(y[x <= 0]).all() and np.isfinite(y[x > 0]).all()


def test_a_range_without_any_value_is_refused_and_not_drawn_empty():
    assert said(ModelError, "log(x)", -2, -1) == (
        "the model has no finite value between -2 and -1\nhint: choose a range where it has one"
    )


@pytest.mark.parametrize("ends", [(1, 1), (2, 1), (0, float("inf")), (float("nan"), 1), ("a", 1), (None, 1)])
def test_low_is_a_number_below_high(ends):
    assert said(OptionError, "x", *ends) == (
        f"low is {ends[0]!r} and high is {ends[1]!r}, two finite numbers were expected, low below high\n"
        "hint: plot(f, -2, 2)"
    )


@pytest.mark.parametrize("ylim", [(1, 0), (1,), 3, "ab", (0, float("nan"))])
def test_limits_are_two_numbers(ylim):
    assert said(OptionError, "x", ylim=ylim).startswith(
        f"ylim is {ylim!r}, a lowest and a higher highest y were expected"
    )


def test_a_colour_is_one_that_exists():
    assert said(OptionError, "x", color="bleu").startswith("color is 'bleu', which is no colour\nhint: ")


def test_a_parameter_without_a_number_is_named_with_what_to_do():
    assert said(OptionError, "a*x + b") == "plot: no value for a and b\nhint: plot(model, a=1.0)"
    assert "d" in said(OptionError, "a*x", a=1, d=2)


def test_a_model_without_one_input_has_no_curve():
    assert said(OptionError, "a*u", a=1).startswith("a curve has one input, this model has none\nhint: write it with x")
    u, v = RANDOM.uniform(size=(2, 20))
    fitted = sq.fit("z = a*u + b*v", {"u": u, "v": v, "z": u + v})
    assert said(OptionError, fitted).startswith("a curve has one input, this model has u and v\nhint: plot_fit")


@pytest.mark.parametrize("points", [X, 3, (X, Y, X), {"x": X}])
def test_points_are_two_columns(points):
    assert said(DataError, "x", points=points).startswith("points are a list of x and one of y")


def test_a_formula_that_cannot_be_read_says_where():
    assert "^" in said(FormulaError, "3*(x")


# --- a fit --------------------------------------------------------------------------------------------------------


def test_a_fit_shows_points_curve_and_residuals_below(quadratic):
    above, below = plot_fit(quadratic).axes
    x, y = curve(above)
    assert 400 <= len(x) <= 1000 and x[0] < X[0] and x[-1] > X[-1]
    assert y.tolist() == quadratic.predict(x).tolist()
    assert dots(above).get_ydata().tolist() == Y.tolist()
    assert dots(below).get_ydata().tolist() == quadratic.residuals.tolist()
    assert below.get_shared_x_axes().joined(above, below)


def test_axes_are_named_as_the_columns(weighted):
    figure = plot_fit(weighted)
    assert [a.get_ylabel() for a in figure.axes] == ["counts", "residual"]
    assert [a.get_xlabel() for a in figure.axes] == ["", "t"]


def test_the_formula_is_typeset_above(weighted):
    assert headline(plot_fit(weighted)).get_text() == f"${weighted.model.latex}$"


def test_error_bars_are_one_sigma_long_in_both_panels(weighted):
    for axes in plot_fit(weighted).axes:
        [bars] = axes.containers[0].lines[2]
        assert {round(float(np.ptp(bar[:, 1])), 9) for bar in bars.get_segments()} == {2.0}
    assert beside(plot_fit(weighted))[0] == "measured ± sigma"


def test_without_sigma_there_are_no_bars(quadratic):
    assert plot_fit(quadratic).axes[0].containers[0].has_yerr is False


def test_values_stand_beside_to_two_digits_of_their_error(quadratic):
    assert beside(plot_fit(quadratic)) == [
        "measured", "fitted", "95 % confidence band", "$a$ = 2.76 ± 0.24", "$b$ = 1.14 ± 0.26", "$c$ = 0.57 ± 0.47",
    ]  # fmt: skip


def test_the_confidence_band_is_shaded_and_named(quadratic):
    figure = plot_fit(quadratic)
    [shade] = [c for c in figure.axes[0].collections if c.get_zorder() == 1]
    edges = {(round(x, 9), round(y, 9)) for x, y in shade.get_paths()[0].vertices}
    x, _ = curve(figure.axes[0])
    band = quadratic.band(x)
    assert {(round(a, 9), round(b, 9)) for a, b in zip(x, band.low)} <= edges
    assert {(round(a, 9), round(b, 9)) for a, b in zip(x, band.high)} <= edges


@pytest.mark.parametrize("band, named", [("confidence", True), ("prediction", True), (None, False)])
def test_the_band_may_be_chosen(quadratic, band, named):
    figure = quadratic.plot(band=band)
    assert (f"95 % {band} band" in beside(figure)) is named
    assert any(c.get_zorder() == 1 for c in figure.axes[0].collections) is named


def test_a_prediction_band_between_points_whose_sigma_varies_is_interpolated():
    sigma = np.linspace(1, 3, 20)
    fitted = sq.fit("y = a*x^2 + b*x + c", (X, Y), sigma=sigma)
    figure = fitted.plot(band="prediction")
    [shade] = [c for c in figure.axes[0].collections if c.get_zorder() == 1]
    own = fitted.band(kind="prediction")
    edges = {(round(x, 9), round(y, 9)) for x, y in shade.get_paths()[0].vertices}
    assert {(round(a, 9), round(b, 9)) for a, b in zip(X, own.high)} <= edges


def test_where_no_points_are_left_there_is_no_band():
    figure = plot_fit(sq.fit("y = a*x + b", {"x": [0, 1], "y": [1, 2]}))
    assert not any("band" in line for line in beside(figure))


def test_another_word_for_a_band_is_refused(quadratic):
    assert said(OptionError, quadratic, None, "both", call=plot_fit) == (
        'band is \'both\', "confidence" or "prediction" was expected\nhint: band="confidence"'
    )


def test_a_fixed_parameter_says_so():
    assert beside(plot_fit(sq.fit("y = a*x + b", (X, Y), fix={"b": 1})))[-1] == "$b$ = 1, fixed"


def test_a_verdict_that_is_not_good_is_in_the_picture(quadratic):
    fitted = sq.fit("y = a*b*x + c", (X, Y))
    assert beside(plot_fit(fitted))[-1] == "verdict: not determined"
    assert not any("verdict" in line for line in beside(plot_fit(quadratic)))


def test_of_many_parameters_the_first_are_named_and_the_rest_counted():
    x = np.linspace(0, 6, 80)
    lines = beside(plot_fit(sq.fit(sq.polynomial(14), (x / 6, np.sin(x)))))
    assert "… and 5 more" in lines and sum(" = " in line for line in lines) == 10


def test_nothing_beside_covers_a_point(weighted):
    figure = plot_fit(weighted)
    drawn(figure)
    above = figure.axes[0]
    box = above.get_legend().get_window_extent()
    assert box.x0 >= above.get_window_extent().x1 - 1 and box.x1 <= figure.bbox.x1 + 1


def test_of_several_inputs_what_was_measured_stands_over_what_is_predicted():
    u, v = RANDOM.uniform(size=(2, 40))
    fitted = sq.fit("z = a*u + b*v^2", {"u": u, "v": v, "z": 3 * u - v**2 + 0.1 * RANDOM.normal(size=40)})
    figure = plot_fit(fitted)
    above, below = figure.axes
    assert (above.get_ylabel(), below.get_xlabel()) == ("z, measured", "z, predicted")
    assert dots(above).get_xdata().tolist() == fitted.predict().tolist()
    x, y = curve(above)
    assert x.tolist() == y.tolist() and "measured = predicted" in beside(figure)


def test_a_peak_narrower_than_the_grid_is_not_missed():
    x = np.sort(np.r_[np.linspace(0, 1000, 40), 500.01 + 0.01 * np.arange(-3, 4)])
    fitted = sq.fit(
        "y = a*exp(-((x - m)/s)^2)", (x, 5 * np.exp(-(((x - 500.01) / 0.02) ** 2))), start={"m": 500.01, "s": 0.02}
    )
    assert curve(plot_fit(fitted).axes[0])[1].max() == pytest.approx(5, rel=1e-3)


def test_a_pole_just_outside_the_points_does_not_flatten_them():
    x = np.geomspace(0.1, 10, 30)
    low, high = plot_fit(sq.fit("y = a*x^b", (x, 3 * x**-2))).axes[0].get_ylim()
    assert high < 700 and low > -100


def test_one_enormous_error_bar_does_not_flatten_the_rest():
    fitted = sq.fit("y = a*x + b", (np.arange(6.0), np.arange(6.0)), sigma=[1, 1, 1, 1e6, 1, 1])
    assert all(np.ptp(axes.get_ylim()) < 30 for axes in plot_fit(fitted).axes)


def test_a_function_that_mixes_its_points_is_drawn_at_the_points_only():
    def blurred(x, a):
        return a * np.convolve(np.sin(x), np.ones(5) / 5, "same")

    x = np.linspace(0, 6, 30)
    fitted = sq.fit(blurred, (x, np.sin(x)))
    drawn_x, drawn_y = curve(plot_fit(fitted).axes[0])
    assert drawn_x.tolist() == x.tolist() and drawn_y.tolist() == fitted.predict().tolist()


def test_a_function_that_ends_with_its_points_is_drawn_up_to_there():
    def table(x, a):
        if np.min(x) < -2 or np.max(x) > 2:
            raise ValueError("outside the table")
        return a * np.interp(x, [-2, 0, 2], [1, 2, 5])

    x, _ = curve(plot_fit(sq.fit(table, (X, Y))).axes[0])
    assert (x[0], x[-1]) == (-2, 2) and len(x) > 400


def test_many_points_become_small_rasterised_dots_without_bars():
    axes = plot_fit(many(MANY + 1, sigma=1.0)).axes[0]
    assert dots(axes).get_rasterized() and dots(axes).get_alpha() < 1 and not axes.containers
    assert not dots(plot_fit(many(100)).axes[0]).get_rasterized()


def test_of_too_many_points_a_sample_is_drawn_that_keeps_the_outermost():
    fitted = many(SHOWN + 20_000)
    line = dots(plot_fit(fitted).axes[0])
    x, y = line.get_data()
    assert SHOWN <= len(x) <= SHOWN + 6
    assert (y.min(), y.max()) == (fitted.points.y.min(), fitted.points.y.max())
    again = dots(plot_fit(fitted).axes[0])
    assert again.get_xdata().tolist() == x.tolist()


@pytest.mark.parametrize("scale", [1e-130, 1e-12, 1e12, 1e130])
def test_huge_and_tiny_scales_are_drawn(scale):
    figure = plot_fit(sq.fit("y = a*x + b", (X, scale * (2 * X + 1 + 0.1 * np.sin(9 * X)))))
    assert drawn(figure)
    assert np.ptp(figure.axes[0].get_ylim()) == pytest.approx(8.9 * scale, rel=0.1)


def test_a_perfect_fit_and_a_flat_line_are_drawn():
    assert drawn(plot_fit(sq.fit("y = a*x + b", (X, 2 * X + 1))))
    assert drawn(plot_fit(sq.fit("y = a*x + b", (X, np.full(20, 7.0)))))
    assert drawn(plot_fit(sq.fit("y = a*x + b", (X, np.zeros(20)))))


# --- names that would break a picture -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_a_column_may_be_called_anything(name, tmp_path):
    figure = plot_fit(sq.fit(sq.line(), {name: X, "$" + name: Y}))
    for ending in ("png", "svg", "pdf"):
        figure.savefig(tmp_path / f"picture.{ending}")
    xml.parse(tmp_path / "picture.svg")


def test_dollar_signs_in_a_columns_name_are_dollar_signs():
    figure = plot_fit(sq.fit(sq.line(), {"$x_1$ <b>": X, "cost in $": Y}))
    label = figure.axes[1].xaxis.label
    assert (label.get_text(), label.get_parse_math()) == ("$x_1$ <b>", False)
    assert r"\mathrm{cost\ in\ \$}" in headline(figure).get_text()


def test_a_parameter_may_begin_with_an_underscore():
    assert any("_b" in line for line in beside(plot_fit(sq.fit("y = a*x + _b", (X, Y)))))


def test_a_formula_that_cannot_be_typeset_stands_as_text():
    text = headline(plot_fit(sq.fit("y = where(x < 0, a*x, b*x)", (X, Y))))
    assert (text.get_text(), text.get_parse_math()) == ("y = where(x < 0, a*x, b*x)", False)


def test_a_long_formula_is_wrapped_inside_the_picture():
    figure = plot_fit(sq.fit(sq.polynomial(16), (X, Y)))
    drawn(figure)
    box = headline(figure).get_window_extent()
    assert box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
    assert headline(figure).get_text().count("\n") == 1


@pytest.mark.parametrize("title", ["costs $5", "$5 & $6_", "$\\frac{$", "\\", "a\nb", ""])
def test_a_title_may_be_any_text(title):
    figure = plot("x", title=title)
    assert drawn(figure) and headline(figure).get_text() == title


# --- the loss step by step ----------------------------------------------------------------------------------------


def journey(**options):
    return list(sq.descend("y = a*x^2 + b*x + c", (X, Y), **options))


def test_a_history_is_the_loss_at_every_step():
    moments = journey(rate=0.01, steps=10, loss=sq.mae)
    axes = plot_history(moments).axes[0]
    assert axes.lines[0].get_xdata().tolist() == list(range(11))
    assert axes.lines[0].get_ydata().tolist() == [m.loss for m in moments]
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_yscale()) == ("step", "loss", "linear")


def test_a_history_comes_from_a_fit_or_straight_from_descend(quadratic):
    assert len(plot_history(quadratic).axes[0].lines[0].get_xdata()) == len(quadratic.history)
    stream = sq.descend("y = a*x^2 + b*x + c", (X, Y), steps=3)
    assert len(plot_history(stream).axes[0].lines[0].get_xdata()) == 4


def test_a_loss_over_more_than_a_decade_has_a_logarithmic_axis():
    moments = [sq.Moment(i, {}, 100.0 / 2**i, {}, 0.1) for i in range(10)]
    assert plot_history(moments).axes[0].get_yscale() == "log"
    assert plot_history(moments, log=False).axes[0].get_yscale() == "linear"
    assert plot_history([*moments, sq.Moment(10, {}, 0.0, {}, 0.1)]).axes[0].get_yscale() == "linear"


def test_a_descent_that_ran_away_ends_in_a_cross_with_its_words():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sq.DescentWarning)
        moments = journey(rate=1.0, steps=200)
    figure = plot_history(moments)
    line, cross = figure.axes[0].lines
    assert (cross.get_marker(), cross.get_xdata()[0]) == ("X", moments[-1].step)
    assert headline(figure).get_text() == moments[-1].words and drawn(figure)


def test_a_loss_that_is_no_number_is_left_out_and_told():
    moments = [sq.Moment(0, {}, 2.0, {}, 1.0), sq.Moment(1, {}, float("nan"), {}, 1.0, words="diverged at step 1: nan")]
    figure = plot_history(moments)
    assert [line.get_xdata().tolist() for line in figure.axes[0].lines] == [[0], [0]]
    assert drawn(plot_history(moments[1:])) and headline(figure).get_text() == "diverged at step 1: nan"


@pytest.mark.parametrize(("moments", "seen"), [([], "no moment"), ([1], "int"), (3, "int"), ("ab", "str")])
def test_a_history_is_made_of_moments(moments, seen):
    assert said(OptionError, moments, call=plot_history) == (
        f"moments or a Fit were expected, got {seen}\nhint: plot_history(sq.descend(model, points))"
    )


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF"), ("PNG", b"\x89PNG")]
)
def test_the_ending_of_the_name_says_the_kind_of_file(quadratic, tmp_path, ending, magic):
    path = tmp_path / f"picture.{ending}"
    quadratic.plot(path)
    assert path.read_bytes().startswith(magic) and os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("name", ["fit", "fit.jpg", "png", "fit.png.txt"])
def test_another_ending_is_refused_before_anything_is_drawn(quadratic, tmp_path, name):
    for draw in (quadratic.plot, functools.partial(plot_history, quadratic), lambda path: plot("x", path=path)):
        with pytest.raises(FileError) as caught:
            draw(tmp_path / name)
        assert str(caught.value) == (
            f"cannot write {tmp_path / name}: a picture's name ends in .png, .svg, .pdf\nhint: add .png to the name"
        )


def test_a_folder_that_is_not_there_is_told_in_our_words(quadratic, tmp_path):
    assert said(FileError, quadratic, tmp_path / "no" / "fit.png", call=plot_fit) == (
        f"cannot write {tmp_path / 'no' / 'fit.png'}: No such file or directory\n"
        "hint: make the folder first, or check its name"
    )


def test_a_png_has_150_dots_an_inch(quadratic, tmp_path):
    figure = plot_fit(quadratic, tmp_path / "fit.png")
    width, height = struct.unpack(">II", (tmp_path / "fit.png").read_bytes()[16:24])
    assert (width, height) == tuple(np.round(figure.get_size_inches() * 150))


@pytest.mark.parametrize("ending", ["svg", "pdf", "png"])
def test_the_same_picture_twice_is_the_same_file_to_the_byte(weighted, tmp_path, ending):
    for name in ("one", "two"):
        plot_fit(weighted, tmp_path / f"{name}.{ending}")
    assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_a_million_points_make_a_small_svg(tmp_path):
    plot_fit(many(1_000_000), tmp_path / "many.svg")
    assert (tmp_path / "many.svg").stat().st_size < 1_000_000


# --- matplotlib around us -----------------------------------------------------------------------------------------


def test_no_window_system_is_touched():
    code = "import sys, squiggly as sq; sq.plot('x'); assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )


def test_importing_the_module_does_not_import_matplotlib():
    code = "import sys, squiggly.plotting; assert 'matplotlib' not in sys.modules"
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )


def test_the_readers_settings_stay_as_they_were(quadratic, tmp_path):
    before = dict(matplotlib.rcParams)
    plot_fit(quadratic, tmp_path / "fit.svg")
    assert dict(matplotlib.rcParams) == before


def test_a_dark_style_of_the_readers_own_does_not_hide_the_text(quadratic):
    with matplotlib.rc_context({"text.color": "white", "axes.labelcolor": "white", "text.usetex": True}):
        figure = plot_fit(quadratic)
    assert not headline(figure).get_usetex()
    assert headline(figure).get_color() == figure.axes[0].yaxis.label.get_color() != "white"


def test_a_notebook_shows_the_picture_by_itself(quadratic):
    png, size = plot_fit(quadratic)._repr_png_()
    assert png.startswith(b"\x89PNG") and 500 < size["width"] < 900


def test_a_picture_can_be_copied(quadratic):
    assert drawn(copy.deepcopy(plot_fit(quadratic)))


def test_doses_stand_on_a_logarithmic_axis_and_times_do_not():
    x = np.logspace(-9, -3, 13)
    doses = plot_fit(sq.fit(sq.logistic(), (x, 5 + 95 / (1 + (3e-6 / x) ** 1.2))))
    times = plot_fit(sq.fit(sq.line(), (np.arange(1.0, 300.0), 2 * np.arange(1.0, 300.0))))
    assert [figure.axes[0].get_xscale() for figure in (doses, times)] == ["log", "linear"]
