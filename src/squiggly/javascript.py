"""Program → JavaScript source: what evaluates a model in a page, and its loss and gradient, with nothing interpreted.

Only rows of the table of operations and of the losses, numbers, and numbered names (p0, t1 …) reach the source:
never a name or a text of the user's.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from squiggly.derivative import derivatives
from squiggly.errors import ModelError, listed
from squiggly.expression import Expr, apply, constant, ordered
from squiggly.loss import LOSSES, Loss
from squiggly.model import Model
from squiggly.operations import OPERATIONS, SPECIAL
from squiggly.typeset import number

WIDE = 70  # characters of a part from which it gets a line of its own, though it is used once
MULTIPLIED = 6  # powers up to this one are multiplied out: within 1e-15 of the power, and much quicker
ROLLED = 100_000  # characters of a function beyond which V8 would not optimise it (its limit is 60 KB of bytecode)
CHUNK = 20_000  # characters of one piece of a function that is cut
SUMS = 24  # parameters up to which each sum of the gradient is a variable; beyond, V8 has them in memory anyway

_ALONE = re.compile(r"(?:(?<=\()|(?<=, ))\{(\d)\}(?=[,)])")  # an argument that stands alone between brackets or commas

After = Callable[[int, str], list[str]]  # what becomes of an output, by its number and its text


def source(model: Model, losses: Sequence[Loss] = tuple(LOSSES.values())) -> str:
    """A script that defines `squigglyProgram`: given the page's special functions, it makes the model's evaluator.

    The evaluator has three functions, for any number of points: `predict` (the curve), `rows` (the curve and its
    derivative by each parameter) and `gradient` (the mean loss and its gradient, a loop for each loss).
    Of more inputs than one, x holds a column after another. Raises ModelError for a model that was not recorded, or
    that has more than three.

    >>> from squiggly import as_model
    >>> print(source(as_model("a*exp(-x)")).splitlines()[6])
          out[i] = p0 * Math.exp(-x0);
    """
    value, place = _recorded(model), {n: f"p{j}" for j, n in enumerate(model.names)}
    place |= {n: f"x{j}" for j, n in enumerate(model.inputs)}
    outputs = [_lowered(e) for e in (value, *derivatives(value, model.names))]
    words = " ".join(OPERATIONS[node.op].javascript for node in ordered(outputs) if node.args)
    special = [name for name in SPECIAL if re.search(rf"\b{name}\(", re.sub(r"\bMath\.\w+", "", words))]
    functions = _unrolled(outputs, place, losses)
    if max(map(len, functions)) > ROLLED:
        functions = _rolled(outputs, place, losses)
    given = [f"const {{ {', '.join(special)} }} = special;"] if special else []
    lines = ['"use strict";', *given, *"\n".join(functions).splitlines(), "return { predict, rows, gradient };"]
    return "\n".join(["var squigglyProgram = function (special) {", *_indented(lines), "};", ""])


WALKS = ["delta", "p", "x", "y", "weight", "n", "out"]


MOST_INPUTS = 3


def _recorded(model: Model) -> Expr:
    if not 1 <= len(model.inputs) <= MOST_INPUTS:
        raise ModelError(
            f"the page draws models of one, two or three inputs; this one has {listed(model.inputs) or 'none'}\n"
            "hint: hold the others constant, for example with functools.partial or as numbers in the formula"
        )
    if model.sized is not None:
        model.program()  # says what is missing
    if model.expr is None:
        raise ModelError(
            f"the page needs a recorded function, and this one could not be recorded: {model.unrecorded}\n"
            "hint: write it with NumPy or torch functions of one point, without loops over the points"
        )
    return model.expr


def _lowered(expr: Expr) -> Expr:
    """The expression with roots and small whole powers written out, so that their parts are shared."""
    new: dict[Expr, Expr] = {}
    for node in ordered([expr]):
        args = tuple(new[a] for a in node.args)
        new[node] = (_power(*args) if node.op == "power" else apply(node.op, *args)) if args else node
    return new[expr]


def _power(base: Expr, exponent: Expr) -> Expr:
    power = float(exponent.value) if exponent.op == "constant" else 0.0
    if power == 0.5:
        return apply("sqrt", base)
    if power == -1:
        return apply("divide", constant(1), base)
    if power not in range(2, MULTIPLIED + 1):
        return apply("power", base, exponent)
    half = base if power < 4 else _power(base, constant(power // 2))
    whole = apply("multiply", half, half)
    return whole if power % 2 == 0 else apply("multiply", whole, base)


# --- The functions --------------------------------------------------------------------------------------------------


def _unrolled(outputs: Sequence[Expr], place: dict[str, str], losses: Sequence[Loss]) -> list[str]:
    """Each function with all of its work in its own loop."""
    return [
        _function("predict", ["p", "x", "n", "out"], _predict(outputs[:1], place)),
        _function("rows", ["p", "x", "n", "out"], _rows(outputs, place)),
        *(_function(loss.name, WALKS, _gradient(outputs, place, loss)) for loss in losses),
        _function("gradient", ["loss", *WALKS], _choice(losses)),
    ]


def _predict(outputs: Sequence[Expr], place: dict[str, str]) -> list[str]:
    loop = _Loop.over(outputs, place, lambda _, text: [f"out[i] = {_bare(text)};"])
    return [*loop.before, *_for([_columns(place), *loop.inside])]


def _rows(outputs: Sequence[Expr], place: dict[str, str]) -> list[str]:
    def after(k: int, text: str) -> list[str]:
        return [f"out[{_column(k)}i] = {_bare(text)};"]

    loop = _Loop.over(outputs, place, after)
    return [*loop.before, *_for([_columns(place), *loop.inside])]


def _columns(place: dict[str, str]) -> str:
    """The line that reads each input of a point, as `const x0 = x[i], x1 = x[n + i];`."""
    inputs = [said for said in place.values() if said.startswith("x")]
    return f"const {', '.join(f'{said} = x[{_column(j)}i]' for j, said in enumerate(inputs))};"


def _column(k: int) -> str:
    """Where a column of n numbers begins among several, added to: "n + " for the second."""
    return "" if k == 0 else "n + " if k == 1 else f"{k} * n + "


def _gradient(outputs: Sequence[Expr], place: dict[str, str], loss: Loss) -> list[str]:
    """The mean of one loss, and its gradient into `out`: one loop, its sums in variables where they are few."""
    count = len(outputs) - 1
    sums = [f"g{j}" if count <= SUMS else f"out[{j}]" for j in range(count)]

    def after(k: int, text: str) -> list[str]:
        return _lost(loss, text) if k == 0 else [f"{sums[k - 1]} += {'s' if text == '1' else f's * {text}'};"]

    loop = _Loop.over(outputs, place, after)
    begin = (
        [f"let {', '.join(f'{g} = 0' for g in ['sum', *sums])};"]
        if count <= SUMS
        else ["let sum = 0;", f"out.fill(0, 0, {count});"]
    )
    end = [f"out[{j}] = {g} / n;" for j, g in enumerate(sums)]
    return [
        *loop.before,
        *begin,
        *_for([f"{_columns(place)[:-1]}, y0 = y[i], w0 = weight[i];", *loop.inside]),
        *end,
        "return sum / n;",
    ]


def _lost(loss: Loss, text: str) -> list[str]:
    """One point's loss, added, and its slope s."""
    value, slope = _told(loss)
    return [f"const f = {_bare(text)}, r = (f - y0) * w0;", f"sum += {value};", f"const s = {slope};"]


