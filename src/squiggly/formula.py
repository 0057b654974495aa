"""Text to expression: our own tokenizer and precedence parser, with a caret under what is wrong.

The grammar has numbers, names, `+ - * / ^ **`, parentheses, comparisons, `and or not`, and calls to the rows of the
table of operations. There is no node for an attribute, a subscript, a string or a keyword, and no text reaches
Python's own evaluator: what cannot be written cannot be run.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from squiggly.errors import FormulaError, nearest
from squiggly.expression import Expr, apply, constant, name, substitute
from squiggly.operations import COMPOSED, CONSTANTS, OPERATIONS, SPELLINGS
from squiggly.reading.naming import unquoted, written

MAX_LENGTH = 2_000  # characters
MAX_DEPTH = 64  # parentheses and calls inside one another
MAX_NODES = 500  # numbers, names and operations


@dataclass(frozen=True)
class Formula:
    """A formula as read: `target = expr`, or `expr` alone (target None).

    text: as it was typed; euler: whether it uses the constant e.
    """

    text: str
    target: Expr | None
    expr: Expr
    euler: bool = False


_TOKEN = re.compile(
    r"(?P<number>(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|`(?P<quoted>[^`\n]+)`"
    r"|(?P<mark>\*\*|<=|>=|==|!=|[-+*/^(),<>=])"
)
_SPACE = re.compile(r"[ \t\r\n]*")

# How tightly each infix operator binds: left, right. ^ and ** bind from the right and before a minus sign.
_INFIX: dict[str, tuple[str, int, int]] = {
    "or": ("logical_or", 1, 2),
    "and": ("logical_and", 3, 4),
    "<": ("less", 7, 8),
    "<=": ("less_equal", 7, 8),
    ">": ("greater", 7, 8),
    ">=": ("greater_equal", 7, 8),
    "==": ("equal", 7, 8),
    "!=": ("not_equal", 7, 8),
    "+": ("add", 9, 10),
    "-": ("subtract", 9, 10),
    "*": ("multiply", 11, 12),
    "/": ("divide", 11, 12),
    "^": ("power", 16, 15),
    "**": ("power", 16, 15),
}
_NOT, _SIGN = 5, 13  # `not a < b` is not (a < b); -a^2 is -(a^2); -a*b is (-a)*b
_COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}


@dataclass(frozen=True)
class _Token:
    kind: str  # number, name, quoted, mark, end
    text: str
    at: int


def caret(text: str, at: int, length: int, problem: str, hint: str = "") -> FormulaError:
    """The error for a place in a formula: the problem, the line with the place marked below, a hint."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].split("\n", 1)[0].replace("\t", " ")
    at -= start
    if len(line) > 76:  # a window around the place, so that the caret stays under it
        cut = max(0, at - 36)
        line, at = (
            ("…" if cut else "") + line[cut : cut + 72] + ("…" if cut + 72 < len(line) else ""),
            at - cut + bool(cut),
        )
    marks = " " * at + "^" * max(1, min(length, len(line) - at))
    return FormulaError(f"{problem}\n  {line}\n  {marks}" + (f"\nhint: {hint}" if hint else ""))


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        if at == len(text):
            return [*tokens, _Token("end", "", at)]
        match = _TOKEN.match(text, at)
        kind = match.lastgroup or "mark" if match else ""
        word = match[kind] if match else ""
        while kind == "name" and word and not word.isidentifier():  # in x² the raised figure is no part of the name
            word = word[:-1]
        if match is None or not word:
            raise caret(text, at, 1, f"a formula has no place for {text[at]!r}", _HINTS.get(text[at], _GRAMMAR))
        tokens.append(_Token(kind, word, at))
        at = at + len(word) if kind == "name" else match.end()


_GRAMMAR = "a formula is numbers, names, + - * / ^, parentheses and functions such as exp(x)"
_HINTS = {
    ".": "attributes do not exist here: write exp(x), not np.exp(x)",
    "[": "subscripts do not exist here: give each quantity its own name",
    "]": "subscripts do not exist here: give each quantity its own name",
    "'": "text does not exist here; a column with an odd name is written in backticks: `my column`",
    '"': "text does not exist here; a column with an odd name is written in backticks: `my column`",
    "`": "a column in backticks needs a closing backtick on the same line",
    "%": "there is no remainder",
    "&": "write `and`",
    "|": "write `or`, or abs(x)",
    "~": "write `not`",
    "!": "write `not`, or != for unequal",
    "−": "that is a typographic minus: type -",
    "–": "that is a dash: type -",
    "×": "write *",
    "·": "write *",
    "÷": "write /",
    "²": "write ^2",
    "³": "write ^3",
    "√": "write sqrt(…)",
}


