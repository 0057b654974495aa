"""What a lab shows now: its parameters, points and formula, which a notebook's page and Python both change."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import FrozenInstanceError, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.binding import bind
from squiggly.errors import DataError, OptionError
from squiggly.expression import names
from squiggly.formula import parse
from squiggly.loss import LOSSES
from squiggly.model import Model
from squiggly.modelling import as_model
from squiggly.options import named_values
from squiggly.page.document import columns, target_of
from squiggly.points import Points
from squiggly.typeset import text

if TYPE_CHECKING:
    from squiggly.page.lab import Lab

Columns = dict[str, Any]  # x (a list for each input), y and sigma (or None) as plain lists: what the page calls points


class Live:
    """The part of a lab that changes: `parameters` and `points`. Whatever else a lab has is set when it is made."""

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(getattr(type(self), name, None), property):
            object.__setattr__(self, name, value)
        elif name in self.__dict__ and name == "points":
            self._stage.show_points(value)
        elif name in self.__dict__ or name not in self.__dataclass_fields__:  # type: ignore[attr-defined]
            raise FrozenInstanceError(
                f"{name} cannot be set on a lab: only parameters and points change after it is made\n"
                "hint: make another one with sq.lab"
            )
        else:
            object.__setattr__(self, name, value)

    @cached_property
    def _stage(self) -> Stage:
        return Stage(self)  # type: ignore[arg-type]

    @property
    def parameters(self) -> dict[str, float]:
        """Where the sliders stand. Setting it moves those it names; so does `lab.parameters["a"] = 2`.

        Raises OptionError for an unknown name, a value that is not finite, or one out of bounds.

        >>> from squiggly import lab
        >>> page = lab("a*x + b", start={"a": 1, "b": 1})
        >>> page.parameters = {"a": 2}
        >>> page.parameters
        {'a': 2.0, 'b': 1.0}
        """
        return Sliders(self._stage.state["parameters"], self._stage.move)

    @parameters.setter
    def parameters(self, values: Mapping[str, float]) -> None:
        self._stage.move(values)

    def observe(self, callback: Callable[[Lab], object]) -> Callable[[], None]:
        """Call `callback(lab)` after each change made in the page; returns a function that stops this.

        While a reader drags, that is about 15 times a second. Changes made from Python call nobody.
        """
        return self._stage.observe(callback)

    @property
    def now(self) -> Lab:
        """The lab as it stands, with the page's formula, points and parameters, as a lab of its own."""
        return self._stage.now()

    @property
    def widget(self) -> Any:
        """The anywidget behind it, for layouts of widgets. Raises OptionError where anywidget is not installed."""
        from squiggly.page.widget import widget

        return widget(self._stage)

    def _ipython_display_(self) -> None:
        from squiggly.page.widget import show

        show(self._stage)

    def _display_(self) -> Any:
        from squiggly.page.widget import shown_by_marimo

        return shown_by_marimo(self._stage)

    def _repr_html_(self) -> str:
        from squiggly.page.file import html
        from squiggly.page.island import frame, title_of

        return frame(html(self.now), title_of(self.now))


class Sliders(dict[str, float]):
    """Values by name, as they were when asked for; putting one in moves its slider."""

    def __init__(self, values: Mapping[str, float], move: Callable[[Mapping[str, float]], None]) -> None:
        super().__init__(values)
        self._move = move

    def __setitem__(self, name: str, value: float) -> None:
        self._move({name: value})
        super().__setitem__(name, float(value))