def _told(loss: Loss) -> tuple[str, str]:
    """Value and slope of one point, in the names that the loops have."""
    words = {"p": "f", "y": "y0", "w": "w0", "d": "delta"}
    value, slope = (re.sub(r"\b[pywd]\b", lambda m: words[m[0]], _bare(part)) for part in loss.javascript)
    return value, slope


def _choice(losses: Sequence[Loss]) -> list[str]:
    cases = [f'  case "{loss.name}": return {loss.name}({", ".join(WALKS)});' for loss in losses]
    return ["switch (loss) {", *cases, "  default: return NaN;", "}"]


# --- The functions of a very long program ---------------------------------------------------------------------------


def _rolled(outputs: Sequence[Expr], place: dict[str, str], losses: Sequence[Loss]) -> list[str]:
    """The same functions in pieces that V8 optimises: parts are kept in the array t, inputs in u, parameters in q."""
    loop = _Loop.over(outputs, place, lambda k, _: [""] if k == 0 else [])
    cut = loop.inside.index("")
    pieces = {"once": loop.before, "curve": loop.inside[:cut], "slopes": loop.inside[cut + 1 :]}
    value, *slopes = (_kept(_bare(loop.said[node]), set()) for node in outputs)
    head = ["for (let j = 0; j < q.length; j++) q[j] = p[j];", "once();"]
    sums = [f"out[{j}] += s * ({slope});" for j, slope in enumerate(slopes)]
    rows = [f"out[{k} * n + i] = {text};" for k, text in enumerate([value, *slopes])]
    inputs = [said for said in place.values() if said.startswith("x")]
    point = [*(f"u[{j}] = x[{_column(j)}i];" for j in range(len(inputs))), "curve();"]
    walk = [*point, f"const f = {value}, y0 = y[i], w0 = weight[i], r = (f - y0) * w0;"]
    return [
        f"const t = new Float64Array({loop.count + 1}), u = new Float64Array({len(inputs)}), "
        f"q = new Float64Array({len(place) - len(inputs)});",
        *(function for name, lines in pieces.items() for function in _pieces(name, lines)),
        _function("predict", WALKS[1:3] + WALKS[5:], [*head, *_for([*point, f"out[i] = {value};"])]),
        _function("rows", WALKS[1:3] + WALKS[5:], [*head, *_for([*point, "slopes();", *rows])]),
        _function(
            "gradient",
            ["loss", *WALKS],
            [
                *[*head, f"out.fill(0, 0, {len(slopes)});", "let sum = 0;"],
                *_for([*walk, "slopes();", "let s;", *_chosen(losses), *sums]),
                *[f"for (let j = 0; j < {len(slopes)}; j++) out[j] /= n;", "return sum / n;"],
            ],
        ),
    ]


