"""Which engine trains a network: the one that is expected to be done first, by figures measured on two cores."""

from __future__ import annotations

import os
from importlib.util import find_spec

from squiggly.errors import ModelError, OptionError
from squiggly.networks.network import Network

LOADING = 1.9  # seconds to import PyTorch
PATIENCE = 600.0  # seconds of NumPy that are too many where PyTorch would help
# seconds a step: for each layer, for each parameter, and for each parameter and row
NUMPY = (25e-6, 12e-9, 0.30e-9)
TORCH = (150e-6, 2e-9, 0.12e-9)


def seconds_of(network: Network, rows: int, batch: int, epochs: int, costs: tuple[float, float, float]) -> float:
    """What training to the last epoch is expected to take."""
    steps = epochs * -(-rows // batch)
    layer, parameter, cell = costs
    each = layer * len(network.layers) + network.n_parameters * (parameter + cell * min(batch, rows))
    return steps * each


def engine_of(network: Network, rows: int, batch: int, epochs: int, wanted: str = "auto") -> str:
    """ "numpy" or "torch". Raises OptionError where PyTorch is needed and not installed.

    >>> engine_of(Network(20, (64, 64)), rows=500, batch=32, epochs=200)
    'numpy'
    """
    by_numpy = seconds_of(network, rows, batch, epochs, NUMPY)
    by_torch = LOADING + seconds_of(network, rows, batch, epochs, TORCH)
    chosen = ("numpy" if by_numpy <= by_torch else "torch") if wanted == "auto" else wanted
    if chosen == "torch" and find_spec("torch") is None:
        if wanted == "auto" and by_numpy <= PATIENCE:
            return "numpy"
        why = (
            "engine is 'torch'"
            if wanted == "torch"
            else f"NumPy would train this for about {by_numpy / 60:,.0f} minutes"
        )
        raise OptionError(f'{why}, and PyTorch is not installed\nhint: pip install "squiggly[torch]"')
    return chosen


def expect_memory(network: Network, rows: int, batch: int, engine: str, free: int | None = None) -> None:
    """Refuse a network whose training does not fit in memory. Raises ModelError.

    Parameters, gradient, Adam's two averages and the best so far; a batch's sums, there and back.
    """
    free = available() if free is None else free
    size = 4 if engine == "torch" else 8
    needed = size * (6 * network.n_parameters + 3 * min(batch, rows) * sum(network.widths))
    if free is not None and needed > free:
        raise ModelError(
            f"training this network needs about {needed / 1e9:,.1f} GB, {free / 1e9:,.1f} GB are free\n"
            f"hint: {network.fitting(int(free / size / 8))}"
        )


def available() -> int | None:
    """Bytes of memory that are free to use; None where the system does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None
