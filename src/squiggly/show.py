"""The inside of a model, in text: its Program, its derivatives, its typeset form, its JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from squiggly import javascript
from squiggly.derivative import derivatives
from squiggly.errors import OptionError, listed
from squiggly.expression import names
from squiggly.formula import parse
from squiggly.loss import mse
from squiggly.model import Model
from squiggly.modelling import as_model
from squiggly.typeset import text


def show(source: Any, inputs: Sequence[str] = ()) -> str:
    """What a formula, a function or a model is recorded as.

    inputs: names that are data; by default `x`, or else `t`.
    The JavaScript is that of a page, with one of its losses.
    Raises FormulaError, ModelError, or OptionError for an input that is not in the formula.

    >>> print(show("a*x").splitlines()[0])
    formula      a*x
    """
    model = _model(source, inputs)
    program = model.program()
    lines = [
        f"formula      {model.formula}",
        f"typeset      {model.latex}",
        f"data         {', '.join(model.inputs) or 'none'}",
        f"parameters   {', '.join(model.names) or 'none'}",
        "",
        "program",
        *(f"  {line}" for line in str(program).splitlines()),
    ]
    slopes = derivatives(model.expr, model.names) if model.expr is not None else []
    width = max((len(n) for n in model.names), default=0)
    if slopes:
        lines += ["", "derivatives", *(f"  d/d{n:<{width}}  {text(slope)}" for n, slope in zip(model.names, slopes))]
    if len(model.inputs) == 1:
        lines += ["", "javascript", *(f"  {line}".rstrip() for line in javascript.source(model, [mse]).splitlines())]
    return "\n".join(lines)


def _model(source: Any, inputs: Sequence[str]) -> Model:
    if not inputs or callable(source):
        return as_model(source, None if isinstance(source, str) else inputs)
    if isinstance(source, Model):
        if len(inputs) != len(source.inputs):
            raise OptionError(f"--input {listed(inputs)}: this model has {len(source.inputs)} input\nhint: --input t")
        return source.renamed(dict(zip(source.inputs, inputs)))
    read = parse(source, inputs)
    used = names(read.expr)
    unknown = [i for i in inputs if i not in used]
    if unknown:
        raise OptionError(
            f"--input {unknown[0]}: the formula has no such name; its names are {listed(used)}\nhint: --input {used[0]}"
            if used
            else f"--input {unknown[0]}: the formula has no names\nhint: leave --input out"
        )
    return as_model(source, [*inputs, *(names(read.target) if read.target is not None else [])])
