"""A Fit as JSON and back. Plain data both ways: nothing is unpickled, no code is loaded."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from squiggly.errors import FileError, SquigglyError
from squiggly.expression import flat, names, rebuild
from squiggly.files import write_whole
from squiggly.loss import LOSSES, Huber
from squiggly.model import Model
from squiggly.points import Points
from squiggly.result import Fit
from squiggly.trust import Parameter
from squiggly.verdict import Verdict

VERSION = 1  # of the file's layout; raised when an older squiggly could not read a new file
_NUMBERS = ("value", "error", "low", "high")


def as_json(fit: Fit) -> dict[str, Any]:
    """The answer as JSON data: what `--json` prints. Numbers that do not exist (no error at a bound) are null."""
    loss: dict[str, Any] = {"name": fit.loss_function.name, "value": _number(fit.loss)}
    if isinstance(fit.loss_function, Huber):
        loss["delta"] = fit.loss_function.delta
    return {
        "version": VERSION,
        "formula": fit.formula,
        "data": {"inputs": list(fit.model.inputs), "target": fit.points.target},
        "parameters": {
            n: {**{key: _number(getattr(p, key)) for key in _NUMBERS}, "fixed": p.fixed}
            for n, p in fit.parameters.items()
        },
        "loss": loss,
        "n": fit.n,
        "dropped": fit.points.dropped,
        "degrees_of_freedom": fit.freedom,
        "reduced_chi_square": _number(fit.reduced_chi_square),
        "r_squared": _number(fit.r_squared),
        "aic": _number(fit.aic),
        "sigma_is": ("known" if fit.known else "relative") if fit.points.sigma is not None else None,
        "derivatives": fit.model.derivatives_by,
        "verdict": {"ok": fit.verdict.ok, "kind": fit.verdict.kind, "words": fit.verdict.words},
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def save(fit: Fit, path: str | PathLike[str]) -> None:
    """Write the answer, covariance, points and history as JSON. Raises FileError; an older file stays whole."""
    points = fit.points
    whole = {
        **as_json(fit),
        "covariance": [[_number(v) for v in row] for row in fit.covariance.tolist()],
        "unbounded": [n for n, p in fit.parameters.items() if math.isinf(p.error)],
        "points": {
            "inputs": {n: v.tolist() for n, v in points.inputs.items()},
            "y": points.y.tolist(),
            "sigma": None if points.sigma is None else points.sigma.tolist(),
        },
        "program": None if fit.model.expr is None else flat(fit.model.expr),
        "target": None if fit.model.target is None else flat(fit.model.target),
        "history": [[list(values), _number(loss)] for values, loss in fit.path],
    }
    text = json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(path, lambda file: file.write(text.encode()))


def load(path: str | PathLike[str]) -> Fit:
    """Bring back a saved Fit: its values, verdict, points and history as they were.

    A function that could not be recorded is not in the file: such a Fit has its numbers but cannot predict.
    Raises FileError for a file that is missing or is not a saved fit.
    """
    where = Path(path).name
    try:
        data = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise FileError(f"cannot read {where}: {error.strerror or error}\nhint: is the path right?") from error
    except (ValueError, RecursionError) as error:
        raise FileError(f"{where} is not a saved fit: it is not JSON\nhint: fit.save writes one") from error
    if isinstance(data, dict) and isinstance(data.get("version"), int) and data["version"] > VERSION:
        raise FileError(
            f"{where} was saved by a newer squiggly (layout {data['version']}, this one reads {VERSION})\n"
            "hint: upgrade squiggly"
        )
    try:
        return _fit(data)
    except (SquigglyError, LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise FileError(f"{where} is not a saved fit, or is damaged: {error}\nhint: fit.save writes one") from error


def _fit(data: Mapping[str, Any]) -> Fit:
    if data["version"] != VERSION:
        raise ValueError(f"layout {data['version']!r} is unknown")
    parameters = {str(n): _parameter(p, n in data["unbounded"]) for n, p in data["parameters"].items()}
    model = _model(data, parameters)
    columns, saved = data["points"], data["data"]
    points = Points(
        {str(n): _array(v) for n, v in columns["inputs"].items()},
        _array(columns["y"]),
        None if columns["sigma"] is None else _array(columns["sigma"]),
        str(saved["target"]),
        int(data["dropped"]),
    )
    free = [n for n, p in parameters.items() if not p.fixed]
    lengths = {
        len(points.y),
        *(len(v) for v in points.inputs.values()),
        *([len(points.sigma)] if points.sigma is not None else []),
    }
    if len(lengths) != 1 or set(points.inputs) != set(model.inputs):
        raise ValueError("its points do not match its model")
    covariance = np.array([[math.nan if v is None else float(v) for v in row] for row in data["covariance"]])
    covariance = covariance.reshape(len(free), len(free))
    for i, n in enumerate(free):
        if n in data["unbounded"]:
            covariance[i, i] = np.inf
    verdict = data["verdict"]
    path = tuple(
        (tuple(float(v) for _, v in zip(parameters, values, strict=True)), float(loss))
        for values, loss in data["history"]
    )
    return Fit(
        model,
        points,
        _loss(data["loss"]),
        data["sigma_is"] == "known",
        MappingProxyType(parameters),
        covariance,
        int(data["degrees_of_freedom"]),
        Verdict(bool(verdict["ok"]), str(verdict["kind"]), str(verdict["words"])),
        path,
    )


def _model(data: Mapping[str, Any], parameters: Mapping[str, Parameter]) -> Model:
    inputs = tuple(map(str, data["data"]["inputs"]))
    fixed = {n: p.value for n, p in parameters.items() if p.fixed}
    if data["program"] is None:
        reason = "it was a Python function, which a file does not hold"
        return Model(inputs, tuple(parameters), None, fixed=fixed, unrecorded=reason)
    expr, target = rebuild(data["program"]), data["target"]
    stray = [n for n in names(expr) if n not in inputs and n not in parameters]
    if stray:
        raise ValueError(f"its program has {stray[0]}, which is neither data nor parameter")
    left = None if target is None else rebuild(target)
    return Model(inputs, tuple(parameters), expr, left, fixed=fixed, by_name=True)


def _parameter(saved: Mapping[str, Any], unbounded: bool) -> Parameter:
    value, error, low, high = (math.nan if saved[key] is None else float(saved[key]) for key in _NUMBERS)
    if unbounded:
        error, low, high = math.inf, -math.inf, math.inf
    return Parameter(value, error, low, high, bool(saved["fixed"]))


def _loss(saved: Mapping[str, Any]) -> Any:
    return Huber(delta=saved["delta"]) if saved["name"] == "huber" else LOSSES[saved["name"]]


def _array(values: Any) -> np.ndarray:
    array = np.array(values, dtype=float)
    if array.ndim != 1 or not np.isfinite(array).all():
        raise ValueError("its points are not lists of numbers")
    return array
