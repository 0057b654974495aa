"""A fit as an ONNX file, built layer by layer; a module goes through PyTorch's own exporter."""

from __future__ import annotations

import json
import tempfile
import warnings
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.errors import ModelError
from squiggly.files import write_whole

if TYPE_CHECKING:
    from squiggly.networks.fitted import NetworkFit
    from squiggly.networks.network import Network

OPSET, LAYOUT = 17, 8  # read by runtimes since 2022
LARGEST = 1_900_000_000  # bytes; an ONNX file ends at 2 GiB
BENT = {"relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid"}


def write(fit: NetworkFit, path: str | PathLike[str]) -> None:
    """Write the fit: input "x" (n, inputs) float32 in the table's units; output the target's number (n, 1), or
    "probabilities" (n, classes) in the order of the labels, which stand in the file's metadata as JSON."""
    if find_spec("onnx") is None:
        raise ModelError('onnx is not installed\nhint: pip install "squiggly[onnx]"')
    if 4 * fit.n_parameters > LARGEST:
        raise ModelError(
            f"{fit.n_parameters:,} parameters do not fit in an ONNX file of 2 GB\nhint: fit.save holds any size"
        )
    made = _of_module(fit) if fit.network is None else _of_network(fit, fit.network)
    made.metadata_props.extend([_entry("inputs", list(fit.inputs)), _entry("target", fit.target)])
    if fit.labels is not None:
        made.metadata_props.append(_entry("labels", list(fit.labels)))
    data = made.SerializeToString()
    write_whole(path, lambda file: file.write(data))


def _entry(key: str, value: Any) -> Any:
    import onnx

    return onnx.StringStringEntryProto(key=key, value=json.dumps(value))


class _Graph:
    """Nodes and numbers of a graph as it grows; each node's result has a name of its own."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.held: list[Any] = []

    def number(self, values: Any, kind: Any = np.float32) -> str:
        from onnx import numpy_helper

        self.held.append(numpy_helper.from_array(np.asarray(values, dtype=kind), f"n{len(self.held)}"))
        return f"n{len(self.held) - 1}"

    def node(self, kind: str, *given: str, to: str = "", **options: Any) -> str:
        from onnx import helper

        result = to or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(given), [result], **options))
        return result


def _of_network(fit: NetworkFit, network: Network) -> Any:
    from onnx import TensorProto, helper

    graph, scaling, state = _Graph(), fit.scaling, fit.state
    h = graph.node("Sub", "x", graph.number(scaling.mean))
    h = graph.node("Mul", h, graph.number(scaling.per))
    h = _featured(graph, network, h)
    for k in range(1, len(network.layers) + 1):
        h = graph.node("Gemm", h, graph.number(state[f"w{k}"]), graph.number(state[f"b{k}"]), transB=1)
        if k < len(network.layers):
            h = _bent(graph, network.activation, h)
    if fit.labels is None:
        scaled = graph.node("Mul", h, graph.number(scaling.y_spread))
        result = graph.node("Add", scaled, graph.number(scaling.y_mean), to="prediction")
    elif network.outputs > 1:
        result = graph.node("Softmax", h, axis=1, to="probabilities")
    else:
        score = graph.node("Mul", h, graph.number(2.0)) if fit.loss_name == "mse" else h
        second = graph.node("Sigmoid", score)
        first = graph.node("Sigmoid", graph.node("Neg", score))
        result = graph.node("Concat", first, second, axis=1, to="probabilities")
    width = 1 if fit.labels is None else len(fit.labels)
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", network.inputs])]
    outputs = [helper.make_tensor_value_info(result, TensorProto.FLOAT, ["n", width])]
    whole = helper.make_graph(graph.nodes, "squiggly", inputs, outputs, graph.held)
    return helper.make_model(
        whole, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="squiggly", ir_version=LAYOUT
    )


def _bent(graph: _Graph, activation: str, h: str) -> str:
    if activation == "linear":
        return h
    if activation == "silu":
        return graph.node("Mul", h, graph.node("Sigmoid", h))
    return graph.node(BENT[activation], h)


def _featured(graph: _Graph, network: Network, h: str) -> str:
    if not network.features:
        return h
    one = graph.node("Gather", h, graph.number([0], np.int64), axis=1)
    two = graph.node("Gather", h, graph.number([network.inputs - 1], np.int64), axis=1)
    makers = {
        "x1": lambda: one,
        "x2": lambda: two,
        "x1^2": lambda: graph.node("Mul", one, one),
        "x2^2": lambda: graph.node("Mul", two, two),
        "x1*x2": lambda: graph.node("Mul", one, two),
        "sin(x1)": lambda: graph.node("Sin", one),
        "sin(x2)": lambda: graph.node("Sin", two),
    }
    return graph.node("Concat", *(makers[word]() for word in network.features), axis=1)


def _of_module(fit: NetworkFit) -> Any:
    import onnx
    import torch
    from torch import nn

    class Ends(nn.Module):
        def __init__(self, whole: nn.Module) -> None:
            super().__init__()
            self.whole = whole

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            z = self.whole(x)
            z = z[:, None] if z.ndim == 1 else z
            if fit.labels is None:
                return z
            return torch.softmax(z, 1) if z.shape[1] > 1 else torch.cat([torch.sigmoid(-z), torch.sigmoid(z)], 1)

    name = "prediction" if fit.labels is None else "probabilities"
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch announces its next exporter
        file = Path(folder, "module.onnx")
        try:
            torch.onnx.export(
                Ends(fit.module()).eval(), (torch.zeros(2, len(fit.inputs)),), str(file), dynamo=False,
                input_names=["x"], output_names=[name], dynamic_axes={"x": {0: "n"}, name: {0: "n"}},
                opset_version=OPSET,
            )  # fmt: skip
        except Exception as error:  # whatever torch's exporter meets in a module
            said = str(error).strip().split("\n")[0]
            raise ModelError(
                f"torch cannot export this module to ONNX: {said}\n"
                "hint: fit.save and load(path, module=…) keep any module"
            ) from error
        return onnx.load(str(file))
