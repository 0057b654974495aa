"""Which photos are trained on, which tell when to stop, and which are kept for the score: look-alikes together."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

TRAIN, VALID, TEST = range(3)
PART_NAMES = ("train", "valid", "test")
SHARE = 0.15  # of each class for the score, and as many to stop by
FEWEST = 3  # different photos of a class, below which all are trained on


def split(labels: np.ndarray, groups: np.ndarray, hashes: Sequence[str], seed: int = 0) -> np.ndarray:
    """The part of each photo, (n,): TRAIN, VALID or TEST.

    labels: (n,) whole numbers.  groups: (n,) from 0, photos of one group stay together.  hashes: of each content

    Each class is divided in the same shares, in an order that the contents decide: when photos are added, those that
    were there stay where they are, but for a few at the borders.

    >>> parts = split(np.zeros(20, int), np.arange(20), [f"{k:04x}" for k in range(20)])
    >>> np.bincount(parts).tolist()
    [14, 3, 3]
    """
    sizes = np.bincount(groups)
    places, chief = [""] * len(sizes), np.zeros(len(sizes), dtype=int)
    for k in np.argsort(groups, kind="stable").tolist():
        group, content = int(groups[k]), hashes[k]
        if not places[group] or content < places[group]:  # a group stands where its smallest hash does, in its class
            places[group], chief[group] = content, labels[k]
    places = [sha256(f"{seed}:{content}".encode()).hexdigest() for content in places]
    of_group = np.full(len(sizes), TRAIN)
    for label in np.unique(chief).tolist():
        members = sorted(np.flatnonzero(chief == label).tolist(), key=places.__getitem__)
        if len(members) < FEWEST:
            continue
        aim = max(round(SHARE * int(sizes[members].sum())), 1)
        part, count = TEST, 0
        for group in members[:-1]:  # one is left to train on, whatever happens
            of_group[group] = part
            count += int(sizes[group])
            if count >= aim:
                if part == VALID:
                    break
                part, count = VALID, 0
    return of_group[groups]
