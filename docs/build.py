"""Write the pages that are made from the code alone: reference, operations, models, command.

`python docs/build.py` writes them; `--check` names the stale ones and exits 1. The same code gives the same pages:
signatures and defaults are the source's own words, never what Python would print for their values.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click

import squiggly
from squiggly import formula, operations, shapes
from squiggly.cli import main as command_line
from squiggly.expression import apply, name
from squiggly.files import write_whole
from squiggly.loss import LOSSES
from squiggly.typeset import latex, text

DOCS = Path(__file__).resolve().parent
SOURCE = Path(squiggly.__file__).parent
NOTICE = "<!-- Written by docs/build.py from the code. To change it, change the code, then run `make docs`. -->"
WIDTH = 88  # of a signature on one line

# The order a newcomer reads in. A module that is not named here comes after those that are.
READING = [
    *["fitting", "result", "verdict", "saving", "model", "modelling", "shapes", "points", "binding", "loss"],
    *["descent", "optimizers", "schedules", "plotting"],
]
LAST = ["errors"]

# What a formula means without its parentheses, and with them. tests/test_docs.py holds each pair to the parser.
READ_AS = [
    ("-a^2", "-(a^2)"),
    ("a^b^c", "a^(b^c)"),
    ("a/b*c", "(a/b)*c"),
    ("a + b*c", "a + (b*c)"),
    ("2*x < a + 1", "(2*x) < (a + 1)"),
    ("not a < b", "not (a < b)"),
    ("a < x and x < b or x > c", "((a < x) and (x < b)) or (x > c)"),
]

# What is spelt otherwise between dollar signs: what Markdown would take for its own, and numbers that have a name.
SPELT = {
    r"\,": r"\thinspace",
    r"\\": r"\cr",
    "|": r"\vert ",
    "6.283185307179586": r"2 \pi",
    "0.6931471805599453": r"\ln 2",
}


def pages() -> dict[Path, str]:
    """Every generated page by its path, as it should be now."""
    return {
        DOCS / "reference.md": reference_page(),
        DOCS / "operations.md": operations_page(),
        DOCS / "models.md": models_page(),
        DOCS / "command.md": command_page(),
    }


# --- The source, read as text ---------------------------------------------------------------------------------------


@cache
def source(module: str) -> str:
    """The text of a module of squiggly."""
    path = SOURCE / module.replace(".", "/")
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")


@cache
def definitions(module: str) -> dict[str, ast.ClassDef | ast.FunctionDef]:
    """The functions and classes of a module, by name."""
    return {
        node.name: node for node in ast.parse(source(module)).body if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }


@cache
def places(module: str) -> dict[str, int]:
    """Where in its module each name is made: the line of its function, class or assignment."""
    body = ast.parse(source(module)).body
    made = {t.id: n.lineno for n in body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    return made | {defined: node.lineno for defined, node in definitions(module).items()}


def said(module: str, node: ast.AST) -> str:
    """A piece of the source on one line, in its own words; a type of the module's own keeping is Any to others."""
    words = re.sub(r"\s+", " ", ast.get_source_segment(source(module), node) or "").strip()
    return re.sub(r"(?<![\w.\"'])_[A-Z]\w*", "Any", words)


def docstring(node: ast.ClassDef | ast.FunctionDef | ast.Module) -> str:
    return ast.get_docstring(node) or ""


def call(called: str, arguments: list[str], returns: str = "") -> str:
    """A signature: on one line where that is short, otherwise a line an argument."""
    one_line = f"{called}({', '.join(arguments)}){returns}"
    if len(one_line) <= WIDTH:
        return one_line
    return "\n".join([f"{called}(", *(f"    {argument}," for argument in arguments), f"){returns}"])


def function_signature(module: str, node: ast.FunctionDef, called: str, skip: int = 0) -> str:
    """A function's signature, less its first `skip` arguments (self)."""
    returns = f" -> {said(module, node.returns)}" if node.returns else ""
    return call(called, list(_arguments(module, node.args))[skip:], returns)


