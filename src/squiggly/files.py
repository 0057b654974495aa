"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

from squiggly.errors import FileError


def write_whole(path: str | PathLike[str], write: Callable[[BinaryIO], Any]) -> None:
    """Write a file beside its name, then rename it: a crash leaves an older file as it was.

    write: called with the open file, in bytes. Raises FileError where the place cannot be written.
    """
    target = Path(path)
    try:
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise _refused(target, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, target)
    except OSError as error:
        raise _refused(target, error) from error
    finally:
        if os.path.exists(beside):
            os.unlink(beside)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _refused(target: Path, error: OSError) -> FileError:
    reason = (error.strerror or str(error)).lower()
    hint = f"make the folder {target.parent} first" if not target.parent.is_dir() else "choose another place"
    return FileError(f"cannot write {target}: {reason}\nhint: {hint}")
