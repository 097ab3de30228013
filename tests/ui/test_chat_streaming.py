"""Answers while they come: painting ends when they do, and never makes a key wait for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from textual.pilot import Pilot

from tests.chat.services import said, streamed
from tests.ui.chat_driving import chat, prompt
from tests.ui.driving import type_text, wait_until
from tests.ui.played_chat import chatting_with
from workbench.ui.widgets.transcript import Transcript

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pilot[None]]:
    async with chatting_with(lambda _asked: streamed(said("Yes.")), tmp_path_factory.mktemp("streaming")) as pilot:
        yield pilot


@pytest.mark.parametrize("rounds", range(6))
async def test_painting_ends_however_close_its_end_is_to_the_screen_being_painted(
    opened: Pilot[None], monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    screen = chat(opened)
    laid_out: list[Callable[[], None]] = []
    monkeypatch.setattr(screen, "call_after_refresh", laid_out.append)
    async with asyncio.timeout(10):
        async with screen.painting():
            screen._pieces.set()
            await wait_until(opened, lambda: laid_out)
            laid_out[0]()
            for _ in range(rounds):
                await asyncio.sleep(0)


async def test_who_types_waits_for_no_layout_and_answers_not_for_ever(
    opened: Pilot[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen, made = chat(opened), []
    monkeypatch.setattr(Transcript, "lacks_room", property(lambda _transcript: True))
    monkeypatch.setattr(Transcript, "make_room", lambda _transcript: made.append(time.monotonic()))
    screen._typed_at, screen._had_room_at = 0.0, time.monotonic()
    screen._make_room()
    assert len(made) == 1
    await type_text(opened, "x")
    await wait_until(opened, lambda: screen._typed_at > 0.0)
    screen._typed_at = screen._had_room_at = time.monotonic()
    screen._make_room()
    assert len(made) == 1
    screen._had_room_at -= 60.0
    screen._make_room()
    assert len(made) == 2
    prompt(opened).put("")
