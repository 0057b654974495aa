"""CONTRIBUTING's recipes, followed: what is added in the place they name is picked up everywhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import ArrayLike
from test_docs import build, words_of

import squiggly as sq
from squiggly import cli, loss, operations, shapes
from squiggly.errors import FormulaError
from squiggly.formula import parse
from squiggly.typeset import latex, text

ROW = operations.Operation(
    "logaddexp",
    np.logaddexp,
    "torch.logaddexp",
    r"\operatorname{{logaddexp}}\left({0}, {1}\right)",
    ("1/(1 + exp(b - a))", "1/(1 + exp(a - b))"),
    ("softmaximum",),
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """y = 2x³ at nine places, give or take a little."""
    x = np.linspace(-2, 2, 9)
    y = 2 * x**3 + 0.01 * np.cos(9 * x)
    path = tmp_path / "table.csv"
    path.write_text("x,y\n" + "\n".join(f"{a},{b}" for a, b in zip(x, y)))
    return path


def squiggly(*words: object) -> Result:
    return CliRunner().invoke(cli.main, [str(word) for word in words], prog_name="squiggly")


# --- An operation: one row


@pytest.fixture
def row(monkeypatch: Any) -> Iterator[operations.Operation]:
    """A new row in the table, gone again afterwards."""
    monkeypatch.setitem(operations.OPERATIONS, ROW.name, ROW)
    for spelling in (ROW.name, *ROW.aliases):
        monkeypatch.setitem(operations.SPELLINGS, spelling, ROW.name)
    yield ROW


def test_without_its_row_the_operation_is_unknown() -> None:
    with pytest.raises(FormulaError, match="there is no function `logaddexp`"):
        parse("logaddexp(q1*x, 0)")


def test_a_new_operation_works_in_formulas(row: operations.Operation) -> None:
    x = np.linspace(-2, 2, 9)
    model = sq.as_model("softmaximum(q2*x, r2)")
    assert model.predict(x, q2=1.5, r2=0.5) == pytest.approx(np.logaddexp(1.5 * x, 0.5), rel=1e-15)


def test_a_new_operation_is_recorded_from_numpy_and_torch(row: operations.Operation) -> None:
    import torch

    from_numpy = sq.as_model(lambda x, q3: np.logaddexp(q3 * x, 0))
    assert from_numpy.formula == "logaddexp(q3*x, 0)"
    assert sq.as_model(lambda x, q3: torch.logaddexp(q3 * x, 0 * x)).derivatives_by == "exact"


def test_a_new_operation_is_differentiated_as_torch_does(row: operations.Operation) -> None:
    import torch

    x = np.linspace(-2, 2, 9)
    model = sq.as_model("logaddexp(q4*x, r4)")
    _, jacobian = model.value_and_jacobian(np.array([1.5, 0.5]), {"x": x})
    parameters = torch.tensor([1.5, 0.5], dtype=torch.float64)
    oracle = torch.func.jacrev(lambda p: model.torch()(torch.as_tensor(x), p[0], p[1]))(parameters)
    assert jacobian == pytest.approx(oracle.numpy(), abs=1e-12)


def test_a_new_operation_is_printed_and_typeset(row: operations.Operation) -> None:
    expr = parse("logaddexp(q5, r5)").expr
    assert text(expr) == "logaddexp(q5, r5)"
    assert latex(expr) == r"\operatorname{logaddexp}\left(q_{5}, r_{5}\right)"


def test_a_new_operation_is_suggested_for_a_slip(row: operations.Operation) -> None:
    with pytest.raises(FormulaError, match="did you mean logaddexp"):
        parse("logadexp(q6, r6)")


def test_a_new_operation_is_in_the_table_of_operations(row: operations.Operation) -> None:
    assert (
        "| `logaddexp` | `logaddexp(a, b)` | `softmaximum` | a: `1/(1 + exp(b - a))`<br>b: `1/(1 + exp(a - b))` "
        r"| $\operatorname{logaddexp}\left(a, b\right)$ | `torch.logaddexp` |"
    ) in build.operations_page()


# --- A model: one function, its row, its name


def cube(prefix: str = "") -> sq.Model:
    """A cube: scale·x³."""
    return sq.as_model(f"{prefix}scale*x^3")


def power(n: int = 3, prefix: str = "") -> sq.Model:
    """One power of x: scale·xⁿ."""
    return sq.as_model(f"{prefix}scale*x^{n}")


def test_a_new_model_is_accepted_by_its_name(table: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(shapes.MODELS, "cube", cube)
    result = squiggly("fit", table, "cube")
    assert result.exit_code == 0, result.output
    assert "data: x, y · parameters: scale" in result.output


def test_a_new_model_may_take_a_number(table: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(shapes.MODELS, "power_of", power)
    assert squiggly("fit", table, "power_of(3)").exit_code == 0
    assert "scale*x^5" in squiggly("show", "power_of(5)").output


def test_a_new_model_is_in_the_table_of_models(monkeypatch: Any) -> None:
    monkeypatch.setitem(shapes.MODELS, "cube", cube)
    page = build.models_page()
    assert "| [cube](#cube) | `scale*x^3` | `scale` |" in page
    assert "### cube\n\nA cube: scale·x³.\n" in page
    assert "- command line: `squiggly fit table.csv cube`" in page


def test_every_model_and_loss_is_a_public_name() -> None:
    assert {*shapes.MODELS, *loss.LOSSES} <= set(sq.__all__)


@pytest.mark.parametrize("built_in", shapes.MODELS)
def test_every_model_takes_a_prefix_and_shows_its_inside(built_in: str) -> None:
    assert all(name.startswith("p_") for name in shapes.MODELS[built_in](prefix="p_").names)
    assert squiggly("show", built_in).exit_code == 0


# --- A loss: one class, its row, its name


@dataclass(frozen=True)
class Halved(loss.Loss):
    """Half the mean square: torch.nn.MSELoss, halved."""

    name: ClassVar[str] = "halved"

    def pointwise(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return 0.5 * self.slope(predicted, y, sigma) ** 2

    def slope(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return np.subtract(predicted, y)

    def weight(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return np.ones_like(self.slope(predicted, y, sigma))


def test_the_command_line_offers_the_losses_of_the_table() -> None:
    assert f"--loss [{'|'.join(loss.LOSSES)}]" in squiggly("fit", "--help").output


def test_a_new_loss_fits_and_saves(table: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(loss.LOSSES, "halved", Halved())
    answer = sq.fit("y = scale*x^3", str(table), loss=Halved())
    assert answer.values == pytest.approx(sq.fit("y = scale*x^3", str(table)).values, rel=1e-9)
    answer.save(tmp_path / "fit.json")
    assert sq.load(tmp_path / "fit.json").loss == pytest.approx(answer.loss)


def test_a_new_loss_is_a_choice_of_the_command_line(table: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(loss.LOSSES, "halved", Halved())
    result = squiggly("fit", table, "y = scale*x^3", "--loss", "halved")
    assert result.exit_code == 0, result.output


def test_a_new_loss_is_in_the_table_of_losses(monkeypatch: Any) -> None:
    monkeypatch.setitem(loss.LOSSES, "halved", Halved())
    row = "| `sq.halved` | Half the mean square: torch.nn.MSELoss, halved. | `--loss halved` | `torch.nn.MSELoss` |"
    assert row in build.models_page()


# --- An optimizer, a schedule: one class, its name


@pytest.mark.parametrize("module", ["optimizers", "schedules"])
def test_every_optimizer_and_schedule_is_in_its_table(module: str) -> None:
    page = words_of("docs/models.md")
    assert all(re.search(rf"^\| `sq\.{name}\(", page, flags=re.MULTILINE) for name in sq._HOMES[module])


@pytest.mark.parametrize("module", ["optimizers", "schedules"])
def test_every_optimizer_and_schedule_is_public(module: str) -> None:
    classes = [name for name in build.definitions(module) if name[0] != "_" and name != "Optimizer"]
    classes = [name for name in classes if build.docstring(build.definitions(module)[name])]
    assert set(classes) == set(sq._HOMES[module])


# --- A command: one function with an example


@pytest.mark.parametrize("word", cli.main.commands)
def test_every_command_shows_an_example_and_is_on_the_page(word: str) -> None:
    assert re.search(rf"Examples?:\n +squiggly {word} ", squiggly(word, "--help").output)
    assert f"## squiggly {word}\n" in words_of("docs/command.md")


def test_a_new_command_is_on_the_page(monkeypatch: Any) -> None:
    @click.command()
    def wave() -> None:
        """Wave at the points."""

    monkeypatch.setitem(cli.main.commands, "wave", wave)
    assert "## squiggly wave\n" in build.command_page()
    assert "Wave at the points." in build.command_page()
