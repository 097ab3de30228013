"""Every test of the app gets a project and a user of its own, a fixed clock zone, and English."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.i18n import set_language


@pytest.fixture(scope="module", autouse=True)
def little_garbage() -> Iterator[None]:
    """Look for garbage seldom, as the app itself does while it starts: it takes a fourth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 10, 10)
    yield
    gc.set_threshold(*before)
    gc.collect()


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user without settings, whose home is the test's folder; gives that folder."""
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"WORKBENCH_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TZ", "UTC")
    for name in ("NO_COLOR", "TEXTUAL_THEME", "WORKBENCH_LANG"):
        monkeypatch.delenv(name, raising=False)
    time.tzset()
    set_language("en")
    yield tmp_path
    set_language("en")


@pytest.fixture(autouse=True)
def short_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a key, let what it set off happen, and no more: tests wait for what should be seen.

    Textual's pilot waits until the process does nothing at all, up to a second for every key while anything is at work.
    """

    async def rest(*_seconds: float) -> None:
        for _ in range(20):  # from the driver to the app, to the widget, and back in messages
            await asyncio.sleep(0)
        await asyncio.sleep(0.004)

    monkeypatch.setattr("textual.app.wait_for_idle", rest)
    monkeypatch.setattr("textual.pilot.wait_for_idle", rest)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which the app runs in."""
    folder = tmp_path / "demo"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
