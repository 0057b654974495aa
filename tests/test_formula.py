"""The grammar, the words for what is wrong with a formula, and that nothing but a formula gets through."""

from __future__ import annotations

import ast
import math
import random
import re
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import squiggly
from squiggly.errors import FormulaError, SquigglyError
from squiggly.expression import constant, name, names
from squiggly.formula import MAX_DEPTH, MAX_LENGTH, MAX_NODES, parse
from squiggly.modelling import as_model
from squiggly.operations import COMPOSED, SPELLINGS
from squiggly.program import Program
from squiggly.typeset import text


def said(formula: object) -> str:
    with pytest.raises(FormulaError) as caught:
        parse(formula)
    return str(caught.value)


def value(formula: str, **at: float) -> float:
    [result] = Program(tuple(at), (), (parse(formula, at).expr,))(at, {})
    return float(result)


# ------------------------------------------------------------------------------------------------- the grammar


@pytest.mark.parametrize(
    "formula, grouped",
    {
        "a + b*x": "a + (b*x)",
        "a - b - c": "(a - b) - c",
        "a - b + c": "(a - b) + c",
        "a/b/c": "(a/b)/c",
        "a/b*c": "(a/b)*c",
        "a*b^c": "a*(b^c)",
        "a^b^c": "a^(b^c)",
        "a^b*c": "(a^b)*c",
        "-a^2": "-(a^2)",
        "-a*b": "(-a)*b",
        "-a + b": "(-a) + b",
        "2^-a": "2^(-a)",
        "2^-a^b": "2^(-(a^b))",
        "a^-b*c": "(a^(-b))*c",
        "- -a": "a",
        "+a": "a",
        "a - -b": "a + b",
        "a < b + c": "a < (b + c)",
        "not a < b": "not (a < b)",
        "not a and b": "(not a) and b",
        "a and b or c": "(a and b) or c",
        "a or b and c": "a or (b and c)",
        "a < b and b < c": "(a < b) and (b < c)",
        "a < b or not b < c": "(a < b) or (not (b < c))",
        "a*where(x > 1, b, c)^2": "a*((where((x > 1), b, c))^2)",
    }.items(),
)
def test_what_binds_tighter_comes_first(formula, grouped):
    assert parse(formula).expr is parse(grouped).expr


def test_a_caret_and_two_stars_are_the_same_power():
    assert parse("x**2**3").expr is parse("x^2^3").expr


@pytest.mark.parametrize("blank", ["", " ", "\t", "\n", "\n\n  "])
def test_blanks_and_new_lines_mean_nothing(blank):
    assert parse(blank.join(["", "a", "*", "x", "+", "exp", "(", "b", ")", ""])).expr is parse("a*x+exp(b)").expr


@pytest.mark.parametrize(
    "written, number",
    {"0": 0, "12": 12, "1.5": 1.5, ".5": 0.5, "5.": 5, "1e3": 1e3, "1E-3": 1e-3, "2.5e+2": 250, "1_000": 1000,
     "1e-400": 0, "0.1": 0.1, "1.7976931348623157e308": 1.7976931348623157e308}.items(),
)  # fmt: skip
def test_numbers_are_read_as_python_reads_them(written, number):
    assert parse(written).expr is constant(number)


def test_a_whole_number_of_a_thousand_digits_is_refused_not_computed():
    assert said("9" * 1000).startswith("this number is too large\n")


def test_pi_and_e_are_numbers():
    assert parse("pi").expr is constant(math.pi) and parse("e").expr is constant(math.e)
    assert parse("-inf").expr is constant(-math.inf)


@pytest.mark.parametrize("word", ["pi", "e", "inf"])
def test_a_column_or_parameter_may_be_called_like_a_constant(word):
    assert names(parse(f"2*{word}", [word]).expr) == [word]


def test_the_left_side_is_what_is_predicted():
    read = parse("  log(y) = a*x ")
    assert (read.text, read.target, read.expr) == ("log(y) = a*x", parse("log(y)").expr, parse("a*x").expr)
    assert parse("a*x").target is None


