"""The built-in models. Each is a function that returns a Model; `MODELS` is the table of them all.

A prefix keeps parameter names apart when models are joined: `gaussian("p_") + line()` has p_height, p_center,
p_width, slope and intercept. The inputs are called x, y and z and stand for whatever columns the points
bring.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce

from squiggly.errors import OptionError
from squiggly.expression import Expr, apply, name, names, substitute
from squiggly.expression import constant as number
from squiggly.formula import parse
from squiggly.model import Model

MOST_TERMS = 1_000  # of a polynomial or a sum of rectified planes
MOST_LINES = 10_000  # rectified lines added up


def _built(formula: str, prefix: str) -> Model:
    return _prefixed(parse(formula).expr, prefix)


def _prefixed(expr: Expr, prefix: str, inputs: tuple[str, ...] = ("x",)) -> Model:
    if prefix and not prefix.isidentifier():
        raise OptionError(f'the prefix "{prefix}" cannot begin a name\nhint: letters, digits and _, such as "p_"')
    own = [n for n in names(expr) if n not in inputs]
    renamed = substitute(expr, {n: name(prefix + n) for n in own})
    return Model(inputs, tuple(prefix + n for n in own), renamed)


def constant(prefix: str = "") -> Model:
    """The same value everywhere: level. Add it to a model that needs an offset.

    >>> (gaussian() + constant()).names
    ('height', 'center', 'width', 'level')
    """
    return Model(("x",), (prefix + "level",), name(prefix + "level"))


def line(prefix: str = "") -> Model:
    """A straight line: slope·x + intercept.

    >>> line().formula
    'slope*x + intercept'
    """
    return _built("slope*x + intercept", prefix)


def quadratic(prefix: str = "") -> Model:
    """The lesson's curve: a·x² + b·x + c.

    >>> quadratic().names
    ('a', 'b', 'c')
    """
    return _built("a*x^2 + b*x + c", prefix)


def polynomial(degree: int = 3, prefix: str = "") -> Model:
    """A polynomial c0 + c1·x + … + cn·xⁿ of the given degree.

    >>> polynomial(3).formula
    'c0 + c1*x + c2*x^2 + c3*x^3'
    """
    degree = _count(degree, "degree", least=0)
    total: Expr = name("c0")
    for power in range(1, degree + 1):
        total = apply("add", total, apply("multiply", name(f"c{power}"), apply("power", name("x"), number(power))))
    return _prefixed(total, prefix)


def exponential(prefix: str = "") -> Model:
    """Decay or growth: amplitude·exp(−x/tau). tau is in units of x; negative for growth.

    >>> exponential().formula
    'amplitude*exp(-x/tau)'
    """
    return _built("amplitude*exp(-x/tau)", prefix)


def power_law(prefix: str = "") -> Model:
    """A power of x: amplitude·x^exponent, for x > 0.

    >>> power_law().formula
    'amplitude*x^exponent'
    """
    return _built("amplitude*x^exponent", prefix)


def gaussian(prefix: str = "") -> Model:
    """A bell: its height, its center, and its width as a standard deviation.

    >>> gaussian("p_").names
    ('p_height', 'p_center', 'p_width')
    """
    return _built("height*exp(-((x - center)/width)^2/2)", prefix)


def lorentzian(prefix: str = "") -> Model:
    """A resonance peak: height, center, and width as half the width at half the height.

    >>> lorentzian().formula
    'height/(1 + ((x - center)/width)^2)'
    """
    return _built("height/(1 + ((x - center)/width)^2)", prefix)


def pseudo_voigt(prefix: str = "") -> Model:
    """A peak between Gaussian (fraction 0) and Lorentzian (fraction 1) of the same height and half-width.

    width is half the width at half the height of both.

    >>> pseudo_voigt().names
    ('height', 'fraction', 'center', 'width')
    """
    return _built(
        "height*(fraction/(1 + ((x - center)/width)^2)"
        " + (1 - fraction)*exp(-0.6931471805599453*((x - center)/width)^2))",
        prefix,
    )


def sine(prefix: str = "") -> Model:
    """A wave: amplitude, frequency in cycles per unit of x, phase in radians.

    >>> sine().names
    ('amplitude', 'frequency', 'phase')
    """
    return _built("amplitude*sin(2*pi*frequency*x + phase)", prefix)


def logistic(prefix: str = "") -> Model:
    """The four-parameter logistic of dose and response: from bottom to top, half way at x = ec50, for x > 0.

    >>> logistic().names
    ('bottom', 'top', 'ec50', 'hill')
    """
    return _built("bottom + (top - bottom)/(1 + (ec50/x)^hill)", prefix)


def michaelis_menten(prefix: str = "") -> Model:
    """An enzyme's speed: vmax·x/(km + x), half of vmax at x = km.

    >>> michaelis_menten().formula
    'vmax*x/(km + x)'
    """
    return _built("vmax*x/(km + x)", prefix)


def relus(n: int | str = 2, weighted: bool = True, prefix: str = "", inputs: int = 1) -> Model:
    """Rectified lines added up: n hinges make any continuous line of n + 1 straight pieces.

    Of two or three inputs they are rectified planes: n creases fold a plane.

    n:         how many; "auto": as many as the points need, chosen when they are known, none where they lie straight
    weighted:  c0 + c1·x + w1·max(0, x − t1) + …: hinges at t1 … tn, slopes changing by w1 … wn there.
    otherwise: the lesson's own sum max(0, m1·x + b1) + …, which is convex and never negative, whatever n is:
               without weights no number of lines makes a sine (Leshno et al., 1993, need the weights too).
    inputs:    1, 2 or 3: x, y and z, or the table's first columns. Of two, a crease lies at the distance t from the
               origin, and a is the direction across it, in radians: c0 + c1·x + c2·y + w1·max(0, x·cos a1 + y·sin a1
               − t1) + …. Of three, e is how steeply that direction rises along z. Without weights a plane is
               max(0, m·x + n·y + b), and p·z more.

    >>> relus(1).formula
    'c0 + c1*x + w1*relu(x - t1)'
    >>> relus(2, weighted=False).names
    ('m1', 'b1', 'm2', 'b2')
    >>> relus(1, inputs=2).formula
    'c0 + c1*x + c2*y + w1*relu(x*cos(a1) + y*sin(a1) - t1)'
    """
    if not isinstance(inputs, int) or isinstance(inputs, bool) or inputs not in (1, 2, 3):
        raise OptionError(f"relus: inputs={inputs!r}, 1, 2 or 3 was expected\nhint: relus(4, inputs=2)")
    if n == "auto" and inputs > 1:
        raise OptionError(
            f'relus("auto") chooses a number of hinges along one input, not of creases across {inputs}\n'
            f"hint: say how many, as in relus(4, inputs={inputs}), and compare several numbers"
        )
    if n == "auto":
        return _as_needed(weighted, prefix)
    count = _count(n, "relus", 1, MOST_LINES if inputs == 1 else MOST_TERMS)
    return _relus(count, weighted, prefix) if inputs == 1 else _planes(count, weighted, prefix, inputs)


def _as_needed(weighted: bool, prefix: str) -> Model:
    """The model whose number of hinges the points will say."""
    from squiggly.pieces import sized

    if not weighted:
        raise OptionError(
            'relus("auto") chooses among sums with weights; without them more lines may come no nearer\n'
            "hint: relus(4, weighted=False)"
        )
    _relus(1, True, prefix)  # the prefix is checked now
    return Model(("x",), (), None, sized=partial(sized, built=partial(_relus, weighted=True, prefix=prefix)))


def _relus(n: int, weighted: bool, prefix: str) -> Model:
    x = name("x")
    if weighted:
        total = apply("add", name("c0"), apply("multiply", name("c1"), x))
        for i in range(1, n + 1):
            hinge = apply("relu", apply("subtract", x, name(f"t{i}")))
            total = apply("add", total, apply("multiply", name(f"w{i}"), hinge))
        return _prefixed(total, prefix)
    total = number(0)
    for i in range(1, n + 1):
        total = apply("add", total, apply("relu", apply("add", apply("multiply", name(f"m{i}"), x), name(f"b{i}"))))
    return _prefixed(total, prefix)


def _planes(n: int, weighted: bool, prefix: str, inputs: int) -> Model:
    """The same across two or three inputs. Turning a crease's direction by pi is the same but for c0, c1 and c2."""
    own = ("x", "y", "z")[:inputs]
    terms = [name("c0"), *_slanting([f"c{i}" for i in range(1, inputs + 1)], own)] if weighted else []
    for i in range(1, n + 1):
        if weighted:
            fold = apply("relu", apply("subtract", _across(f"a{i}", f"e{i}", inputs), name(f"t{i}")))
            terms.append(apply("multiply", name(f"w{i}"), fold))
        else:
            plane = _added([*_slanting([f"{letter}{i}" for letter in "mnp"[:inputs]], own), name(f"b{i}")])
            terms.append(apply("relu", plane))
    return _prefixed(_added(terms), prefix, own)


