"""Which names are data and which are parameters, models joined and fixed, and every built-in against torch."""

from __future__ import annotations

import functools
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch

from squiggly import as_model, bind, fit
from squiggly.errors import FormulaError, ModelError, OptionError, SquigglyError
from squiggly.loss import mae, mse
from squiggly.model import Model
from squiggly.shapes import MODELS, constant, exponential, gaussian, line, polynomial, quadratic, relus, sine

X = np.linspace(0.3, 4, 40)


def split(source: Any, columns: Any = None, **options: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The inputs and the parameters."""
    model = as_model(source, columns, **options)
    return model.inputs, model.names


def said(error: type[SquigglyError], call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(error) as caught:
        call(*args, **options)
    return str(caught.value)


# ------------------------------------------------------------------------------------------------- which names are data


def test_in_a_formula_names_that_are_columns_are_data():
    assert split("counts = a*exp(-t/tau) + c", ["t", "counts"]) == (("t",), ("a", "tau", "c"))


def test_parameters_come_in_order_of_appearance():
    assert split("c + b*x + a*x^2")[1] == ("c", "b", "a")


def test_without_columns_a_formulas_data_is_x_or_else_t():
    assert split("a*x + t") == (("x",), ("a", "t"))
    assert split("a*t + b") == (("t",), ("a", "b"))
    assert split("a*u + b") == ((), ("a", "u", "b"))


def test_several_columns_are_several_inputs():
    assert split("z = a*u + b*v", ["u", "v", "z"]) == (("u", "v"), ("a", "b"))


def test_a_column_the_left_side_names_is_not_an_input():
    assert split("log(counts) = a + b*t", ["t", "counts"]) == (("t",), ("a", "b"))


def test_a_parameter_may_have_the_name_of_a_column():
    assert split("y = a*x + b", ["x", "y", "b"], parameters=["b"]) == (("x",), ("a", "b"))


def test_a_column_called_e_is_data_not_a_number():
    assert split("y = a*e", ["e", "y"]) == (("e",), ("a",))
    assert split("y = a*x*e", ["x", "y"], parameters=["e"]) == (("x",), ("a", "e"))


def test_a_column_with_an_odd_name_is_written_in_backticks():
    assert split("y = a*`dose (mg)` + b", ["dose (mg)", "y"]) == (("dose (mg)",), ("a", "b"))


FUNCTIONS = {
    "x first": (lambda x, a, b: a * x + b, None, ("x",), ("a", "b")),
    "x last": (lambda a, b, c, x: a * x**2 + b * x + c, None, ("x",), ("a", "b", "c")),
    "x in the middle": (lambda a, x, b: a * x + b, None, ("x",), ("a", "b")),
    "the first, where none is x": (lambda t, a: a * t, None, ("t",), ("a",)),
    "a column anywhere": (lambda a, time: a * time, ["time", "y"], ("time",), ("a",)),
    "two columns": (lambda a, u, v: a * u + v, ["u", "v", "y"], ("u", "v"), ("a",)),
    "keyword-only": (lambda x, *, a, b: a * x + b, None, ("x",), ("a", "b")),
    "a keyword-only x": (lambda a, b, *, x: a * x + b, None, ("x",), ("a", "b")),
    "positional-only": (lambda x, a, /: a * x, None, ("x",), ("a",)),
    "no parameters": (lambda x: 2 * x, None, ("x",), ()),
}


@pytest.mark.parametrize("function, columns, inputs, names", FUNCTIONS.values(), ids=FUNCTIONS)
def test_in_a_function_x_or_a_column_is_data_otherwise_the_first(function, columns, inputs, names):
    assert split(function, columns) == (inputs, names)
    assert as_model(function, columns).expr is not None


def test_a_partial_fixes_parameters():
    def curve(x, a, b, c):
        return a * x + b * c

    assert split(functools.partial(curve, c=2.0)) == (("x",), ("a", "b"))
    assert split(functools.partial(curve, a=2.0)) == (("x",), ("b", "c"))
    assert as_model(functools.partial(curve, a=2.0)).formula == "2*x + b*c"


def test_a_partial_may_fix_what_stands_before_x():
    assert split(functools.partial(lambda a, b, x: a * x + b, 2.0)) == (("x",), ("b",))


def test_a_number_given_as_default_is_where_the_fit_starts():
    model = as_model(lambda x, a=2, b=1.5, c=None: a * x + b)
    assert model.start == {"a": 2.0, "b": 1.5}


def test_a_function_may_take_its_column_in_order():
    model, points = bind(lambda x, a: a * x, {"t": [0, 1, 2], "counts": [0, 2, 4]})
    assert (model.inputs, points.target) == (("t",), "counts")


def test_a_built_in_takes_the_first_two_columns():
    model, points = bind(line(), {"dose": [0, 1, 2], "answer": [0, 2, 4]})
    assert (model.inputs, points.target, model.formula) == (("dose",), "answer", "answer = slope*dose + intercept")


def test_what_was_taken_as_what_is_printed():
    answer = fit("counts = a*t + b", {"t": [0, 1, 2, 3], "counts": [1, 3, 5, 7.5]})
    assert "data: t, counts · parameters: a, b" in str(answer)


# ------------------------------------------------------------------------------------------------- near misses

NEAR = {
    "a slip of the keys": (
        "counts = a*tiem + b",
        ["time", "counts"],
        "`tiem` is not a column, but `time` is, and is not used\n"
        "  counts = a*tiem + b\n"
        "             ^^^^\n"
        'hint: write time, or say that tiem is a parameter: parameters=["tiem"] (--parameter tiem)',
    ),
    "capitals": (
        "y = a*T + b",
        ["t", "y"],
        "`T` is not a column, but `t` is, and is not used\n"
        "  y = a*T + b\n"
        "        ^\n"
        'hint: write t, or say that T is a parameter: parameters=["T"] (--parameter T)',
    ),
    "a letter short": (
        "y = a*dse + b",
        ["dose", "y"],
        "`dse` is not a column, but `dose` is, and is not used\n"
        "  y = a*dse + b\n"
        "        ^^^\n"
        'hint: write dose, or say that dse is a parameter: parameters=["dse"] (--parameter dse)',
    ),
    "on the left": (
        "cuonts = a*t",
        ["t", "counts"],
        "no column is called `cuonts`; the columns are t and counts\n"
        "  cuonts = a*t\n"
        "  ^^^^^^\n"
        "hint: did you mean counts?",
    ),
    "on the left, nothing near": (
        "z = a*t",
        ["t", "counts"],
        "no column is called `z`; the columns are t and counts\n"
        "  z = a*t\n"
        "  ^\n"
        "hint: the left side names the column to predict",
    ),
    "on both sides": (
        "y = a*y + x",
        ["x", "y"],
        "`y` is on both sides\n  y = a*y + x\n  ^\nhint: keep what is predicted on the left only",
    ),
}


@pytest.mark.parametrize("formula, columns, message", NEAR.values(), ids=NEAR)
def test_a_name_that_is_nearly_a_column_is_refused(formula, columns, message):
    assert said(FormulaError, as_model, formula, columns) == message


@pytest.mark.parametrize("formula", ["y = a*t + tau", "y = a*t + times", "y = T0*t", "y = a*t + b1"])
def test_a_name_that_only_resembles_a_column_is_a_parameter(formula):
    assert as_model(formula, ["t", "y"]).inputs == ("t",)


def test_a_near_miss_of_a_used_column_is_a_parameter():
    assert split("y = a*time + tim", ["time", "y"]) == (("time",), ("a", "tim"))


def test_a_near_miss_may_be_said_to_be_a_parameter():
    assert split("y = a*time + T", ["t", "time", "y"], parameters=["T"]) == (("time",), ("a", "T"))


def test_a_formula_that_uses_no_column_is_refused():
    table = {"t": [0, 1, 2], "counts": [1, 2, 3]}
    assert said(ModelError, bind, "counts = a + b", table) == (
        "the formula uses none of the columns t and counts: a and b are all parameters\n"
        "hint: write it with a column, for example a*t + b"
    )


def test_which_of_two_columns_is_predicted_must_be_said():
    table = {"t": [0, 1, 2], "u": [1, 2, 3], "v": [1, 2, 3]}
    assert said(ModelError, bind, "a*t + b", table) == (
        "which column is predicted, u or v?\nhint: write `u = …`: the left side says it"
    )


@pytest.mark.parametrize(
    "source, message",
    [
        (3, "a model is a formula, a function or a built-in, got int\n"
            'hint: "y = a*x + b", lambda x, a, b: a*x + b, or sq.line()'),
        (lambda x, *p: p[0] * x, "the function takes *p: its parameters have no names\n"
                                 "hint: name them: lambda x, a, b: f(x, a, b)"),
        (lambda: 3, "the function takes no argument that could be data\nhint: def f(x, a, b): …"),
    ],
)  # fmt: skip
def test_what_is_no_model_is_refused(source, message):
    assert said(ModelError, as_model, source) == message


def test_a_parameter_that_is_not_in_the_formula_cannot_be_named_one():
    assert said(OptionError, as_model, "y = a*x", ["x", "y"], parameters=["tau"]) == (
        "`tau` is named a parameter but is not in the formula: y = a*x\n"
        "hint: write it into the formula, or do not name it a parameter"
    )


# ------------------------------------------------------------------------------------------------- joined and fixed


def test_models_add_up_point_by_point():
    both = gaussian("p_") + line()
    assert both.names == ("p_height", "p_center", "p_width", "slope", "intercept")
    at = dict(p_height=2.0, p_center=1.0, p_width=0.5, slope=0.3, intercept=-1.0)
    alone = gaussian("p_").predict(X, p_height=2.0, p_center=1.0, p_width=0.5) + line().predict(
        X, slope=0.3, intercept=-1.0
    )
    assert both.predict(X, **at).tolist() == alone.tolist()


@pytest.mark.parametrize(
    "joined, formula",
    [
        (lambda m: m + 1, "a*x + 1"),
        (lambda m: 1 + m, "1 + a*x"),
        (lambda m: m - 1, "a*x - 1"),
        (lambda m: 1 - m, "1 - a*x"),
        (lambda m: m * 2, "a*x*2"),
        (lambda m: 2 * m, "2*(a*x)"),
        (lambda m: m / 2, "a*x/2"),
        (lambda m: 2 / m, "2/(a*x)"),
        (lambda m: m * as_model("exp(-x/tau)"), "a*x*exp(-x/tau)"),
        (lambda m: m / as_model("1 + k*x"), "a*x/(1 + k*x)"),
        (lambda m: m - as_model("b"), "a*x - b"),
    ],
)
def test_models_join_with_models_and_numbers(joined, formula):
    assert joined(as_model("a*x")).formula == formula


def test_joined_models_keep_what_each_had_fixed():
    both = line().fix(slope=2) + exponential().fix(tau=3)
    assert both.fixed == {"slope": 2, "tau": 3} and both.free == ("intercept", "amplitude")


def test_models_with_a_parameter_of_the_same_name_do_not_join():
    assert said(ModelError, lambda: gaussian() + gaussian()) == (
        "both models have a parameter called height, center and width\n"
        'hint: give one a prefix that keeps the names apart: sq.gaussian("p_") + sq.line()'
    )


def test_a_model_joins_with_nothing_else():
    assert said(ModelError, lambda: line() + "b") == (
        "a model joins with a model or a number, got str\n"
        'hint: sq.as_model("…") makes a model of a formula or a function'
    )


def test_what_is_not_recorded_does_not_join():
    assert said(ModelError, lambda: as_model(lambda x, a: a * np.floor(x)) + line()) == (
        "only recorded models join; this one is not: it calls np.floor, which is not in the table of operations\n"
        "hint: join inside the function"
    )


def test_a_fixed_parameter_keeps_its_value():
    model = as_model("a*x + b").fix(b=1)
    assert (model.free, model.fixed) == (("a",), {"b": 1})
    assert model.predict([0, 1], a=2).tolist() == [1, 3]
    answer = fit(model, {"x": [0, 1, 2], "y": [1, 3, 5.3]})
    assert answer.parameters["b"].fixed and answer.values["b"] == 1


def test_fixing_leaves_the_model_it_was_called_on_as_it_is():
    model = as_model("a*x + b")
    model.fix(b=1)
    assert model.free == ("a", "b")


def test_a_parameter_that_is_not_there_cannot_be_fixed():
    message = said(OptionError, as_model("a*exp(-x/tau)").fix, tua=1)
    assert message.splitlines()[0].count("tua") == 1 and message.endswith("\nhint: did you mean tau?")


def test_predict_says_which_values_are_missing():
    assert said(OptionError, as_model("a*x + b").predict, X, a=1) == "no value for b\nhint: predict(x, b=1.0)"
    assert said(ModelError, as_model("a*u + v", ["u", "v", "y"]).predict, X, a=1) == (
        'this model has 2 inputs, u and v, got one array\nhint: give a dict: {"u": …}'
    )
    assert said(ModelError, as_model("a*u + v", ["u", "v", "y"]).predict, {"u": X}, a=1) == (
        "no values for the input v\nhint: give a dict with a key for each input"
    )


@pytest.mark.parametrize("x", [2.0, [2.0], [[1.0, 2.0], [3.0, 4.0]], torch.tensor([1.0, 2.0])])
def test_a_prediction_has_the_shape_of_its_input(x):
    assert as_model("a*x").predict(x, a=3).tolist() == (3 * np.asarray(x)).tolist()


# ------------------------------------------------------------------------------------------------- against torch

ALL = {
    **{word: builder() for word, builder in MODELS.items()},
    "polynomial(0)": polynomial(0),
    "polynomial(7)": polynomial(7),
    "relus(1)": relus(1),
    "relus(8)": relus(8),
    "relus(3, weighted=False)": relus(3, weighted=False),
    "gaussian + line": gaussian("p_") + line(),
    "sine * exponential": sine() * exponential("d_") + constant(),
}
each_model = pytest.mark.parametrize("model", ALL.values(), ids=ALL)


def drawn(model: Model, seed: int) -> np.ndarray:
    """Parameters at which every built-in has finite values: between a third and two, some of them negative."""
    random = np.random.default_rng(seed)
    values = random.uniform(0.3, 2, len(model.names))
    signed = [not n.endswith(("tau", "width", "ec50", "km", "exponent")) for n in model.names]
    return np.where(signed, values * random.choice([-1, 1], len(values)), values)


def same(ours: Any, theirs: Any) -> None:
    """To 1e-12: relative above 1, absolute below."""
    theirs = np.asarray(theirs)
    assert np.abs(ours - theirs).max(initial=0) <= 1e-12 * max(1, np.abs(theirs).max(initial=0))


@each_model
def test_a_built_in_as_a_torch_function_predicts_the_same(model):
    values = drawn(model, 1)
    theirs = model.torch()(torch.tensor(X), *map(torch.tensor, values))
    assert theirs.dtype == torch.float64
    same(model.predict(X, **dict(zip(model.names, values))), np.broadcast_to(theirs.numpy(), X.shape))


@each_model
@pytest.mark.parametrize("seed", range(5))
def test_the_jacobian_is_autograds(model, seed):
    values = drawn(model, seed)
    predicted, jacobian = model.value_and_jacobian(values, {"x": X})
    columns = [torch.full(X.shape, v, dtype=torch.float64, requires_grad=True) for v in values]
    theirs = model.torch()(torch.tensor(X), *columns)
    same(predicted, theirs.detach().numpy())
    theirs.sum().backward()
    same(jacobian, np.stack([c.grad.numpy() if c.grad is not None else 0 * X for c in columns], axis=1))


@each_model
@pytest.mark.parametrize("loss, torch_loss", [(mse, torch.nn.functional.mse_loss), (mae, torch.nn.functional.l1_loss)])
@pytest.mark.filterwarnings("error")
def test_the_gradient_of_a_loss_is_autograds(model, loss, torch_loss):
    values = drawn(model, 9)
    y = np.sin(X) + 0.1
    predicted, jacobian = model.value_and_jacobian(values, {"x": X})
    ours = loss.slope(predicted, y) @ jacobian / len(X)
    parameters = [torch.tensor(v, requires_grad=True) for v in values]
    theirs = torch_loss(model.torch()(torch.tensor(X), *parameters).expand(len(X)), torch.tensor(y))
    theirs.backward()
    same(loss(predicted, y), theirs.item())
    same(ours, [p.grad.item() for p in parameters])


def test_the_lessons_first_gradient_comes_out_of_the_built_in(lesson):
    predicted, jacobian = quadratic().value_and_jacobian(np.array([1.1, 1.1, 1.1]), lesson.inputs)
    assert mae(predicted, lesson.y) == pytest.approx(2.4219, abs=5e-5)
    assert mae.slope(predicted, lesson.y) @ jacobian / 20 == pytest.approx([-1.3529, -0.0316, -0.5], abs=5e-5)


@pytest.mark.parametrize("word", MODELS)
def test_a_prefix_stands_before_every_parameter(word):
    plain, prefixed = MODELS[word](), MODELS[word](prefix="p_")
    assert prefixed.names == tuple("p_" + n for n in plain.names)


def test_a_prefix_must_begin_a_name():
    assert said(OptionError, gaussian, "2 ") == (
        'the prefix "2 " cannot begin a name\nhint: letters, digits and _, such as "p_"'
    )


@pytest.mark.parametrize("n", [0, -1, 1.5, "4", True, 10_001])
def test_a_count_of_hinges_is_a_whole_number(n):
    assert said(OptionError, relus, n) == f"relus: {n!r}, a whole number from 1 to 10000 was expected\nhint: relus=4"


def test_the_lessons_sum_without_weights_is_never_negative_and_never_bends_down():
    model = relus(5, weighted=False)
    curve = model.predict(X, **dict(zip(model.names, np.random.default_rng(0).normal(size=10))))
    assert curve.min() >= 0 and np.diff(curve, 2).min() >= -1e-12


def test_a_weighted_sum_of_n_hinges_has_n_plus_one_pieces():
    at = dict(c0=0, c1=1, t1=1, w1=-2, t2=2, w2=2, t3=3, w3=-2)
    assert relus(3).predict([0, 1, 2, 3, 4], **at).tolist() == [0, 1, 0, 1, 0]


def test_torch_is_imported_for_torch_functions_only():
    code = (
        "import sys, squiggly as sq\n"
        "sq.gaussian().predict([1], height=1, center=0, width=1)\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_an_input_that_is_no_number_is_refused():
    with pytest.raises(ModelError) as caught:
        as_model("a*x").predict("abc", a=1)
    assert str(caught.value) == "x is 'abc', numbers were expected\nhint: give one number, or a list of them"
