"""The bar of memory in text."""

from __future__ import annotations

from workbench.configs.estimate import MemoryEstimate
from workbench.ui.memory_bar import memory_legend


def test_a_line_of_the_legend_holds_whole_parts_in_columns() -> None:
    needed = MemoryEstimate(5 * 10**9, 10**9, 12 * 10**9, 10**10, 10**9, 10**9)
    assert memory_legend(needed).plain.splitlines() == [
        "█ weights 5.00       ▓ gradients 1.00     ▒ optimiser 12.00",
        "░ activations 10.00  ▞ logits 1.00        ▚ other 1.00 GB",
    ]