def _slanting(slopes: Sequence[str], inputs: Sequence[str]) -> list[Expr]:
    return [apply("multiply", name(slope), name(own)) for slope, own in zip(slopes, inputs)]


def _added(terms: Sequence[Expr]) -> Expr:
    return reduce(partial(apply, "add"), terms)


def _across(a: str, e: str, inputs: int) -> Expr:
    """How far a place lies along the direction a, or a and e, from the origin."""

    def part(coordinate: Expr, turn: str, angle: str) -> Expr:
        return apply("multiply", coordinate, apply(turn, name(angle)))

    level = apply("add", part(name("x"), "cos", a), part(name("y"), "sin", a))
    return level if inputs == 2 else apply("add", part(level, "cos", e), part(name("z"), "sin", e))


def _count(n: int | str, what: str, least: int, most: int = MOST_TERMS) -> int:
    if not isinstance(n, int) or isinstance(n, bool) or not least <= n <= most:
        raise OptionError(f"{what}: {n!r}, a whole number from {least} to {most} was expected\nhint: {what}=4")
    return n


# Every built-in by the name the command line and the reference know it by.
MODELS: dict[str, Callable[..., Model]] = {
    builder.__name__: builder
    for builder in (
        constant,
        line,
        quadratic,
        polynomial,
        exponential,
        power_law,
        gaussian,
        lorentzian,
        pseudo_voigt,
        sine,
        logistic,
        michaelis_menten,
        relus,
    )
}
