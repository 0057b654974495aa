"""Training recognisers: what they learn, what is said of it, what is kept on disk, and everything that is refused."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from hashlib import sha256

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import squiggly as sq
from squiggly.cli import main
from squiggly.errors import DataError, FileError, OptionError, SquigglyError
from squiggly.photo.augmenting import changed, uniform
from squiggly.photo.calibration import chances, temperature
from squiggly.photo.coach import Look, advice
from squiggly.photo.decoding import PhotoError
from squiggly.photo.drawing import draw, sample
from squiggly.photo.scoring import score, wilson
from squiggly.photo.training import train

TINY = sq.convolution([8, 16], side=32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("drawn")
    draw(place, n=80, kinds=("owl", "penguin"), side=48)
    return place


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """Squares are kept in a folder of this file's own."""
    before = os.environ.get("SQUIGGLY_CACHE")
    os.environ["SQUIGGLY_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    os.environ.pop("SQUIGGLY_CACHE") if before is None else os.environ.update(SQUIGGLY_CACHE=before)


@pytest.fixture(scope="module")
def photos(folder):
    return sq.photos(folder, side=32)


@pytest.fixture(scope="module")
def fit(photos):
    return sq.fit(TINY, photos, epochs=40, change=0.5, mixup=0, seed=1)


def test_a_small_convolution_tells_owls_from_penguins(fit, photos):
    assert fit.verdict.ok and fit.verdict.kind == "learned"
    assert fit.score.n == 24 and fit.accuracy >= 0.75
    assert fit.counts == {"owl": (56, 12, 12), "penguin": (56, 12, 12)} and len(fit.story) == 40
    assert [m.label != m.said for m in fit.mistakes()] == [True] * (24 - fit.score.right)
    assert "convolution of 32 by 32 pixels" in str(fit) and "95 % interval" in str(fit)


@pytest.mark.parametrize("model", [sq.linear(side=16), sq.relus(50)], ids=["linear", "relus"])
def test_every_rung_fits_by_the_same_word(model, photos):
    fit = sq.fit(model, photos, epochs=4)
    assert len(fit.story) == 4 and fit.story[-1].loss < fit.story[0].loss
    assert fit.side == (16 if fit.recogniser.name == "linear" else 32)


def test_an_answer_is_the_same_for_a_file_its_content_and_its_pixels(fit, folder):
    path = next((folder / "owl").iterdir())
    by_name, by_content = fit.predict(path), fit.predict(path.read_bytes())
    assert by_name == by_content and fit.predict([str(path)]) == [by_name]
    assert sum(by_name.chances.values()) == pytest.approx(1) and by_name.chance == max(by_name.chances.values())
    from PIL import Image

    pixels = np.asarray(Image.open(path).convert("RGB"))
    assert fit.predict(pixels).chances == by_name.chances
    with pytest.raises(PhotoError, match="who.jpg: No such file"):
        fit.predict("who.jpg")
    with pytest.raises(DataError, match="pixels are float64 of shape"):
        fit.predict(np.zeros((4, 4, 3)))


def test_the_same_seed_gives_the_same_bits_and_the_callers_draws_go_on(photos):
    torch.manual_seed(5)
    wanted = torch.rand(2)
    torch.manual_seed(5)
    one, two, other = (sq.fit(TINY, photos, epochs=2, seed=s) for s in (3, 3, 4))
    assert torch.equal(torch.rand(2), wanted)
    assert all(np.array_equal(one.state[name], two.state[name]) for name in one.state)
    assert not np.array_equal(one.state["head.weight"], other.state["head.weight"])


def test_the_loop_is_torchs_adamw_step_for_step(photos):
    from squiggly.photo.loop import Eye, colours
    from squiggly.photo.modules import Seeing

    fit = train(TINY, photos, epochs=2, batch=8, change=0, mixup=0, smoothing=0, balance=False, seed=2)
    torch.manual_seed(2)
    module = Seeing(TINY, 2).to(memory_format=torch.channels_last)
    rows, eye = photos.part("train"), Eye(*colours(photos), torch.device("cpu"))
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in module.parameters() if p.ndim > 1], "weight_decay": 0.05},
            {"params": [p for p in module.parameters() if p.ndim == 1], "weight_decay": 0.0},
        ],
        lr=0.003,
        betas=(0.9, 0.99),
    )
    from squiggly.networks.batches import order

    step, states = 0, []
    for epoch in range(2):
        module.train()
        shuffled = rows[order(len(rows), 2, epoch)]
        for start in range(0, len(rows), 8):
            some = np.sort(shuffled[start : start + 8])
            for group in optimizer.param_groups:
                group["lr"] = 0.003 * sq.one_cycle()(step, 28)
            x = eye(photos.squares[some]).contiguous(memory_format=torch.channels_last)
            loss = nn.functional.cross_entropy(module(x), torch.from_numpy(photos.labels[some]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
        states.append({name: values.numpy().copy() for name, values in module.state_dict().items()})
    assert all(np.allclose(fit.state[name], values, atol=1e-5) for name, values in states[fit.best - 1].items())


# --- On disk


def test_a_saved_recogniser_answers_as_before_and_holds_no_code(fit, folder, tmp_path):
    path = tmp_path / "owl.squiggly"
    fit.save(path)
    again = sq.load(path)
    photo = next((folder / "penguin").iterdir())
    assert again.predict(photo) == fit.predict(photo) and str(again) == str(fit)
    assert again.on(sq.photos(folder, side=16)).mistakes() == fit.mistakes()
    with pytest.raises(DataError, match="a fit that was loaded has no photos with it"):
        again.mistakes()
    assert b"pickle" not in path.read_bytes() and b"torch" not in path.read_bytes()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutated_file_brings_back_a_fit_or_raises_our_own_error(fit, tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "mutated.squiggly"
    fit.save(path)
    content = bytearray(path.read_bytes())
    head = int.from_bytes(content[:8], "little") + 8
    for _ in range(data.draw(st.integers(0, 5))):
        content[data.draw(st.integers(0, head if data.draw(st.booleans()) else len(content) - 1))] = data.draw(
            st.integers(0, 255)
        )
    cut = data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))
    path.write_bytes(bytes(content[:cut]))
    try:
        found = sq.load(path)
    except FileError as error:
        assert "\nhint: " in str(error)
        return
    assert len(found.predict(sample("owl")).chances) == 2


def test_files_of_others_are_refused(tmp_path):
    for content in (b"", b"{}", b"\x80\x04K\x01.", bytes(100), os.urandom(1000)):
        path = tmp_path / "x.squiggly"
        path.write_bytes(content)
        with pytest.raises(FileError, match="is not a recogniser, or is damaged"):
            sq.load(path)
    with pytest.raises(FileError, match="cannot read gone.squiggly"):
        sq.load(tmp_path / "gone.squiggly")


KILLED = """
    import sys
    import squiggly as sq
    from squiggly.photo.training import train

    photos = sq.photos(sys.argv[1], side=32)
    look = lambda seen: print(seen.epoch, flush=True)
    train(sq.convolution([8, 16], side=32), photos, epochs=8, seed=6, checkpoint=sys.argv[2], watch=look).save(sys.argv[3])
"""


def trained_on(folder, place, out, stop=None):
    """Run a training in a process of its own; kill it that many seconds after its first word."""
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(folder), str(place), str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if stop is not None:
        process.stdout.readline()
        time.sleep(stop)
        process.send_signal(signal.SIGKILL)
    process.stdout.read()
    process.stdout.close()
    return process.wait()


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.prove)])
def test_killed_at_any_moment_it_goes_on_to_the_same_bits(kills, folder, tmp_path):
    chance = random.Random(kills)
    assert trained_on(folder, tmp_path / "whole", tmp_path / "whole.squiggly") == 0
    hashes, killed = set(), 0
    while killed < kills:
        place, out = tmp_path / f"part{killed}", tmp_path / f"part{killed}.squiggly"
        while (code := trained_on(folder, place, out, chance.uniform(0, 0.5))) == -signal.SIGKILL:
            killed += 1
            if killed >= kills:
                code = trained_on(folder, place, out)
                break
        assert code == 0 and len([*place.glob("*.part")]) == 2
        state = sq.load(out).state
        hashes.add(sha256(b"".join(state[name].tobytes() for name in sorted(state))).hexdigest())
        if code == 0 and killed == 0:
            killed += 1  # it was faster than the kill
    state = sq.load(tmp_path / "whole.squiggly").state
    assert hashes == {sha256(b"".join(state[name].tobytes() for name in sorted(state))).hexdigest()}


