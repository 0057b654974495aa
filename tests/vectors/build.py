"""Write language.json: what the formula language says and computes here, for the page's own port to be held to.

`.venv/bin/python tests/vectors/build.py` writes it. Numbers that are not finite are text.
"""

from __future__ import annotations

import json
import math
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from squiggly.derivative import derivatives
from squiggly.errors import FormulaError
from squiggly.expression import Expr, apply, flat, name, names, ordered
from squiggly.formula import MAX_DEPTH, MAX_LENGTH, MAX_NODES, parse
from squiggly.operations import COMPOSED, OPERATIONS, SPELLINGS
from squiggly.program import Program
from squiggly.shapes import MODELS
from squiggly.typeset import number, text

FILE = Path(__file__).resolve().parent / "language.json"

# --- Operations: values and slopes --------------------------------------------------------------------------------

ONE = [
    *[0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 0.999, -0.999, 2.0, 3.0, -2.5, 7.25, -11.0, 19.5, 20.0, 20.5, 30.0, -40.0],
    *[1e-300, -1e-20, 1e-3, 0.2, 800.0, -800.0, 1e10, 1e300, math.inf, -math.inf, math.nan],
]
PAIRS = [
    *product([0.0, -0.0, 1.0, -1.0, 2.5, -2.0], [0.0, -1.0, 2.0, 0.5]),
    *[(2.0, 3.0), (-2.0, 3.0), (-2.0, -3.0), (-1.5, 0.3), (1e200, 2.0), (1e-200, 2.0), (1e200, -2.0), (3.0, 3.0)],
    *[(math.inf, 0.0), (1.0, math.inf), (-1.0, math.inf), (-1.0, -math.inf), (1.0, math.nan), (math.nan, 0.0)],
    *[(math.nan, 1.0), (0.5, math.inf), (-math.inf, math.inf), (math.inf, -2.0), (0.0, -0.0), (-3.0, -0.0)],
]
TRIPLES = [
    *[(a, b, c) for a in (-2.0, 0.0, 1.0, 3.5) for b, c in ((-1.0, 1.0), (1.0, 3.5), (2.0, 0.5), (0.0, 0.0))],
    *[(math.nan, 0.0, 1.0), (0.5, math.nan, 1.0), (0.5, 0.0, math.nan), (math.inf, 0.0, 1.0), (-math.inf, 0.0, 1.0)],
    *[(0.5, -math.inf, math.inf), (0.0, math.inf, 1.0), (-0.0, 2.0, math.nan), (1e-300, 1.0, 2.0)],
]


def operation(op: str) -> dict[str, Any]:
    """One row's values and slopes at places that matter: hinges, noughts of both signs, what is not finite."""
    words = "abc"[: OPERATIONS[op].arity]
    at = [(a,) for a in ONE] if len(words) == 1 else PAIRS if len(words) == 2 else TRIPLES
    expr = apply(op, *map(name, words))
    outputs = (expr, *derivatives(expr, words))
    rows = Program(tuple(words), (), outputs)(dict(zip(words, np.array(at).T)), {})
    return {"name": op, "at": [plain(row) for row in at], "rows": [plain(row) for row in rows]}


# --- Formulas -------------------------------------------------------------------------------------------------------

