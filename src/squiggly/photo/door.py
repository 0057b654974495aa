"""Where `fit` meets photos: what is one of theirs, and which options it takes."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from squiggly.errors import DataError, OptionError

if TYPE_CHECKING:
    from squiggly.photo.fitted import PhotoFit


def is_of_photos(model: Any, data: Any) -> bool:
    """Whether photos are fitted: the data are Photos, or the model is a recogniser. Nothing is imported to know it."""
    collection, recognisers = (sys.modules.get(f"squiggly.photo.{name}") for name in ("collection", "recognisers"))
    return (collection is not None and isinstance(data, collection.Photos)) or (
        recognisers is not None and isinstance(model, recognisers.Recogniser | recognisers.Backbone)
    )


def trained(model: Any, data: Any, not_ours: Mapping[str, Any], options: Mapping[str, Any]) -> PhotoFit:
    """The recogniser trained, with what `fit` was given. Raises OptionError for options of other fits."""
    from squiggly.photo.collection import Photos, photos
    from squiggly.photo.training import recogniser_of, train

    for name, value in not_ours.items():
        if value is not None:
            raise OptionError(f"{name} is no option of a fit of photos\nhint: leave it out")
    made = recogniser_of(model)
    if isinstance(data, str | os.PathLike):
        data = photos(data, made.side)
    if not isinstance(data, Photos):
        raise DataError(
            f"a recogniser is trained on photos, not on {type(data).__name__}\nhint: sq.photos('folder'), which has a "
            "sub-folder for each class"
        )
    given = dict(options)
    seconds = given.pop("seconds", None)
    if seconds is not None:
        given["minutes"] = seconds / 60
    return train(made, data, **given)
