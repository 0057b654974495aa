"""The command line: parse, call, print. Nothing here is worth importing."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from squiggly.errors import OptionError, SquigglyError

if TYPE_CHECKING:
    from squiggly.loss import Loss


class LossName(click.ParamType):
    """A name from the table of losses, which is loaded when it is needed."""

    name = "loss"

    def get_metavar(self, *args: Any, **options: Any) -> str | None:
        return self._choice().get_metavar(*args, **options)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The loss itself."""
        from squiggly.loss import LOSSES

        return LOSSES[self._choice().convert(value, param, ctx)]

    def _choice(self) -> click.Choice[str]:
        from squiggly.loss import LOSSES

        return click.Choice(list(LOSSES))


class Errors(click.Group):
    """Our errors reach the user as a sentence and a hint, exit code 2; bugs keep their traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SquigglyError as error:
            raise _Refused(_typed(str(error))) from error


class _Refused(click.ClickException):
    exit_code = 2


def _typed(message: str) -> str:
    """An error as the command line would say it: options as they are typed here, not as Python spells them."""
    message = re.sub(r'parameters=\["(\w+)"\] \((--parameter \w+)\)', r"\2", message)
    message = re.sub(r'\b(missing|sigma_is)="(\w+)"', lambda m: f"--{m[1].replace('_', '-')} {m[2]}", message)
    message = re.sub(r'\b(start|fix)=\{"(\w+)": ([^{}]*)\}', r"--\1 \2=\3", message)
    message = re.sub(r"\{'(\w+)': \(0, None\)\}", r"--bound \1=0:", message)
    message = re.sub(r"^bounds\b", "--bound", message).replace("one value use fix", "one value use --fix")
    return re.sub(r"^(start|fix)\b", r"--\1", message)


@click.group(cls=Errors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="squiggly")
def main() -> None:
    """Fit any function you can write to any points you have."""


@main.command("fit")
@click.argument("table", type=click.Path(path_type=Path))
@click.argument("formula")
@click.option(
    "--start", multiple=True, metavar="NAME=VALUE", help="Where to start; names left out are found from the data"
)
@click.option(
    "--bound", multiple=True, metavar="NAME=LOW:HIGH", help="Lowest and highest value; leave one side empty for none"
)
@click.option("--fix", multiple=True, metavar="NAME=VALUE", help="Hold a parameter constant")
@click.option("--loss", type=LossName(), default="mse", show_default=True, help="What is made small")
@click.option("--sigma", metavar="COLUMN", help="The column with the uncertainty of each point")
@click.option(
    "--sigma-is",
    type=click.Choice(["relative", "known"]),
    default="relative",
    show_default=True,
    help="Whether sigma only weighs the points or is in units of y",
)
@click.option(
    "--missing",
    type=click.Choice(["refuse", "drop"]),
    default="refuse",
    show_default=True,
    help="What to do with rows that have a gap",
)
@click.option(
    "--parameter",
    multiple=True,
    metavar="NAME",
    help="A name that is a parameter although a column is called so or nearly so",
)
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Write a picture: png, svg or pdf")
@click.option("--save", type=click.Path(path_type=Path), metavar="FILE", help="Write the fit as JSON, points included")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table")
def fit_command(
    table: Path,
    formula: str,
    start: tuple[str, ...],
    bound: tuple[str, ...],
    fix: tuple[str, ...],
    loss: Loss,
    sigma: str | None,
    sigma_is: str,
    missing: str,
    parameter: tuple[str, ...],
    plot: Path | None,
    save: Path | None,
    as_json: bool,
) -> None:
    """Fit FORMULA to the columns of TABLE (CSV, Parquet or JSON).

    Names in the formula that are columns are data, the others are parameters. FORMULA may also be the name of a
    built-in model, such as gaussian or "relus(4)", on the first two columns.

    Exit code 0: determined. 3: fitted, but the verdict is not ok. 2: bad input.

    \b
    Examples:
        squiggly fit decay.csv "counts = a*exp(-t/tau) + c"
        squiggly fit decay.csv "counts = a*exp(-t/tau) + c" --start tau=3 --bound a=0: --fix c=0 --plot decay.png
        squiggly fit peaks.csv gaussian --json
    """
    from squiggly.fitting import fit

    if plot is not None:
        from squiggly.picture import expect_kind

        expect_kind(plot)  # before the work, not after it
    answer = fit(
        _built_in(formula),
        table,
        start=_pairs("--start", start),
        bounds=_bounds(bound),
        fix=_pairs("--fix", fix),
        loss=loss,
        sigma=sigma,
        sigma_is=sigma_is,
        missing=missing,
        parameters=parameter,
    )
    if as_json:
        import json

        from squiggly.saving import as_json as to_json

        click.echo(json.dumps(to_json(answer), ensure_ascii=False, indent=1))
    else:
        click.echo(str(answer))
    for path, write in ((plot, answer.plot), (save, answer.save)):
        if path is not None:
            write(path)
            click.echo(f"wrote {path}", err=True)
    sys.exit(0 if answer.verdict.ok else 3)


@main.command("show")
@click.argument("formula")
@click.option("--input", "inputs", multiple=True, metavar="NAME", help="A name that is data; by default x, or else t")
def show_command(formula: str, inputs: tuple[str, ...]) -> None:
    """Show what FORMULA is recorded as: its Program, its derivatives, its typeset form.

    \b
    Example:
        squiggly show "a*exp(-t/tau) + c"
    """
    from squiggly.show import show

    click.echo(show(_built_in(formula), inputs))


def _built_in(text: str) -> Any:
    """A formula as it is; the name of a built-in, with a number in brackets where it takes one, as that model."""
    from squiggly.shapes import MODELS

    match = re.fullmatch(r"\s*(\w+)\s*(?:\(\s*(\d+)\s*\))?\s*", text)
    if match is None or match[1] not in MODELS:
        return text
    builder = MODELS[match[1]]
    if match[2] is None:
        return builder()
    if builder.__code__.co_argcount < 2:
        raise OptionError(f"{match[1]} takes no number\nhint: write {match[1]}")
    return builder(int(match[2]))


def _pairs(option: str, given: tuple[str, ...]) -> dict[str, float]:
    """NAME=VALUE, several separated by commas or as several options."""
    pairs = {}
    for item in (part for text in given for part in text.split(",")):
        name, equals, value = item.partition("=")
        try:
            pairs[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise OptionError(f"{option} {item}: a name and a number were expected\nhint: {option} tau=3")
    return pairs


def _bounds(given: tuple[str, ...]) -> dict[str, tuple[float | None, float | None]]:
    """NAME=LOW:HIGH, either side empty."""
    bounds = {}
    for item in (part for text in given for part in text.split(",")):
        name, _, limits = item.partition("=")
        low, colon, high = limits.partition(":")
        try:
            bounds[name.strip()] = (float(low) if low.strip() else None, float(high) if high.strip() else None)
        except ValueError:
            colon = ""
        if not colon:
            raise OptionError(
                f"--bound {item}: a name, a lowest and a highest value were expected\n"
                "hint: --bound a=0: or --bound a=0:10"
            )
    return bounds
