"""A text that is being written: what is on screen is what was said, and the screen is laid out anew only now and then."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from textual.app import App, ComposeResult
from textual.content import Content
from textual.pilot import Pilot

from tests.ui.driving import screen_text, wait_until
from workbench.ui.widgets.growing_text import GrowingText

pytestmark = pytest.mark.asyncio
_WIDTH, _MOST = 30, 8


class OneText(App[None]):
    def compose(self) -> ComposeResult:
        yield GrowingText("")


def words(count: int) -> Iterator[str]:
    """A text that grows, with lines too long for the screen, empty ones, and wide characters."""
    text = ""
    for number in range(count):
        text += f"word{number} " + ("我是示例模型 " if number % 5 == 0 else "") + ("\n\n" if number % 11 == 10 else "")
        yield text


@pytest_asyncio.fixture
async def shown() -> AsyncIterator[Pilot[None]]:
    async with OneText().run_test(size=(_WIDTH, 120)) as pilot:
        yield pilot


def lines(text: str) -> list[str]:
    """As they stand on a screen of this width when the text is written at once."""
    return [line.plain.rstrip() for line in Content(text).wrap(_WIDTH)]


async def laid_out(pilot: Pilot[None], height: int) -> None:
    await wait_until(pilot, lambda: pilot.app.query_one(GrowingText).size.height == height)


async def test_what_grew_word_by_word_stands_there_as_if_written_at_once(shown: Pilot[None]) -> None:
    growing = shown.app.query_one(GrowingText)
    for text in words(150):
        growing.tell(text)
        if growing.lacks_room:
            growing.make_room(_MOST)
            await laid_out(shown, int(growing.styles.height.value))  # type: ignore[union-attr]
    await shown.pause()
    assert not growing.lacks_room
    seen = [line.rstrip() for line in screen_text(shown).splitlines()]
    expected = lines(text)
    assert seen[: len(expected)] == expected
    assert not any(seen[len(expected) :])
    assert len(expected) > 40


async def test_the_screen_is_laid_out_anew_only_when_there_is_no_more_room(shown: Pilot[None]) -> None:
    growing = shown.app.query_one(GrowingText)
    layouts: list[object] = []
    growing.tell("one\ntwo\nthree")
    growing.make_room(_MOST)
    await laid_out(shown, 6)
    shown.app.screen.screen_layout_refresh_signal.subscribe(growing, layouts.append)
    await shown.pause()
    layouts.clear()
    growing.tell("one\ntwo\nthree\nfour\nfive\nsix")
    await wait_until(shown, lambda: "six" in screen_text(shown))
    assert (layouts, growing.lacks_room) == ([], False)
    growing.tell("one\ntwo\nthree\nfour\nfive\nsix\nseven")
    assert growing.lacks_room


async def test_another_width_wraps_it_anew(shown: Pilot[None]) -> None:
    growing = shown.app.query_one(GrowingText)
    (*_, text) = words(12)
    growing.tell(text)
    growing.make_room(_MOST)
    await shown.resize_terminal(_WIDTH // 2, 120)
    await wait_until(shown, lambda: growing.size.width == _WIDTH // 2 and not growing.lacks_room)
    await wait_until(shown, lambda: text.split()[-1] in screen_text(shown))
    assert " ".join(screen_text(shown).split()) == " ".join(text.split())
