"""The page of a network: what it is told, the file, the command, and what is refused."""

import json
import re

import numpy as np
import pytest
from click.testing import CliRunner

import squiggly as sq
from squiggly.cli import main
from squiggly.networks.heads import head_of
from squiggly.networks.layers import value_and_gradient
from squiggly.page.network import MADE, document

MOON = {"left": [0.0, 1.0, 2.0, 3.0], "up": [10.0, 30.0, 20.0, 40.0], "kind": [0, 1, 1, 0]}


def told(html):
    return json.loads(re.search(r'id="squiggly-document">(.*?)</script>', html, re.S)[1])


@pytest.mark.parametrize("data", MADE)
def test_made_data_decide_whether_classes_are_told_apart(data):
    inputs, classes = MADE[data]
    said = document(sq.network(inputs, [4]).lab(data=data))
    assert (said["loss"], said["net"]["labels"]) == (("cross-entropy", ["0", "1"]) if classes else ("mse", None))
    assert said["data"]["x"] == [] and len(said["scale"]) == inputs + 1


def test_what_a_page_checks_is_what_python_computes():
    lab = sq.network(2, [5, 3], activation="tanh", classes=2).lab(MOON, seed=3)
    said = document(lab)
    x, y = np.array(said["checks"]["x"]).T, np.array(said["checks"]["y"])
    assert np.allclose(x.mean(axis=0), 0) and np.allclose(x.std(axis=0), 1) and y.tolist() == MOON["kind"]
    for one in said["checks"]["at"]:
        loss, gradient = value_and_gradient(
            lab.network, head_of(lab.network, lab.loss), np.array(one["parameters"]), x, y
        )
        assert (loss, gradient.tolist()) == (one["loss"], one["gradient"])
    assert len(said["checks"]["at"]) == 3


def test_points_keep_their_names_and_units():
    said = document(sq.network(2, [4]).lab({"width": [1.0, 2, 3], "age": [5.0, 5, 5], "price": [100.0, 200, 300]}))
    assert (said["net"]["inputs"], said["net"]["target"], said["net"]["labels"]) == (["width", "age"], "price", None)
    assert said["data"]["x"] == [[1, 2, 3], [5, 5, 5]] and said["scale"][1] == [
        5,
        1,
    ]  # a constant column is only shifted


def test_a_page_is_one_file_that_asks_for_nothing(tmp_path):
    lab = sq.network(2, [4, 2]).lab(title="<Two> & two", start=list(range(25)))
    lab.save(tmp_path / "net.html")
    html = (tmp_path / "net.html").read_text()
    assert told(html)["start"] == list(range(25)) and "&lt;Two&gt; &amp; two" in html
    assert (
        "connect-src" not in html and "default-src 'none'" in html and not re.search(r"https?://(?!www\.w3\.org)", html)
    )
    assert "<iframe" in lab._repr_html_()


@pytest.mark.parametrize(
    "network, points, options, message",
    [
        ((2, [80, 80]), None, {}, "a page trains networks of at most 5,000 parameters, this one has 6,801\nhint: network(2, [68, 68]) fits: 4,965 parameters; fit() trains"),
        ((3, [4]), None, {}, "the page draws networks of one or two inputs, this one takes 3\nhint: fit() trains it"),
        ((3, [4]), {"a": [1, 2], "b": [1, 2], "c": [2, 1], "y": [1, 2]}, {}, "the page draws networks of one or two inputs"),
        ((2, [4]), None, {"data": "circel"}, "data is 'circel', which the page does not make\nhint: did you mean circle?"),
        ((1, [4]), None, {"data": "circle"}, "circle has 2 inputs, the network takes 1\nhint: network(2, [4])"),
        ((2, [4]), MOON, {"data": "circle"}, "data='circle' is made by the page, and there are points"),
        ((2, [4]), None, {"noise": 0.7}, "noise is 0.7, at most 0.5 was expected"),
        ((2, [4]), None, {"loss": sq.huber}, "huber is no loss of 2 classes"),
        ((2, [4]), MOON, {"loss": sq.huber}, "huber is no loss of a network's page\nhint: one of mse, mae and cross_entropy"),
        ((2, [4]), MOON, {"labels": ["a", "b"]}, "labels name classes, this network predicts a number"),
        ((2, [4]), None, {"labels": ["a", "a"]}, "labels is ['a', 'a'], two names were expected"),
        ((2, [4]), None, {"hide": ["sede"]}, "hide is 'sede', \"undo\" or"),
        ((2, [4]), None, {"held_out": 0.95}, "held_out is 0.95, at most 0.9 was expected"),
    ],
)  # fmt: skip
def test_what_no_page_can_show_is_refused(network, points, options, message):
    with pytest.raises(sq.SquigglyError) as error:
        sq.network(*network).lab(points, **options)
    assert str(error.value).startswith(message)


def test_three_classes_and_classes_that_are_none_are_refused():
    with pytest.raises(sq.ModelError, match="the page tells two classes apart, this network 3"):
        sq.network(2, [4], classes=3).lab({**MOON, "kind": [0, 1, 2, 0]})
    with pytest.raises(sq.DataError, match="kind has 3 classes, 0, 1 and 2; the network tells 2 apart\nhint: network"):
        sq.network(2, [4], classes=2).lab({**MOON, "kind": [0, 1, 1, 2]})


