"""Keys in one burst: none overtakes the one before it, whatever has the focus and whichever dialog opens or closes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList

from tests.ui.driving import paste, send, wait_until
from workbench.ui import keys_in_turn
from workbench.ui.keys_in_turn import KeysInTurn


class _Asking(ModalScreen[str]):
    """A list that has the focus, and a box below it."""

    BINDINGS = [("f10", "take"), ("home", "app.bell")]  # noqa: RUF012

    def compose(self) -> ComposeResult:
        yield OptionList("one", "two")
        yield Input(select_on_focus=False)

    def action_take(self) -> None:
        self.dismiss(self.query_one(Input).value)


class _Room(KeysInTurn):
    BINDINGS = [("f9", "ask"), ("f4", "shout"), Binding("f2", "shout", priority=True)]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        yield Input(select_on_focus=False)

    @work
    async def action_ask(self) -> None:
        self.told.append(await self.push_screen_wait(_Asking()))

    def action_shout(self) -> None:
        self.told.append(self.query_one(Input).value)


@pytest.fixture
async def room() -> AsyncIterator[Pilot[None]]:
    async with _Room().run_test() as pilot:
        yield pilot


def _told(pilot: Pilot[None]) -> list[str]:
    assert isinstance(pilot.app, _Room)
    return pilot.app.told


async def test_what_is_typed_behind_the_keys_that_lead_to_a_box_stands_in_it(room: Pilot[None]) -> None:
    send(room, "a", "f9", "down", "tab", *"text", "left", "backspace", "f10", "b", "f9", "tab", "c", "f10", "d")
    await wait_until(room, lambda: _told(room) == ["tet", "c"])
    await wait_until(room, lambda: room.app.query_one(Input).value == "abd")


async def test_a_command_of_the_app_comes_after_the_letters_before_it(room: Pilot[None]) -> None:
    send(room, *"abc", "f4", *"de", "f2", "f", "f4")
    await wait_until(room, lambda: _told(room) == ["abc", "abcde", "abcdef"])


async def test_a_paste_has_its_turn_as_well(room: Pilot[None]) -> None:
    send(room, "f9", "tab")
    paste(room, "pasted")
    send(room, "f10")
    await wait_until(room, lambda: _told(room) == ["pasted"])


async def test_keys_do_not_wait_for_ever_for_a_widget_that_does_not_answer(
    room: Pilot[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_in_turn, "_LONGEST_TURN", 0.05)
    box = room.app.query_one(Input)
    until = asyncio.Event()
    box.call_later(until.wait)
    send(room, "a", "f2")
    await wait_until(room, lambda: _told(room) == [""])
    until.set()
    await wait_until(room, lambda: box.value == "a")


class _Ending(KeysInTurn):
    """Gets two keys, a new one and one that has been through a widget, when nothing is on the screen any more."""

    async def _close_all(self) -> None:
        await super()._close_all()
        new, seen = events.Key("f4", None), events.Key("f4", None)
        seen._set_forwarded()
        await self.on_event(new)
        await self.on_event(seen)


async def test_a_key_that_comes_while_the_app_ends_is_for_nobody() -> None:
    async with _Ending().run_test():  # raises what is raised in the app
        pass
