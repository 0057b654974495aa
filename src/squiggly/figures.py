"""Numbers as people read them: a value with as many digits as its error leaves it."""

from __future__ import annotations

import math


def rounded(value: float, error: float) -> tuple[str, str]:
    """A value and its error, both to the place of the error's second digit.

    >>> rounded(2.930653, 0.038474)
    ('2.931', '0.038')
    >>> rounded(5.13214e-4, 3.2e-6), rounded(99123.4, 460.0), rounded(3.0, math.nan)
    (('0.0005132', '0.0000032'), ('99120', '460'), ('3', '—'))
    """
    if math.isnan(error):
        return f"{value:.6g}", "—"
    if math.isinf(error):
        return f"{value:.6g}", "∞"
    if error <= 1e-12 * abs(value):  # a perfect fit: what is left is rounding
        return f"{value:.10g}", f"{error:.1g}"
    place = math.floor(math.log10(error)) - 1
    largest = math.floor(math.log10(max(abs(value), error)))
    if largest >= 7 or largest < -4 or place < -8:
        mantissa = max(largest - place, 1)
        return f"{value:.{mantissa}e}", f"{error:.1e}"
    return (f"{round(value, -place) + 0.0:.{max(-place, 0)}f}", f"{round(error, -place):.{max(-place, 0)}f}")
