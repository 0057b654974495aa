"""How the page's descents go, by the names the page knows: the settings behind a name are the same in both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from squiggly import schedules
from squiggly.errors import OptionError
from squiggly.optimizers import SGD, Adam, Optimizer

OPTIMIZERS: Mapping[str, Optimizer] = {
    "sgd": SGD(),
    "momentum": SGD(momentum=0.9),
    "nesterov": SGD(momentum=0.9, nesterov=True),
    "adam": Adam(),
}


def page_schedules(steps: int) -> dict[str, schedules.Schedule]:
    """The schedules of a page, for a walk of so many steps.

    >>> page_schedules(100)["warmup"]
    warmup(over=10, start=0.3333333333333333)
    """
    return {
        "steady": schedules.steady(),
        "step_decay": schedules.step_decay(every=max(1, int(steps / 3 + 0.5)), factor=0.1),
        "exponential_decay": schedules.exponential_decay(factor=0.01 ** (1 / steps)),
        "cosine": schedules.cosine(),
        "warmup": schedules.warmup(over=max(1, int(steps / 10 + 0.5))),
        "one_cycle": schedules.one_cycle(),
    }


def optimizer_name(optimizer: Any) -> str:
    """What the page calls an optimizer. Raises OptionError for one with settings that the page does not have.

    >>> optimizer_name(SGD(momentum=0.9, zero_gradient=False))
    'momentum'
    """
    if isinstance(optimizer, SGD | Adam):
        zeroing = replace(optimizer, zero_gradient=True)
        for name, known in OPTIMIZERS.items():
            if zeroing == known:
                return name
    raise OptionError(
        f"optimizer is {optimizer!r}, one that the page has was expected\n"
        "hint: SGD(), SGD(momentum=0.9), SGD(momentum=0.9, nesterov=True) or Adam(), each with or without zero_gradient"
    )


def schedule_name(schedule: Any, steps: int) -> str:
    """What the page calls a schedule; None is a steady rate. Raises OptionError for settings the page does not have.

    >>> from squiggly import cosine
    >>> schedule_name(cosine(), 100)
    'cosine'
    """
    known = page_schedules(steps)
    for name, mine in known.items():
        if schedule == mine or (schedule is None and name == "steady"):
            return name
    raise OptionError(
        f"schedule is {schedule!r}, one that the page has was expected\n"
        f"hint: with {steps} steps it has {', '.join(map(repr, known.values()))}"
    )
