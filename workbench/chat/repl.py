"""Chatting on a plain terminal or through a pipe: one line in, one answer out."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from workbench.chat.client import ChatEngine
from workbench.chat.conversations import SavedConversation, save_conversation
from workbench.chat.endpoint import ChatEndpoint
from workbench.chat.endpoints import service_named_by
from workbench.chat.given_picture import split_message
from workbench.chat.line_editor import can_edit
from workbench.chat.plain_answers import Answering, EngineAnswering
from workbench.chat.plain_output import PlainOutput
from workbench.chat.plain_pictures import PlainPictures
from workbench.chat.protocol import GenerationSettings, Load, Loaded, Loading
from workbench.chat.turn import ChatTurn, Figures
from workbench.chat.typed_lines import require_text, tell, typed_lines
from workbench.chat.voice import Voice
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable


@dataclass
class PlainChat:
    """One conversation on stdin and stdout; everything that is not an answer goes to stderr.

    Args:
        project: the folder whose ``chats`` keeps the conversation.
        as_json: print one object an answer, ``{"question", "answer", "tokens", "first_token_seconds", "seconds",
            "ended_by"}``; with ``images`` if pictures were asked about, with ``dropped_turns`` if that many of the
            oldest messages did not fit. A question without an answer has ``error`` instead.
        images: pictures that go with the first message, and again with the first one after ``RESET``.
        streams: print an answer while it is written, and not once it is whole.
        answering: how questions are answered; with an agent ``--json`` prints ``steps`` too.
    """

    load: Load
    system: str
    settings: GenerationSettings
    project: Path
    log_path: Path
    as_json: bool = False
    images: list[str] = field(default_factory=list)
    streams: bool = True
    answering: Answering = field(default_factory=EngineAnswering)
    questions: TextIO = field(default_factory=lambda: sys.stdin)
    _warned: bool = field(default=False, init=False)
    _is_stopped: bool = field(default=False, init=False)
    _is_unanswered: bool = field(default=False, init=False)
    """Whether the last question's turns were used up before there was an answer."""
    _is_lost: bool = field(default=False, init=False)
    """Whether the model has to be loaded again, as its engine has ended."""
    _came: str = field(default="", init=False)
    """What came of an answer that broke off."""
    _pictures: PlainPictures = field(init=False)

    def __post_init__(self) -> None:
        self._pictures = PlainPictures(self.project, are_told=self._is_typed_by_hand)

    async def run(self, first: list[str]) -> int:
        """Answer the given questions, or those read from stdin if there are none.

        Returns:
            How many of those that nobody typed by hand have no answer; of each the reason is told.

        Raises:
            WorkbenchError: the model cannot be loaded; or, where nobody is typing, not again after its engine has ended,
                or the only question has no answer, or a picture cannot be taken.
        """
        service = service_named_by(self.load.model)
        engine: ChatEngine | ChatEndpoint = ChatEndpoint(service.opened()) if service else ChatEngine(self.log_path)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # not asyncio's, which would end everything
        try:
            loaded: Loaded | None = None
            if isinstance(engine, ChatEngine):
                loaded = await self._load(engine)
            else:
                self._take(engine)
            self._pictures.take(self.images)
            for trouble in await self.answering.start(loaded.prompt_template if loaded else ""):
                tell(_("Warning: {text}").format(text=printable(trouble)))
            template, llava = (loaded.prompt_template, loaded.llava) if loaded else (None, None)
            return await self._answer_each(engine, self._begun(template, llava), first)
        finally:
            await engine.close()
            await self.answering.close()

    def _begun(self, prompt_template: str | None, llava: str | None) -> SavedConversation:
        """An empty conversation with the model, which will be kept in a file of its own."""
        return SavedConversation(
            model=self.load.model,
            adapter=self.load.adapter,
            llava=llava,
            visual_encoder=self.load.visual_encoder,
            visual_select_layer=self.load.visual_select_layer,
            prompt_template=prompt_template,
            system=self.system,
            settings=self.settings,
            agent=self.answering.choice,
        )

    async def _answer_each(self, voice: Voice, conversation: SavedConversation, first: list[str]) -> int:
        """Answer one question after the other; how many of those that nobody typed have no answer.

        Raises:
            WorkbenchError: one has no answer, and nobody is there to ask another.
        """
        unanswered = 0
        for question in first or self._typed():
            if question == "RESET":
                conversation = self._begun(prompt_template=conversation.prompt_template, llava=conversation.llava)
                self._pictures.begin_again(self.images)
                tell(_("Another conversation begins; the one before stays on disk."))
                continue
            by_hand = self._is_typed_by_hand and not first
            self._is_unanswered = False
            try:
                self._came = ""
                await self._load_if_lost(voice)
                await self._hear(voice, conversation, question)
            except WorkbenchError as error:
                is_alone = len(first) == 1 and not self.as_json
                is_about_it = not (self._is_lost or is_alone) and split_message(question)[0] != ""
                self._is_lost = self._is_lost or _has_ended(voice)
                if not (by_hand or is_about_it):
                    raise
                unanswered += not by_hand
                self._tell_why(question, error, by_hand=by_hand)
            unanswered += self._is_unanswered and not by_hand
            if number := self.answering.asked_to_end:
                sys.exit(128 + number)
            if self._is_stopped and (first or not self._is_typed_by_hand):
                raise KeyboardInterrupt  # nobody types: it was not this answer alone that was meant
        return unanswered

    def _tell_why(self, question: str, error: WorkbenchError, *, by_hand: bool) -> None:
        self._output.tell_why(question, error, by_hand=by_hand, came=self._came)
        if self._is_lost and by_hand:
            tell(_("The next message loads the model again; the conversation goes on."))

    @property
    def _output(self) -> PlainOutput:
        return PlainOutput(self.as_json)

    @property
    def _is_typed_by_hand(self) -> bool:
        return self.questions.isatty()

    def _typed(self) -> Iterator[str]:
        if self._is_typed_by_hand:
            tell(_("Type a message and press enter. RESET begins another conversation, EXIT or ctrl+d ends this one."))
            if can_edit(self.questions):
                tell(_("The arrow up brings earlier messages back, alt+enter starts a line."))
            if self._pictures.may_be_sent:
                tell(_("/image PATH, or a file dragged here, puts a picture to the next message."))
        yield from typed_lines(self.questions)

    async def _load_if_lost(self, voice: Voice) -> None:
        if not isinstance(voice, ChatEngine):
            return
        await voice.settle()
        if self._is_lost or _has_ended(voice):
            await self._load(voice)

    async def _load(self, engine: ChatEngine) -> Loaded:
        loaded: Loaded | None = None
        async for reply in engine.load(self.load.model_copy(update={"id": engine.next_id()})):
            if isinstance(reply, Loading):
                if reply.share is None:
                    tell(reply.stage)
            else:
                loaded = reply
        assert loaded is not None
        for warning in loaded.warnings:
            tell(_("Warning: {text}").format(text=warning))
        self._pictures.may_be_sent, self._is_lost = loaded.sees, False
        ready = _("Ready: {count:.1f} M parameters on {device}, {memory:.0f} MB, prompt template {template}.")
        count, memory = loaded.parameters / 1e6, loaded.memory_mb
        tell(ready.format(count=count, device=loaded.device, memory=memory, template=loaded.prompt_template))
        return loaded

    def _take(self, service: ChatEndpoint) -> None:
        """Nothing has to be loaded; whether it looks at pictures, the service says when it is sent one."""
        self._pictures.may_be_sent = True
        asking = _("Asking {model} at {url}.")
        tell(asking.format(model=printable(service.endpoint.model), url=service.endpoint.url))

    async def _hear(self, voice: Voice, conversation: SavedConversation, line: str) -> None:
        """Carry out what was typed: a picture for the next message, or a message."""
        said, named = split_message(require_text(line))
        if named == [""]:
            self._pictures.tell_all(conversation.turns)
        self._pictures.take([path for path in named if path])
        if said:
            await self._answer(voice, conversation, said)

    async def _answer(self, voice: Voice, conversation: SavedConversation, question: str) -> None:
        """
        Raises:
            WorkbenchError: there is no answer; what came of it is kept, else of the question its pictures but a bad one.
        """
        system = [ChatTurn(role="system", content=self.system)] if self.system else []
        asked = ChatTurn(role="user", content=question, images=self._pictures.give_out())
        try:
            turns = [*system, *conversation.turns, asked]
            given = await self.answering.answer(voice, turns, self.settings, self._output.show, streams=self.streams)
            conversation.turns += [asked, *given.turns]
            self._is_stopped, self._is_unanswered = given.ended_by == "stopped", given.ended_by == "turns"
        except WorkbenchError as error:
            self._pictures.take_back(asked, error)
            self._keep_broken(conversation, asked)
            raise
        self._keep(conversation)
        self._output.close(asked, given, by_hand=self._is_typed_by_hand)

    def _keep_broken(self, conversation: SavedConversation, asked: ChatTurn) -> None:
        """Keep what came of an answer that broke off; the error that is told stands on a line of its own."""
        self._came = self.answering.came if isinstance(self.answering, EngineAnswering) else ""
        if not self._came:
            return
        self._output.show("\n" if self.streams else f"{printable(self._came)}\n")
        broken = ChatTurn(role="assistant", content=self._came, figures=Figures(ended_by="broken"))
        conversation.turns += [asked, broken]
        self._keep(conversation)

    def _keep(self, conversation: SavedConversation) -> None:
        """Put the conversation on disk; an answer that was given stays given if that cannot be done."""
        try:
            save_conversation(self.project, conversation)
        except WorkbenchError as error:
            if not self._warned:
                self._warned = True
                tell(_("Warning: {text}").format(text=error))


def _has_ended(voice: Voice) -> bool:
    """Whether its process is not there any more."""
    return isinstance(voice, ChatEngine) and not voice.running


def chat_plainly(chat: PlainChat, first: list[str]) -> int:
    """Run a plain chat to its end; ctrl+c ends the process with 130. Returns how many questions have no answer."""
    try:
        return asyncio.run(chat.run(first))
    except KeyboardInterrupt:
        print(file=sys.stderr)  # noqa: T201
        sys.exit(128 + signal.SIGINT)
