"""A trained network: its report and picture, the same as a formula, a Model, torch and ONNX; saved and brought back."""

import copy
import json
import pickle

import matplotlib.pyplot as plt
import numpy as np
import onnxruntime
import pytest
import safetensors.numpy
import torch
from torch import nn

import squiggly as sq
from squiggly.errors import DataError, FileError, ModelError, OptionError
from squiggly.formula import parse
from squiggly.networks.saving import load
from squiggly.networks.training import train
from squiggly.program import Program


def numbers(engine="numpy", features=(), activation="tanh"):
    random = np.random.RandomState(0)
    t = np.stack([2000 + 10 * random.normal(size=200), random.normal(size=200), np.full(200, 4.0)], axis=1)
    y = 1e3 + 50 * np.sin((t[:, 0] - 2000) / 10) + t[:, 1]
    if features:
        made = sq.network(2, [3], activation=activation, features=features)
        return train(made, (t[:, :2], y), columns=["year", "w 2"], target="price", epochs=4, engine=engine), t[:, :2]
    made = sq.network(3, [2, 2], activation=activation)
    return train(made, (t, y), columns=["year", "w 2", "flat"], target="price", epochs=4, engine=engine), t


def classes(n, loss=None, engine="numpy"):
    x = np.random.RandomState(0).normal(size=(150, 2))
    y = np.array(["a", "b<i>", "c"])[:n][(np.abs(x[:, 0]) * 2).astype(int) % n]
    return train(sq.network(2, [6], classes=n), (x, y), epochs=4, engine=engine, loss=loss), x


FITS = {
    "a number": numbers,
    "by torch": lambda: numbers("torch"),
    "relu": lambda: numbers(activation="relu"),
    "silu": lambda: numbers(activation="silu"),
    "sigmoid": lambda: numbers(activation="sigmoid"),
    "linear": lambda: numbers(activation="linear"),
    "features": lambda: numbers(features=("x1", "x2^2", "x1*x2", "sin(x1)", "x1^2", "sin(x2)", "x2")),
    "two classes": lambda: classes(2),
    "two classes by mse": lambda: classes(2, sq.mse),
    "three classes": lambda: classes(3, engine="torch"),
}


@pytest.fixture(params=FITS)
def both(request):
    return FITS[request.param]()


def wanted(fit, x):
    return fit.predict(x)[:, None] if fit.labels is None else fit.probabilities(x)


def evaluated(line, fit, x):
    expr = parse(line).expr
    columns = {name: x[:, i] for i, name in enumerate(fit.inputs)}
    [values] = Program(tuple(columns), (), (expr,))(columns, {})
    return np.broadcast_to(values, len(x))


# --- Elsewhere


def test_the_formula_predicts_what_the_fit_does(both):
    fit, x = both
    lines = [line.split(" = ", 1) for line in fit.expression().split("\n")]
    made = np.stack([evaluated(right, fit, x) for _, right in lines], axis=1)
    if len(lines) == 3:
        raised = np.exp(made - made.max(axis=1, keepdims=True))
        made = raised / raised.sum(axis=1, keepdims=True)
    right = wanted(fit, x)
    assert np.allclose(made, right if fit.labels is None or len(lines) == 3 else right[:, 1:], rtol=1e-9, atol=1e-9)
    assert lines[0][0] == ("price" if fit.labels is None else "`y a`" if len(lines) == 3 else "`y b<i>`")


def test_the_model_predicts_what_the_fit_does(both):
    fit, x = both
    if fit.labels is not None and len(fit.labels) == 3:
        with pytest.raises(ModelError, match="this network gives 3 scores"):
            fit.model()
        return
    model = fit.model()
    made = model.predict({name: x[:, i] for i, name in enumerate(fit.inputs)}, **model.start)
    assert np.allclose(made, wanted(fit, x)[:, -1], rtol=1e-9, atol=1e-9)


