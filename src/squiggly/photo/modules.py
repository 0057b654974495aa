"""Recognisers as torch modules: each gives features (n, width) and, from them, a score for each class."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from squiggly.errors import ModelError
from squiggly.photo.recognisers import Convolution, Linear, Recogniser, Rectified, Resnet


class Block(nn.Module):
    """Two 3×3 convolutions beside a way past them; with a stride of 2, at half the size."""

    def __init__(self, below: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(below, width, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.past: nn.Module = nn.Identity()
        if stride != 1 or below != width:
            self.past = nn.Sequential(nn.Conv2d(below, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.relu_(self.norm1(self.conv1(x)))
        return torch.relu_(self.norm2(self.conv2(y)) + self.past(x))


class Eyes(nn.Module):
    """The stages of a Convolution: photos (n, 3, side, side) to maps (n, width, rows, columns)."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, widths[0], 3, 2, 1, bias=False)
        self.norm = nn.BatchNorm2d(widths[0])
        below, blocks = widths[0], []
        for width in widths:
            blocks.append(Block(below, width, 2))
            below = width
        self.blocks = nn.Sequential(*blocks)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.blocks(torch.relu_(self.norm(self.stem(x))))
        return out


class Pair(nn.Module):
    """A block of a ResNet, its parts named as others name them."""

    def __init__(self, below: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(below, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or below != width:
            self.downsample = nn.Sequential(nn.Conv2d(below, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.relu_(self.bn1(self.conv1(x)))
        return torch.relu_(self.bn2(self.conv2(y)) + (x if self.downsample is None else self.downsample(x)))


class Resnet18(nn.Module):
    """Photos (n, 3, side, side) to maps (n, 512, rows, columns); parts named as timm and torchvision name them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(Pair(64, 64, 1), Pair(64, 64, 1))
        self.layer2 = nn.Sequential(Pair(64, 128, 2), Pair(128, 128, 1))
        self.layer3 = nn.Sequential(Pair(128, 256, 2), Pair(256, 256, 1))
        self.layer4 = nn.Sequential(Pair(256, 512, 2), Pair(512, 512, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(torch.relu_(self.bn1(self.conv1(x))))
        out: torch.Tensor = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return out


class Seeing(nn.Module):
    """A recogniser: `maps` or `features`, then `head`, a score for each class."""

    def __init__(self, made: Recogniser, classes: int) -> None:
        super().__init__()
        self.eyes: nn.Module | None = None
        self.width = 1
        if isinstance(made, Convolution):
            self.eyes, width = Eyes(made.widths), made.widths[-1]
            self.width = made.widths[0] // 4  # of the first map, at half the side
        elif isinstance(made, Resnet):
            self.eyes, width, self.width = Resnet18(), 512, 16
        elif isinstance(made, Rectified):
            width = made.n
            self.hidden = nn.Linear(3 * made.side**2, width)
        else:
            assert isinstance(made, Linear)
            width = 3 * made.side**2
        self.head = nn.Linear(width, classes)
        self.made = made
        _begin(self)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """(n, 3, side, side) to (n, width)."""
        if self.eyes is not None:
            return self.eyes(x).mean((2, 3))
        flat = x.reshape(len(x), -1)
        return torch.relu_(self.hidden(flat)) if isinstance(self.made, Rectified) else flat

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.head(self.features(x))
        return scores


def _begin(module: Seeing) -> None:
    for part in module.modules():
        if isinstance(part, Pair):
            nn.init.zeros_(part.bn2.weight)
        elif isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(part, Block):
            nn.init.zeros_(part.norm2.weight)  # a block begins as the way past it
    if isinstance(module.made, Linear):
        nn.init.zeros_(module.head.weight)
    nn.init.zeros_(module.head.bias)


def loaded(made: Recogniser, classes: int, state: Mapping[str, np.ndarray]) -> Seeing:
    """A module with these parameters. Raises ModelError where they are not its own."""
    with torch.random.fork_rng(devices=[]):  # what it begins with is not kept
        module = Seeing(made, classes)
    own = module.state_dict()
    if set(own) != set(state) or any(tuple(own[name].shape) != state[name].shape for name in own):
        raise ModelError("the parameters are not those of this recogniser\nhint: train it again")
    module.load_state_dict({name: torch.from_numpy(np.array(values)) for name, values in state.items()})
    return module.eval()


def shapes(made: Recogniser, classes: int) -> dict[str, tuple[int, ...]]:
    """The shape of each parameter and statistic by name, found without making any."""
    with torch.device("meta"):
        module = Seeing(made, classes)
    return {name: tuple(values.shape) for name, values in module.state_dict().items()}
