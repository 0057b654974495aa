"""A folder of photos: which files are photos, of which class and part, what is left out and why."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photos_by_hand import hostile

import squiggly as sq
from squiggly.errors import DataError, FileError, OptionError
from squiggly.photo.audit import audit
from squiggly.photo.drawing import draw, sample
from squiggly.photo.likeness import groups, is_flat, near_pairs
from squiggly.photo.splitting import TEST, TRAIN, VALID, split


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """Squares are kept in a folder of this test's own."""
    monkeypatch.setenv("SQUIGGLY_CACHE", str(tmp_path_factory.mktemp("cache")))


def test_one_sub_folder_is_one_class(tmp_path):
    draw(tmp_path, n=20, kinds=("owl", "cat"), side=32)
    seen = sq.photos(tmp_path, side=16)
    assert (seen.classes, len(seen), seen.squares.shape) == (("cat", "owl"), 40, (40, 16, 16, 3))
    assert seen.counts == {"cat": (14, 3, 3), "owl": (14, 3, 3)} and not seen.aside
    assert "40 photos of 2 classes: cat 20, owl 20" in repr(seen)


def test_train_valid_and_test_folders_are_taken_as_they_are_and_leaks_are_seen(tmp_path):
    for part, first in (("train", 0), ("Validation", 8), ("test", 12)):
        for kind in ("owl", "cat"):
            place = tmp_path / part / kind
            place.mkdir(parents=True)
            for k in range(first, first + (8 if part == "train" else 4)):
                (place / f"{k}.jpg").write_bytes(sample(kind, k, 32))
    (tmp_path / "test" / "owl" / "again.jpg").write_bytes(sample("owl", 3, 32))
    seen = sq.photos(tmp_path, side=16)
    assert seen.is_split and seen.counts == {"cat": (8, 4, 4), "owl": (8, 4, 5)}
    assert "test/owl/again.jpg" in [seen.names[k] for k in seen.leaks]


def test_every_file_of_a_hostile_folder_is_named_with_a_reason_and_none_is_touched(tmp_path):
    place = tmp_path / "photos"
    wanted = hostile(place)
    before = {path: path.lstat().st_mtime_ns for path in place.rglob("*")}
    seen = sq.photos(place, side=16)
    aside = dict(seen.aside)
    assert {name: why for name, why in wanted.items() if why not in aside.get(name, "")} == {}
    assert set(aside) == set(wanted) and len(seen) == 24
    assert before == {path: path.lstat().st_mtime_ns for path in place.rglob("*")}


