"""A NetworkFit as one .safetensors file and back: numbers, and JSON that says what they are. No code is in it."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from squiggly.errors import DataError, FileError, ModelError, OptionError, SquigglyError
from squiggly.files import write_whole
from squiggly.judging.verdict import Verdict
from squiggly.networks.fitted import Epoch, NetworkFit, Pair
from squiggly.networks.network import Network, network
from squiggly.networks.source import Scaling
from squiggly.solve.budget import Effort

VERSION = 1
KEY = "squiggly"  # of the JSON among the file's metadata
_SCALING = ("scaling.mean", "scaling.spread", "scaling.y")
_LOSSES = ("mse", "mae", "huber", "cross-entropy")


def save(fit: NetworkFit, path: str | PathLike[str]) -> None:
    """Write the fit whole or not at all. Raises FileError, and ModelError where safetensors is not installed."""
    library = _library()
    state = {f"state.{name}": np.array(values, order="C") for name, values in fit.state.items()}
    scaling = fit.scaling
    tensors = {
        **state,
        "scaling.mean": np.asarray(scaling.mean, dtype=np.float64),
        "scaling.spread": np.asarray(scaling.spread, dtype=np.float64),
        "scaling.y": np.array([scaling.y_mean, scaling.y_spread]),
        "history": np.array(fit.history, dtype=np.float64).reshape(len(fit.history), 5),
    }
    told = json.dumps(_described(fit), ensure_ascii=False, allow_nan=False)
    data = library.save(tensors, {KEY: told})
    write_whole(path, lambda file: file.write(data))


def _described(fit: NetworkFit) -> dict[str, Any]:
    made = fit.network
    return {
        "version": VERSION,
        "network": None
        if made is None
        else {**asdict(made), "hidden": list(made.hidden), "features": list(made.features)},
        "inputs": list(fit.inputs),
        "target": fit.target,
        "labels": None if fit.labels is None else list(fit.labels),
        "scores": {name: [_number(v) for v in pair] for name, pair in fit.scores.items()},
        "loss": fit.loss_name,
        "rows": list(fit.rows),
        "best": fit.best,
        "verdict": [fit.verdict.ok, fit.verdict.kind, fit.verdict.words],
        "notes": list(fit.notes),
        "engine": [fit.engine, fit.device, fit.how],
        "seed": fit.seed,
        "effort": [fit.effort.seconds, _number(fit.effort.allowed), fit.effort.evaluations],
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _library() -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise ModelError('safetensors is not installed\nhint: pip install "squiggly[torch]"') from None
    return safetensors.numpy


def load(path: str | PathLike[str], module: Any = None) -> NetworkFit:
    """Bring back a saved fit. Nothing in the file is run.

    module: for a fit of a module, one built as it was; a copy of it takes the parameters.
    Raises FileError for a file that is missing, damaged or something else; OptionError where a module is missing;
    DataError where it does not match.
    """
    _library()
    from safetensors import SafetensorError, safe_open

    where = Path(path).name
    try:
        with open(path, "rb"):
            pass
        with safe_open(str(path), framework="numpy") as file:
            data = json.loads((file.metadata() or {})[KEY])
            if isinstance(data, dict) and isinstance(data.get("version"), int) and data["version"] > VERSION:
                raise FileError(
                    f"{where} was saved by a newer squiggly (layout {data['version']}, this one reads {VERSION})\n"
                    "hint: upgrade squiggly"
                )
            return _fit(data, file, module)
    except (FileError, OptionError, DataError):
        raise
    except OSError as error:
        raise FileError(f"cannot read {where}: {error.strerror or error}\nhint: is the path right?") from error
    except (
        SafetensorError, SquigglyError, LookupError, TypeError, ValueError, AttributeError, OverflowError, MemoryError,
        RecursionError,
    ) as error:  # fmt: skip
        said = str(error).split("\nhint: ")[0].split("\n")[0]
        raise FileError(
            f"{where} is not a saved network, or is damaged: {said:.200}\nhint: fit.save writes one"
        ) from error


def _fit(data: Mapping[str, Any], file: Any, module: Any) -> NetworkFit:
    if data["version"] != VERSION:
        raise ValueError(f"layout {data['version']!r} is unknown")
    try:
        made = None if data["network"] is None else _network(data["network"])
    except SquigglyError as error:
        raise ValueError(str(error)) from error
    inputs = tuple(_text(n) for n in data["inputs"])
    if not inputs or (made is not None and len(inputs) != made.inputs):
        raise ValueError("its columns do not match its network")
    labels = None if data["labels"] is None else tuple(_label(v) for v in data["labels"])
    if made is not None and (None if labels is None else len(labels)) != made.classes:
        raise ValueError("its labels do not match its network")
    if data["loss"] not in _LOSSES or data["engine"][0] not in ("numpy", "torch"):
        raise ValueError("it names a loss or an engine that there is not")
    k = len(inputs)
    mean, spread, y = (_array(file, name, shape) for name, shape in zip(_SCALING, [(k,), (k,), (2,)]))
    if (spread < 0).any() or not y[1] > 0:
        raise ValueError("its scaling is not one")
    epochs = file.get_slice("history").get_shape()
    story = _array(file, "history", (epochs[0], 5), gaps=True)
    history = tuple(Epoch(int(e[0]), *map(float, e[1:])) for e in story)
    parameters, trained = None, None
    if made is not None:
        parameters = _parameters(made, file)
    else:
        trained = _filled(module, file)
    ok, kind, words = data["verdict"]
    seconds, allowed, steps = data["effort"]
    scores = {name: Pair(*(math.nan if v is None else float(v) for v in pair)) for name, pair in data["scores"].items()}
    if set(scores) != {"loss", "r_squared" if labels is None else "accuracy"}:
        raise ValueError("its scores are not whole")
    return NetworkFit(
        made, inputs, _text(data["target"]), labels, Scaling(mean, spread, float(y[0]), float(y[1])), parameters,
        MappingProxyType(scores), data["loss"], (int(data["rows"][0]), int(data["rows"][1])), history,
        int(data["best"]),
        Verdict(bool(ok), _text(kind), _text(words)), tuple(_text(n) for n in data["notes"]), data["engine"][0],
        _text(data["engine"][1]), _text(data["engine"][2]), int(data["seed"]),
        Effort(float(seconds), math.inf if allowed is None else float(allowed), int(steps)), trained,
    )  # fmt: skip


def _network(told: Mapping[str, Any]) -> Network:
    return network(
        told["inputs"],
        told["hidden"],
        activation=told["activation"],
        classes=told["classes"],
        features=told["features"],
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.40} is no text")
    return value


def _label(value: Any) -> str | bool | int:
    if not isinstance(value, str | bool | int):
        raise ValueError(f"{value!r:.40} is no label")
    return value


def _array(file: Any, name: str, shape: tuple[int, ...], gaps: bool = False) -> np.ndarray:
    """Numbers whose shape is looked at before they are read."""
    part = file.get_slice(name)
    if tuple(part.get_shape()) != shape:
        raise ValueError(f"{name} has shape {tuple(part.get_shape())}, {shape} was expected")
    values = np.array(file.get_tensor(name))
    if values.dtype.kind != "f" or not (gaps or np.isfinite(values).all()):
        raise ValueError(f"{name} holds something that is no finite number")
    return values


def _parameters(made: Network, file: Any) -> np.ndarray:
    wanted = {f"state.{end}{k}" for k in range(1, len(made.layers) + 1) for end in "wb"}
    found = {name for name in file.keys() if name.startswith("state.")}
    if found != wanted:
        raise ValueError("its layers are not those of its network")
    parts: list[np.ndarray] = []
    for k, layer in enumerate(made.layers, 1):
        parts.append(_array(file, f"state.w{k}", (layer.units, layer.below)).ravel())
        parts.append(_array(file, f"state.b{k}", (layer.units,)))
    return np.concatenate(parts)


def _filled(module: Any, file: Any) -> Any:
    """A copy of the module with the file's numbers. Raises OptionError without one, DataError where it differs."""
    found = {name.removeprefix("state."): name for name in file.keys() if name.startswith("state.")}
    if module is None:
        raise OptionError(
            "this file holds a module's parameters, not its code\nhint: load(path, module=…) with one built as it was"
        )
    import torch

    made = copy.deepcopy(module).cpu()
    state = made.state_dict()
    for name in sorted(set(found) ^ set(state)):
        has = "the file" if name in found else "the module"
        raise DataError(f"only {has} has {name}\nhint: give a module built as the one that was fitted")
    for name, values in state.items():
        shape = tuple(file.get_slice(found[name]).get_shape())
        if shape != tuple(values.shape):
            raise DataError(
                f"{name} has shape {shape} in the file, {tuple(values.shape)} in the module\n"
                "hint: give a module built as the one that was fitted"
            )
        with torch.no_grad():
            values.copy_(torch.from_numpy(np.array(file.get_tensor(found[name]))))
    return made.eval()
