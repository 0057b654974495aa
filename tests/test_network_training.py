"""Training networks: the table at the door, both engines, what stops them, and everything that is refused."""

import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from torch import nn

import squiggly as sq
from squiggly.errors import DataError, ModelError, OptionError
from squiggly.networks import choosing
from squiggly.networks.batches import order
from squiggly.networks.choosing import engine_of, expect_memory
from squiggly.networks.heads import head_of
from squiggly.networks.labels import split
from squiggly.networks.layers import value_and_gradient
from squiggly.networks.preparation import open_data, prepare
from squiggly.networks.torch_engine import flattened, sequential
from squiggly.networks.training import train


def table(n=300, seed=0, columns=3):
    """Numbers that a small network learns: a product and a square."""
    random = np.random.RandomState(seed)
    x = random.normal(size=(n, columns)) * 10.0 + 100.0
    z = (x - 100.0) / 10.0
    return x, 50.0 + 5.0 * (z[:, 0] * z[:, 1] + z[:, 2] ** 2)


def kinds(n=300, seed=0):
    """Three classes told apart by the signs of two columns."""
    x = np.random.RandomState(seed).normal(size=(n, 2))
    return x, np.where(x[:, 0] > 0, np.where(x[:, 1] > 0, "cat", "dog"), "eel")


SMALL = sq.network(3, [16])


class Total(nn.Linear):
    """A module that adds up all rows, as a loss does."""

    def __init__(self):
        super().__init__(3, 1)

    def forward(self, x):
        return super().forward(x).sum()


def said(kind, call):
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)


# --- What it learns


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_numbers_are_learned_and_come_back_in_the_tables_units(engine):
    x, y = table(600)
    fit = train(sq.network(3, [32, 32]), (x, y), engine=engine)
    fresh, right = table(300, seed=1)
    off = fit.predict(fresh) - right
    assert 1 - (off**2).mean() / right.var() > 0.95
    assert fit.engine == engine and fit.r_squared.held_out > 0.9
    assert fit.loss < 0.1 * y.var()


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("labels", [("cat", "dog", "eel"), (0, 1, 2), (-5, 3, 40)])
def test_classes_are_learned_whatever_they_are_called(engine, labels):
    x, y = kinds(600)
    names = np.array([labels[("cat", "dog", "eel").index(v)] for v in y])
    fit = train(sq.network(2, [16], classes=3), (x, names), engine=engine, rate=0.01, epochs=60)
    assert fit.labels == tuple(sorted(labels))
    assert (fit.predict(x) == names).mean() > 0.95
    shares = fit.probabilities(x)
    assert shares.shape == (600, 3) and np.allclose(shares.sum(axis=1), 1)


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("loss", [None, sq.cross_entropy, sq.mse])
def test_yes_and_no_are_two_classes_by_one_score(engine, loss):
    x = np.random.RandomState(0).normal(size=(400, 2))
    y = x[:, 0] * x[:, 1] > 0
    fit = train(sq.network(2, [16], classes=2), (x, y), engine=engine, loss=loss, rate=0.01, epochs=80)
    assert fit.labels == (False, True) and fit.accuracy.held_out > 0.85
    assert ((fit.probabilities(x)[:, 1] > 0.5) == fit.predict(x)).all()


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("loss", [sq.mse, sq.mae, sq.huber, sq.Huber(delta=2.0)])
def test_the_losses_are_in_the_tables_units(engine, loss):
    x, y = table()
    fit = train(SMALL, (x, y), loss=loss, engine=engine, epochs=20)
    delta = sq.Huber(float(y.std())) if loss == sq.huber else loss
    both = fit.loss * fit.rows[0] + fit.held_out_loss * fit.rows[1]
    assert both / 300 == pytest.approx(delta(fit.predict(x), y), rel=1e-6)
    assert fit.history[fit.best - 1].held_out == pytest.approx(fit.held_out_loss, rel=1e-4)


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("optimizer", ["adam", "sgd", sq.SGD(momentum=0.9), sq.Adam(0.8, 0.9)])
def test_every_optimizer_lowers_the_loss(engine, optimizer):
    fit = train(SMALL, table(), optimizer=optimizer, engine=engine, epochs=15, schedule=sq.cosine(), decay=1e-4)
    assert fit.history[-1].loss < 0.7 * fit.history[0].loss
    assert fit.history[-1].rate < fit.history[0].rate


