"""Driving the Chat area: questions in, conversations out, on the screen and on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.driving import running, see, type_text, wait_until
from workbench.chat.conversations import SavedConversation
from workbench.chat.protocol import GenerationSettings
from workbench.i18n import set_language
from workbench.ui.screens.chat import ChatScreen
from workbench.ui.widgets.chat_message import ModelMessage
from workbench.ui.widgets.prompt_input import PromptInput

WILD = GenerationSettings(temperature=5.0, top_k=0, top_p=1.0)
"""Any token at any time: an answer that goes on and on, of all that the tokenizer has."""
MODEL = "I am the sample model of workbench."


@asynccontextmanager
async def chatting(folder: Path, size: tuple[int, int] = (100, 40), **context: Any) -> AsyncIterator[Pilot[None]]:
    """The Chat area as it is `opened`, once its model is ready."""
    async with opened(folder, size, **context) as pilot:
        await see(pilot, "The model is ready.")
        yield pilot


@asynccontextmanager
async def opened(folder: Path, size: tuple[int, int] = (100, 40), **context: Any) -> AsyncIterator[Pilot[None]]:
    """The Chat area in the project ``demo`` of a folder, of a user who lives there too."""
    (folder / "demo").mkdir(exist_ok=True)
    set_language("en")
    with pytest.MonkeyPatch.context() as environment:
        environment.chdir(folder / "demo")
        environment.setenv("TERM", "xterm-256color")
        environment.setenv("COLORTERM", "truecolor")
        for name in ("CONFIG", "STATE", "CACHE"):
            environment.setenv(f"WORKBENCH_{name}_DIR", str(folder / name.lower()))
        async with running(folder / "demo", "chat", size, **context) as pilot:
            yield pilot


async def begin_anew(pilot: Pilot[None]) -> None:
    """An empty conversation with the default settings, and nothing to be sent."""
    screen = chat(pilot)
    await wait_until(pilot, lambda: not screen._answering)
    await pilot.press("ctrl+l")
    screen.chat.system, screen.chat.settings = "", GenerationSettings()
    screen.give_out_pictures()
    prompt(pilot).put("")
    await see(pilot, "The model is ready.")


def chat(pilot: Pilot[None]) -> ChatScreen:
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, ChatScreen)
    return screen


def prompt(pilot: Pilot[None]) -> PromptInput:
    return chat(pilot).query_one(PromptInput)


def turns(pilot: Pilot[None]) -> list[tuple[str, str]]:
    return [(turn.role, turn.content) for turn in chat(pilot).chat.turns]


def on_disk(pilot: Pilot[None]) -> SavedConversation:
    """The conversation as it is saved."""
    conversation = chat(pilot).chat.conversation
    assert conversation is not None
    return SavedConversation.model_validate_json((chats(pilot) / conversation.file_name).read_bytes())


def chats(pilot: Pilot[None]) -> Path:
    return chat(pilot).workbench.project / "chats"


async def ask(pilot: Pilot[None], question: str) -> None:
    """Ask, and wait until the answer is whole."""
    count = len(turns(pilot))
    await type_text(pilot, question)
    await pilot.press("enter")
    await wait_until(pilot, lambda: len(turns(pilot)) == count + 2 and not chat(pilot)._answering)


async def begin_wild_answer(pilot: Pilot[None]) -> None:
    """Ask something whose answer does not end soon, and wait for its beginning."""
    chat(pilot).chat.settings = WILD
    await type_text(pilot, "Who are you?")
    await pilot.press("enter")
    await wait_until(pilot, lambda: (messages := chat(pilot).query(ModelMessage)) and messages.last().region.height > 2)
