"""Regressor and Classifier: scikit-learn's own checks, its pipelines and searches, and what is refused in words."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from pytest import approx
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator, estimator_checks_generator

import squiggly as sq
from squiggly.errors import DataError, ModelError, OptionError, SquigglyError
from squiggly.estimators import Classifier, Regressor
from squiggly.estimators.additive import hinged, polynomials

RANDOM = np.random.RandomState(0)
X = RANDOM.normal(size=(80, 2))
Y = np.abs(X[:, 0]) + X[:, 1]
SIDE = np.where(Y > np.median(Y), "up", "down")
T = np.linspace(0, 4, 40)
DECAY = 3 * np.exp(-T / 1.5) + 0.5 + 0.02 * RANDOM.normal(size=40)

CHECKED = {
    "a network of numbers": Regressor(),
    "a network of classes": Classifier(),
    "polynomials": Regressor("polynomial"),
    "rectified lines": Regressor("relus"),
}
# scikit-learn skips this one where SCIPY_ARRAY_API was not set before SciPy was imported; it is run in a process of its
# own below. No other is skipped, and none is expected to fail.
BY_ITSELF = {"check_array_api_input"}


@pytest.mark.parametrize("what", CHECKED)
def test_scikit_learn_s_own_checks_pass(what: str) -> None:
    results = check_estimator(CHECKED[what], on_skip=None, on_fail="raise")
    assert len(results) > 40
    assert {r["check_name"] for r in results if r["status"] != "passed"} <= BY_ITSELF


ARRAY_API = """
from sklearn.utils.estimator_checks import estimator_checks_generator
from squiggly.estimators import Classifier, Regressor
for made in (Regressor(), Classifier(), Regressor("polynomial"), Regressor("relus")):
    checks = [c for _, c in estimator_checks_generator(made) if c.func.__name__ == "check_array_api_input"]
    for check in checks:
        check(made)
    print(len(checks))
"""


def run(code: str, **variables: str) -> str:
    """What a new Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **variables}, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_check_that_scikit_learn_skips_passes_where_it_is_run() -> None:
    known = [c.func.__name__ for _, c in estimator_checks_generator(Regressor())]
    has = len(BY_ITSELF & set(known))  # older releases of scikit-learn do not have it
    assert run(ARRAY_API, SCIPY_ARRAY_API="1").split() == [str(has)] * 4


# --- What is imported


def test_squiggly_imports_neither_scikit_learn_nor_torch() -> None:
    assert run("import sys, squiggly; print([n for n in ('sklearn', 'torch') if n in sys.modules])") == "[]\n"


def test_a_small_network_trains_without_torch() -> None:
    code = """
import sys
import numpy as np
from squiggly.estimators import Regressor
x = np.linspace(0, 1, 50)[:, None]
Regressor(epochs=2).fit(x, x[:, 0]).predict(x)
print("torch" in sys.modules)
"""
    assert run(code) == "False\n"


@pytest.mark.parametrize("name", ["Regressor", "Classifier"])
def test_without_scikit_learn_one_error_says_what_to_install(name: str) -> None:
    code = f"""
import sys
sys.modules["sklearn"] = sys.modules["sklearn.base"] = None
from squiggly.errors import OptionError
from squiggly.estimators import {name}
try:
    {name}(hidden=(8,))
except OptionError as error:
    print(error)
"""
    said = run(code)
    assert said.startswith(f"sq.{name} is an estimator of scikit-learn, which is not installed: ")
    assert said.endswith("\nhint: pip install 'squiggly[sklearn]'; sq.fit needs no scikit-learn\n")


# --- In scikit-learn's company


def test_a_pipeline_is_cross_validated() -> None:
    scores = cross_val_score(make_pipeline(StandardScaler(), Regressor(hidden=(16,), rate=0.01)), X, Y, cv=3)
    assert scores.shape == (3,) and scores.min() > 0.8
    sides = cross_val_score(make_pipeline(StandardScaler(), Classifier(hidden=(16,), rate=0.01)), X, SIDE, cv=3)
    assert sides.mean() > 0.8


def test_a_grid_is_searched_over_decay_and_hidden() -> None:
    grid = {"decay": [1e-4, 30.0], "hidden": [(8,), (16, 16)]}
    search = GridSearchCV(Regressor(epochs=40, rate=0.01), grid, cv=2).fit(X, Y)
    assert search.best_params_["decay"] == 1e-4  # 30 pulls every weight to nothing
    assert search.best_estimator_.fit_.network.hidden == search.best_params_["hidden"]


