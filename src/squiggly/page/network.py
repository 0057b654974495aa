"""The page of a network: what it shows, as data and as a file. Its script is `lab-network.js`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.errors import DataError, ModelError, OptionError, listed, nearest
from squiggly.loss import CrossEntropy, Loss, cross_entropy, mae, mse
from squiggly.networks.descending import begun, columns_of
from squiggly.networks.heads import head_of
from squiggly.networks.labels import expect_classes
from squiggly.networks.layers import value_and_gradient
from squiggly.networks.network import FEATURES, MOST_IN_PAGE, Network
from squiggly.networks.preparation import open_data, prepare
from squiggly.optimizers import SGD, Optimizer
from squiggly.options import choice, expect
from squiggly.page.walk import optimizer_name, schedule_name
from squiggly.points import Points
from squiggly.schedules import Schedule

if TYPE_CHECKING:
    from squiggly.networks.fitted import NetworkFit

VERSION = 1
MOST_POINTS = 100_000
MOST_STEPS = 1_000_000
MOST_CHECKED = 50  # points the checks stand on
LOSSES = ("mse", "mae", "cross-entropy")

# What a teacher may take away from the page.
CONTROLS = (
    "undo", "data", "share", "help", "timeline", "speed", "rate", "schedule", "optimizer", "batch", "penalty",
    "activation", "loss", "noise", "held", "seed", "features", "layers", "units", "weights", "discrete", "heldShown",
    "causes",
)  # fmt: skip

# Data that the page makes: the number of inputs, and whether classes are told apart.
MADE = {
    "circle": (2, True),
    "moons": (2, True),
    "spiral": (2, True),
    "gauss": (2, True),
    "xor": (2, True),
    "plane": (2, False),
    "bump": (2, False),
    "wave": (1, False),
    "steps": (1, False),
}


@dataclass(frozen=True, eq=False)
class NetworkLab:
    """A page that trains a network: made by `network.lab()`, written by `save`.

    data:   "own", or what the page makes its points of
    points: with `scale`, a shift and a size for each column: the network sees (value - shift)/size
    start:  every parameter, or None where the seed draws them
    """

    network: Network
    data: str
    n: int
    noise: float
    points: Points | None
    scale: tuple[tuple[float, float], ...]
    labels: tuple[str, str] | None
    held_out: float
    seed: int
    start: np.ndarray | None
    loss: Loss | CrossEntropy
    rate: float
    steps: int
    optimizer: Optimizer
    schedule: Schedule | None
    batch: int | None
    penalty: str
    decay: float
    hide: tuple[str, ...]
    title: str

    def save(self, path: str | PathLike[str]) -> None:
        """Write the page: one HTML file that opens anywhere and asks for nothing else. Raises FileError."""
        from squiggly.page.file import save

        save(self.html(), path)

    def html(self) -> str:
        """The page as text."""
        from squiggly.page.file import page, script, visible

        words = f"<p>{visible(self.heading)}. Its training needs JavaScript, which is off here.</p>"
        return page(self.title or self.heading, words, document(self), script("lab-network"))

    @property
    def heading(self) -> str:
        """The network in a line.

        >>> from squiggly import network
        >>> network(2, [4]).lab().heading
        'A network of 2, 4 and 1 units, 17 parameters'
        """
        widths = listed(map(str, self.network.widths))
        return f"A network of {widths} units, {self.network.n_parameters:,} parameters"

    def _repr_html_(self) -> str:
        from squiggly.page.island import frame

        return frame(self.html(), self.title or self.heading)

    def __repr__(self) -> str:
        n = self.n if self.points is None else self.points.n
        return f"NetworkLab({self.network!r}, data: {self.data}, points: {n})"


def network_lab(
    network: Network,
    points: Any = None,
    *,
    target: str | None = None,
    data: str | None = None,
    n: int = 500,
    noise: float = 0.1,
    labels: Sequence[str] | None = None,
    held_out: float = 0.5,
    seed: int = 0,
    start: Any = None,
    loss: Loss | CrossEntropy | None = None,
    rate: float = 0.03,
    steps: int = 2000,
    optimizer: Optimizer = SGD(),  # noqa: B008  a frozen value
    schedule: Schedule | None = None,
    batch: int | None = 10,
    penalty: str = "none",
    decay: float = 0.001,
    missing: str = "refuse",
    hide: Sequence[str] = (),
    title: str = "",
) -> NetworkLab:
    """A live page that trains a small network: its units as maps, every weight by slider or number, steps to and fro.

    points:   a table of one or two inputs and what is predicted: numbers, or two labels. The network sees each column
              shifted by its mean and divided by its standard deviation
    target:   the column that is predicted, as in `fit`
    data:     without points, what the page makes: "circle" (unless said), "moons", "spiral", "gauss", "xor", "plane",
              "bump"; of one input "wave" and "steps". It says whether numbers or classes are learnt
    n, noise: how many points it makes, and how far they scatter, 0 to 0.5
    labels:   what the two classes are called, in place of what the table says
    held_out: the share of the points that no step looks at
    seed:     of the start, the mini-batches, what is held out and what is made
    start:    every parameter, in the order of network.names, or some of them by name
    loss:     `sq.cross_entropy` of classes and `sq.mse` of numbers unless said; `sq.mse` of classes, `sq.mae`
    rate, steps, optimizer, schedule, batch, penalty, decay: of the descent, as in `sq.descend`
    hide:     controls to take away: "data", "rate", "seed" … one of CONTROLS

    Raises DataError, ModelError or OptionError.

    >>> from squiggly import network
    >>> network(2, [8, 8]).lab(data="spiral")
    NetworkLab(network(2, [8, 8], classes=2), data: spiral, points: 500)
    """
    expect("a number above 0", rate=rate)
    expect("a whole number of 1 or more", steps=steps, n=n)
    expect("a number from 0 to below 1", held_out=held_out)
    expect("a whole number of 0 or more", seed=seed)
    expect("a number of 0 or more", decay=decay, noise=noise)
    if batch is not None:
        expect("a whole number of 1 or more", "None looks at all points in every step", batch=batch)
    choice("penalty", penalty, ("none", "L1", "L2"))
    _expect_at_most("steps", steps, MOST_STEPS, "the timeline can grow in the page")
    _expect_at_most("n", n, MOST_POINTS, "a thousand points show the same")
    _expect_at_most("noise", noise, 0.5, "half of the range hides every pattern")
    _expect_at_most("held_out", held_out, 0.9, "a tenth of the points must be left to learn from")
    optimizer_name(optimizer)
    schedule_name(schedule, int(steps))
    for name in hide:
        choice("hide", name, CONTROLS)
    seen, found = None, ("0", "1")  # type: Points | None, tuple[str, ...]
    if points is None:
        network, data = _made(network, data)
        scale: tuple[tuple[float, float], ...] = ((0.0, 1.0),) * (network.inputs + 1)
    else:
        if data is not None:
            raise OptionError(f"data={data!r} is made by the page, and there are points\nhint: leave one of them out")
        _expect_shown(network)
        seen, scale, found = _own(network, points, target, missing)
        data = "own"
    _expect_shown(network)
    used = loss if loss is not None else cross_entropy if network.classes else mse
    head_of(network, used)
    if used.name not in LOSSES:
        raise OptionError(f"{used.name} is no loss of a network's page\nhint: one of mse, mae and cross_entropy")
    return NetworkLab(
        network, data, int(n), float(noise), seen, scale, _labels(labels or found, network, labels), float(held_out),
        int(seed),
        None if start is None else begun(network, start, int(seed)), used, float(rate), int(steps), optimizer, schedule,
        None if batch is None else int(batch), penalty, float(decay), tuple(hide), str(title),
    )  # fmt: skip


def going_on(fit: NetworkFit, points: Any, options: Mapping[str, Any]) -> NetworkLab:
    """The page of a network that was trained, in its scaling. Raises DataError, ModelError or OptionError."""
    if fit.network is None:
        raise ModelError("the page trains squiggly's networks, this fit is of a module\nhint: fit(network(…), …).lab()")
    _expect_shown(fit.network)
    loss = {"mae": mae, "mse": mse, "cross-entropy": cross_entropy}.get(fit.loss_name)
    options = {"target": fit.target, "seed": fit.seed, "loss": loss, **options}
    lab = network_lab(fit.network, points, start=fit.parameters, **options)
    labels = None if fit.labels is None else tuple(map(str, fit.labels))
    if "labels" not in options and lab.labels != labels:
        raise DataError(
            f"the classes are {listed(lab.labels or ())}, the fit tells {listed(labels or ())} apart\n"
            "hint: give points of both classes"
        )
    scaling = fit.scaling
    sizes = np.where(scaling.spread > 0, scaling.spread, 1.0)
    pairs = [*zip(scaling.mean.tolist(), sizes.tolist()), (float(scaling.y_mean), float(scaling.y_spread))]
    return replace(lab, scale=tuple(pairs))


def _expect_at_most(name: str, value: float, most: float, hint: str) -> None:
    if value > most:
        raise OptionError(f"{name} is {value!r}, at most {most:,} was expected\nhint: {hint}")


def _made(network: Network, data: str | None) -> tuple[Network, str]:
    """The data the page makes, and the network for it: numbers or classes, as the data are."""
    data = data or ("circle" if network.inputs != 1 else "wave")
    if data not in MADE:
        meant = nearest(str(data), MADE)
        raise OptionError(
            f"data is {data!r}, which the page does not make\nhint: "
            + (f"did you mean {meant}?" if meant else f"one of {listed(MADE)}; or give points of your own")
        )
    inputs, classes = MADE[data]
    if network.inputs != inputs and network.inputs <= 2:
        raise ModelError(
            f"{data} has {inputs} input{'s' * (inputs > 1)}, the network takes {network.inputs}\n"
            f"hint: network({inputs}, {list(network.hidden)})"
        )
    two = 2 if classes and (network.classes is None or network.classes == 2) else network.classes if classes else None
    return Network(network.inputs, network.hidden, network.activation, two, network.features), data


def _expect_shown(network: Network) -> None:
    """Refuse a network that no page can hold."""
    if network.inputs > 2:
        raise ModelError(
            f"the page draws networks of one or two inputs, this one takes {network.inputs}\n"
            "hint: fit() trains it; give the page the two columns that matter most"
        )
    if network.outputs > 1:
        raise ModelError(
            f"the page tells two classes apart, this network {network.classes}\n"
            "hint: fit() trains it; in a page, one class against the others"
        )
    if network.n_parameters > MOST_IN_PAGE:
        raise ModelError(
            f"a page trains networks of at most {MOST_IN_PAGE:,} parameters, this one has {network.n_parameters:,}\n"
            f"hint: {network.fitting(MOST_IN_PAGE)}; fit() trains the large one"
        )


def _own(
    network: Network, points: Any, target: str | None, missing: str
) -> tuple[Points, tuple[tuple[float, float], ...], tuple[str, ...]]:
    """A table's points, the shift and size of each column, and what its classes are called."""
    opened = open_data(points, target, None, network.inputs)
    ready = prepare(opened, network.classes is not None, missing)
    if ready.labels is not None:
        expect_classes(ready.target, ready.labels, 2, "network")
    n = len(ready.rows)
    if n > MOST_POINTS:
        raise DataError(
            f"a page holds at most {MOST_POINTS:,} points, these are {n:,}\n"
            f"hint: every {-(-n // MOST_POINTS)}th row often shows the same; or fit() them all"
        )
    x, names = np.asarray(ready.source.take(ready.rows), float), ready.source.names
    seen = Points(dict(zip(names, x.T)), np.asarray(ready.y[ready.rows], float), None, ready.target)
    sizes = np.where(ready.scaling.spread > 0, ready.scaling.spread, 1.0)  # a constant column is only shifted
    pairs = [*zip(ready.scaling.mean.tolist(), sizes.tolist()), (ready.scaling.y_mean, ready.scaling.y_spread)]
    return seen, tuple(pairs), tuple(map(str, ready.labels or ()))


