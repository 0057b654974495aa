"""A lab in a notebook: what the page and Python tell each other, and what a cell shows."""

import base64
import gzip
import re
import subprocess
import sys
from dataclasses import FrozenInstanceError
from html.parser import HTMLParser

import numpy as np
import pytest

import squiggly as sq
from squiggly.errors import DataError, OptionError
from squiggly.page import island, widget

anywidget = pytest.importorskip("anywidget")
traitlets = pytest.importorskip("traitlets")


@pytest.fixture
def lab():
    x = np.linspace(-2, 2, 20)
    points = (x, sq.add_noise(3 * x**2 + 2 * x + 1, mult=0.15, add=1.5))
    return sq.lab("y = a*x^2 + b*x + c", points, start=dict.fromkeys("abc", 1.1), bounds={"a": (0, 5)}, loss=sq.mae)


def sent(lab, **changes):
    """A message from the page: the state with these changes."""
    lab.widget.set_state({"state": {**lab.widget.state, "step": 0, **changes}})


# --- from the page ----------------------------------------------------------------------------------------------------


def test_what_is_dragged_in_the_page_arrives_in_python(lab):
    sent(lab, parameters={"a": 2, "b": 1.5, "c": 0})
    assert lab.parameters == {"a": 2.0, "b": 1.5, "c": 0.0}


def test_edited_points_arrive_as_points(lab):
    lab.widget.set_state({"points": {"x": [[0, 1, 2]], "y": [1, 2, 3.5], "sigma": [1, 1, 2]}})
    assert isinstance(lab.points, sq.Points)
    assert (lab.points.x.tolist(), lab.points.y.tolist(), lab.points.sigma.tolist()) == (
        [0, 1, 2],
        [1, 2, 3.5],
        [1, 1, 2],
    )


def test_a_page_without_points_is_a_lab_without_points(lab):
    lab.widget.set_state({"points": {"x": [[]], "y": [], "sigma": None}})
    assert lab.points is None
    assert lab.now.best is None


def test_an_observer_is_called_once_for_each_message_until_it_is_stopped(lab):
    seen = []
    stop = lab.observe(lambda lab: seen.append((lab.parameters["a"], lab.points.n)))
    state = {**lab.widget.state, "parameters": {"a": 2, "b": 1, "c": 0}}
    lab.widget.set_state({"state": state, "points": {"x": [[0, 1]], "y": [1, 2], "sigma": None}})
    lab.widget.set_state({"state": state})  # nothing new
    stop()
    stop()
    sent(lab, parameters={"a": 3, "b": 1, "c": 0})
    assert seen == [(2.0, 2)]


def test_an_observer_may_answer_with_a_change_of_its_own(lab):
    lab.observe(lambda lab: lab.parameters.__setitem__("a", round(lab.parameters["a"])))
    sent(lab, parameters={"a": 2.4, "b": 1, "c": 0})
    assert lab.parameters["a"] == lab.widget.state["parameters"]["a"] == 2.0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"parameters": {"a": 1, "b": 2}}, "parameters: {'a': 1, 'b': 2}, a, b, c were expected"),
        ({"parameters": {"a": None, "b": 2, "c": 3}}, "a finite number for each name was expected"),
        ({"parameters": {"a": True, "b": 2, "c": 3}}, "a finite number for each name was expected"),
        ({"parameters": []}, "a finite number for each name was expected"),
        ({"formula": 3}, "formula: 3, text was expected"),
        ({"loss": "hinge"}, "loss: 'hinge', one of mse, mae, huber, poisson was expected"),
        ({"loss": ["mse"]}, "one of mse, mae, huber, poisson was expected"),
        ({"delta": 0}, "delta: 0, a number above 0 was expected"),
        ({"step": 0.5}, "step: 0.5, a whole number of 0 or more was expected"),
    ],
)
def test_a_bad_state_is_refused_and_pythons_kept(lab, changes, said):
    before = lab.parameters
    with pytest.raises(traitlets.TraitError, match=re.escape(said)):
        sent(lab, **changes)
    assert lab.parameters == before == lab.widget.state["parameters"]


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ({"x": [[0, 1]], "y": [1], "sigma": None}, "x has 2, y has 1"),
        ({"x": [[0, None]], "y": [1, 2], "sigma": None}, "points: x: [0, None], a list of finite numbers was expected"),
        ({"x": [[0, 1]], "y": [1, 2], "sigma": [1, 0]}, "numbers above 0 were expected"),
        ({"x": [0, 1]}, "x, y and sigma were expected"),
    ],
)
def test_bad_points_are_refused_with_the_state_beside_them(lab, points, said):
    before, shown = lab.points, {**lab.widget.state, "parameters": {"a": 2, "b": 1, "c": 0}}
    with pytest.raises(traitlets.TraitError, match=re.escape(said)):
        lab.widget.set_state({"state": shown, "points": points})
    assert lab.points is before
    assert lab.parameters == dict.fromkeys("abc", 1.1)


