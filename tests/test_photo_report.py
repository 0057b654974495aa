"""A recogniser's report: mistakes, labels that are wrong, where it looked, names that are markup."""

import re
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

import squiggly as sq
from squiggly.cli import main
from squiggly.errors import DataError
from squiggly.photo.drawing import draw
from squiggly.photo.report import html
from squiggly.photo.review import looked, review, suspects


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Owls and penguins, one owl of them among the penguins, and a class whose name is markup."""
    place = tmp_path_factory.mktemp("report") / "photos"
    draw(place, n=40, kinds=("owl", "penguin"), side=48)
    shutil.move(place / "owl" / "owl-0007.jpg", place / "penguin" / "moved.jpg")
    (place / "penguin").rename(place / "<b>penguin")
    return place


@pytest.fixture(scope="module")
def fit(folder, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SQUIGGLY_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield sq.fit(sq.convolution([8, 16], side=32), sq.photos(folder, side=32), epochs=4, minutes=5)


def test_a_report_shows_every_mistake_and_escapes_names(fit, tmp_path):
    fit.report(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "<b>penguin<" not in page and "&lt;b&gt;penguin" in page
    assert "<script" not in page and not re.search(r"(src|href)=.?http", page)
    found = review(fit, fit.photos)
    assert found.n_wrong == fit.score.n - fit.score.right == len(fit.mistakes())
    assert [fit.photos.names[one.row] for one in found.wrong] == [one.name for one in fit.mistakes()]
    assert all(one.twin in fit.photos.part("train") for one in found.wrong)
    assert page.count('class="look"') == len(found.wrong)


def test_a_label_that_is_wrong_is_suspected():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 40)
    features = np.eye(3)[labels] * 3 + rng.normal(size=(120, 3))
    labels[[3, 50]] = [2, 0]
    found = suspects(features, labels, 3)
    assert {3, 50} <= {one.row for one in found[:6]}
    assert {one.row: one.looks for one in found}[3] == 0


def test_where_it_looked_is_a_map_of_each_photo_and_none_for_lines(fit, tmp_path):
    places = looked(fit, fit.photos.squares[:3], np.zeros(3, int))
    assert places.shape[0] == 3 and places.min() == 0 and places.max() == 1
    lines = sq.fit(sq.linear(side=16), fit.photos.at(16), epochs=1)
    assert looked(lines, lines.photos.squares[:1], np.zeros(1, int)) is None
    assert "where it looked" not in html(lines, lines.photos)


def test_a_fit_that_was_loaded_wants_its_photos_and_says_when_they_are_others(fit, folder, tmp_path):
    fit.save(tmp_path / "owl.squiggly")
    with pytest.raises(DataError, match="has no photos with it\nhint: fit.on"):
        sq.load(tmp_path / "owl.squiggly").report(tmp_path / "report.html")
    said = CliRunner().invoke(
        main, ["photos", "report", str(tmp_path / "owl.squiggly"), str(folder), "-o", str(tmp_path / "r.html")]
    )
    assert said.exit_code == 0 and "r.html, 0." in said.output
    assert "not the photos it was trained on" not in (tmp_path / "r.html").read_text()
    shutil.copytree(folder, tmp_path / "fewer")
    (tmp_path / "fewer" / "owl" / "owl-0001.jpg").unlink()
    fewer = sq.load(tmp_path / "owl.squiggly").on(sq.photos(tmp_path / "fewer", side=32))
    assert "not the photos it was trained on" in html(fewer, fewer.photos)