def test_both_engines_take_the_same_steps():
    x, y = table(100)
    for decay in (0.0, 0.01):
        one, other = (
            train(SMALL, (x, y), engine=e, epochs=10, batch=100, held_out=0, decay=decay) for e in ("numpy", "torch")
        )
        assert np.allclose(one.parameters, other.parameters, atol=1e-4)


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_the_average_lies_nearer_the_bottom_than_where_the_steps_end(engine):
    random = np.random.RandomState(0)
    x = random.normal(size=(2_000, 3))
    y = x @ [1.0, 2.0, 3.0] + random.normal(size=2_000)
    straight = sq.network(3, [])
    ends = [
        train(straight, (x, y), engine=engine, epochs=20, held_out=0, decay=0, rate=0.02, average=average).loss
        for average in (True, False)
    ]
    best = np.mean((y - np.c_[x, np.ones(2_000)] @ np.linalg.lstsq(np.c_[x, np.ones(2_000)], y)[0]) ** 2)
    assert 0 <= ends[0] - best < (ends[1] - best) / 5


def test_without_an_average_the_last_step_is_kept():
    x, y = table(100)
    fit = train(SMALL, (x, y), epochs=3, batch=50, held_out=0, decay=0, average=False, engine="numpy")
    values, memory = SMALL.start(0), sq.Adam().begin(SMALL.start(0))
    ready = prepare(open_data((x, y), None, None, 3), False, "refuse")
    inputs, target = ready.scaling.of(x.copy()), (y - ready.scaling.y_mean) / ready.scaling.y_spread
    for epoch in range(3):
        rows = order(100, 0, epoch)
        for some in (rows[:50], rows[50:]):
            _, gradient = value_and_gradient(SMALL, head_of(SMALL, sq.mse), values, inputs[some], target[some])
            values, memory = sq.Adam().step(values, gradient, 0.01, memory)
    assert np.allclose(fit.parameters, values, rtol=1e-12, atol=1e-14) and "averaged" not in fit.how


def test_a_module_with_statistics_of_its_own_is_not_averaged():
    plain, normed = nn.Linear(3, 1), nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 1))
    assert "averaged" in train(plain, table(), epochs=1).how
    assert "averaged" not in train(normed, table(), epochs=1).how


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_the_same_seed_gives_the_same_answer_and_another_another(engine):
    one, two, other = (train(SMALL, table(), engine=engine, epochs=3, seed=s) for s in (0, 0, 1))
    assert (one.parameters == two.parameters).all() and (one.parameters != other.parameters).any()


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_torch_starts_where_the_network_does(activation):
    made = sq.network(3, [5, 4], activation=activation)
    assert (flattened(sequential(made, seed=3)) == made.start(3).astype(np.float32)).all()


def test_a_fit_goes_on_from_another():
    first = train(SMALL, table(), epochs=10)
    again = train(SMALL, table(), epochs=10, start=first)
    assert again.history[0].loss < first.history[0].loss / 2
    assert "start is not a fit of the same network" in said(
        OptionError, lambda: train(sq.network(3, [4]), table(), start=first)
    )


# --- What it reads


