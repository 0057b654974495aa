"""Beginning from what other photos taught: own files, ResNet-18's files, the hub; the closed form; the ladder; rates."""

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save
from torch import nn

import squiggly as sq
from squiggly.cli import main
from squiggly.errors import FileError, ModelError, OptionError
from squiggly.photo.backbones import EYES
from squiggly.photo.drawing import draw
from squiggly.photo.modules import Resnet18, Seeing, shapes
from squiggly.photo.recognisers import Resnet, resnet
from squiggly.photo.ridge import ridge

TINY = sq.convolution([8, 16], side=32)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """Squares are kept in a folder of this file's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SQUIGGLY_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    place = tmp_path_factory.mktemp("drawn")
    draw(place, n=40, kinds=("owl", "penguin"), side=48)
    return sq.photos(place, side=32)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A recogniser of other drawings, as a file."""
    place = tmp_path_factory.mktemp("others")
    draw(place, n=30, kinds=("cat", "rabbit", "bear"), side=48)
    path = place / "others.squiggly"
    sq.fit(TINY, sq.photos(place, side=32), epochs=20, seed=1).save(path)
    return path


def resnet_state(seed=0):
    """Parameters as timm and torchvision name them, drawn."""
    torch.manual_seed(seed)
    with torch.no_grad():
        body = Resnet18()
        for part in body.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.weight.uniform_(0.5, 1.5)
                part.running_mean.normal_(0, 0.1)
                part.running_var.uniform_(0.5, 1.5)
    state = {name: values.numpy() for name, values in body.state_dict().items()}
    return state | {"fc.weight": np.zeros((1000, 512), np.float32), "fc.bias": np.zeros(1000, np.float32)}


# --- The closed form


def test_the_closed_form_is_least_squares_and_its_left_out_scores_are_those_of_fits_without():
    draws = np.random.default_rng(1)
    for n, width in ((30, 6), (20, 50)):
        labels = draws.integers(0, 3, n)
        x = draws.normal(size=(n, width)) + np.eye(3, width)[labels]
        found = ridge(x, labels, 3)
        z = (x - x.mean(0)) / x.std(0)
        y = np.eye(3)[labels]
        targets = y - y.mean(0)
        # the penalty it chose, from its own weights: (Z'Z + penalty)w = Z'Y in units of the temperature
        w = found.weights.T * x.std(0)[:, None]
        fitted = z @ w
        warmth, penalty = np.linalg.lstsq(
            np.stack([(z.T @ targets).ravel(), -w.ravel()], axis=1), (z.T @ fitted).ravel(), rcond=None
        )[0]
        assert np.allclose(z.T @ fitted + penalty * w, warmth * z.T @ targets, atol=1e-6)
        k = 4
        rest = np.arange(n) != k
        design = np.c_[z, np.ones(n)]
        ridged = design[rest].T @ design[rest] + penalty * np.diag(np.r_[np.ones(width), 0])
        without = design[k] @ np.linalg.solve(ridged, design[rest].T @ y[rest])
        assert np.allclose(found.left[k], warmth * without, atol=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 30), st.integers(1, 40), st.integers(0, 10**6), st.sampled_from([1e-12, 1.0, 1e9]))
def test_the_closed_form_takes_any_numbers(n, width, seed, scale):
    draws = np.random.default_rng(seed)
    x = scale * draws.normal(size=(n, width)).round(draws.integers(0, 3))
    found = ridge(x, draws.integers(0, 2, n), 2)
    assert np.isfinite(found.scores(x)).all() and np.isfinite(found.left).all()


# --- Where a backbone comes from


def test_a_recogniser_of_ones_own_is_begun_from(own, photos, tmp_path):
    begin = sq.backbone(own)
    assert begin.side == 32 and begin.source == "others.squiggly" and begin.made == TINY
    looks = []
    fit = sq.fit(begin, photos, epochs=3, watch=looks.append, minutes=5)
    assert [look.epoch for look in looks] == [0, 1, 2, 3]
    assert fit.best in (0, 1, 2, 3)
    assert fit.told["backbone"] == "others.squiggly" and "begun from others.squiggly" in str(fit)
    assert np.array_equal(fit.mean, begin.mean)
    fit.save(tmp_path / "new.squiggly")
    assert str(sq.load(tmp_path / "new.squiggly")) == str(fit)
    assert sq.backbone(own, side=64).made == sq.convolution([8, 16], side=64)