# --- from Python ------------------------------------------------------------------------------------------------------


def test_parameters_that_are_set_go_to_the_page(lab):
    lab.parameters = {"a": 2}
    lab.parameters["b"] = 3
    assert lab.parameters == lab.widget.state["parameters"] == {"a": 2.0, "b": 3.0, "c": 1.1}


def test_points_that_are_set_go_to_the_page_and_leave_the_parameters(lab):
    lab.parameters = {"a": 2}
    for given in (
        {"x": [0, 1, 2], "y": [1, 2, 3]},
        ([0, 1, 2], [1, 2, 3]),
        sq.Points.checked({"x": [0, 1, 2]}, [1, 2, 3]),
    ):
        lab.points = given
        assert lab.widget.points == {"x": [[0, 1, 2]], "y": [1, 2, 3], "sigma": None}
        assert (lab.points.n, lab.parameters["a"]) == (3, 2.0)
    lab.points = None
    assert lab.widget.points["x"] == [[]]


def test_observers_hear_of_the_page_only(lab):
    lab.observe(lambda lab: pytest.fail("called for a change made in Python"))
    lab.parameters = {"a": 2}
    lab.points = ([0, 1, 2], [1, 2, 3])


def test_what_is_set_wrongly_is_refused_and_nothing_changes(lab):
    with pytest.raises(OptionError, match="'d', which is not a parameter"):
        lab.parameters = {"a": 2, "d": 3}
    with pytest.raises(OptionError, match="a is 7, from 0 to 5 was expected"):
        lab.parameters["a"] = 7
    with pytest.raises(OptionError, match="a finite number was expected"):
        lab.parameters = {"a": float("nan")}
    with pytest.raises(DataError, match="not a finite point"):
        lab.points = ([0, 1, 2], [1, 2, np.nan])
    with pytest.raises(FrozenInstanceError, match="paramters cannot be set on a lab"):
        lab.paramters = {"a": 2}
    with pytest.raises(FrozenInstanceError, match="rate cannot be set on a lab"):
        lab.rate = 0.1
    with pytest.raises(OptionError, match="a function was expected"):
        lab.observe("a")
    assert (lab.parameters, lab.points.n) == (dict.fromkeys("abc", 1.1), 20)


def test_a_formula_typed_in_the_page_brings_its_own_parameters(lab):
    sent(lab, formula="k*x + d", parameters={"k": 1, "d": 1})
    lab.parameters = {"k": 9}
    lab.points = {"x": [0, 1, 2], "y": [1, 3, 5]}
    assert lab.now.model.formula == "y = k*x + d"
    assert lab.now.best == pytest.approx({"k": 2, "d": 1})
    assert '"formula":"k*x + d"' in lab.html()


def test_a_table_dropped_on_the_page_brings_its_names(lab):
    state = {**lab.widget.state, "formula": "a*t^2 + b*t + c", "inputs": ["t"], "target": "counts"}
    lab.widget.set_state({"state": state, "points": {"x": [[0, 1, 2]], "y": [1, 3, 5], "sigma": None}})
    assert lab.points.inputs.keys() == {"t"} and lab.points.target == "counts"
    lab.points = {"t": [0, 1, 2, 3], "counts": [1, 3, 5, 7]}
    assert lab.now.points.n == 4


def test_a_lab_as_it_stands_is_itself_until_something_changes(lab):
    assert lab.now is lab
    lab.parameters = {"a": 2}
    assert lab.now.start == {"a": 2.0, "b": 1.1, "c": 1.1}
    assert lab.now.best == lab.best
    assert '"start":[2.0,1.1,1.1]' in lab.html()


# --- what a cell shows ------------------------------------------------------------------------------------------------


