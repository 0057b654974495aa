"""Claim: in the page a network 2-8-8-1 takes 20 × the steps a second of eager torch, and stays above 30 frames.

500 points, mini-batches of 10, plain descent. In Node.js by the page's own trainer, with the losses and the moments
that its history keeps; torch takes the same steps over the same batches in Python, eagerly, on one thread, in float64.
Frames are those of the page in Chromium while it trains as fast as it can.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from measure import Figure, have, met, quick, table, take_turns

import squiggly as sq
from squiggly.networks.batches import order
from squiggly.page.network import document

WEB = Path(__file__).parents[1] / "web"
BATCH, POINTS, RATE, CHECKED = 10, 500, 0.03, 400
WANTED = """
export { open } from "./src/network/state.ts";
export { trainOf } from "./src/network/train.ts";
"""
STEPS = """
const task = JSON.parse(require("fs").readFileSync(0, "utf8"));
const trained = (seed, steps) => {
  const trainer = page.trainOf(page.open({ ...task.document, seed, walk: { ...task.document.walk, steps } }));
  const begun = performance.now();
  trainer.upTo(steps);
  return { seconds: (performance.now() - begun) / 1000 / steps, trainer };
};
const { trainer } = trained(0, task.checked), end = Array.from(trainer.parametersAt(task.checked));
let steps = 2000;
for (let k = 0; k < 5; k++) steps = Math.ceil(task.least / trained(100 + k, steps).seconds);
const taken = [];
for (let round = 0; round < task.rounds; round++) taken.push(trained(1000 + round, steps).seconds);
console.log(JSON.stringify({ taken, end, node: process.version }));
"""


def points(classes: bool) -> dict[str, np.ndarray]:
    """Two inputs, and a ring around the middle to tell apart or to predict."""
    random = np.random.RandomState(1)
    x = random.uniform(-2, 2, size=(POINTS, 2))
    far = np.hypot(*x.T)
    return {"x1": x[:, 0], "x2": x[:, 1], "y": (far > 1.4) * 1.0 if classes else far}


def torch_step(network: sq.Network, told: dict[str, Any]) -> tuple[Callable[[], None], list[Any]]:
    """One eager step over the page's batches, as a lesson writes it; the layers, to be looked at."""
    import torch

    torch.set_num_threads(1)
    shifts, sizes = np.array(told["scale"]).T
    x = torch.tensor((np.array(told["data"]["x"]).T - shifts[:-1]) / sizes[:-1])
    y = torch.tensor((np.array(told["data"]["y"]) - shifts[-1]) / sizes[-1], dtype=torch.float64)
    bend = torch.nn.Tanh if network.activation == "tanh" else torch.nn.ReLU
    net = torch.nn.Sequential(torch.nn.Linear(2, 8), bend(), torch.nn.Linear(8, 8), bend(), torch.nn.Linear(8, 1))
    net = net.double()
    torch.nn.utils.vector_to_parameters(torch.tensor(network.start(0)), net.parameters())
    rows, k = torch.tensor(order(POINTS, 0, 0)), 0
    measure = torch.nn.functional.binary_cross_entropy_with_logits if network.classes else torch.nn.functional.mse_loss
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)

    def step() -> None:
        nonlocal rows, k
        epoch, at = divmod(k, POINTS // BATCH)
        if at == 0:
            rows = torch.tensor(order(POINTS, 0, epoch))
        chosen = rows[at * BATCH : (at + 1) * BATCH]
        loss = measure(net(x[chosen])[:, 0], y[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        k += 1

    return step, [net]


def in_node(code: str, told: dict[str, Any]) -> tuple[Figure, list[float], str]:
    settings = {"rounds": 2, "least": 0.1} if quick() else {"rounds": 9, "least": 1.0}
    task = {"document": told, "checked": CHECKED, **settings}
    done = subprocess.run(["node", "-e", code + STEPS], input=json.dumps(task), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return Figure(tuple(answer["taken"])), answer["end"], answer["node"]


def frames(network: sq.Network, data: str) -> dict[str, Any] | None:
    """What Chromium shows while the page trains as fast as it can; None without a browser."""
    with tempfile.TemporaryDirectory() as folder:
        network.lab(data=data, held_out=0.5, n=POINTS).save(f"{folder}/network.html")
        command = ["node", "measure-frames.mjs", f"{folder}/network.html", "network", "2" if quick() else "6"]
        done = subprocess.run(command, cwd=WEB, capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode == 0 else None


def main() -> None:
    if not shutil.which("node") or not (WEB / "node_modules").is_dir():
        print("Not measured: Node.js or the page's packages are not installed (`make test` installs the packages).")
        return
    esbuild = [str(WEB / "node_modules" / ".bin" / "esbuild"), "--bundle", "--format=iife", "--global-name=page"]
    bundled = subprocess.run(
        [*esbuild, "--loader=ts", "--define:ONE=true", "--define:SEVERAL=true"],
        cwd=WEB, input=WANTED, capture_output=True, text=True,
    )  # fmt: skip
    assert bundled.returncode == 0, bundled.stderr
    rows, node = [], ""
    for activation in ("tanh", "relu"):
        for classes in (None, 2):
            network = sq.network(2, [8, 8], activation=activation, classes=classes)
            told = document(network.lab(points(bool(classes)), held_out=0, rate=RATE, batch=BATCH))
            page, end, node = in_node(bundled.stdout, told)
            what = f"2-8-8-1 {activation}, {'two classes' if classes else 'numbers'}"
            rows.append([what, "the page", Figure(tuple(1 / t for t in page.rounds)).shown(1e-3, " k"), "", "", ""])
            if have("torch"):
                import torch

                step, [net] = torch_step(network, told)
                for _ in range(CHECKED):
                    step()
                there = torch.nn.utils.parameters_to_vector(net.parameters()).detach().numpy()
                np.testing.assert_allclose(end, there, rtol=1e-7, atol=1e-8, err_msg=what)  # the same steps
                eager = take_turns({"torch": step}, rounds=2 if quick() else 9)["torch"]
                ratio = eager.over(page)
                rows[-1][3:] = [ratio.shown(unit=" ×"), "≥ 20 ×", met(ratio.median >= 20)]
                rows.append(
                    [what, "torch, eager", Figure(tuple(1 / t for t in eager.rounds)).shown(1e-3, " k"), "", "", ""]
                )
    print(f"Steps a second, {POINTS} points, batches of {BATCH}, Node.js {node}.\n")
    table(["network", "way", "steps/s", "of torch", "budget", "met"], rows)
    shown = []
    for data in ("circle", "spiral", "bump"):
        seen = frames(sq.network(2, [8, 8], activation="tanh"), data)
        if seen is None:
            print("\nFrames not measured: no Chromium here.")
            return
        drawn, steps = seen["drawnPerSecond"], f"{seen['stepsPerSecond'] / 1000:.0f} k"
        shown.append(
            [data, f"{seen['perSecond']}", str(drawn), steps, "≥ 30", met(min(seen["perSecond"], drawn) >= 30)]
        )
    print(
        "\nIn Chromium, training as fast as frames allow, with every unit's map. A picture is a frame with new maps.\n"
    )
    table(["data", "frames/s", "pictures/s", "steps/s", "budget", "met"], shown)


if __name__ == "__main__":
    main()