def test_the_torch_module_predicts_what_the_fit_does(both):
    fit, x = both
    with torch.no_grad():
        made = fit.module()(torch.tensor(x)).numpy()
    if fit.labels is None:
        assert np.allclose(made[:, 0], fit.predict(x), rtol=1e-5)
    else:
        best = made.argmax(axis=1) if made.shape[1] > 1 else (made[:, 0] > 0).astype(int)
        assert (np.array(fit.labels)[best] == fit.predict(x)).mean() > 0.99


def test_onnx_predicts_what_the_fit_does(both, tmp_path):
    fit, x = both
    fit.onnx(tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "net.onnx"))
    [made] = session.run(None, {"x": x.astype(np.float32)})
    right = wanted(fit, x.astype(np.float32))
    assert made.shape == right.shape and np.allclose(made, right, rtol=1e-4, atol=1e-4)
    told = session.get_modelmeta().custom_metadata_map
    assert json.loads(told["inputs"]) == list(fit.inputs)
    assert fit.labels is None or json.loads(told["labels"]) == list(fit.labels)


def test_large_networks_and_modules_have_no_formula():
    x = np.random.RandomState(0).normal(size=(50, 2))
    large = train(sq.network(2, [64, 64]), (x, x[:, 0]), epochs=1)
    with pytest.raises(
        ModelError, match="4,417 parameters is too large for a formula, at most 2,000 are\nhint: network"
    ):
        large.expression()
    with pytest.raises(ModelError, match="too many to name"):
        _ = large.values
    with pytest.raises(ModelError, match="a module has no formula"):
        train(nn.Linear(2, 1), (x, x[:, 0]), epochs=1).expression()


def test_a_column_called_like_a_parameter_is_refused_by_the_model_only():
    fit = train(sq.network(1, [2]), {"b1_1": np.arange(50.0), "y": np.arange(50.0)}, epochs=1)
    with pytest.raises(ModelError, match="the column b1_1 is called like a parameter"):
        fit.model()
    assert fit.expression().startswith("y = ")


# --- Asked


def test_parameters_come_by_name_and_by_layer():
    fit, _ = numbers()
    assert fit.values["w1_2_3"] == fit.state["w1"][1, 2] and fit.state["b2"].shape == (2,)
    assert fit.n_parameters == len(fit.values) == sum(v.size for v in fit.state.values())


def test_new_rows_come_as_arrays_tensors_and_tables():
    fit, x = numbers()
    right = fit.predict(x)
    shuffled = {"flat": x[:, 2], "spare": x[:, 0], "w 2": x[:, 1], "year": x[:, 0]}
    for form in (x.tolist(), torch.tensor(x), shuffled, x.astype(np.float64, order="F")):
        assert np.allclose(fit.predict(form), right)
    assert fit.predict(np.zeros((0, 3))).shape == (0,)
    with pytest.raises(DataError, match="the array has 2 columns, the network takes 3 inputs"):
        fit.predict(x[:, :2])
    with pytest.raises(
        DataError, match="row 0: w 2 is nan, a finite number was expected\nhint: predict needs a number"
    ):
        fit.predict([[1.0, np.nan, 2.0]])
    with pytest.raises(DataError, match='no column "flat"'):
        fit.predict({"year": [1], "w 2": [1]})


def test_a_score_that_a_fit_does_not_have_is_refused():
    with pytest.raises(ModelError, match="predicts a number, it has no accuracy\nhint: fit.r_squared"):
        _ = numbers()[0].accuracy
    with pytest.raises(ModelError, match="predicts classes, it has no r_squared\nhint: fit.accuracy"):
        _ = classes(2)[0].r_squared
    with pytest.raises(ModelError, match="predicts numbers, not classes"):
        numbers()[0].probabilities([[0, 0, 0]])


