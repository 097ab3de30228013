"""Driving the app as a person does: keys in, the text on the screen out, waiting for what should come."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from workbench.ui.app import WorkbenchApp

NARROW, WIDE, HUGE = (80, 24), (160, 45), (200, 60)
_LONGEST_WAIT_SECONDS = 20.0


@asynccontextmanager
async def running(
    project: Path, area: str | None = None, size: tuple[int, int] = NARROW, **context: Any
) -> AsyncIterator[Pilot[None]]:
    """The app on a terminal of this size."""
    app = WorkbenchApp(project, area=area, context=context)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield pilot


def screen_text(pilot: Pilot[None]) -> str:
    """What the terminal shows, line by line."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


async def wait_until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Wait for a condition; if it never comes, show the screen."""
    end = time.monotonic() + _LONGEST_WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, f"never came; on screen:\n{screen_text(pilot)}"
        await pilot.pause(0.02)


async def see(pilot: Pilot[None], *texts: str) -> None:
    """Wait until all these texts are on the screen."""
    for text in texts:
        await wait_until(pilot, lambda text=text: text in screen_text(pilot))  # type: ignore[misc]


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Type into whatever has the focus."""
    await pilot.press(*({" ": "space", "-": "minus", "_": "underscore", ".": "full_stop"}.get(c, c) for c in text))


def footer(pilot: Pilot[None]) -> str:
    """The line of keys."""
    return screen_text(pilot).splitlines()[-1]
