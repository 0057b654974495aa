"""The table of operations: everything a Program can do, one row each. Adding an operation is adding a row.

A row says how NumPy computes it, which torch function it equals, what JavaScript computes it in a page, how it is
typeset, and its derivative with respect to each argument. Derivatives are written in squiggly's own formula language,
with the arguments named a, b and c, so that differentiating a Program gives a Program. The page reads this table as
`web/src/operations.ts`, which `web/generate.py` writes.

At a hinge the derivative is the one torch takes: relu 0, clip 1, maximum 0.5 each, abs 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Operation:
    """One row of the table.

    name:        as written in a formula (infix operations by their word: `add` is `+`)
    numpy:       arrays in, array out, elementwise
    torch:       dotted name of the torch function that is its oracle
    typeset:     LaTeX, {0} {1} {2} for the arguments
    derivatives: one formula an argument, in a, b, c
    aliases:     other names it is known by in formulas, NumPy and torch
    truth:       True where the answer is yes or no
    javascript:  the expression for one number, {0} {1} {2} for the arguments, each of them in brackets or a single word
                 and used once; a yes or no is a boolean, or 1 or 0. Where NumPy and `Math` differ (1 to the power nan),
                 or an argument is needed twice, it calls a function of `SPECIAL`
    """

    name: str
    numpy: Callable[..., Any]
    torch: str
    typeset: str
    derivatives: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    truth: bool = False
    javascript: str = ""

    @property
    def arity(self) -> int:
        """How many arguments it takes."""
        return len(self.derivatives)


def _erf(a: Any) -> Any:
    from scipy.special import erf  # not in NumPy; imported when first used

    return erf(a)


def _clip(a: Any, low: Any, high: Any) -> Any:
    return np.minimum(np.maximum(a, low), high)


def _power(a: Any, b: Any) -> Any:
    return (np.float64(a) if type(a) is float else a) ** b  # as NumPy has it: 0 to the -1 is inf, no exception


def _sigmoid(a: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-a))


def _softplus(a: Any) -> Any:
    return np.where(a > 20.0, a, np.log1p(np.exp(np.minimum(a, 20.0))))  # torch's definition: the line itself above 20


def _f(name: str) -> str:
    return rf"\operatorname{{{{{name}}}}}\left({{0}}\right)"


# fmt: off
_ROWS = [
    # arithmetic: ** is used as an operator because NumPy has fast squares and roots there
    Operation("add", np.add, "torch.add", "{0} + {1}", ("1", "1"), javascript="({0} + {1})"),
    Operation("subtract", np.subtract, "torch.subtract", "{0} - {1}", ("1", "-1"), ("sub",),
        javascript="({0} - {1})"),
    Operation("multiply", np.multiply, "torch.multiply", r"{0} \cdot {1}", ("b", "a"), ("mul",),
        javascript="({0} * {1})"),
    Operation("divide", np.true_divide, "torch.true_divide", r"\frac{{{0}}}{{{1}}}", ("1/b", "-(a/b)/b"),
        ("true_divide", "div"), javascript="({0} / {1})"),
    Operation("negative", np.negative, "torch.negative", "-{0}", ("-1",), ("neg",), javascript="(-{0})"),
    Operation("power", _power, "torch.pow", "{0}^{{{1}}}",
        ("where(b == 0, 0, b*a^(b - 1))", "where(a == 0, where(b >= 0, 0, a^b*log(a)), a^b*log(a))"),
        ("pow", "float_power"), javascript="power({0}, {1})"),
    # powers, exponentials, logarithms
    Operation("sqrt", np.sqrt, "torch.sqrt", r"\sqrt{{{0}}}", ("0.5/sqrt(a)",), javascript="Math.sqrt({0})"),
    Operation("exp", np.exp, "torch.exp", "e^{{{0}}}", ("exp(a)",), javascript="Math.exp({0})"),
    Operation("expm1", np.expm1, "torch.expm1", r"\left(e^{{{0}}} - 1\right)", ("exp(a)",),
        javascript="Math.expm1({0})"),
    Operation("log", np.log, "torch.log", r"\ln\left({0}\right)", ("1/a",), ("ln",), javascript="Math.log({0})"),
    Operation("log1p", np.log1p, "torch.log1p", r"\ln\left(1 + {0}\right)", ("1/(1 + a)",),
        javascript="Math.log1p({0})"),
    Operation("log2", np.log2, "torch.log2", r"\log_{{2}}\left({0}\right)", ("1/(a*0.6931471805599453)",),
        javascript="Math.log2({0})"),
    Operation("log10", np.log10, "torch.log10", r"\log_{{10}}\left({0}\right)", ("1/(a*2.302585092994046)",),
        javascript="Math.log10({0})"),
    # trigonometric and hyperbolic, and their inverses
    Operation("sin", np.sin, "torch.sin", r"\sin\left({0}\right)", ("cos(a)",), javascript="Math.sin({0})"),
    Operation("cos", np.cos, "torch.cos", r"\cos\left({0}\right)", ("-sin(a)",), javascript="Math.cos({0})"),
    Operation("tan", np.tan, "torch.tan", r"\tan\left({0}\right)", ("1 + tan(a)^2",), javascript="Math.tan({0})"),
    Operation("asin", np.arcsin, "torch.asin", r"\arcsin\left({0}\right)", ("1/sqrt(1 - a^2)",), ("arcsin",),
        javascript="Math.asin({0})"),
    Operation("acos", np.arccos, "torch.acos", r"\arccos\left({0}\right)", ("-1/sqrt(1 - a^2)",), ("arccos",),
        javascript="Math.acos({0})"),
    Operation("atan", np.arctan, "torch.atan", r"\arctan\left({0}\right)", ("1/(1 + a^2)",), ("arctan",),
        javascript="Math.atan({0})"),
    Operation("atan2", np.arctan2, "torch.atan2", r"\operatorname{{atan2}}\left({0}, {1}\right)",
        ("where(a^2 + b^2 == 0, 0, b/(a^2 + b^2))", "where(a^2 + b^2 == 0, 0, -a/(a^2 + b^2))"), ("arctan2",),
        javascript="Math.atan2({0}, {1})"),
    Operation("sinc", np.sinc, "torch.sinc", _f("sinc"),
        ("where(a == 0, 0, (cos(3.141592653589793*a) - sinc(a))/where(a == 0, 1, a))",), javascript="sinc({0})"),
    Operation("sinh", np.sinh, "torch.sinh", r"\sinh\left({0}\right)", ("cosh(a)",), javascript="Math.sinh({0})"),
    Operation("cosh", np.cosh, "torch.cosh", r"\cosh\left({0}\right)", ("sinh(a)",), javascript="Math.cosh({0})"),
    Operation("tanh", np.tanh, "torch.tanh", r"\tanh\left({0}\right)", ("1 - tanh(a)^2",),
        javascript="Math.tanh({0})"),
    Operation("asinh", np.arcsinh, "torch.asinh", _f("arsinh"), ("1/sqrt(a^2 + 1)",), ("arcsinh",),
        javascript="Math.asinh({0})"),
    Operation("acosh", np.arccosh, "torch.acosh", _f("arcosh"), ("1/sqrt(a^2 - 1)",), ("arccosh",),
        javascript="Math.acosh({0})"),
    Operation("atanh", np.arctanh, "torch.atanh", _f("artanh"), ("1/(1 - a^2)",), ("arctanh",),
        javascript="Math.atanh({0})"),
    # bent and smooth steps
    Operation("abs", np.abs, "torch.abs", r"\left|{0}\right|", ("sign(a)",), ("absolute", "fabs"),
        javascript="Math.abs({0})"),
    Operation("sign", np.sign, "torch.sign", _f("sign"), ("0",), javascript="sign({0})"),
    Operation("relu", lambda a: np.maximum(a, 0.0), "torch.relu", _f("relu"), ("where(a > 0, 1, 0)",),
        javascript="Math.max({0}, 0)"),
    Operation("clip", _clip, "torch.clip", r"\operatorname{{clip}}\left({0}, {1}, {2}\right)",
        ("where(a < b, 0, where(a > c, 0, 1))", "where(a < b, where(b < c, 1, 0), 0)",
         "where(a > c, 1, where(c < b, 1, 0))"), ("clamp",), javascript="Math.min(Math.max({0}, {1}), {2})"),
    Operation("maximum", np.maximum, "torch.maximum", r"\max\left({0}, {1}\right)",
        ("where(a < b, 0, where(a > b, 1, 0.5))", "where(b < a, 0, where(b > a, 1, 0.5))"), ("max",),
        javascript="Math.max({0}, {1})"),
    Operation("minimum", np.minimum, "torch.minimum", r"\min\left({0}, {1}\right)",
        ("where(a > b, 0, where(a < b, 1, 0.5))", "where(b > a, 0, where(b < a, 1, 0.5))"), ("min",),
        javascript="Math.min({0}, {1})"),
    Operation("sigmoid", _sigmoid, "torch.sigmoid", _f("sigmoid"), ("sigmoid(a)*(1 - sigmoid(a))",), ("expit",),
        javascript="(1 / (1 + Math.exp(-{0})))"),
    Operation("softplus", _softplus, "torch.nn.functional.softplus", _f("softplus"),
        ("where(a > 20, 1, sigmoid(a))",), javascript="softplus({0})"),
    Operation("erf", _erf, "torch.erf", _f("erf"), ("1.1283791670955126*exp(-a^2)",), javascript="erf({0})"),
    # choices: the first argument of where is a yes or no
    Operation("where", np.where, "torch.where",
        r"\begin{{cases}} {1} & {0} \\ {2} & \text{{otherwise}} \end{{cases}}",
        ("0", "where(a, 1, 0)", "where(a, 0, 1)"), javascript="({0} ? {1} : {2})"),
    Operation("less", np.less, "torch.lt", "{0} < {1}", ("0", "0"), ("lt",), truth=True, javascript="({0} < {1})"),
    Operation("less_equal", np.less_equal, "torch.le", r"{0} \le {1}", ("0", "0"), ("le",), truth=True,
        javascript="({0} <= {1})"),
    Operation("greater", np.greater, "torch.gt", "{0} > {1}", ("0", "0"), ("gt",), truth=True,
        javascript="({0} > {1})"),
    Operation("greater_equal", np.greater_equal, "torch.ge", r"{0} \ge {1}", ("0", "0"), ("ge",), truth=True,
        javascript="({0} >= {1})"),
    Operation("equal", np.equal, "torch.eq", "{0} = {1}", ("0", "0"), ("eq",), truth=True,
        javascript="({0} === {1})"),
    Operation("not_equal", np.not_equal, "torch.ne", r"{0} \ne {1}", ("0", "0"), ("ne",), truth=True,
        javascript="({0} !== {1})"),
    Operation("logical_and", np.logical_and, "torch.logical_and", r"{0} \wedge {1}", ("0", "0"), ("bitwise_and",),
        truth=True, javascript="({0} && {1})"),
    Operation("logical_or", np.logical_or, "torch.logical_or", r"{0} \vee {1}", ("0", "0"), ("bitwise_or",),
        truth=True, javascript="({0} || {1})"),
    Operation("logical_not", np.logical_not, "torch.logical_not", r"\neg {0}", ("0",), ("bitwise_not", "invert"),
        truth=True, javascript="(!{0})"),
]
# fmt: on

OPERATIONS: dict[str, Operation] = {row.name: row for row in _ROWS}

# Names that are short for a formula of other rows: arguments a, b. Each argument stands once: nested, they stay short.
COMPOSED: dict[str, tuple[int, str]] = {
    "square": (1, "a^2"),
    "reciprocal": (1, "1/a"),
    "rsqrt": (1, "1/sqrt(a)"),
    "exp2": (1, "2^a"),
    "hypot": (2, "sqrt(a^2 + b^2)"),
    "deg2rad": (1, "a*pi/180"),
    "rad2deg": (1, "a*180/pi"),
}

CONSTANTS: dict[str, float] = {"pi": float(np.pi), "e": float(np.e), "inf": float(np.inf)}

# The functions that `web/src/special.ts` adds to JavaScript's own.
SPECIAL: tuple[str, ...] = ("erf", "power", "sign", "sinc", "softplus")

# Every spelling a formula may call, to the row it means.
SPELLINGS: dict[str, str] = {spelling: row.name for row in _ROWS for spelling in (row.name, *row.aliases)}
