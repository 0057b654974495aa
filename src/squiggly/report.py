"""A Fit as people read it: a short table for a terminal or a notebook page. No numbers are computed here."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from squiggly.figures import rounded

if TYPE_CHECKING:
    from squiggly.intervals.trust import Parameter
    from squiggly.result import Fit


def _row(name: str, p: Parameter) -> tuple[str, str, str, str]:
    if p.fixed:
        return name, f"{p.value:.10g}", "", "fixed"
    value, error = rounded(p.value, p.error)
    if math.isnan(p.error) and not math.isnan(p.high - p.low):  # on a bound: an interval to one side
        size = (p.high - p.low) / 4
        low, high = (rounded(end, size)[0] if math.isfinite(end) else "∞" for end in (p.low, p.high))
        return name, value, "± " + error, f"{'−' * math.isinf(p.low)}{low} … {high}"
    if not math.isfinite(p.error):
        return name, value, "± " + error, "unknown" if math.isinf(p.error) else "—"
    return name, value, "± " + error, f"{rounded(p.low, p.error)[0]} … {rounded(p.high, p.error)[0]}"


def names_line(fit: Fit) -> str:
    """What was taken as data and what as parameters, in words.

    >>> from squiggly import fit
    >>> names_line(fit("y = a*x + b", {"x": [0, 1, 2], "y": [1, 3, 5]}))
    'data: x, y · parameters: a, b'
    """
    sigma = ", sigma" if fit.points.sigma is not None else ""
    inputs = ", ".join(fit.points.inputs)
    euler = " · e = 2.718…" if fit.model.euler else ""
    return f"data: {inputs}, {fit.points.target}{sigma} · parameters: {', '.join(fit.parameters) or 'none'}{euler}"


def title(fit: Fit) -> str:
    """The formula, or the function's name where it could not be recorded."""
    name = getattr(fit.model.function, "__name__", "f").replace("<lambda>", "f")
    return fit.formula or f"{fit.points.target} = {name}({', '.join(fit.model.arguments)})"


def _numbers(fit: Fit) -> str:
    loss = fit.loss_function
    delta = getattr(loss, "delta", None)
    if fit.model.expr is None and fit.model.function is None:  # saved without its function
        return f"{fit.n} points · {loss.name}"
    parts = [
        f"{fit.n} points",
        f"{loss.name}{f' (delta {delta:.3g})' if delta else ''} {fit.loss:.5g}",
        f"reduced chi² {fit.reduced_chi_square:.4g}",
        f"R² {fit.r_squared:.5g}",
    ]
    return " · ".join(part for part in parts if not part.endswith("nan"))


def errors_line(fit: Fit) -> str:
    """Where the errors and the intervals come from, in words; empty where there are none.

    >>> from squiggly import fit
    >>> errors_line(fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1, 3.1, 4.9, 7]}))
    "errors: s²(JᵀJ)⁻¹ · intervals: Student's t, 2 degrees of freedom"
    """
    loss, known = fit.loss_function.name, fit.known and fit.loss_function.name == "mse"
    if not fit.free or (fit.freedom <= 0 and not known):
        return ""
    if fit.errors_by == "bootstrap":
        return f"errors: bootstrap of {'counts' if loss == 'poisson' else 'residuals'} · intervals: its quantiles"
    square = {"poisson": "Fisher information"}.get(loss, "(JᵀJ)⁻¹" if known else "s²(JᵀJ)⁻¹")
    if fit.errors_by == "hessian":
        square = "inverse Hessian" if known or loss == "poisson" else "s² × inverse Hessian"
    if loss not in ("mse", "poisson"):
        square += f", s² from the slopes of {loss}"
    student = f"Student's t, {fit.freedom} degree{'s' * (fit.freedom != 1)} of freedom"
    return f"errors: {square} · intervals: {'Gaussian' if known or loss == 'poisson' else student}"


def limit_line(fit: Fit) -> str | None:
    """How near the fit is to the best that as many straight pieces can do, in words; None for other models.

    >>> from squiggly import fit, relus
    >>> limit_line(fit(relus(1), {"x": [0, 1, 2, 3, 4, 5], "y": [0, 1, 2, 1, 2, 4]}))
    'rms 0.44721 · no line of 2 straight pieces can be below 0.16667 (2.683 ×)'
    """
    from squiggly.solve.hinges import most_pieces

    pieces, limit = most_pieces(fit.model), fit.limit
    if pieces is None or limit is None:
        return None
    rms, lowest = math.sqrt(fit.loss), math.sqrt(limit)
    unit = " sigma" if fit.points.sigma is not None else ""
    size = max(abs(fit.points.y)) / (1.0 if fit.points.sigma is None else min(fit.points.sigma))
    if lowest <= 1e-13 * size:  # rounding
        return f"rms {rms:.5g}{unit} · a line of {pieces} straight pieces can pass through every point"
    return f"rms {rms:.5g}{unit} · no line of {pieces} straight pieces can be below {lowest:.5g} ({rms / lowest:.4g} ×)"


def _notes(fit: Fit) -> list[str]:
    notes = [*fit.points.notes, *([fit.model.note] if fit.model.note else [])]
    notes += [line] if (line := limit_line(fit)) else []
    notes += [line] if (line := errors_line(fit)) else []
    notes += fit.notes
    if fit.points.sigma is not None:
        notes.append(
            f"sigma {'known: in units of y' if fit.known else 'relative: the scatter of the points sets the scale'}"
        )
    if fit.left_out is not None:
        from squiggly.outliers import RULE

        notes.append(f"{fit.left_out}; rule: {RULE}")
    if fit.points.dropped:
        notes.append(f"{fit.points.dropped} row{'s' * (fit.points.dropped > 1)} with gaps dropped")
    if fit.effort is not None and fit.effort.seconds > 1.0:
        notes.append(f"{fit.effort.evaluations:,} sets of parameters tried in {fit.effort.seconds:.1f} s")
    if fit.model.expr is None:
        notes.append(f"derivatives by {fit.model.derivatives_by}: {fit.model.unrecorded}")
    return notes


def as_text(fit: Fit) -> str:
    """The fit as a short table, to paste into one's notes."""
    rows = [("", "value", "error", "95 % interval"), *(_row(n, p) for n, p in fit.parameters.items())]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    table = [f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:<{widths[2]}}  {d}".rstrip() for a, b, c, d in rows]
    return "\n".join([title(fit), names_line(fit), "", *table, "", _numbers(fit), *_notes(fit), str(fit.verdict)])


def as_html(fit: Fit) -> str:
    """The fit as HTML for a notebook, with the formula typeset. Every name is escaped."""
    latex = fit.model.latex
    formula = f"$${escape(latex)}$$" if latex else f"<code>{escape(title(fit))}</code>"
    cells = "".join(
        f"<tr>{''.join(f'<td style=text-align:left>{escape(cell)}</td>' for cell in _row(n, p))}</tr>"
        for n, p in fit.parameters.items()
    )
    lines = "<br>".join(escape(line) for line in (_numbers(fit), *_notes(fit)))
    mark = "✓" if fit.verdict.ok else "⚠"
    return (
        f"<div>{formula}<p>{escape(names_line(fit))}</p>"
        f"<table><thead><tr><th></th><th>value</th><th>error</th><th>95 % interval</th></tr></thead>"
        f"<tbody>{cells}</tbody></table>"
        f"<p>{lines}<br><b>{mark} {escape(fit.verdict.kind)}</b>: {escape(fit.verdict.words)}</p></div>"
    )