class Stage:
    """What is shown, as the traits of a widget say it; right without a widget, too.

    state:  formula, inputs, target, parameters by name, loss, delta, step
    points: x, y and sigma as lists
    """

    def __init__(self, lab: Lab) -> None:
        self.lab, self.id, self.widget = lab, secrets.token_hex(6), None  # type: Lab, str, Any
        self.state: dict[str, Any] = {
            "formula": _formula(lab.model),
            "inputs": list(lab.model.inputs),
            "target": target_of(lab.model),
            "parameters": {n: float(lab.start[n]) for n in lab.model.names},
            "loss": lab.loss.name,
            "delta": lab.delta,
            "step": 0,
        }
        self.points = columns(lab.points, lab.model)
        self.opened = self.state, self.points
        self.observers: list[Callable[[Lab], object]] = []

    # --- changes from Python

    def move(self, values: Mapping[str, float]) -> None:
        """Sliders to values by name."""
        known = named_values("parameters", values, list(self.state["parameters"]))
        for name, value in known.items():
            low, high = self.bounds.get(name, (-math.inf, math.inf))
            if not low <= value <= high:
                raise OptionError(
                    f"parameters: {name} is {value:g}, from {low:g} to {high:g} was expected\n"
                    "hint: its bounds were set when the lab was made"
                )
        self.put({**self.state, "parameters": {**self.state["parameters"], **known}, "step": 0}, self.points)

    def show_points(self, data: Any) -> None:
        """Other points: whatever `fit` takes, with the columns the formula now has; None for none."""
        from squiggly.page.lab import _suiting

        seen = None
        if data is not None:
            seen = _suiting(bind(self.whole_model(), data)[1])
            LOSSES[self.state["loss"]].check(seen.y, seen.sigma)
        self.put({**self.state, "step": 0}, columns(seen, self.whole_model()))

    def put(self, state: dict[str, Any], points: Columns) -> None:
        """Show this, here and in the page."""
        self.hold(state, points)
        if self.widget is not None:
            with self.widget.hold_sync():
                self.widget.state, self.widget.points = state, points

    # --- changes from the page

    def heard(self, state: dict[str, Any], points: Columns) -> None:
        """What the page shows now; it was checked."""
        if (state, points) == (self.state, self.points):
            return
        self.hold(state, points)
        for callback in list(self.observers):
            callback(self.lab)

    def observe(self, callback: Callable[[Lab], object]) -> Callable[[], None]:
        if not callable(callback):
            raise OptionError(
                f"observe got {callback!r}, a function was expected\n"
                "hint: lab.observe(lambda lab: print(lab.parameters))"
            )
        told = lambda lab: callback(lab)  # noqa: E731  its own object: the same callback may be given twice
        self.observers.append(told)
        return lambda: self.observers.remove(told) if told in self.observers else None

    def hold(self, state: dict[str, Any], points: Columns) -> None:
        named = [(one["inputs"], one["target"]) for one in (self.state, state)]
        changed = points != self.points or named[0] != named[1]
        self.state, self.points = state, points
        if changed:
            self.lab.__dict__["points"] = _points(points, state["inputs"], state["target"])

    # --- the lab as it stands

    @property
    def authored(self) -> bool:
        """Whether the formula is still the author's."""
        was = self.opened[0]
        return (self.state["formula"], self.state["inputs"]) == (was["formula"], was["inputs"])

    @property
    def bounds(self) -> Mapping[str, tuple[float, float]]:
        """Of the parameters; a formula typed in the page has none."""
        return self.lab.bounds if self.authored else {}

    def whole_model(self) -> Model:
        """The model on show, with its left side."""
        if self.authored:
            return self.lab.model
        state = self.state
        known = [*state["inputs"], *names(parse(state["target"]).expr)]
        written = as_model(f"{state['target']} = {state['formula']}", known, parameters=tuple(state["parameters"]))
        return replace(written, inputs=tuple(state["inputs"]))  # all of them, in the page's order

    def now(self) -> Lab:
        """The lab as it stands: the lab itself where nothing was changed."""
        from squiggly.page.lab import ranges_of
        from squiggly.page.opening import best_of

        lab, state = self.lab, self.state
        if (state, self.points) == self.opened:
            return lab
        loss = lab.loss if lab.loss.name == state["loss"] else LOSSES[state["loss"]]
        model, best = self.whole_model(), lab.best
        kept = self.points == self.opened[1]
        if not kept or not self.authored or loss is not lab.loss:
            best = None if lab.points is None else best_of(model, lab.points, loss, self.bounds)[0]
        return replace(
            lab,
            model=model,
            ranges=lab.ranges if lab.points is None or kept else ranges_of(lab.points, model),
            start={n: state["parameters"][n] for n in model.names},
            bounds=self.bounds,
            loss=loss,
            delta=state["delta"],
            best=best,
        )


def _formula(model: Model) -> str:
    assert model.expr is not None
    return text(model.expr)