def _labels(labels: Sequence[str], network: Network, asked: Any) -> tuple[str, str] | None:
    if network.classes is None:
        if asked is not None:
            raise OptionError("labels name classes, this network predicts a number\nhint: network(…, classes=2)")
        return None
    given = tuple(map(str, labels))
    if len(given) != 2 or isinstance(labels, str) or given[0] == given[1]:
        raise OptionError(f'labels is {labels!r}, two names were expected\nhint: labels=["no", "yes"]')
    return given[0], given[1]


def document(lab: NetworkLab) -> dict[str, Any]:
    """What the page is told: plain lists, numbers and text, as `web/src/network/contract.ts` has them.

    >>> from squiggly import network
    >>> document(network(2, [8, 8]).lab(data="moons"))["net"]["hidden"]
    [8, 8]
    """
    network, points = lab.network, lab.points
    features = network.features or FEATURES[: network.inputs]
    return {
        "version": VERSION,
        "kind": "network",
        "title": lab.title,
        "net": {
            "inputs": list(points.inputs) if points else list(network.input_names),
            "target": points.target if points else "y",
            "labels": None if lab.labels is None else list(lab.labels),
            "features": list(features),
            "hidden": list(network.hidden),
            "activation": network.activation,
        },
        "data": {
            "kind": lab.data,
            "n": points.n if points else lab.n,
            "noise": lab.noise,
            "x": [column.tolist() for column in points.inputs.values()] if points else [],
            "y": points.y.tolist() if points else [],
        },
        "scale": [list(pair) for pair in lab.scale],
        "held": lab.held_out,
        "seed": lab.seed,
        "start": None if lab.start is None else lab.start.tolist(),
        "loss": lab.loss.name,
        "walk": {
            "rate": lab.rate,
            "steps": lab.steps,
            "optimizer": optimizer_name(lab.optimizer),
            "schedule": schedule_name(lab.schedule, lab.steps),
            "zero": getattr(lab.optimizer, "zero_gradient", True),
            "batch": lab.batch or 0,
            "penalty": lab.penalty,
            "decay": lab.decay,
        },
        "hide": list(lab.hide),
        "checks": _checks(lab),
    }