def test_backticks_hold_any_name():
    assert names(parse("`my column`*a + `2nd` - `µ%`").expr) == ["my column", "a", "2nd", "µ%"]
    assert parse("`x`").expr is name("x") and parse("`pi`").expr is name("pi")


@pytest.mark.parametrize("word", ["tau", "τ", "a_1", "_a", "π_0", "été", "温度"])
def test_names_are_letters_digits_and_underscores_of_any_script(word):
    assert parse(f"2*{word}").expr.args[1] is name(word)


@pytest.mark.parametrize(
    "formula", ["where(x > 0, 1, 2)", "(x > 0)*1 + (x <= 0)*2", "1 + (x <= 0)", "where(not x <= 0, 1, 2)"]
)
@pytest.mark.parametrize("x, expected", [(3.0, 1.0), (-3.0, 2.0)])
def test_a_comparison_counts_as_one_or_nought(formula, x, expected):
    assert value(formula, x=x) == expected


@pytest.mark.parametrize(
    "formula, expected",
    {"a < b": 1, "a <= 1": 1, "a > b": 0, "b >= 2": 1, "a == 1": 1, "a != 1": 0, "a and b": 1, "a and 0": 0,
     "0 or 0": 0, "not a": 0, "not 0*a": 1}.items(),
)  # fmt: skip
def test_comparisons_and_logic_mean_what_they_say(formula, expected):
    assert value(formula, a=1.0, b=2.0) == expected


def test_a_formula_is_read_as_numpy_would():
    x = np.linspace(0.1, 3, 7)
    ours = Program(("x",), (), (parse("3*x**2 - 2*exp(-x/1.5)*sin(2*pi*x) + sqrt(x)/(1 + x^2)").expr,))({"x": x}, {})[0]
    assert ours == pytest.approx(
        3 * x**2 - 2 * np.exp(-x / 1.5) * np.sin(2 * np.pi * x) + np.sqrt(x) / (1 + x**2), rel=1e-14
    )


# ------------------------------------------------------------------------------------------------- the errors

GRAMMAR = "hint: a formula is numbers, names, + - * / ^, parentheses and functions such as exp(x)"
NO_TEXT = "hint: text does not exist here; a column with an odd name is written in backticks: `my column`"
NO_SUBSCRIPT = "hint: subscripts do not exist here: give each quantity its own name"

NO_PLACE = {  # the mark, how it is shown, the hint
    ".": ("'.'", "hint: attributes do not exist here: write exp(x), not np.exp(x)"),
    "[": ("'['", NO_SUBSCRIPT),
    "]": ("']'", NO_SUBSCRIPT),
    "'": ('"\'"', NO_TEXT),
    '"': ("'\"'", NO_TEXT),
    "`": ("'`'", "hint: a column in backticks needs a closing backtick on the same line"),
    "%": ("'%'", "hint: there is no remainder"),
    "&": ("'&'", "hint: write `and`"),
    "|": ("'|'", "hint: write `or`, or abs(x)"),
    "~": ("'~'", "hint: write `not`"),
    "!": ("'!'", "hint: write `not`, or != for unequal"),
    "−": ("'−'", "hint: that is a typographic minus: type -"),
    "–": ("'–'", "hint: that is a dash: type -"),
    "×": ("'×'", "hint: write *"),
    "·": ("'·'", "hint: write *"),
    "÷": ("'÷'", "hint: write /"),
    "√": ("'√'", "hint: write sqrt(…)"),
    ";": ("';'", GRAMMAR),
    ":": ("':'", GRAMMAR),
    "{": ("'{'", GRAMMAR),
    "@": ("'@'", GRAMMAR),
    "\\": ("'\\\\'", GRAMMAR),
    "#": ("'#'", GRAMMAR),
    "$": ("'$'", GRAMMAR),
    "\0": ("'\\x00'", GRAMMAR),
    "\u200b": ("'\\u200b'", GRAMMAR),
    "（": ("'（'", GRAMMAR),
}


