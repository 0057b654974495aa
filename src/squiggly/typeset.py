"""Expressions as people read them: formula text that parses back to the same expression, and LaTeX."""

from __future__ import annotations

import math
import re

from squiggly.expression import Expr, below_zero, ordered
from squiggly.operations import COMPOSED, CONSTANTS, OPERATIONS, SPELLINGS

# How tightly each operation binds when written infix: as in the parser. A call or a name binds tightest.
_BINDS = {
    "logical_or": 1,
    "logical_and": 3,
    "logical_not": 5,
    **dict.fromkeys(["less", "less_equal", "greater", "greater_equal", "equal", "not_equal"], 7),
    "add": 9,
    "subtract": 9,
    "multiply": 11,
    "divide": 11,
    "negative": 13,
    "power": 15,
}
_ATOM = 20
_TAKEN = {*SPELLINGS, *COMPOSED, *CONSTANTS, "and", "or", "not"}  # a column called so is written in backticks
_PIS = {math.pi: "pi", **{k * math.pi: f"{k}*pi" for k in range(2, 9)}, math.pi / 2: "pi/2", math.pi / 180: "pi/180"}
_ESCAPED = {**{c: "\\" + c for c in "{}$&#_%"}, "\\": r"\backslash ", "^": r"\hat{}", "~": r"\sim ", " ": r"\ "}
LONGEST = 100_000  # characters of a part; a longer one is written as …, since shared parts are written out each time
_SIGNS = {
    "logical_or": " or ",
    "logical_and": " and ",
    "less": " < ",
    "less_equal": " <= ",
    "greater": " > ",
    "greater_equal": " >= ",
    "equal": " == ",
    "not_equal": " != ",
    "add": " + ",
    "subtract": " - ",
    "multiply": "*",
    "divide": "/",
    "power": "^",
}
_GREEK = set(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()
)


def binds(node: Expr) -> int:
    """How tightly the node holds its parts together: parentheses are needed inside anything tighter."""
    if node.op == "constant":
        return _BINDS["negative"] if below_zero(node.value) else _BINDS["multiply"] if node.value in _PIS else _ATOM
    if node.op == "negative" and node.args[0].op in ("multiply", "divide"):
        return _BINDS["multiply"]  # -a*b and -(a*b) are the same expression, written without brackets
    return _BINDS.get(node.op, _ATOM)


def text(expr: Expr) -> str:
    """The expression as a formula; reading it back gives the same expression, unless it is very long.

    >>> from squiggly.formula import parse
    >>> text(parse("(a + b)*x**2 - (-c)").expr)
    '(a + b)*x^2 + c'
    """
    said: dict[Expr, str] = {}
    for node in ordered([expr]):
        said[node] = _say(node, said)
        said[node] = said[node] if len(said[node]) <= LONGEST else "…"
    return said[expr]


def _say(node: Expr, said: dict[Expr, str]) -> str:
    if node.op == "constant":
        return _PIS.get(node.value) or number(node.value)
    if node.op == "name":
        return node.value if node.value.isidentifier() and node.value not in _TAKEN else f"`{node.value}`"
    if node.op not in _BINDS:
        return f"{node.op}({', '.join(said[a] for a in node.args)})"
    inner = [f"({said[a]})" if _loose(node, i) else said[a] for i, a in enumerate(node.args)]
    if node.op in ("negative", "logical_not"):
        return ("-" if node.op == "negative" else "not ") + inner[0]
    return _SIGNS[node.op].join(inner)


def _loose(node: Expr, i: int) -> bool:
    """Whether the i-th argument needs parentheses."""
    mine, theirs = _BINDS[node.op], binds(node.args[i])
    if node.op == "power":
        return theirs <= mine if i == 0 else theirs < _BINDS["negative"]
    if node.op == "negative" and node.args[0].op in ("multiply", "divide"):
        return False
    if node.op == "logical_not":  # not (a < b) reads better than not a < b, which is the same
        return theirs < _ATOM
    if mine == 7:  # comparisons do not chain
        return theirs <= mine
    return theirs < mine if i == 0 else theirs <= mine


def number(value: float) -> str:
    """The shortest text that reads back as this number.

    >>> number(2.0), number(0.1), number(1e22)
    ('2', '0.1', '1e+22')
    """
    if value == 0:
        return "-0" if math.copysign(1.0, value) < 0 else "0"
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)


def latex(expr: Expr) -> str:
    r"""The expression typeset, for a notebook or a paper.

    >>> from squiggly.formula import parse
    >>> print(latex(parse("a*exp(-t/tau) + c").expr))
    a \, \exp\left(-\frac{t}{\tau}\right) + c
    """
    said: dict[Expr, str] = {}
    for node in ordered([expr]):
        said[node] = _set(node, said)
        said[node] = said[node] if len(said[node]) <= LONGEST else r"\ldots"
    return said[expr]


def _set(node: Expr, said: dict[Expr, str]) -> str:
    if node.op == "constant":
        return (
            _PIS[node.value].replace("*", "").replace("pi", r"\pi") if node.value in _PIS else _latex_number(node.value)
        )
    if node.op == "name":
        return latex_name(node.value)
    inner = [rf"\left({said[a]}\right)" if _needs_brackets(node, i) else said[a] for i, a in enumerate(node.args)]
    if node.op == "exp" and any(a.op in ("divide", "power") for a in ordered(node.args)):
        return rf"\exp\left({inner[0]}\right)"  # a fraction set as an exponent is too small to read
    if node.op == "multiply":
        return inner[0] + (r" \cdot " if inner[1][0].isdigit() else r" \, ") + inner[1]
    return OPERATIONS[node.op].typeset.format(*inner)


def _needs_brackets(node: Expr, i: int) -> bool:
    if node.op == "divide" or (node.op == "power" and i == 1) or node.op not in _BINDS:
        return False  # a fraction bar, a raised exponent and a call's own brackets hold their parts together
    argument = node.args[i]
    if node.op == "power" and argument.op not in _BINDS and argument.op not in ("name", "constant"):
        return True
    return _loose(node, i) and not (argument.op == "divide" and node.op == "multiply")


def _latex_number(value: float) -> str:
    if abs(value) == float("inf"):
        return r"\infty" if value > 0 else r"-\infty"
    mantissa, e, exponent = number(value).partition("e")
    return mantissa + (rf" \cdot 10^{{{int(exponent)}}}" if e else "")


def latex_name(word: str) -> str:
    r"""A name typeset: Greek letters as letters, digits and what follows an underscore as a subscript.

    >>> print(latex_name("tau"), latex_name("b1"), latex_name("p_center"))
    \tau b_{1} p_{\mathrm{center}}
    """
    stem, _, below = word.partition("_")
    if not below and (match := re.fullmatch(r"([^\W\d_]+)(\d+)", word)):
        stem, below = match.groups()
    if not stem:
        return _word(word)
    return _word(stem) + (f"_{{{_word(below)}}}" if below else "")


def _word(word: str) -> str:
    if word in _GREEK:
        return "\\" + word
    if word.isdigit() or (len(word) == 1 and word.isalpha()):
        return word
    return r"\mathrm{" + "".join(_ESCAPED.get(c, c) for c in word) + "}"
