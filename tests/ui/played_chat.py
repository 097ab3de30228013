"""The Chat area with a chat service that a test plays: what it says is known beforehand, and nothing is loaded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.data.sheets.played_endpoint import Script, playing
from tests.ui.chat_driving import chatting
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
