"""Regressor: any model of squiggly that predicts a number, as an estimator of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from squiggly.errors import DataError, OptionError
from squiggly.estimators.entry import learned, met, names_of, seed_of
from squiggly.estimators.kinds import BaseEstimator, RegressorMixin
from squiggly.estimators.learning import refuse_training, told, trained
from squiggly.estimators.matching import bound
from squiggly.model import Model
from squiggly.networks.network import Network


class Regressor(RegressorMixin, BaseEstimator):
    """Predict numbers with a network, a formula or any other model, in scikit-learn's pipelines and searches.

    model:      None: a network of X's columns; a `Network`; a formula ("y = a*exp(-x/tau)"), a function or a Model as
                `sq.fit` takes them; the name of a built-in, of which "polynomial" and "relus" take any number of
                columns, with a curve for each, added up
    hidden, activation: of the network where model is None, as in `sq.network`
    degree:     of "polynomial"; a column of m different values gets m - 1 at most
    hinges:     of "relus", for each column; "auto": as many as the points need. Those of one column are searched for;
                of several they stand evenly among each column's values. A column of m values gets m - 2 at most
    epochs, batch, rate, decay, held_out, patience: of a network's training; None: training's own choice
    random_state: the seed; 0 gives the same answer each time, None another
    device:     where a network is trained: "auto", "cpu", "cuda" …

    After fit: `fit_`, squiggly's own answer (a Fit with intervals and a verdict, or a NetworkFit), `n_features_in_`,
    and `feature_names_in_` where X was a frame. A formula finds a frame's columns by name; an array's are called x, or
    x1, x2 …, and are taken in order by a model that calls them otherwise.
    Raises FormulaError, ModelError, OptionError or DataError, each a ValueError.

    >>> model = Regressor("polynomial", degree=1).fit([[0, 1], [1, 0], [2, 2], [3, 1]], [1, 2, 6, 7])
    >>> model.predict([[4, 1]]).round(6).tolist()
    [9.0]
    """

    def __init__(
        self,
        model: None | str | Callable[..., Any] | Model | Network = None,
        *,
        hidden: Sequence[int] = (64, 64),
        activation: str = "relu",
        degree: int = 2,
        hinges: int | str = "auto",
        epochs: int | None = None,
        batch: int | None = None,
        rate: float | None = None,
        decay: float | None = None,
        held_out: float | None = None,
        patience: int | None = None,
        random_state: int | np.random.RandomState | None = 0,
        device: str = "auto",
    ) -> None:
        self.model = model
        self.hidden = hidden
        self.activation = activation
        self.degree = degree
        self.hinges = hinges
        self.epochs = epochs
        self.batch = batch
        self.rate = rate
        self.decay = decay
        self.held_out = held_out
        self.patience = patience
        self.random_state = random_state
        self.device = device

    def fit(self, X: Any, y: Any) -> Regressor:
        """Find the parameters that bring the model nearest to y.

        X: (n, columns) numbers, or a frame.  y: (n,) numbers.  Returns itself.
        """
        x, target = learned(self, X, y, numbers=True)
        if self.model is None or isinstance(self.model, Network):
            self.inputs_: dict[str, int] | None = None
            self.fit_ = trained(self, x, target, None)
        else:
            self._fit_model(x.astype(np.float64, copy=False), target)
        return self

    def _fit_model(self, x: np.ndarray, y: np.ndarray) -> None:
        from squiggly.fitting import fit

        if not (isinstance(self.model, str | Model) or callable(self.model)):
            raise OptionError(
                f"model is {self.model!r}, a formula, a function, a Model, a Network or None was expected\n"
                'hint: "y = a*x + b", sq.relus(4), or leave it out for a network'
            )
        refuse_training(self)
        named = hasattr(self, "feature_names_in_")
        model, inputs = bound(self.model, x, y, names_of(self), named, self.degree, self.hinges)
        assert model.target is not None
        columns = {name: x[:, k] for name, k in inputs.items()}
        self.fit_ = told(fit(model, {**columns, model.target.value: y}, seed=seed_of(self.random_state)))
        self.inputs_ = inputs

    def predict(self, X: Any) -> np.ndarray:
        """What the model gives for new rows: (n, columns) -> (n,). Raises DataError where it has no value."""
        x = met(self, X)
        if self.inputs_ is None:
            return np.asarray(self.fit_.predict(x))
        inputs = {name: x[:, k].astype(np.float64, copy=False) for name, k in self.inputs_.items()}
        with np.errstate(all="ignore"):
            found = np.asarray(self.fit_.predict(inputs))
        if not np.isfinite(found).all():
            row = int(np.argmin(np.isfinite(found)))
            place = ", ".join(f"{name}={values[row]:g}" for name, values in inputs.items())
            raise DataError(
                f"row {row}: the model is {found[row]:g} at {place}\n"
                "hint: leave out the rows that it has no value for, such as a logarithm's of a negative number"
            )
        return found