def test_the_same_table_in_every_form_gives_the_same_fit(tmp_path):
    x, y = table(60)
    columns = {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": y}
    frame = pd.DataFrame(columns)
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    forms = [columns, frame, pl.DataFrame(columns), tmp_path / "t.csv", str(tmp_path / "t.parquet"),
             (frame[["a", "b", "c"]], frame["y"]), (torch.tensor(x), torch.tensor(y)), (x.tolist(), y.tolist())]  # fmt: skip
    fits = [train(SMALL, form, epochs=3) for form in forms]
    for fit in fits[1:]:
        assert np.allclose(fit.parameters, fits[0].parameters, rtol=1e-9)
    assert fits[0].inputs == ("a", "b", "c") and "predicts y" in fits[0].notes
    assert fits[6].inputs == ("x1", "x2", "x3")


def test_labels_are_read_from_every_form(tmp_path):
    x, y = kinds(60)
    frame = pd.DataFrame({"kind": y, "a": x[:, 0], "b": x[:, 1]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    made = sq.network(2, [4], classes=3)
    for form in [frame, pl.DataFrame(frame), tmp_path / "t.csv", tmp_path / "t.parquet", frame.to_dict("list")]:
        fit = train(made, form, target="kind", epochs=1)
        assert fit.labels == ("cat", "dog", "eel") and fit.inputs == ("a", "b")


def test_columns_choose_the_inputs_and_name_those_of_an_array():
    x, y = table(60, columns=5)
    columns = {**{f"c{i}": x[:, i] for i in range(5)}, "y": y}
    assert train(SMALL, columns, target="y", columns=["c4", "c0", "c1"], epochs=1).inputs == ("c4", "c0", "c1")
    assert train(SMALL, (x[:, :3], y), columns=["p", "q", "r"], epochs=1).inputs == ("p", "q", "r")


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.int32, bool])
def test_numbers_of_every_kind_are_inputs(kind):
    x = (np.random.RandomState(0).normal(size=(60, 3)) * 3).round().clip(0).astype(kind)
    for engine in ("numpy", "torch"):
        fit = train(SMALL, (x, np.arange(60.0)), epochs=1, engine=engine)
        assert np.isfinite(fit.predict(x)).all()


def test_a_memory_map_is_trained_on_where_it_lies(tmp_path):
    x, y = table(500)
    held = np.memmap(tmp_path / "x.f32", np.float32, "w+", shape=x.shape)
    held[:] = x
    held.flush()
    mapped = np.memmap(tmp_path / "x.f32", np.float32, "r", shape=x.shape)
    fit = train(SMALL, (mapped, y), engine="torch", epochs=5)
    copied = train(SMALL, (x.astype(np.float32).astype(float), y), engine="torch", epochs=5)
    assert np.allclose(fit.parameters, copied.parameters, atol=1e-4)
    assert np.allclose(fit.predict(mapped[:9]), fit.predict(x[:9]), atol=1e-3)


def test_a_large_memory_map_is_never_copied(tmp_path):
    code = f"""
        import resource, sys
        import numpy as np, torch
        from squiggly.networks.network import network
        from squiggly.networks.training import train
        x = np.memmap({str(tmp_path / "x.f32")!r}, np.float32, "w+", shape=(400_000, 100))
        for i in range(0, 400_000, 50_000):
            x[i:i + 50_000] = np.random.RandomState(i).normal(size=(50_000, 100))
        y = np.array(x[:, 0], dtype=float)
        def private():
            lines = open("/proc/self/status").read().split()
            return int(lines[lines.index("RssAnon:") + 1]) / 1024
        train(network(100, [8]), (x[:1000], y[:1000]), epochs=1, engine="torch")
        before, most = private(), [0.0]
        train(network(100, [8]), (x, y), epochs=1, engine="torch", batch=4096, watch=lambda e: most.append(private()))
        print(max(*most, private()) - before)
    """
    if not sys.platform.startswith("linux"):
        pytest.skip("memory is told by /proc")
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 100  # MiB; the table is 153, a float64 copy 305


def test_rows_with_gaps_are_dropped_and_counted():
    x, y = table(60)
    x[3, 1], y[9] = np.nan, np.nan
    for engine in ("numpy", "torch"):
        fit = train(SMALL, (x, y), missing="drop", epochs=2, engine=engine)
        assert "2 rows with gaps dropped" in fit.notes and sum(fit.rows) == 58 and np.isfinite(fit.parameters).all()


def test_a_constant_column_is_seen_as_nought_and_named():
    x, y = table(60)
    x[:, 1] = 7.3
    fit = train(SMALL, (x, y), epochs=2)
    assert "constant, so seen as 0: x2" in fit.notes
    other = x.copy()
    other[:, 1] = 1e9
    assert (fit.predict(other) == fit.predict(x)).all()


# --- What is held out


def test_every_class_has_its_share_held_out_and_a_lone_row_trains():
    of = np.repeat([0, 1, 2, 3], [500, 100, 20, 1])
    train_rows, out = split(np.arange(621), 0, 0.1, of)
    assert np.bincount(of[out], minlength=4).tolist() == [50, 10, 2, 0]
    assert sorted([*train_rows, *out]) == list(range(621))
    x = np.random.RandomState(0).normal(size=(41, 2))
    y = ["a"] * 20 + ["b"] * 20 + ["c"]
    fit = train(sq.network(2, [4], classes=3), (x, y), epochs=1)
    assert "of a single row, so trained on and never held out: 'c'" in fit.notes


def test_a_class_never_loses_its_last_row_to_the_held_out():
    for seed in range(20):
        of = np.repeat(np.arange(10), 2)
        kept, _ = split(np.arange(20), seed, 0.8, of)
        assert set(of[kept]) == set(range(10))


def test_few_rows_are_all_trained_on():
    fit = train(SMALL, table(12), epochs=3)
    assert fit.rows == (12, 0) and "none held out: 12 rows are fewer than 20" in fit.notes
    assert fit.verdict.kind == "not judged" and np.isnan(fit.held_out_loss)


# --- What stops it


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_it_stops_when_held_out_rows_get_no_better_and_keeps_the_best(engine):
    x, _ = table(100)
    y = np.random.RandomState(5).normal(size=100) + x[:, 0] / 10
    fit = train(sq.network(3, [64, 64]), (x, y), engine=engine, rate=0.01, patience=5, epochs=500)
    assert fit.history[-1].epoch == fit.best + 5
    assert min(e.held_out for e in fit.history) == fit.history[fit.best - 1].held_out
    assert fit.history[fit.best - 1].held_out == pytest.approx(fit.held_out_loss, rel=1e-4)
    assert f"stopped at epoch {fit.best + 5}: none better on rows held out for 5 epochs" in fit.verdict.words


def test_a_network_that_overfits_is_told_so():
    random = np.random.RandomState(0)
    x = random.normal(size=(60, 3))
    y = x[:, 0] + 0.7 * random.normal(size=60)
    fit = train(sq.network(3, [64, 64]), (x, y), rate=0.01, patience=None, epochs=12)
    late = train(sq.network(3, [64, 64]), (x, y), rate=0.003, epochs=400, patience=40)
    assert any(
        f.verdict.kind == "overfits" and "more rows, fewer units or decay" in f.verdict.words for f in (fit, late)
    )


def test_epochs_that_run_out_too_early_are_told():
    fit = train(SMALL, table(), epochs=4)
    assert fit.verdict.kind == "still improving" and "Give epochs=8." in fit.verdict.words


def test_noise_teaches_nothing_and_the_verdict_says_so():
    random = np.random.RandomState(0)
    fit = train(SMALL, (random.normal(size=(400, 3)), random.normal(size=400)), epochs=300)
    assert fit.verdict.kind == "learned nothing" and not fit.verdict.ok


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_a_loss_that_becomes_nan_stops_it_and_the_best_is_kept(engine):
    with np.errstate(all="ignore"):
        fit = train(SMALL, table(), optimizer="sgd", rate=1e6, engine=engine, epochs=50)
    assert fit.verdict.kind == "ran away" and "Give a lower rate: 0.01." in fit.verdict.words
    assert np.isfinite(fit.parameters).all() and len(fit.history) < 50


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_the_seconds_are_kept(engine):
    fit = train(sq.network(3, [64, 64]), table(5_000), seconds=0.3, epochs=100_000, patience=None, engine=engine)
    assert fit.verdict.kind == "time is up" and fit.effort.seconds < 3
    assert fit.r_squared.train > 0


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_ctrl_c_keeps_the_best_so_far(engine):
    def stop(epoch):
        if epoch.epoch == 4:
            raise KeyboardInterrupt

    fit = train(SMALL, table(), engine=engine, watch=stop)
    assert fit.verdict.kind == "interrupted" and fit.best == 3 and len(fit.history) == 4


# --- Modules


class Wide(nn.Module):
    def __init__(self, end):
        super().__init__()
        self.inner = nn.Linear(3, 8)
        self.end = end

    def forward(self, x):
        return self.end(self.inner(x))


@pytest.mark.parametrize("end", [lambda: nn.Linear(8, 1), lambda: nn.Sequential(nn.Linear(8, 1), nn.Flatten(0))])
def test_a_module_of_numbers_is_copied_and_trained(end):
    torch.manual_seed(0)
    made = Wide(nn.Sequential(nn.Tanh(), nn.BatchNorm1d(8), nn.Dropout(0.01), end()))
    before = [p.detach().clone() for p in made.parameters()]
    x, y = table(301)
    fit = train(made, (x, y), epochs=20, rate=0.01, batch=10)
    assert all((a == b).all() for a, b in zip(before, made.parameters()))
    assert fit.r_squared.held_out > 0.2 and fit.network is None and fit.loss_name == "mse"
    with torch.no_grad():
        out = fit.module()(torch.tensor(x)).numpy().ravel()
    assert np.allclose(out, fit.predict(x), atol=1e-4)


def test_a_module_of_scores_tells_classes_apart_and_float64_stays():
    x, y = kinds(300)
    made = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 3)).double()
    fit = train(made, (x, y), rate=0.01, epochs=40)
    assert fit.accuracy.held_out > 0.9 and fit.loss_name == "cross-entropy" and fit.labels == ("cat", "dog", "eel")
    two = train(nn.Linear(2, 1), (x, x[:, 0] > 0), rate=0.05, epochs=40)
    assert two.labels == (False, True) and two.accuracy.held_out > 0.9


