"""Claim: our own Programs cost little code: the table, expressions and Programs together are a few hundred lines."""

from __future__ import annotations

import ast
import io
import tokenize
from importlib.util import find_spec
from pathlib import Path

from measure import have, met, quick, table

import squiggly

A_FEW_HUNDRED = 500
CORE = ["operations.py", "expression.py", "program.py"]
BESIDE = ["record.py", "derivative.py", "formula.py"]


def lines_of_code(path: Path) -> tuple[int, int]:
    """Lines with code on them, without comments and docstrings; and all lines of the file."""
    source = path.read_text(encoding="utf-8")
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    code = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in skipped
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            code -= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return len(code), len(source.splitlines())


def main() -> None:
    folder = Path(squiggly.__file__).parent
    counts = {name: lines_of_code(folder / name) for name in [*CORE, *BESIDE]}
    rows = [[f"`{name}`", *count, "", ""] for name, count in counts.items()]
    core = [sum(counts[name][k] for name in CORE) for k in (0, 1)]
    whole = [sum(count[k] for count in counts.values()) for k in (0, 1)]
    rows.insert(3, ["**these three**", *core, f"≤ {A_FEW_HUNDRED} of code", met(core[0] <= A_FEW_HUNDRED)])
    rows.append(["**all six**", *whole, "", ""])
    if "sympy" in have("sympy"):
        spec = find_spec("sympy")
        assert spec and spec.origin
        root = Path(spec.origin).parent
        parts = ["core", "functions/elementary", "parsing", "printing"]
        files = [p for part in parts for p in (root / part).rglob("*.py") if "tests" not in p.parts]
        files = files[:3] if quick() else files
        sizes = [lines_of_code(p) for p in files]
        rows.append(["for scale: SymPy's core, elementary functions, parsing and printing",
                     *(f"{sum(s[k] for s in sizes):,}" for k in (0, 1)), "", ""])  # fmt: skip
    table(["file", "lines of code", "lines in all", "budget", "met"], rows)


if __name__ == "__main__":
    main()
