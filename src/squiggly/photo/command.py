"""`squiggly photos`: draw, audit, train, predict, page, report. Parse, call, print; nothing here is worth importing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click


@click.group()
def photos() -> None:
    """Recognise photos: from a folder with a sub-folder for each class to one file that anyone can use.

    \b
    Examples:
        squiggly photos draw owls/
        squiggly photos train owls/ -o owl.squiggly
        squiggly photos predict owl.squiggly who.jpg
    """


@photos.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--n", "many", default=60, show_default=True, help="Pictures of each kind")
@click.option("--kind", "kinds", multiple=True, help="owl, cat, rabbit, bear, penguin  [default: the first three]")
@click.option("--side", default=160, show_default=True, help="In pixels")
@click.option("--seed", default=0, show_default=True, help="The same seed draws the same pictures")
def draw(folder: Path, many: int, kinds: tuple[str, ...], side: int, seed: int) -> None:
    """Draw owls, cats and rabbits into FOLDER, to try everything on.

    \b
    Example:
        squiggly photos draw owls/
        squiggly photos train owls/ -o owl.squiggly
    """
    from squiggly.photo.drawing import draw as drawn

    chosen = kinds or ("owl", "cat", "rabbit")
    drawn(folder, many, chosen, side, seed)
    click.echo(f"{many} pictures each of {', '.join(chosen)} in {folder}")


@photos.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "path", type=click.Path(path_type=Path), help="Write what was found for a program, too")
def audit(folder: Path, path: Path | None) -> None:
    """Name every file of FOLDER that is bad, odd, double, leaked or suspicious. Nothing in it is changed.

    \b
    Example:
        squiggly photos audit photos/
    """
    from squiggly.photo.audit import audit as audited

    found = audited(folder, _reading())
    _done()
    click.echo(str(found))
    if path is not None:
        found.save(path)


@photos.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write  [default: FOLDER.squiggly]")
@click.option("--model", help="linear, relus or convolution  [default: convolution]")
@click.option("--backbone", help="Begin from this: a .squiggly file, a ResNet-18's .safetensors, or its hub name")
@click.option("--ladder", is_flag=True, help="Train linear, relus, convolution and --backbone; keep the best")
@click.option("--minutes", type=float, help="It may take  [default: 10]")
@click.option("--epochs", type=int, help="Times each photo is looked at, in place of --minutes")
@click.option("--batch", type=int, help="Photos a step")
@click.option("--rate", help="The highest learning rate, or find: a short sweep looks for it")
@click.option("--change", type=float, help="How strongly photos are varied: 0 not at all  [default: 1]")
@click.option("--seed", default=0, show_default=True, help="Of the split, the start and the order")
@click.option("--device", default="auto", show_default=True, help="cpu, cuda …")
def train(
    folder: Path, output: Path | None, model: str | None, backbone: str | None, ladder: bool, rate: str | None,
    seed: int, **options: Any,
) -> None:  # fmt: skip
    """Train a recogniser on FOLDER: one sub-folder a class, or train, valid and test with the classes in each.

    Killed at any moment, the same command goes on where it was. Ctrl-C keeps the best so far.

    \b
    Examples:
        squiggly photos train photos/ -o owl.squiggly
        squiggly photos train photos/ --minutes 2
        squiggly photos train photos/ --ladder -o best.squiggly
    """
    from squiggly.errors import OptionError
    from squiggly.files import write_whole
    from squiggly.photo.checkpoint import clear
    from squiggly.photo.collection import photos as read
    from squiggly.photo.ladder import ladder as climbed
    from squiggly.photo.rates import find_rate
    from squiggly.photo.recognisers import backbone as opened
    from squiggly.photo.recognisers import convolution, linear, rectified
    from squiggly.photo.training import train as trained

    kinds: dict[str, Any] = {"linear": linear, "relus": rectified, "convolution": convolution}
    if model is not None and model not in kinds:
        raise OptionError(f"--model is {model!r}, linear, relus or convolution was expected\nhint: --model convolution")
    if model is not None and (backbone or ladder):
        raise OptionError("--model and --backbone or --ladder say two things\nhint: give one of them")
    begin = opened(backbone) if backbone else None
    made: Any = begin or kinds[model or "convolution"]()
    path = output or Path(f"{folder.resolve().name}.squiggly")
    if output is None and path.exists():
        raise OptionError(f"{path} is there already\nhint: name the file: -o other.squiggly")
    write_whole(path.with_name(f".{path.name}.try"), lambda file: None)  # before the work, not after it
    path.with_name(f".{path.name}.try").unlink()
    seen = read(folder, made.side, seed=seed, watch=_reading())
    _done()
    click.echo(str(seen))
    given = {name: value for name, value in options.items() if value is not None}
    if rate is not None:
        given["rate"] = _rate(rate, lambda: find_rate(made, seen, seed=seed))
    if ladder:
        rungs = climbed(seen, backbone=begin, seed=seed, watch=_rung, **given)
        rungs.best.save(path)
        click.echo(f"\n{rungs}\n\n{rungs.best}\n\n{path}")
        return
    place = path.with_name(f".{path.name}.training")
    fit = trained(made, seen, seed=seed, watch=_look, checkpoint=place, **given)
    fit.save(path)
    if fit.verdict.kind != "interrupted":  # after that the same command goes on
        clear(place)
    click.echo(f"\n{fit}\n\n{path}")


@photos.command()
@click.argument("recogniser", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def predict(recogniser: Path, files: tuple[Path, ...]) -> None:
    """Say what is on each of FILES. One that cannot be read is named, and the others are answered.

    \b
    Example:
        squiggly photos predict owl.squiggly *.jpg
    """
    from squiggly.photo.decoding import PhotoError, shown
    from squiggly.photo.saving import load

    fit, failed = load(recogniser), 0
    for file in files:
        try:
            click.echo(f"{shown(file)}: {fit.predict(file)}")
        except PhotoError as error:
            failed += 1
            click.echo(str(error).replace("\nhint: ", " · "), err=True)
    if failed:
        sys.exit(1)


@photos.command()
@click.argument("recogniser", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write  [default: beside RECOGNISER]")
@click.option("--title", help="Of the page  [default: the classes]")
@click.option("--example", "examples", multiple=True, type=click.Path(path_type=Path), help="A photo to begin with")
def page(recogniser: Path, output: Path | None, title: str | None, examples: tuple[Path, ...]) -> None:
    """Write a page where anyone shows it photos: one file, offline, nothing is sent.

    \b
    Example:
        squiggly photos page owl.squiggly -o owl.html
    """
    from squiggly.photo.saving import load

    path = output or recogniser.with_suffix(".html")
    load(recogniser).page(path, title=title, examples=examples)
    click.echo(f"{path}, {path.stat().st_size / 1e6:.1f} MB")


@photos.command()
@click.argument("recogniser", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write  [default: report.html]")
def report(recogniser: Path, folder: Path, output: Path | None) -> None:
    """Write how good a recogniser is as a page, from the FOLDER of photos that it was trained on.

    Its mistakes as pictures and where it looked, labels that may be wrong, look-alikes in different classes.

    \b
    Example:
        squiggly photos report owl.squiggly photos/ -o report.html
    """
    from squiggly.photo.collection import photos as read
    from squiggly.photo.saving import load

    fit, path = load(recogniser), output or Path("report.html")
    fit.on(read(folder, fit.side, seed=fit.seed, watch=_reading())).report(path)
    click.echo(f"{path}, {path.stat().st_size / 1e6:.1f} MB")


def _reading() -> Any:
    """A line that counts the photos as they are read, on a terminal."""
    if not sys.stderr.isatty():
        return None
    return lambda many, n: click.echo(f"\r{many:,} of {n:,} photos read", err=True, nl=False)


def _done() -> None:
    if sys.stderr.isatty():
        click.echo("\r\033[K", err=True, nl=False)


def _look(look: Any) -> None:
    held = f" · to stop by {look.held_loss:.3f}, {look.held_right:6.1%} right"
    held = held if look.held_right == look.held_right else ""
    when = f"epoch {look.epoch:3}" if look.epoch else "beforehand"
    click.echo(f"{when}  loss {look.loss:.3f}, {look.right:6.1%} right{held} · {look.seconds:.0f} s")


def _rung(name: str, look: Any) -> None:
    click.echo(f"{name:11} ", nl=False)
    _look(look)


def _rate(word: str, find: Any) -> float:
    from squiggly.errors import OptionError

    if word == "find":
        sweep = find()
        click.echo(str(sweep))
        return float(sweep.rate)
    try:
        return float(word)
    except ValueError:
        raise OptionError(f"--rate is {word!r}, a number or find was expected\nhint: --rate 0.003") from None
