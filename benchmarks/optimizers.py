"""Claim: our optimizers and schedules take torch's steps to rounding, and a descent takes more of them a second."""

from __future__ import annotations

import itertools
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from measure import have, met, quick, table, take_turns

import squiggly as sq

STEPS = 300
RATE = 0.02

# ours, torch's of the same name, its options
OPTIMIZERS: list[tuple[Any, str, dict[str, Any]]] = [
    (sq.SGD(), "SGD", {}),
    (sq.SGD(momentum=0.9), "SGD", {"momentum": 0.9}),
    (sq.SGD(momentum=0.9, dampening=0.5), "SGD", {"momentum": 0.9, "dampening": 0.5}),
    (sq.SGD(momentum=0.8, nesterov=True), "SGD", {"momentum": 0.8, "nesterov": True}),
    (sq.SGD(momentum=0.5, weight_decay=0.1), "SGD", {"momentum": 0.5, "weight_decay": 0.1}),
    (sq.SGD(zero_gradient=False), "SGD", {}),
    (sq.Adam(), "Adam", {}),
    (sq.Adam(0.8, 0.9, 1e-3, 0.1), "Adam", {"betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
]  # fmt: skip

# ours, and how torch makes its own from an optimizer and torch.optim.lr_scheduler
SCHEDULES: list[tuple[Any, Callable[[Any, Any], Any]]] = [
    (sq.steady(), lambda o, s: s.ConstantLR(o, factor=1.0)),
    (sq.step_decay(40, factor=0.5), lambda o, s: s.StepLR(o, 40, 0.5)),
    (sq.exponential_decay(0.99), lambda o, s: s.ExponentialLR(o, 0.99)),
    (sq.cosine(), lambda o, s: s.CosineAnnealingLR(o, STEPS)),
    (sq.cosine(end=0.1), lambda o, s: s.CosineAnnealingLR(o, STEPS, eta_min=0.1 * RATE)),
    (sq.warmup(30), lambda o, s: s.LinearLR(o, total_iters=30)),
    (
        sq.one_cycle(0.3, 25, 1e4),
        lambda o, s: s.OneCycleLR(o, RATE, STEPS, 0.3, div_factor=25, final_div_factor=1e4, cycle_momentum=False),
    ),
]


def lesson() -> tuple[np.ndarray, np.ndarray]:
    """The lesson's 20 points around a quadratic."""
    random, x = np.random.RandomState(42), np.linspace(-2, 2, 20)
    return x, (3 * x**2 + 2 * x + 1) * (1 + random.normal(scale=0.15, size=20)) + random.normal(scale=1.5, size=20)


def difference(ours: Any, theirs: Any) -> float:
    """The worst difference: relative above 1, absolute below."""
    a, b = np.asarray(ours), np.asarray(theirs)
    return float(np.max(np.abs(a - b) / np.maximum(np.abs(b), 1.0)))


def torch_walk(x: np.ndarray, y: np.ndarray, name: str, options: dict[str, Any], zero: bool) -> Iterator[Any]:
    """Parameters and gradient before each of torch's steps down the lesson's mean square."""
    import torch

    at, target = torch.tensor(x), torch.tensor(y)
    abc = torch.full((3,), 1.1, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, name)([abc], lr=RATE, **options)
    while True:
        kept = 0.0 if zero or abc.grad is None else abc.grad.clone()
        optimizer.zero_grad()
        ((abc[0] * at**2 + abc[1] * at + abc[2] - target) ** 2).mean().backward()
        yield abc.detach().numpy().copy(), abc.grad.numpy().copy()
        abc.grad += kept
        optimizer.step()


def agreement() -> None:
    import torch

    x, y = lesson()
    rows = []
    for optimizer, name, options in OPTIMIZERS:
        zero = getattr(optimizer, "zero_gradient", True)
        theirs = list(itertools.islice(torch_walk(x, y, name, options, zero), STEPS + 1))
        values, state = np.full(3, 1.1), optimizer.begin(np.full(3, 1.1))
        single = 0.0
        for expected, gradient in theirs:
            single = max(single, difference(values, expected))
            values, state = optimizer.step(values, gradient, RATE, state)
        walk = sq.descend(
            "y = a*x^2 + b*x + c", (x, y), rate=RATE, steps=STEPS, optimizer=optimizer, start=dict.fromkeys("abc", 1.1)
        )
        whole = max(difference(list(m.parameters.values()), expected) for m, (expected, _) in zip(walk, theirs))
        rows.append(
            [f"`{optimizer}`", f"{single:.1e}", f"{whole:.1e}", "≤ 1e-12 on torch's gradients", met(single <= 1e-12)]
        )
    print(
        f"The worst difference over {STEPS} steps, relative above 1, absolute below: given torch's own gradients, and\n"
        "with ours along our own walk, where the steps after it carry each rounding on.\n"
    )
    table(["optimizer", "on torch's gradients", "along our own walk", "budget", "met"], rows)

    rows = []
    for schedule, make in SCHEDULES:
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=RATE)
        theirs = make(optimizer, torch.optim.lr_scheduler)
        worst = 0.0
        for step in range(STEPS):
            rate = theirs.get_last_lr()[0]
            worst = max(worst, abs(RATE * schedule(step, STEPS) - rate) / max(rate, 1e-12))
            optimizer.step()
            if step < STEPS - 1:
                theirs.step()
        rows.append([f"`{schedule}`", f"{worst:.1e}", "≤ 1e-9", met(worst <= 1e-9)])
    print(f"The worst relative difference of the rate over {STEPS} steps.\n")
    table(["schedule", "relative difference", "budget", "met"], rows)


def speed(rounds: int, steps: int, with_torch: bool) -> None:
    x, y = lesson()

    def ours() -> None:
        walk = sq.descend(
            "y = a*x^2 + b*x + c", (x, y), loss=sq.mae, steps=steps, optimizer=sq.SGD(zero_gradient=False),
            start=dict.fromkeys("abc", 1.1),
        )  # fmt: skip
        deque(walk, maxlen=0)

    ways: dict[str, Callable[[], Any]] = {"`sq.descend`, a Moment each": ours}
    if with_torch:
        import torch

        torch.set_num_threads(1)
        at, target = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)

        def lessons_loop() -> None:
            abc = torch.tensor([1.1, 1.1, 1.1], requires_grad=True)
            for _ in range(steps):
                loss = (abc[0] * at**2 + abc[1] * at + abc[2] - target).abs().mean()
                loss.backward()
                with torch.no_grad():
                    abc -= abc.grad * 0.01

        ways["torch eager, the lesson's loop"] = lessons_loop

    def by_hand() -> None:
        abc, kept, columns = np.full(3, 1.1), np.zeros(3), np.stack([x**2, x, np.ones_like(x)], axis=1)
        for _ in range(steps):
            residuals = columns @ abc - y
            np.abs(residuals).mean()
            kept += np.sign(residuals) @ columns / len(x)
            abc -= 0.01 * kept

    ways["NumPy by hand, no Moments"] = by_hand
    times = take_turns(ways, rounds)
    rows = []
    for name, taken in times.items():
        cells = [
            name,
            f"{steps / taken.median:,.0f}",
            f"{steps / max(taken.rounds):,.0f}–{steps / min(taken.rounds):,.0f}",
        ]
        mine = "descend" in name
        rows.append(
            [*cells, "≥ 1,000,000 once native" if mine else "", met(steps / taken.median >= 1e6) if mine else ""]
        )
    print(f"The lesson's quadratic, 20 points, mean absolute error, {steps:,} steps.\n")
    table(["descent", "steps a second", "spread", "budget", "met"], rows)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    fast = quick()
    torch_is_here = "torch" in have("torch")
    if torch_is_here:
        agreement()
    speed(2 if fast else 11, 100 if fast else 2_000, torch_is_here)
    sys.exit()
