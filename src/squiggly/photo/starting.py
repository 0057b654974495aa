"""A loop made ready: the module with its first parameters, on its device."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from squiggly.networks.torch_engine import device_of
from squiggly.photo.collection import Photos
from squiggly.photo.loop import Eye, Loop, Plan
from squiggly.photo.modules import Seeing
from squiggly.photo.recognisers import Recogniser


def started(
    made: Recogniser, photos: Photos, mean: np.ndarray, spread: np.ndarray, plan: Plan, device: str,
    begin: Mapping[str, np.ndarray] | None = None,
) -> Loop:  # fmt: skip
    """The loop of a recogniser before its first step. The caller's own random draws go on as if nothing had been drawn.

    begin: parameters of a backbone, which take the place of those that are drawn
    Raises OptionError for a device that is not here.
    """
    at = device_of(device)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(plan.seed)
        module = Seeing(made, len(photos.classes))
    if begin is not None:
        module.load_state_dict({name: torch.from_numpy(np.array(v)) for name, v in begin.items()}, strict=False)
    return Loop(module, photos, Eye(mean, spread, at), plan, at)
