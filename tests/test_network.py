"""Networks in NumPy: their gradients against PyTorch's, their formula, their start, and what is refused."""

import numpy as np
import pytest
import torch

import squiggly as sq
from squiggly.loss import CrossEntropy
from squiggly.networks.activations import ACTIVATIONS
from squiggly.networks.batches import batch, held_out, order
from squiggly.networks.heads import head_of
from squiggly.networks.layers import outputs, value_and_gradient


def torch_loss(network, values, x, y, loss):
    """The same loss and gradient by PyTorch."""
    at = torch.tensor(values, requires_grad=True)
    h = torch.tensor(x)
    bend = getattr(torch.nn, ACTIVATIONS[network.activation].torch)()
    for k, layer in enumerate(network.layers):
        h = torch.nn.functional.linear(h, at[layer.weights].reshape(layer.units, layer.below), at[layer.biases])
        h = h if k + 1 == len(network.layers) else bend(h)
    right = torch.tensor(y)
    if isinstance(loss, CrossEntropy):
        one = network.outputs == 1
        value = (
            torch.nn.functional.binary_cross_entropy_with_logits(h[:, 0], right)
            if one
            else torch.nn.functional.cross_entropy(h, right.long())
        )
    elif network.classes == 2:
        value = ((h[:, 0].tanh() - (2 * right - 1)) ** 2).mean()
    else:
        p, y, d = h[:, 0], right, 1.0  # noqa: F841
        value = eval(loss.torch, {"p": p, "y": y, "d": d, "torch": torch})
    value.backward()
    return value.item(), at.grad.numpy()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    "classes, loss",
    [(None, sq.mse), (None, sq.mae), (None, sq.huber), (2, sq.cross_entropy), (2, sq.mse), (3, sq.cross_entropy)],
)
def test_loss_and_gradient_are_torchs(activation, classes, loss):
    network = sq.network(3, [7, 5], activation=activation, classes=classes)
    random = np.random.default_rng(1)
    x, values = random.normal(size=(40, 3)), random.normal(size=network.n_parameters)
    y = random.normal(size=40) if classes is None else random.integers(classes, size=40).astype(float)
    value, gradient = value_and_gradient(network, head_of(network, loss), values, x, y)
    wanted, slope = torch_loss(network, values, x, y, loss)
    assert value == pytest.approx(wanted, rel=1e-12)
    assert np.abs(gradient - slope).max() <= 1e-12 * max(1, np.abs(slope).max())


def test_at_the_hinge_a_rectified_unit_has_no_slope():
    network = sq.network(1, [1])
    values = np.array([1.0, 0.0, 1.0, 0.0])
    _, gradient = value_and_gradient(network, head_of(network, sq.mse), values, np.zeros((1, 1)), np.ones(1))
    assert gradient.tolist() == [0.0, 0.0, 0.0, -2.0]


@pytest.mark.parametrize(
    "network",
    [
        sq.network(1, [3]),
        sq.network(2, [3, 2], activation="tanh"),
        sq.network(4, []),
        sq.network(2, [2], features=["x1", "x1*x2", "sin(x2)", "x1^2"]),
        sq.network(3, [4], activation="silu"),
    ],
)
def test_the_formula_is_the_network(network):
    random = np.random.default_rng(2)
    x, values = random.normal(size=(20, network.inputs)), random.normal(size=network.n_parameters)
    model = network.model()
    said = model.predict(dict(zip(model.inputs, x.T)), **dict(zip(network.names, values)))
    assert np.allclose(said, outputs(network, values, x)[:, 0], rtol=1e-13, atol=1e-13)


def test_names_stand_in_the_order_of_torchs_layers():
    network, layer = sq.network(3, [2]), torch.nn.Linear(3, 2)
    assert network.layers[0].weights == slice(0, layer.weight.numel())
    assert network.names[:3] == ("w1_1_1", "w1_1_2", "w1_1_3")  # the weights of unit 1, by input, as in layer.weight[0]
    assert len(network.names) == network.n_parameters == len(set(network.names))
    assert [n for n, pulled in zip(network.names, network.decays) if not pulled] == ["b1_1", "b1_2", "b2_1"]