def _arguments(module: str, given: ast.arguments) -> Iterator[str]:
    positional = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(positional) - len(given.defaults)) + given.defaults
    for i, (argument, default) in enumerate(zip(positional, defaults), start=1):
        yield _argument(module, argument, default)
        if i == len(given.posonlyargs):
            yield "/"
    if given.vararg:
        yield "*" + said(module, given.vararg)
    elif given.kwonlyargs:
        yield "*"
    for argument, default in zip(given.kwonlyargs, given.kw_defaults):
        yield _argument(module, argument, default)
    if given.kwarg:
        yield "**" + said(module, given.kwarg)


def _argument(module: str, argument: ast.arg, default: ast.expr | None) -> str:
    equals = "" if default is None else (" = " if argument.annotation else "=") + said(module, default)
    return said(module, argument) + equals


def class_signature(module: str, node: ast.ClassDef) -> str:
    """A dataclass with its fields, any other class with what it is a kind of."""
    if any("dataclass" in said(module, decorator) for decorator in node.decorator_list):
        return call(f"class {node.name}", [f"{n}: {kind}{default}" for n, kind, default in fields(module, node)])
    return f"class {node.name}({', '.join(said(module, base) for base in node.bases)})"


def fields(module: str, node: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """A dataclass's fields: name, type, and its default as ` = value` or nothing."""
    for line in node.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            kind, default = said(module, line.annotation), said(module, line.value) if line.value else ""
            if not kind.startswith("ClassVar") and not line.target.id.startswith("_"):
                default = re.sub(r"^field\(default_factory=(\w+)\)$", r"\1()", default)
                yield line.target.id, kind, f" = {default}" if default else ""


# --- Docstrings as Markdown -----------------------------------------------------------------------------------------

_LABEL = r"[a-z]\w*(?:, [a-z]\w*)*:\s+(?=\S)"


def markdown(doc: str) -> str:
    """A docstring as Markdown: sentences as paragraphs, `name: meaning` as a list, doctests as code."""
    doc = re.sub(r"\n(?=>>> )", "\n\n", doc)
    blocks: list[str] = []
    for block in re.split(r"\n\s*\n", doc):
        example = block.startswith(">>> ")
        if example and blocks and blocks[-1].startswith("```"):
            blocks[-1] = blocks[-1].removesuffix("```") + block + "\n```"
        else:
            blocks.append(fenced(block) if example else _prose(block))
    return "\n\n".join(blocks)


def fenced(code: str, language: str = "python") -> str:
    return f"```{language}\n{code}\n```"


def _prose(block: str) -> str:
    """Lines of text: those that begin `name: ` are items of a list, with the lines that carry them on."""
    parts: list[tuple[str, str]] = []
    for line in block.splitlines():
        for piece in re.split(rf"(?:(?<=\.)\s+|\s{{2,}})(?={_LABEL})", line):
            label = re.match(_LABEL, piece)
            if label:
                parts.append((label[0].strip(" :"), piece[label.end() :]))
            elif parts and _carries_on(*parts[-1], piece):
                parts[-1] = (parts[-1][0], f"{parts[-1][1]} {piece.strip()}")
            else:
                parts.append(("", piece.strip()))
    out = ""
    for i, (label, words) in enumerate(parts):
        gap = "\n" if label and i and parts[i - 1][0] else "\n\n"
        labels = ", ".join(f"`{one}`" for one in label.split(", "))
        out += gap + (f"- {labels}: {escaped(words)}" if label else escaped(words))
    return out.strip()


def _carries_on(label: str, words: str, line: str) -> bool:
    """Whether a line without a label belongs to the item before it rather than beginning a sentence of its own."""
    return not label or line[0].isspace() or line[0].islower() or not words.endswith(".")


def escaped(words: str) -> str:
    """Text that Markdown shows as it is; what is in backticks stays."""
    special = r"([*<]|(?<!\w)_)" if words.count("*") > 1 else r"(<|(?<!\w)_)"  # a lone star emphasises nothing
    parts = re.split(r"(`[^`]*`)", words)
    return "".join(part if part.startswith("`") else re.sub(special, r"\\\1", part) for part in parts)


def first_paragraph(doc: str) -> str:
    return escaped(" ".join(doc.split("\n\n")[0].split()))


def code(words: str) -> str:
    return f"`{words}`" if words else ""


def codes(words: Iterable[str]) -> str:
    return ", ".join(code(word) for word in words)


def math(typeset: str) -> str:
    r"""LaTeX between dollar signs, without what Markdown would read as its own: `\,`, `\\` and `|` in words."""
    for short, long in SPELT.items():
        typeset = typeset.replace(short, long)
    return f"${typeset.strip()}$"


def table(heads: list[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; a column that is empty throughout is left out."""
    columns = [c for c in zip(heads, *rows) if any(c[1:])]
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in zip(*columns)]
    return "\n".join([lines[0], "|" + "---|" * len(columns), *lines[1:]])


def anchors(page: str) -> dict[str, str]:
    """Each heading of a page to the fragment that links to it."""
    found: dict[str, str] = {}
    taken: dict[str, int] = {}
    text_only = re.sub(r"^```.*?^```[ \t]*$", "", page, flags=re.MULTILINE | re.DOTALL)
    for heading in re.findall(r"^#+ (.+)$", text_only, flags=re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        taken[slug] = taken.get(slug, -1) + 1
        found.setdefault(heading, f"#{slug}-{taken[slug]}" if taken[slug] else f"#{slug}")
    return found


def page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", NOTICE, *parts]) + "\n"


# --- reference.md ---------------------------------------------------------------------------------------------------


def reference_page() -> str:
    """Every public name: its signature, its docstring, its methods."""
    homes = squiggly._HOMES
    known = [m for m in (*READING, *LAST) if m in homes]
    order = [m for m in known if m not in LAST] + [m for m in homes if m not in known] + [m for m in known if m in LAST]
    homes = {m: sorted(homes[m], key=places(m).__getitem__) for m in order}
    sections = {module: _module(module, homes[module]) for module in order}
    to = anchors("\n".join(["# Reference", *sections.values()]))
    contents = table(
        ["module", "names"],
        ([_linked(m, to), ", ".join(f"[{n}]({to[n]})" for n in homes[m])] for m in order),
    )
    return page(
        "Reference",
        "Every public name of squiggly, in the order a newcomer meets them. The usual way to have them is\n"
        "`import squiggly as sq`; the examples below call them by their bare names, and NumPy `np`.",
        contents,
        *sections.values(),
    )


def _linked(module: str, to: dict[str, str]) -> str:
    heading = f"{module.replace('.', '/')}.py"
    return f"[{heading}]({to[heading]})"


def _module(module: str, names: Iterable[str]) -> str:
    about = first_paragraph(docstring(ast.parse(source(module))))
    path = f"{module.replace('.', '/')}.py"
    link = f"[Source](../src/squiggly/{path})"
    return "\n\n".join([f"## {path}", f"{about} {link}", *(_entry(module, n) for n in names)])


def _entry(module: str, public: str) -> str:
    node = definitions(module).get(public)
    if node is None:
        return _instance(module, public)
    if isinstance(node, ast.FunctionDef):
        return _described(public, function_signature(module, node, public), docstring(node))
    behind = "".join(_members(home, under(base, node.name)) for home, base in _behind(module, node))
    return _described(public, class_signature(module, node), docstring(node)) + _members(module, node) + behind


def under(base: ast.ClassDef, name: str) -> ast.ClassDef:
    """A class under the name that a reader knows it by."""
    return ast.ClassDef(name, base.bases, base.keywords, base.body, base.decorator_list)


def _described(heading: str, signature: str, doc: str, level: int = 3) -> str:
    return "\n\n".join(part for part in (f"{'#' * level} {heading}", fenced(signature), markdown(doc)) if part)


def _instance(module: str, public: str) -> str:
    """A public name that is a ready-made object: how it is called, and what its class says."""
    node = definitions(module)[type(getattr(squiggly, public)).__name__]
    assert isinstance(node, ast.ClassDef)
    calls = [m for c in _family(module, node) for m in _methods(c) if m.name == "__call__"]
    signature = function_signature(module, calls[0], public, skip=1) if calls else public
    if node.name in squiggly.__all__:
        return _described(public, signature, f"`{node.name}()`, ready made.")
    return _described(public, signature, docstring(node))


def _family(module: str, node: ast.ClassDef) -> list[ast.ClassDef]:
    """A class and those of its module that it is built on."""
    bases = [definitions(module).get(said(module, base)) for base in node.bases]
    return [node, *(c for base in bases if isinstance(base, ast.ClassDef) for c in _family(module, base))]


def _behind(module: str, node: ast.ClassDef) -> list[tuple[str, ast.ClassDef]]:
    """The classes of squiggly's other modules that a class is built on and that have no entry of their own."""
    homes = {
        alias.name: step.module.removeprefix("squiggly.")
        for step in ast.parse(source(module)).body
        if isinstance(step, ast.ImportFrom) and (step.module or "").startswith("squiggly.")
        for alias in step.names
    }
    bases = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id in homes]
    classes = [(homes[base], definitions(homes[base]).get(base)) for base in bases if base not in squiggly.__all__]
    return [(home, c) for home, c in classes if isinstance(c, ast.ClassDef)]


def _methods(node: ast.ClassDef) -> list[ast.FunctionDef]:
    return [m for m in node.body if isinstance(m, ast.FunctionDef)]


def _members(module: str, node: ast.ClassDef) -> str:
    """The public properties as a list, then the public methods; those that a base already explains are left to it."""
    explained = {m.name for base in _family(module, node)[1:] for m in _methods(base) if docstring(m)}
    shown = [m for m in _methods(node) if not m.name.startswith("_") and not _is(module, m, "setter")]
    own = [m for m in shown if (docstring(m) or m.name not in explained)]
    properties = [_property(module, m) for m in own if _is(module, m, "property")]
    methods = [_method(module, node, m) for m in own if not _is(module, m, "property")]
    listed = ["It has these properties:\n\n" + "\n".join(properties)] if properties else []
    return "".join(f"\n\n{part}" for part in (*listed, *methods))


def _is(module: str, method: ast.FunctionDef, kind: str) -> bool:
    return any(said(module, decorator).endswith(kind) for decorator in method.decorator_list)


def _property(module: str, method: ast.FunctionDef) -> str:
    kind = f" ({code(said(module, method.returns))})" if method.returns else ""
    return f"- `{method.name}`{kind}: " + markdown(docstring(method)).replace("\n", "\n  ").replace("\n  \n", "\n\n")


def _method(module: str, node: ast.ClassDef, method: ast.FunctionDef) -> str:
    called = f"{node.name}.{method.name}"
    skip = 0 if _is(module, method, "staticmethod") else 1
    return _described(called, function_signature(module, method, called, skip), _doc(module, method), level=4)


def _doc(module: str, method: ast.FunctionDef) -> str:
    """What a method says, or what the module's class that lays down its kind says of it."""
    others = (m for c in definitions(module).values() if isinstance(c, ast.ClassDef) for m in _methods(c))
    return docstring(method) or next((docstring(m) for m in others if m.name == method.name and docstring(m)), "")


# --- operations.md --------------------------------------------------------------------------------------------------


def operations_page() -> str:
    """The formula language: its grammar, and what it can call."""
    rows = list(operations.OPERATIONS.values())
    numbers, choices = [r for r in rows if not r.truth], [r for r in rows if r.truth]
    return page(
        "The formula language",
        _grammar(),
        "## Operations",
        "The table in [operations.py](../src/squiggly/operations.py), one row each. A derivative is a formula too, in\n"
        "the arguments a, b and c: that is why a derivative can be printed and differentiated again. Values and\n"
        "derivatives are held to the torch function in the last column by the tests.",
        table(["name", "written", "also called", "derivative", "typeset", "torch"], map(_operation, numbers)),
        "## Yes or no",
        "These answer yes or no; their derivative is 0. Where a number is wanted, yes counts as 1 and no as 0; where\n"
        "yes or no is wanted, any number but 0 is yes.",
        table(["name", "written", "also called", "", "typeset", "torch"], map(_operation, choices)),
        "## Short for others",
        table(["written", "means"], map(_composed, operations.COMPOSED)),
        "## Constants",
        "A column or parameter may still have one of these names: it then comes first.",
        table(["name", "value"], ([code(n), code(repr(value))] for n, value in operations.CONSTANTS.items())),
    )


def _grammar() -> str:
    return "\n\n".join(
        [
            "A formula is one expression, or `target = expression`:",
            fenced("counts = a*exp(-t/tau) + c", "text"),
            "It has numbers (`2`, `0.5`, `1e-3`), names, `+ - * / ^` (`**` is the same as `^`), parentheses,\n"
            "comparisons (`< <= > >= == !=`), `and`, `or`, `not`, and calls to the functions below. Names that are\n"
            "columns of the table are data; the other names are parameters. A column with an odd name goes in\n"
            "backticks. There is no implied multiplication: `2x` is refused, with a hint. Nothing else exists, no\n"
            "attributes, no subscripts, no text, and nothing reaches Python's own evaluator: what cannot be written\n"
            "cannot be run.",
            f"At most {formula.MAX_LENGTH:,} characters are read, {formula.MAX_NODES} numbers, names and operations, "
            f"and {formula.MAX_DEPTH} levels\ninside one another. Beyond that, write a Python function.",
            "What binds first:",
            table(["a formula", "is read as"], ([code(bare), code(full)] for bare, full in READ_AS)),
        ]
    )


def _operation(row: operations.Operation) -> list[str]:
    expr = apply(row.name, *(name(letter) for letter in "abc"[: row.arity]))
    slopes = [
        code(slope) if row.arity == 1 else f"{letter}: `{slope}`" for letter, slope in zip("abc", row.derivatives)
    ]
    derivative = "" if row.truth else "<br>".join(slopes)
    return [code(row.name), code(text(expr)), codes(row.aliases), derivative, math(latex(expr)), code(row.torch)]


def _composed(short: str) -> list[str]:
    arity, means = operations.COMPOSED[short]
    return [code(f"{short}({', '.join('ab'[:arity])})"), code(means)]


# --- models.md ------------------------------------------------------------------------------------------------------


def models_page() -> str:
    """What is built in: models, losses, optimizers, schedules."""
    to = anchors("\n".join(f"## {n}" for n in shapes.MODELS))
    return page(
        "What is built in",
        "## Models",
        "Each is a function that returns a Model; models add, subtract, multiply and divide. On the command line a\n"
        "model's name stands where a formula would, and takes the first two columns. In Python a prefix keeps names\n"
        'apart: `sq.gaussian("p_") + sq.line()`.',
        table(["model", "formula", "parameters"], (_model_row(n, to[f"{n}"]) for n in shapes.MODELS)),
        *(_model(n) for n in shapes.MODELS),
        "## Losses",
        "What a fit or a descent makes small: `sq.fit(…, loss=sq.mae)`.",
        table(["loss", "what it is", "command line", "in torch"], map(_loss, LOSSES.values())),
        "## Optimizers",
        "How a descent steps: `sq.descend(…, optimizer=sq.Adam())`.",
        _choices("optimizers"),
        "## Schedules",
        "The rate as a function of the step: `sq.descend(…, schedule=sq.cosine())`. Any function of (step, steps)\n"
        "that says what to multiply the rate with will do.",
        _choices("schedules"),
    )


def _model_row(built_in: str, anchor: str) -> list[str]:
    model = shapes.MODELS[built_in]()
    return [f"[{built_in}]({anchor})", code(model.formula or ""), codes(model.names)]


def _model(built_in: str) -> str:
    builder = shapes.MODELS[built_in]
    model = builder()
    counts = [p for p in inspect.signature(builder).parameters.values() if p.name != "prefix" and _is_count(p.default)]
    spelled = f"{built_in}({counts[0].default})" if counts else built_in
    quoted = f'"{spelled}"' if counts else spelled
    public = "sq." if built_in in squiggly.__all__ else "squiggly.shapes."
    shown = f", shown here with {counts[0].name} = {counts[0].default}" if counts else ""
    return "\n\n".join(
        [
            f"### {built_in}",
            first_paragraph(inspect.getdoc(builder) or ""),
            math(model.latex or built_in),
            f"- formula: `{model.formula}`{shown}\n"
            f"- parameters: {codes(model.names)}\n"
            f"- Python: `{public}{spelled if counts else f'{built_in}()'}`\n"
            f"- command line: `squiggly fit table.csv {quoted}`",
        ]
    )


def _is_count(default: Any) -> bool:
    return isinstance(default, int) and not isinstance(default, bool)


def _loss(loss: Any) -> list[str]:
    doc = inspect.getdoc(type(loss)) or ""
    return [code(f"sq.{loss.name}"), first_paragraph(doc), code(f"--loss {loss.name}"), _torch(doc)]


def _choices(module: str) -> str:
    rows = []
    for public in squiggly._HOMES[module]:
        node = definitions(module)[public]
        assert isinstance(node, ast.ClassDef)
        arguments = [f"{n}{default.replace(' ', '')}" for n, _, default in fields(module, node)]
        rows.append([code(f"sq.{call(public, arguments)}"), first_paragraph(docstring(node)), _torch(docstring(node))])
    return table(["", "what it does", "in torch"], rows)


def _torch(doc: str) -> str:
    """The torch name that a docstring says it equals: "torch.optim.SGD", or the StepLR of "torch's StepLR"."""
    found = re.search(r"torch\.\w[\w.]*\w|(?<=torch's )[A-Z]\w+", doc)
    return code(found[0]) if found else ""


# --- command.md -----------------------------------------------------------------------------------------------------


def command_page() -> str:
    """The help of every command, as the terminal shows it."""
    top = _context(command_line, "squiggly")
    parts = [fenced(command_line.get_help(top), "text")]
    for word in command_line.list_commands(top):
        command = command_line.get_command(top, word)
        assert command is not None
        context = _context(command, word, top)
        parts += [f"## squiggly {word}", fenced(command.get_help(context), "text")]
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                shown = fenced(inner.get_help(_context(inner, name, context)), "text")
                parts += [f"### squiggly {word} {name}", shown]
    return page("The command line", "What `squiggly --help` and `squiggly COMMAND --help` print.", *parts)


def _context(command: click.Command, word: str, parent: click.Context | None = None) -> click.Context:
    settings = {"terminal_width": 100, "max_content_width": 100, **command.context_settings}
    return click.Context(command, info_name=word, parent=parent, **settings)


# --- The script -----------------------------------------------------------------------------------------------------


def stale(now: dict[Path, str]) -> list[Path]:
    """The pages whose file is not what the code says now."""
    return [path for path, words in now.items() if not path.exists() or path.read_text(encoding="utf-8") != words]


def main() -> int:
    """Write the pages, or with --check say which are stale."""
    parser = argparse.ArgumentParser(description="Write the pages that are made from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; name the stale pages and exit 1")
    check = parser.parse_args().check
    now = pages()
    old = stale(now)
    for path in old:
        if not check:
            write_whole(path, lambda file, words=now[path]: file.write(words.encode("utf-8")))
        print(f"docs/{path.name} {'is stale: run `make docs`' if check else 'written'}")
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.exit(main())
