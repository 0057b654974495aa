"""Expressions are values that share their parts; a Program computes them, whatever their size."""

from __future__ import annotations

import copy
import json
import math
import pickle
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from squiggly import as_model, expression, program
from squiggly.derivative import derivatives
from squiggly.expression import Expr, apply, constant, name, names, ordered, substitute
from squiggly.formula import parse
from squiggly.operations import OPERATIONS
from squiggly.program import Program
from squiggly.shapes import polynomial, relus
from squiggly.typeset import latex, text


def expr(formula: str) -> Expr:
    return parse(formula).expr


def value(node: Expr, **at: Any) -> Any:
    """The value of an expression at these numbers."""
    [result] = Program(tuple(at), (), (node,))(at, {})
    return result.tolist()


# ------------------------------------------------------------------------------------------------- one node, one object


def test_equal_expressions_are_the_same_object():
    assert expr("a*exp(-x) + 1") is expr("a * exp( -x )+1.0")
    assert name("a") is name("a") and constant(2) is constant(2.0)


def test_different_expressions_are_different_objects():
    assert expr("a - b") is not expr("b - a")
    assert name("pi") is not constant(math.pi)
    assert constant(1) is not constant(math.nextafter(1, 2))


def test_constants_are_the_same_by_their_bits():
    assert constant(math.nan) is constant(math.nan)
    assert constant(0.0) is not constant(-0.0)


def test_shared_work_is_listed_once():
    node = expr("exp(x)*exp(x) + exp(x)")
    assert [n.op for n in ordered([node])].count("exp") == 1


def test_a_node_comes_after_its_arguments():
    order = ordered([expr("a*exp(-x/b) + where(x > c, x, 0)")])
    at = {node: i for i, node in enumerate(order)}
    assert all(at[a] < at[node] for node in order for a in node.args)


def test_an_expression_nobody_holds_is_forgotten():
    before = len(expression._known)
    node = expr("only_here_1 + only_here_2*3.25e7")
    del node
    import squiggly.formula

    squiggly.formula._parse.cache_clear()
    assert len(expression._known) <= before + 2


def test_two_threads_that_make_the_same_node_get_one_object():
    made: list[Expr] = []
    gate = threading.Barrier(4)

    def make() -> None:
        gate.wait()
        made.extend(apply("add", name(f"thread{i}"), constant(i)) for i in range(300))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(node) for node in made}) == 300


@pytest.mark.parametrize("formula", ["2.5", "tau", "a*exp(-x/tau) + where(x > 1, 0, b)"])
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_copies_and_pickles_come_back_as_the_same_node(formula, copied):
    node = expr(formula)
    assert copied(node) is node


def test_a_program_that_was_pickled_computes_the_same():
    line = Program(("x",), ("a",), (expr("a*x + 1"),))
    again = pickle.loads(pickle.dumps(line))
    assert again == line and again({"x": np.arange(3.0)}, {"a": 2})[0].tolist() == [1, 3, 5]


# ------------------------------------------------------------------------------------------------- folding


@pytest.mark.parametrize(
    "formula, simple",
    {
        "2*3 + 4": "10",
        "x + 0": "x",
        "0 + x": "x",
        "x - 0": "x",
        "x*1": "x",
        "1*x": "x",
        "x/1": "x",
        "x^1": "x",
        "x^0": "1",
        "--x": "x",
        "x + -y": "x - y",
        "x - -y": "x + y",
        "x + -2": "x - 2",
        "-x*-y": "x*y",
        "(-x)*y": "-(x*y)",
        "x*(-2)": "-(x*2)",
        "-x/y": "-(x/y)",
        "where(1 < 2, x, y)": "x",
        "where(2 < 1, x, y)": "y",
        "where(a, x, x)": "x",
        "where(a > 0, x, where(a > 0, y, z))": "where(a > 0, x, z)",
        "where(a > 0, where(a > 0, y, z), x)": "where(a > 0, y, x)",
        "where(a > 0, x, 0) + where(a > 0, 0, y)": "where(a > 0, x, y)",
        "where(where(a > 0, 1, 0), x, y)": "where(a > 0, x, y)",
    }.items(),
)
def test_what_would_change_nothing_is_left_out(formula, simple):
    assert expr(formula) is expr(simple)


