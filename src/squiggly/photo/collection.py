"""Photos: a folder of pictures as points. Pixels are x, the class is y, and each belongs to a part."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from squiggly.errors import DataError, listed
from squiggly.options import expect_whole
from squiggly.photo import caching
from squiggly.photo.decoding import PhotoError, decoded, imaging, shown
from squiggly.photo.folder import Entry, listing
from squiggly.photo.likeness import WORDS, groups, near_pairs, sign
from squiggly.photo.splitting import PART_NAMES, TEST, TRAIN, VALID, split

Watch = Callable[[int, int], object]  # called with how many photos are read, and how many there are
SIDE = 112  # of the square that a photo is squeezed into
LEAST_SIDE, MOST_SIDE = 8, 512


@dataclass(frozen=True, eq=False)
class Photos:
    """A folder of photos, decoded.

    folder:  where they are.  names: of the files, below it.  classes: sorted
    labels:  (n,) the number of each photo's class.  parts: (n,) 0 train, 1 valid, 2 test
    squares: (n, side, side, 3) uint8, read-only, mapped from a file.  sizes: (n, 2) width and height of the files
    hashes:  SHA-256 of each file.  groups: (n,) photos that are alike to the eye have the same number
    told:    (name, what was done with it) of photos that needed more than decoding
    aside:   (name, why) of every file that is left out
    leaks:   numbers of valid and test photos that are alike to one that is trained on; only where the folder is split
    """

    folder: str
    names: tuple[str, ...]
    classes: tuple[str, ...]
    labels: np.ndarray
    parts: np.ndarray
    squares: np.ndarray
    sizes: np.ndarray
    hashes: tuple[str, ...]
    groups: np.ndarray
    signs: np.ndarray
    told: tuple[tuple[str, str], ...]
    aside: tuple[tuple[str, str], ...]
    leaks: np.ndarray
    is_split: bool
    seed: int

    def at(self, side: int) -> Photos:
        """The same photos as squares of another side. Raises DataError where the folder has changed since."""
        if side == self.side:
            return self
        other = photos(self.folder, side, seed=self.seed)
        if other.names != self.names or other.hashes != self.hashes:
            raise DataError(f"{shown(self.folder)} has changed since it was read\nhint: sq.photos(…) again")
        return other

    @property
    def side(self) -> int:
        """Of the squares, in pixels."""
        return int(self.squares.shape[1])

    def part(self, name: str) -> np.ndarray:
        """The numbers of the photos of one part: "train", "valid" or "test"."""
        return np.flatnonzero(self.parts == PART_NAMES.index(name))

    @property
    def counts(self) -> dict[str, tuple[int, int, int]]:
        """How many photos each class has to train, to stop by and to score."""
        table = np.zeros((len(self.classes), 3), dtype=int)
        np.add.at(table, (self.labels, self.parts), 1)
        return {name: (int(a), int(b), int(c)) for name, (a, b, c) in zip(self.classes, table)}

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        each = ", ".join(f"{name} {sum(counts):,}" for name, counts in self.counts.items())
        sums = np.bincount(self.parts, minlength=3)
        left = f" · {len(self.aside):,} files left out" if self.aside else ""
        return (
            f"{len(self):,} photos of {len(self.classes)} classes: {each:.300} · {sums[TRAIN]:,} to train, "
            f"{sums[VALID]:,} to stop by, {sums[TEST]:,} to score{left}"
        )


def photos(
    folder: str | os.PathLike[str],
    side: int = SIDE,
    *,
    seed: int = 0,
    watch: Watch | None = None,
) -> Photos:
    """Read a folder of photos: one sub-folder a class, or train, valid and test with the classes in each.

    side:  of the square that each photo is squeezed into, in pixels; all of it is seen, nothing is cropped
    seed:  of the split, where the folder has none: 70 % to train, 15 % to stop by, 15 % to score, look-alikes together
    watch: called with how many are read and how many there are

    Decoded once: the squares are kept in the user's cache, and read from there while no file changes.
    Files that cannot be read are left out and named in `aside`; so is the same photo in two classes.
    Raises FileError where there is no folder, DataError where there are fewer than two classes.

    >>> import tempfile
    >>> from squiggly.photo.drawing import draw
    >>> with tempfile.TemporaryDirectory() as place:
    ...     draw(place, n=4, kinds=("owl", "cat"), side=32)
    ...     sq_photos = photos(place, side=16)
    >>> sq_photos.classes, sq_photos.squares.shape
    (('cat', 'owl'), (8, 16, 16, 3))
    """
    side = expect_whole("side", side, LEAST_SIDE, MOST_SIDE, str(SIDE))
    imaging()
    found = listing(folder)
    root = str(Path(folder))
    key = caching.fingerprint([_stamp(entry) for entry in found.entries], int(side))
    squares, said = _fetched(key, len(found.entries)) or _read(found.entries, int(side), key, watch)
    broken = [(entry.name, told["why"]) for entry, told in zip(found.entries, said) if told["why"]]
    good = [k for k, told in enumerate(said) if not told["why"]]
    twice = _contradictions([(found.entries[k].label, said[k]["hash"]) for k in good])
    broken += [(found.entries[good[k]].name, f"the same photo is also in {other}") for k, other in twice.items()]
    kept = np.array([k for i, k in enumerate(good) if i not in twice], dtype=int)
    entries = [found.entries[k] for k in kept]
    classes = tuple(sorted({entry.label for entry in entries}))
    if len(classes) < 2:
        raise DataError(
            f"{shown(root)} has photos of {listed(classes) if classes else 'no class'}, two classes or more were "
            "expected\nhint: put photos of something else into a second sub-folder"
        )
    labels = np.array([classes.index(entry.label) for entry in entries])
    hashes = tuple(said[k]["hash"] for k in kept)
    signs = np.array([said[k]["sign"] for k in kept], dtype=np.uint64).reshape(len(kept), WORDS)
    alike = groups(len(kept), np.concatenate([near_pairs(signs), _same(hashes)]))
    if found.is_split:
        parts = np.array([PART_NAMES.index(entry.part) for entry in entries])
    else:
        parts = split(labels, alike, hashes, seed)
    return Photos(
        root, tuple(entry.name for entry in entries), classes, labels, parts, _some(squares, kept),
        np.array([said[k]["size"] for k in kept]), hashes, alike, signs,
        tuple((found.entries[k].name, note) for k in kept for note in said[k]["notes"]),
        tuple(sorted([*found.aside, *broken])), _leaks(alike, parts) if found.is_split else np.zeros(0, int),
        found.is_split, int(seed),
    )  # fmt: skip


Told = dict[str, Any]  # what is known of a file: why it cannot be read or "", hash, sign, size, notes


def _some(squares: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Rows of a mapped file, which is not copied where all of them are wanted."""
    return squares if len(rows) == len(squares) else squares[rows]


