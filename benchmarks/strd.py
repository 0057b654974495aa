"""NIST StRD nonlinear regression: reads one problem's file into a value."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Certified:
    """One problem: its formula, its data, two sets of start values, and the answer certified to 11 digits.

    formula: in squiggly's spelling, "y = b1*(1-exp(-b2*x))".  names: b1, b2 … in order.
    starts: (2, P); values, errors: (P,), the parameters and their standard deviations; squares: the residual sum.
    """

    name: str
    formula: str
    columns: dict[str, np.ndarray]
    names: tuple[str, ...]
    starts: np.ndarray
    values: np.ndarray
    errors: np.ndarray
    squares: float


def read(path: Path) -> Certified:
    """The problem in one file, as NIST publishes it."""
    lines = path.read_text().splitlines()
    words = [line.strip() for line in lines]
    told = _first(words, "Model:")
    model = " ".join(words[told : _first(words, "Starting", told)])
    found = re.search(r"((?:log\[)?\by\b\]?\s*=.*?)\s*\+\s*e\b", model)
    assert found, f"{path.name}: no model found"
    formula = re.sub(r"\s+", " ", found[1]).replace("[", "(").replace("]", ")").replace("arctan", "atan")
    table = re.findall(r"^\s*(b\d+)\s*=\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)", "\n".join(lines), re.M)
    numbers = np.array([[float(v) for v in row[1:]] for row in table])
    squares = float(words[_first(words, "Residual Sum of Squares:")].split(":")[1])
    at = max(i for i, line in enumerate(words) if line.startswith("Data:"))  # the header names the columns
    data = np.array([[float(v) for v in line.split()] for line in words[at + 1 :] if line])
    columns = dict(zip(words[at].split()[1:], data.T.copy()))
    names = tuple(row[0] for row in table)
    return Certified(path.stem, formula, columns, names, numbers[:, :2].T, numbers[:, 2], numbers[:, 3], squares)


def problems() -> list[Certified]:
    """Every problem in the folder nist of the folder SQUIGGLY_DATA names; none where there is no such folder."""
    folder = os.environ.get("SQUIGGLY_DATA")
    return [read(path) for path in sorted(Path(folder, "nist").glob("*.dat"))] if folder else []


def digits(found: np.ndarray, certified: np.ndarray) -> float:
    """How many digits of the worst number are right: -log10 of the relative error, from 0 to 11."""
    with np.errstate(divide="ignore", invalid="ignore"):
        right = -np.log10(np.abs(np.asarray(found, float) - certified) / np.abs(certified))
    return float(np.clip(np.nan_to_num(right, nan=0.0, posinf=11.0), 0.0, 11.0).min())


def _first(words: list[str], start: str, after: int = 0) -> int:
    return next(i for i in range(after, len(words)) if words[i].startswith(start))
