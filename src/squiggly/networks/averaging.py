"""The average of the parameters over the last steps: mini-batches scatter them around what they settle to."""

from __future__ import annotations

EVERY = 8  # steps from one look at the parameters to the next
FEWEST, MOST = 50, 400  # steps after which a look counts half
EAGER = 4  # a new average follows as quickly as if it were that many times as long


class Averaging:
    """How much each look moves the average: (1 - share)·average + share·parameters.

    steps: of an epoch; a look that is about that long ago counts half.
    Source: Polyak and Juditsky, Acceleration of stochastic approximation by averaging (1992).

    >>> averaging = Averaging(100)
    >>> [averaging.share(step) for step in (1, 8, 16)], round(Averaging(100).settled, 3)
    ([None, 1.0, 1.0], 0.054)
    """

    def __init__(self, steps: int) -> None:
        self.settled = 1.0 - 0.5 ** (EVERY / min(max(steps, FEWEST), MOST))
        self.looks = 0

    def share(self, step: int) -> float | None:
        """The share after a step, numbered from 1; None where it is no look."""
        if step % EVERY:
            return None
        self.looks += 1
        return max(self.settled, min(EAGER / self.looks, 1.0))
