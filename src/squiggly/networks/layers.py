"""A network in NumPy: its outputs, and the mean loss with its exact gradient, layer by layer, forth and back."""

from __future__ import annotations

import numpy as np

from squiggly.networks.activations import ACTIVATIONS
from squiggly.networks.heads import Head
from squiggly.networks.network import Network, featured


def outputs(network: Network, values: np.ndarray, x: np.ndarray) -> np.ndarray:
    """What the last layer sums up to for inputs x (n, inputs): (n, outputs).

    >>> outputs(Network(1, ()), np.array([2.0, 1.0]), np.array([[3.0]])).tolist()
    [[7.0]]
    """
    bend, h = ACTIVATIONS[network.activation].value, featured(network, x)
    for k, layer in enumerate(network.layers):
        z = h @ values[layer.weights].reshape(layer.units, layer.below).T + values[layer.biases]
        h = z if k + 1 == len(network.layers) else bend(z)
    return h


def value_and_gradient(
    network: Network, head: Head, values: np.ndarray, x: np.ndarray, y: np.ndarray
) -> tuple[float, np.ndarray]:
    """The mean loss over the rows x (n, inputs), y (n,), and its gradient (parameters,)."""
    activation, h = ACTIVATIONS[network.activation], featured(network, x)
    below, sums = [], []
    for k, layer in enumerate(network.layers):
        below.append(h)
        z = h @ values[layer.weights].reshape(layer.units, layer.below).T + values[layer.biases]
        sums.append(z)
        h = z if k + 1 == len(network.layers) else activation.value(z)
    loss, slope = head.value_and_slope(h, y)  # (n, outputs)
    gradient, back = np.empty_like(values), slope / len(y)
    for k in range(len(network.layers) - 1, -1, -1):
        layer = network.layers[k]
        gradient[layer.weights] = (back.T @ below[k]).ravel()
        gradient[layer.biases] = back.sum(axis=0)
        if k:
            weights = values[layer.weights].reshape(layer.units, layer.below)
            back = (back @ weights) * activation.slope(sums[k - 1], below[k])
    return loss, gradient
