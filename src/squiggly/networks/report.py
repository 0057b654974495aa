"""A NetworkFit as people read it: a short table, HTML, a picture of its epochs. No numbers are computed here."""

from __future__ import annotations

import math
from html import escape
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from squiggly.networks.fitted import NetworkFit

_NAMES = {"r_squared": "R²", "accuracy": "accuracy"}


def title(fit: NetworkFit) -> str:
    """What predicts what: "y = network(20, [64, 64])"."""
    made = repr(fit.network) if fit.network is not None else type(fit.trained).__name__
    return f"{fit.target} = {made} · {fit.n_parameters:,} parameters"


def _data(fit: NetworkFit) -> str:
    names = fit.inputs if len(fit.inputs) <= 8 else (*fit.inputs[:4], "…", fit.inputs[-1])
    classes = ""
    if fit.labels is not None:
        labels = [str(label) for label in fit.labels]
        classes = f" · {len(labels)} classes: " + ", ".join(labels if len(labels) <= 8 else [*labels[:7], "…"])
    held = f", {fit.rows[1]:,} held out" if fit.rows[1] else ""
    return f"data: {', '.join(names)} · {fit.rows[0]:,} rows to train{held}{classes}"


def _rows(fit: NetworkFit) -> list[tuple[str, str, str]]:
    lines = []
    for name, pair in fit.scores.items():
        form = "{:.4f}" if name in _NAMES else "{:.5g}"
        cells = ["" if math.isnan(v) else form.format(v) for v in pair]
        lines.append((_NAMES.get(name, fit.loss_name), cells[0], cells[1]))
    return lines


def _lines(fit: NetworkFit) -> list[str]:
    epochs = f"epoch {fit.best} of {len(fit.history)} kept" if fit.best else "within the first epoch"
    took = f"{fit.effort.seconds:.1f} s" if fit.effort.seconds >= 0.05 else "under 0.1 s"
    return [f"{epochs} · {fit.how} · {fit.engine} on {fit.device} · {took}", *fit.notes]


def as_text(fit: NetworkFit) -> str:
    """The fit as a short table, to paste into one's notes."""
    rows = [("", "trained on", "held out"), *_rows(fit)]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    return "\n".join([title(fit), _data(fit), "", *table, "", *_lines(fit), str(fit.verdict)])


def as_html(fit: NetworkFit) -> str:
    """The fit as HTML for a notebook. Every name is escaped."""
    cells = "".join(
        f"<tr>{''.join(f'<td style=text-align:left>{escape(cell)}</td>' for cell in row)}</tr>" for row in _rows(fit)
    )
    mark = "✓" if fit.verdict.ok else "⚠"
    return (
        f"<div><p><code>{escape(title(fit))}</code></p><p>{escape(_data(fit))}</p>"
        f"<table><thead><tr><th></th><th>trained on</th><th>held out</th></tr></thead><tbody>{cells}</tbody></table>"
        f"<p>{'<br>'.join(escape(line) for line in _lines(fit))}<br>"
        f"<b>{mark} {escape(fit.verdict.kind)}</b>: {escape(fit.verdict.words)}</p></div>"
    )


def plot(fit: NetworkFit, path: str | PathLike[str] | None = None) -> Figure:
    """The loss epoch by epoch, with a line where the kept epoch is."""
    from squiggly.picture import DATA, INK, MODEL, expect_kind, headline, label, sheet, style, written

    expect_kind(path)
    story = np.array([(e.epoch, e.loss, e.held_out) for e in fit.history], float).reshape(-1, 3)
    with style():
        figure, axes = sheet(6.4, 3.8)
        few = "o" if len(story) <= 30 else ""
        axes.plot(story[:, 0], story[:, 1], color=MODEL, linewidth=2, marker=few, markersize=4, label="trained on")
        if np.isfinite(story[:, 2]).any():
            axes.plot(story[:, 0], story[:, 2], color=DATA, linewidth=2, marker=few, markersize=4, label="held out")
        if fit.best:
            axes.axvline(fit.best, color=INK, linewidth=1, linestyle=":", label=f"kept: epoch {fit.best}")
        seen = story[:, 1:][np.isfinite(story[:, 1:])]
        if len(seen) and seen.min() > 0 and seen.max() > 10 * seen.min():
            axes.set_yscale("log")
        if len(story) > 1:
            axes.locator_params(axis="x", integer=True)
        label(axes, "epoch", f"loss ({fit.loss_name})")
        axes.legend(frameon=False)
        headline(axes, fit.verdict.kind)
        return written(figure, path)
