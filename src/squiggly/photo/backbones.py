"""Where a backbone comes from: a recogniser of one's own, a file of ResNet-18, or the hub. No code is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from squiggly.errors import FileError, ModelError
from squiggly.photo.recognisers import Backbone, Convolution, Resnet

EYES = "eyes."  # how the parameters are named that are not the scores of classes
IMAGENET = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])  # colours that ResNets are trained with
WRAPPED = "module.", "model.", "resnet.", "backbone."  # what other trainers put before the names
MOST_BYTES = 1_000_000_000


def opened(source: str | os.PathLike[str], side: int | None) -> Backbone:
    """A backbone, read whole. Raises FileError or ModelError."""
    text = os.fspath(source)
    if text.endswith(".safetensors"):
        return _resnet(Path(text), Path(text).name, side)
    if _is_hub_name(text):
        return _resnet(_fetched(text), text, side)
    return _own(Path(text), side)


def _is_hub_name(text: str) -> bool:
    return text.count("/") == 1 and not text.startswith((".", "~", "/")) and not text.endswith(".squiggly") and (
        not os.path.exists(text)
    )  # fmt: skip


def _own(path: Path, side: int | None) -> Backbone:
    from squiggly.photo.saving import load

    fit = load(path)
    if not isinstance(fit.recogniser, Convolution | Resnet):
        raise ModelError(
            f"{path.name} is a {fit.recogniser.name} recogniser, which finds nothing that other photos share\n"
            "hint: train sq.convolution() and begin from that"
        )
    state = {name: values for name, values in fit.state.items() if name.startswith(EYES)}
    made = fit.recogniser if side is None else replace(fit.recogniser, side=side)
    return Backbone(made, path.name, seal(state), state, fit.mean, fit.spread)


def seal(state: Mapping[str, np.ndarray]) -> str:
    """SHA-256 of parameters, in the order of their names."""
    whole = sha256()
    for name in sorted(state):
        whole.update(name.encode())
        whole.update(np.ascontiguousarray(state[name]).tobytes())
    return whole.hexdigest()


def _resnet(path: Path, said: str, side: int | None) -> Backbone:
    from squiggly.photo.modules import shapes

    made = Resnet() if side is None else Resnet(side)
    wanted = {name: shape for name, shape in shapes(made, 2).items() if name.startswith(EYES)}
    found = _tensors(path)
    state, cure = {}, "hint: a ResNet-18 with the names that timm or torchvision give its parameters is read"
    for name, shape in wanted.items():
        plain = name.removeprefix(EYES)
        values = next((found[head + plain] for head in ("", *WRAPPED) if head + plain in found), None)
        if values is None and plain.endswith("num_batches_tracked"):
            values = np.zeros((), dtype=np.int64)
        if values is None:
            raise ModelError(f"{said} is no ResNet-18: {plain} is missing\n{cure}")
        if values.shape != shape:
            raise ModelError(f"{said} is no ResNet-18: {plain} is of shape {values.shape}, not {shape}\n{cure}")
        values = values.astype(np.int64 if plain.endswith("num_batches_tracked") else np.float32)
        if not np.isfinite(values).all():
            raise ModelError(f"{said}: {plain} holds a number that is none\nhint: fetch it again from where it came")
        state[name] = values
    return Backbone(made, said, seal(state), state, *IMAGENET)


def _tensors(path: Path) -> dict[str, np.ndarray]:
    try:
        from safetensors import SafetensorError
        from safetensors.numpy import load
    except ImportError:
        raise ModelError('safetensors is not installed\nhint: pip install "squiggly[photos]"') from None
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("it is larger than any ResNet-18")
        return dict(load(path.read_bytes()))
    except OSError as error:
        raise FileError(f"cannot read {path.name}: {error.strerror or error}\nhint: is the path right?") from None
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, OverflowError, MemoryError) as error:
        why = str(error).split("\n")[0]
        raise FileError(
            f"{path.name} is no safetensors file, or is damaged: {why:.200}\n"
            "hint: fetch it again; parameters of 16 bits (bfloat16) are to be saved as float32"
        ) from None


def _fetched(name: str) -> Path:
    cure = (
        "hint: where there is a network, fetch its model.safetensors, and give that file: "
        "sq.backbone('model.safetensors')"
    )
    try:
        from huggingface_hub import hf_hub_download
    except ImportError:
        raise ModelError(
            f"{name} is neither a file here nor can it be fetched: huggingface_hub is not installed\n{cure}"
        ) from None
    try:
        return Path(hf_hub_download(name, "model.safetensors"))
    except Exception as error:  # whatever a network and a hub have to say
        why = str(error).strip().split("\n")[0].split(". ")[0] or type(error).__name__
        raise FileError(f"{name} is no file here, and cannot be fetched: {why:.200}\n{cure}") from None
