"""A trained network as a formula in the table's units and names, with the scaling folded in exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from squiggly.errors import ModelError
from squiggly.expression import Expr, apply, constant, name, substitute
from squiggly.networks.network import MOST_RECORDED, Network
from squiggly.typeset import text

if TYPE_CHECKING:
    from squiggly.model import Model
    from squiggly.networks.fitted import NetworkFit


def folded(fit: NetworkFit) -> tuple[Network, np.ndarray]:
    """The network and its values with the scaling inside its first and last layers; its features stay as they are."""
    if fit.network is None or fit.parameters is None:
        raise ModelError("a module has no formula\nhint: fit a squiggly network(…), or use fit.onnx or fit.module()")
    network, values, scaling = fit.network, fit.parameters.astype(np.float64), fit.scaling
    if network.n_parameters > MOST_RECORDED:
        raise ModelError(
            f"a network of {network.n_parameters:,} parameters is too large for a formula, "
            f"at most {MOST_RECORDED:,} are\nhint: {network.fitting(MOST_RECORDED)}"
        )
    first, last = network.layers[0], network.layers[-1]
    if not network.features:
        weights = values[first.weights].reshape(first.units, first.below) * scaling.per
        values[first.weights] = weights.ravel()
        values[first.biases] -= weights @ scaling.mean
    if fit.labels is None:
        values[last.weights] *= scaling.y_spread
        values[last.biases] = values[last.biases] * scaling.y_spread + scaling.y_mean
    return network, values


def _columns(fit: NetworkFit, network: Network) -> dict[str, Expr]:
    """What stands for each input: the column; under features, the column scaled."""
    if not network.features:
        return {own: name(column) for own, column in zip(network.input_names, fit.inputs)}
    scaling = fit.scaling
    made = {}
    for i, column in enumerate(fit.inputs):
        centred = apply("subtract", name(column), constant(scaling.mean[i]))
        scaled = apply("divide", centred, constant(scaling.spread[i])) if scaling.spread[i] > 0 else constant(0)
        made["x1" if i == 0 else "x2"] = scaled
    return made


def expression(fit: NetworkFit) -> str:
    """The formula as text: of the number; of the share of the second of two classes; of each class's score."""
    network, values = folded(fit)
    numbers: dict[str, Expr] = {own: constant(value) for own, value in zip(network.names, values)}
    made = [substitute(expr, {**numbers, **_columns(fit, network)}) for expr in network.expressions()]
    if fit.labels is None:
        return f"{text(name(fit.target))} = {text(made[0])}"
    if len(made) > 1:
        return "\n".join(f"{_said(fit, label)} = {text(expr)}" for label, expr in zip(fit.labels, made))
    share = apply("sigmoid", made[0])
    if fit.loss_name == "mse":
        share = apply("sigmoid", apply("multiply", constant(2), made[0]))  # (1 + tanh z)/2
    return f"{_said(fit, fit.labels[1])} = {text(share)}"


def _said(fit: NetworkFit, label: object) -> str:
    return text(name(f"{fit.target} {label}"))


def model(fit: NetworkFit) -> Model:
    """The same as a Model with a parameter for each weight and bias, which start where they were trained to."""
    from squiggly.model import Model

    network, values = folded(fit)
    if network.outputs > 1:
        raise ModelError(
            f"a model predicts one number for each point, this network gives {network.outputs} scores\n"
            "hint: fit.expression() has a line for each"
        )
    both = [column for column in fit.inputs if column in network.names]
    if both:
        raise ModelError(
            f"the column {both[0]} is called like a parameter of the network\nhint: rename the column, and fit again"
        )
    expr = substitute(network.expressions()[0], _columns(fit, network))
    if fit.labels is not None:
        twice = constant(2 if fit.loss_name == "mse" else 1)
        expr = apply("sigmoid", apply("multiply", twice, expr))
    target = name(fit.target) if fit.labels is None else None
    return Model(fit.inputs, network.names, expr, target, start=dict(zip(network.names, values.tolist())), by_name=True)
