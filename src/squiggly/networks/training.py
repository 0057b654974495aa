"""train(): the front door of networks. It reads the table, chooses an engine, trains, and says what came of it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from squiggly.errors import DataError, ModelError, OptionError, listed, nearest
from squiggly.judging.verdict import Verdict
from squiggly.loss import CrossEntropy, Huber, Loss, MeanAbsolute, MeanSquared, Poisson, cross_entropy, mse
from squiggly.networks.engines import Job
from squiggly.networks.fitted import Epoch, NetworkFit, Pair
from squiggly.networks.heads import head_of
from squiggly.networks.labels import FEWEST, expect_classes, split
from squiggly.networks.network import Network
from squiggly.networks.preparation import Prepared, open_data, prepare
from squiggly.networks.scoring import factor_of, measured, scaled_loss
from squiggly.networks.verdict import judge
from squiggly.networks.walk import Rates, walk
from squiggly.optimizers import SGD, Adam
from squiggly.options import choice, expect
from squiggly.schedules import Schedule, steady
from squiggly.solve.budget import Effort

EPOCHS, HELD_OUT, PATIENCE = 200, 0.1, 20
SGD_RATE, MODULE_RATE, MOST_RATE, LEAST_RATE, REACH = 1e-2, 1e-3, 1e-2, 1e-4, 0.64
MOST_DECAY, FEW = 1e-3, 2_000
WORK = 5e10  # parameters times rows that the scores at the end may cost: a second or two
_OPTIONS = (
    "target", "columns", "loss", "rate", "epochs", "batch", "held_out", "patience", "optimizer", "schedule", "decay",
    "seed", "device", "missing", "seconds", "watch", "start", "average", "engine",
)  # fmt: skip


def batch_for(rows: int) -> int:
    """Rows in a batch where none is said: about a fiftieth of those that train, a power of two from 16 to 256.

    >>> [batch_for(n) for n in (100, 1_000, 5_000, 1_000_000)]
    [16, 16, 64, 256]
    """
    return int(min(max(2 ** math.floor(math.log2(max(rows / 50, 1))), 16), 256))


def rate_for(network: Network | None, optimizer: SGD | Adam, rows: int, average: bool = True) -> float:
    """The rate where none is said: for Adam 0.64 over the widest layer, inputs too, from 0.0001 to 0.01; without an
    average times √(2,000/rows) for more rows than that; 0.001 for a module.

    >>> [rate_for(Network(20, (64, 64)), Adam(), rows, False) for rows in (500, 8_000, 200_000)]
    [0.01, 0.005, 0.001]
    """
    if isinstance(optimizer, SGD):
        return SGD_RATE
    if network is None:
        return MODULE_RATE
    narrow = min(REACH / max(network.widths), MOST_RATE)
    return max(narrow if average else narrow * min(math.sqrt(FEW / rows), 1.0), LEAST_RATE)


def train(
    model: Any,
    data: Any,
    *,
    target: str | None = None,
    columns: Sequence[str] | None = None,
    loss: Loss | CrossEntropy | None = None,
    rate: float | None = None,
    epochs: int = EPOCHS,
    batch: int | None = None,
    held_out: float = HELD_OUT,
    patience: int | None = PATIENCE,
    optimizer: str | SGD | Adam = "adam",
    schedule: Schedule | None = None,
    decay: float | None = None,
    seed: int = 0,
    device: str = "auto",
    missing: str = "refuse",
    seconds: float | None = None,
    watch: Callable[[Epoch], Any] | None = None,
    start: NetworkFit | None = None,
    average: bool = True,
    engine: str = "auto",
    **unknown: Any,
) -> NetworkFit:
    """Train a network, or a copy of any torch.nn.Module, on a table.

    model:     `sq.network(…)`, or a module that gives (n,), (n, 1) or (n, classes)
    data:      a pair (X, y), X an array, memory map, tensor or frame (n, inputs); or a path, a dict of columns, a frame
    target:    the column to predict, y or the last one if not said.  columns: those it is predicted from
    loss:      `sq.mse` for numbers (or `sq.mae`, `sq.huber`), `sq.cross_entropy` for classes
    rate:      0.01 up to 64 units or inputs, less for more of either: `rate_for`
    batch:     rows a step, from 16 to 256: `batch_for`
    epochs:    at most; it stops without a better held-out loss for `patience` epochs (None: never). The best is kept
    held_out:  the share of the rows that are not trained on, of every class alike; none of fewer than 20 rows
    optimizer: "adam", "sgd", or one of squiggly's with its options.  schedule: such as `sq.cosine()`
    decay:     how hard weights, not biases, are pulled to 0: 0.001, or one over the rows where that is less
    device:    "auto", "cpu", "cuda" …  engine: "auto", "numpy" or "torch": whichever is expected to be done first
    missing:   "refuse" rows with gaps, or "drop" and count them
    seconds:   it may take; then the best so far is returned, as with Ctrl-C, and the verdict says so
    average:   whether what is judged and kept is the parameters' average over about the last epoch; not of modules
               with buffers
    watch:     called with each Epoch.  start: a NetworkFit to go on from, in its scaling

    Returns a NetworkFit. Raises DataError, FileError, ModelError or OptionError.

    >>> from squiggly.networks.network import network
    >>> x = np.linspace(-2, 2, 200)
    >>> train(network(1, [16]), (x, np.sign(x) > 0), loss=None, epochs=1)
    Traceback (most recent call last):
    squiggly.errors.DataError: y is yes or no, a number was expected
    hint: network(…, classes=2) tells the two apart
    """
    if unknown:
        word = next(iter(unknown))
        meant = nearest(word, _OPTIONS)
        cure = f"did you mean {meant}?" if meant else f"the options are {listed(_OPTIONS)}"
        raise OptionError(f"{word} is not an option of a network's fit\nhint: {cure}")
    if average not in (True, False):
        raise OptionError(f"average is {average!r}, True or False was expected\nhint: leave it out: averaged is better")
    _expect_options(epochs, batch, held_out, patience, decay, seconds, rate, seed, engine, loss)
    chosen = _optimizer(optimizer)
    network = model if isinstance(model, Network) else None
    if network is None and not hasattr(model, "state_dict"):
        raise ModelError(
            f"a network or a torch.nn.Module was expected, got {type(model).__name__}\nhint: sq.network(20, [64, 64])"
        )
    if network is None and engine == "numpy":
        raise OptionError("engine is 'numpy', a module trains in torch\nhint: leave engine out")
    opened = open_data(data, target, columns, network.inputs if network is not None else None)
    outputs, classes, loss = _meaning(network, model, opened, loss)
    if classes is None and opened.is_yes_or_no:
        raise DataError(
            f"{opened.target} is yes or no, a number was expected\nhint: network(…, classes=2) tells the two apart"
        )
    known = _known(start, network)
    ready = prepare(opened, classes is not None, missing, known)
    if ready.labels is not None:
        expect_classes(ready.target, ready.labels, classes or 2, "module" if network is None else "network")
    of = None if ready.labels is None else ready.y[ready.rows]
    into, out = split(ready.rows, seed, float(held_out), of)
    size = min(int(batch), len(into)) if batch is not None else batch_for(len(into))
    base = float(rate) if rate is not None else rate_for(network, chosen, len(into), bool(average))
    pull = float(decay) if decay is not None else min(MOST_DECAY, 1.0 / len(into))
    rates = Rates(base, schedule or steady(), int(epochs) * -(-len(into) // size))
    job = Job(network, model, ready, into, out, size, seed, chosen, base, pull, scaled_loss(loss, ready), outputs,
               classes, start, bool(average))  # fmt: skip
    running = job.engine(engine, device, int(epochs))
    begun = time.monotonic()
    story, best, ended, last = walk(
        running, rates, int(epochs), patience, seconds, watch, begun, factor_of(loss, ready)
    )
    how = f"{type(chosen).__name__.lower()}, rate {base:g}, batches of {size}, decay {pull:.2g}"
    how += ", averaged" * (job.averaging is not None)
    notes = [*ready.notes, *_notes(ready, out, float(held_out), seed)]
    return _answer(job, running.result(), loss, story, best, ended, last, notes, how, running,
                   Effort(time.monotonic() - begun, seconds or math.inf, rates.step), patience)  # fmt: skip


# --- The door


def _expect_options(
    epochs: Any, batch: Any, held_out: Any, patience: Any, decay: Any, seconds: Any, rate: Any, seed: Any, engine: Any,
    loss: Any,
) -> None:  # fmt: skip
    expect("a whole number of 1 or more", epochs=epochs)
    expect("a number from 0 to below 1", "held_out=0.1", held_out=held_out)
    expect("a whole number of 0 or more", seed=seed)
    for wanted, name, value in [
        ("a whole number of 1 or more", "batch", batch),
        ("a whole number of 1 or more", "patience", patience),
        ("a number above 0", "seconds", seconds),
        ("a number above 0", "rate", rate),
        ("a number of 0 or more", "decay", decay),
    ]:
        if value is not None:
            expect(wanted, **{name: value})
    choice("engine", engine, ("auto", "numpy", "torch"))
    if loss is not None and not isinstance(loss, Loss | CrossEntropy):
        raise OptionError(f"loss is {loss!r}, a loss was expected\nhint: pass sq.mse or sq.cross_entropy itself")
    if isinstance(loss, Poisson) or not isinstance(loss, MeanSquared | MeanAbsolute | Huber | CrossEntropy | None):
        raise OptionError(
            f"{loss.name} is no loss of a network, whose sums may be below 0\n"
            "hint: mse, mae or huber; for counts, predict their root or logarithm"
        )


def _optimizer(given: Any) -> SGD | Adam:
    if isinstance(given, SGD | Adam):
        return given
    choice("optimizer", given, ("adam", "sgd"))
    return Adam() if given == "adam" else SGD()


def _meaning(network: Network | None, module: Any, opened: Any, loss: Any) -> tuple[int, int | None, Any]:
    """How many outputs there are, how many classes they stand for (None: a number), and the loss."""
    if network is not None:
        loss = loss if loss is not None else mse if network.classes is None else cross_entropy
        head_of(network, loss)
        return network.outputs, network.classes, loss
    from squiggly.networks.torch_engine import probed

    outputs = probed(module, len(opened.source.names))
    if loss is None:
        loss = cross_entropy if outputs > 1 or opened.is_text else mse
    if not isinstance(loss, CrossEntropy) and outputs > 1:
        raise ModelError(
            f"this module gives {outputs} numbers for each row, {loss.name} compares one\n"
            "hint: end it in one number, or use sq.cross_entropy for classes"
        )
    classes = max(outputs, 2) if isinstance(loss, CrossEntropy) else None
    return outputs, classes, loss


def _known(start: NetworkFit | None, network: Network | None) -> Any:
    if start is None:
        return None
    if not isinstance(start, NetworkFit) or start.network != network or network is None:
        raise OptionError(
            "start is not a fit of the same network\nhint: start=sq.fit(network, …), then fit that network again; "
            "a module goes on from fit.trained"
        )
    return start.scaling


# --- The answer


def _notes(ready: Prepared, out: np.ndarray, share: float, seed: int) -> list[str]:
    notes = []
    if ready.labels is not None:
        sizes = np.bincount(ready.y[ready.rows], minlength=len(ready.labels))
        lone = [repr(label) for label, size in zip(ready.labels, sizes) if size == 1]
        if lone:
            notes.append(f"of a single row, so trained on and never held out: {listed(lone)}")
    if share > 0 and not len(out) and len(ready.rows) < FEWEST:
        notes.append(f"none held out: {len(ready.rows)} rows are fewer than {FEWEST}")
    return notes


def _answer(
    job: Job, result: Any, loss: Any, story: list[Epoch], best: int, ended: str, begun: int, notes: list[str],
    how: str, engine: Any, effort: Effort, patience: int | None,
) -> NetworkFit:  # fmt: skip
    network, ready = job.network, job.ready
    parameters, trained = None, None
    if network is not None and isinstance(result, np.ndarray):
        parameters = result
    elif network is not None:
        from squiggly.networks.torch_engine import flattened

        parameters = flattened(result)
    else:
        trained = result
    fit = NetworkFit(
        network, ready.source.names, ready.target, ready.labels, ready.scaling, parameters, MappingProxyType({}),
        loss.name, (len(job.into), len(job.out)), tuple(story), best, Verdict(False, "", ""), tuple(notes), engine.name,
        engine.device, how, job.seed, effort, trained,
    )  # fmt: skip
    most = max(int(WORK / fit.n_parameters), 1_000)
    every = [max(-(-len(rows) // most), 1) for rows in (job.into, job.out)]
    both = [measured(fit, ready, rows[::k], loss) for rows, k in zip((job.into, job.out), every)]
    scores = {name: Pair(both[0][name], both[1][name]) for name in both[0]}
    if max(every) > 1:
        notes.append(f"scores from one row in {max(every)}: all would take long")
    common = 0.0
    if ready.labels is not None:
        common = float(np.bincount(ready.y[ready.rows]).max() / len(ready.rows))
    usual = rate_for(network, job.optimizer, len(job.into), job.average)
    verdict = judge(scores, story, best, ended, begun, patience, len(job.out), common, usual)
    return replace(fit, scores=MappingProxyType(scores), verdict=verdict, notes=tuple(notes))