@pytest.mark.skipif(sys.platform != "linux", reason="the most memory held is read from /proc")
def test_a_hostile_folder_takes_less_than_a_gigabyte(tmp_path):
    hostile(tmp_path / "photos")
    code = f"""
        from squiggly.photo.audit import audit
        audit({str(tmp_path / "photos")!r})
        with open("/proc/self/status") as told:  # not getrusage, which counts what the parent held when it forked
            print(next(line.split()[1] for line in told if line.startswith("VmHWM")))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) * 1024 < 1e9


def test_the_same_photo_in_two_classes_is_of_neither(tmp_path):
    draw(tmp_path, n=5, kinds=("owl", "cat"), side=32)
    (tmp_path / "cat" / "liar.jpg").write_bytes((tmp_path / "owl" / "owl-0002.jpg").read_bytes())
    seen = sq.photos(tmp_path, side=16)
    assert seen.aside == (
        ("cat/liar.jpg", "the same photo is also in owl"),
        ("owl/owl-0002.jpg", "the same photo is also in cat"),
    )


def test_a_second_look_decodes_nothing_until_a_file_changes(tmp_path, monkeypatch):
    draw(tmp_path, n=4, kinds=("owl", "cat"), side=32)
    first = sq.photos(tmp_path, side=16)
    read = []
    again = sq.photos(tmp_path, side=16, watch=lambda many, n: read.append(many))
    assert not read and np.array_equal(first.squares, again.squares) and first.names == again.names
    (tmp_path / "owl" / "owl-0001.jpg").write_bytes(sample("owl", 77, 32))
    assert not np.array_equal(
        sq.photos(tmp_path, side=16, watch=lambda many, n: read.append(many)).squares, first.squares
    )
    assert read == list(range(1, 9))


def test_a_class_may_be_called_anything(tmp_path):
    draw(tmp_path, n=3, kinds=("owl", "cat"), side=32)
    os.rename(tmp_path / "owl", tmp_path / "<script>alert(1)<")
    os.rename(os.fsencode(tmp_path / "cat"), os.fsencode(tmp_path) + b"/c\xffa\nt")
    seen = sq.photos(tmp_path, side=16)
    assert seen.classes == ("<script>alert(1)<", "c\\udcffa\\nt")


def test_folders_that_are_no_photos_are_refused_in_words(tmp_path):
    def said(kind, call):
        with pytest.raises(kind) as caught:
            call()
        return str(caught.value)

    assert "nowhere is not there, a folder of photos was expected" in said(FileError, lambda: sq.photos("nowhere"))
    (tmp_path / "a.jpg").write_bytes(sample("owl"))
    assert "is a file, a folder of photos" in said(FileError, lambda: sq.photos(tmp_path / "a.jpg"))
    assert "has 1 photos that are in no sub-folder" in said(DataError, lambda: sq.photos(tmp_path))
    draw(tmp_path, n=2, kinds=("owl",), side=32)
    text = said(DataError, lambda: sq.photos(tmp_path))
    assert "has photos of owl, two classes or more were expected\nhint: put photos of something else" in text
    assert "side is 4, a whole number from 8 to 512" in said(OptionError, lambda: sq.photos(tmp_path, side=4))


# --- Splitting


def test_look_alikes_stay_together_and_each_class_is_divided_alike():
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [700, 200, 100])
    together = np.concatenate([[0, 0, 0], np.arange(1, 998)])
    parts = split(labels, together, [f"{v:016x}" for v in random.integers(0, 2**60, 1000)])
    assert len(set(parts[:3].tolist())) == 1
    for label, n in enumerate([700, 200, 100]):
        shares = np.bincount(parts[labels == label], minlength=3) / n
        assert np.allclose(shares, [0.7, 0.15, 0.15], atol=0.02)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**20), st.integers(2, 300), st.integers(1, 4))
def test_every_class_keeps_photos_to_train_and_added_photos_move_few(seed, n, classes):
    random = np.random.default_rng(seed)
    labels, hashes = random.integers(0, classes, n), [f"{v:016x}" for v in random.integers(0, 2**60, n)]
    parts = split(labels, np.arange(n), hashes)
    for label in np.unique(labels):
        mine = parts[labels == label]
        assert (mine == TRAIN).any() and ((mine == TEST).any() and (mine == VALID).any()) == (len(mine) >= 3)
    fewer = split(labels[:-1], np.arange(n - 1), hashes[:-1])
    assert (fewer != parts[:-1]).sum() <= 4


# --- Likeness


def test_a_photo_that_was_made_smaller_or_darker_is_alike_and_another_is_not(tmp_path):
    import io

    from PIL import Image

    from squiggly.photo.decoding import decoded
    from squiggly.photo.likeness import sign

    owl = Image.open(io.BytesIO(sample("owl", 1, 200)))
    kept = []
    for image in (owl, owl.resize((90, 90)), owl.point(lambda v: v * 0.8)):
        file = io.BytesIO()
        image.save(file, "JPEG", quality=60)
        kept.append(file.getvalue())
    kept += [sample("owl", 2, 200), sample("cat", 1, 200)]
    signs = np.array([sign(decoded(content, 112).pixels) for content in kept])
    assert near_pairs(signs).tolist() == [[0, 1], [0, 2], [1, 2]] and not is_flat(signs).any()
    assert groups(5, near_pairs(signs)).tolist() == [0, 0, 0, 1, 2]


# --- Audit


def test_an_audit_names_what_is_odd(tmp_path):
    from photos_by_hand import encoded
    from PIL import Image

    draw(tmp_path, n=30, kinds=("owl",), side=80)
    draw(tmp_path, n=2, kinds=("cat",), side=80)
    owl = tmp_path / "owl"
    (owl / "twin.jpg").write_bytes((owl / "owl-0004.jpg").read_bytes())
    (owl / "grey.png").write_bytes(encoded(Image.new("RGB", (90, 90), (120, 120, 120))))
    (owl / "tiny.jpg").write_bytes(sample("owl", 99, 20))
    (owl / "liar.jpg").write_bytes(encoded(Image.open(owl / "owl-0001.jpg").rotate(20)))
    found = audit(tmp_path)
    named = {finding.kind: finding.name for finding in found.findings}
    assert named["double"] == "owl/twin.jpg" and named["blank"] == "owl/grey.png" and named["small"] == "owl/tiny.jpg"
    assert ("owl/liar.jpg", "is PNG, whatever its name says") in [(f.name, f.why) for f in found.of("told")]
    assert [(f.name, f.why[:13]) for f in found.of("class")] == [("cat", "only 2 photos")]
    assert "The same file twice: 1\n  owl/twin.jpg: is the same as owl/owl-0004.jpg" in str(found)
    found.save(tmp_path / "audit.json")
    assert '"kind": "double"' in (tmp_path / "audit.json").read_text()
