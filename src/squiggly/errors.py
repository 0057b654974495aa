"""What goes wrong, by kind. Every message says where, what was seen, what was wanted, then `hint:` and an action."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SquigglyError(Exception):
    """Anything squiggly refuses, in words: catch this one to catch them all.

    >>> from squiggly.errors import DataError, SquigglyError
    >>> issubclass(DataError, SquigglyError)
    True
    """


class FormulaError(SquigglyError, ValueError):
    """A formula that cannot be read. The message points at the place with a caret."""


class DataError(SquigglyError, ValueError):
    """Points that cannot be fitted: gaps, mixed lengths, text among numbers."""


class ModelError(SquigglyError, ValueError):
    """A model that cannot be built, recorded or evaluated."""


class OptionError(SquigglyError, ValueError):
    """An option that does not fit the model: an unknown parameter, a bound that excludes the start."""


class FileError(SquigglyError, OSError):
    """A file that cannot be read or written."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, if any is close enough to be what was meant.

    >>> nearest("cuonts", ["t", "counts"])
    'counts'
    """
    lowered = {k.lower(): k for k in known}
    matches = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[matches[0]] if matches else None


def listed(names: Iterable[str]) -> str:
    """Names as a reader's list.

    >>> listed(["a", "tau", "c"])
    'a, tau and c'
    """
    names = list(names)
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else "none"
