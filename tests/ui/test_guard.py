"""A terminal that has gone ends the app at once, and what was typed is on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ui.pseudo_terminal import PseudoTerminal
from workbench.ui.guard import HANG_UP_EXIT
from workbench.ui.state import AppState

F7 = b"\x1b[18~"
Opener = Callable[[bool], PseudoTerminal]


@pytest.fixture
def half_asked(project: Path) -> Iterator[Opener]:
    """Opens the app and types half a question, which it shows."""
    opened: list[PseudoTerminal] = []

    def open_and_type(is_controlling: bool) -> PseudoTerminal:
        app = PseudoTerminal(project, is_controlling=is_controlling)
        opened.append(app)
        app.wait_for("Begin with data")
        app.press(F7)
        app.wait_for("Press f9 to choose a model")
        app.press(b"half a question")
        app.wait_until(lambda: AppState(project).get("chat.draft") == "half a question")
        return app

    yield open_and_type
    for app in opened:
        app.close()


@pytest.mark.parametrize("is_controlling", [True, False], ids=["a signal comes", "no signal comes"])
def test_a_hang_up_ends_the_app_instead_of_leaving_it_spinning(half_asked: Opener, is_controlling: bool) -> None:
    app = half_asked(is_controlling)
    app.hang_up()
    assert app.exit_code() == HANG_UP_EXIT == 129


def test_what_was_typed_is_on_disk_although_the_app_was_killed(half_asked: Opener, project: Path) -> None:
    app = half_asked(True)
    app.process.kill()
    app.exit_code()
    assert AppState(project)["area"] == "chat"
    again = PseudoTerminal(project)
    try:
        again.wait_for("half a question")
    finally:
        again.close()