def parse(text: str, known: Iterable[str] = ()) -> Formula:
    """Read a formula: `y = a*x^2 + b*x + c`, or the right side alone.

    known: names of columns and parameters. They mean these even where they spell a constant (`e`, `pi`) or, with no
    bracket after them, a function; and an odd one that stands here without its backticks is pointed out.
    Raises FormulaError with the place marked.

    >>> parse("y = 2*x + 1 - 1*x*0").expr
    subtract(add(multiply(2.0, x), 1.0), multiply(x, 0.0))
    >>> parse("2*x +")
    Traceback (most recent call last):
    squiggly.errors.FormulaError: the formula ends where a number or a name was expected
      2*x +
           ^
    hint: finish it, or leave out the last sign
    """
    if not isinstance(text, str):
        raise FormulaError(
            f'a formula is text, got {type(text).__name__}\nhint: write it in quotes, for example "y = a*x + b"'
        )
    known = frozenset(known)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)  # é typed as e and an accent is one letter
    try:
        return _parse(text, known & _TAKEN)
    except FormulaError as error:
        if odd := unquoted(text, known):
            where = str(error).split("\nhint: ")[0]
            raise FormulaError(f"{where}\nhint: a column with an odd name goes in backticks: {written(odd)}") from None
        raise


_TAKEN = frozenset([*CONSTANTS, *SPELLINGS, *COMPOSED])


@lru_cache(maxsize=512)
def _parse(text: str, known: frozenset[str]) -> Formula:
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"the formula has {len(text)} characters, at most {MAX_LENGTH} are read\n"
            "hint: write it as a Python function instead"
        )
    if not text.strip():
        raise FormulaError('the formula is empty\nhint: write for example "y = a*x + b"')
    return _Parser(text, known).formula()


