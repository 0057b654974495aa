"""A recogniser as the page computes it: a list of layers and one array of numbers, normalisation folded into them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from squiggly.photo.modules import Block, Eyes, Pair, Resnet18, Seeing

Layer = dict[str, Any]


class Packed:
    """Numbers one after another, float32; each part knows where it begins."""

    def __init__(self) -> None:
        self.parts: list[np.ndarray] = []
        self.n = 0

    def put(self, *arrays: np.ndarray) -> int:
        """Add arrays; where the first of them begins."""
        at = self.n
        for values in arrays:
            self.parts.append(np.ascontiguousarray(values, dtype=np.float32).reshape(-1))
            self.n += self.parts[-1].size
        return at

    def whole(self) -> np.ndarray:
        return np.concatenate(self.parts)


def layers_of(module: Seeing, packed: Packed) -> tuple[list[Layer], Layer]:
    """The layers before the scores, and the one that gives them. Their numbers are put into `packed`."""
    found: list[Layer] = []
    eyes = module.eyes
    if isinstance(eyes, Eyes):
        found.append({"kind": "conv", "conv": _conv(packed, eyes.stem, eyes.norm)})
        found += [_block(packed, block) for block in eyes.blocks]
        found.append({"kind": "mean"})
    elif isinstance(eyes, Resnet18):
        found.append({"kind": "conv", "conv": _conv(packed, eyes.conv1, eyes.bn1)})
        found.append({"kind": "pool", "size": 3, "stride": 2, "pad": 1})
        stages = (eyes.layer1, eyes.layer2, eyes.layer3, eyes.layer4)
        found += [_block(packed, block) for stage in stages for block in stage]
        found.append({"kind": "mean"})
    else:
        found.append({"kind": "flat"})
        if hasattr(module, "hidden"):
            found.append({"kind": "dense", **_dense(packed, module.hidden)})
    return found, _dense(packed, module.head)


def _conv(packed: Packed, conv: nn.Module, norm: nn.Module) -> Layer:
    """A convolution and the normalisation after it as one: weights in the order rows, columns, from, to."""
    assert isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)
    assert norm.running_var is not None and norm.running_mean is not None
    scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    weights = conv.weight.double() * scale[:, None, None, None]
    bias = norm.bias.double() - norm.running_mean.double() * scale
    at = packed.put(weights.permute(2, 3, 1, 0).detach().numpy(), bias.detach().numpy())
    return {
        "size": conv.kernel_size[0], "stride": conv.stride[0], "pad": int(conv.padding[0]),
        "from": conv.in_channels, "to": conv.out_channels, "at": at,
    }  # fmt: skip


def _block(packed: Packed, block: Any) -> Layer:
    first, second, past = (block.bn1, block.bn2, block.downsample) if isinstance(block, Pair) else (
        block.norm1, block.norm2, block.past
    )  # fmt: skip
    assert isinstance(block, Pair | Block)
    beside = _conv(packed, past[0], past[1]) if isinstance(past, nn.Sequential) else None
    return {
        "kind": "block", "first": _conv(packed, block.conv1, first), "second": _conv(packed, block.conv2, second),
        "past": beside,
    }  # fmt: skip


def _dense(packed: Packed, line: nn.Linear) -> Layer:
    at = packed.put(line.weight.detach().numpy(), line.bias.detach().numpy())
    return {"from": line.in_features, "to": line.out_features, "at": at}