def test_what_is_done_is_answered_at_once_and_a_torn_checkpoint_is_passed_over(photos, tmp_path):
    looks = []
    one = train(TINY, photos, epochs=3, seed=2, checkpoint=tmp_path)
    two = train(TINY, photos, epochs=3, seed=2, checkpoint=tmp_path, watch=looks.append)
    assert not looks and all(np.array_equal(one.state[name], two.state[name]) for name in one.state)
    newest = max(tmp_path.glob("*.part"))
    newest.write_bytes(newest.read_bytes()[:-3])
    again = train(TINY, photos, epochs=3, seed=2, checkpoint=tmp_path, watch=looks.append)
    assert [look.epoch for look in looks] == [3] and again.score.right == one.score.right
    train(TINY, photos, epochs=3, seed=3, checkpoint=tmp_path, watch=looks.append)  # another training begins anew
    assert [look.epoch for look in looks] == [3, 1, 2, 3]


# --- What it is made of


def test_what_is_drawn_depends_on_seed_epoch_and_photo_alone():
    some, other = np.array([3, 9, 4]), np.array([4, 3])
    u = uniform(1, 2, some, 500)
    assert np.array_equal(uniform(1, 2, other, 500), u[[2, 0]]) and 0 <= u.min() and u.max() < 1
    assert abs(u.mean() - 0.5) < 0.02 and not np.array_equal(uniform(1, 3, some, 500), u)
    x = torch.rand(3, 3, 16, 16)
    assert torch.equal(changed(x, 1, 2, some)[[2, 0]], changed(x[[2, 0]], 1, 2, other))
    assert changed(x, 1, 2, some, strength=0) is x