def test_what_was_learned_before_moves_slowly_and_its_statistics_not_at_all(own, photos):
    begin = sq.backbone(own)
    fit = sq.fit(begin, photos, epochs=1, minutes=5, rate=1e-2)
    if fit.best == 0:
        fit = sq.fit(begin, photos, epochs=1, minutes=5, rate=1e-3)
    for name, values in begin.state.items():
        if "running" in name:
            assert np.array_equal(fit.state[name], values)


def test_a_training_from_a_backbone_goes_on_where_it_was(own, photos, tmp_path):
    class Enough(Exception):
        pass

    def stop(look):
        if look.epoch == 2:
            raise Enough

    whole = sq.fit(sq.backbone(own), photos, epochs=4, minutes=5, seed=1)
    with pytest.raises(Enough):
        sq.fit(sq.backbone(own), photos, epochs=4, minutes=5, seed=1, checkpoint=tmp_path, watch=stop)
    again = sq.fit(sq.backbone(own), photos, epochs=4, minutes=5, seed=1, checkpoint=tmp_path)
    assert all(np.array_equal(again.state[name], whole.state[name]) for name in whole.state)
    assert str(again).split("beforehand")[0].splitlines()[:9] == str(whole).splitlines()[:9]


def test_a_linear_recogniser_is_no_backbone(photos, tmp_path):
    path = tmp_path / "lines.squiggly"
    sq.fit(sq.linear(), photos, epochs=1).save(path)
    with pytest.raises(ModelError, match="lines.squiggly is a linear recogniser, which finds nothing"):
        sq.backbone(path)


def test_resnet_18_has_the_parameters_it_is_known_for():
    found = shapes(Resnet(), 1000)
    trained = sum(int(np.prod(s)) for name, s in found.items() if "running" not in name and "num_" not in name)
    assert trained == 11_689_512  # as He and others' network of 1,000 classes has
    assert resnet(64).side == 64