def test_training_leaves_the_callers_random_numbers_alone():
    made, data = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 1)), table(60)
    torch.manual_seed(7)
    wanted = torch.rand(3)
    torch.manual_seed(7)
    one = train(made, data, epochs=2)
    assert (torch.rand(3) == wanted).all()
    two = train(made, data, epochs=2)
    assert np.array_equal(one.predict(data[0]), two.predict(data[0]))


def test_modules_that_cannot_be_trained_are_refused_in_words():
    x, y = table(60)
    shape = said(ModelError, lambda: train(nn.Sequential(nn.Linear(3, 4), nn.Unflatten(1, (2, 2))), (x, y)))
    assert "returns a single number, (3,)" in said(ModelError, lambda: train(Total(), (x, y)))
    assert "for 3 rows this module returns shape (3, 2, 2), (3,), (3, 1) or (3, classes) was expected" in shape
    none = said(ModelError, lambda: train(nn.ReLU(), (x, y)))
    assert (
        none == "this module has no parameters to train\nhint: give it a layer, or unfreeze one with requires_grad_()"
    )
    width = said(ModelError, lambda: train(nn.Linear(4, 1), (x, y)))
    assert "this module cannot take rows of 3 columns" in width and "nn.Linear(3, …)" in width
    many = said(ModelError, lambda: train(nn.Linear(3, 2), (x, y), loss=sq.mse))
    assert many.startswith("this module gives 2 numbers for each row, mse compares one")
    other = said(DataError, lambda: train(nn.Linear(2, 2), kinds(60)))
    assert "y has 3 classes, 'cat', 'dog' and 'eel'; the module tells 2 apart" in other
    assert "a module trains in torch" in said(OptionError, lambda: train(nn.Linear(3, 1), (x, y), engine="numpy"))
    assert "got str" in said(ModelError, lambda: train("y = x", (x, y)))