class Seen(HTMLParser):
    """The elements of a piece of HTML, with a script's text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts = [], {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        if self.elements:
            tag = self.elements[-1][0]
            self.texts[tag] = self.texts.get(tag, "") + data


HOSTILE = '</script><img src=x onerror="document.title=1">'


@pytest.fixture
def hostile():
    return sq.lab(f"y = a*`{HOSTILE}` + b", {HOSTILE: [0, 1, 2], "y": [1, 3, 5.5]}, title=HOSTILE)


def test_the_island_holds_the_whole_page_and_a_picture_and_nothing_escapes(hostile):
    png = island.picture(hostile)
    seen = Seen(island.island(hostile, "abc", png))
    assert [tag for tag, _ in seen.elements] == ["div", "img", "script"]
    assert seen.elements[1][1]["src"] == "data:image/png;base64," + base64.b64encode(png).decode()
    packed = re.search(r'atob\("([^"]+)"\)', seen.texts["script"]).group(1)
    page = gzip.decompress(base64.b64decode(packed)).decode()
    assert page.count("<script") == hostile.html().count("<script") + 1
    assert len(packed) < len(page) * 0.6


def test_html_alone_is_the_page_in_an_iframe(hostile):
    seen = Seen(hostile._repr_html_())
    assert [tag for tag, _ in seen.elements] == ["iframe", "script"]
    frame = seen.elements[0][1]
    assert frame["title"] == HOSTILE and "allow-same-origin" not in frame["sandbox"]
    assert 'id="squiggly-lab"' in frame["srcdoc"]


def test_a_curve_without_a_value_has_no_picture_but_a_page():
    lab = sq.lab("sqrt(a - x^2)", start={"a": -1}, range=(1, 2))
    assert island.picture(lab) is None
    assert "<img" not in island.island(lab, "", None)


class Kernel:
    kernel = True


@pytest.fixture
def cell(monkeypatch):
    """What a cell in a notebook shows."""
    import IPython
    import IPython.display

    outputs = []
    monkeypatch.setattr(IPython, "get_ipython", Kernel)
    monkeypatch.setattr(IPython.display, "publish_display_data", lambda data, metadata=None: outputs.append(data))
    return outputs


VIEW = "application/vnd.jupyter.widget-view+json"


def test_a_cell_shows_the_widget_then_what_stands_in_for_it(lab, cell):
    lab._ipython_display_()
    live, standing = cell
    assert live[VIEW]["model_id"] == lab.widget.model_id
    assert Seen(live["text/html"]).elements == []  # nothing, where there are no widgets
    assert f'live = "{lab.widget.lab}"' in standing["text/html"]
    assert standing["image/png"].startswith(b"\x89PNG") and standing["text/plain"] == repr(lab)


def test_without_anywidget_a_cell_shows_the_island_alone(lab, cell, monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    widget._widget_class.cache_clear()
    lab._ipython_display_()
    [standing] = cell
    assert 'live = ""' in standing["text/html"]
    with pytest.raises(OptionError, match=r"pip install 'squiggly\[notebook\]'"):
        lab.widget  # noqa: B018
    widget._widget_class.cache_clear()


def test_outside_a_notebook_a_lab_is_printed(lab):
    with pytest.raises(NotImplementedError):
        lab._ipython_display_()


def test_neither_squiggly_nor_a_lab_imports_what_a_notebook_needs():
    code = "import sys, squiggly as sq; sq.lab('a*x + b').html(); sys.exit(not {'anywidget', 'IPython'}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_marimo_shows_the_same_widget(lab):
    assert lab._display_() is lab.widget


# --- Several inputs --------------------------------------------------------------------------------------------------


@pytest.fixture
def plane() -> sq.Lab:
    x, y = np.array([0.0, 1, 2, 0, 1]), np.array([0.0, 0, 0, 3, 4])
    return sq.lab("z = a*x + b*y", {"x": x, "y": y, "z": x - y}, start={"a": 1, "b": 1})


@pytest.mark.parametrize("formula", ["p*y + q*x", "p*y + q"])
def test_a_formula_typed_in_the_page_keeps_the_order_of_the_inputs(plane, formula):
    state = {**plane.widget.state, "formula": formula, "parameters": {"p": 1, "q": 2}}
    plane.widget.set_state({"state": state})
    plane.points = {"x": [10, 20, 30], "y": [1, 2, 4], "z": [3, 4, 5]}
    assert plane.widget.points["x"] == [[10, 20, 30], [1, 2, 4]]
    assert {n: v.tolist() for n, v in plane.points.inputs.items()} == {"x": [10, 20, 30], "y": [1, 2, 4]}
    assert plane.now.model.inputs == ("x", "y")
    assert plane.now.ranges == ((10, 30), (1, 4))
    assert island.picture(plane.now)[:4] == b"\x89PNG"


def test_points_of_several_inputs_are_checked_column_by_column(plane):
    for x in ([[0, 1]], [[0, 1], [0]], [[0, 1], [0, None]]):
        with pytest.raises(traitlets.TraitError):
            plane.widget.set_state({"points": {"x": x, "y": [1, 2], "sigma": None}})
    state = {**plane.widget.state, "inputs": ["x", "x"]}
    with pytest.raises(traitlets.TraitError, match="2 different names were expected"):
        plane.widget.set_state({"state": state})


def test_moved_points_move_the_picture_s_range():
    lab = sq.lab("y = a*x + b", ([0, 0.5, 1], [0, 1, 2]))
    lab.points = {"x": [500, 550, 600], "y": [0, 1, 2]}
    assert lab.now.ranges == ((500, 600),)
