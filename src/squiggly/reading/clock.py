"""Dates and times as numbers: counted from the first row's moment, in the unit that suits their span.

How a column writes its moments is decided once for the column. Whole numbers of nanoseconds are kept until the first
moment is taken off, so nothing is rounded before that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np

from squiggly.reading.numerals import BLANK, GAPS, numeric

_SECOND = 1_000_000_000  # ns
_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))
ENOUGH = 3  # the unit is the largest of which the column spans this many
_EPOCH = date(1970, 1, 1).toordinal()
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_TIME = r"(?P<H>\d{1,3}):(?P<M>[0-5]\d)(?::(?P<S>[0-5]\d)(?:[.,](?P<f>\d{1,9}))?)?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
_ZONE = r"(?: ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d))?"
_DATES = {
    "2024-03-31": r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})",
    "31.03.2024": r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})",
    "31/03/2024": r"(?P<a>\d{1,2})([-/])(?P<b>\d{1,2})\2(?P<y>\d{4})",
    "31 Mar 2024": r"(?P<d>\d{1,2})[ -](?P<name>[A-Za-z]{3,9})[ -](?P<y>\d{4})",
    "Mar 31, 2024": r"(?P<name>[A-Za-z]{3,9}) (?P<d>\d{1,2}),? (?P<y>\d{4})",
}
SLASHED, BY_THE_CLOCK = "31/03/2024", "12:30:05"


@cache
def _pattern(style: str) -> re.Pattern[str]:
    if style == BY_THE_CLOCK:
        return re.compile(_TIME, re.ASCII)
    return re.compile(rf"{_DATES[style]}(?:(?:T|,? +){_TIME}{_ZONE})?", re.ASCII)


@dataclass(frozen=True)
class Moments:
    """A column of moments: (n,) seconds after its first one, nan for a gap; and that moment in words."""

    seconds: np.ndarray
    origin: str
    durations: bool = False

    def counted(self, name: str) -> tuple[np.ndarray, str]:
        """The column as numbers, and a sentence that says what they count.

        >>> Moments(np.array([0.0, 3600.0, 14400.0]), "2024-03-01 12:00:00").counted("t")
        (array([0., 1., 4.]), 't: hours since 2024-03-01 12:00:00')
        """
        known = self.seconds[np.isfinite(self.seconds)]
        span = np.abs(known).max(initial=0.0) if self.durations else np.ptp(known) if len(known) else 0.0
        unit, size = next((u for u in _UNITS if span >= ENOUGH * u[1]), _UNITS[-1])
        since = f"durations in {unit}" if self.durations else f"{unit} since {self.origin}"
        return self.seconds / size, f"{name}: {since}"


@dataclass(frozen=True)
class Clock:
    """How one column writes its moments.

    style: an example of the date, or `12:30:05` where there is none.  zoned: whether each gives its offset from UTC.
    day_first: of 03/04/2024; None where the column has not shown it yet.

    >>> Clock("31.03.2024").at("01.03.2024 00:00:01") - Clock("31.03.2024").at("01.03.2024")
    1000000000
    """

    style: str
    zoned: bool = False
    day_first: bool | None = None

    def at(self, cell: str) -> int:
        """The moment in a cell, in nanoseconds since 1970, or since midnight. Raises ValueError."""
        return self.local(cell)[0]

    def local(self, cell: str) -> tuple[int, int]:
        """The moment, and how far its own clock is ahead of UTC, in nanoseconds. Raises ValueError."""
        match = _pattern(self.style).fullmatch(cell.strip())
        if match is None:
            raise ValueError
        parts = match.groupdict()
        days = 0 if self.style == BY_THE_CLOCK else self._day(parts) - _EPOCH
        seconds = _seconds(parts, self.style == BY_THE_CLOCK)
        zone = parts.get("zone")
        if bool(zone) != self.zoned:
            raise ValueError
        ahead = _ahead(zone) if zone else 0
        fraction = int((parts["f"] or "0").ljust(9, "0"))
        return (days * 86400 + seconds - ahead) * _SECOND + fraction, ahead * _SECOND

    def _day(self, parts: dict[str, str]) -> int:
        if self.style == SLASHED:
            day, month = (parts["a"], parts["b"]) if self.day_first is not False else (parts["b"], parts["a"])
        else:
            day, month = parts["d"], parts.get("m") or ""
        if name := parts.get("name"):
            return date(int(parts["y"]), _MONTHS.index(name[:3].lower()) + 1, int(day)).toordinal()
        return date(int(parts["y"]), int(month), int(day)).toordinal()

    def said(self, moment: int, ahead: int = 0) -> str:
        """A moment in words, by the clock that wrote it."""
        whole, fraction = divmod(moment + ahead, _SECOND)
        days, seconds = divmod(whole, 86400) if self.style != BY_THE_CLOCK else (0, whole)
        time = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        time += f".{fraction:09d}".rstrip("0") if fraction else ""
        if self.style == BY_THE_CLOCK:
            return time
        day = date.fromordinal(days + _EPOCH).isoformat()
        if self.zoned:
            sign, minutes = "-" if ahead < 0 else "+", abs(ahead) // _SECOND // 60
            return f"{day} {time}{sign}{minutes // 60:02d}:{minutes % 60:02d}"
        return day if not seconds and not fraction else f"{day} {time}"

    def sql(self, cell: str) -> str | None:
        """SQL for the moment in a cell, in microseconds since 1970: nan for a gap, NULL for what is not certain.

        None where only the walk can tell.
        """
        cell = f"trim({cell})"
        time = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,6})?)?"
        patterns = {
            "2024-03-31": (rf"\d{{4}}-\d\d-\d\d([T ]{time})?", cell),
            "31.03.2024": (
                rf"\d\d\.\d\d\.\d{{4}}( {time})?",
                rf"regexp_replace({cell}, '^(..).(..).(....)', '\3-\2-\1')",
            ),
            BY_THE_CLOCK: (time, f"'1970-01-01 ' || {cell}"),
        }
        if self.zoned or self.style not in patterns:
            return None
        pattern, text = patterns[self.style]
        moment = f"epoch_us(TRY_CAST(replace({text}, ',', '.') AS TIMESTAMP))"
        return f"CASE WHEN regexp_full_match({cell}, '{pattern}') THEN CAST({moment} AS DOUBLE) END"


def _seconds(parts: dict[str, str], alone: bool) -> int:
    """Seconds since midnight. Without a date, hours may go past 23: a stopwatch."""
    hours = int(parts["H"] or 0)
    if parts["half"]:
        if not 1 <= hours <= 12:
            raise ValueError
        hours = hours % 12 + 12 * (parts["half"] in "Pp")
    elif hours > 23 and not alone:
        raise ValueError
    return hours * 3600 + int(parts["M"] or 0) * 60 + int(parts["S"] or 0)


def _ahead(zone: str) -> int:
    digits = re.sub(r"\D", "", zone)
    return int(zone[0] + "1") * (int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60) if digits else 0


def clock_for(cells: Iterable[str]) -> Clock | None:
    """The clock of a column, from some of its cells; None where most of them are no moments.

    >>> clock_for(["01.03.2024", ""])
    Clock(style='31.03.2024', zoned=False, day_first=None)
    """
    found: dict[Clock, int] = {}
    others = 0
    for cell in cells:
        if cell.strip().lower() in GAPS:
            continue
        clock = None if ":" not in cell and numeric(cell) else _clock_of(cell.strip())
        if clock is None:
            others += 1
        else:
            found[clock] = found.get(clock, 0) + 1
    return max(found, key=lambda clock: found[clock]) if sum(found.values()) > others else None


def _clock_of(cell: str) -> Clock | None:
    for style in (*_DATES, BY_THE_CLOCK):
        if match := _pattern(style).fullmatch(cell):
            name = match.groupdict().get("name")
            if name and name[:3].lower() not in _MONTHS:
                continue
            return Clock(style, bool(match.groupdict().get("zone")))
    return None


def is_moment(cell: str) -> bool:
    """Whether a cell is a date or a time.

    >>> is_moment("2024-03-01 12:30:05.5"), is_moment("12:30"), is_moment("1.5")
    (True, True, False)
    """
    return ("-" in cell or ":" in cell or "/" in cell or "." in cell or " " in cell) and _clock_of(
        cell.strip(BLANK)
    ) is not None


def day_first(clock: Clock, cells: Iterable[str]) -> bool | None:
    """Whether 03/04/2024 is in April: by the first number over 12 in the column. None where nothing shows it."""
    pattern = _pattern(clock.style)
    for cell in cells:
        if (match := pattern.fullmatch(cell.strip())) and max(int(match["a"]), int(match["b"])) > 12:
            return int(match["a"]) > 12
    return None


def past_midnight(clock: Clock, moments: Moments) -> int | None:
    """The row where a time without a date falls back by half a day or more, if any."""
    if clock.style != BY_THE_CLOCK:
        return None
    rows = np.flatnonzero(np.isfinite(moments.seconds))
    back = np.flatnonzero(np.diff(moments.seconds[rows]) < -43200)
    return int(rows[back[0] + 1]) if len(back) else None


def from_whole(ticks: np.ndarray, gaps: np.ndarray, tick: int, clock: Clock) -> Moments:
    """Moments from whole numbers, (n,) int64 or float64, of which a second has `tick`."""
    rows = np.flatnonzero(~gaps)
    if not len(rows):
        return Moments(np.full(len(ticks), np.nan), "")
    first = ticks[rows[0]]
    seconds = np.subtract(ticks, first).astype(np.float64, copy=False)
    seconds /= tick
    seconds[gaps] = np.nan
    return Moments(seconds, clock.said(int(first) * (_SECOND // tick)))


def from_memory(values: Any) -> Moments | None:
    """Moments from NumPy's datetime64 or timedelta64, or a list of Python's datetimes; None for anything else."""
    kind = getattr(getattr(values, "dtype", None), "kind", "")
    if kind not in ("M", "m"):
        if kind not in ("O", "") or hasattr(values, "detach") or not _holds_moments(values):
            return None
        values = _naive(values)
    array = np.asarray(values)
    if array.dtype.kind == "O":  # pandas' moments with a zone
        array = _naive(array.tolist())
    if array.dtype.kind not in ("M", "m") or array.ndim != 1:
        return None
    unit = np.datetime_data(array.dtype)[0]
    fine = unit in ("ns", "ps", "fs", "as")
    gaps = np.isnat(array)
    whole = array.astype(f"{array.dtype.kind}8[{'ns' if fine else 'us'}]").astype(np.int64)
    tick = _SECOND if fine else _SECOND // 1000
    if array.dtype.kind == "m":
        seconds = whole / tick
        seconds[gaps] = np.nan
        return Moments(seconds, "", durations=True)
    whole[gaps] = 0
    return from_whole(whole, gaps, tick, Clock("2024-03-31"))


def _holds_moments(values: Any) -> bool:
    try:
        first = next((v for v in values if v is not None and v == v), None)
    except (TypeError, ValueError, RuntimeError):
        return False
    return isinstance(first, (date, timedelta, np.datetime64, np.timedelta64))


def _naive(values: Sequence[Any]) -> np.ndarray:
    """Datetimes as NumPy's, those with a zone by UTC. Raises TypeError where some have one and some do not."""
    known = [v for v in values if isinstance(v, datetime) and v == v]
    if any(v.tzinfo for v in known):
        if not all(v.tzinfo for v in known):
            raise TypeError
        values = [
            v.astimezone(_utc()).replace(tzinfo=None) if isinstance(v, datetime) and v == v else None for v in values
        ]
    kind = "m8[us]" if any(isinstance(v, (timedelta, np.timedelta64)) for v in values) else "M8[us]"
    return np.array([None if v is None or v != v else v for v in values], dtype=kind)


def _utc() -> Any:
    from datetime import UTC

    return UTC
