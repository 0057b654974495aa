"""Writing a file whole or not at all: beside its name first, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Callable
from os import PathLike
from typing import Any, BinaryIO

from squiggly.errors import FileError

_HINTS = {
    errno.ENOENT: "make the folder first, or check its name",
    errno.ENOTDIR: "make the folder first, or check its name",
    errno.EISDIR: "give the name of a file, not of a folder",
    errno.ENOSPC: "make room, or choose another disk",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def write_whole(path: str | PathLike[str], write: Callable[[BinaryIO], Any]) -> None:
    """Write a file so that a crash on the way leaves the old one as it was.

    write: called once with the open file; what it raises is passed on, with nothing left behind.
    The new file keeps the old one's permissions. A link is followed; a device or a pipe is written to directly.
    Raises FileError where the file cannot be written.

    >>> write_whole("nowhere/fit.json", lambda file: file.write(b"{}"))
    Traceback (most recent call last):
    squiggly.errors.FileError: cannot write nowhere/fit.json: No such file or directory
    hint: make the folder first, or check its name
    """
    name = os.fspath(path)
    if "\0" in name:
        raise FileError(f"cannot write {name!r}: a name cannot hold the character \\0\nhint: choose another name")
    try:
        target = os.path.realpath(name) if name else name
        if not os.path.exists(target) or os.path.isfile(target):
            _replace(target, write)
            return
        with open(target, "wb") as file:
            write(file)
    except FileError:
        raise
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, "choose a folder you may write to")
        raise FileError(f"cannot write {name}: {error.strerror or error}\nhint: {hint}") from error


def _replace(target: str, write: Callable[[BinaryIO], Any]) -> None:
    old = os.path.exists(target)
    if not target:
        raise FileNotFoundError(errno.ENOENT, "the name is empty")
    if old and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is read-only")
    beside = os.path.join(os.path.dirname(target), f".{secrets.token_hex(6)}.part")
    try:
        with open(beside, "xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if old:
            os.chmod(beside, os.stat(target).st_mode & 0o7777)
        os.replace(beside, target)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(beside)
