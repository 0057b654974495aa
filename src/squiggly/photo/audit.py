"""The audit of a folder of photos: every file that is bad, odd, double, leaked or suspicious, by name and reason."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from os import PathLike

import numpy as np

from squiggly.files import write_whole
from squiggly.photo.collection import SIDE, Photos, photos
from squiggly.photo.splitting import PART_NAMES, TRAIN

SMALL = 64  # pixels of the shorter side, below which little can be seen
BLANK = 6.0  # standard deviation of brightness, of 255, below which there is nothing to see
FEW = 10  # photos of a class
UNEVEN = 10.0  # times as many photos in one class as in another
MOST_ALIKE = 200  # pairs that are named


@dataclass(frozen=True)
class Finding:
    """kind: "left out", "told", "double", "alike", "leak", "look-alike of another class", "blank", "small" or "class".
    name: of the file or class.  why: in words."""

    kind: str
    name: str
    why: str


@dataclass(frozen=True)
class Audit:
    """What was found in a folder; nothing in it was changed."""

    folder: str
    n: int
    counts: dict[str, tuple[int, int, int]]
    findings: tuple[Finding, ...]

    def of(self, kind: str) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind == kind)

    def save(self, path: str | PathLike[str]) -> None:
        """Write it as JSON, for a program. Raises FileError."""
        told = {
            "folder": self.folder,
            "photos": self.n,
            "classes": {name: dict(zip(PART_NAMES, counts)) for name, counts in self.counts.items()},
            "findings": [{"kind": f.kind, "name": f.name, "why": f.why} for f in self.findings],
        }
        text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
        write_whole(path, lambda file: file.write(text.encode("utf-8", "backslashreplace")))

    def __str__(self) -> str:
        heads = [f"{self.n:,} photos of {len(self.counts)} classes in {self.folder}"]
        width = max(map(len, self.counts), default=5)
        heads += [f"  {name.ljust(width)}  {sum(counts):>7,}" for name, counts in self.counts.items()][:50]
        lines = []
        for kind, title in TITLES.items():
            found = self.of(kind)
            if found:
                lines += ["", f"{title}: {len(found):,}", *(f"  {f.name}: {f.why}" for f in found)]
        return "\n".join([*heads, *(lines or ["", "nothing to complain of"])])


TITLES = {
    "left out": "Left out",
    "leak": "Leaks: to be scored, and alike to one that is trained on",
    "look-alike of another class": "Alike, and in different classes: is one in the wrong folder?",
    "double": "The same file twice",
    "alike": "Alike to the eye: kept in the same part",
    "blank": "Almost nothing to see",
    "small": "Small",
    "told": "Read otherwise than it lies there",
    "class": "Classes",
}


def audit(folder: str | os.PathLike[str], watch: Callable[[int, int], object] | None = None) -> Audit:
    """Look at every file of a folder of photos, each fully decoded. Nothing in the folder is changed.

    Raises FileError where there is no folder, DataError where there are fewer than two classes of photos.

    >>> import tempfile
    >>> from squiggly.photo.drawing import draw
    >>> with tempfile.TemporaryDirectory() as place:
    ...     draw(place, n=3, kinds=("owl", "cat"), side=96)
    ...     found = audit(place)
    >>> found.n, [finding.name for finding in found.of("class")]
    (6, ['cat', 'owl'])
    """
    return of_photos(photos(folder, SIDE, watch=watch))


def of_photos(seen: Photos) -> Audit:
    """The audit of photos that are read."""
    found = [Finding("left out", name, why) for name, why in seen.aside]
    found += [Finding("told", name, why) for name, why in seen.told]
    found += _pairs(seen)
    for k in seen.leaks:
        twins = np.flatnonzero((seen.groups == seen.groups[k]) & (seen.parts == TRAIN))
        found.append(Finding("leak", seen.names[k], f"is like {seen.names[twins[0]]}"))
    brightness = seen.squares[:, ::4, ::4].astype(np.float32).mean(axis=3).reshape(len(seen), -1).std(axis=1)
    for k in np.flatnonzero(brightness < BLANK):
        found.append(Finding("blank", seen.names[k], "the same brightness everywhere"))
    for k in np.flatnonzero(seen.sizes.min(axis=1) < SMALL):
        wide, high = seen.sizes[k]
        found.append(Finding("small", seen.names[k], f"{wide} by {high} pixels"))
    return Audit(seen.folder, len(seen), seen.counts, (*found, *_classes(seen.counts)))


def _pairs(seen: Photos) -> list[Finding]:
    """Photos that are the same, or nearly, told once for each group and class."""
    found: list[Finding] = []
    order = np.argsort(seen.groups, kind="stable")
    ends = np.flatnonzero(np.diff(seen.groups[order])) + 1
    for group in np.split(order, ends):
        if len(group) < 2:
            continue
        for i, j in list(combinations(group.tolist(), 2))[:MOST_ALIKE]:
            same = seen.hashes[i] == seen.hashes[j]
            other = seen.labels[i] != seen.labels[j]
            kind = "look-alike of another class" if other else "double" if same else "alike"
            why = f"is {'the same as' if same else 'like'} {seen.names[i]}"
            found.append(Finding(kind, seen.names[j], why))
    return found


def _classes(counts: dict[str, tuple[int, int, int]]) -> Iterable[Finding]:
    sizes: Sequence[int] = [sum(each) for each in counts.values()]
    largest = max(counts, key=lambda name: sum(counts[name]))
    for name, size in zip(counts, sizes):
        if size < FEW:
            yield Finding("class", name, f"only {size} photo{'s' * (size != 1)}: with more it is recognised better")
        elif size * UNEVEN <= max(sizes):
            yield Finding("class", name, f"{size:,} photos against {max(sizes):,} of {largest}")
    folded: dict[str, list[str]] = {}
    for name in counts:
        folded.setdefault(name.casefold(), []).append(name)
    for names in folded.values():
        if len(names) > 1:
            yield Finding("class", names[1], f"differs from {names[0]} in capitals alone")
