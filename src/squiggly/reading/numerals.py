"""How a file writes its numbers: what marks decimals and thousands. Decided once for the whole file, never by the cell.

A number with both marks, `1.234,5`, or with one that cannot mark thousands, `1,5`, is proof. `1,234` alone proves
nothing: where nothing else does, it is a decimal in a file that `;` separates (Excel writes `;` because the comma is
taken), and refused elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

GAPS = ("", "na", "nan", "n/a", "#n/a", "<na>", "null", "none", "nat")  # what an empty cell may look like, in any case
BLANK = " \t\r\n\f\v"

_POWER = r"(?:[eEdD][+-]?[0-9]+)?"
_SPACED = re.compile(r"([+-]?[0-9]{1,3})((?:([ \u00a0\u2007\u2009\u202f'’])[0-9]{3})(?:\3[0-9]{3})*)((?:[.,][0-9]*)?)")
_ONE_MARK = re.compile(rf"[+-]?([0-9]*)([.,])([0-9]*){_POWER}")
_GROUPS = re.compile(r"[+-]?[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)[.,][0-9]*)?")
_PLAIN = re.compile(rf"[+-]?(?:[0-9]+(?:\.[0-9]*|,[0-9]+)?|[.,][0-9]+){_POWER}")


@dataclass(frozen=True)
class Numerals:
    """What marks decimals, `.` or `,`, and what marks thousands, if anything.

    decided: whether the file has shown it; otherwise the first number that does will.

    >>> Numerals(",", ".").number("1.234,5")
    1234.5
    """

    decimal: str = "."
    grouping: str = ""
    decided: bool = True

    def number(self, cell: str) -> float:
        """The number in a cell, nan for a gap. Raises ValueError for anything else."""
        try:
            if self.decimal == ".":
                return float(cell)
            if "." not in cell:
                return float(cell.replace(",", "."))
        except ValueError:
            pass
        return self._carefully(cell)

    def _carefully(self, cell: str) -> float:
        text = cell.strip().replace("\u2212", "-")
        if text.lower() in GAPS:
            return float("nan")
        if spaced := _SPACED.fullmatch(text):  # 1 234,5: a blank or ' between thousands can mean nothing else
            text = spaced[1] + spaced[2].replace(spaced[3], "") + spaced[4]
        if self.grouping and (grouped := _GROUPS.fullmatch(text)) and grouped[1] == self.grouping:
            text = text.replace(self.grouping, "")
        mark = re.escape(self.decimal)
        if not re.fullmatch(rf"[+-]?(?:[0-9]+{mark}?[0-9]*|{mark}[0-9]+){_POWER}", text):
            raise ValueError
        return float(text.replace(self.decimal, ".").upper().replace("D", "E"))

    def sql(self, cell: str) -> str:
        """SQL for the number in a cell of text: nan for a gap, NULL for what is not certainly a number."""
        number = f"TRY_CAST({cell} AS DOUBLE)"
        if self.decimal == ",":
            number = f"CASE WHEN contains({cell}, '.') THEN NULL ELSE TRY_CAST(replace({cell}, ',', '.') AS DOUBLE) END"
        if self.grouping:
            group, mark = re.escape(self.grouping), re.escape(self.decimal)
            pattern = f"[+-]?[0-9]{{1,3}}({group}[0-9]{{3}})+({mark}[0-9]*)?"
            bare = f"replace(replace({cell}, '{self.grouping}', ''), '{self.decimal}', '.')"
            number = (
                f"CASE WHEN regexp_full_match({cell}, '{pattern}') THEN TRY_CAST({bare} AS DOUBLE) ELSE {number} END"
            )
        return number

    def notes(self) -> list[str]:
        """What is worth saying about it."""
        if not self.grouping:
            return ["decimal commas: 1,5 is 1.5"] if self.decimal == "," else []
        return [f"thousands are marked: 1{self.grouping}234{self.decimal}5 is 1234.5"]

    def hint(self, cell: str) -> str:
        """What to do about a cell that is not a number."""
        text = cell.strip()
        if _GROUPS.fullmatch(text) and _ONE_MARK.fullmatch(text):
            return f"it could be {text.replace(',', '.')} or {re.sub('[.,]', '', text)}: write it as one of these"
        if re.fullmatch(rf"[+-]?[0-9]*[.,][0-9]+{_POWER}", text):
            if self.decided and self.decimal == ",":
                return "decimals are commas in this file: write all with commas, or all with points"
            return f"write decimals with a point, in every row: {text.replace(',', '.')}"
        if re.fullmatch(r"[+-]?[0-9.,]+ ?%", text):
            return "leave out the sign in every row; it goes into the column's name, as in `y (%)`"
        if re.fullmatch(r"[$€£¥] ?[0-9].*|[+-]?[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)? ?[^\d\s.,:/;-][^\d]*", text):
            return "write the number alone; a unit goes into the column's name, as in `y (mV)`"
        return "correct it, or leave the cell empty for a gap"


def judged(cells: Iterable[str], semicolons: bool) -> Numerals:
    """How these cells write numbers.

    semicolons: whether `;` separates them, which settles `1,234`.

    >>> judged(["2", "1,5"], False)
    Numerals(decimal=',', grouping='', decided=True)
    >>> judged(["2", "3"], False).decided
    False
    """
    decimals: Counter[str] = Counter()
    groupings: Counter[str] = Counter()
    unproven: Counter[str] = Counter()
    for cell in cells:
        text = cell.strip()
        if "." not in text and "," not in text:
            continue
        if spaced := _SPACED.fullmatch(text):
            text = spaced[1] + re.sub(r"\D", "", spaced[2]) + spaced[4]
        if grouped := _GROUPS.fullmatch(text):
            mark, other = grouped[1], "," if grouped[1] == "." else "."
            if other in text or text.count(mark) > 1:  # 1.234,5 or 1.234.567
                decimals[other] += 1
                groupings[mark] += 1
            elif text.lstrip("+-").startswith("0"):  # 0,125
                decimals[mark] += 1
            else:
                unproven[mark] += 1
        elif one := _ONE_MARK.fullmatch(text):
            decimals[one[2]] += bool(one[1] or one[3])
    if decimals:
        decimal = max(".,", key=lambda mark: decimals[mark])
        return Numerals(decimal, ("," if decimal == "." else ".") if groupings["," if decimal == "." else "."] else "")
    if unproven[","]:
        return Numerals(",") if semicolons else Numerals()
    return Numerals(decided=bool(unproven))


def numeric(cell: str) -> bool:
    """Whether a cell is a number in some way of writing them.

    >>> numeric("1.234,5"), numeric("1 234"), numeric("1.5D+03"), numeric("t1")
    (True, True, True, False)
    """
    text = cell.strip().replace("\u2212", "-")
    if _PLAIN.fullmatch(text) or _GROUPS.fullmatch(text) or _SPACED.fullmatch(text):
        return True
    try:
        return text.lower() not in GAPS and float(text) == float(text)
    except ValueError:
        return False


def plainly(cell: str, delimiter: str | None) -> bool:
    """Whether a cell is a number that this delimiter may have cut out: what tells separators from decimals.

    Between blanks or commas, `500 123` is no number: it may be the middle of `0,500 123,5`.

    >>> plainly("500 123", ","), plainly("500 123", ";")
    (False, True)
    """
    text = cell.strip(BLANK)
    if _PLAIN.fullmatch(text) or ("." in text and "," in text and _GROUPS.fullmatch(text)):
        return True
    return bool(_SPACED.fullmatch(text)) and (delimiter not in (",", None) or " " not in text)