def test_every_epoch_meets_every_row_once_in_an_order_of_its_own():
    met = np.concatenate([batch(np.arange(23), 5, seed=3, step=k) for k in range(5)])
    assert sorted(met.tolist()) == list(range(23))
    assert len(batch(np.arange(23), 5, seed=3, step=4)) == 3
    assert order(23, 3, 0).tolist() != order(23, 3, 1).tolist() != order(23, 4, 1).tolist()


def test_held_out_rows_are_none_of_those_that_train():
    train, out = held_out(101, seed=5, share=0.25)
    assert len(out) == 25 and sorted([*train, *out]) == list(range(101))
    assert held_out(3, 0, 0.0)[1].size == 0


@pytest.mark.parametrize(
    "arguments, options, message",
    [
        ((0, [8]), {}, "inputs is 0, a whole number of 1 or more was expected"),
        ((2.5, [8]), {}, "inputs is 2.5, a whole number of 1 or more"),
        ((2, [8, 0]), {}, "the width of hidden layer 2 is 0, a whole number of 1 or more was expected\nhint: leave the layer out"),
        ((2, [10**6]), {}, "the width of hidden layer 1 is 1,000,000, at most 100,000 units are\nhint: two layers"),
        ((2, "8-8"), {}, "hidden is '8-8', a list of widths was expected\nhint: network(2, [8, 8])"),
        ((2, 8), {}, "hidden is 8, a list of widths was expected"),
        ((2, [8]), {"activation": "rellu"}, "activation is 'rellu', which is not one squiggly has\nhint: did you mean relu?"),
        ((2, [8]), {"classes": 1}, "classes is 1, a whole number of 2 or more was expected\nhint: two or more; leave it out to predict a number"),
        ((3, [8]), {"features": ["x1"]}, "features are of one or two inputs"),
        ((1, [8]), {"features": ["x2"]}, "features is 'x2', \"x1\" or"),
        ((2, [8]), {"features": ["x1", "x1"]}, "features names one twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(arguments, options, message):
    with pytest.raises(sq.OptionError) as error:
        sq.network(*arguments, **options)
    assert str(error.value).startswith(message)


def test_a_network_that_no_machine_holds_is_refused_with_one_that_fits():
    with pytest.raises(
        sq.ModelError,
        match=r"has 10,000,400,001 parameters, at most 500,000,000 are held\nhint: network\(1, \[22358, 22358\]\) fits",
    ):
        sq.network(1, [100_000, 100_000])


def test_a_network_too_large_to_record_says_what_fits():
    with pytest.raises(
        sq.ModelError,
        match=r"5,569 parameters is too large to record, at most 2,000 are\nhint: network\(20, \[3[0-9], 3[0-9]\]\) fits",
    ):
        sq.network(20, [64, 64]).model()


def test_a_loss_that_does_not_suit_is_refused():
    with pytest.raises(sq.OptionError, match="cross_entropy is a loss of classes"):
        head_of(sq.network(2, [2]), sq.cross_entropy)
    with pytest.raises(sq.OptionError, match="mae is no loss of 2 classes\nhint: loss=sq.cross_entropy"):
        head_of(sq.network(2, [2], classes=2), sq.mae)
    with pytest.raises(sq.OptionError, match="cross_entropy is a loss of a network's classes"):
        sq.fit("y = a*x", {"x": [1, 2], "y": [1, 2]}, loss=sq.cross_entropy)


def table(n=60, classes=None, seed=4):
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 2))
    return {
        "x1": x[:, 0],
        "x2": x[:, 1],
        "y": x[:, 0] * x[:, 1] if classes is None else (x.sum(axis=1) > 0) * (classes - 1.0),
    }


@pytest.mark.parametrize(
    "optimizer, torchs",
    [
        (sq.SGD(), lambda p: torch.optim.SGD(p, 0.05)),
        (sq.SGD(momentum=0.9, nesterov=True), lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True)),
        (sq.Adam(), lambda p: torch.optim.Adam(p, 0.05)),
    ],
)
def test_a_network_descends_as_torch_does_over_the_same_batches(optimizer, torchs):
    network, data = sq.network(2, [5, 3], activation="tanh"), table()
    *_, last = sq.descend(network, data, rate=0.05, steps=30, batch=8, seed=7, optimizer=optimizer)
    layers = [torch.nn.Linear(2, 5), torch.nn.Tanh(), torch.nn.Linear(5, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1)]
    net = torch.nn.Sequential(*layers).double()
    torch.nn.utils.vector_to_parameters(torch.tensor(network.start(7)), net.parameters())
    steps, x, y = (
        torchs(net.parameters()),
        torch.tensor(np.stack([data["x1"], data["x2"]], axis=1)),
        torch.tensor(data["y"]),
    )
    for step in range(30):
        rows = batch(np.arange(60), 8, 7, step)
        steps.zero_grad()
        ((net(x[rows])[:, 0] - y[rows]) ** 2).mean().backward()
        steps.step()
    assert np.allclose(
        list(last.parameters.values()),
        torch.nn.utils.parameters_to_vector(net.parameters()).detach(),
        rtol=1e-10,
        atol=1e-11,
    )


