"""Named figures of a training beside its loss: gathered from every micro-batch, told once a step event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.training.ranks import sum_over_ranks


class Figures:
    """Means over the samples that went through all ranks since they were last taken.

    Values stay tensors until then, so that no micro-batch waits for the device.
    """

    def __init__(self) -> None:
        self._sums: dict[str, Any] = {}
        self._samples = 0

    def add(self, means: Mapping[str, Any], samples: int) -> None:
        """Take in the means (scalar tensors, without gradient) of so many samples; the names are always the same."""
        for name, mean in means.items():
            self._sums[name] = self._sums.get(name, 0.0) + mean.float() * samples
        self._samples += samples

    def take(self) -> dict[str, float]:
        """The means, by name; all ranks ask together, and each has the same. Begins anew."""
        if not self._sums:
            return {}
        *sums, samples = sum_over_ranks([*(float(value) for value in self._sums.values()), float(self._samples)])
        means = {name: value / samples for name, value in zip(self._sums, sums, strict=True)}
        self._sums, self._samples = {}, 0
        return means
