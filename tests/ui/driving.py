"""Driving the app as a person does: keys in, the text on the screen out, waiting for what should come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual import events
from textual._context import visible_screen_stack
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, TextArea

from workbench.ui.app import WorkbenchApp

NARROW, ROOMY, WIDE, HUGE = (80, 24), (120, 30), (160, 45), (200, 60)
_LONGEST_WAIT_SECONDS = 60.0


@asynccontextmanager
async def running(
    project: Path, area: str | None = None, size: tuple[int, int] = NARROW, **context: Any
) -> AsyncIterator[Pilot[None]]:
    """The app on a terminal of this size."""
    app = WorkbenchApp(project, area=area, context=context)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        press = pilot.press

        async def press_and_wait(*keys: str) -> None:
            """Until the last one has been taken: on a busy machine it waits for the one before it."""
            await press(*keys)
            await wait_until(pilot, lambda: not app._keys and app._turn is None)

        pilot.press = press_and_wait  # type: ignore[method-assign]
        yield pilot


def screen_text(pilot: Pilot[None]) -> str:
    """What the terminal shows, line by line; behind a dialog what it covers in part."""
    behind = visible_screen_stack.set(list(pilot.app._background_screens))
    try:
        strips = pilot.app.screen._compositor.render_strips()
    finally:
        visible_screen_stack.reset(behind)
    return "\n".join(strip.text.rstrip() for strip in strips)


async def wait_until(
    pilot: Pilot[None], condition: Callable[[], object], seconds: float = _LONGEST_WAIT_SECONDS
) -> None:
    """Wait for a condition; if it never comes, show the screen."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"never came; on screen:\n{screen_text(pilot)}"
        await asyncio.sleep(0.02)


async def see(pilot: Pilot[None], *texts: str) -> None:
    """Wait until all these texts are on the screen, be they wrapped."""
    for text in texts:
        await wait_until(pilot, lambda text=text: shows(pilot, text))  # type: ignore[misc]


def shows(pilot: Pilot[None], text: str) -> bool:
    """Whether a text is on the screen, in one line or over several."""
    seen = screen_text(pilot)
    return text in seen or text in " ".join(seen.split())


def notices(pilot: Pilot[None]) -> str:
    """What is said in passing, beside the screen."""
    return "\n".join(notice.message for notice in pilot.app._notifications)


async def work_done(pilot: Pilot[None], group: str) -> None:
    """Wait until no background task of a group is at work."""
    await wait_until(pilot, lambda: all(one.is_finished for one in pilot.app.workers if one.group == group))


async def focus_in(pilot: Pilot[None], *kinds: type[Widget]) -> None:
    """Wait until the keys go to a widget of one of these kinds, as they do a moment after a dialog is seen."""
    await wait_until(pilot, lambda: isinstance(pilot.app.focused, kinds))


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Type into the field that has the focus, or soon will have it, as fast as a terminal can send it."""
    await focus_in(pilot, Input, TextArea)
    send(pilot, *text)
    await pilot.pause()


def send(pilot: Pilot[None], *keys: str) -> None:
    """Characters and names of keys in one burst."""
    _hold(pilot, *(events.Key(*(_character_to_key(key), key) if len(key) == 1 else (key, None)) for key in keys))


def paste(pilot: Pilot[None], text: str) -> None:
    """Paste a text, or drag a file into the terminal, which pastes its path."""
    _hold(pilot, events.Paste(text))


def _hold(pilot: Pilot[None], *keys: events.Key | events.Paste) -> None:
    driver = pilot.app._driver
    assert driver is not None
    for key in keys:
        key.set_sender(pilot.app)
        driver.send_message(key)


def footer(pilot: Pilot[None]) -> str:
    """The line of keys."""
    return screen_text(pilot).splitlines()[-1]
