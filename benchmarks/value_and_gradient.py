"""Claim: the value and every derivative of a formula come soon, and then about as fast as NumPy written by hand.

The model is a Gaussian peak on a line, five parameters: value (n,) and Jacobian (n, 5), exact. Import, build and first
answer are those of a fresh process that has NumPy, at 1,000 points; each evaluation is afterwards, in turns in one.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from measure import Figure, have, quick, table, take_turns

FORMULA = "h*exp(-((x - m)/s)^2/2) + a*x + b"
NAMES = ("h", "m", "s", "a", "b")
VALUES = np.array([5.0, 4.0, 0.8, 0.3, 1.0])

Way = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]  # x (n,) -> value (n,), Jacobian (n, 5)


def squiggly_way(x: np.ndarray) -> Way:
    from squiggly import as_model

    model = as_model(FORMULA, ["x"])
    return lambda x: model.value_and_jacobian(VALUES, {"x": x})


def by_hand(x: np.ndarray) -> Way:
    def evaluate(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        h, m, s, a, b = VALUES
        z = (x - m) / s
        bell = np.exp(-0.5 * z * z)
        slope = h * bell * z / s
        return h * bell + a * x + b, np.stack([bell, slope, slope * z, x, np.ones_like(x)], axis=1)

    return evaluate


def sympy_way(x: np.ndarray) -> Way:
    import sympy

    at, *parameters = symbols = sympy.symbols(("x", *NAMES))
    h, m, s, a, b = parameters
    value = h * sympy.exp(-(((at - m) / s) ** 2) / 2) + a * at + b
    function = sympy.lambdify(symbols, [value, *(sympy.diff(value, p) for p in parameters)], "numpy", cse=True)

    def evaluate(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        value, *slopes = function(x, *VALUES)
        return value, np.stack([np.broadcast_to(s, x.shape) for s in slopes], axis=1)

    return evaluate


def casadi_way(x: np.ndarray) -> Way:
    import casadi

    at, parameters = casadi.SX.sym("x"), casadi.SX.sym("p", len(NAMES))
    h, m, s, a, b = casadi.vertsplit(parameters)
    value = h * casadi.exp(-(((at - m) / s) ** 2) / 2) + a * at + b
    one = casadi.Function("one", [at, parameters], [value, casadi.jacobian(value, parameters).T])
    every = one.map(len(x))
    buffer, run = every.buffer()  # its quickest way in and out: arrays it reads and writes in place, no copies
    points, repeated = np.empty(len(x)), np.empty((len(x), len(NAMES)))
    value_out, jacobian_out = np.empty(len(x)), np.empty((len(x), len(NAMES)))
    views = [memoryview(array) for array in (points, repeated, value_out, jacobian_out)]
    for k in (0, 1):
        buffer.set_arg(k, views[k])
        buffer.set_res(k, views[k + 2])
    kept = (every, buffer, views)  # it holds bare addresses: these must outlive the calls

    def evaluate(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        points[:], repeated[:] = x, VALUES
        run()
        assert kept
        return value_out, jacobian_out

    return evaluate


def _torch_model() -> tuple[Any, Any]:
    import torch

    torch.set_num_threads(1)

    def model(x: Any, h: Any, m: Any, s: Any, a: Any, b: Any) -> Any:
        return h * torch.exp(-(((x - m) / s) ** 2) / 2) + a * x + b

    return torch, model


def torch_forward(x: np.ndarray) -> Way:
    torch, model = _torch_model()

    def evaluate(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        at = torch.from_numpy(x)

        def twice(parameters: Any) -> Any:
            value = model(at, *parameters)
            return value, value

        jacobian, value = torch.func.jacfwd(twice, has_aux=True)(torch.from_numpy(VALUES))
        return value.numpy(), jacobian.numpy()

    return evaluate


def torch_backward(x: np.ndarray) -> Way:
    torch, model = _torch_model()

    def evaluate(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        columns = [torch.full((len(x),), v, dtype=torch.float64, requires_grad=True) for v in VALUES]
        value = model(torch.from_numpy(x), *columns)  # a parameter for each point: one sweep gives every derivative
        slopes = torch.autograd.grad(value.sum(), columns)
        return value.detach().numpy(), torch.stack(slopes, dim=1).numpy()

    return evaluate


WAYS: dict[str, tuple[str, Callable[[np.ndarray], Way]]] = {
    "squiggly": ("squiggly", squiggly_way),
    "NumPy by hand": ("numpy", by_hand),
    "SymPy `lambdify(cse=True)`": ("sympy", sympy_way),
    "CasADi `Function.map`, buffers": ("casadi", casadi_way),
    "`torch.func.jacfwd`": ("torch", torch_forward),
    "`torch.autograd.grad`": ("torch", torch_backward),
}


def first_answer(name: str) -> None:
    """In a fresh process: seconds from NumPy imported to the first answer, and of these the import, as JSON."""
    package, build = WAYS[name]
    x = np.linspace(0, 10, 1_000)
    begun = time.perf_counter()
    module = importlib.import_module(package)
    getattr(module, "as_model", None)  # squiggly loads a name when it is used
    imported = time.perf_counter()
    build(x)(x)
    print(json.dumps([imported - begun, time.perf_counter() - imported]))


def main(rounds: int, sizes: list[int], processes: int, without: tuple[str, ...] = ()) -> None:
    installed = have("squiggly", "numpy", "sympy", "casadi", "torch")
    ways = {name: build for name, (package, build) in WAYS.items() if package in installed and name not in without}
    taken: dict[str, list[list[float]]] = {name: [] for name in ways}
    for _ in range(processes):
        for name in ways:
            done = subprocess.run(
                [sys.executable, __file__, "--first", name], capture_output=True, text=True, check=True
            )
            taken[name].append(json.loads(done.stdout))
    columns = []
    for n in sizes:
        x = np.linspace(0, 10, n)
        built = {name: build(x) for name, build in ways.items()}
        expected = built["NumPy by hand"](x)
        for name, evaluate in built.items():
            for ours, right in zip(evaluate(x), expected):
                assert np.allclose(ours, right, rtol=1e-10, atol=1e-12), name
        times = take_turns({name: lambda f=f, x=x: f(x) for name, f in built.items()}, rounds)
        columns.append(times)
    print(__doc__.split("\n", 2)[2].strip().replace("\n", " ") + "\n")
    rows = []
    for name in ways:
        imports, build = (Figure(tuple(v)) for v in zip(*taken[name]))
        each = [t[name].seconds for t in columns]
        ratios = [t[name].over(t["NumPy by hand"]).shown() for t in columns]
        rows.append([name, imports.seconds, build.seconds, *(cell for pair in zip(each, ratios) for cell in pair)])
    header = [cell for n in sizes for cell in (f"each evaluation, {n:,} points", "ratio to by hand")]
    table(["way", "import", "build and first answer", *header], rows)


if __name__ == "__main__":
    if "--first" in sys.argv:
        first_answer(sys.argv[-1])
    elif quick():
        main(rounds=2, sizes=[1_000], processes=1, without=("`torch.func.jacfwd`",))  # the slowest to begin
    else:
        main(rounds=11, sizes=[1_000, 100_000], processes=5)
