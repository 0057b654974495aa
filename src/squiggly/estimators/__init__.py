"""Squiggly's fits as scikit-learn's estimators: for pipelines, cross-validation and searches of a grid."""

from squiggly.estimators.classifier import Classifier
from squiggly.estimators.regressor import Regressor

__all__ = ["Classifier", "Regressor"]