def test_a_comparison_of_two_numbers_used_as_a_number_is_folded():
    assert apply("add", apply("less", constant(1), constant(2)), name("x")) is expr("1 + x")


@pytest.mark.parametrize("formula", ["0*x", "x - x", "x/x", "(x + y) - y", "sqrt(x^2)"])
def test_what_might_change_a_value_stays(formula):
    assert expr(formula).args


@pytest.mark.parametrize("formula", ["1/(0 - x)", "atan2(0 - x, -1)"])
def test_the_sign_of_nought_survives_simplification(formula):
    assert value(expr(formula), x=0.0) == value(substitute(expr(formula.replace("0 -", "z -")), {}), x=0.0, z=0.0)


RAW = st.one_of(
    st.sampled_from(["x", "a", "b"]),
    st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0]),
)
ROWS = sorted(OPERATIONS.keys() - {"atan2"})  # atan2 tells 0 from -0: see the test above
TREES = st.recursive(
    RAW,
    lambda inner: st.sampled_from(ROWS).flatmap(lambda op: st.tuples(st.just(op), *[inner] * OPERATIONS[op].arity)),
    max_leaves=12,
)


def built(tree: Any) -> Expr:
    if isinstance(tree, str):
        return name(tree)
    return constant(tree) if isinstance(tree, float) else apply(tree[0], *map(built, tree[1:]))


def naive(tree: Any, at: dict[str, np.ndarray], met: list[Any]) -> Any:
    """The tree's value without any simplification; `met` gathers every value on the way."""
    if isinstance(tree, (str, float)):
        return at[tree] if isinstance(tree, str) else np.float64(tree)
    args = [naive(t, at, met) for t in tree[1:]]
    truths = len(args) if tree[0].startswith("logical") else 1 if tree[0] == "where" else 0
    args = [a != 0 if i < truths else a for i, a in enumerate(args)]
    result = OPERATIONS[tree[0]].numpy(*args)
    result = np.where(result, 1.0, 0.0) if OPERATIONS[tree[0]].truth else result
    result = np.asarray(result)[()]  # a number as a number: NumPy rounds ** of arrays of no dimension differently
    met.append(result)
    return result


@settings(max_examples=600)
@given(TREES)
def test_simplifying_never_changes_a_value(tree):
    at = {
        "x": np.array([-2.5, -1.0, 0.0, 0.3, 1.0, 2.0, 30.0]),
        "a": np.full(7, 0.7),
        "b": np.array([-1.0, 2.0, 0.0, 1.0, -0.5, 2.0, 3.0]),
    }
    met: list[Any] = []
    with np.errstate(all="ignore"):
        expected = np.broadcast_to(naive(tree, at, met), (7,))
    tame = np.all([np.isfinite(np.broadcast_to(m, (7,))) for m in met] or [np.ones(7)], axis=0).astype(bool)
    [result] = Program(tuple(at), (), (built(tree),))(at, {})
    assert result.astype(float)[tame].tolist() == expected[tame].tolist()


def test_names_are_listed_in_order_of_appearance():
    assert names(expr("b*exp(-t/tau) + a + b")) == ["b", "t", "tau", "a"]


def test_names_are_replaced_all_at_once():
    assert substitute(expr("a - b"), {"a": name("b"), "b": name("a")}) is expr("b - a")


# ------------------------------------------------------------------------------------------------- text and back


def back(node: Expr) -> Expr:
    return parse(text(node), names(node)).expr


@settings(max_examples=600)
@given(TREES)
def test_text_reads_back_as_the_same_expression(tree):
    node = built(tree)
    finite = all(math.isfinite(n.value) for n in ordered([node]) if n.op == "constant")
    noughts = any(
        n.op in ("multiply", "divide") and n.args[0] in (constant(0), constant(-0.0)) for n in ordered([node])
    )
    if finite and not noughts:  # inf and nan have no formula; for 0 times something see the next test
        assert back(node) is node


@pytest.mark.parametrize("formula", ["-(0*x)", "-(0/x)"])
def test_minus_nought_times_something_reads_back(formula):
    assert back(expr(formula)) is expr(formula)


@pytest.mark.parametrize("formula", ["x^(-(a*b))", "x^(-a/b)", "a/(-(b*c))", "a/(-b*c)", "x^(-2*a)", "a/(-b/c)"])
def test_a_negated_product_keeps_its_brackets(formula):
    assert back(expr(formula)) is expr(formula)