WRITTEN = [
    *["a*x^2 + b*x + c", "y = a*x + b", "log(y) = a*x + b", "counts = a*exp(-t/tau) + c", "`my column`*a + b"],
    *["a + b*x", "a - b - c", "a - (b - c)", "a/b/c", "a/(b/c)", "a/b*c", "a*(b/c)", "a^b^c", "(a^b)^c", "a^b*c"],
    *["-a^2", "(-a)^2", "-a*b", "-(a*b)", "-a + b", "-(a + b)", "2^-a", "2^-a^b", "a^-b*c", "- -a", "- - -a", "+a"],
    *["a - -b", "a + -b", "a*-b", "-a*-b", "a/-b", "-a/b", "-a/-b", "a - -2", "a + -2", "a*-2", "-2*a", "-2/a", "a/-2"],
    *["a < b + c", "not a < b", "not a and b", "not not a", "a and b or c", "a or b and c", "(a or b) and c"],
    *["a < b and b < c", "a < b or not b < c", "(a < b) < c", "(a < b) + 1", "(a < b)*(c > 0)*x", "-(a < b)"],
    *["where(a < b, 1, 0)", "where(a, b, c)", "where(not a, b, c)", "where(1 < 2, a, b)", "where(2 < 1, a, b)"],
    *["where(a < b, c, c)", "where(a < b, c, where(a < b, x, 1))", "where(a < b, where(a < b, c, x), 1)"],
    *["where(where(a < b, 1, 0), x, c)", "where(x > t, a*log(x - t), 0)", "where(x > 0, sqrt(x), 0) + a"],
    *["where(x > 0, a, 0) + where(x > 0, b, 0)", "relu(x - t)*w + relu(t - x)*v", "max(a, b)*min(a, x)"],
    *["clip(a*x, 0, 1)", "clamp(x, a, b)", "abs(a*x - b)", "sign(x)*a", "sinc(a*x)", "erf((x - m)/s)", "softplus(a*x)"],
    *["sigmoid(a*x + b)", "tanh(w1*x + b1)*w2 + b2", "atan2(a, x)", "hypot(a, x)", "square(x)*a", "rsqrt(a + x^2)"],
    *[
        "exp2(a*x)",
        "deg2rad(x)*a",
        "rad2deg(atan(a*x))",
        "reciprocal(a + x^2)",
        "ln(1 + a^2)",
        "log1p(a^2)",
        "expm1(a*x)",
    ],
    *["log2(a^2 + 1)", "log10(a^2 + 1)", "asin(a/10)", "acos(a/10)", "asinh(a*x)", "acosh(1 + a^2)", "atanh(a/10)"],
    *[
        "sinh(a*x) + cosh(b*x)",
        "tan(a*x)",
        "x^a",
        "a^x",
        "x^2",
        "x^3",
        "x^0.5",
        "x^-1",
        "x^0",
        "x^1",
        "0^x",
        "1^x",
        "a^a",
    ],
    *["a*0", "0*a", "a + 0", "0 + a", "a - 0", "0 - a", "a*1", "1*a", "a/1", "0/a", "1/a", "a*x*0", "x - x", "x/x"],
    *["2*3 + 4", "2^10", "1/3", "sin(1)", "exp(1)", "0.1 + 0.2", "3 - 5", "(3 - 5)*a", "-0", "a*-0", "2*pi*f*x", "e^x"],
    *["pi*a", "-pi*a", "a^pi", "pi^a", "x*pi/2", "a/(2*pi)", "a*(pi/180)", "9*pi*a", "e", "pi", "e*a + e"],
    *["1e3*a", "1E-3*a", "1_000*a", "1_0.5*a", ".5*a", "5.*a", "1e22*a", "1e15*a", "123456789012345*a", "1e16*a"],
    *["1.5e-5*a", "0.0001*a", "0.00001*a", "1e-300*a", "1.7976931348623157e308*a", "5e-324*a", "1234567890123456*a"],
    *["0.1*a", "2.50*a", "1e21*a", "123456.789*a", "4503599627370497.5*a", "9007199254740993*a", "1e400^0*a"],
    *[
        "τ*x + µ",
        "é*x",
        "x²",
        "Å*x",
        "名前*x + 値",
        "_a*x",
        "a_1*x",
        "ª*x",
        "ﬁ*x",
        "ℵ*x",
        "١٢*x",
        "x１*２",
        "𝛼*x",
        "a٣*x",
    ],
    *["`a b`*x", "`a.b`*x", "`exp`*x", "`e`*x + `pi`", "`and`*x", "`1st`*x", "`=`*x", "`x`*x", "`τ τ`*x", "` `*a"],
    *["a\n+\tb", "  a  ", "a**2", "a**-2", "a**b**c", "a==b", "a!=b", "a>=b", "a<=b", "(((a)))", "a*(b)", "\ta\r\n"],
    *[
        "not a",
        "not (a and b)",
        "a and not b",
        "a == (b == c)",
        "(not a) == b",
        "1 < 2",
        "a < 1 and 1",
        "1 and a",
        "2 or a",
    ],
    *[
        "exp(-x^2/2)*a",
        "a*exp(-((x - m)/s)^2/2) + c",
        "a*x/(k + x)",
        "a*sin(2*pi*f*x + p) + c",
        "a*b*c*x",
        "a*(b*(c*x))",
    ],
    *[
        "sqrt(x)*sqrt(x)",
        "sqrt(a)^2",
        "log(x^a)",
        "exp(log(a) + b*log(x))",
        "a*x^b",
        "a*abs(x)^b",
        "a^b/c^x",
        "-(a/b)^c",
    ],
]
DEEP = {
    "brackets": "(" * 60 + "a*x" + ")" * 60,
    "calls": "sin(" * 50 + "a*x" + ")" * 50,
    "powers": "^".join(["x"] * 30) + "^a",
    "minus signs": "-" * 60 + "a*x",
    "sum": " + ".join(f"a{i}*x^{i}" for i in range(20)),
    "tower": "tanh(a*" * 20 + "x" + " + b)" * 20,
    "choices": "where(x > a, " * 12 + "b*x" + ", c)" * 12,
    "hinges": " + ".join(f"w{i}*relu(x - t{i})" for i in range(8)),
    "network": " + ".join(f"v{i}*tanh(w{i}*x + b{i})" for i in range(8)),
    "products": "*".join(f"(a{i} - x)" for i in range(12)),
}
KNOWN = ["e*x + pi", "e^x", "a*e", "inf + e"]  # read where e and pi are columns
X = [-1.5, -0.5, 0.0, 0.75, 2.0]


