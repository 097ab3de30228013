"""Tables of plain text fit the terminal that they are printed on."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from workbench.commands.columns import aligned


def test_columns_are_padded_to_their_widest_cell() -> None:
    assert aligned([("a", "模型", "c"), ("long", "b", "")]) == ["a     模型  c", "long  b"]


@pytest.mark.parametrize("width", [24, 33, 60])
def test_the_widest_columns_give_way(width: int) -> None:
    rows = [("q", "short", "这是一个很长的回答，放不下。" * 3), ("what is it?", "yes", "no")]
    lines = aligned(rows, width=width)
    assert max(map(cell_len, lines)) <= width
    assert "short" in lines[0] and "…" in lines[0]
    assert lines[1].endswith("no")


def test_a_table_that_fits_is_not_touched() -> None:
    assert aligned([("a", "b")], width=80) == aligned([("a", "b")])