def _chosen(losses: Sequence[Loss]) -> list[str]:
    told = [(loss.name, *_told(loss)) for loss in losses]
    cases = [f'  case "{name}": sum += {value}; s = {slope}; break;' for name, value, slope in told]
    return ["switch (loss) {", *cases, "  default: return NaN;", "}"]


def _pieces(name: str, lines: Sequence[str]) -> list[str]:
    """Functions of at most CHUNK characters each, and one of that name that calls them."""
    pieces: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("const p"):  # parameters are read where they are used
            continue
        if sum(map(len, pieces[-1])) > CHUNK:
            pieces.append([])
        pieces[-1].append(line)
    parts = [_function(f"{name}{k}", [], _piece(piece)) for k, piece in enumerate(pieces)]
    return [*parts, _function(name, [], [f"{name}{k}();" for k in range(len(pieces))])]


def _piece(lines: Sequence[str]) -> list[str]:
    own: set[str] = set()
    said = []
    for line in lines:
        name, text = line.removeprefix("const ").split(" = ", 1)
        said.append(f"const {name} = t[{name[1:]}] = {_kept(text, own)}")
        own.add(name)
    return said


def _kept(text: str, own: set[str]) -> str:
    """The text with what was not made in the same piece read from the arrays."""
    text = re.sub(r"\bt(\d+)\b", lambda m: m[0] if m[0] in own else f"t[{m[1]}]", text)
    return re.sub(r"\bx(\d)\b", r"u[\1]", re.sub(r"\bp(\d+)\b", r"q[\1]", text))


# --- Lines ----------------------------------------------------------------------------------------------------------


def _function(name: str, arguments: Sequence[str], lines: Iterable[str]) -> str:
    return "\n".join([f"function {name}({', '.join(arguments)}) {{", *_indented(lines), "}"])


def _for(lines: Iterable[str]) -> list[str]:
    return ["for (let i = 0; i < n; i++) {", *_indented(lines), "}"]


def _indented(lines: Iterable[str]) -> list[str]:
    return ["  " + line for line in lines]


def _bare(text: str) -> str:
    """The text without the brackets that hold all of it.

    >>> _bare("(a + (b))"), _bare("(a) + (b)")
    ('a + (b)', '(a) + (b)')
    """
    if not text.startswith("("):
        return text
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return text[1:-1] if i == len(text) - 1 else text
    return text


def _literal(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    said = "Infinity" if math.isinf(value) else number(abs(value))
    return f"(-{said})" if math.copysign(1.0, value) < 0 else said


@dataclass
class _Loop:
    """The lines of one loop over the points, and those before it: what does not change from point to point.

    place: what each name is called. A part that is used more than once, or is wide, has a line and a number.
    """

    place: dict[str, str]
    uses: Counter[Expr]
    varying: set[Expr]
    inputs: set[Expr]  # nodes that do not vary, but are arguments of one that does
    said: dict[Expr, str] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    count: int = 0

    @classmethod
    def over(cls, outputs: Sequence[Expr], place: dict[str, str], after: After) -> _Loop:
        order = ordered(outputs)
        varying: set[Expr] = set()
        for node in order:
            if (node.op == "name" and place[node.value].startswith("x")) or any(a in varying for a in node.args):
                varying.add(node)
        inputs = {a for node in order if node in varying for a in node.args if a not in varying}
        inputs |= {node for node in outputs if node not in varying}
        uses = Counter(a for node in order for a in node.args) + Counter(outputs)
        loop = cls(place, uses, varying, inputs)
        loop._parameters(order)
        for k, output in enumerate(outputs):
            for node in ordered([output]):
                if node not in loop.said:
                    loop.said[node] = loop._say(node)
            loop.inside += after(k, loop.said[output])
        return loop

    def _parameters(self, order: Sequence[Expr]) -> None:
        used = {self.place[node.value] for node in order if node.op == "name"}
        read = [f"{p} = p[{p[1:]}]" for p in self.place.values() if p in used and p.startswith("p")]
        self.before += [f"const {', '.join(read[i : i + 8])};" for i in range(0, len(read), 8)]

    def _say(self, node: Expr) -> str:
        if node.op == "constant":
            return _literal(node.value)
        if node.op == "name":
            return self.place[node.value]
        said = [self.said[a] for a in node.args]
        row = OPERATIONS[node.op].javascript
        text = _ALONE.sub(lambda place: _bare(said[int(place[1])]), row).format(*said)
        if self.uses[node] == 1 and node not in self.inputs and len(text) <= WIDE:
            return text
        self.count += 1
        (self.inside if node in self.varying else self.before).append(f"const t{self.count} = {_bare(text)};")
        return f"t{self.count}"