def _checks(lab: NetworkLab) -> dict[str, Any]:
    """Loss and gradient as Python has them at three places, for the page to compute again; only finite ones."""
    network, head = lab.network, head_of(lab.network, lab.loss)
    x, y = _checked_points(lab)
    start = network.start(lab.seed) if lab.start is None else lab.start
    swing = 0.1 * np.sin(1.0 + np.arange(len(start)))
    at = []
    for share in (0.0, 1.0, 2.0):
        values = start + share * swing
        with np.errstate(all="ignore"):
            loss, gradient = value_and_gradient(network, head, values, x, y)
        if math.isfinite(loss) and np.isfinite(gradient).all():
            at.append({"parameters": values.tolist(), "loss": loss, "gradient": gradient.tolist()})
    return {"x": x.T.tolist(), "y": y.tolist(), "at": at}


def _checked_points(lab: NetworkLab) -> tuple[np.ndarray, np.ndarray]:
    """Some of the lab's points, scaled; without any, a few made ones. x is (n, inputs)."""
    if lab.points is None:
        random = np.random.RandomState(lab.seed)
        x, y = random.normal(size=(20, lab.network.inputs)), random.random_sample(20)
        return x, np.round(y) if lab.network.classes else 2 * y - 1
    keep = np.unique(np.linspace(0, lab.points.n - 1, min(lab.points.n, MOST_CHECKED)).astype(int))
    shifts, sizes = np.array(lab.scale).T
    x = (columns_of(lab.points)[keep] - shifts[:-1]) / sizes[:-1]
    return x, (lab.points.y[keep] - shifts[-1]) / sizes[-1]
