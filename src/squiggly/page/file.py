"""The page as one HTML file: document, program and script written into it, so that it asks for nothing else."""

from __future__ import annotations

import html as markup
import json
from importlib.resources import files
from os import PathLike
from typing import TYPE_CHECKING

from squiggly.errors import FileError
from squiggly.files import write_whole
from squiggly.javascript import source
from squiggly.page.document import document, target_of
from squiggly.page.still import still
from squiggly.typeset import text

if TYPE_CHECKING:
    from squiggly.model import Model
    from squiggly.page.lab import Lab

# What a browser may do for this page: run and style itself, no more. It holds the page to its promise.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
STYLE = (
    "body{margin:0;background:#fcfbf8;color:#20242a;font:16px/1.5 system-ui,sans-serif;color-scheme:light dark}"
    "noscript{display:block;max-width:760px;margin:0 auto;padding:24px}"
    "@media(prefers-color-scheme:dark){body{background:#15181c;color:#e8e6e1}}"
)
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="generator" content="squiggly">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<div id="squiggly-lab"></div>
<noscript>
<h1>{title}</h1>
{still}
</noscript>
<script type="application/json" id="squiggly-document">{document}</script>
{program}<script id="squiggly-bundle">{bundle}</script>
<script>squigglyLab.mount(document.getElementById("squiggly-lab"))</script>
</body>
</html>
"""


def html(lab: Lab) -> str:
    """The page of a lab, whole.

    >>> from squiggly import lab
    >>> html(lab("a*x + b")).count("<script")
    4
    """
    assert lab.model.expr is not None
    formula = f"{target_of(lab.model)} = {text(lab.model.expr)}"
    shown = "the points and the best curve" if lab.best else "the curve it starts from"
    words = (
        f"<p>The function is <code>{visible(formula)}</code>. Its sliders and its training need JavaScript, which is "
        f"off here: the picture shows {shown}.</p>\n{still(lab)}"
    )
    program = f'<script id="squiggly-program">{source(lab.model)}</script>\n'
    return page(lab.title or formula, words, document(lab), bundle(lab.model), program)


def page(title: str, still: str, document: object, script: str, program: str = "") -> str:
    """A page, whole.

    still: markup that is shown where no script runs; document: what the page is told; script: the bundle that reads it;
    program: a script element with the author's model, where there is one
    """
    return PAGE.format(
        policy=markup.escape(POLICY, quote=True).replace("&#x27;", "'"),
        style=STYLE,
        title=visible(title),
        still=still,
        document=_data(document),
        program=program,
        bundle=script,
    )


def save(html: str, path: str | PathLike[str]) -> None:
    """Write a page; an older file stays whole until the new one is. Raises FileError."""
    write_whole(path, lambda file: file.write(html.encode()))


def bundle(model: Model, notebook: bool = False) -> str:
    """The page's script for a model of one input, or of several, as it was built into the package.

    notebook: with a notebook's way in
    """
    return script("lab" + "-notebook" * notebook + "-map" * (len(model.inputs) > 1))


def script(name: str) -> str:
    """One of the page's scripts, as it was built into the package. Raises FileError."""
    try:
        return (files("squiggly") / "page" / "static" / f"{name}.js").read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(
            f"the page's script is missing from this installation: {error}\nhint: install squiggly again"
        ) from error


def visible(words: str) -> str:
    """Text for the page's markup: nothing in it is markup, and what cannot be encoded is replaced."""
    return markup.escape(words.encode("utf-8", "replace").decode())


def _data(value: object) -> str:
    r"""JSON that is safe inside a script element: plain ASCII, without <, > and &.

    >>> _data({"a": "</script>"})
    '{"a":"\\u003c/script\\u003e"}'
    """
    said = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return said.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
