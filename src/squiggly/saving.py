"""A Fit as JSON and back. Plain data both ways: nothing is unpickled, no code is loaded."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from squiggly.errors import FileError, SquigglyError
from squiggly.expression import flat, names, rebuild
from squiggly.files import write_whole
from squiggly.intervals.trust import LEVEL, Parameter, definition
from squiggly.judging.combination import Combination
from squiggly.judging.verdict import Verdict
from squiggly.loss import LOSSES, Huber
from squiggly.model import Model
from squiggly.outliers import Outliers
from squiggly.points import Points
from squiggly.report import errors_line
from squiggly.result import Fit
from squiggly.solve.budget import Effort

VERSION = 1  # of the file's layout; raised when an older squiggly could not read a new file
_NUMBERS = ("value", "error", "low", "high")


def as_json(fit: Fit) -> dict[str, Any]:
    """The answer as JSON data: what `--json` prints. Numbers that do not exist (no error at a bound, ∞) are null."""
    loss: dict[str, Any] = {"name": fit.loss_function.name, "value": _number(fit.loss)}
    if isinstance(fit.loss_function, Huber):
        loss["delta"] = fit.loss_function.delta
    return {
        "version": VERSION,
        "formula": fit.formula,
        "data": {"inputs": list(fit.model.inputs), "target": fit.points.target, "notes": list(fit.points.notes)},
        "parameters": {
            n: {**{key: _number(getattr(p, key)) for key in _NUMBERS}, "fixed": p.fixed}
            for n, p in fit.parameters.items()
        },
        "loss": loss,
        "limit": None if fit.limit is None else _number(fit.limit),
        "n": fit.n,
        "dropped": fit.points.dropped,
        "degrees_of_freedom": fit.freedom,
        "reduced_chi_square": _number(fit.reduced_chi_square),
        "r_squared": _number(fit.r_squared),
        "aic": _number(fit.aic),
        "sigma_is": ("known" if fit.known else "relative") if fit.points.sigma is not None else None,
        "derivatives": fit.model.derivatives_by,
        "errors": {"by": fit.errors_by, "level": LEVEL, "words": errors_line(fit), "notes": list(fit.notes)},
        "left_out": None if fit.left_out is None else _left_out(fit.left_out),
        "effort": None if fit.effort is None else {"allowed": fit.effort.allowed, "tried": fit.effort.evaluations},
        "verdict": _verdict_as_json(fit.verdict),
    }


def _verdict_as_json(verdict: Verdict) -> dict[str, Any]:
    """ok, kind and words; where there are some, what is known all the same and the answers there are."""
    told: dict[str, Any] = {"ok": verdict.ok, "kind": verdict.kind, "words": verdict.words}
    if verdict.known:
        told["known"] = [
            {"text": c.text, "names": c.names, "what": c.what, "value": _number(c.value), "error": _number(c.error)}
            for c in verdict.known
        ]
    if verdict.answers:
        told["answers"] = [{n: _number(v) for n, v in answer.items()} for answer in verdict.answers]
    return told


def _verdict(saved: Mapping[str, Any]) -> Verdict:
    def number(value: float | None) -> float:
        return math.nan if value is None else float(value)

    known = tuple(
        Combination(str(c["text"]), tuple(map(str, c["names"])), str(c["what"]), number(c["value"]), number(c["error"]))
        for c in saved.get("known", ())
    )
    answers = tuple({str(n): number(v) for n, v in answer.items()} for answer in saved.get("answers", ()))
    return Verdict(bool(saved["ok"]), str(saved["kind"]), str(saved["words"]), known, answers)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def save(fit: Fit, path: str | PathLike[str]) -> None:
    """Write the answer, covariance, points and history as JSON. Raises FileError; an older file stays whole."""
    points = fit.points
    whole = {
        **as_json(fit),
        "effort": None if fit.effort is None else asdict(fit.effort),
        "covariance": [[_number(v) for v in row] for row in fit.covariance.tolist()],
        "unbounded": [n for n, p in fit.parameters.items() if math.isinf(p.error)],
        "endless": {
            n: ends
            for n, p in fit.parameters.items()
            if not math.isinf(p.error) and (ends := [end for end in ("low", "high") if math.isinf(getattr(p, end))])
        },
        "bounds": {n: [_number(low), _number(high)] for n, (low, high) in fit.bounds.items()},
        "seed": fit.seed,
        "points": {
            "inputs": {n: v.tolist() for n, v in points.inputs.items()},
            "y": points.y.tolist(),
            "sigma": None if points.sigma is None else points.sigma.tolist(),
            "rows": points.rows.start if isinstance(points.rows, range) else _rows(points),
        },
        "program": None if fit.model.expr is None else flat(fit.model.expr),
        "target": None if fit.model.target is None else flat(fit.model.target),
        "history": [[list(values), _number(loss)] for values, loss in fit.path],
    }
    text = json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(path, lambda file: file.write(text.encode()))


def _rows(points: Points) -> list[int] | None:
    return None if points.rows is None else [int(row) for row in points.rows]


def _left_out(wild: Outliers) -> dict[str, Any]:
    """The points a fit was made without: their rows and values, how far off each is, of how many they were."""
    points = wild.points
    return {
        "rows": list(wild.rows),
        "inputs": {n: v.tolist() for n, v in points.inputs.items()},
        "y": points.y.tolist(),
        "sigma": None if points.sigma is None else points.sigma.tolist(),
        "far": [_number(v) for v in wild.far.tolist()],
        "scatter": _number(wild.scatter),
        "of": wild.n,
    }


def _brought_back(saved: Mapping[str, Any] | None, target: str) -> Outliers | None:
    if saved is None:
        return None
    sigma = None if saved["sigma"] is None else _array(saved["sigma"])
    inputs = {str(n): _array(v) for n, v in saved["inputs"].items()}
    points = Points(inputs, _array(saved["y"]), sigma, target, rows=tuple(map(int, saved["rows"])))
    far = np.array([math.nan if v is None else float(v) for v in saved["far"]])
    if len({len(far), points.n, len(points.rows or ()), *map(len, inputs.values())}) != 1:
        raise ValueError("the points it left out are not whole")
    scatter = math.nan if saved["scatter"] is None else float(saved["scatter"])
    return Outliers(points, far, scatter, int(saved["of"]), left_out=True)


def load(path: str | PathLike[str], module: Any = None) -> Fit:
    """Bring back a saved Fit: its values, verdict, points and history as they were.

    A function that could not be recorded is not in the file: such a Fit has its numbers but cannot predict.
    A network's file (.safetensors) brings back its NetworkFit; one of a torch.nn.Module needs that `module` again.
    A recogniser's file (.squiggly) brings back its PhotoFit.
    Raises FileError for a file that is missing or is not a saved fit.

    >>> import tempfile
    >>> from squiggly import fit
    >>> answer = fit("y = a*x + b", {"x": [0, 1, 2], "y": [1, 3, 5]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     answer.save(f"{folder}/line.json")
    ...     print(load(f"{folder}/line.json").values == answer.values)
    True
    """
    if Path(path).suffix == ".safetensors":
        from squiggly.networks.saving import load as load_network

        return load_network(path, module)  # type: ignore[return-value]  # a NetworkFit, as the docstring says
    if Path(path).suffix == ".squiggly":
        from squiggly.photo.saving import load as load_photos

        return load_photos(path)  # type: ignore[return-value]  # a PhotoFit, as the docstring says
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
    endless = data.get("endless", {})
    parameters = {
        str(n): _parameter(p, n in data["unbounded"], endless.get(n, [])) for n, p in data["parameters"].items()
    }
    model = _model(data, parameters)
    columns, saved = data["points"], data["data"]
    points = Points(
        {str(n): _array(v) for n, v in columns["inputs"].items()},
        _array(columns["y"]),
        None if columns["sigma"] is None else _array(columns["sigma"]),
        str(saved["target"]),
        int(data["dropped"]),
        tuple(map(str, saved.get("notes", ()))),
        _numbered(columns.get("rows"), len(columns["y"])),
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
    verdict, loss = data["verdict"], _loss(data["loss"])
    path = tuple(
        (tuple(float(v) for _, v in zip(parameters, values, strict=True)), float(loss))
        for values, loss in data["history"]
    )
    errors = data.get("errors", {"by": "jacobian", "notes": []})  # the only way there was at first
    return Fit(
        model=model,
        points=points,
        loss_function=loss,
        known=data["sigma_is"] == "known",
        parameters=MappingProxyType(parameters),
        covariance=covariance,
        freedom=int(data["degrees_of_freedom"]),
        verdict=_verdict(verdict),
        path=path,
        errors_by=definition(str(errors["by"]), loss, len(points.y)),
        notes=tuple(map(str, errors["notes"])),
        bounds=_bounds(data.get("bounds", {}), free),
        seed=int(data.get("seed", 0)),
        left_out=_brought_back(data.get("left_out"), points.target),
        effort=_effort(data.get("effort")),
    )


def _effort(saved: Mapping[str, Any] | None) -> Effort | None:
    if saved is None:
        return None
    return Effort(float(saved["seconds"]), float(saved["allowed"]), int(saved["evaluations"]))


def _numbered(saved: Any, n: int) -> Sequence[int] | None:
    if saved is None or isinstance(saved, int):
        return None if saved is None else range(saved, saved + n)
    rows = tuple(map(int, saved))
    if len(rows) != n:
        raise ValueError("its points do not match their rows")
    return rows


def _bounds(saved: Mapping[str, Any], free: Sequence[str]) -> dict[str, tuple[float, float]]:
    bounds = {
        str(n): (-math.inf if low is None else float(low), math.inf if high is None else float(high))
        for n, (low, high) in saved.items()
    }
    if not set(bounds) <= set(free) or any(not low < high for low, high in bounds.values()):
        raise ValueError("its bounds do not match its parameters")
    return bounds


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


def _parameter(saved: Mapping[str, Any], unbounded: bool, endless: Sequence[str]) -> Parameter:
    value, error, low, high = (math.nan if saved[key] is None else float(saved[key]) for key in _NUMBERS)
    if unbounded:
        error, low, high = math.inf, -math.inf, math.inf
    low, high = -math.inf if "low" in endless else low, math.inf if "high" in endless else high
    return Parameter(value, error, low, high, bool(saved["fixed"]))


def _loss(saved: Mapping[str, Any]) -> Any:
    return Huber(delta=saved["delta"]) if saved["name"] == "huber" else LOSSES[saved["name"]]


def _array(values: Any) -> np.ndarray:
    array = np.array(values, dtype=float)
    if array.ndim != 1 or not np.isfinite(array).all():
        raise ValueError("its points are not lists of numbers")
    return array
