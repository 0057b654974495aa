"""A recogniser as one page: drop a photo, and it answers in the browser, offline. Its script is `lab-photo.js`."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.errors import ModelError, OptionError
from squiggly.page import file
from squiggly.photo.decoding import decoded, imaging
from squiggly.photo.wording import share

if TYPE_CHECKING:
    from squiggly.photo.fitted import PhotoFit

VERSION = 1
MOST_NUMBERS = 30_000_000  # that a page carries
MOST_EXAMPLES, EXAMPLE_SIDE = 24, 480


def document(fit: PhotoFit, title: str, examples: Sequence[str | PathLike[str]] = ()) -> tuple[dict[str, Any], bytes]:
    """What the page is told, as plain data, and its numbers, float32, little end first.

    Raises ModelError for a recogniser that is too large, PhotoError for an example that cannot be read.
    """
    from squiggly.photo.layers import Packed, layers_of

    if fit.n_parameters > MOST_NUMBERS:
        raise ModelError(
            f"{fit.n_parameters:,} parameters are too many for a page, which carries {MOST_NUMBERS:,}\n"
            "hint: sq.convolution() has about a million"
        )
    packed = Packed()
    layers, head = layers_of(fit.module, packed)
    centres = packed.put(fit.centres)
    score = fit.score
    told = {
        "version": VERSION,
        "kind": "photo",
        "title": title,
        "classes": list(fit.classes),
        "side": fit.side,
        "mean": fit.mean.tolist(),
        "spread": fit.spread.tolist(),
        "layers": layers,
        "head": head,
        "centres": centres,
        "temperature": fit.temperature,
        "least": fit.least,
        "score": {
            "right": score.right, "n": score.n, "interval": list(score.interval), "common": _number(score.common),
            "lines": fit.by_lines,
        },
        "recalls": [_number(float(value)) for value in score.recalls],
        "about": _about(fit),
        "check": fit.seen(ruled(fit.side)[None])[0][0].tolist(),
        "examples": [_example(photo) for photo in examples],
    }  # fmt: skip
    return told, packed.whole().astype("<f4").tobytes()


def ruled(side: int) -> np.ndarray:
    """A square made by a rule that the page knows, too: (side, side, 3) uint8."""
    k = np.arange(side * side * 3)
    return ((k * 7919 + (k >> 5) * 31) & 255).astype(np.uint8).reshape(side, side, 3)


def _about(fit: PhotoFit) -> list[str]:
    told = [] if fit.verdict.ok else [f"In doubt: {fit.verdict.words}."]
    if fit.clean is not None:
        told.append(
            f"Some of those photos are alike to ones it was trained on; without them {share(fit.clean.accuracy)} are "
            "right."
        )
    if fit.least > -1:
        told.append(
            "What is unlike all its classes it calls none of these; that is a rough guess, and it never refuses to "
            "look at a stranger that seems familiar."
        )
    return told


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _example(photo: str | PathLike[str]) -> dict[str, str]:
    """A photo to begin with, no larger than it is shown."""
    import io

    from PIL import Image

    image = Image.fromarray(decoded(photo).pixels)
    image.thumbnail((EXAMPLE_SIDE, EXAMPLE_SIDE))
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=88)
    name = Path(fspath(photo)).name.encode("utf-8", "replace").decode()
    return {"name": name, "data": b64encode(kept.getvalue()).decode()}


def html(fit: PhotoFit, title: str | None = None, examples: Sequence[str | PathLike[str]] = ()) -> str:
    """The page of a recogniser, whole. Raises what `document` raises, and OptionError for too many examples."""
    imaging()
    if len(examples) > MOST_EXAMPLES:
        raise OptionError(f"{len(examples)} examples are too many\nhint: {MOST_EXAMPLES} at most")
    named = title or question(fit.classes)
    told, numbers = document(fit, named, examples)
    words = "<p>It answers with JavaScript, which is off here.</p><ul>" + "".join(
        f"<li>{escape(name)}: {share(float(recall)) or 'not scored'}</li>"
        for name, recall in zip(fit.classes, fit.score.recalls)
    ) + "</ul>"  # fmt: skip
    weights = f'<script type="application/octet-stream" id="squiggly-weights">{b64encode(numbers).decode()}</script>\n'
    return file.page(named, words, told, file.script("lab-photo"), weights)


def question(classes: Sequence[str]) -> str:
    """The classes as a title.

    >>> question(["cat", "owl", "rabbit"])
    'Cat, owl or rabbit?'
    """
    few = [*classes[:6]]
    rest = len(classes) - len(few)
    words = f"{', '.join(few)} or {rest} more" if rest else f"{', '.join(few[:-1])} or {few[-1]}"
    return words[:1].upper() + words[1:] + "?"