# --- What is refused


def test_targets_with_nothing_to_learn_are_refused():
    x, _ = table(60)
    text = said(DataError, lambda: train(SMALL, (x, np.full(60, 4.5))))
    assert text == "every y is 4.5: there is nothing to learn\nhint: is it the right column, and is the table whole?"
    classes = sq.network(3, [4], classes=3)
    assert "every y is 'a': there is a single class" in said(DataError, lambda: train(classes, (x, ["a"] * 60)))
    text = said(DataError, lambda: train(classes, (x, ["a", "b"] * 30)))
    assert text == "y has 2 classes, 'a' and 'b'; the network tells 3 apart\nhint: network(…, classes=2)"
    assert "0.5, the label of a class was expected" in said(DataError, lambda: train(classes, (x, [0.5, 1.0] * 30)))
    assert "row 1: y is 1, a label like 'a'" in said(DataError, lambda: train(classes, (x, ["a", 1] * 30)))
    assert "y is yes or no, a number was expected" in said(DataError, lambda: train(SMALL, (x, [True, False] * 30)))
    text = said(DataError, lambda: train(SMALL, (x, ["a", "b"] * 30)))
    assert text.startswith('row 0: y is "a", a number was expected\n') and text.endswith("network(…, classes=2)")


def test_tables_that_do_not_fit_the_network_are_refused():
    wide = {f"c{i}": [0.0, 1.0] for i in range(10_001)}
    text = said(DataError, lambda: train(sq.network(20, [8]), wide))
    assert text == (
        "the table has 10,000 columns beside c10000, the network takes 20 inputs\n"
        "hint: network(10000, …), or columns=[…]"
    )
    text = said(DataError, lambda: train(sq.network(20, [8]), (np.zeros((5, 10_000)), np.arange(5))))
    assert text == "X has 10,000 columns, the network takes 20 inputs\nhint: network(10000, …)"
    x, y = table(60)
    assert "60 rows of inputs and 59 of y" in said(DataError, lambda: train(SMALL, (x, y[:59])))
    assert "there is 1 row, two or more were expected" in said(DataError, lambda: train(SMALL, (x[:1], y[:1])))
    assert "no column varies: x1, x2, x3" in said(DataError, lambda: train(SMALL, (x * 0, y)))
    assert "X has shape (2, 3, 4)" in said(DataError, lambda: train(SMALL, (np.zeros((2, 3, 4)), [1, 2])))
    assert "y has shape (60, 2)" in said(DataError, lambda: train(SMALL, (x, np.zeros((60, 2)))))
    assert "the rows of X differ in length" in said(DataError, lambda: train(SMALL, ([[1, 2, 3], [1, 2]], [1, 2])))
    assert "did you mean b" in said(DataError, lambda: train(SMALL, {"a": [1], "B": [1], "b": [2]}, target="bb"))


