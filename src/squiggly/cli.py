"""The command line: parse, call, print. Nothing here is worth importing."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from squiggly.errors import OptionError, SquigglyError
from squiggly.photo.command import photos

if TYPE_CHECKING:
    from squiggly.loss import Loss


class RowOf(click.ParamType):
    """A name from a table, which is loaded when it is needed; the value is the table's row."""

    def __init__(self, name: str, table: Callable[[], Mapping[str, Any]]) -> None:
        self.name, self.table = name, table

    def get_metavar(self, *args: Any, **options: Any) -> str | None:
        return click.Choice(list(self.table())).get_metavar(*args, **options)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The row itself."""
        table = self.table()
        return table[click.Choice(list(table)).convert(value, param, ctx)]


def _losses() -> Mapping[str, Any]:
    from squiggly.loss import LOSSES

    return LOSSES


def _optimizers() -> Mapping[str, Any]:
    from squiggly.page.walk import OPTIMIZERS

    return OPTIMIZERS


def _activations() -> Mapping[str, Any]:
    from squiggly.networks.activations import ACTIVATIONS

    return {name: name for name in ACTIVATIONS}


def _schedules() -> Mapping[str, Any]:
    """The names alone: what stands behind one depends on the number of steps."""
    from squiggly.page.walk import page_schedules

    return {name: name for name in page_schedules(100)}


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
    message = re.sub(r'\b(missing|sigma_is|errors)="(\w+)"', lambda m: f"--{m[1].replace('_', '-')} {m[2]}", message)
    message = message.replace('outliers="leave out"', "--outliers leave-out")
    message = re.sub(r'\b(start|fix)=\{"(\w+)": ([^{}]*)\}', r"--\1 \2=\3", message)
    message = re.sub(r"\{'(\w+)': \(0, None\)\}", r"--bound \1=0:", message)
    message = re.sub(r"^bounds\b", "--bound", message).replace("one value use fix", "one value use --fix")
    message = re.sub(
        r"^range is \(([^,]*), ([^)]*)\)(.*)range=\(-2, 2\)", r"--range \1:\2\3--range -2:2", message, flags=re.S
    )
    message = message.replace("network(…, classes=2)", "--classes")
    return re.sub(r"^(start|fix|rate|steps|target|errors|seconds)\b", r"--\1", message)


def _reading(command: Any) -> Any:
    """The options of how a table is read, for every command that reads one."""
    missing = click.option(
        "--missing",
        type=click.Choice(["refuse", "drop"]),
        default="refuse",
        show_default=True,
        help="What to do with rows that have a gap",
    )
    parameter = click.option(
        "--parameter",
        multiple=True,
        metavar="NAME",
        help="A name that is a parameter although a column is called so or nearly so",
    )
    return missing(parameter(command))


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
@click.option("--loss", type=RowOf("loss", _losses), default="mse", show_default=True, help="What is made small")
@click.option("--sigma", metavar="COLUMN", help="The column with the uncertainty of each point")
@click.option(
    "--sigma-is",
    type=click.Choice(["relative", "known"]),
    default="relative",
    show_default=True,
    help="Whether sigma only weighs the points or is in units of y",
)
@click.option(
    "--errors",
    type=click.Choice(["jacobian", "hessian", "bootstrap"]),
    help="What standard errors are taken from  [default: jacobian; bootstrap with --loss mae]",
)
@click.option(
    "--outliers",
    type=click.Choice(["keep", "leave-out"]),
    default="keep",
    show_default=True,
    help="Whether points that stand out from a robust fit are left out, and named",
)
@click.option("--seconds", type=float, help="How long it may take  [default: a minute, and 50 µs for each point]")
@_reading
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Write a picture: png, svg or pdf")
@click.option(
    "--band",
    type=click.Choice(["confidence", "prediction", "none"]),
    default="confidence",
    show_default=True,
    help="What is shaded about the curve in the picture",
)
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
    errors: str | None,
    outliers: str,
    seconds: float | None,
    missing: str,
    parameter: tuple[str, ...],
    plot: Path | None,
    band: str,
    save: Path | None,
    as_json: bool,
) -> None:
    """Fit FORMULA to the columns of TABLE (CSV, Parquet or JSON).

    Names in the formula that are columns are data, the others are parameters. FORMULA may also be the name of a
    built-in model, such as gaussian, "relus(4)" or "relus(auto)", on the first two columns.

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
        errors=errors,
        missing=missing,
        outliers=outliers.replace("-", " "),
        seconds=seconds,
        parameters=parameter,
    )
    if as_json:
        import json

        from squiggly.saving import as_json as to_json

        click.echo(json.dumps(to_json(answer), ensure_ascii=False, indent=1))
    else:
        click.echo(str(answer))
    shaded = partial(answer.plot, band=None if band == "none" else band)
    for path, write in ((plot, shaded), (save, answer.save)):
        if path is not None:
            write(path)
            click.echo(f"wrote {path}", err=True)
    sys.exit(0 if answer.verdict.ok else 3)


