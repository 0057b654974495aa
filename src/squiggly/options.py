"""Options: what they may be, checked where they are given."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from squiggly.errors import OptionError, listed, nearest

Bound = tuple[float | None, float | None]

_GOOD: dict[str, Callable[[float], bool]] = {
    "a finite number": math.isfinite,
    "a number above 0": lambda value: 0 < value < math.inf,
    "a number of 0 or more": lambda value: 0 <= value < math.inf,
    "a number from 0 to 1": lambda value: 0 <= value <= 1,
    "a number from 0 to below 1": lambda value: 0 <= value < 1,
    "a number between 0 and 1": lambda value: 0 < value < 1,
    "a whole number of 0 or more": lambda value: value >= 0 and value.is_integer(),
    "a whole number of 1 or more": lambda value: value >= 1 and value.is_integer(),
}


def expect(wanted: str, hint: str = "", /, **options: Any) -> None:
    """Refuse the first option that is not what was wanted, a row of `_GOOD`."""
    for name, value in options.items():
        if not _GOOD[wanted](as_float(value)):
            raise OptionError(f"{name} is {value!r}, {wanted} was expected\nhint: {hint or f'give {wanted}'}")


def expect_whole(option: str, value: Any, least: int, most: int, hint: str) -> int:
    """Refuse what is no whole number from least to most.

    >>> expect_whole("side", 64.0, 8, 512, "64")
    64
    """
    number = as_float(value)
    if isinstance(value, bool) or not (least <= number <= most and number.is_integer()):
        raise OptionError(
            f"{option} is {value!r}, a whole number from {least:,} to {most:,} was expected\nhint: {option}={hint}"
        )
    return int(number)


def as_float(value: Any) -> float:
    """The value as a number, nan where it is none."""
    try:
        return math.nan if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        return math.nan


def named_values(option: str, values: Any, names: Sequence[str]) -> dict[str, float]:
    """Values by parameter name: every name the model's, every value a finite number."""
    for name, value in known_names(option, values, names).items():
        expect("a finite number", **{f"{option} of {name}": value})
    return {name: float(value) for name, value in (values or {}).items()}


def known_names(option: str, values: Any, names: Sequence[str], example: str = "1.1") -> dict[str, Any]:
    """A mapping by parameter name, every name the model's. Raises OptionError with the nearest name."""
    values = {} if values is None else values
    if not isinstance(values, Mapping):
        example = f'{option}={{"{[*names, "a"][0]}": {example}}}'
        raise OptionError(f"{option} is {values!r}, a value for each name was expected\nhint: {example}")
    for name in values:
        if name not in names:
            meant = nearest(str(name), names)
            cure = f"did you mean {meant}?" if meant else f"the parameters are {listed(names)}"
            raise OptionError(f"{option} has {name!r}, which is not a parameter of this model\nhint: {cure}")
    return dict(values)


def bounded(
    bounds: Mapping[str, Bound], names: Sequence[str], start: Mapping[str, float], fixed: Mapping[str, float]
) -> dict[str, tuple[float, float]]:
    """Lowest and highest value by parameter, ±infinity for none; none may exclude a start or a fixed value."""
    limits = {k: _limits(k, v) for k, v in known_names("bounds", bounds, names, "(0, None)").items()}
    for key, (low, high) in limits.items():
        at = start.get(key, fixed.get(key))
        if at is not None and not low <= at <= high:
            what = "start" if key in start else "fixed value"
            raise OptionError(
                f"bounds: {key} must lie in {_interval(low, high)}, its {what} is {at:g}\n"
                f"hint: move the {what} inside, or widen the bound"
            )
    return limits


def _limits(key: str, value: Any) -> tuple[float, float]:
    try:
        low, high = value
        low, high = -math.inf if low is None else float(low), math.inf if high is None else float(high)
    except (TypeError, ValueError):
        low, high = math.nan, math.nan
    if not low < high:
        raise OptionError(
            f"bounds: {key} has {value!r}, a lowest and a higher highest value were expected\n"
            f"hint: {{{key!r}: (0, None)}} keeps it at or above 0; to hold it at one value use fix"
        )
    return low, high


def _interval(low: float, high: float) -> str:
    return f"{'(−∞' if low == -math.inf else f'[{low:g}'}, {'∞)' if high == math.inf else f'{high:g}]'}"


def choice(option: str, value: Any, choices: Sequence[str]) -> None:
    """Refuse a word that is none of the choices."""
    if value not in choices:
        known = " or ".join(f'"{c}"' for c in choices)
        raise OptionError(f'{option} is {value!r}, {known} was expected\nhint: {option}="{choices[0]}"')