def test_a_grid_finds_the_degree_that_the_points_have() -> None:
    x = X[:, :1]
    y = x[:, 0] ** 3 - 2 * x[:, 0] + 0.05 * RANDOM.normal(size=80)
    search = GridSearchCV(Regressor("polynomial"), {"degree": [1, 2, 3]}, cv=4).fit(x, y)
    assert search.best_params_ == {"degree": 3}


def test_the_search_scores_by_probabilities() -> None:
    search = GridSearchCV(Classifier(epochs=30, rate=0.01), {"hidden": [(8,)]}, scoring="roc_auc", cv=2).fit(X, SIDE)
    assert search.best_score_ > 0.8


def test_parameters_are_kept_as_they_were_given() -> None:
    hidden, model = [8, 8], sq.relus(2, inputs=2)
    made = Regressor(model, hidden=hidden, degree=-1, rate="nonsense")  # type: ignore[arg-type]
    assert made.get_params()["hidden"] is hidden and made.model is model
    assert clone(made).get_params()["rate"] == "nonsense"
    assert made.set_params(degree=3).degree == 3
    assert clone(made).model.formula == model.formula


@pytest.mark.parametrize("made, y", [(Regressor(epochs=3), Y), (Regressor("relus"), Y), (Regressor("polynomial"), Y),
                                     (Regressor(sq.relus(2, inputs=2)), Y), (Classifier(epochs=3), SIDE)])  # fmt: skip
def test_a_fitted_estimator_comes_back_from_pickle_and_joblib(made: Any, y: np.ndarray) -> None:
    fitted = clone(made).fit(X, y)
    file = io.BytesIO()
    joblib.dump(fitted, file)
    file.seek(0)
    for again in (pickle.loads(pickle.dumps(fitted)), joblib.load(file)):
        assert np.array_equal(again.predict(X), fitted.predict(X))
        assert again.fit_.verdict == fitted.fit_.verdict


def test_the_same_random_state_gives_the_same_answer() -> None:
    first, same, other = (Regressor(epochs=3, random_state=s).fit(X, Y).predict(X) for s in (7, 7, 8))
    assert np.array_equal(first, same) and not np.array_equal(first, other)
    again = [Classifier(epochs=3, random_state=np.random.RandomState(5)).fit(X, SIDE).predict_proba(X) for _ in "ab"]
    assert np.array_equal(*again)
    np.random.seed(3)  # None draws from NumPy's own generator, as everywhere in scikit-learn
    assert len({Regressor(epochs=1, random_state=None).fit(X, Y).fit_.seed for _ in range(3)}) == 3


def test_nothing_is_predicted_before_a_fit() -> None:
    for method in (Regressor().predict, Classifier().predict, Classifier().predict_proba):
        with pytest.raises(NotFittedError):
            method(X)


# --- Frames


FRAME = pd.DataFrame(X, columns=["width (cm)", "height"])


@pytest.mark.parametrize("made", [Regressor(epochs=2), Regressor("polynomial"), Regressor("a*`width (cm)` + b*height")])
def test_a_frame_s_columns_are_known_by_name(made: Regressor) -> None:
    fitted = made.fit(FRAME, Y)
    assert fitted.feature_names_in_.tolist() == ["width (cm)", "height"] and fitted.n_features_in_ == 2
    assert fitted.predict(FRAME).shape == (80,)
    with pytest.raises(DataError, match="same order") as refused:
        fitted.predict(FRAME[["height", "width (cm)"]])
    assert str(refused.value).endswith(
        "\nhint: give the columns that it was fitted with, by the same names and in the same order"
    )
    with pytest.raises(DataError, match="yet now missing:\n- height\n"):
        fitted.predict(FRAME[["width (cm)"]])


def test_a_formula_finds_its_columns_among_others() -> None:
    frame = pd.DataFrame({"other": T * 0, "t": T})
    fitted = Regressor("counts = a*exp(-t/tau) + c").fit(frame, DECAY)
    assert fitted.inputs_ == {"t": 1}
    assert fitted.fit_.values["tau"] == approx(1.5, rel=0.05)
    assert fitted.predict(pd.DataFrame({"other": [0.0], "t": [0.0]})) == approx(3.5, rel=0.02)