@main.command("lab")
@click.argument("given", nargs=-1, metavar="[TABLE] FORMULA")
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help="The page to write")
@click.option("--start", multiple=True, metavar="NAME=VALUE", help="Where a slider begins; off the best by default")
@click.option("--target", type=float, metavar="LOSS", help="A loss to beat by hand")
@click.option("--loss", type=RowOf("loss", _losses), help="What is made small  [default: mse; mae with --lesson]")
@click.option("--fix", multiple=True, metavar="NAME=VALUE", help="Lock a parameter")
@click.option("--bound", multiple=True, metavar="NAME=LOW:HIGH", help="How far a slider reaches")
@click.option("--sigma", metavar="COLUMN", help="The column with the uncertainty of each point")
@_reading
@click.option("--rate", type=float, help="The rate of the descent  [default: 0.01, or less where that runs away]")
@click.option(
    "--steps", type=click.IntRange(1), default=100, show_default=True, help="How many steps the timeline shows"
)
@click.option(
    "--optimizer", type=RowOf("optimizer", _optimizers), default="sgd", show_default=True, help="Of the descent"
)
@click.option("--schedule", type=RowOf("schedule", _schedules), default="steady", show_default=True, help="Of the rate")
@click.option("--range", "span", metavar="LOW:HIGH", help="Of x, where there are no points  [default: -2:2]")
@click.option("--title", default="", help="What stands above the page")
@click.option("--relus", type=click.IntRange(1), metavar="N", help="N rectified lines added up, in place of FORMULA")
@click.option("--network", metavar="2-8-8-1", help="A network of these widths, in place of FORMULA")
@click.option("--activation", type=RowOf("activation", _activations), help="Of the network  [default: relu]")
@click.option("--data", metavar="NAME", help="What the network learns without TABLE: circle, spiral …; see the page")
@click.option("--classes", is_flag=True, help="The network tells the two labels of the last column apart")
@click.option("--batch", type=click.IntRange(0), help="Points a step of the network looks at, 0: all  [default: 10]")
@click.option("--held-out", type=float, metavar="SHARE", help="Of points no step of the network sees  [default: 0.5]")
@click.option("--lesson", is_flag=True, help="The lesson's 20 noisy points, its loss, its start and a target")
@click.option(
    "--open/--no-open", "show", default=None, help="Open the page where there is a screen  [default: without -o]"
)
def lab_command(
    given: tuple[str, ...],
    output: Path | None,
    start: tuple[str, ...],
    target: float | None,
    loss: Loss | None,
    fix: tuple[str, ...],
    bound: tuple[str, ...],
    sigma: str | None,
    missing: str,
    parameter: tuple[str, ...],
    rate: float | None,
    steps: int,
    optimizer: Any,
    schedule: str,
    span: str | None,
    title: str,
    relus: int | None,
    lesson: bool,
    show: bool | None,
    **of_network: Any,
) -> None:
    """Make a live page of FORMULA: sliders, the loss, and gradient descent to take over.

    With TABLE (CSV, Parquet or JSON) its points are on the page and the best fit is dashed; FORMULA is as in
    `squiggly fit`. Without one, the page opens the function alone. The page is one file that needs no network.

    Without -o the page is written to the current folder, named after the table, or lab.html.

    \b
    Examples:
        squiggly lab decay.csv "counts = a*exp(-t/tau) + c"
        squiggly lab decay.csv "counts = a*exp(-t/tau) + c" --start tau=3 --target 0.02 -o decay.html
        squiggly lab "a*sin(w*t)" --start w=2 --range 0:10
        squiggly lab decay.csv --relus 4
        squiggly lab --network 2-8-8-1 --data spiral
        squiggly lab --lesson
    """
    from squiggly.page.lab import lab
    from squiggly.page.lesson import FORMULA, lesson_lab
    from squiggly.page.walk import page_schedules

    if _of_network(of_network, {
        "--relus": relus, "--lesson": lesson, "--start": start, "--target": target, "--fix": fix, "--bound": bound,
        "--sigma": sigma, "--range": span, "--parameter": parameter,
    }):  # fmt: skip
        walk = {"rate": rate, "optimizer": optimizer, "schedule": schedule, "loss": loss}
        _network_lab(given, of_network, walk, {"title": title, "missing": missing}, output, show)
        return
    if relus is not None:
        given = (*_only_table(given, f"--relus {relus}"), f"relus({relus})")
    table, formula = _table_and_formula(given, FORMULA if lesson else None)
    if lesson and table is not None:
        raise OptionError(f"--lesson brings its own points, and {table} has others\nhint: leave one of the two out")
    path = output or _own_page(Path(f"{Path(table).stem}.html" if table else "lab.html"))
    options: dict[str, Any] = {
        **{"start": _pairs("--start", start), "fix": _pairs("--fix", fix), "bounds": _bounds(bound)},
        **{"target": target, "parameters": parameter, "range": _span(span), "rate": rate, "steps": steps},
        **{"optimizer": optimizer, "schedule": page_schedules(steps)[schedule]},
        **{"title": title, "sigma": sigma, "missing": missing, **({"loss": loss} if loss else {})},
    }
    model = _built_in(formula)
    made = lesson_lab(model, **options) if lesson else lab(model, None if table is None else Path(table), **options)
    _written(made, path, output is None if show is None else show)