@pytest.mark.parametrize("mark, shown, hint", [(m, *rest) for m, rest in NO_PLACE.items()], ids=map(ascii, NO_PLACE))
def test_a_mark_that_has_no_place_is_shown_with_a_cure(mark, shown, hint):
    assert said(f"a {mark} b") == f"a formula has no place for {shown}\n  a {mark} b\n    ^\n{hint}"


@pytest.mark.parametrize("mark, power", [("²", "^2"), ("³", "^3")])
def test_a_raised_figure_is_not_part_of_a_name(mark, power):
    assert said(f"a*x{mark}") == f"a formula has no place for '{mark}'\n  a*x{mark}\n     ^\nhint: write {power}"


ERRORS = {
    "a*x)": "a `)` that closes nothing\n  a*x)\n     ^",
    "y = a = b": "a second `=`: a formula has one\n  y = a = b\n        ^\nhint: to compare, write ==",
    "y = epx(x)": "there is no function `epx`\n  y = epx(x)\n      ^^^\nhint: did you mean exp?",
    "foo(x)": "there is no function `foo`\n  foo(x)\n  ^^^\nhint: to multiply, write foo*(…)",
    "`a`(x)": "there is no function `a`\n  `a`(x)\n  ^\nhint: to multiply, write a*(…)",
    "2 x": "two things side by side: `2 x`\n  2 x\n    ^\nhint: write * to multiply",
    "a b": "two things side by side: `a b`\n  a b\n    ^\nhint: write * to multiply",
    "3(x)": "two things side by side: `3 (`\n  3(x)\n   ^\nhint: write * to multiply",
    "(a)(b)": "two things side by side: `) (`\n  (a)(b)\n     ^\nhint: write * to multiply",
    "1j": "two things side by side: `1 j`\n  1j\n   ^\nhint: write * to multiply",
    "0x10": "two things side by side: `0 x10`\n  0x10\n   ^^^\nhint: write * to multiply",
    "1..2": "two things side by side: `1. .2`\n  1..2\n    ^^\nhint: write * to multiply",
    "a, b": "`,` was not expected here\n  a, b\n   ^\nhint: decimals take a point: 1.5",
    "(a = b)": "`=` was not expected here\n  (a = b)\n     ^\nhint: to compare, write ==",
    "a < b < c": "comparisons do not chain\n  a < b < c\n        ^\nhint: write `a < x and x < b`",
    "1e999": "this number is too large\n  1e999\n  ^^^^^\nhint: the largest is about 1.8e308",
    "a +": "the formula ends where a number or a name was expected\n  a +\n     ^\nhint: finish it, or leave out the last sign",
    "y =": "the formula ends where a number or a name was expected\n  y =\n     ^\nhint: finish it, or leave out the last sign",
    "not": "the formula ends where a number or a name was expected\n  not\n     ^\nhint: finish it, or leave out the last sign",
    "* a": "`*` where a number or a name was expected\n  * a\n  ^\nhint: a formula is numbers, names, + - * / ^, parentheses and functions such as exp(x)",
    "= a": "`=` where a number or a name was expected\n  = a\n  ^\nhint: a formula is numbers, names, + - * / ^, parentheses and functions such as exp(x)",
    "()": "`)` where a number or a name was expected\n  ()\n   ^\nhint: a formula is numbers, names, + - * / ^, parentheses and functions such as exp(x)",
    "a or or b": "`or` where a number or a name was expected\n  a or or b\n       ^^\nhint: a formula is numbers, names, + - * / ^, parentheses and functions such as exp(x)",
    "exp + a": "`exp` is a function\n  exp + a\n  ^^^\nhint: write exp(…); a parameter needs another name",
    "square": "`square` is a function\n  square\n  ^^^^^^\nhint: write square(…); a parameter needs another name",
    "exp()": "`exp` takes 1 argument, got 0\n  exp()\n  ^^^\nhint: write exp(a)",
    "atan2(a)": "`atan2` takes 2 arguments, got 1\n  atan2(a)\n  ^^^^^\nhint: write atan2(a, b)",
    "clip(a, b, c, d)": "`clip` takes 3 arguments, got 4\n  clip(a, b, c, d)\n  ^^^^\nhint: write clip(a, b, c)",
    "square(a, b)": "`square` takes 1 argument, got 2\n  square(a, b)\n  ^^^^^^\nhint: write square(a)",
    "a*(b + c": "this `(` is never closed\n  a*(b + c\n    ^",
    "a*exp(b": "this `(` is never closed\n  a*exp(b\n       ^",
    "1/0": "this comes to inf, which is no number to fit with\n  1/0\n   ^",
    "9**9**9**9": "this comes to inf, which is no number to fit with\n  9**9**9**9\n      ^^",
    "a*log(-1)": "this comes to nan, which is no number to fit with\n  a*log(-1)\n    ^^^",
    "": 'the formula is empty\nhint: write for example "y = a*x + b"',
    " \n ": 'the formula is empty\nhint: write for example "y = a*x + b"',
}


