"""Photo files of every odd kind, made here: what people's folders hold."""

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from squiggly.photo.drawing import draw, sample


def encoded(image, kind="PNG", **options):
    """An image as a file's content."""
    kept = io.BytesIO()
    image.save(kept, kind, **options)
    return kept.getvalue()


def gradient(width=96, height=64):
    """Red grows to the right, green downwards: (height, width, 3)."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([x, y, np.full_like(x, 40)], axis=2).astype(np.uint8)


def bomb(side=40_000):
    """A PNG that says it is enormous, in a few bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def hostile(place: Path) -> dict[str, str]:
    """A folder of owls and cats with every bad file among them; the reason that is wanted for each, by its name."""
    draw(place, n=12, kinds=("owl", "cat"), side=64)
    owl = place / "owl"
    whole = sample("owl", 50)
    bad = {
        "cut.jpg": (whole[: len(whole) // 2], "cut off"),
        "bomb.png": (bomb(), "pixels"),
        "zero.jpg": (b"", "empty"),
        "text.jpg": (b"this is no photo at all", "no JPEG"),
        "page.png": (b"<html>" + b"x" * 500, "no JPEG"),
        "noise.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "no JPEG"),
        "phone.heic": (b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
        "line.png": (encoded(Image.new("RGB", (1, 500))), "no photo"),
    }
    for name, (content, _) in bad.items():
        (owl / name).write_bytes(content)
    (owl / "gone.jpg").symlink_to(place / "nowhere.jpg")
    (owl / "loop").symlink_to(owl)
    (owl / "notes.txt").write_text("seen at night")
    (place / "loose.jpg").write_bytes(whole)
    (place / "empty").mkdir()
    os.mkfifo(owl / "pipe.jpg")
    wanted = {f"owl/{name}": why for name, (_, why) in bad.items()}
    wanted |= {"owl/gone.jpg": "leads nowhere", "owl/loop": "already read", "owl/notes.txt": "not a photo by its name"}
    return wanted | {"loose.jpg": "in no class", "empty": "no photos in it", "owl/pipe.jpg": "not a file"}
