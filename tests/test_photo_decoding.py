"""One photo file as pixels: turned upright, 8 bits, three colours, on white, whatever it says it is."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photos_by_hand import bomb, encoded, gradient
from PIL import Image

from squiggly.photo.decoding import PhotoError, decoded
from squiggly.photo.drawing import sample

COLOURS = gradient()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP"])
def test_every_format_without_loss_gives_the_pixels_that_went_in(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    seen = decoded(encoded(Image.fromarray(COLOURS), kind, **options))
    assert np.array_equal(seen.pixels, COLOURS) and seen.size == (96, 64)


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_camera_that_was_held_sideways_is_turned_back_once(turned):
    back = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270}  # fmt: skip
    image = Image.fromarray(COLOURS)
    held = image.transpose(back[turned]) if turned in back else image
    exif = Image.Exif()
    exif[0x0112] = turned
    seen = decoded(encoded(held, exif=exif))
    assert np.array_equal(seen.pixels, COLOURS)
    assert ("turned as the camera was held" in seen.notes) == (turned > 1)


def test_sixteen_bits_are_scaled_not_cut():
    ramp = np.tile(np.linspace(0, 65_535, 256).round().astype(np.uint16), (8, 1))
    seen = decoded(encoded(Image.fromarray(ramp)))
    assert np.array_equal(seen.pixels[0, :, 0], np.rint(ramp[0] / 257).astype(np.uint8))
    assert seen.notes == ("more than 8 bits scaled to 8",)


def test_what_is_transparent_lies_on_white():
    pixels = np.zeros((4, 3, 4), np.uint8)
    pixels[..., 0], pixels[:, 1, 3], pixels[:, 2, 3] = 255, 128, 255
    assert decoded(encoded(Image.fromarray(pixels))).pixels[0].tolist() == [[255] * 3, [255, 127, 127], [255, 0, 0]]
    palette = Image.fromarray(pixels).convert("P")
    assert decoded(encoded(palette, transparency=0)).pixels.shape == (4, 3, 3)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "YCbCr", "I", "F"])
def test_every_kind_of_picture_becomes_three_colours(mode):
    kind = "TIFF" if mode in ("CMYK", "YCbCr", "F", "I") else "PNG"
    seen = decoded(encoded(Image.fromarray(COLOURS).convert(mode), kind))
    assert seen.pixels.shape == (64, 96, 3) and seen.pixels.dtype == np.uint8 and np.ptp(seen.pixels) > 100


def test_of_an_animation_the_first_frame_is_seen_and_it_is_said():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "lime")]
    seen = decoded(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert seen.pixels[0, 0].tolist() == [255, 0, 0] and seen.notes == ("the first of 3 frames",)


def test_a_name_that_lies_is_told(tmp_path):
    path = tmp_path / "owl.jpg"
    path.write_bytes(encoded(Image.fromarray(COLOURS)))
    assert decoded(path).notes == ("is PNG, whatever its name says",)


def test_a_square_is_what_pillow_makes_of_the_whole_photo():
    seen = decoded(encoded(Image.fromarray(COLOURS)), square=32).pixels
    assert np.array_equal(seen, np.asarray(Image.fromarray(COLOURS).resize((32, 32), Image.Resampling.BILINEAR)))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"no photo", "this is no JPEG, PNG, WebP, GIF, BMP or TIFF"),
        (sample("owl")[:2_000], "it is cut off"),
        (bomb(10_000), "10,000 by 10,000 pixels are more than the 50 million that are decoded"),
        (bomb(), "it has more pixels than are decoded"),
        (b"\0\0\0\x18ftypheic" + bytes(64), "HEIC is not read\nhint: export it as JPEG"),
        (encoded(Image.new("RGB", (1, 40))), "1 by 40 pixels are no photo"),
        (encoded(Image.new("F", (9, 9), float("nan")), "TIFF"), "its numbers are not those of a photo"),
    ],
    ids=["empty", "text", "cut", "large", "bomb", "heic", "line", "nan"],
)
def test_what_is_no_photo_is_refused_in_words(content, why):
    with pytest.raises(PhotoError) as caught:
        decoded(content)
    assert str(caught.value).startswith("the photo: ") and why in str(caught.value)
    assert "\nhint: " in str(caught.value)


def test_a_file_that_is_not_there_or_is_a_folder_is_named(tmp_path):
    with pytest.raises(PhotoError, match="who.jpg: No such file or directory"):
        decoded(tmp_path / "who.jpg")
    with pytest.raises(PhotoError, match="not a file"):
        decoded(tmp_path)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"]), st.data())
def test_a_mutated_file_gives_pixels_or_our_own_error(kind, data):
    content = bytearray(encoded(Image.fromarray(COLOURS), kind))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(1, len(content)))]
    try:
        seen = decoded(bytes(content), square=16)
    except PhotoError:
        return
    assert seen.pixels.shape == (16, 16, 3) and io.BytesIO(seen.pixels.tobytes()).getbuffer().nbytes == 768