def test_a_built_in_takes_a_column_that_is_called_like_its_parameter() -> None:
    assert Regressor("polynomial").fit(pd.DataFrame({"c1": T}), DECAY).fit_.formula == "y = c0 + c1*x + c2*x^2"
    assert Regressor("polynomial").fit(pd.DataFrame({"t": T}), DECAY).fit_.formula == "y = c0 + c1*t + c2*t^2"


# --- Models


@pytest.mark.parametrize(
    "model",
    [
        "y = a*exp(-x/tau) + c",
        "counts = a*exp(-t/tau) + c",
        "a*exp(-x/tau) + c",
        lambda x, a, tau, c: a * np.exp(-x / tau) + c,
        sq.as_model("a*exp(-x/tau) + c"),
        sq.exponential() + sq.constant(),
    ],
)
def test_every_way_to_write_a_model_gives_the_same_curve(model: Any) -> None:
    fitted = Regressor(model).fit(T[:, None], DECAY)
    direct = sq.fit("y = a*exp(-x/tau) + c", (T, DECAY))
    assert fitted.predict(T[:, None]) == approx(direct.predict(), abs=1e-6)
    assert fitted.fit_.verdict.kind == "determined"
    assert fitted.score(T[:, None], DECAY) > 0.99


def test_an_array_s_columns_are_a_formula_s_x1_and_x2_or_its_inputs_in_order() -> None:
    one, other = Regressor("a*x1 + b*x2 + c").fit(X, Y), Regressor("z = a*x + b*y + c").fit(X, Y)
    assert one.predict(X) == approx(other.predict(X))
    basis = np.c_[X, np.ones(80)]
    assert one.predict(X) == approx(basis @ np.linalg.lstsq(basis, Y, rcond=None)[0])


def test_creases_across_two_columns_are_found() -> None:
    fitted = Regressor(sq.relus(1, inputs=2)).fit(X, Y)
    assert fitted.score(X, Y) > 0.999999  # |x1| + x2 is a plane with one crease


def test_polynomials_of_many_columns_are_least_squares() -> None:
    basis = np.c_[np.ones(80), X, X**2]
    best = basis @ np.linalg.lstsq(basis, Y, rcond=None)[0]
    assert Regressor("polynomial", degree=2).fit(X, Y).predict(X) == approx(best)


def test_a_column_gets_no_more_powers_or_hinges_than_its_values_can_tell() -> None:
    x = np.c_[np.arange(6.0), [0, 1, 0, 1, 0, 1], np.full(6, 3.0)]
    assert polynomials(x, 3).formula == "c0 + c1_1*x1 + c1_2*x1^2 + c1_3*x1^3 + c2_1*x2"
    made = hinged(x, x[:, 0], 2)
    assert made.names == ("c0", "c1", "w1_1", "t1_1", "w1_2", "t1_2", "c2")
    assert dict(made.fixed) == approx({"t1_1": 5 / 3, "t1_2": 10 / 3})


def test_hinges_are_as_many_as_the_points_need() -> None:
    def hinges(y: np.ndarray) -> int:
        return len(hinged(X, y, "auto").fixed) // 2

    noise = 0.05 * np.random.RandomState(1).normal(size=80)
    assert hinges(X @ [1.0, 2.0] + noise) == 0
    assert hinges(np.full(80, 2.0)) == 0
    bent = np.abs(X[:, 0] - np.median(X[:, 0])) + X[:, 1] + noise
    assert 1 <= hinges(bent) <= 6
    fitted = Regressor("relus").fit(X, bent)
    assert fitted.score(X, bent) > 0.97 and fitted.fit_.verdict.ok


def test_the_hinges_of_one_column_are_searched_for() -> None:
    y = np.abs(T - 1.234)
    fitted = Regressor("relus", hinges=1).fit(T[:, None], y)
    assert fitted.fit_.values["t1"] == approx(1.234)
    assert Regressor("relus", hinges=0).fit(T[:, None], y).fit_.formula == "y = c0 + c1*x"


def test_a_search_that_came_to_no_end_is_warned_of() -> None:
    with pytest.warns(ConvergenceWarning, match="did not settle") as warned:
        Regressor("gaussian").fit(T[:, None], DECAY)
    assert warned[0].filename == __file__


# --- Networks