def _points(columns: Columns, inputs: Sequence[str], target: str) -> Points | None:
    """The page's points, of which there may be one or none; they were checked."""
    if not columns["y"]:
        return None
    x, y = dict(zip(inputs, np.array(columns["x"], dtype=float))), np.array(columns["y"], dtype=float)
    return Points(
        x, y, None if columns["sigma"] is None else np.array(columns["sigma"], dtype=float), target.strip("`")
    )


# --- the door: what a page sends is checked once, here --------------------------------------------------------------


def checked_state(given: Any, opened: Mapping[str, Any]) -> dict[str, Any]:
    """A state the page sent, or DataError with what is wrong; numbers as floats."""
    if not isinstance(given, Mapping) or not opened.keys() <= given.keys():
        raise _refused("state", f"{', '.join(opened)} were expected", given)
    inputs = given["inputs"]
    if (
        not isinstance(inputs, list | tuple)
        or len(inputs) != len(opened["inputs"])
        or not all(map(_is_text, inputs))
        or len(set(inputs)) < len(inputs)
    ):
        raise _refused("inputs", f"{len(opened['inputs'])} different names were expected", inputs)
    for key in ("formula", "target"):
        if not _is_text(given[key]):
            raise _refused(key, "text was expected", given[key])
    if not isinstance(given["loss"], str) or given["loss"] not in LOSSES:
        raise _refused("loss", f"one of {', '.join(LOSSES)} was expected", given["loss"])
    if not _is_number(given["delta"]) or given["delta"] <= 0:
        raise _refused("delta", "a number above 0 was expected", given["delta"])
    if not _is_number(given["step"]) or given["step"] < 0 or given["step"] != int(given["step"]):
        raise _refused("step", "a whole number of 0 or more was expected", given["step"])
    values = given["parameters"]
    if not isinstance(values, Mapping) or not values or not all(map(_is_number, values.values())):
        raise _refused("parameters", "a finite number for each name was expected", values)
    same = (given["formula"], list(inputs)) == (opened["formula"], opened["inputs"])
    if same and list(values) != list(opened["parameters"]):
        raise _refused("parameters", f"{', '.join(opened['parameters'])} were expected", values)
    parameters = {str(n): float(v) for n, v in values.items()}
    told = {
        "inputs": list(inputs),
        "parameters": parameters,
        "delta": float(given["delta"]),
        "step": int(given["step"]),
    }
    return {**{key: given[key] for key in opened}, **told}


def checked_points(given: Any, inputs: int = 1) -> Columns:
    """Points the page sent, or DataError with what is wrong; numbers as floats."""
    if not isinstance(given, Mapping) or not {"x", "y", "sigma"} <= given.keys():
        raise _refused("points", "x, y and sigma were expected", given)
    x = given["x"]
    if not isinstance(x, list | tuple) or len(x) != inputs:
        raise _refused("points: x", f"a list for each of {inputs} inputs was expected", x)
    columns = {**{f"x{j + 1}" if inputs > 1 else "x": column for j, column in enumerate(x)}, "y": given["y"]}
    columns["sigma"] = given["sigma"]
    lists = {key: values for key, values in columns.items() if key != "sigma" or values is not None}
    for key, values in lists.items():
        if not isinstance(values, list | tuple) or not all(map(_is_number, values)):
            raise _refused(f"points: {key}", "a list of finite numbers was expected", values)
    if len({len(values) for values in lists.values()}) > 1:
        lengths = ", ".join(f"{key} has {len(values)}" for key, values in lists.items())
        raise DataError(f"the page sent points whose columns differ in length: {lengths}\n{_KEPT}")
    if any(value <= 0 for value in columns["sigma"] or ()):
        raise _refused("points: sigma", "numbers above 0 were expected", columns["sigma"])
    *x, y, sigma = (None if values is None else [float(v) for v in values] for values in columns.values())
    return {"x": x, "y": y, "sigma": sigma}


_KEPT = "hint: what Python had is kept; run the cell that shows the lab again"


def _refused(what: str, wanted: str, seen: Any) -> DataError:
    shown = repr(seen)
    return DataError(f"the page sent {what}: {shown if len(shown) <= 60 else shown[:59] + '…'}, {wanted}\n{_KEPT}")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
