"""One photo file as pixels, the same way everywhere: turned upright, 8 bits, three colours, on white."""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from squiggly.errors import FileError, ModelError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")  # no others are tried, whatever Pillow could read
SUFFIXES = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".png": "PNG", ".webp": "WEBP", ".gif": "GIF",
    ".bmp": "BMP", ".tif": "TIFF", ".tiff": "TIFF",
}  # fmt: skip
MOST_PIXELS = 100_000_000  # of a JPEG, which is decoded smaller from LARGE on; of the others
MOST_OTHER = 50_000_000
MOST_BYTES = 300_000_000  # of a file
LARGE = 25_000_000  # pixels from which a JPEG is decoded at half its size, or less
WHITE = 255  # what shows through where a photo is transparent
ORIENTATION = 0x0112  # the tag of a camera that was held sideways
HEIC = b"ftyphei", b"ftypmif", b"ftypavi", b"ftyphev"


class PhotoError(FileError):
    """A photo that cannot be read: which file, and why."""


@dataclass(frozen=True)
class Decoded:
    """pixels: (height, width, 3) uint8, upright, RGB.  size: width and height as the file has them.
    notes: what was done on the way, in words."""

    pixels: np.ndarray
    size: tuple[int, int]
    notes: tuple[str, ...]


def decoded(source: str | os.PathLike[str] | bytes, square: int | None = None) -> Decoded:
    """A photo's pixels, whatever its file says it is.

    source: a file's name, or its content.  square: the side of a square that the whole photo is squeezed into

    Turned as the camera was held; 16 bits scaled to 8; transparent parts on white; of an animation the first frame.
    Raises PhotoError with the reason: too large, cut off, no photo at all.

    >>> from squiggly.photo.drawing import sample
    >>> decoded(sample("owl"), square=32).pixels.shape
    (32, 32, 3)
    """
    imaging()
    from PIL import Image

    name = "the photo" if isinstance(source, bytes) else shown(source)
    data = source if isinstance(source, bytes) else _content(source, name)
    suffix = "" if isinstance(source, bytes) else Path(source).suffix.lower()
    refuse_foreign(data, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of metadata nobody here reads
            image: Any = Image.open(io.BytesIO(data), formats=FORMATS)
            width, height = size = image.size
            _expect_size(image, name)
            notes = _notes(image, suffix)
            if image.format in ("JPEG", "MPO") and width * height > LARGE:
                image.draft("RGB", (width // 2, height // 2))
            turned = image.getexif().get(ORIENTATION, 1)
            pixels = upright(_eight_bits(image, name), turned)
    except PhotoError:
        raise
    except MemoryError:
        raise PhotoError(f"{name}: there is not enough memory for it\nhint: make it smaller") from None
    except Exception as error:  # whatever a decoder raises at broken content
        raise PhotoError(f"{name}: {_reason(error)}\nhint: save it anew from where it came, or leave it out") from None
    if turned in range(2, 9):
        notes.append("turned as the camera was held")
    if square is not None and pixels.size != (square, square):
        pixels = squeezed(pixels, square)
    return Decoded(np.asarray(pixels), size, tuple(notes))


def squeezed(image: Any, side: int) -> Any:
    """An RGB image as a square: first its rows, then its columns, so that every Pillow and the page round alike."""
    from PIL import Image

    rows = image.resize((side, image.size[1]), Image.Resampling.BILINEAR)
    return rows.resize((side, side), Image.Resampling.BILINEAR)


def imaging() -> None:
    """Raises ModelError where Pillow is not installed."""
    try:
        import PIL  # noqa: F401
    except ImportError:
        raise ModelError("photos need Pillow\nhint: pip install 'squiggly[photos]'") from None


def shown(path: str | os.PathLike[str]) -> str:
    """A file's name, printable whatever is in it.

    >>> shown("a\\nb.jpg")
    'a\\\\nb.jpg'
    """
    text = os.fsdecode(path).encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def refuse_foreign(data: bytes, name: str) -> None:
    """Raises PhotoError for what can be told from the first bytes: nothing at all, HEIC, or no picture."""
    if not data:
        raise PhotoError(f"{name}: the file is empty\nhint: copy it again from where it came")
    if data[4:11] in HEIC:
        raise PhotoError(f"{name}: HEIC is not read\nhint: export it as JPEG")


def _content(path: str | os.PathLike[str], name: str) -> bytes:
    try:
        if os.path.getsize(path) > MOST_BYTES:
            raise PhotoError(f"{name}: {os.path.getsize(path):,} bytes are too many for a photo\nhint: leave it out")
        if not os.path.isfile(path):
            raise PhotoError(f"{name}: not a file\nhint: give the name of a photo")
        with open(path, "rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        if isinstance(error, PhotoError):
            raise
        raise PhotoError(f"{name}: {error.strerror or error}\nhint: check its name and your rights to it") from None


def _expect_size(image: Any, name: str) -> None:
    width, height = image.size
    most = MOST_PIXELS if image.format in ("JPEG", "MPO") else MOST_OTHER
    if width * height > most:
        raise PhotoError(
            f"{name}: {width:,} by {height:,} pixels are more than the {most / 1e6:g} million that are decoded\n"
            "hint: make it smaller"
        )
    if max(width, height) > 100 * min(width, height) or min(width, height) < 2:
        raise PhotoError(f"{name}: {width:,} by {height:,} pixels are no photo\nhint: leave it out")


def _notes(image: Any, suffix: str) -> list[str]:
    found = "JPEG" if image.format == "MPO" else image.format
    notes = []
    if suffix and SUFFIXES.get(suffix) != found:
        notes.append(f"is {found}, whatever its name says")
    if found != "JPEG" and getattr(image, "n_frames", 1) > 1:
        notes.append(f"the first of {image.n_frames} frames")
    if image.mode in ("CMYK", "LAB", "HSV"):
        notes.append(f"{image.mode} turned into RGB")
    if image.mode.startswith(("I", "F")):
        notes.append("more than 8 bits scaled to 8")
    return notes


def _eight_bits(image: Any, name: str) -> Any:
    """As an RGB image; what is transparent on white."""
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image).astype(np.float64)
        if not np.isfinite(values).all() or values.min() < 0 or values.max() > 65_535:
            raise PhotoError(f"{name}: its numbers are not those of a photo\nhint: save it with 8 or 16 bits")
        whole = 65_535 if image.mode.startswith("I;16") or values.max() > 255 else 1 if values.max() <= 1 else 255
        return Image.fromarray(np.rint(values * (255 / whole)).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        whole = image.convert("RGBA")
        if whole.getextrema()[3][0] == 255:
            return whole.convert("RGB")
        return on_white(whole)
    return image.convert("RGB")


def on_white(image: Any) -> Any:
    """An RGBA image as it looks on white paper: (colour·alpha + 255·(255 - alpha) + 127)//255, as the page has it."""
    from PIL import Image

    pixels = np.asarray(image)
    alpha = pixels[..., 3:].astype(np.uint16)
    mixed = pixels[..., :3] * alpha
    mixed += WHITE * (255 - alpha) + 127
    mixed //= 255
    return Image.fromarray(mixed.astype(np.uint8))


def upright(image: Any, turned: Any) -> Any:
    """An image turned as its camera was held: 1 to 8, as EXIF numbers the eight ways."""
    from PIL import Image

    way = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(turned)  # fmt: skip
    return image if way is None else image.transpose(way)


def _reason(error: Exception) -> str:
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return "this is no JPEG, PNG, WebP, GIF, BMP or TIFF"
    if isinstance(error, Image.DecompressionBombError):
        return "it has more pixels than are decoded"
    text = str(error)
    if "truncated" in text or isinstance(error, EOFError):
        return "it is cut off"
    return f"it is broken ({text[:80] or type(error).__name__})"
