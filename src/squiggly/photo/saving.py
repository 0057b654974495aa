"""A PhotoFit as one .squiggly file and back: numbers, and JSON that says what they are. No code is in it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from squiggly.errors import FileError, ModelError, SquigglyError
from squiggly.files import write_whole
from squiggly.judging.verdict import Verdict
from squiggly.photo.coach import Look
from squiggly.photo.fitted import PhotoFit
from squiggly.photo.folder import MOST_CLASSES
from squiggly.photo.recognisers import (
    Convolution,
    Linear,
    Recogniser,
    Rectified,
    Resnet,
    convolution,
    linear,
    rectified,
    resnet,
)
from squiggly.photo.scoring import Score
from squiggly.solve.budget import Effort

VERSION = 1
KEY = "squiggly-photos"  # of the JSON among the file's metadata
MOST_BYTES = 4_000_000_000
STATE = "state."


def save(fit: PhotoFit, path: str | PathLike[str]) -> None:
    """Write the fit whole or not at all. Raises FileError, and ModelError where safetensors is not installed."""
    tensors = {f"{STATE}{name}": np.array(values, order="C") for name, values in fit.state.items()}
    tensors |= {"colours": np.stack([fit.mean, fit.spread]), "centres": np.ascontiguousarray(fit.centres)}
    tensors["confusion"] = fit.score.confusion.astype(np.int64)
    if fit.clean is not None:
        tensors["confusion.clean"] = fit.clean.confusion.astype(np.int64)
    tensors["story"] = np.array(fit.story, dtype=np.float64).reshape(len(fit.story), len(Look._fields))
    content = _library().save(tensors, {KEY: json.dumps(_described(fit), ensure_ascii=False, allow_nan=False)})
    write_whole(path, lambda file: file.write(content))


def _described(fit: PhotoFit) -> dict[str, Any]:
    return {
        "version": VERSION,
        "recogniser": {"name": fit.recogniser.name, **asdict(fit.recogniser)},
        "classes": list(fit.classes),
        "temperature": fit.temperature,
        "least": fit.least,
        "score": _told(fit.score),
        "clean": None if fit.clean is None else _told(fit.clean),
        "by_lines": fit.by_lines,
        "counts": [list(fit.counts[name]) for name in fit.classes],
        "best": fit.best,
        "verdict": [fit.verdict.ok, fit.verdict.kind, fit.verdict.words],
        "notes": list(fit.notes),
        "how": fit.how,
        "seed": fit.seed,
        "effort": [fit.effort.seconds, _number(fit.effort.allowed), fit.effort.evaluations],
        "told": dict(fit.told),
    }


def _told(score: Score) -> list[float | None]:
    return [score.right, score.n, _number(score.common), _number(score.loss), _number(score.gap)]


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _library() -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise ModelError('safetensors is not installed\nhint: pip install "squiggly[photos]"') from None
    return safetensors.numpy


def load(path: str | PathLike[str]) -> PhotoFit:
    """Bring back a saved recogniser. Nothing in the file is run.

    Raises FileError for a file that is missing, damaged or something else.
    """
    from safetensors import SafetensorError

    library, where = _library(), Path(path).name
    try:
        if Path(path).stat().st_size > MOST_BYTES:
            raise ValueError("it is larger than any recogniser")
        content = Path(path).read_bytes()
        size = int.from_bytes(content[:8], "little")
        data = json.loads(json.loads(content[8 : 8 + size])["__metadata__"][KEY])
        if isinstance(data, dict) and isinstance(data.get("version"), int) and data["version"] > VERSION:
            raise FileError(
                f"{where} was saved by a newer squiggly (layout {data['version']}, this one reads {VERSION})\n"
                "hint: upgrade squiggly"
            )
        return _fit(data, library.load(content))
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"cannot read {where}: {error.strerror or error}\nhint: is the path right?") from error
    except (
        SafetensorError, SquigglyError, LookupError, TypeError, ValueError, AttributeError, OverflowError, MemoryError,
        RecursionError, RuntimeError,
    ) as error:  # fmt: skip
        said = str(error).split("\nhint: ")[0].split("\n")[0]
        raise FileError(
            f"{where} is not a recogniser, or is damaged: {said:.200}\nhint: fit.save writes one"
        ) from error


def _fit(data: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> PhotoFit:
    if data["version"] != VERSION:
        raise ValueError(f"layout {data['version']!r} is unknown")
    made = _recogniser(dict(data["recogniser"]))
    classes = tuple(_text(name) for name in data["classes"])
    if not 2 <= len(classes) <= MOST_CLASSES or len(set(classes)) < len(classes):
        raise ValueError("its classes are not a list of different names")
    state = {name.removeprefix(STATE): values for name, values in tensors.items() if name.startswith(STATE)}
    _expect_state(made, len(classes), state)
    colours, middles = _finite(tensors["colours"], (2, 3)), _finite(tensors["centres"], (len(classes), None))
    if not (colours[1] > 0).all():
        raise ValueError("its colours have no spread")
    confusion = _counts(tensors["confusion"], len(classes))
    clean = None
    if data["clean"] is not None:
        clean = _score(data["clean"], _counts(tensors["confusion.clean"], len(classes)))
    story = tensors["story"]
    if story.ndim != 2 or story.shape[1] != len(Look._fields) or story.dtype != np.float64:
        raise ValueError("its story is not one")
    warmth, least = float(data["temperature"]), float(data["least"])
    if not (0 < warmth < math.inf and -1 <= least <= 1):
        raise ValueError("its temperature or its least likeness is out of range")
    ok, kind, words = data["verdict"]
    seconds, allowed, steps = data["effort"]
    lines = data["by_lines"]
    if not isinstance(lines, int) or not 0 <= lines <= confusion.sum():
        raise ValueError("what a linear model gets right is no number of photos")
    counts = {name: (int(a), int(b), int(c)) for name, (a, b, c) in zip(classes, data["counts"], strict=True)}
    return PhotoFit(
        made, classes, state, colours[0], colours[1], warmth, middles, least, _score(data["score"], confusion), clean,
        lines, MappingProxyType(counts),
        tuple(Look(int(row[0]), *map(float, row[1:])) for row in story), int(data["best"]),
        Verdict(bool(ok), _text(kind), _text(words)), tuple(_text(note) for note in data["notes"]), _text(data["how"]),
        int(data["seed"]), Effort(float(seconds), math.inf if allowed is None else float(allowed), int(steps)),
        MappingProxyType({_text(key): _text(value) for key, value in data["told"].items()}),
    )  # fmt: skip


def _recogniser(data: dict[str, Any]) -> Recogniser:
    """By our own names and numbers alone."""
    name = data.pop("name")
    if name == Linear.name:
        return linear(**data)
    if name == Rectified.name:
        return rectified(**data)
    if name == Convolution.name:
        return convolution(**data)
    if name == Resnet.name:
        return resnet(**data)
    raise ValueError(f"there is no recogniser {name!r}")


def _expect_state(made: Recogniser, classes: int, state: Mapping[str, np.ndarray]) -> None:
    from squiggly.photo.modules import shapes

    wanted = shapes(made, classes)
    if set(wanted) != set(state):
        raise ValueError("its parameters are not those of its recogniser")
    for name, shape in wanted.items():
        values = state[name]
        if values.shape != shape or values.dtype not in (np.float32, np.int64):
            raise ValueError(f"{name} is {values.dtype} of shape {values.shape}, {shape} was expected")
        if not np.isfinite(values).all():
            raise ValueError(f"{name} holds a number that is none")


def _finite(values: np.ndarray, shape: tuple[int | None, ...]) -> np.ndarray:
    fits = values.ndim == len(shape) and all(want in (None, have) for want, have in zip(shape, values.shape))
    if not fits or values.dtype != np.float64 or not np.isfinite(values).all():
        raise ValueError(f"an array is {values.dtype} of shape {values.shape}, finite numbers {shape} were expected")
    return values


def _counts(values: np.ndarray, classes: int) -> np.ndarray:
    if values.shape != (classes, classes) or values.dtype != np.int64 or (values < 0).any():
        raise ValueError("its confusion is not one")
    return values


def _score(told: Any, confusion: np.ndarray) -> Score:
    right, n, *rest = told
    common, loss, gap = (math.nan if value is None else float(value) for value in rest)
    if int(right) != confusion.trace() or int(n) != confusion.sum():
        raise ValueError("its score is not that of its confusion")
    return Score(int(right), int(n), confusion, common, loss, gap)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.50} is not text")
    return value