def test_what_is_said_of_training_is_what_is_trained() -> None:
    fit = Regressor(hidden=(4,), activation="tanh", epochs=2, batch=8, rate=0.02, held_out=0.25).fit(X, Y).fit_
    assert (fit.network, fit.rows, len(fit.history)) == (sq.network(2, [4], activation="tanh"), (60, 20), 2)
    assert "rate 0.02" in fit.how and "batches of 8" in fit.how
    free, pulled = (Regressor(hidden=(4,), epochs=9, decay=d).fit(X, Y).fit_.parameters for d in (0.0, 10.0))
    assert np.abs(pulled).sum() < np.abs(free).sum()
    epochs = [len(Regressor(hidden=(4,), rate=0.05, patience=p).fit(X, Y).fit_.history) for p in (1, 30)]
    assert epochs[0] < epochs[1]


def test_a_network_that_is_given_is_the_one_trained() -> None:
    assert Regressor(sq.network(2, [3])).fit(X, Y).fit_.network == sq.network(2, [3])
    given = sq.network(2, [3], classes=2)
    assert Classifier(given, epochs=2).fit(X, SIDE).fit_.network == given


def test_of_a_tiny_table_nothing_is_held_out() -> None:
    assert Regressor(epochs=2).fit(X[:6], Y[:6]).fit_.rows == (6, 0)


# --- Classes


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["low", "middle", "high"]),
        np.array(["low", " low", ""], dtype=object),
        np.array([10, -3, 7]),
        np.array([0.0, 1.0, 2.0]),
        np.array([True, False]),
    ],
)
def test_labels_come_back_as_they_were(labels: np.ndarray) -> None:
    which = np.digitize(Y, np.quantile(Y, np.arange(1, len(labels)) / len(labels)))
    fitted = Classifier(hidden=(16,), rate=0.01).fit(X, labels[which])
    assert fitted.classes_.tolist() == sorted(labels.tolist())
    assert fitted.classes_.dtype == labels.dtype
    assert fitted.score(X, labels[which]) > 0.8
    shares = fitted.predict_proba(X)
    assert shares.shape == (80, len(labels)) and shares.sum(axis=1) == approx(1)
    assert np.array_equal(fitted.classes_[shares.argmax(axis=1)], fitted.predict(X))


def test_a_class_of_a_single_row_keeps_its_place() -> None:
    fitted = Classifier(epochs=3).fit(X, np.r_[["lone"], SIDE[1:]])
    assert fitted.classes_.tolist() == ["down", "lone", "up"]
    assert fitted.predict_proba(X).shape == (80, 3)
    assert fitted.fit_.labels == ("down", "lone", "up")


# --- What is refused