@pytest.mark.parametrize("formula", ERRORS, ids=map(ascii, ERRORS))
def test_an_error_points_at_the_place(formula):
    assert said(formula) == ERRORS[formula]


@pytest.mark.parametrize("thing, kind", [(3, "int"), (None, "NoneType"), (b"x", "bytes"), (["x"], "list")])
def test_a_formula_is_text(thing, kind):
    assert said(thing) == f'a formula is text, got {kind}\nhint: write it in quotes, for example "y = a*x + b"'


def test_only_the_line_of_the_error_is_shown():
    assert said("y = a*x\n  + b*$x") == f"a formula has no place for '$'\n    + b*$x\n        ^\n{GRAMMAR}"


def test_a_tab_is_as_wide_as_the_blank_it_is_shown_as():
    assert said("a\tb") == "two things side by side: `a b`\n  a b\n    ^\nhint: write * to multiply"


@pytest.mark.parametrize("before, after", [(0, 500), (200, 200), (500, 0), (35, 41), (37, 40)])
def test_of_a_long_line_the_part_around_the_place_is_shown(before, after):
    message = said("a" * before + " $" + "+b" * (after // 2)).split("\n")
    assert len(message[1]) <= 78 and message[2].strip() == "^"
    assert message[1][message[2].index("^")] == "$"


def test_e_called_as_a_function_is_told_from_exp():
    assert "did you mean ne?" not in said("a*e(x)")


@pytest.mark.parametrize("formula", ["(a `)`", "exp `(`x)", "max(a `,` b)"])
def test_a_mark_in_backticks_is_a_name(formula):
    assert said(formula).startswith(("two things side by side", "this `(` is never closed", "`exp` is a function"))


@pytest.mark.parametrize("formula", ["reciprocal(0)", "rsqrt(0)", "exp2(9999)", "square(1e200)", "rsqrt(-1)"])
def test_a_composed_name_may_not_come_to_inf_either(formula):
    assert said(formula).startswith("this comes to ")


# ------------------------------------------------------------------------------------------------- the limits


def test_two_thousand_characters_are_read_and_no_more():
    assert parse("x" * MAX_LENGTH).expr is name("x" * 2000)
    assert said("x" * (MAX_LENGTH + 1)) == (
        "the formula has 2001 characters, at most 2000 are read\nhint: write it as a Python function instead"
    )


@pytest.mark.parametrize(
    "opening, closing", [("(", ")"), ("exp(", ")"), ("-", ""), ("not ", ""), ("2^", ""), ("1 + (", ")")]
)
def test_sixty_four_levels_are_read_and_no_more(opening, closing):
    def nested(levels: int) -> str:
        return opening * levels + "x" + closing * levels

    levels = MAX_DEPTH // (2 if opening == "1 + (" else 1)  # what is right of a + is a level, and so is its bracket
    parse(nested(levels))
    message = said(nested(levels + 1))
    assert message.startswith("more than 64 levels inside one another\n")
    assert message.endswith("\nhint: name a part of it, or simplify")


def test_five_hundred_numbers_names_and_operations_are_read_and_no_more():
    assert parse("+".join("a" * 250)).expr
    message = said("+".join("a" * 251))
    assert message.startswith(f"more than {MAX_NODES} numbers, names and operations\n")
    assert message.endswith("\nhint: write it as a Python function instead")


def test_no_formula_has_a_text_much_longer_than_itself():
    assert len(text(parse("sinc(" * 8 + "x" + ")" * 8).expr)) < 10_000


# ------------------------------------------------------------------------------------------------- what is kept out

HOSTILE = [
    # escapes published for eval-based readers (sympy, numexpr, asteval, simpleeval) and the classic ones
    "__import__('os').system('echo hi')",
    "__import__('os').environ",
    "__import__('subprocess').check_output(['id'])",
    "().__class__.__bases__[0].__subclasses__()",
    "().__class__.__mro__[1].__subclasses__()[40]('/etc/passwd').read()",
    "(1).__class__.__base__.__subclasses__()",
    "[].__class__",
    "{}.__class__",
    "''.__class__",
    "''.__reduce__(4)",
    "''.__reduce_ex__(4)",
    "\"\".join(['a', 'b'])",
    "'{0.__class__}'.format(x)",
    "'{x.__init__.__globals__}'.format_map(x)",
    "f'{x}'",
    'f"{__import__(\'os\').getcwd()}"',
    "f'{x!r:{y}}'",
    "b'bytes'",
    "lambda: 0",
    "(lambda f: f(f))(lambda f: f(f))",
    "[x for x in (1, 2)]",
    "{x: x for x in y}",
    "(x for x in y)",
    "(x := 5)",
    "x; import os",
    "import os",
    "from os import system",
    "eval('1')",
    "exec('1')",
    "compile('1', '', 'eval')",
    "open('/etc/passwd').read()",
    "open(0)",
    "getattr(x, y)",
    "setattr(x, y, 1)",
    "globals()",
    "locals()",
    "vars()",
    "dir()",
    "breakpoint()",
    "input()",
    "print(x)",
    "type(x)",
    "object()",
    "exit()",
    "quit()",
    "help()",
    "memoryview(x)",
    "raise_(x)",
    "del x",
    "x = y = z",
    "x.real",
    "x.__class__",
    "x.__init__.__globals__['__builtins__']",
    "x[0]",
    "x[::1]",
    "x[y]",
    "*x",
    "**x",
    "f(*x)",
    "f(**x)",
    "exp(x=1)",
    "x if y else z",
    "x is y",
    "x in y",
    "not in x",
    "await x",
    "yield x",
    "async x",
    "assert x",
    "...",
    "x @ y",
    "x // y",
    "x % y",
    "x << y",
    "x >> y",
    "1if 1else 0",
    "0_x",
    "a.tofile('x')",
    "ndarray.tofile(x, 'y')",
    "x.tofile(y)",
    "sin(x).__class__",
    "sin.__call__(x)",
    "numpy.load('x')",
    "np.lib.npyio.load('x')",
    "np.frombuffer(x)",
    "loadtxt('x')",
    "fromfile('x')",
    "save('x', y)",
    "(lambda fc=(lambda n: [c for c in ().__class__.__bases__[0].__subclasses__() if c.__name__ == n][0]): fc)()",
    "sin(x) if [].append(1) else 0",
    "`x`.__class__",
    "`__import__`('os')",
    "`eval`(x)",
    "${7*7}",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "$(id)",
    "`id`; ls",
    "'; DROP TABLE x; --",
    "constructor.constructor('return process')()",
    "x => x",
    "\\x41",
    "\\u0041(x)",
    "%s",
    # letters that look like others, or become them when normalised
    "ｅｖａｌ(x)",
    "ｅxec(x)",
    "𝐞𝐯𝐚𝐥(x)",
    "𝓮𝔁𝓹(x)",
    "ｅｘｐ(x)",
    "ехр(x)",
    "ﬁ(x)",
    "x．y",
    "＿＿import＿＿(x)",
    "__ｉmport__('os')",
    "x‿y.z",
    "exp（x）",
    "x\u2028y",
    "x\u202ey",
    "\ufeffx",
    "x\xa0+ y",
    # bytes that end or hide text
    "\0",
    "x\0",
    "x\0.y",
    "x\x1b[31m",
    "x\x7f",
    "x\rz",
    "x\x0b+ y",
    "\ud800",
    "x + \udfff",
    # size
    "9**9**9**9",
    "9^9^9^9^9^9",
    "(" * 100_000,
    "(" * 100_000 + "x" + ")" * 100_000,
    "-" * 100_000 + "1",
    "exp(" * 1_000 + "x" + ")" * 1_000,
    "x" * 1_000_000,
    "1" * 1_000_000,
    "x+" * 500_000,
    "not " * 400 + "x",
    "a^" * 900 + "a",
    "[" * 1_900,
    "`" * 1_901,
]  # fmt: skip


def assert_a_sentence(error: FormulaError) -> None:
    """A first line that says what is wrong, then at most the place, the mark under it and a hint."""
    lines = str(error).split("\n")
    assert lines[0] and len(lines[0]) < 2_100 and len(lines) <= 4
    if len(lines) > 2:
        assert re.fullmatch(r" +\^+", lines[2]) and len(lines[1]) <= 78


@pytest.mark.parametrize("formula", HOSTILE, ids=lambda f: ascii(f[:40]))
def test_python_and_tricks_are_refused_in_one_sentence(formula):
    began = time.perf_counter()
    with pytest.raises(FormulaError) as caught:
        parse(formula)
    assert time.perf_counter() - began < 1
    assert_a_sentence(caught.value)


@pytest.mark.parametrize(
    "word", ["__import__", "eval", "__class__", "os", "self", "None", "True", "if", "import", "lambda"]
)
def test_a_word_of_python_is_only_a_name(word):
    assert parse(f"2*{word}").expr.args[1] is name(word)


def test_a_column_in_other_unicode_characters_is_the_column():
    assert as_model("y = a*ｔ", ["t", "y"]).inputs == ("t",)
    assert as_model("y = a*e\u0301", ["\u00e9", "y"]).inputs == ("\u00e9",)
    assert as_model("y = a*\u03bc", ["\u00b5", "y"]).inputs == ("\u00b5",)


# Pieces that formulas and attacks are made of.
PIECES = [
    *sorted(SPELLINGS)[::4], *COMPOSED, "x", "a", "tau", "y", "pi", "e", "inf", "and", "or", "not",
    "0", "1", "2.5", "1e9", ".5", "1e400", "9",
    "+", "-", "*", "/", "^", "**", "(", ")", ",", "<", "<=", ">", ">=", "==", "!=", "=", " ", "\n", "\t", "`", "`my column`",
    ".", "[", "]", "{", "}", "'", '"', "\\", ":", ";", "@", "%", "&", "|", "~", "!", "#", "$", "_", "__", "\0",
    "²", "−", "é", "π", "ｘ", "lambda ", "__import__", "eval(", "exec(", "if ", "for ", "in ", "f'", "np.", ".__class__",
]  # fmt: skip
SEEDS = [
    "y = a*x^2 + b*x + c",
    "counts = a*exp(-t/tau) + c",
    "y = bottom + (top - bottom)/(1 + (ec50/x)^hill)",
    "log(y) = a - b/(x + c)",
    "y = where(x > t0 and not x > t1, a*sin(2*pi*f*x), clip(x, -1, inf))",
    "`odd name` = max(a, b)*`my column` - 1.5e-3/relu(x - 2)",
    "height*exp(-((x - center)/width)^2/2)",
]


def refused_or_read(formula: str) -> bool:
    """Whether it parses. Anything but an answer or a FormulaError is a failure of the test."""
    try:
        parse(formula)
    except FormulaError as error:
        assert_a_sentence(error)
        return False
    return True


@settings(max_examples=500)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(formula):
    refused_or_read(formula)


@settings(max_examples=1_000)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_pieces_of_formulas_are_read_or_refused(formula):
    refused_or_read(formula)


@settings(max_examples=1_000)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 3), st.sampled_from(PIECES)), max_size=4),
)
def test_a_formula_with_slips_is_read_or_refused(formula, slips):
    for at, cut, piece in slips:
        formula = formula[:at] + piece + formula[at + cut :]
    refused_or_read(formula)