def test_labels_are_the_tables_own():
    said = document(sq.network(2, [4], classes=2).lab({**MOON, "kind": ["no", "yes", "yes", "no"]}))
    assert said["net"]["labels"] == ["no", "yes"] and said["data"]["y"] == [0, 1, 1, 0]
    assert document(sq.network(2, [4], classes=2).lab(MOON, labels=["-", "+"]))["net"]["labels"] == ["-", "+"]


def run(*arguments):
    return CliRunner().invoke(main, ["lab", *map(str, arguments)])


def test_the_command_writes_the_page_of_a_network(tmp_path):
    done = run(
        "--network", "2-8-8-1", "--data", "spiral", "--activation", "tanh", "--batch", 0, "-o", tmp_path / "a.html"
    )
    said = told((tmp_path / "a.html").read_text())
    assert done.exit_code == 0 and said["data"]["kind"] == "spiral" and said["walk"]["batch"] == 0
    assert (said["net"]["hidden"], said["net"]["activation"], said["walk"]["steps"]) == ([8, 8], "tanh", 2000)


def test_the_command_takes_a_table_of_classes(tmp_path):
    (tmp_path / "moon.csv").write_text("left,up,kind\n0,10,0\n1,30,1\n2,20,1\n3,40,0\n")
    assert run(tmp_path / "moon.csv", "--network", "2-3-1", "--classes", "-o", tmp_path / "b.html").exit_code == 0
    assert told((tmp_path / "b.html").read_text())["data"]["y"] == [0, 1, 1, 0]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--network", "8"], "--network 8: widths from the inputs to one output were expected"),
        (["--network", "2-8-3"], "--network 2-8-3: widths from the inputs to one output"),
        (["--network", "2-0-1"], "the width of hidden layer 1 is 0"),
        (["--network", "2-1000000-1"], "the width of hidden layer 1 is 1,000,000"),
        (["--network", "2-8-1", "--relus", "3"], "--relus is of a formula, --network is none"),
        (["--network", "2-8-1", "a*x"], "--network 2-8-1 is a formula of its own, a*x is another"),
        (["a*x", "--data", "circle"], "--data is an option of a network"),
    ],
)  # fmt: skip
def test_the_command_refuses_what_does_not_go_together(arguments, message):
    done = run(*arguments)
    assert done.exit_code == 2 and message in done.output


@pytest.mark.parametrize("label", [None, "class"])
def test_the_page_of_a_fit_goes_on_where_its_training_ended(label):
    random = np.random.RandomState(0)
    x = random.normal(size=(80, 2)) * [3, 1000] + [5, 1e6]
    y = x[:, 0] if label is None else np.where(x[:, 0] > 5, "wide", "narrow")
    table = {"u": x[:, 0], "v": x[:, 1], "y": y}
    fit = sq.fit(sq.network(2, [4], classes=label and 2), table, epochs=5)
    some = {name: column[:40] for name, column in table.items()}  # fewer points, of another mean
    said = document(fit.lab(some, steps=10))
    assert said["start"] == fit.parameters.tolist() and said["seed"] == 0 and said["walk"]["steps"] == 10
    assert np.array(said["scale"])[:2, 0].tolist() == fit.scaling.mean.tolist()
    assert said["net"]["labels"] == (None if label is None else ["narrow", "wide"])


def test_a_fit_that_no_page_holds_or_other_classes_are_refused():
    random = np.random.RandomState(0)
    x, y = random.normal(size=(40, 3)), random.normal(size=40)
    with pytest.raises(sq.ModelError, match="draws networks of one or two inputs, this one takes 3"):
        sq.fit(sq.network(3, [4]), (x, y), epochs=2).lab((x, y))
    fit = sq.fit(sq.network(2, [4], classes=2), (x[:, :2], y > 0), epochs=2)
    with pytest.raises(sq.DataError, match="the classes are a and b, the fit tells False and True apart"):
        fit.lab((x[:, :2], np.where(y > 0, "a", "b")))


def test_the_column_y_is_predicted_wherever_it_stands():
    x = np.arange(30.0)
    fit = sq.fit(sq.network(1, [4]), {"y": x**2, "t": x}, epochs=2)
    assert (fit.target, fit.inputs, fit.notes) == ("y", ("t",), ("predicts y",))


def test_the_command_says_when_classes_are_meant_or_not(tmp_path):
    path = tmp_path / "pets.csv"
    path.write_text("a,b,kind\n1,2,cat\n3,4,dog\n5,6,cat\n")
    said = CliRunner().invoke(main, ["lab", str(path), "--network", "2-4-1", "-o", str(tmp_path / "x.html")])
    assert said.exit_code == 2 and said.output.endswith("hint: correct it; or, to tell labels apart, --classes\n")
    said = CliRunner().invoke(main, ["lab", "--network", "2-4-1", "--data", "plane", "--classes"])
    assert said.exit_code == 2 and "plane is of numbers, --classes tells labels apart" in said.output