def test_classes_are_learnt_and_held_out_points_are_never_looked_at():
    network, data = sq.network(2, [6], classes=2), table(80, classes=2)
    train, out = held_out(80, 1, 0.25)
    spoilt = {**data, "y": data["y"].copy()}
    spoilt["y"][out] = 1 - spoilt["y"][out]
    one, other = (
        list(sq.descend(network, d, loss=sq.cross_entropy, rate=0.3, steps=200, batch=10, held_out=0.25, seed=1))[-1]
        for d in (data, spoilt)
    )
    assert one.parameters == other.parameters
    z = outputs(network, np.array(list(one.parameters.values())), np.stack([data["x1"], data["x2"]], axis=1))[:, 0]
    assert ((z > 0) == data["y"]).mean() > 0.95


def test_a_penalty_pulls_at_the_weights_and_leaves_the_biases():
    network = sq.network(1, [])
    for penalty, pull in (("L2", 0.5 * 2.0), ("L1", 0.5)):
        first = next(
            sq.descend(network, {"x": [-1.0, 1.0], "y": [-2.0, 2.0]}, start=[2.0, 3.0], penalty=penalty, decay=0.5)
        )
        assert first.gradient == {"w1_1_1": pull, "b1_1": 6.0}


def test_any_model_descends_in_mini_batches():
    x = np.linspace(-1, 1, 50)
    *_, last = sq.descend("y = a*x + b", {"x": x, "y": 2 * x + 1}, rate=0.2, steps=400, batch=5, seed=2)
    assert last.parameters["a"] == pytest.approx(2, abs=1e-6)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"batch": 0}, "batch is 0, a whole number of 1 or more was expected"),
        ({"held_out": 1}, "held_out is 1, a number from 0 to below 1 was expected"),
        ({"held_out": 0.999}, "held_out=0.999 of 60 points leaves none to look at"),
        ({"penalty": "l2"}, "penalty is 'l2', \"none\" or"),
        ({"decay": -1}, "decay is -1, a number of 0 or more was expected"),
        ({"seed": 1.5}, "seed is 1.5, a whole number"),
        ({"start": [1.0]}, "start has shape (1,), 21 finite numbers were expected"),
        ({"start": {"w9": 1}}, "start has 'w9', which is not a parameter"),
        ({"fix": {"b1_1": 0}}, "a network takes neither fix nor sigma"),
        ({"loss": sq.cross_entropy}, "cross_entropy is a loss of classes"),
    ],
)
def test_descents_of_a_network_refuse_what_they_cannot_use(options, message):
    with pytest.raises(sq.OptionError) as error:
        list(sq.descend(sq.network(2, [5]), table(), **options))
    assert str(error.value).startswith(message)


def test_classes_that_are_none_are_refused():
    with pytest.raises(sq.DataError, match="y holds .* at point 0, the number of a class, 0 … 1, was expected"):
        sq.descend(sq.network(2, [5], classes=2), table(), loss=sq.cross_entropy)