def test_the_report_says_what_was_trained_and_how_it_went():
    fit, _ = numbers()
    text = str(fit)
    for line in [
        "price = network(3, [2, 2], activation='tanh') · 17 parameters",
        "data: year, w 2, flat · 180 rows to train, 20 held out",
        f"epoch {fit.best} of 4 kept · adam, rate",
        "numpy on cpu",
        "constant, so seen as 0: flat",
        str(fit.verdict),
    ]:
        assert line in text
    assert f"R²   {fit.r_squared.train:.4f}" in text and repr(fit) == text
    assert "3 classes: a, b<i>, c" in str(classes(3)[0])


def test_the_notebooks_report_escapes_every_name():
    page = classes(3)[0]._repr_html_()
    assert "b&lt;i&gt;" in page and "<i>" not in page and page.count("<div>") == page.count("</div>")


def test_the_picture_shows_every_epoch(tmp_path):
    fit, _ = numbers()
    figure = fit.plot(tmp_path / "story.png")
    lines = figure.axes[0].lines
    assert lines[0].get_ydata().tolist() == [e.loss for e in fit.history]
    assert lines[1].get_ydata().tolist() == [e.held_out for e in fit.history]
    assert (tmp_path / "story.png").stat().st_size > 5_000
    plt.close("all")


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda fit: pickle.loads(pickle.dumps(fit))])
def test_copies_and_pickles_predict_the_same(again):
    for fit, x in (numbers(), classes(3)):
        twin = again(fit)
        assert (twin.predict(x) == fit.predict(x)).all() and str(twin) == str(fit)
    x = np.random.RandomState(0).normal(size=(50, 2))
    fit = train(nn.Linear(2, 1), (x, x[:, 0]), epochs=1)
    assert (again(fit).predict(x) == fit.predict(x)).all()


# --- Saved


def test_a_saved_fit_comes_back_whole(both, tmp_path):
    fit, x = both
    fit.save(tmp_path / "net.safetensors")
    back = load(tmp_path / "net.safetensors")
    assert (back.predict(x) == fit.predict(x)).all() and str(back) == str(fit)
    assert back.labels == fit.labels and back.network == fit.network and back.history == fit.history
    assert back.parameters.dtype == fit.parameters.dtype
    assert train(fit.network, (x, fit.predict(x)), epochs=1, start=back).history if fit.labels is None else True


def modules():
    return nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))


def module_fit():
    x = np.random.RandomState(0).normal(size=(90, 2))
    y = np.repeat(["a", "b", "c"], 30)
    torch.manual_seed(0)
    return train(modules(), (x, y), epochs=2), x


def test_a_saved_module_comes_back_into_one_built_alike(tmp_path):
    fit, x = module_fit()
    path = tmp_path / "net.safetensors"
    fit.save(path)
    empty = modules()
    before = empty[0].weight.detach().clone()
    back = load(path, module=empty)
    assert np.array_equal(back.probabilities(x), fit.probabilities(x)) and (empty[0].weight == before).all()
    with pytest.raises(OptionError, match="a module's parameters, not its code\nhint: load"):
        load(path)
    with pytest.raises(DataError, match=r"0.weight has shape \(8, 2\) in the file, \(9, 2\) in the module"):
        load(path, module=nn.Sequential(nn.Linear(2, 9), nn.BatchNorm1d(9), nn.ReLU(), nn.Linear(9, 3)))
    with pytest.raises(DataError, match="only the file has 1.bias"):
        load(path, module=nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.ReLU(), nn.Linear(8, 3)))


def test_a_module_goes_to_onnx_by_torchs_exporter(tmp_path):
    fit, x = module_fit()
    fit.onnx(tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "net.onnx"))
    [made] = session.run(None, {"x": x.astype(np.float32)})
    assert np.allclose(made, fit.probabilities(x), atol=1e-5)


def altered(tmp_path, change):
    """A saved fit with something changed: its tensors, its JSON."""
    fit, _ = numbers()
    path = tmp_path / "net.safetensors"
    fit.save(path)
    tensors = safetensors.numpy.load_file(path)
    with safetensors.safe_open(str(path), framework="numpy") as file:
        told = json.loads(file.metadata()["squiggly"])
    told = change(tensors, told) or told
    text = told if isinstance(told, str) else json.dumps(told)
    safetensors.numpy.save_file(tensors, path, {"squiggly": text})
    return path


