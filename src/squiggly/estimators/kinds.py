"""What the estimators descend from: scikit-learn's own classes, or, where it is not installed, ones that say so."""

from __future__ import annotations

from typing import Any

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
except ImportError as error:
    from squiggly.errors import OptionError

    _WHY = str(error)

    class _Absent:
        def __new__(cls, *_: Any, **__: Any) -> Any:
            raise OptionError(
                f"sq.{cls.__name__} is an estimator of scikit-learn, which is not installed: {_WHY}\n"
                "hint: pip install 'squiggly[sklearn]'; sq.fit needs no scikit-learn"
            )

    class BaseEstimator(_Absent):  # type: ignore[no-redef]
        """Stands for scikit-learn's class of this name."""

    class ClassifierMixin(_Absent):  # type: ignore[no-redef]
        """Stands for scikit-learn's class of this name."""

    class RegressorMixin(_Absent):  # type: ignore[no-redef]
        """Stands for scikit-learn's class of this name."""


__all__ = ["BaseEstimator", "ClassifierMixin", "RegressorMixin"]