main.add_command(photos)


def _written(made: Any, path: Path, show: bool) -> None:
    """Write a page, say where, and open it where that is wanted and there is a screen."""
    made.save(path)
    click.echo(str(path))
    if show and _screen():
        import webbrowser

        webbrowser.open(path.resolve().as_uri())


def _of_network(given: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Whether a network is asked for. Raises OptionError where options of a network and of a formula are mixed."""
    ours = [f"--{name.replace('_', '-')}" for name, value in given.items() if value not in (None, False)]
    if given["network"] is None:
        if ours:
            raise OptionError(f"{ours[0]} is an option of a network\nhint: squiggly lab --network 2-8-8-1 {ours[0]} …")
        return False
    mixed = next((option for option, value in others.items() if value not in (None, False, ())), None)
    if mixed:
        raise OptionError(f"{mixed} is of a formula, --network is none\nhint: leave one of them out")
    return True


def _network_lab(
    given: tuple[str, ...],
    of_network: Mapping[str, Any],
    walk: Mapping[str, Any],
    options: Mapping[str, Any],
    output: Path | None,
    show: bool | None,
) -> None:
    """The page of a network, with the table or with data that the page makes."""
    from squiggly.networks.network import network
    from squiggly.page.walk import page_schedules

    [table] = [*_only_table(given, f"--network {of_network['network']}"), None][:1]
    inputs, hidden = _widths(of_network["network"])
    layers = network(
        inputs, hidden, activation=of_network["activation"] or "relu", classes=2 if of_network["classes"] else None
    )
    batch, held_out = of_network["batch"], of_network["held_out"]
    steps = click.get_current_context().params["steps"]
    steps = 2000 if _by_default("steps") else steps
    chosen = {
        **options,
        **{name: value for name, value in walk.items() if value is not None},
        **{"schedule": page_schedules(steps)[walk["schedule"]], "steps": steps, "data": of_network["data"]},
        **({} if batch is None else {"batch": batch or None}),
        **({} if held_out is None else {"held_out": held_out}),
    }
    if of_network["classes"] and table is None and of_network["data"] in _of_numbers():
        raise OptionError(f"{of_network['data']} is of numbers, --classes tells labels apart\nhint: leave one out")
    made = layers.lab(None if table is None else Path(table), **chosen)
    path = output or _own_page(Path(f"{Path(table).stem}.html" if table else "network.html"))
    _written(made, path, output is None if show is None else show)


def _of_numbers() -> list[str]:
    from squiggly.page.network import MADE

    return [name for name, (_, classes) in MADE.items() if not classes]


def _by_default(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.DEFAULT


def _widths(text: str) -> tuple[int, list[int]]:
    """2-8-8-1 as the inputs and the hidden widths; what comes out is one number."""
    parts = text.replace("x", "-").split("-")
    if len(parts) < 2 or not all(part.isdecimal() and len(part) < 10 for part in parts) or parts[-1] != "1":
        raise OptionError(
            f"--network {text}: widths from the inputs to one output were expected\n"
            "hint: 2-8-8-1 is two inputs, two layers of eight units, one output"
        )
    return int(parts[0]), [int(part) for part in parts[1:-1]]


def _only_table(given: tuple[str, ...], option: str) -> tuple[str, ...]:
    """What was given beside --relus or --network: a table or nothing."""
    formula = next((one for one in given if not _is_table(one)), None)
    if formula is not None:
        raise OptionError(f"{option} is a formula of its own, {formula} is another\nhint: leave one of them out")
    if len(given) > 1:
        raise OptionError(f"{len(given)} tables were given, one was expected\nhint: squiggly lab {given[0]} {option}")
    return given


def _table_and_formula(given: tuple[str, ...], alone: str | None) -> tuple[str | None, str]:
    """TABLE, where there is one, and FORMULA; `alone` stands where nothing was given."""
    if len(given) == 2:
        table, formula = given
        if Path(formula).is_file() and not Path(table).is_file():
            raise OptionError(f"the table comes first, then the formula\nhint: squiggly lab {formula} {table!r}")
        return table, formula
    if len(given) > 2:
        raise OptionError(
            f"{len(given)} arguments, a table and a formula were expected\nhint: quote the formula: "
            'squiggly lab decay.csv "y = a*x + b"'
        )
    if not given and alone is None:
        raise OptionError('a formula is needed\nhint: squiggly lab "a*x^2 + b*x + c", or squiggly lab --lesson')
    if given and _is_table(given[0]):
        raise OptionError(
            f'{given[0]} is a table, and a formula is needed too\nhint: squiggly lab {given[0]} "y = a*x + b", '
            "with the names of its columns"
        )
    return None, given[0] if given else str(alone)


def _is_table(text: str) -> bool:
    return Path(text).is_file() or Path(text).suffix.lower() in _TABLES


_TABLES = {".csv", ".tsv", ".txt", ".parquet", ".json", ".jsonl", ".ndjson", ".gz"}


def _own_page(path: Path) -> Path:
    """A name that was not asked for: an older page may be written over, nothing else."""
    if path.exists() and (not path.is_file() or b'id="squiggly-document"' not in path.read_bytes()):
        raise OptionError(f"{path} exists and is not a page of squiggly\nhint: name the page: -o other.html")
    return path


def _screen() -> bool:
    """Whether someone may be looking at a screen here."""
    if os.environ.get("CI") or not sys.stdout.isatty():
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _span(text: str | None) -> tuple[float, float] | None:
    """LOW:HIGH."""
    if text is None:
        return None
    low, _, high = text.partition(":")
    try:
        return float(low), float(high)
    except ValueError:
        raise OptionError(f"--range {text}: a lowest and a highest x were expected\nhint: --range -2:2") from None


@main.command("show")
@click.argument("formula")
@click.option("--input", "inputs", multiple=True, metavar="NAME", help="A name that is data; by default x, or else t")
def show_command(formula: str, inputs: tuple[str, ...]) -> None:
    """Show what FORMULA is recorded as: Program, derivatives, LaTeX, JavaScript.

    \b
    Example:
        squiggly show "a*exp(-t/tau) + c"
    """
    from squiggly.show import show

    click.echo(show(_built_in(formula), inputs))


def _built_in(text: str) -> Any:
    """A formula as it is; the name of a built-in, with what it takes in brackets, as that model: relus(8, inputs=2)."""
    from squiggly.shapes import MODELS

    match = re.fullmatch(r"\s*(\w+)\s*(?:\(\s*(\d+|auto)\s*(?:,\s*inputs\s*=\s*(\d+)\s*)?\))?\s*", text)
    if match is None or match[1] not in MODELS:
        return text
    builder = MODELS[match[1]]
    if match[2] is None:
        return builder()
    if builder.__code__.co_argcount < 2:
        raise OptionError(f"{match[1]} takes no number\nhint: write {match[1]}")
    more = {} if match[3] is None else {"inputs": int(match[3])}
    if more and "inputs" not in builder.__code__.co_varnames[: builder.__code__.co_argcount]:
        raise OptionError(f"{match[1]} has one input, no other number of them\nhint: write {match[1]}({match[2]})")
    return builder(match[2] if match[2] == "auto" else int(match[2]), **more)


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
