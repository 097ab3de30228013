"""Texts that are too long for a line keep what tells them apart."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from workbench.ui.shown_path import without_middles

CALL = '1  arxiv_search  {"query": "a spring in a garden"} → The user did not allow this call. · 0.00 s'


@pytest.mark.parametrize("cells", [20, 40, 60, 80])
def test_both_sides_of_a_joint_keep_their_ends(cells: int) -> None:
    shown = without_middles(CALL, " → ", cells)
    assert cell_len(shown) == cells
    left, joint, right = shown.partition(" → ")
    assert (left[:2], joint, right[-3:]) == ("1 ", " → ", "0 s")


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [("a → b", 5, "a → b"), ("a → " + "b" * 9, 9, "a → bb…bb"), ("abcdef", 3, "a…f"), ("a → b", 3, "a…b")],
)
def test_the_short_side_is_left_whole_and_a_text_without_a_joint_loses_its_middle(
    text: str, cells: int, shown: str
) -> None:
    assert without_middles(text, " → ", cells) == shown
