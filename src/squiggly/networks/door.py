"""Where `fit` meets a network: what is one, which options it takes, and which it does not."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from squiggly.errors import OptionError, listed, nearest
from squiggly.networks.network import Network

if TYPE_CHECKING:
    from squiggly.networks.fitted import NetworkFit


def is_network(model: Any) -> bool:
    """Whether a model is trained: a Network, or a torch.nn.Module. Torch is not imported to know it.

    >>> is_network(Network(2, (8,))), is_network("a*x + b")
    (True, False)
    """
    torch = sys.modules.get("torch")
    return isinstance(model, Network) or (torch is not None and isinstance(model, torch.nn.Module))


def trained(model: Any, data: Any, not_ours: Mapping[str, Any], options: Mapping[str, Any]) -> NetworkFit:
    """The network trained, with what `fit` was given. Raises OptionError for options of a formula's fit alone."""
    from squiggly.networks.training import train

    for name, value in not_ours.items():
        if value is not None:
            raise OptionError(
                f"{name} is no option of a network's fit\nhint: leave it out; a small one as a formula, "
                "network.model(), takes it"
            )
    return train(model, data, **options)


def unknown(option: str, model: Any) -> OptionError:
    """What is said of an option that the fit of a formula or a function does not have."""
    from squiggly.fitting import fit
    from squiggly.networks.training import train

    known = [name for name in inspect.signature(fit).parameters if name not in ("model", "data", "training")]
    of_training = [name for name in inspect.signature(train).parameters if name not in ("model", "data", "unknown")]
    meant = nearest(option, [*known, *of_training])
    of_networks = option in of_training
    if meant and meant not in known and not of_networks:
        meant += ", which is for networks alone"
    cure = f"did you mean {meant}?" if meant else f"it has {listed(known)}"
    cure = "sq.network(…) makes one; sq.descend takes mini-batches of any model" if of_networks else cure
    return OptionError(f"{option} is {'for networks alone' if of_networks else 'no option of fit'}\nhint: {cure}")
