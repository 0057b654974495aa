"""The words about the code, held to the code: generated pages, links, examples, recipes, the tree."""

from __future__ import annotations

import doctest
import importlib.util
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from glob import glob
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from squiggly import fit, linear, photos
from squiggly.cli import main
from squiggly.formula import parse
from squiggly.photo.drawing import draw

ROOT = Path(__file__).resolve().parents[1]
NOT_OURS = {"node_modules", "out", "build", "dist", "__pycache__"}


def built() -> ModuleType:
    """docs/build.py as a module."""
    spec = importlib.util.spec_from_file_location("squiggly_docs_build", ROOT / "docs" / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = built()
GENERATED = [path.name for path in build.pages()]


def files(pattern: str) -> list[Path]:
    """The repository's own files of that kind."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob(pattern) if path.is_file())
    return sorted(p for p in found if not any(part in NOT_OURS or part.startswith(".") for part in p.parts))


def words_of(path: str | Path) -> str:
    """The text of a page that must be there."""
    assert (ROOT / path).is_file(), f"{path} is missing"
    return (ROOT / path).read_text(encoding="utf-8")


def fences(text: str) -> Iterator[tuple[str, int, str]]:
    """The fenced blocks of a page: what is written after the fence, the line it begins on, its text."""
    for match in re.finditer(r"^```([^\n]*)\n(.*?)^```[ \t]*$", text, flags=re.MULTILINE | re.DOTALL):
        yield match[1].strip(), text[: match.start()].count("\n") + 2, match[2]


def prose(text: str) -> str:
    """A page without its code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```[ \t]*$", "", text, flags=re.MULTILINE | re.DOTALL))


# --- Generated pages


@pytest.mark.parametrize("page", GENERATED)
def test_the_page_is_what_the_code_says(page: str) -> None:
    now = build.pages()[ROOT / "docs" / page]
    assert words_of(f"docs/{page}") == now, f"docs/{page} has drifted from the code: run `make docs`"


def test_the_pages_are_the_same_twice() -> None:
    assert build.pages() == built().pages()


@pytest.mark.parametrize("page", GENERATED)
def test_a_generated_page_shows_no_place_in_memory_or_on_disk(page: str) -> None:
    text = words_of(f"docs/{page}")
    assert not re.search(r"0x[0-9a-f]{6,}|<[\w.]+ object", text)
    assert str(ROOT) not in text and str(Path.home()) not in text


def test_the_reference_has_every_public_name() -> None:
    import squiggly

    headings = re.findall(r"^### (\w+)$", words_of("docs/reference.md"), flags=re.MULTILINE)
    assert sorted(headings) == sorted(squiggly.__all__)


def test_every_public_name_says_what_it_is() -> None:
    pieces = re.split(r"^### ", words_of("docs/reference.md"), flags=re.MULTILINE)[1:]
    bare = [piece.split("\n")[0] for piece in pieces if not prose(piece).split("\n", 1)[1].strip()]
    assert not bare, f"these have no docstring: {', '.join(bare)}"


@pytest.mark.parametrize("bare, full", build.READ_AS)
def test_a_formula_is_read_as_the_page_says(bare: str, full: str) -> None:
    assert parse(bare).expr is parse(full).expr


def test_check_names_a_stale_page_and_writes_nothing(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(build, "pages", lambda: {tmp_path / "models.md": "new\n"})
    (tmp_path / "models.md").write_text("old\n")
    monkeypatch.setattr(sys, "argv", ["build.py", "--check"])
    assert build.main() == 1
    assert capsys.readouterr().out == "docs/models.md is stale: run `make docs`\n"
    assert (tmp_path / "models.md").read_text() == "old\n"


def test_build_writes_what_is_stale_and_is_then_content(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(build, "pages", lambda: {tmp_path / "models.md": "new\n"})
    monkeypatch.setattr(sys, "argv", ["build.py"])
    assert build.main() == 0
    assert (tmp_path / "models.md").read_text() == "new\n"
    monkeypatch.setattr(sys, "argv", ["build.py", "--check"])
    assert build.main() == 0
    assert capsys.readouterr().out == "docs/models.md written\n"


def test_a_docstring_becomes_paragraphs_a_list_and_code() -> None:
    doc = (
        "One sentence.\n\n"
        "first:  what it is,\n        carried on\nsecond, third: two at once.  fourth: on the same line.\n"
        "Raises DataError.\n\n>>> 1 + 1\n2"
    )
    assert build.markdown(doc) == (
        "One sentence.\n\n"
        "- `first`: what it is, carried on\n- `second`, `third`: two at once.\n- `fourth`: on the same line.\n\n"
        "Raises DataError.\n\n```python\n>>> 1 + 1\n2\n```"
    )


# --- Links


@pytest.mark.parametrize("page", [p.as_posix() for p in files("*.md")])
def test_every_link_and_picture_leads_somewhere(page: str) -> None:
    text = prose(words_of(page))
    found = re.findall(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)", text) + re.findall(r"(?:src|href)=[\"']([^\"']+)", text)
    found += re.findall(r"^\[[^\]]+\]:\s+(\S+)", text, flags=re.MULTILINE)
    lost = [link for link in found if not re.match(r"[a-z]+:", link) and not leads_somewhere(ROOT / page, link)]
    assert not lost, f"{page} has links that lead nowhere: {', '.join(lost)}"


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether a link's file is there, and in it the heading it names."""
    file, _, heading = link.partition("#")
    target = (page.parent / file).resolve() if file else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    if not heading or target.suffix != ".md":
        return True
    return f"#{heading}" in build.anchors(target.read_text(encoding="utf-8")).values()


# --- Examples


def shell_lines(page: str) -> list[str]:
    """The `squiggly …` lines of a page's blocks of shell, those that go on after a backslash joined."""
    blocks = [text.replace("\\\n", " ") for language, _, text in fences(words_of(page)) if "python" not in language]
    lines = (line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines())
    return [line for line in lines if line.startswith("squiggly ")]


def arguments(line: str) -> list[str]:
    """What a shell would hand to squiggly: up to a pipe or a redirection, without the comment."""
    words = shlex.split(line, comments=True)[1:]
    ends = [i for i, word in enumerate(words) if word in ("|", "||", "&&", ";", ">", ">>", "2>")]
    return words[: min(ends, default=len(words))]


def prepared(words: list[str], monkeypatch: Any) -> list[str]:
    """A line about photos, once the lines before it were run: few pictures, one epoch."""
    monkeypatch.setenv("SQUIGGLY_CACHE", "cache")
    if words[1] != "draw":
        draw("owls", n=4, side=48)
    if words[1] in ("predict", "page", "report"):
        fit(linear(side=16), photos("owls", side=16), epochs=1).save("owl.squiggly")
    if words[1] == "train":
        words = [*words, "--epochs", "1"]
    found = [sorted(glob(word)) if "*" in word else [word] for word in words]
    return [word for some in found for word in some]


def run(line: str, folder: Path, monkeypatch: Any) -> None:
    """Run a line in a folder that has the examples, as a reader would: 0 is determined, 3 is fitted but not ok."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    monkeypatch.chdir(folder)
    words = arguments(line)
    if words[0] == "photos":
        words = prepared(words, monkeypatch)
    result = CliRunner().invoke(main, words, prog_name="squiggly", catch_exceptions=False)
    assert result.exit_code in (0, 3), f"{line}\n{result.output}"


def test_the_readme_shows_the_command_line() -> None:
    assert shell_lines("README.md"), "README.md has no fenced `squiggly …` line"


@pytest.mark.parametrize("line", shell_lines("README.md") if (ROOT / "README.md").exists() else [])
def test_the_readme_s_command_runs(line: str, tmp_path: Path, monkeypatch: Any) -> None:
    run(line, tmp_path, monkeypatch)


def tried() -> list[str]:
    """The rows of the examples' own table, as commands: the file, and the formula to try."""
    rows = re.findall(r"^\| `([\w.]+)` \|.*\| `(\".+?\")`", words_of("examples/README.md"), flags=re.MULTILINE)
    return [f"squiggly fit examples/{table} {formula}" for table, formula in rows]


@pytest.mark.parametrize("line", tried())
def test_the_examples_formula_is_determined_by_its_table(line: str, tmp_path: Path, monkeypatch: Any) -> None:
    run(line, tmp_path, monkeypatch)


def test_every_example_table_has_a_formula_to_try() -> None:
    assert {p.name for p in files("*.csv") if p.parts[0] == "examples"} == {
        Path(shlex.split(line)[2]).name for line in tried()
    }


def test_the_readme_s_printed_fit_is_what_is_printed(tmp_path: Path, monkeypatch: Any) -> None:
    """A block without a language that follows a command is its output."""
    text = words_of("README.md")
    pairs = re.findall(r"^```sh\n(squiggly [^\n]+)\n```\n+```\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    assert pairs, "README.md shows no command with its output below"
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    for line, printed in pairs:
        assert CliRunner().invoke(main, arguments(line), prog_name="squiggly").stdout.strip() == printed.strip()


WITH_PYTHON = [Path("README.md"), *(p for p in files("*.md") if p.parts[0] == "docs" and p.name not in GENERATED)]


@pytest.mark.parametrize("page", [p.as_posix() for p in WITH_PYTHON])
def test_the_page_s_python_runs(page: str, tmp_path: Path, monkeypatch: Any) -> None:
    """The blocks of a page in order, as one reader would type them. Those marked `python no-run` are left out."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    scope: dict[str, Any] = {"__name__": "__main__"}
    for language, line, code in fences(words_of(page)):
        if language == "python":
            execute(code, page, line, scope)


def execute(code: str, page: str, line: int, scope: dict[str, Any]) -> None:
    """Run a block so that an error names the page and the line in it; a block of `>>>` is held to its answers."""
    if not code.lstrip().startswith(">>>"):
        exec(compile("\n" * (line - 1) + code, page, "exec"), scope)
        return
    test = doctest.DocTestParser().get_doctest(code, scope, page, page, line - 1)
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=said.append, clear_globs=False)
    scope.update(test.globs)
    assert not result.failed, "".join(said)


# --- Recipes and the tree


def recipes() -> list[tuple[str, str]]:
    """The rows of CONTRIBUTING's table: what is added, and every file its row names."""
    rows = [line.strip().strip("|").split("|") for line in words_of("CONTRIBUTING.md").splitlines() if "|" in line]
    found = []
    for first, *cells in rows:
        quoted = re.findall(r"`([^`\s]+)`", " ".join(cells))
        found += [(first.strip(), q) for q in quoted if "/" in q or re.search(r"\.(py|md|toml|csv|json|txt)$", q)]
    return found


def test_the_recipes_name_files() -> None:
    assert len({what for what, _ in recipes()}) >= 3, "CONTRIBUTING.md has no table of recipes with `paths`"


@pytest.mark.parametrize("what, path", recipes() if (ROOT / "CONTRIBUTING.md").exists() else [])
def test_the_recipe_names_what_exists(what: str, path: str) -> None:
    assert any(ROOT.glob(path)), f"CONTRIBUTING's recipe for {what} names {path}, which does not exist"


def tree() -> str:
    """The block of the README that draws the tree."""
    blocks = [text for _, _, text in fences(words_of("README.md")) if "src/squiggly/" in text and "__init__.py" in text]
    assert blocks, "README.md draws no tree with src/squiggly/ and its files"
    return blocks[0]


def drawn() -> list[str]:
    """What each line of the tree is about: its first word, whatever lines are drawn before it."""
    lines = (re.sub(r"^[\s│├└─|`+-]+", "", line) for line in tree().splitlines())
    return [line.split()[0] for line in lines if line]


def test_the_tree_has_a_line_for_every_source_file() -> None:
    sources = [p for p in files("*.py") if p.parts[:2] == ("src", "squiggly")]
    own = [p for p in sources if p.name != "__init__.py" or p.parts[2:] == ("__init__.py",)]
    lost = [p.as_posix() for p in own if p.name not in drawn()]
    assert not lost, f"README's tree has no line for {', '.join(lost)}"


def test_the_tree_names_nothing_that_does_not_exist() -> None:
    names = {p.name for p in files("*")} | {f"{folder}/" for p in files("*") for folder in p.parts[:-1]}
    lost = [d for d in drawn() if d not in names and not (ROOT / d).exists()]
    assert not lost, f"README's tree has lines for {', '.join(lost)}, which do not exist"


def test_a_source_file_s_line_says_what_must_never_be_in_it() -> None:
    silent = [line.split()[0] for line in tree().splitlines() if re.match(r"  ?\S+\.py ", line) and "never" not in line]
    assert not silent, f"README's tree does not say what must never live in {', '.join(silent)}"
