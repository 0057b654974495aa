"""Every row of the table against torch: value, derivative, second derivative, and the hinges."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from squiggly.derivative import derivatives
from squiggly.expression import Expr, apply, constant, name, ordered
from squiggly.formula import parse
from squiggly.model import torch_function
from squiggly.operations import COMPOSED, CONSTANTS, OPERATIONS, SPELLINGS, Operation
from squiggly.program import Program

N = 300  # random points a row

# Where each argument is drawn from; a row that is not here takes -3 … 3.
DOMAINS: dict[str, list[tuple[float, float]]] = {
    "divide": [(-3, 3), (0.1, 3)],
    "power": [(0.01, 5), (-3, 3)],
    "sqrt": [(0.01, 9)],
    "exp": [(-20, 20)],
    "expm1": [(-20, 20)],
    "log": [(0.001, 20)],
    "log1p": [(-0.99, 20)],
    "log2": [(0.001, 20)],
    "log10": [(0.001, 20)],
    "sin": [(-10, 10)],
    "cos": [(-10, 10)],
    "tan": [(-1.5, 1.5)],
    "asin": [(-0.999, 0.999)],
    "acos": [(-0.999, 0.999)],
    "sinh": [(-10, 10)],
    "cosh": [(-10, 10)],
    "tanh": [(-10, 10)],
    "asinh": [(-100, 100)],
    "acosh": [(1.001, 100)],
    "atanh": [(-0.999, 0.999)],
    "sigmoid": [(-40, 40)],
    "softplus": [(-40, 40)],
    "clip": [(-3, 3), (-1, 0), (0.5, 1)],
}
YES_OR_NO = {"where": (0,), "logical_and": (0, 1), "logical_or": (0, 1), "logical_not": (0,)}
SLOPED = {op: row for op, row in OPERATIONS.items() if not row.truth}
BENT = {"abs", "sign", "relu", "clip", "maximum", "minimum", "where"}
SMOOTH = {op: row for op, row in SLOPED.items() if op not in BENT}


def each(rows: dict[str, Operation]) -> Any:
    return pytest.mark.parametrize("row", rows.values(), ids=rows)


def oracle(row: Operation) -> Any:
    module, _, function = row.torch.rpartition(".")
    return getattr(importlib.import_module(module), function)


def drawn(row: Operation) -> list[np.ndarray]:
    """One array of random numbers, or of yes and no, for each argument."""
    random = np.random.default_rng(list(row.name.encode()))
    numbers = [random.uniform(*limits, N) for limits in DOMAINS.get(row.name, [(-3, 3)] * row.arity)]
    return [v > 0 if i in YES_OR_NO.get(row.name, ()) else v for i, v in enumerate(numbers)]


def slopes(row: Operation, args: list[Any], wanted: str = "abc") -> list[np.ndarray]:
    """The derivative by each argument through a Program, as numbers."""
    words = "abc"[: row.arity]
    exprs = derivatives(apply(row.name, *map(name, words)), [w for w in wanted if w in words])
    return Program(tuple(words), (), tuple(exprs))(dict(zip(words, args)), {})


def torch_slopes(row: Operation, args: list[Any]) -> list[np.ndarray]:
    """The same by autograd; nought for a yes or no."""
    tensors = [torch.tensor(np.asarray(a), requires_grad=np.asarray(a).dtype != bool) for a in args]
    oracle(row)(*tensors).sum().backward()
    return [np.zeros(t.shape) if t.grad is None else t.grad.numpy() for t in tensors]


def assert_same(ours: Any, theirs: Any, tolerance: float = 1e-12) -> None:
    """Equal to the tolerance: relative above 1, absolute below."""
    theirs = np.asarray(theirs)
    np.testing.assert_array_less(np.abs(ours - theirs), tolerance * np.maximum(1, np.abs(theirs)) + 1e-300)


# ------------------------------------------------------------------------------------------------- the rows


@each(OPERATIONS)
def test_a_row_computes_what_its_torch_function_computes(row):
    args = drawn(row)
    ours = row.numpy(*args)
    theirs = oracle(row)(*map(torch.tensor, args)).numpy()
    assert (ours.dtype == bool) == (theirs.dtype == bool) == row.truth
    assert_same(ours.astype(float), theirs.astype(float))


@each(SLOPED)
def test_a_rows_derivative_is_the_one_autograd_takes(row):
    args = drawn(row)
    for ours, theirs in zip(slopes(row, args), torch_slopes(row, args), strict=True):
        assert_same(ours, theirs)


@each({op: row for op, row in OPERATIONS.items() if row.truth})
def test_a_yes_or_no_has_no_slope(row):
    for slope in slopes(row, drawn(row)):
        assert not slope.any()


@each(SMOOTH)
def test_a_derivative_can_be_differentiated_again(row):
    args = drawn(row)
    words = "abc"[: row.arity]
    for i, first in enumerate(derivatives(apply(row.name, *map(name, words)), words)):
        second = Program(tuple(words), (), tuple(derivatives(first, words)))(dict(zip(words, args)), {})
        tensors = [torch.tensor(a, requires_grad=True) for a in args]
        once = torch.autograd.grad(oracle(row)(*tensors).sum(), tensors[i], create_graph=True)[0]
        twice = torch.autograd.grad(once.sum(), tensors, allow_unused=True) if once.requires_grad else [None] * 3
        for ours, theirs in zip(second, twice):
            assert_same(ours, 0 if theirs is None else theirs.numpy())


HINGES = {
    "relu at 0": ("relu", [0.0], [0.0]),
    "relu at -0": ("relu", [-0.0], [0.0]),
    "abs at 0": ("abs", [0.0], [0.0]),
    "sign at 0": ("sign", [0.0], [0.0]),
    "clip at its low end": ("clip", [1.0, 1.0, 2.0], [1.0, 0.0, 0.0]),
    "clip at its high end": ("clip", [2.0, 1.0, 2.0], [1.0, 0.0, 0.0]),
    "clip of no width": ("clip", [1.0, 1.0, 1.0], [1.0, 0.0, 0.0]),
    "clip with its ends crossed": ("clip", [1.5, 2.0, 1.0], [0.0, 0.0, 1.0]),
    "maximum of equals": ("maximum", [3.0, 3.0], [0.5, 0.5]),
    "minimum of equals": ("minimum", [3.0, 3.0], [0.5, 0.5]),
    "power 0 of 0": ("power", [0.0, 0.0], [0.0, 0.0]),
    "power 1 of 0": ("power", [0.0, 1.0], [1.0, 0.0]),
    "power 2 of 0": ("power", [0.0, 2.0], [0.0, 0.0]),
    "power 0 of 2": ("power", [2.0, 0.0], [0.0, np.log(2)]),
    "softplus at 20": ("softplus", [20.0], [1 / (1 + np.exp(-20))]),
    "softplus above 20": ("softplus", [20.5], [1.0]),
}


@pytest.mark.parametrize("op, args, expected", HINGES.values(), ids=HINGES)
def test_at_a_hinge_the_derivative_is_torchs(op, args, expected):
    row = OPERATIONS[op]
    ours = [float(s) for s in slopes(row, args)]
    theirs = [float(s) for s in torch_slopes(row, args)]
    assert_same(np.array(ours), np.array(theirs))
    assert_same(np.array(ours), np.array(expected))


def test_atan2_of_two_noughts_has_no_slope():
    assert [float(s) for s in slopes(OPERATIONS["atan2"], [0.0, 0.0])] == [0, 0]


@pytest.mark.parametrize("base, exponent", [(-2.0, 3.0), (-2.0, 2.0), (-1.5, -3.0), (-0.5, 0.0)])
def test_a_whole_power_of_a_negative_number_has_a_slope_by_its_base(base, exponent):
    [by_base] = slopes(OPERATIONS["power"], [base, exponent], wanted="a")
    assert_same(by_base, torch_slopes(OPERATIONS["power"], [base, exponent])[0])


def test_sigmoid_and_softplus_stay_finite_far_out():
    far = np.array([-1e4, -800.0, 800.0, 1e4])
    for op in ("sigmoid", "softplus"):
        value, slope = Program(("a",), (), (e := apply(op, name("a")), *derivatives(e, ["a"])))({"a": far}, {})
        assert_same(value, oracle(OPERATIONS[op])(torch.tensor(far)).numpy())
        assert_same(slope, torch_slopes(OPERATIONS[op], [far])[0])


@each(OPERATIONS)
def test_a_row_takes_as_many_arguments_as_it_has_derivatives(row):
    assert row.arity == len(row.derivatives) and 1 <= row.arity <= 3
    with pytest.raises(TypeError):
        row.numpy()
    assert np.shape(row.numpy(*drawn(row))) == (N,)


@each(OPERATIONS)
def test_a_row_is_typeset_with_every_argument_and_balanced_braces(row):
    words = ["first", "second", "third"][: row.arity]
    latex = row.typeset.format(*words)
    assert all(word in latex for word in words)
    assert latex.count("{") == latex.count("}") and latex.count(r"\left") == latex.count(r"\right")


@each(OPERATIONS)
def test_a_derivative_is_written_in_the_rows_own_arguments(row):
    for text in row.derivatives:
        used = {node.value for node in ordered([parse(text).expr]) if node.op == "name"}
        assert used <= set("abc"[: row.arity])


# ------------------------------------------------------------------------------------------------- the names


def test_no_two_rows_share_a_spelling():
    assert len(SPELLINGS) == sum(1 + len(row.aliases) for row in OPERATIONS.values())
    assert not SPELLINGS.keys() & COMPOSED.keys()
    assert not (SPELLINGS.keys() | COMPOSED.keys()) & CONSTANTS.keys()


@pytest.mark.parametrize("spelling, op", SPELLINGS.items(), ids=SPELLINGS)
def test_a_formula_can_call_every_spelling(spelling, op):
    words = "abc"[: OPERATIONS[op].arity]
    assert parse(f"{spelling}({', '.join(words)})").expr is apply(op, *map(name, words))


NUMPY = {
    "square": np.square,
    "reciprocal": np.reciprocal,
    "rsqrt": lambda a: 1 / np.sqrt(a),
    "exp2": np.exp2,
    "hypot": np.hypot,
    "deg2rad": np.deg2rad,
    "rad2deg": np.rad2deg,
}


@pytest.mark.parametrize("word", COMPOSED)
def test_a_composed_name_equals_numpys_function(word):
    arity, _ = COMPOSED[word]
    random = np.random.default_rng(3)
    args = [random.uniform(0.01 if word == "rsqrt" else -3, 3, N) for _ in range(arity)]
    program = Program(("a", "b"), (), (parse(f"{word}({', '.join('ab'[:arity])})").expr,))
    [ours] = program({"a": args[0], "b": args[-1]}, {})
    assert_same(ours, NUMPY[word](*args))


@pytest.mark.parametrize("word, at, slope", [("square", 0.0, 0.0)])
def test_a_composed_name_has_a_slope_where_its_parts_do_not(word, at, slope):
    [expr] = derivatives(parse(f"{word}(a)").expr, ["a"])
    assert_same(Program(("a",), (), (expr,))({"a": np.array([at])}, {})[0], slope)


# ------------------------------------------------------------------------------------------------- composed at random

LEAVES = st.one_of(
    st.sampled_from(["x", "a", "b"]).map(name),
    st.sampled_from([-2.0, -1.0, 0.5, 1.0, 2.0, 3.0]).map(constant),
)


def grown(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    rows = st.sampled_from(sorted(OPERATIONS))
    return rows.flatmap(lambda op: st.tuples(*[inner] * OPERATIONS[op].arity).map(lambda args: apply(op, *args)))


EXPRESSIONS = st.recursive(LEAVES, grown, max_leaves=8)
X = np.array([-2.5, -1.0, -0.3, 0.0, 0.4, 1.0, 1.7])
LARGE = 1e3  # beyond it one rounding error may grow into any difference


@settings(max_examples=400)
@given(EXPRESSIONS, st.sampled_from([-1.3, -1.0, 0.0, 0.7, 1.0, 2.0]), st.sampled_from([-0.6, 0.0, 0.5, 1.0, 2.2]))
def test_any_composition_agrees_with_autograd_where_both_have_a_number(expr, a, b):
    values = {"x": X, "a": np.full(7, a), "b": np.full(7, b)}
    nodes = tuple(ordered([expr]))
    sizes = np.abs(np.array(Program(("x", "a", "b"), (), nodes)(values, {}), dtype=float))
    [value, *ours] = Program(("x", "a", "b"), (), (expr, *derivatives(expr, "xab")))(values, {})
    tensors = [torch.tensor(v, requires_grad=True) for v in values.values()]
    result = torch_function(Program(("x", "a", "b"), (), (expr,)), ("x", "a", "b"))(*tensors)
    tame = np.all(sizes < LARGE, axis=0)  # (7,)
    theirs = np.broadcast_to(result.detach().numpy().astype(float), X.shape)
    assert_same(value[tame], theirs[tame], 1e-9)
    if result.requires_grad:
        result.sum().backward()
        for our, tensor in zip(ours, tensors):
            slope = np.zeros(7) if tensor.grad is None else tensor.grad.numpy().copy()
            both = tame & np.isfinite(our) & np.isfinite(slope) & (np.abs(slope) < LARGE)
            assert_same(our[both], slope[both], 1e-9)


@settings(max_examples=200)
@given(EXPRESSIONS)
def test_where_autograd_has_a_slope_so_have_we(expr):
    values = {"x": X, "a": np.full(7, 0.7), "b": np.full(7, 2.2)}
    tensors = [torch.tensor(v, requires_grad=True) for v in values.values()]
    result = torch_function(Program(("x", "a", "b"), (), (expr,)), ("x", "a", "b"))(*tensors)
    if result.requires_grad:
        result.sum().backward()
        ours = Program(("x", "a", "b"), (), tuple(derivatives(expr, "xab")))(values, {})
        tame = np.isfinite(np.array(Program(("x", "a", "b"), (), tuple(ordered([expr])))(values, {}))).all(axis=0)
        for our, tensor in zip(ours, tensors):
            if tensor.grad is not None:
                assert np.isfinite(our[tame & np.isfinite(tensor.grad.numpy())]).all()
