"""The Chat area with a chat service that a test plays: what it says is known beforehand, and nothing is loaded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.chat.services import said, streamed
from tests.data.sheets.played_endpoint import PlayedEndpoint, Script, playing
from tests.ui.chat_driving import chat, chatting
from workbench.chat.endpoints import ENDPOINT, KnownEndpoint, keep_endpoint
from workbench.ui.chosen_model import ChosenModel


@asynccontextmanager
async def chatting_with(script: Script, folder: Path, size: tuple[int, int] = (100, 40)) -> AsyncIterator[Pilot[None]]:
    """The Chat area, ready to ask the service."""
    with playing(script) as played, pytest.MonkeyPatch.context() as environment:
        environment.setenv("WORKBENCH_CONFIG_DIR", str(folder / "config"))
        keep_endpoint(KnownEndpoint(name="played", url=played.url, model="m"))
        async with chatting(folder, size, chosen=ChosenModel(f"{ENDPOINT}played")) as pilot:
            yield pilot


LEFT, RIGHT = ChosenModel(f"{ENDPOINT}left"), ChosenModel(f"{ENDPOINT}right")


@contextmanager
def two_models(folder: Path) -> Iterator[PlayedEndpoint]:
    """A service with two models, which answer ``MODEL to QUESTION``."""
    with (
        playing(lambda asked: streamed(said(f"{asked.body['model']} to {asked.text}"))) as played,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("WORKBENCH_CONFIG_DIR", str(folder / "config"))
        for name in ("left", "right"):
            keep_endpoint(KnownEndpoint(name=name, url=played.url, model=name))
        yield played


async def put_right_beside(pilot: Pilot[None]) -> None:
    """Ask the other model the same from now on."""
    assert await chat(pilot).add_beside(RIGHT)
    await chat(pilot).repaint()
