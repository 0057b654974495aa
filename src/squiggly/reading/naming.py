"""How columns are called: names that can be written in a formula, each once; and which column a word may have meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence


def readable(names: Iterable[str]) -> list[str]:
    """The names on one line each, without backticks; a column without a name is numbered.

    >>> readable(["t\\n(s)", "", "a`b"])
    ['t (s)', 'column2', "a'b"]
    """
    lines = (re.sub(r"\s*[\r\n\v\f\x85\u2028\u2029]\s*", " ", name).replace("`", "'") for name in names)
    return [line if line.strip() else f"column{i}" for i, line in enumerate(lines, 1)]


def unique(names: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The names made different, and for each that was changed what it was: the second y is y_2.

    >>> unique(["t", "y", "y"])
    (('t', 'y', 'y_2'), {'y_2': 'y'})
    """
    taken, made, changed = set(names), [], {}
    seen: set[str] = set()
    for name in names:
        new, k = name, 2
        while new in seen or (new != name and new in taken):
            new, k = f"{name}_{k}", k + 1
        seen.add(new)
        made.append(new)
        if new != name:
            changed[new] = name
    return tuple(made), changed


def said_twice(names: Iterable[str], changed: Mapping[str, str]) -> list[str]:
    """A sentence for each name asked for that several columns had.

    >>> said_twice(["y"], {"y_2": "y"})
    ['2 columns are called y: the first is y, then y_2']
    """
    asked = dict.fromkeys(changed.get(name, name) for name in names)
    same = {old: [new for new, was in changed.items() if was == old] for old in asked}
    return [
        f"{len(new) + 1} columns are called {old}: the first is {old}, then {', '.join(new)}"
        for old, new in same.items()
        if new
    ]


def same(word: str, columns: Iterable[str]) -> str | None:
    """The one column that is this word in other Unicode characters, or with blanks around it.

    >>> same("\\u03bc", ["\\u00b5"]) == "\\u00b5", same("t", ["t ", "y"]), same("t", ["T"])
    (True, 't ', None)
    """
    found = [column for column in columns if _folded(column) == _folded(word)]
    return found[0] if len(found) == 1 else None


def _folded(name: str) -> str:
    name = name.strip()
    return name if name.isascii() else unicodedata.normalize("NFKC", name)


def alike(word: str, columns: Iterable[str]) -> str | None:
    """The one column that is this word but for case, punctuation or a unit in brackets.

    >>> alike("my_col", ["my col (mV)", "t"]), alike("counts", ["Counts"]), alike("a", ["A (mm)"])
    ('my col (mV)', 'Counts', None)
    """
    found = [column for column in columns if column != word and _bare(word) in _stems(column)]
    if len(_bare(word)) < 2:  # of one letter, only the same letter will do
        found = [column for column in found if word in _stems(column, case=True)]
    return found[0] if len(found) == 1 and _bare(word) else None


def _bare(name: str, case: bool = False) -> str:
    folded = _folded(name) if case else _folded(name).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def _stems(column: str, case: bool = False) -> set[str]:
    """What is left of a name with its unit and without."""
    return {_bare(column, case), _bare(re.sub(r"\(.*?\)|\[.*?\]|<.*?>|/.*$", "", column), case)} - {""}


def written(name: str) -> str:
    """The name as a formula writes it: in backticks where it is not a plain name.

    >>> written("t"), written("my col (mV)"), written("exp")
    ('t', '`my col (mV)`', '`exp`')
    """
    from squiggly.expression import name as named
    from squiggly.typeset import text

    return text(named(name))


def unquoted(formula: str, columns: Iterable[str]) -> str | None:
    """The longest column with an odd name that stands in a formula without its backticks.

    >>> unquoted("y = a*my col (mV) + b", ["my col (mV)", "y"])
    'my col (mV)'
    """
    bare = re.sub(r"`[^`\n]*`", lambda match: "`" * len(match[0]), formula)
    found = []
    for column in sorted(columns, key=len, reverse=True):
        odd = column.strip()
        if odd and written(odd) != odd and re.search(rf"(?<!\w){_loose(odd)}(?!\w)", bare, re.IGNORECASE):
            found.append(column)
    return found[0] if found else None


def _loose(name: str) -> str:
    """A pattern for a name with any blanks for a blank."""
    return r"\s+".join(map(re.escape, name.split()))