def fuzzed(random: random.Random) -> str:
    """A string near a formula: one with slips, a heap of pieces, or a heap of letters."""
    kind = random.random()
    if kind < 0.5:
        formula = random.choice(SEEDS)
        for _ in range(random.randint(1, 4)):
            at = random.randint(0, len(formula))
            formula = formula[:at] + random.choice(PIECES) + formula[at + random.randint(0, 3) :]
        return formula
    if kind < 0.9:
        return "".join(random.choices(PIECES, k=random.randint(1, 30)))
    return "".join(
        chr(random.choice([random.randint(0, 127), random.randint(0, 0x10FFFF)])) for _ in range(random.randint(1, 40))
    )


def fuzz(count: int, seed: int) -> int:
    """How many of `count` strings were formulas; every other one must have been refused in words."""
    source = random.Random(seed)
    return sum(refused_or_read(fuzzed(source)) for _ in range(count))


def test_ten_thousand_random_strings_are_read_or_refused():
    assert 500 < fuzz(10_000, seed=1) < 5_000  # some get through, or the test would prove nothing


@pytest.mark.prove
def test_a_million_random_strings_are_read_or_refused(capsys):
    began = time.perf_counter()
    read = fuzz(1_000_000, seed=2)
    with capsys.disabled():
        print(f"\n1,000,000 strings: {read:,} read, {1_000_000 - read:,} refused, {time.perf_counter() - began:.0f} s")
    assert read


