"""Driving the Checkpoints area."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from tests.ui.driving import wait_until
from workbench.ui.weights_rows import Found
from workbench.ui.widgets.weights_tree import WeightsTree


def chosen(pilot: Pilot[None]) -> Any:
    return pilot.app.screen.query_one(WeightsTree).chosen


async def on(pilot: Pilot[None], name: str) -> None:
    """Put the cursor on weights that were found."""
    tree = pilot.app.screen.query_one(WeightsTree)

    def place() -> Any:
        rows = [node for top in tree.root.children for node in top.children]
        return next((node for node in rows if isinstance(node.data, Found) and node.data.name == name), None)

    await wait_until(pilot, place)
    await pilot.pause()  # a tree that was just filled chooses a row itself
    tree.move_cursor(place())
    await wait_until(pilot, lambda: tree.cursor_node is place())
