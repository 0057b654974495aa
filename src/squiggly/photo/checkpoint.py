"""Where a training stands, on disk: whole or not at all, so that a kill at any moment costs an epoch at most."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from squiggly.errors import FileError
from squiggly.files import write_whole

KEPT = 2  # the newest, and the one before it
KEY = "squiggly-training"


def write(place: Path, epoch: int, state: Mapping[str, np.ndarray], told: Mapping[str, Any]) -> None:
    """Write what is known after an epoch beside the one before. Raises FileError: training without a net is no help."""
    from safetensors.numpy import save

    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make {place}: {error.strerror}\nhint: choose a folder you may write to") from None
    content = save({name: np.array(values, order="C") for name, values in state.items()}, {KEY: json.dumps(dict(told))})
    sealed = sha256(content).digest() + content
    write_whole(place / f"{epoch:05}.part", lambda file: file.write(sealed))
    for old in sorted(place.glob("*.part"))[:-KEPT]:
        old.unlink(missing_ok=True)


def newest(place: Path, key: str) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
    """The newest whole checkpoint of a training with this key; None where there is none.

    A file that is torn, or of another training, is passed over.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    for path in sorted(place.glob("*.part"), reverse=True):
        try:
            sealed = path.read_bytes()
            seal, content = sealed[:32], sealed[32:]
            if sha256(content).digest() != seal:
                continue
            size = int.from_bytes(content[:8], "little")
            told = json.loads(json.loads(content[8 : 8 + size])["__metadata__"][KEY])
            if told["key"] == key:
                return dict(load(content)), told
        except (OSError, ValueError, KeyError, TypeError, SafetensorError):
            continue
    return None


def clear(place: Path) -> None:
    """Forget a training that is done; what else lies in its folder stays."""
    for path in place.glob("*.part"):
        path.unlink(missing_ok=True)
    try:
        os.rmdir(place)
    except OSError:
        return