# ------------------------------------------------------------------------------------------------- the source itself

SOURCES = sorted(Path(squiggly.__file__).parent.rglob("*.py"))
RUNS_TEXT = {"eval", "exec", "compile", "__import__", "execfile"}
LOADS_CODE = {
    "ast",
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "marshal",
    "shelve",
    "code",
    "codeop",
    "joblib",
}


def offences(source: str) -> list[str]:
    """What in a source could run text: calls by name or through builtins, modules that load code, flags for that."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=word) if word in RUNS_TEXT:
                found.append(word)
            case ast.Attribute(value=ast.Name(id="builtins" | "__builtins__"), attr=word):
                found.append(f"builtins.{word}")
            case ast.Attribute(attr="literal_eval" | "read_pickle" | "to_pickle" as word):
                found.append(word)
            case ast.Import(names=aliases):
                found += [alias.name for alias in aliases if alias.name.split(".")[0] in LOADS_CODE]
            case ast.ImportFrom(module=module) if module and module.split(".")[0] in LOADS_CODE:
                found.append(module)
            case ast.keyword(arg="allow_pickle", value=ast.Constant(value=True)):
                found.append("allow_pickle")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.name)
def test_no_source_runs_text_or_loads_code(path):
    assert offences(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "eval(x)",
        "f = exec",
        "import ast",
        "from pickle import loads",
        "builtins.compile(x)",
        "numpy.load(f, allow_pickle=True)",
        "ast.literal_eval(x)",
    ],
)
def test_the_test_above_would_notice(source):
    assert offences(source)


def test_every_refusal_is_one_of_ours():
    assert issubclass(FormulaError, SquigglyError) and issubclass(FormulaError, ValueError)
