"""Which photos are the same: byte for byte, or to the eye. Signs of 512 bits, and the groups that they make."""

from __future__ import annotations

import numpy as np

SIDE = 16  # the sign compares neighbours on a grid of 16 rows and 17 columns
WORDS = 2 * SIDE * SIDE // 64
STEP = 0.08  # of the spread of brightness: neighbours that differ by less count as the same, whatever their noise
LEAST_STEP = 1.5  # of 255
NEAR = 0.2  # of the edges of two photos may differ, for them to be alike
FEWEST = 48  # edges, below which a sign says too little
BLOCK = 1 << 20  # pairs compared at once


def sign(pixels: np.ndarray) -> np.ndarray:
    """A photo's sign, (8,) uint64: where brightness grows from a place to its right neighbour, then where it falls.

    pixels: (height, width, 3) uint8.

    >>> int(np.bitwise_count(sign(np.zeros((40, 50, 3), np.uint8))).sum())
    0
    """
    from PIL import Image

    grey = Image.fromarray(pixels).convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BILINEAR)
    brightness = np.asarray(grey, dtype=np.float64)
    slope, step = np.diff(brightness, axis=1), max(STEP * brightness.std(), LEAST_STEP)
    return np.packbits([slope > step, slope < -step]).view(np.uint64)


def edges(signs: np.ndarray) -> np.ndarray:
    """How many edges each sign has, (n,) of signs (n, 8)."""
    return np.asarray(np.bitwise_count(signs).sum(axis=1, dtype=np.int32))


def is_flat(signs: np.ndarray) -> np.ndarray:
    """Whether a sign says too little to compare: of a photo almost without edges. signs: (n, 8) → (n,)."""
    return edges(signs) < FEWEST


def near_pairs(signs: np.ndarray, most: float = NEAR) -> np.ndarray:
    """Pairs of photos that share all but a share `most` of their edges, (pairs, 2), the smaller number first.

    signs: (n, 8) uint64. Flat ones pair with none.

    >>> one = np.full((1, 8), 0x5555, np.uint64)
    >>> near_pairs(np.concatenate([one, one])).tolist()
    [[0, 1]]
    """
    lively = np.flatnonzero(~is_flat(signs))
    kept, many, n = signs[lively], edges(signs[lively]), len(lively)
    found = []
    rows = max(BLOCK // max(n, 1), 1)
    for start in range(0, n, rows):
        some = kept[start : start + rows]
        apart = np.zeros((len(some), n - start), dtype=np.int32)
        for word in range(WORDS):
            apart += np.bitwise_count(some[:, None, word] ^ kept[None, start:, word])
        whole = many[start : start + rows, None] + many[None, start:]
        i, j = np.nonzero(2 * apart <= most * (whole + apart))  # apart is |A| + |B| less twice what they share
        found.append(np.stack([i + start, j + start], axis=1)[i < j])
    pairs = np.concatenate(found) if found else np.zeros((0, 2), np.intp)
    return np.asarray(lively[pairs])


def groups(n: int, pairs: np.ndarray) -> np.ndarray:
    """The group of each of n photos, (n,): pairs are in the same one, and so is what is paired with those.

    >>> groups(4, np.array([[0, 2]])).tolist()
    [0, 1, 0, 2]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(pairs), dtype=bool)
    graph = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1])
