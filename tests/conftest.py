"""What every test may ask for: the lesson's points, the reference data, and the long checks on request."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from squiggly.points import Points, add_noise

settings.register_profile("the same examples every run", derandomize=True, deadline=None, database=None)
settings.load_profile("the same examples every run")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--prove", action="store_true", help="also run the long checks, those marked `prove`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--prove"):
        for item in items:
            if "prove" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="a long check: run it with --prove"))


@pytest.fixture
def lesson() -> Points:
    """The 20 noisy points of the lesson: 3x² + 2x + 1 on [-2, 2], noise 0.15 in proportion and 1.5 overall."""
    x = np.linspace(-2, 2, 20)
    return Points.checked({"x": x}, add_noise(3 * x**2 + 2 * x + 1, mult=0.15, add=1.5, seed=42))


@pytest.fixture
def reference() -> Path:
    """The folder of data sets that nobody here made."""
    folder = os.environ.get("SQUIGGLY_DATA")
    if not folder:
        pytest.skip("SQUIGGLY_DATA does not name the folder of reference data sets")
    return Path(folder)
