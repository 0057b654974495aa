"""Whether a row of text below the names is a row of units: `s;mV`, `(s),(mV)`, `[s],[mV]`."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PREFIX = r"(?:da|[YZEPTGMkhdcmuµμnpfazy])?"
_BASE = (
    "m g s A K mol cd Hz N Pa J W C F S Wb T H lm lx Bq Gy Sv kat V Ω Ohm ohm eV bar L l min h d yr Da M Torr cal "
    "Ci rad sr G Å VA Wh Ah Np dB bit B B/s Jy pc cps cpm rpm"
).split()
_WHOLE = frozenset(
    (
        "% ‰ ° °C °F degC degF deg C F K ppm ppb a.u. a.u au arb. arb.u. arb.units counts count cts events px "
        "pixel pixels atm psi mmHg inHg in ft mi mph lb lbs oz gal sec secs second seconds minute minutes hour "
        "hours hr hrs day days week weeks month months year years pH dBm dBi OD AU RFU RLU CFU fraction ratio "
        "none dimensionless 1 - volt volts amp amps ampere amperes kelvin celsius fahrenheit meter meters metre "
        "metres gram grams mole moles newton newtons pascal pascals joule joules watt watts degree degrees radian "
        "radians percent ms us"
    ).split()
)
_FACTOR = re.compile(rf"(?:{_PREFIX}(?:{'|'.join(map(re.escape, _BASE))}))(?:\^?[+-]?\d+|[⁻⁺]?[¹²³⁴]+)?")


def is_units(cells: Sequence[str]) -> bool:
    """Whether every cell is a unit, in brackets or known, and at least one is there.

    >>> is_units(["s", "mV"]), is_units(["", "(furlongs)"]), is_units(["kg/m^3", "1/s"]), is_units(["Time", "Voltage"])
    (True, True, True, False)
    """
    return any(cell not in ("", "-") for cell in cells) and all(map(_is_unit, cells))


def _is_unit(cell: str) -> bool:
    if not cell or re.fullmatch(r"\(.*\)|\[.*\]|<.*>", cell) or cell in _WHOLE or cell.lower() in _WHOLE:
        return True
    factors = re.split(r"[·*/ ]", cell.replace("Ω", "Ω"))
    return all(factor == "1" or factor in _WHOLE or _FACTOR.fullmatch(factor) for factor in factors)