HOSTILE = {
    "wrong shapes": (
        lambda t, d: t.update({"state.w1": np.zeros((2, 4))}),
        "state.w1 has shape (2, 4), (2, 3) was expected",
    ),
    "a missing layer": (lambda t, d: t.pop("state.b2") is None and None, "its layers are not those of its network"),
    "a layer more": (lambda t, d: t.update({"state.w9": np.zeros(3)}), "its layers are not those of its network"),
    "nan among weights": (lambda t, d: t.update({"state.b1": np.full(2, np.nan)}), "state.b1 holds something"),
    "text for weights": (lambda t, d: t.update({"state.b1": np.zeros(2, np.int64)}), "state.b1 holds something"),
    "a spread below nought": (lambda t, d: t.update({"scaling.spread": -np.ones(3)}), "its scaling is not one"),
    "not JSON": (lambda t, d: "{", "is not a saved network"),
    "deep JSON": (lambda t, d: "[" * 100_000, "is not a saved network"),
    "a list": (lambda t, d: "[]", "is not a saved network"),
    "huge widths": (lambda t, d: d["network"].update(hidden=[99_999, 99_999]), "500,000,000 are held"),
    "endless layers": (lambda t, d: d["network"].update(hidden=[1] * 10_000), "its layers are not those"),
    "text for a width": (lambda t, d: d["network"].update(hidden=["8"]), "was expected"),
    "another activation": (lambda t, d: d["network"].update(activation="__import__"), "which is not one squiggly has"),
    "labels for a number": (lambda t, d: d.update(labels=["a", "b"]), "its labels do not match"),
    "inputs too few": (lambda t, d: d.update(inputs=["a"]), "its columns do not match"),
    "another loss": (lambda t, d: d.update(loss="os.system"), "names a loss or an engine that there is not"),
    "an unknown layout": (lambda t, d: d.update(version=0), "layout 0 is unknown"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_is_not_what_it_says_is_refused(kind, tmp_path):
    change, words = HOSTILE[kind]
    path = altered(tmp_path, lambda t, d: r if isinstance(r := change(t, d), str) else None)
    with pytest.raises(FileError) as caught:
        load(path)
    assert words in str(caught.value) and "hint: " in str(caught.value)


def test_a_newer_layout_asks_for_a_newer_squiggly(tmp_path):
    path = altered(tmp_path, lambda t, d: d.update(version=99))
    with pytest.raises(FileError, match="saved by a newer squiggly .layout 99.*\nhint: upgrade"):
        load(path)


def test_damaged_missing_and_foreign_files_are_refused(tmp_path):
    fit, _ = numbers()
    path = tmp_path / "net.safetensors"
    fit.save(path)
    whole = path.read_bytes()
    for part in (
        whole[:-5],
        whole[:100],
        whole[:4],
        b"",
        b"\xff" * 200,
        b"\xff\xff\xff\xff\xff\xff\xff\x7f" + whole[8:],
    ):
        path.write_bytes(part)
        with pytest.raises(FileError, match="is not a saved network, or is damaged"):
            load(path)
    safetensors.numpy.save_file({"a": np.zeros(3)}, path)
    with pytest.raises(FileError, match="is not a saved network"):
        load(path)
    with pytest.raises(FileError, match="cannot read gone.safetensors: No such file"):
        load(tmp_path / "gone.safetensors")
    with pytest.raises(FileError, match="cannot read"):
        load(tmp_path)


def test_saving_leaves_the_old_file_whole_where_it_cannot_write(tmp_path):
    fit, _ = numbers()
    with pytest.raises(FileError, match="No such file or directory\nhint: make the folder first"):
        fit.save(tmp_path / "nowhere" / "net.safetensors")
    assert list(tmp_path.iterdir()) == []
