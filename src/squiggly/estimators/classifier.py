"""Classifier: a network that tells classes apart, as an estimator of scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from squiggly.errors import DataError, OptionError
from squiggly.estimators.entry import expect_labels, learned, met
from squiggly.estimators.kinds import BaseEstimator, ClassifierMixin
from squiggly.estimators.learning import trained
from squiggly.networks.network import Network


class Classifier(ClassifierMixin, BaseEstimator):
    """Tell classes apart with a network, in scikit-learn's pipelines and searches.

    model:      None: a network of X's columns and y's classes; or a `Network` of as many
    hidden, activation: of the network where model is None, as in `sq.network`
    epochs, batch, rate, decay, held_out, patience: of its training; None: training's own choice
    random_state: the seed; 0 gives the same answer each time, None another
    device:     where it is trained: "auto", "cpu", "cuda" …

    After fit: `classes_`, the labels in their order; `fit_`, squiggly's own answer, a NetworkFit (labels that are
    neither text, yes and no nor whole numbers are their places in `classes_` there); `n_features_in_`, and
    `feature_names_in_` where X was a frame.
    Raises OptionError or DataError, each a ValueError; DataError where there is a single class.

    >>> X, y = [[0.0], [0.1], [0.2], [1.0], [1.1], [1.2]] * 4, ["low", "low", "low", "high", "high", "high"] * 4
    >>> model = Classifier(hidden=(8,)).fit(X, y)
    >>> model.classes_.tolist(), model.predict([[0.05], [1.15]]).tolist()
    (['high', 'low'], ['low', 'high'])
    """

    def __init__(
        self,
        model: None | Network = None,
        *,
        hidden: Sequence[int] = (64, 64),
        activation: str = "relu",
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
        self.epochs = epochs
        self.batch = batch
        self.rate = rate
        self.decay = decay
        self.held_out = held_out
        self.patience = patience
        self.random_state = random_state
        self.device = device

    def fit(self, X: Any, y: Any) -> Classifier:
        """Find the network's parameters that give each row the greatest share of its own class.

        X: (n, columns) numbers, or a frame.  y: (n,) labels.  Returns itself.
        """
        if not (self.model is None or isinstance(self.model, Network)):
            raise OptionError(
                f"model is {self.model!r}, a network was expected\n"
                "hint: leave it out, or sq.network(2, [8, 8], classes=2); formulas predict numbers, with sq.Regressor"
            )
        x, labels = learned(self, X, y, numbers=False)
        expect_labels(labels)
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(self.classes_) == 1:
            raise DataError(
                f"every y is {self.classes_.tolist()[0]!r}: there is 1 class, nothing to tell apart\n"
                "hint: are the rows sorted by class, and a part without the others taken?"
            )
        self.fit_ = trained(self, x, labels if _plain(self.classes_.tolist()) else numbers, len(self.classes_))
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The label with the greatest share for each new row: (n, columns) -> (n,)."""
        shares = self.predict_proba(X)
        return np.asarray(self.classes_[np.argmax(shares, axis=1)])

    def predict_proba(self, X: Any) -> np.ndarray:
        """Each class's share, in the order of `classes_`: (n, columns) -> (n, classes). Each row adds up to 1."""
        x = met(self, X)
        return np.asarray(self.fit_.probabilities(x))


def _plain(labels: Sequence[Any]) -> bool:
    """Whether training reads these labels as they are: all text without blanks around it, or all of one other kind."""
    if all(isinstance(label, str) for label in labels):
        return all(label and label == label.strip() for label in labels)
    return len({type(label) for label in labels}) == 1 and isinstance(labels[0], int)