def test_cells_that_are_no_numbers_are_refused_with_their_row_and_column(tmp_path):
    x, y = table(60)
    gap, far, late = x.copy(), x.copy(), y.copy()
    gap[7, 1], far[8, 2], late[9] = np.nan, np.inf, np.nan
    assert said(DataError, lambda: train(SMALL, (gap, y))) == (
        "row 7: x2 is nan, a finite number was expected\n"
        'hint: fill the gap or delete the row; missing="drop" leaves out such rows'
    )
    assert "row 8: x3 is inf, a finite number was expected" in said(DataError, lambda: train(SMALL, (far, y)))
    assert "row 9: y is nan" in said(DataError, lambda: train(SMALL, (x, late)))
    words = {"a": [1.0, 2.0, 3.0], "b": [1.0, "two", 3.0], "c": [1, 2, 3], "y": [1, 2, 4]}
    assert 'row 1: b is "two", a number was expected' in said(DataError, lambda: train(SMALL, words))
    path = tmp_path / "t.csv"
    path.write_text("a,b,c,y\n1,2,3,4\n5,6,seven,8\n9,10,11,12\n")
    assert 't.csv row 2 (line 3): c is "seven"' in said(DataError, lambda: train(SMALL, path))
    path.write_text("a,b,c,y\n1,2,3,4\n5,6,,8\n9,10,11,12\n")
    assert "t.csv row 2: c is nan" in said(DataError, lambda: train(SMALL, path))
    huge = x.copy()
    huge[0, 0] = 1e200
    assert "x1 reaches 1e+200: squares of that" in said(DataError, lambda: train(SMALL, (huge, y)))
    assert "row 4: y is empty" in said(
        DataError, lambda: train(sq.network(3, [4], classes=2), (x, ["a", "b", "a", "b", None] * 12))
    )
    gone = np.full_like(x, np.nan)
    assert "there are 0 rows left of 60" in said(DataError, lambda: train(SMALL, (gone, y), missing="drop"))