def test_scores_are_counted_and_their_interval_is_wilsons():
    found = score(np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]]), np.array([0, 1, 1, 0]))
    assert (found.right, found.n, found.common) == (3, 4, 0.5) and found.confusion.tolist() == [[2, 0], [1, 1]]
    assert found.recalls.tolist() == [1.0, 0.5] and found.precisions.tolist() == [2 / 3, 1.0]
    from scipy.stats import binomtest

    for right, n in ((0, 5), (9, 10), (350, 372)):
        theirs = binomtest(right, n).proportion_ci(method="wilson")
        assert wilson(right, n) == pytest.approx((theirs.low, theirs.high))


def test_the_temperature_makes_probabilities_mean_what_they_say():
    draws = np.random.default_rng(0)
    z = draws.normal(size=(4_000, 3)) * 2
    labels = np.array([draws.choice(3, p=row) for row in chances(z)])
    assert temperature(5 * z, labels) == pytest.approx(5, rel=0.1)
    assert score(chances(5 * z, 5.0), labels).gap < 0.03 < score(chances(5 * z), labels).gap


def test_the_coach_names_what_goes_wrong():
    looks = [Look(k, 1.1, 0.4, 1.1, 0.5, 0.1, 1.0) for k in range(1, 5)]
    said, labels = np.array([1, 1, 1]), np.array([0, 1, 1])
    assert advice(looks, said, labels, 0.1, ["cat", "owl"]) == (
        "predicting one class, 'owl', for every photo: the rate of 0.1 is too large, try 0.01"
    )
    assert "no better than guessing" in advice(looks, labels, labels, 0.1, ["cat", "owl"])
    heart = [Look(k, 0.01, 0.99, 1.0, 0.6, 0.1, 1.0) for k in range(1, 6)]
    assert "learned by heart" in advice(heart, labels, labels, 0.1, ["cat", "owl"])


def test_a_rate_that_is_far_too_large_is_said(photos):
    fit = sq.fit(TINY, photos, epochs=6, rate=1e6)
    assert not fit.verdict.ok and "is too large, try 100000" in fit.verdict.words


def test_options_that_make_no_sense_are_refused_in_words(photos, folder):
    def said(call):
        with pytest.raises(SquigglyError) as caught:
            call()
        return str(caught.value)

    assert "epoch is not an option of a fit of photos\nhint: did you mean epochs?" in said(
        lambda: sq.fit(TINY, photos, epoch=3)
    )
    assert "fix is no option of a fit of photos" in said(lambda: sq.fit(TINY, photos, fix={"a": 1}))
    assert "a recogniser is trained on photos, not on dict" in said(lambda: sq.fit(TINY, {"x": [1], "y": [2]}))
    assert "str does not recognise photos" in said(lambda: sq.fit("a*x + b", photos))
    assert "Model does not recognise photos" in said(lambda: sq.fit(sq.line(), photos))
    assert "device is 'tpu', which is not here" in said(lambda: sq.fit(TINY, photos, epochs=1, device="tpu"))
    assert "3 stages halve a square of 8" in said(lambda: sq.convolution([4, 4, 4], side=8))
    assert "a list of one to six whole numbers was expected" in said(lambda: sq.convolution([]))
    with pytest.raises(OptionError, match="minutes is 0"):
        sq.fit(TINY, str(folder), minutes=0)


# --- The command


def test_the_commands_lead_from_a_folder_to_answers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def ran(*words):
        return CliRunner().invoke(main, ["photos", *words])

    assert ran("draw", "zoo", "--n", "12", "--kind", "owl", "--kind", "cat", "--side", "64").exit_code == 0
    found = ran("audit", "zoo", "--json", "audit.json")
    assert found.exit_code == 0 and "24 photos of 2 classes in zoo" in found.output
    done = ran("train", "zoo", "--model", "linear", "--epochs", "2", "-o", "zoo.squiggly")
    assert done.exit_code == 0, done.output
    assert "epoch   2  loss" in done.output and done.output.endswith("zoo.squiggly\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audit.json", "zoo", "zoo.squiggly"]
    (tmp_path / "bad.jpg").write_bytes(b"")
    answered = ran("predict", "zoo.squiggly", "zoo/owl/owl-0001.jpg", "bad.jpg")
    assert answered.exit_code == 1 and answered.stdout.startswith("zoo/owl/owl-0001.jpg: ")
    assert "bad.jpg: the file is empty" in answered.stderr
    assert ran("train", "zoo", "--model", "convolutoin").exit_code == 2