def formulas() -> list[dict[str, Any]]:
    shapes = [build().formula for build in MODELS.values()]
    calls = [f"{word}({', '.join('axb'[: OPERATIONS[op].arity])})" for word, op in SPELLINGS.items()]
    composed = [f"{word}({', '.join('ax'[:arity])})" for word, (arity, _) in COMPOSED.items()]
    free = dict.fromkeys([*shapes, *WRITTEN, *DEEP.values(), *calls, *composed])
    return [formula(f, []) for f in free if reads(f)] + [formula(f, ["e", "pi", "inf"]) for f in KNOWN]


def reads(words: str) -> bool:
    try:
        return bool(parse(words))
    except FormulaError:
        return False


def formula(words: str, known: list[str]) -> dict[str, Any]:
    """A formula, what it is read as, and its derivatives by all its names as one graph; values by row of `at`."""
    read = parse(words, known)
    wanted = names(read.expr)
    outputs = [read.expr, *derivatives(read.expr, wanted)]
    values = {word: X if word == "x" else [0.7 + 0.4 * (i % 5)] * len(X) for i, word in enumerate(wanted)}
    rows = Program(tuple(wanted), (), tuple(outputs))(values, {}) if wanted else []
    return {
        "formula": words,
        "known": known,
        "text": text(read.expr),
        "target": None if read.target is None else text(read.target),
        "euler": read.euler,
        "names": wanted,
        **graph(outputs),
        "at": [values[word] for word in wanted],
        "rows": [plain(row) for row in rows],
    }


def graph(outputs: list[Expr]) -> dict[str, Any]:
    """Several expressions as one list of nodes, and where in it each ends."""
    order = ordered(outputs)
    at = {node: i for i, node in enumerate(order)}
    lines = []
    for node in order:
        lines.append([node.op, *(at[a] for a in node.args)] if node.args else flat(node)[0])
    return {"nodes": lines, "outputs": [at[node] for node in outputs]}


# --- What is no formula ---------------------------------------------------------------------------------------------