WITH_GAP = np.where(X == X[3, 1], np.nan, X)
REFUSED: list[tuple[Any, Any, Any, type[SquigglyError], str]] = [
    (Regressor(), WITH_GAP, Y, DataError, "Input X contains NaN.\nhint: fill the gaps first: sklearn.impute.SimpleImputer in a pipeline does"),
    (Regressor(), X, np.r_[np.nan, Y[1:]], DataError, "Input y contains NaN.\nhint: leave out the rows that have no y"),
    (Regressor(), X, SIDE, DataError, f'row 0: y is "{SIDE[0]}", a number was expected\nhint: sq.Classifier tells labels apart; numbers that are text become numbers with y.astype(float)'),
    (Regressor(), X, None, DataError, "Regressor requires y to be passed, but the target y is None\nhint: fit(X, y), with one y for each row of X"),
    (Regressor(), X[:1], Y[:1], DataError, "Found array with 1 sample(s) (shape=(1, 2)) while a minimum of 2 is required by Regressor.\nhint: give more rows"),
    (Regressor(), X, Y[1:], DataError, "Found input variables with inconsistent numbers of samples: [80, 79]\nhint: give each row of X its y"),
    (Regressor(random_state="a"), X, Y, OptionError, "random_state is 'a', a whole number from 0 to 2**32 - 1, a RandomState or None was wanted\nhint: random_state=0"),
    (Regressor(sq.network(3, [8])), X, Y, DataError, "X has 2 columns, the network takes 3\nhint: sq.network(2, …), or leave model out"),
    (Regressor(sq.network(2, [8], classes=2)), X, Y, OptionError, "network(2, [8], classes=2) tells 2 classes apart, a network of numbers was expected\nhint: sq.Classifier, or leave classes out of sq.network"),
    (Regressor(3), X, Y, OptionError, 'model is 3, a formula, a function, a Model, a Network or None was expected\nhint: "y = a*x + b", sq.relus(4), or leave it out for a network'),
    (Regressor("gausian"), X, Y, OptionError, "model is 'gausian', which is no formula of the columns\nhint: did you mean gaussian?"),
    (Regressor("gaussian"), X, Y, DataError, 'X has 2 columns, the model takes 1: x\nhint: give X those columns; model="polynomial", "relus" or None take any number'),
    (Regressor("polynomial", epochs=3), X, Y, OptionError, "epochs is 3, but the model is no network: nothing is trained\nhint: leave epochs out, or leave model out for a network"),
    (Regressor("polynomial", degree=1.5), X, Y, OptionError, "degree is 1.5, a whole number of 0 or more was expected\nhint: degree=2"),
    (Regressor("relus", hinges="some"), X, Y, OptionError, "hinges is 'some', a whole number of 0 or more, or \"auto\" was expected\nhint: hinges=2"),
    (Regressor("log(y) = a*x1"), X, Y, ModelError, "the left side of log(y) = a*x1 is log(y), but y is what is predicted\nhint: write the right side alone; sklearn.compose.TransformedTargetRegressor fits a function of y"),
    (Regressor("height = a*`width (cm)`"), FRAME, Y, ModelError, "`height` is on the left side of height = a*`width (cm)`, and is a column of X\nhint: leave what is predicted out of X"),
    (Regressor("a*q + b"), FRAME, Y, ModelError, "the model a*q + b uses none of the columns of X, width (cm) and height\nhint: write it with a column, for example a*`width (cm)` + b"),
    (Regressor(sq.as_model("a*hieght", ["hieght"])), FRAME, Y, ModelError, "the model's input `hieght` is not a column of X; the columns are width (cm) and height\nhint: did you mean height?"),
    (Regressor("polynomial"), X[:4], Y[:4], DataError, "4 points cannot determine 5 parameters, c0, c1_1, c1_2, c2_1 and c2_2\nhint: measure more points, or hold some parameters constant with fix"),
    (Classifier(), X, ["one"] * 80, DataError, "every y is 'one': there is 1 class, nothing to tell apart\nhint: are the rows sorted by class, and a part without the others taken?"),
    (Classifier(), X, Y, DataError, "Unknown label type: continuous. Maybe you are trying to fit a classifier, which expects discrete classes on a regression target with continuous values.\nhint: labels are text, True and False or whole numbers; numbers are for Regressor"),
    (Classifier("a*x"), X, SIDE, OptionError, "model is 'a*x', a network was expected\nhint: leave it out, or sq.network(2, [8, 8], classes=2); formulas predict numbers, with sq.Regressor"),
    (Classifier(sq.network(2, [8], classes=3)), X, SIDE, DataError, "y has 2 classes, network(2, [8], classes=3) tells 3 apart\nhint: sq.network(2, …, classes=2), or leave model out"),
    (Classifier(sq.network(2, [8])), X, SIDE, DataError, "y has 2 classes, network(2, [8]) predicts a number\nhint: sq.network(2, …, classes=2), or leave model out"),
]  # fmt: skip


@pytest.mark.parametrize("made, x, y, kind, words", REFUSED)
def test_what_is_refused_is_refused_in_words(made: Any, x: Any, y: Any, kind: type, words: str) -> None:
    with pytest.raises(kind) as refused:
        clone(made).fit(x, y)
    assert isinstance(refused.value, ValueError)  # as scikit-learn's rules ask
    assert str(refused.value) == words
    assert refused.value.__cause__ is None


def test_a_type_that_scikit_learn_calls_wrong_is_a_type_error_too() -> None:
    from scipy.sparse import csr_array

    with pytest.raises(TypeError) as refused:
        Regressor().fit(csr_array(X), Y)
    assert isinstance(refused.value, DataError)
    assert str(refused.value).endswith("\nhint: give X as a dense table: X.toarray()")


def test_a_row_without_a_value_is_refused() -> None:
    fitted = Regressor("a*log(x) + b").fit(T[:, None] + 1, DECAY)
    with pytest.raises(DataError) as refused:
        fitted.predict([[2.0], [-1.0]])
    assert str(refused.value) == (
        "row 1: the model is nan at x=-1\n"
        "hint: leave out the rows that it has no value for, such as a logarithm's of a negative number"
    )
