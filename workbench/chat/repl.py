"""Chatting on a plain terminal or through a pipe: one line in, one answer out."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from workbench.chat.client import ChatEngine
from workbench.chat.conversations import SavedConversation, save_conversation
from workbench.chat.protocol import Answer, ChatTurn, Delta, GenerationSettings, Load, Loaded, Loading
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable


@dataclass
class PlainChat:
    """One conversation on stdin and stdout; everything that is not an answer goes to stderr.

    Args:
        project: the folder whose ``chats`` keeps the conversation.
        as_json: print one object an answer, ``{"question", "answer", "tokens", "seconds", "ended_by"}``.
    """

    load: Load
    system: str
    settings: GenerationSettings
    project: Path
    log_path: Path
    as_json: bool = False
    questions: TextIO = field(default_factory=lambda: sys.stdin)
    _warned: bool = field(default=False, init=False)

    async def run(self, first: list[str]) -> None:
        """Answer the given questions, or those read from stdin if there are none.

        Raises:
            WorkbenchError: the model cannot be loaded or an answer cannot be given.
        """
        engine = ChatEngine(self.log_path)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # not asyncio's, which would end everything
        try:
            loaded = await self._load(engine)
            conversation = SavedConversation(
                model=self.load.model,
                adapter=self.load.adapter,
                prompt_template=loaded.prompt_template,
                system=self.system,
                settings=self.settings,
            )
            for question in first or self._typed():
                if question == "RESET":
                    conversation = conversation.model_copy(update={"turns": []})
                    self._tell(_("The conversation is empty again."))
                    continue
                await self._answer(engine, conversation, question)
        finally:
            await engine.close()

    def _typed(self) -> Iterator[str]:
        by_hand = self.questions.isatty()
        if by_hand:
            self._tell(_("Type a message and press enter. RESET forgets the conversation, EXIT or ctrl+d ends it."))
        while True:
            if by_hand:
                print("\n>>> ", end="", file=sys.stderr, flush=True)  # noqa: T201
            try:
                line = self.questions.readline()
            except KeyboardInterrupt:
                self._tell("\n" + _("EXIT or ctrl+d ends the chat."))
                continue
            if not line or line.strip() == "EXIT":
                return
            if line.strip():
                yield line.strip()

    async def _load(self, engine: ChatEngine) -> Loaded:
        loaded: Loaded | None = None
        async for reply in engine.load(self.load.model_copy(update={"id": engine.next_id()})):
            if isinstance(reply, Loading):
                self._tell(reply.stage)
            else:
                loaded = reply
        assert loaded is not None
        for warning in loaded.warnings:
            self._tell(_("Warning: {text}").format(text=warning))
        ready = _("Ready: {count:.1f} M parameters on {device}, prompt template {template}.")
        self._tell(ready.format(count=loaded.parameters / 1e6, device=loaded.device, template=loaded.prompt_template))
        return loaded

    async def _answer(self, engine: ChatEngine, conversation: SavedConversation, question: str) -> None:
        system = [ChatTurn(role="system", content=self.system)] if self.system else []
        conversation.turns.append(ChatTurn(role="user", content=question))
        with _interrupts_stop(engine):
            async for reply in engine.generate([*system, *conversation.turns], self.settings):
                if isinstance(reply, Delta) and not self.as_json:
                    print(printable(reply.text), end="", flush=True)  # noqa: T201
                elif isinstance(reply, Answer):
                    conversation.turns.append(ChatTurn(role="assistant", content=reply.text))
                    self._close(question, reply)
        self._keep(conversation)

    def _keep(self, conversation: SavedConversation) -> None:
        """Put the conversation on disk; an answer that was given stays given if that cannot be done."""
        try:
            save_conversation(self.project, conversation)
        except WorkbenchError as error:
            if not self._warned:
                self._warned = True
                self._tell(_("Warning: {text}").format(text=error))

    def _close(self, question: str, answer: Answer) -> None:
        if not self.as_json:
            print(flush=True)  # noqa: T201
            if answer.dropped_turns:
                dropped = _("(The {count} oldest messages no longer fit the model's context.)")
                self._tell(dropped.format(count=answer.dropped_turns))
            return
        row = {
            "question": question,
            "answer": answer.text,
            "tokens": answer.tokens,
            "seconds": round(answer.total_s, 3),
            "ended_by": answer.ended_by,
        }
        print(json.dumps(row, ensure_ascii=False), flush=True)  # noqa: T201

    @staticmethod
    def _tell(text: str) -> None:
        print(text, file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def _interrupts_stop(engine: ChatEngine) -> Iterator[None]:
    """While an answer comes, ctrl+c ends the answer; afterwards it is an interrupt again, as at the prompt."""
    loop = asyncio.get_running_loop()
    stopping: list[asyncio.Task[None]] = []
    loop.add_signal_handler(signal.SIGINT, lambda: stopping.append(loop.create_task(engine.stop())))
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def chat_plainly(chat: PlainChat, first: list[str]) -> None:
    """Run a plain chat to its end; ctrl+c ends it quietly."""
    try:
        asyncio.run(chat.run(first))
    except KeyboardInterrupt:
        print(file=sys.stderr)  # noqa: T201
