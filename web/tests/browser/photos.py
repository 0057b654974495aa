"""Writes pages of recognisers, photos of every kind, and what Python answers to them, for the browser tests.

`python photos.py FOLDER [MANY]`: photo.html (the default convolution, trained a little), photo-lines.html, photos/*,
photos.json: {page: {photo: [chance of each class, likeness]}}.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import squiggly as sq
from squiggly.photo.drawing import draw

KINDS = ("cat", "owl", "rabbit")
NAME = "</script><img src=x onerror=alert(1)>"  # of a class: folders may be called anything


def photos(folder: Path, many: int) -> None:
    """Write everything."""
    os.environ["SQUIGGLY_CACHE"] = str(folder / "cache")
    drawn = folder / "drawn"
    draw(drawn, n=40, kinds=KINDS, side=120)
    seen = sq.photos(drawn)
    fits = {
        "photo": sq.fit(sq.convolution(), seen, epochs=3, seed=1),
        "photo-lines": sq.fit(sq.relus(40), seen, epochs=3),
        "photo-resnet": sq.fit(_resnet(), seen, epochs=1),
    }
    files = odd(drawn, folder / "photos", many)
    for name, fit in fits.items():
        fit.page(folder / f"{name}.html", examples=files[:2] if name == "photo" else ())
    told = {
        name: {f.name: [*answer.chances.values(), answer.likeness] for f, answer in zip(files, fit.answers(files))}
        for name, fit in fits.items()
    }
    (folder / "photos.json").write_text(json.dumps(told))
    hostile = folder / "hostile"
    draw(hostile, n=12, kinds=("owl", "cat"), side=48)
    (hostile / "owl").rename(hostile / NAME.replace("/", "\u2215"))
    sq.fit(sq.linear(side=8), sq.photos(hostile, side=8), epochs=1).page(folder / "photo-hostile.html", title=NAME)


def _resnet() -> Any:
    from squiggly.photo.recognisers import resnet

    return resnet(32)


def odd(drawn: Path, place: Path, many: int) -> list[Path]:
    """As many photos, every seventh of them odd in its own way: held sideways, transparent, 16 bits, grey …"""
    place.mkdir()
    draws, files = np.random.default_rng(3), []
    sources = sorted(drawn.glob("*/*.jpg"))
    for k in range(many):
        image = Image.open(sources[k * 7 % len(sources)]).convert("RGB")
        width, height = (int(v) for v in draws.integers(40, 700, 2))
        image = image.resize((width, height), Image.Resampling.BICUBIC)
        way = ("jpeg", "png", "exif", "alpha", "webp", "grey", "palette", "gif", "deep", "cmyk")[k % 10]
        kept, options = io.BytesIO(), {}
        kind = {"jpeg": "JPEG", "exif": "JPEG", "cmyk": "JPEG", "webp": "WEBP", "gif": "GIF"}.get(way, "PNG")
        if way == "exif":
            exif = Image.Exif()
            exif[0x0112] = 2 + k // 10 % 7
            options = {"exif": exif}
        if way == "alpha":
            image.putalpha(Image.fromarray(draws.integers(0, 256, (height, width)).astype(np.uint8)))
        if way == "grey":
            image = image.convert("L")
        if way in ("palette", "gif"):
            image = image.quantize(64)
        if way == "deep":
            image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
        if way == "cmyk":
            image = image.convert("CMYK")
        if kind == "WEBP":
            options = {"lossless": True}
        image.save(kept, kind, **options)
        files.append(place / f"{k:03}-{way}.{kind.lower()}")
        files[-1].write_bytes(kept.getvalue())
    return files


if __name__ == "__main__":
    photos(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 40)