def test_a_negative_nought_keeps_its_sign():
    assert back(constant(-0.0)) is constant(-0.0)


@pytest.mark.parametrize(
    "formula",
    ["-x^2", "(-x)^2", "2^-x", "2^-x^2", "(a^b)^c", "a^b^c", "a - (b - c)", "a/(b/c)", "a/(b*c)",
     "not (a > 1 and b > 2)", "not a > 1 and b > 2", "(a > 1) == (b > 2)", "where(not a, -b, c)",
     "1e-300*x + 1e300", "0.1*x", "-(a + b)*c", "x^-2"],
)  # fmt: skip
def test_text_keeps_what_binds_what(formula):
    assert back(expr(formula)) is expr(formula)


@pytest.mark.parametrize("column", ["my column", "2nd", "x-y", "a.b", "µ%", "name with (brackets)"])
def test_an_odd_name_is_written_in_backticks(column):
    node = apply("multiply", name("a"), name(column))
    assert text(node) == f"a*`{column}`" and back(node) is node


@pytest.mark.parametrize("column", ["min", "max", "log", "and", "or", "not", "square"])
def test_a_name_that_means_something_else_is_written_in_backticks(column):
    node = apply("multiply", name("a"), name(column))
    assert back(node) is node


def test_the_text_of_a_small_program_stays_small():
    def logistic_map(x, r):
        for _ in range(14):
            x = r * x * (1 - x)
        return x

    assert len(as_model(logistic_map).formula) < 10_000


# ------------------------------------------------------------------------------------------------- the Program


def test_nodes_are_plain_data():
    line = Program(("x",), ("a",), (expr("a*x + 2"), expr("x > a")))
    assert line.nodes == [
        ("parameter", "a"),
        ("input", "x"),
        ("multiply", 0, 1),
        ("constant", 2.0),
        ("add", 2, 3),
        ("greater", 1, 0),
    ]
    assert json.loads(json.dumps(line.nodes)) == [list(node) for node in line.nodes]


def test_nodes_are_enough_to_compute_the_program():
    node = expr("a*exp(-x/tau) + where(x > 1 and not x > 2, clip(x, 0, b), 0.25)")
    whole = Program(("x",), ("a", "b", "tau"), (node,))
    at = {"x": np.linspace(0, 3, 7), "a": 2.0, "b": 1.5, "tau": 0.7}
    slots: list[Any] = []
    for op, *args in whole.nodes:
        if op in ("input", "parameter"):
            slots.append(at[args[0]])
        else:
            slots.append(args[0] if op == "constant" else OPERATIONS[op].numpy(*(slots[i] for i in args)))
    [result] = whole({"x": at["x"]}, {k: v for k, v in at.items() if k != "x"})
    assert slots[-1].tolist() == result.tolist()


def test_a_program_prints_its_nodes_a_line_each():
    assert str(Program(("x",), ("a",), (expr("a*x"),))) == (
        "%0   parameter    a\n%1   input        x\n%2   multiply     %0 %1\nreturn %2"
    )


def test_every_output_has_the_broadcast_shape():
    both = Program(("x",), ("a",), (expr("a*x"), constant(1), name("a")))
    out = both({"x": np.arange(4.0)}, {"a": np.array([[1.0], [2.0], [3.0]])})
    assert [o.shape for o in out] == [(3, 4)] * 3
    assert out[0][:, 1].tolist() == [1, 2, 3] and (out[1] == 1).all()


def test_outputs_share_no_memory_with_inputs():
    x = np.arange(3.0)
    [same] = Program(("x",), (), (name("x"),))({"x": x}, {})
    same[0] = 99
    assert x[0] == 0


@pytest.mark.parametrize("n", [program.BLOCK, program.BLOCK + 1, 3 * program.BLOCK - 1])
def test_points_taken_a_block_at_a_time_give_what_one_pass_gives(n):
    node = expr("a*exp(-x/tau) + where(x > 1, b, relu(x))")
    x = np.random.default_rng(0).normal(size=n)
    at = {"a": np.array([[2.0], [3.0]]), "tau": 1.5, "b": -1.0}
    program_ = Program(("x",), tuple(at), (node, name("b")))
    blocked = program_({"x": x}, at)
    once = program_.evaluate({"x": x, **{k: np.asarray(v)[()] for k, v in at.items()}}, 2 * n)
    assert blocked[0].tolist() == once[0].tolist()
    assert blocked[1].shape == (2, n) and (blocked[1] == -1).all()


