"""The page as a file: whole, asking for nothing, and with no text of the user's as markup."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

import squiggly as sq
from squiggly.errors import FileError
from squiggly.expression import apply, name
from squiggly.javascript import source
from squiggly.model import Model
from squiggly.page.document import document
from squiggly.page.file import html
from squiggly.page.lesson import lesson_lab
from squiggly.reading.naming import readable

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!--<script>",
    "\"'>&amp;&#60;",
    "]]>\u2028\u2029\x00\ud800",
    "{formula}{0}%s",
]
X, Y = np.linspace(0, 4, 30), np.linspace(1, 9, 30)


class Read(HTMLParser):
    """The elements of a page, in order, and the text of its scripts and title."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._at = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._at = dict(attrs).get("id") or tag

    def handle_data(self, data):
        self.texts[self._at] = self.texts.get(self._at, "") + data

    def handle_endtag(self, tag):
        self._at = ""


def test_the_document_and_the_program_are_in_the_page():
    lab = lesson_lab()
    read = Read(html(lab))
    assert json.loads(read.texts["squiggly-document"]) == document(lab)
    assert read.texts["squiggly-program"] == source(lab.model)
    assert read.texts["script"] == 'squigglyLab.mount(document.getElementById("squiggly-lab"))'


def test_the_page_asks_for_nothing():
    elements = Read(html(sq.lab("y = a*x + b", (X, Y)))).elements
    addresses = [
        v for _, given in elements for k, v in given.items() if k in ("src", "href", "data", "srcset", "action")
    ]
    assert addresses == ["data:,"]
    before = html(lesson_lab()).split('<script id="squiggly-bundle">')[0]
    assert "http:" not in before and "https:" not in before and "//" not in before and "src=" not in before


def test_the_page_says_what_a_browser_may_do_for_it():
    policies = [given["content"] for tag, given in Read(html(lesson_lab())).elements if "http-equiv" in given]
    assert len(policies) == 1 and policies[0].startswith("default-src 'none'; script-src 'unsafe-inline';")


def test_the_page_is_well_formed_where_browsers_look_first():
    page = html(lesson_lab(title="The lesson"))
    assert page.startswith("<!DOCTYPE html>\n<html lang=")
    assert page.index("<meta charset") < 100
    assert Read(page).texts["title"] == "The lesson"
    assert [tag for tag, _ in Read(page).elements].count("script") == 4


def test_without_scripts_there_is_the_formula_and_a_picture():
    page = html(lesson_lab())
    still = page.split("<noscript>")[1].split("</noscript>")[0]
    assert "<code>y = a*x^2 + b*x + c</code>" in still
    assert still.count("<circle") == 20 and still.count("<path") == 1
    assert set(re.findall(r"[A-Za-z]+", "".join(re.findall(r' d="([^"]*)"', still)))) <= {"M", "L"}


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(words):
    column, target = readable([words, "y" + words])  # a table calls its columns so; a parameter may be called anything
    expr = apply("add", apply("multiply", name("a" + words), name(column)), name("b"))
    model = Model((column,), ("a" + words, "b"), expr, target=name(target), by_name=True)
    lab = sq.lab(model, {column: X, target: Y}, title=words)
    page, calm = html(lab), html(sq.lab("y = a*x + b", (X, Y)))
    assert [tag for tag, _ in Read(page).elements] == [tag for tag, _ in Read(calm).elements]
    read = Read(page)
    assert json.loads(read.texts["squiggly-document"])["title"] == words
    assert json.loads(read.texts["squiggly-document"])["model"]["inputs"] == [column]
    assert read.texts["squiggly-program"] == Read(calm).texts["squiggly-program"]
    script = re.search(r'id="squiggly-document">(.*?)</script>', page, flags=re.S)
    assert script is not None and not set(script[1]) & set("<>&\u2028\u2029") and script[1].isascii()
    page.encode()


def test_a_page_of_many_points_is_drawn_with_few_in_the_still_picture():
    x = np.linspace(0, 1, 20_000)
    assert html(sq.lab("y = a*x + b", (x, x**2))).count("<circle") <= 400


def test_a_function_without_a_value_somewhere_still_has_a_page():
    assert "nan" not in html(sq.lab("a*log(x) + b", range=(-1, 1))).split("<noscript>")[1].split("</noscript>")[0]
    assert "NaN" not in html(sq.lab("a*sqrt(x - 9)")).split("</noscript>")[0]


def test_saving_writes_the_page_whole(tmp_path):
    lab = lesson_lab()
    lab.save(tmp_path / "lesson.html")
    assert (tmp_path / "lesson.html").read_text(encoding="utf-8") == html(lab) == lab.html()
    assert [p.name for p in tmp_path.iterdir()] == ["lesson.html"]
    with pytest.raises(FileError, match=r"^cannot write .*\nhint: make the folder first"):
        lab.save(tmp_path / "nowhere" / "lesson.html")
