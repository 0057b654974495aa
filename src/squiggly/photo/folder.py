"""Which files of a folder are photos, and of which class: one sub-folder a class, or train, valid and test first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from squiggly.errors import DataError, FileError, listed
from squiggly.photo.decoding import SUFFIXES, shown

# What the three parts may be called.
PARTS = {
    "train": "train", "training": "train", "valid": "valid", "validation": "valid", "val": "valid", "test": "test",
    "testing": "test",
}  # fmt: skip
MOST_CLASSES = 10_000


@dataclass(frozen=True)
class Entry:
    """A file that calls itself a photo.  path: as it is opened.  name: below the folder, with / between.
    part: "train", "valid", "test", or "" where the folder is not split."""

    path: Path
    name: str
    label: str
    part: str


@dataclass(frozen=True)
class Listing:
    """entries: the photos, by class and name.  aside: (name, why) of every file that is not one.
    classes: their names, sorted; also those without photos, which are among `aside`."""

    entries: tuple[Entry, ...]
    aside: tuple[tuple[str, str], ...]
    classes: tuple[str, ...]
    is_split: bool


def listing(folder: str | os.PathLike[str]) -> Listing:
    """Every file of a folder of photos. Nothing is opened but folders; each real folder once, so that links end.

    Raises FileError where there is no such folder, DataError where it has no sub-folders with photos.
    """
    root = Path(folder)
    if not root.is_dir():
        seen = "is a file" if root.exists() else "is not there"
        raise FileError(f"{shown(root)} {seen}, a folder of photos was expected\nhint: one sub-folder for each class")
    aside: list[tuple[str, str]] = []
    parts, split = _parts(root, aside)
    entries: list[Entry] = []
    classes: set[str] = set()
    for part, home in parts:
        for label, place in _folders(home, root, aside):
            classes.add(label)
            if len(classes) > MOST_CLASSES:
                raise DataError(
                    f"{shown(root)} has more than {MOST_CLASSES:,} classes\nhint: one sub-folder for each class"
                )
            found = [Entry(file, _name(file, root), label, part) for file in _files(place, root, aside)]
            if not found:
                aside.append((_name(place, root), "no photos in it"))
            entries += found
    if not entries:
        loose = [name for name, _ in aside if Path(name).suffix.lower() in SUFFIXES]
        seen = f"has {len(loose):,} photos that are in no sub-folder" if loose else "has no photos"
        raise DataError(
            f"{shown(root)} {seen}\nhint: put the photos of each class into a sub-folder that is named after it"
        )
    entries.sort(key=lambda entry: (entry.part, entry.label, entry.name))
    return Listing(tuple(entries), tuple(sorted(aside)), tuple(sorted(classes)), split)


def _parts(root: Path, aside: list[tuple[str, str]]) -> tuple[list[tuple[str, Path]], bool]:
    """The folders that hold the classes: the folder itself, or its train, valid and test."""
    below = [entry for entry in _scan(root, root, aside) if entry.is_dir()]
    named = {entry.name: PARTS[entry.name.lower()] for entry in below if entry.name.lower() in PARTS}
    if "train" not in named.values() or len(named) < 2:
        return [("", root)], False
    others = sorted(shown(entry.name) for entry in below if entry.name not in named and not _hidden(entry.name))
    if others:
        raise DataError(
            f"{shown(root)} has {listed(map(shown, sorted(named)))} beside {listed(others[:3])}\n"
            "hint: put the classes into train, valid and test, or give a folder with the classes alone"
        )
    if len(set(named.values())) < len(named):
        raise DataError(f"{shown(root)} has two folders for the same part: {listed(sorted(named))}\nhint: keep one")
    return [(part, root / name) for name, part in sorted(named.items())], True


def _folders(home: Path, root: Path, aside: list[tuple[str, str]]) -> Iterator[tuple[str, Path]]:
    for entry in _scan(home, root, aside):
        if _hidden(entry.name):
            continue
        if entry.is_dir():
            yield shown(entry.name), Path(entry.path)
        else:
            aside.append((_name(Path(entry.path), root), "in no class: it lies beside the sub-folders"))


def _files(place: Path, root: Path, aside: list[tuple[str, str]]) -> list[Path]:
    """The photos in a class's folder and in those below it."""
    found, waiting, visited = [], [place], set()
    while waiting:
        here = waiting.pop()
        real = os.path.realpath(here)
        if real in visited:
            aside.append((_name(here, root), "a link to a folder that is already read"))
            continue
        visited.add(real)
        for entry in _scan(here, root, aside):
            path = Path(entry.path)
            if _hidden(entry.name):
                continue
            if entry.is_dir():
                waiting.append(path)
            elif entry.is_symlink() and not path.exists():
                aside.append((_name(path, root), "a link that leads nowhere"))
            elif not entry.is_file():
                aside.append((_name(path, root), "not a file"))
            elif path.suffix.lower() in SUFFIXES or path.suffix.lower() in (".heic", ".heif", ".avif"):
                found.append(path)
            else:
                aside.append((_name(path, root), "not a photo by its name"))
    return found


def _scan(place: Path, root: Path, aside: list[tuple[str, str]]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        aside.append((_name(place, root), error.strerror or str(error)))
        return []


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in ("Thumbs.db", "__MACOSX", "desktop.ini")


def _name(path: Path, root: Path) -> str:
    return shown(path.relative_to(root).as_posix()) if path != root else "."