def test_no_warning_is_given_for_numbers_that_do_not_exist():
    assert np.isnan(value(expr("log(x)"), x=-1.0)) and value(expr("1/x"), x=0.0) == math.inf


# ------------------------------------------------------------------------------------------------- size

MANY = 1_000


def test_a_sum_of_a_thousand_terms_has_values_slopes_and_text():
    model = relus(MANY)
    slopes = derivatives(model.expr, model.names)
    at = dict.fromkeys(model.names, 0.5)
    values = Program(("x",), model.names, (model.expr, *slopes))({"x": np.array([0.0, 2.0])}, at)
    assert values[0].tolist() == [0.5, 1.5 + MANY * 0.5 * 1.5]
    assert len(slopes) == 2 + 2 * MANY and text(model.expr).count("relu") == latex(model.expr).count("relu") == MANY


def test_a_chain_of_three_thousand_calls_has_a_slope_and_a_text():
    node = name("x")
    for _ in range(3 * MANY):
        node = apply("tanh", node)
    [slope] = derivatives(node, ["x"])
    assert value(slope, x=0.0) == 1.0 and text(node).count("tanh") == 3 * MANY


def test_hinges_nested_three_hundred_deep_have_a_slope():
    node = name("x")
    for i in range(300):
        node = apply("relu", apply("subtract", node, name(f"b{i}")))
    by_x, by_first = derivatives(node, ["x", "b0"])
    at = {f"b{i}": 0.0 for i in range(300)}
    assert value(by_x, x=1.0, **at) == 1.0 and value(by_first, x=1.0, **at) == -1.0


def pieces(n: int) -> Expr:
    """A curve of n steps, as a function with a chain of np.where records it."""
    node = name("a0")
    for i in range(1, n):
        node = apply("where", apply("less", name("x"), constant(i)), name(f"a{i}"), node)
    return node


def test_a_curve_of_two_hundred_steps_has_slopes():
    slopes = derivatives(pieces(200), [f"a{i}" for i in range(200)])
    assert len(slopes) == 200


def test_a_curve_of_a_thousand_steps_has_a_slope():
    assert derivatives(pieces(MANY), ["a0"])


def test_a_deep_expression_can_be_shown():
    assert repr(polynomial(MANY).expr)


def test_a_deep_expression_can_be_pickled():
    deep = polynomial(MANY).expr
    assert pickle.loads(pickle.dumps(deep)) is deep


# ------------------------------------------------------------------------------------------------- masks


@pytest.mark.parametrize(
    "formula, wanted, at, slope",
    [
        ("where(x > 0, a*log(x), 0)", "a", {"x": 0.0, "a": 2.0}, 0.0),
        ("where(x > 0, log(x), 0)", "x", {"x": 0.0}, 0.0),
        ("where(x > 0, 1/x, a)", "x", {"x": 0.0, "a": 2.0}, 0.0),
        ("where(x == 0, a, sin(a*x)/x)", "a", {"x": 0.0, "a": 2.0}, 1.0),
        ("where(x != 0, sin(a*x)/x, a)", "x", {"x": 0.0, "a": 2.0}, 0.0),
        ("b*where(x > 0, sqrt(x), 0)", "x", {"x": 0.0, "b": 3.0}, 0.0),
        ("relu(x)*exp(800*x)", "x", {"x": -1.0}, 0.0),
        ("exp(1000*relu(x))", "x", {"x": -1.0}, 0.0),
        ("where(c > 0, where(x > 0, log(x), 1), 2)", "x", {"x": 0.0, "c": 1.0}, 0.0),
    ],
)
def test_what_a_mask_did_not_choose_has_no_slope(formula, wanted, at, slope):
    [derivative] = derivatives(expr(formula), [wanted])
    assert value(derivative, **at) == slope


@pytest.mark.parametrize("formula", ["sqrt(max(x, 0))", "-sqrt(-min(-x, 0))"])
def test_a_threshold_below_a_root_has_no_slope_before_it(formula):
    [derivative] = derivatives(expr(formula), ["x"])
    assert value(derivative, x=-1.0) == 0


def test_a_name_that_is_not_there_has_no_slope():
    assert derivatives(expr("a*x"), ["b"]) == [constant(0)]
