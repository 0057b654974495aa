"""squiggly fits any function you can write to any points you have, and shows it happening.

Names are loaded when they are used: importing squiggly imports none of what they need.
"""

from importlib import import_module as _import_module
from typing import Any as _Any

# Every public name, and the module it lives in.
_HOMES = {
    "intervals.band": ["Band"],
    "binding": ["bind"],
    "descent": ["DescentWarning", "Moment", "descend"],
    "errors": ["DataError", "FileError", "FormulaError", "ModelError", "OptionError", "SquigglyError"],
    "estimators.classifier": ["Classifier"],
    "estimators.regressor": ["Regressor"],
    "fitting": ["fit"],
    "loss": ["Huber", "Loss", "cross_entropy", "huber", "mae", "mse", "poisson"],
    "model": ["Model"],
    "modelling": ["as_model"],
    "networks.fitted": ["NetworkFit"],
    "networks.network": ["Network", "network"],
    "optimizers": ["Adam", "SGD"],
    "outliers": ["Outlier", "Outliers"],
    "page.lab": ["Lab", "lab"],
    "photo.collection": ["Photos", "photos"],
    "photo.fitted": ["PhotoFit"],
    "photo.ladder": ["ladder"],
    "photo.rates": ["find_rate"],
    "photo.recognisers": ["backbone", "convolution", "linear"],
    "pieces": ["limit_of_pieces"],
    "plotting": ["plot", "plot_history"],
    "points": ["Points", "add_noise", "noise"],
    "intervals.profile": ["Profile"],
    "result": ["Fit"],
    "saving": ["load"],
    "schedules": ["cosine", "exponential_decay", "one_cycle", "steady", "step_decay", "warmup"],
    "shapes": [
        "constant", "exponential", "gaussian", "line", "logistic", "lorentzian", "michaelis_menten", "polynomial",
        "power_law", "pseudo_voigt", "quadratic", "relus", "sine",
    ],
    "intervals.trust": ["Parameter"],
    "judging.verdict": ["Verdict"],
}  # fmt: skip
_HOME = {name: module for module, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> _Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("squiggly")
    if name not in _HOME:
        raise AttributeError(f"squiggly has no name {name!r}")
    value = globals()[name] = getattr(_import_module(f"squiggly.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
