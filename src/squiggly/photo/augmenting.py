"""The same photo a little otherwise each time: mirrored, shifted, turned, nearer, brighter.

Every change is a function of (seed, epoch, photo), so that it is the same whoever computes it, and whenever.
"""

from __future__ import annotations

import numpy as np
import torch

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def uniform(seed: int, epoch: int, photos: np.ndarray, draws: int) -> np.ndarray:
    """Numbers from 0 to below 1, (n, draws): of each photo's own stream in this epoch.

    Source: SplitMix64, of Steele, Lea and Flood, Fast splittable pseudorandom number generators (2014).

    >>> one, both = uniform(0, 3, np.array([7]), 2), uniform(0, 3, np.array([5, 7]), 2)
    >>> bool((one[0] == both[1]).all())
    True
    """
    with np.errstate(over="ignore"):
        state = _mixed(np.full(len(photos), seed, dtype=np.uint64))
        state = _mixed(state + GOLDEN * np.uint64(epoch + 1))
        state = _mixed(state ^ (np.asarray(photos, dtype=np.uint64) * GOLDEN))
        steps = np.arange(1, draws + 1, dtype=np.uint64) * GOLDEN
        mixed = _mixed(state[:, None] + steps[None])
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mixed(z: np.ndarray) -> np.ndarray:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))


def changed(x: torch.Tensor, seed: int, epoch: int, photos: np.ndarray, strength: float = 1.0) -> torch.Tensor:
    """Photos (n, 3, side, side), scaled, each a little otherwise.

    strength: 1 mirrors half of them, turns by up to 12°, comes up to a fourth nearer, shifts by up to 8 % of the side,
    and changes brightness, contrast and colour by up to 30 %; 0 leaves them as they are.
    """
    if strength == 0:
        return x
    u = uniform(seed, epoch, photos, 8)
    spread = (2 * u - 1) * strength
    angle, zoom = np.radians(12.0) * spread[:, 1], 1 - 0.25 * strength * u[:, 2]
    mirror = np.where(u[:, 0] < 0.5 * min(strength, 1.0), -1.0, 1.0)
    theta = np.empty((len(x), 2, 3), dtype=np.float32)
    theta[:, 0, 0], theta[:, 0, 1] = mirror * zoom * np.cos(angle), -zoom * np.sin(angle)
    theta[:, 1, 0], theta[:, 1, 1] = mirror * zoom * np.sin(angle), zoom * np.cos(angle)
    theta[:, :, 2] = 0.16 * spread[:, 3:5]
    grid = torch.nn.functional.affine_grid(torch.from_numpy(theta).to(x.device), list(x.shape), align_corners=False)
    x = torch.nn.functional.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    tone = torch.from_numpy((0.3 * spread[:, 5:8]).astype(np.float32)).to(x.device)[:, :, None, None, None]
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * (1 + tone[:, 1])  # colour
    middle = x.mean((1, 2, 3), keepdim=True)
    return (x - middle) * (1 + tone[:, 2]) + middle + tone[:, 0]  # contrast, brightness