class _Parser:
    def __init__(self, text: str, known: frozenset[str]) -> None:
        self.text = text
        self.known = known
        self.tokens = _tokens(text)
        self.at = 0
        self.nodes = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def sees(self, mark: str) -> bool:
        """Whether the next token is this mark, not a column that is called so."""
        return self.next.kind == "mark" and self.next.text == mark

    def take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def error(self, token: _Token, problem: str, hint: str = "") -> FormulaError:
        return caret(self.text, token.at, len(token.text), problem, hint)

    def formula(self) -> Formula:
        equals = [token for token in self.tokens if token.text == "=" and token.kind == "mark"]
        if len(equals) > 1:
            raise self.error(equals[1], "a second `=`: a formula has one", "to compare, write ==")
        target = None
        if equals:
            target = self.expression(0, 0)
            if self.next != equals[0]:
                raise self.unexpected()
            self.take()
        expr = self.expression(0, 0)
        if self.next.kind != "end":
            raise self.unexpected()
        euler = "e" not in self.known and any(t.kind == "name" and t.text == "e" for t in self.tokens)
        return Formula(self.text.strip(), target, expr, euler)

    def unexpected(self) -> FormulaError:
        token, before = self.next, self.tokens[self.at - 1]
        if self.sees(")"):
            return self.error(token, "a `)` that closes nothing")
        if self.sees("(") and before.kind in ("name", "quoted"):
            return self.no_function(before)
        if self.sees("(") or token.kind in ("number", "name", "quoted"):
            choice = {"if", "else"} & {token.text, before.text}
            hint = "write where(condition, a, b)" if choice else "write * to multiply"
            return self.error(token, f"two things side by side: `{before.text} {token.text}`", hint)
        hints = {",": "decimals take a point: 1.5", "=": "to compare, write =="}
        return self.error(token, f"`{token.text}` was not expected here", hints.get(token.text, _GRAMMAR))

    def expression(self, binding: int, depth: int) -> Expr:
        """Everything from here that binds at least this tightly."""
        if depth > MAX_DEPTH:
            raise self.error(
                self.next, f"more than {MAX_DEPTH} levels inside one another", "name a part of it, or simplify"
            )
        left = self.operand(depth)
        compared = False
        while self.next.kind in ("mark", "name") and self.next.text in _INFIX:
            op, left_binding, right_binding = _INFIX[self.next.text]
            if left_binding < binding:
                break
            token = self.take()
            if token.text in _COMPARISONS:
                if compared:
                    raise self.error(token, "comparisons do not chain", "write `a < x and x < b`")
                compared = True
            left = self.node(token, op, left, self.expression(right_binding, depth + 1))
        return left

    def operand(self, depth: int) -> Expr:
        token = self.take()
        if token.kind == "number":
            value = float(token.text)
            if math.isinf(value):
                raise self.error(token, "this number is too large", "the largest is about 1.8e308")
            return self.count(token, constant(value))
        if token.kind == "quoted":
            return self.count(token, name(token.text))
        if token.text in ("-", "+"):
            inner = self.expression(_SIGN, depth + 1)
            return inner if token.text == "+" else self.node(token, "negative", inner)
        if token.text == "not":
            return self.node(token, "logical_not", self.expression(_NOT, depth + 1))
        if token.text == "(":
            inner = self.expression(0, depth + 1)
            if not self.sees(")"):
                raise self.unclosed(token)
            self.take()
            return inner
        if token.kind == "name" and token.text not in ("and", "or"):
            if self.sees("(") and (token.text in SPELLINGS or token.text in COMPOSED):
                return self.call(token, depth)
            return self.named(token)
        if token.kind == "end":
            raise self.error(
                token, "the formula ends where a number or a name was expected", "finish it, or leave out the last sign"
            )
        raise self.error(token, f"`{token.text}` where a number or a name was expected", _GRAMMAR)

    def named(self, token: _Token) -> Expr:
        if self.sees("("):
            raise self.no_function(token)
        if token.text in CONSTANTS and token.text not in self.known:
            return self.count(token, constant(CONSTANTS[token.text]))
        if (token.text in SPELLINGS or token.text in COMPOSED) and token.text not in self.known:
            raise self.error(
                token, f"`{token.text}` is a function", f"write {token.text}(…); a parameter needs another name"
            )
        return self.count(token, name(token.text))

    def no_function(self, token: _Token) -> FormulaError:
        near = nearest(token.text, [*SPELLINGS, *COMPOSED]) if token.text not in CONSTANTS else None
        hint = f"did you mean {near}?" if near else f"to multiply, write {token.text}*(…)"
        return self.error(token, f"there is no function `{token.text}`", hint)

    def call(self, token: _Token, depth: int) -> Expr:
        opening = self.take()
        arguments: list[Expr] = []
        while not self.sees(")"):
            arguments.append(self.expression(0, depth + 1))
            if not self.sees(","):
                break
            self.take()
        if not self.sees(")"):
            raise self.unclosed(opening)
        self.take()
        composed = COMPOSED.get(token.text)
        arity = composed[0] if composed else OPERATIONS[SPELLINGS[token.text]].arity
        if len(arguments) != arity:
            wanted = ", ".join("abc"[:arity])
            raise self.error(
                token,
                f"`{token.text}` takes {arity} argument{'s' * (arity > 1)}, got {len(arguments)}",
                f"write {token.text}({wanted})",
            )
        if composed:
            return self.finite(token, substitute(parse(composed[1]).expr, dict(zip("ab", arguments))))
        return self.node(token, SPELLINGS[token.text], *arguments)

    def unclosed(self, opening: _Token) -> FormulaError:
        if self.next.kind == "end":
            return self.error(opening, "this `(` is never closed")
        return self.unexpected()

    def node(self, token: _Token, op: str, *args: Expr) -> Expr:
        expr = apply(op, *args)
        return self.count(token, expr) if op == "negative" else self.finite(token, expr)

    def finite(self, token: _Token, expr: Expr) -> Expr:
        """Refuse what comes to inf or nan by itself: 1/0, exp(1000)."""
        if expr.op == "constant" and not math.isfinite(expr.value):
            raise self.error(token, f"this comes to {expr.value}, which is no number to fit with")
        return self.count(token, expr)

    def count(self, token: _Token, expr: Expr) -> Expr:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.error(
                token, f"more than {MAX_NODES} numbers, names and operations", "write it as a Python function instead"
            )
        return expr