def _stamp(entry: Entry) -> tuple[str, int, int]:
    try:
        stat = entry.path.stat()
    except OSError:
        return shown(entry.path.resolve()), -1, 0
    return shown(os.path.abspath(entry.path)), stat.st_size, stat.st_mtime_ns


def _fetched(key: str, n: int) -> tuple[np.ndarray, list[Told]] | None:
    kept = caching.fetch(key)
    if kept is None:
        return None
    try:
        said = json.loads(kept[1])
    except ValueError:
        return None
    return (kept[0], said) if isinstance(said, list) and len(said) == len(kept[0]) == n else None


def _read(entries: tuple[Entry, ...], side: int, key: str, watch: Watch | None) -> tuple[np.ndarray, list[Told]]:
    squares = np.zeros((len(entries), side, side, 3), dtype=np.uint8)
    said: list[Told] = []

    def one(k: int) -> Told:
        try:
            content = entries[k].path.read_bytes() if entries[k].path.stat().st_size else b""
            seen = decoded(entries[k].path, side)
        except PhotoError as error:
            return {"why": _why(error, entries[k]), "hash": "", "sign": [0] * WORDS, "size": [0, 0], "notes": []}
        except OSError as error:
            return {"why": error.strerror or str(error), "hash": "", "sign": [0] * WORDS, "size": [0, 0], "notes": []}
        squares[k] = seen.pixels
        return {
            "why": "",
            "hash": sha256(content).hexdigest(),
            "sign": [int(v) for v in sign(seen.pixels)],
            "size": list(seen.size),
            "notes": list(seen.notes),
        }

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for told in pool.map(one, range(len(entries))):
            said.append(told)
            if watch is not None:
                watch(len(said), len(entries))
    caching.store(key, squares, json.dumps(said))
    return squares, said


def _why(error: PhotoError, entry: Entry) -> str:
    """The reason alone: the file is named beside it."""
    return str(error).split("\nhint:")[0].removeprefix(f"{shown(entry.path)}: ")


def _contradictions(told: list[tuple[str, str]]) -> dict[int, str]:
    """Photos whose very content lies in two classes: which class is the other one."""
    homes: dict[str, set[str]] = {}
    for label, content in told:
        homes.setdefault(content, set()).add(label)
    return {
        k: listed(sorted(homes[content] - {label}))
        for k, (label, content) in enumerate(told)
        if len(homes[content]) > 1
    }


def _same(hashes: tuple[str, ...]) -> np.ndarray:
    first: dict[str, int] = {}
    pairs = [(first[content], k) for k, content in enumerate(hashes) if first.setdefault(content, k) != k]
    return np.array(pairs, dtype=np.intp).reshape(len(pairs), 2)


def _leaks(alike: np.ndarray, parts: np.ndarray) -> np.ndarray:
    trained = np.unique(alike[parts == TRAIN])
    return np.flatnonzero((parts != TRAIN) & np.isin(alike, trained))