BAD = [
    *[
        "",
        " ",
        "\n\t",
        "\x0b",
        "\u3000",
        "\x1c",
        "\ufeff",
        "2x",
        "2 x",
        "x y",
        "x 2",
        "(a)(b)",
        "2(a + b)",
        "a(b)",
        "`a`(b)",
    ],
    *[
        "a +",
        "a + ",
        "+",
        "-",
        "*a",
        "a*",
        "a */ b",
        "a + * b",
        "(",
        ")",
        "a)",
        "(a",
        "((a)",
        "(a))",
        "()",
        "exp()",
        "exp(,)",
    ],
    *[
        "exp",
        "exp + 1",
        "exp(a",
        "exp(a, b)",
        "atan2(a)",
        "clip(a, b)",
        "where(a)",
        "max(a)",
        "min(a, b, c)",
        "hypot(a)",
    ],
    *["a = b = c", "y = = a", "y == a = b", "y =", "= a", "=", "y = a =", "a < b < c", "a < b == c", "a == b == c < d"],
    *[
        "exq(x)",
        "sine(x)",
        "cso(x)",
        "expp(x)",
        "logg(x)",
        "sqr(x)",
        "foo(x)",
        "pi(x)",
        "e(x)",
        "sgmoid(x)",
        "RELU(x)",
        "abz(x)",
    ],
    *[
        "maxi(a, b)",
        "heaviside(x)",
        "arcsine(x)",
        "step(x)",
        "gaussian(x)",
        "mim(a, b)",
        "Ln(x)",
        "signum(x)",
        "reul(x)",
    ],
    *["sigmoïd(x)", "İx(x)", "ΣΣ(x)", "power2(x)", "log_2(x)", "eq(x)", "lt(a)", "absolut(x)", "x(x)", "`exp`(x)"],
    *[
        "np.exp(x)",
        "x.real",
        "a.b",
        ".",
        "a[0]",
        "[a]",
        "'a'",
        '"a"',
        "`a",
        "`a\nb`",
        "``",
        "a % b",
        "a & b",
        "a | b",
        "~a",
    ],
    *[
        "!a",
        "a ! b",
        "a − b",
        "a – b",
        "a × b",
        "a · b",
        "a ÷ b",
        "²",
        "a³ + √b",
        "√x",
        "½*x",
        "a ; b",
        "a : b",
        "{a}",
        "a\\b",
    ],
    *[
        "a @ b",
        "a # b",
        "a ? b",
        "$a",
        "a\x00b",
        "a\x07b",
        "a\x85b",
        "a\xa0b",
        "a\u200bb",
        "a\u2028b",
        "a\ue000b",
        "😀*x",
        "é*x",
    ],
    *[
        "x²²",
        "x_²",
        "1__0*a",
        "1_*a",
        "1.0_0*a",
        "1.2.3",
        "1e",
        "1e+*a",
        "0x10",
        "1e400*a",
        "9" * 400,
        "a,b",
        "1,5*x",
        "a, b",
    ],
    *[
        "1/0",
        "a + 1/0",
        "0/0",
        "exp(1000)",
        "log(0)",
        "log(-1)",
        "-1/0",
        "inf",
        "inf*a",
        "sqrt(-1)*a",
        "0^-1",
        "acosh(0)*x",
    ],
    *[
        "a if b else c",
        "if a",
        "x if y",
        "a else b",
        "a and",
        "and a",
        "a or or b",
        "not",
        "a not b",
        "and",
        "or",
        "a and and b",
    ],
    *["a + b\n+ c )", "first\n+ second\n+ third $ + fourth", "\n\n  a $", "a\tb", "\ta\t$", "lambda x: x", "import os"],
    *["a + " * 30 + "$", "$" + " + a" * 30, "a + " * 30 + "b c" + " + d" * 30, "名 + " * 20 + "$ + " + "前" * 30],
    *["verylongname" * 8 + " other", "𝛼" * 50 + " $ " + "𝛽" * 50, "exp(" + "a + " * 40 + "b"],
    *[
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        "-" * (MAX_DEPTH + 2) + "a",
        "^".join("a" * (MAX_DEPTH + 2)),
    ],
    *["+".join("a" * (MAX_NODES // 2 + 1)), "a" * (MAX_LENGTH + 1), "𝛼" * (MAX_LENGTH + 1), "exp2(" * 30 + "a"],
]


def bad() -> list[dict[str, str]]:
    """What is refused, with every word of the refusal."""
    found = []
    for words in dict.fromkeys(BAD):
        try:
            parse(words)
        except FormulaError as error:
            found.append({"formula": words, "error": str(error)})
    return found


# --- Numbers --------------------------------------------------------------------------------------------------------

NUMBERS = [
    *[
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.1,
        -2.5,
        1 / 3,
        2 / 3,
        100.0,
        1e5,
        123456.789,
        1e14,
        999999999999999.0,
        1e15,
        -1e15,
        1e16,
    ],
    *[1234567890123456.0, 12345678901234567.0, 1e17, 1e20, 1e21, 1e22, 1.5e300, 0.001, 0.0001, 0.00012345, 1e-4, 1e-5],
    *[1.5e-5, 1e-6, 1e-7, 1.234e-7, 1e-10, 1e-100, 5e-324, 1.7976931348623157e308, 4503599627370497.5, math.pi, math.e],
]


def vectors() -> dict[str, Any]:
    """The whole file."""
    return {
        "operations": [operation(op) for op in OPERATIONS],
        "formulas": formulas(),
        "bad": bad(),
        "numbers": [[value, number(value)] for value in NUMBERS],
    }


def plain(values: Any) -> list[float | str]:
    """Numbers as JSON can hold them: what is not finite, as text; a yes or no as 1 or 0."""
    return [float(v) if math.isfinite(v) else str(float(v)) for v in values]


def written(made: dict[str, Any]) -> str:
    """JSON with a record a line, so that a change shows as one."""
    parts = []
    for key, records in made.items():
        lines = ",\n".join(json.dumps(record, separators=(",", ":")) for record in records)
        parts.append(f'"{key}": [\n{lines}\n]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(written(vectors()), encoding="utf-8")
    print(f"wrote {FILE.name}: {FILE.stat().st_size / 1000:.0f} kB")
