"""How pictures are shown: well where the terminal is known for it, cheaply over a line, and as the user wants."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.driving import running, see, type_text, wait_until
from workbench.preferences import read_preferences
from workbench.ui.terminal_pictures import HALF, KITTY, NAMES, SIXEL, picture_widget, way_here

COLOURS = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("environment", "way"),
    [
        (COLOURS, HALF),
        ({"TERM": "linux"}, NAMES),
        ({"TERM": "xterm-kitty"}, KITTY),
        ({"TERM": "foot"}, SIXEL),
        ({**COLOURS, "TERM_PROGRAM": "WezTerm"}, SIXEL),
        ({"TERM": "xterm-kitty", "SSH_CONNECTION": "1 2 3 4"}, HALF),
        ({"TERM": "foot", "TMUX": "/tmp/x,1,0"}, HALF),
    ],
)
def test_the_way_is_the_one_that_the_terminal_is_known_for(environment: dict[str, str], way: str) -> None:
    assert way_here(environment, None) == way


@pytest.mark.parametrize("wanted", [HALF, KITTY, SIXEL, NAMES])
def test_what_the_user_wants_stands_above_it(wanted: str) -> None:
    assert way_here({"TERM": "linux"}, wanted) == wanted


def test_sharp_pictures_need_a_terminal_that_tells_the_size_of_its_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    widget = picture_widget()
    assert widget is not None
    assert widget.__name__ == "HalfcellImage"


async def test_the_palette_leads_to_the_ways(project: Path) -> None:
    async with running(project, "chat") as pilot:
        await pilot.press("ctrl+p")
        await type_text(pilot, "pictures")
        await see(pilot, "How this terminal shows them")
        await pilot.press("enter")
        await see(pilot, "1  half blocks", "4  names only")
        await pilot.press("4")
        await wait_until(pilot, lambda: read_preferences().pictures == NAMES)
        assert picture_widget() is None
