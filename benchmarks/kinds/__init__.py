"""Every family by name, and its data sets plain or made harder."""

from __future__ import annotations

from dataclasses import replace

from family import Case, draw

from kinds.awkward import AWKWARD
from kinds.chemistry import CHEMISTRY
from kinds.classic import NINE
from kinds.harder import HARDER
from kinds.living import LIVING
from kinds.physics import PHYSICS
from kinds.rewritten import REWRITTEN

FAMILIES = {family.name: family for family in [*NINE, *LIVING, *CHEMISTRY, *PHYSICS, *REWRITTEN, *AWKWARD]}


def case_of(name: str, seed: int) -> Case:
    """The data set of that seed of a family, or of a family made harder: "sine", "sine+outliers"."""
    family, _, harder = name.partition("+")
    made = HARDER[harder](FAMILIES[family], seed) if harder else draw(FAMILIES[family], seed)
    return replace(made, name=name)