def test_resnet_18_computes_what_its_paper_draws():
    state = {name: torch.from_numpy(np.array(v)) for name, v in resnet_state().items()}
    f = nn.functional

    def norm(x, name):
        return f.batch_norm(x, *(state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")))

    x = torch.rand(2, 3, 64, 64)
    y = f.max_pool2d(f.relu(norm(f.conv2d(x, state["conv1.weight"], None, 2, 3), "bn1")), 3, 2, 1)
    for stage in (1, 2, 3, 4):
        for block in (0, 1):
            name, stride = f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1
            z = f.relu(norm(f.conv2d(y, state[f"{name}.conv1.weight"], None, stride, 1), f"{name}.bn1"))
            z = norm(f.conv2d(z, state[f"{name}.conv2.weight"], None, 1, 1), f"{name}.bn2")
            if f"{name}.downsample.0.weight" in state:
                y = norm(f.conv2d(y, state[f"{name}.downsample.0.weight"], None, stride), f"{name}.downsample.1")
            y = f.relu(z + y)
    module = Seeing(resnet(64), 2)
    module.load_state_dict({EYES + name: v for name, v in state.items() if not name.startswith("fc.")}, strict=False)
    with torch.no_grad():
        assert torch.allclose(module.eval().features(x), y.mean((2, 3)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("head", ["", "module."], ids=["plain", "wrapped"])
def test_a_resnet_18_of_others_is_read_by_its_names(head, photos, tmp_path):
    path = tmp_path / "resnet18.safetensors"
    path.write_bytes(save({head + name: values for name, values in resnet_state().items()}))
    begin = sq.backbone(path, side=32)
    assert begin.made == resnet(32) and begin.mean.tolist() == [0.485, 0.456, 0.406]
    fit = sq.fit(begin, photos, epochs=1, minutes=5)
    fit.save(tmp_path / "fit.squiggly")
    again = sq.load(tmp_path / "fit.squiggly")
    assert again.recogniser == resnet(32) and len(again.predict(photos.squares[0]).chances) == 2


def test_files_that_are_no_backbone_are_refused(own, tmp_path):
    def said(content, name="x.safetensors"):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises((FileError, ModelError)) as caught:
            sq.backbone(path)
        assert "\nhint: " in str(caught.value)
        return str(caught.value)

    state = resnet_state()
    assert "is no safetensors file, or is damaged" in said(b"nonsense")
    assert "is no ResNet-18: layer1.0.conv1.weight is missing" in said(
        save({k: v for k, v in state.items() if k != "layer1.0.conv1.weight"})
    )
    assert "bn1.weight is of shape (3,), not (64,)" in said(save(state | {"bn1.weight": np.zeros(3, np.float32)}))
    broken = state | {"bn1.weight": np.full(64, np.nan, np.float32)}
    assert "bn1.weight holds a number that is none" in said(save(broken))
    assert "is not a recogniser, or is damaged" in said(b"x", "x.squiggly")
    with pytest.raises(FileError, match="cannot read gone.squiggly"):
        sq.backbone("gone.squiggly")
    with pytest.raises(FileError, match="cannot read gone.safetensors"):
        sq.backbone("gone.safetensors")
    with pytest.raises(OptionError, match="side is 0"):
        sq.backbone(own, side=0)


def test_a_hub_name_without_a_network_says_how_to_go_on(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(FileError) as caught:
        sq.backbone("timm/resnet18.a1_in1k")
    assert str(caught.value).startswith("timm/resnet18.a1_in1k is no file here, and cannot be fetched: ")
    assert str(caught.value).endswith("sq.backbone('model.safetensors')")


# --- The ladder, and the rate


def test_the_ladder_tells_what_each_rung_bought_and_keeps_the_best(photos, own, tmp_path, monkeypatch):
    rungs = (sq.linear(side=16), TINY)
    told = []
    found = sq.ladder(
        photos, rungs=rungs, backbone=sq.backbone(own), epochs=2, watch=lambda name, look: told.append(name)
    )
    assert [fit.recogniser.name for fit in found.fits] == ["linear", "convolution", "convolution"]
    assert told == ["linear"] * 2 + ["convolution"] * 2 + ["backbone"] * 3
    lines = str(found).splitlines()
    assert "bought" in lines[0] and lines[3].startswith("convolution from others.squiggly")
    assert found.best in found.fits and len({fit.score.n for fit in found.fits}) == 1
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(
        main, ["photos", "train", photos.folder, "--ladder", "--epochs", "1", "-o", "best.squiggly"]
    )
    assert done.exit_code == 0 and "relus" in done.output and sq.load("best.squiggly").classes == ("owl", "penguin")


def test_the_rate_is_found_where_the_loss_still_falls(photos):
    found = sq.find_rate(TINY, photos, steps=60)
    assert 1e-4 < found.rate < 0.3 and len(found.rates) == len(found.losses) and found.losses.min() < found.losses[0]
    assert str(found).startswith(f"rate {found.rate:.2g}: the loss fell from")
    again = sq.find_rate(TINY, photos, steps=60)
    assert again.rate == found.rate
    with pytest.raises(OptionError, match="steps is 3"):
        sq.find_rate(TINY, photos, steps=3)


def test_the_command_begins_from_a_backbone_and_finds_a_rate(photos, own, tmp_path):
    def ran(*words):
        return CliRunner().invoke(main, ["photos", "train", photos.folder, "--epochs", "1", *words])

    out = str(tmp_path / "out.squiggly")
    done = ran("--backbone", str(own), "-o", out)
    assert done.exit_code == 0 and "beforehand  loss" in done.output and "begun from others.squiggly" in done.output
    found = ran("--model", "linear", "--rate", "find", "-o", out)
    assert found.exit_code == 0 and found.output.splitlines()[1].startswith("rate ")
    assert "--rate is 'fast', a number or find was expected" in str(ran("--rate", "fast", "-o", out).output)
    assert ran("--model", "linear", "--backbone", str(own), "-o", out).exit_code == 2
