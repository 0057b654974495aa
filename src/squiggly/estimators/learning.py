"""How an estimator's network learns: the network for the columns, and the options that are its training's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from squiggly.errors import DataError, OptionError
from squiggly.estimators.entry import names_of, seed_of
from squiggly.networks.network import Network, network

# Options of training whose None means training's own choice.
OPTIONS = ("epochs", "batch", "rate", "decay", "held_out", "patience")
# Verdicts of which scikit-learn's users expect to be warned.
UNFINISHED = ("did not settle", "ran away", "time is up", "interrupted")


def network_for(estimator: Any, classes: int | None) -> Network:
    """The network that was given, or one of the columns of X by the estimator's hidden and activation.

    Raises DataError for one of other columns or classes, OptionError for hidden layers that are none.
    """
    given, columns = estimator.model, estimator.n_features_in_
    if given is None:
        return network(columns, estimator.hidden, activation=estimator.activation, classes=classes)
    if given.inputs != columns:
        raise DataError(
            f"X has {columns} column{'s' * (columns != 1)}, the network takes {given.inputs}\n"
            f"hint: sq.network({columns}, …), or leave model out"
        )
    if given.classes == classes:
        return given  # type: ignore[no-any-return]
    if classes is None:
        raise OptionError(
            f"{given!r} tells {given.classes} classes apart, a network of numbers was expected\n"
            "hint: sq.Classifier, or leave classes out of sq.network"
        )
    raise DataError(
        f"y has {classes} classes, {given!r} "
        + ("predicts a number" if given.classes is None else f"tells {given.classes} apart")
        + f"\nhint: sq.network({columns}, …, classes={classes}), or leave model out"
    )


def trained(estimator: Any, x: np.ndarray, y: np.ndarray, classes: int | None) -> Any:
    """The NetworkFit of the estimator's network to x (n, columns) and y (n,), numbers or the numbers of classes."""
    from squiggly.networks.training import train

    made = network_for(estimator, classes)
    given = {option: value for option in OPTIONS if (value := getattr(estimator, option)) is not None}
    seed, names = seed_of(estimator.random_state), names_of(estimator)
    return told(train(made, (x, y), columns=names, seed=seed, device=estimator.device, **given))


def told(answer: Any) -> Any:
    """The answer, with scikit-learn's ConvergenceWarning where its verdict is that the search came to no end."""
    if answer.verdict.kind in UNFINISHED:
        from sklearn.exceptions import ConvergenceWarning

        warnings.warn(str(answer.verdict), ConvergenceWarning, stacklevel=4)
    return answer


def refuse_training(estimator: Any) -> None:
    """Refuse options that would change nothing, as no network is trained. Raises OptionError."""
    for option in OPTIONS:
        if getattr(estimator, option) is not None:
            raise OptionError(
                f"{option} is {getattr(estimator, option)!r}, but the model is no network: nothing is trained\n"
                f"hint: leave {option} out, or leave model out for a network"
            )
