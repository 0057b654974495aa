"""Photos decoded once: a file of squares beside their fingerprint, mapped into memory by every later run."""

from __future__ import annotations

import json
import os
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np

from squiggly.errors import FileError
from squiggly.files import write_whole

VERSION = 4  # of how photos become squares: raise it when decoding changes
MOST_KEPT = 20  # folders of photos whose squares are kept


def home() -> Path:
    """Where squares are kept: SQUIGGLY_CACHE, or the folder that this system has for such things."""
    told = os.environ.get("SQUIGGLY_CACHE")
    if told:
        return Path(told)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "squiggly" / "photos"


def fingerprint(files: list[tuple[str, int, int]], side: int) -> str:
    """Of a folder as it is: each file's path, size in bytes and time of change in nanoseconds.

    >>> len(fingerprint([("a.jpg", 10, 5)], 64))
    64
    """
    told = json.dumps([VERSION, side, files], ensure_ascii=True)
    return sha256(told.encode()).hexdigest()


def kept(key: str) -> Path:
    """The folder of one fingerprint."""
    return home() / key[:32]


def store(key: str, squares: np.ndarray, told: str) -> None:
    """Keep squares and what is known of them, whole or not at all; the oldest make room. A full disk is no error."""
    place = kept(key)
    try:
        place.mkdir(parents=True, exist_ok=True)
        write_whole(place / "squares.npy", lambda file: np.save(file, squares))
        write_whole(place / "told.json", lambda file: file.write(told.encode()))  # the last: it says that all is there
        _forget(place.parent)
    except (FileError, OSError):
        return


def fetch(key: str) -> tuple[np.ndarray, str] | None:
    """What was kept: squares (n, side, side, 3), a read-only map, and what is known of them. None where nothing is."""
    place = kept(key)
    try:
        told = (place / "told.json").read_text(encoding="utf-8")
        squares = np.load(place / "squares.npy", mmap_mode="r", allow_pickle=False)
        os.utime(place)
    except (OSError, ValueError, EOFError):
        return None
    if squares.ndim != 4 or squares.dtype != np.uint8:
        return None
    return squares, told


def _forget(place: Path) -> None:
    folders = sorted((p for p in place.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
    for folder in folders[:-MOST_KEPT]:
        for name in ("told.json", "squares.npy"):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