def test_options_that_make_no_sense_are_refused():
    data = table(60)
    cases = {
        "epochs is 0": {"epochs": 0},
        "batch is 0": {"batch": 0},
        "held_out is 1": {"held_out": 1},
        "patience is 0": {"patience": 0},
        "seconds is 0": {"seconds": 0},
        "rate is -1": {"rate": -1},
        "decay is -1": {"decay": -1},
        "seed is 0.5": {"seed": 0.5},
        "engine is 'jax'": {"engine": "jax"},
        "average is 'no'": {"average": "no"},
        "optimizer is 'adamw'": {"optimizer": "adamw"},
        "missing is 'keep'": {"missing": "keep"},
        "loss is 'mse'": {"loss": "mse"},
        "poisson is no loss of a network": {"loss": sq.poisson},
        "cross_entropy is a loss of classes": {"loss": sq.cross_entropy},
        "columns is 'a'": {"columns": "a"},
        "did you mean epochs?": {"epoch": 3},
        "device is 'cuda', which is not here: torch sees cpu": {"device": "cuda"},
        "device is 'gpu', which is not here": {"device": "gpu"},
        "NumPy computes on the cpu": {"device": "cuda", "engine": "numpy"},
    }
    if torch.cuda.is_available():
        del cases["device is 'cuda', which is not here: torch sees cpu"]
    for words, options in cases.items():
        assert words in said(OptionError, lambda options=options: train(SMALL, data, **options))


# --- Which engine


def test_small_networks_train_without_torch_and_large_ones_with_it():
    assert engine_of(sq.network(10, [64, 64]), 400, 16, 200) == "numpy"
    assert engine_of(sq.network(20, [1000, 1000]), 100_000, 256, 200) == "torch"
    code = "import sys, numpy as np, squiggly as sq; from squiggly.networks.training import train; "
    code += "train(sq.network(1, [8]), (np.arange(100.0), np.arange(100.0))); assert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_without_torch_numpy_takes_what_it_can_and_says_what_it_cannot(monkeypatch):
    monkeypatch.setattr(choosing, "find_spec", lambda name: None)
    assert engine_of(sq.network(20, [64, 64]), 20_000, 256, 200) == "numpy"
    text = said(OptionError, lambda: engine_of(sq.network(20, [2000, 2000]), 1_000_000, 256, 200))
    assert 'PyTorch is not installed\nhint: pip install "squiggly[torch]"' in text and "NumPy would train this" in text
    assert "engine is 'torch'" in said(OptionError, lambda: engine_of(SMALL, 10, 10, 1, "torch"))


def test_a_network_too_large_for_memory_is_refused_with_one_that_fits():
    text = said(ModelError, lambda: expect_memory(sq.network(20, [4000, 4000]), 1000, 256, "torch", free=10**8))
    assert text.startswith("training this network needs about 0.4 GB, 0.1 GB are free\nhint: network(20, [")
    expect_memory(SMALL, 1000, 256, "numpy")
