"""What of the Chat area lets models answer: each column by itself, all of them painted together."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from textual import on

from workbench.chat.protocol import Answer, Delta
from workbench.chat.told import Told
from workbench.chat.turn import ChatTurn
from workbench.chat.wording import figures_text, left_out
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.ui.answer_parts import ReadAnswer
from workbench.ui.chat_state import ChatState
from workbench.ui.columns_shown import name_in
from workbench.ui.screens.chat_attaching import ChatAttaching
from workbench.ui.widgets.chat_message import ModelMessage
from workbench.ui.widgets.prompt_input import PromptInput
from workbench.ui.widgets.transcript import Transcript

_SECONDS_BETWEEN_PAINTS = 0.1
"""Pieces of all answers are painted together this often: ten times a second reads as fluent and spares the line."""
_SECONDS_BETWEEN_PAINTS_OF_SEVERAL = 0.25
"""Columns that grow side by side scroll, so that each paint is a whole screen."""
_REST_FOR_PAINTING = 3.0
"""After painting, at least so many times as long as that took passes, so that keys are never far behind."""
_LONGEST_LAYOUT_SECONDS = 1.0
_SECONDS_OF_TYPING, _MOST_SECONDS_WITHOUT_ROOM = 0.5, 3.0
"""While somebody types, answers that have filled their rows wait so long at most for more, as that needs a whole layout."""


@dataclass
class Coming:
    """An answer that is coming.

    Args:
        text: what the model has written since the last step with a tool; ``waiting``: what of it is not on the screen.
        message: None if its column is not on the screen.
        steps: the turns of the answer that are whole; ``read``: how calls of tools stand in them.
        told: what the model is told beside the turns.
    """

    question: int
    model: int
    text: str = ""
    waiting: str = ""
    message: ModelMessage | None = None
    steps: list[ChatTurn] = field(default_factory=list)
    read: ReadAnswer | None = None
    told: Told | None = None


class ChatStreaming(ChatAttaching):
    """The part of the screen for answers while they come."""

    def __init__(self) -> None:
        super().__init__()
        self._coming: list[Coming] = []
        self.rounds = 0
        """How often something was answered, be it by several models at a time."""
        self._pieces = asyncio.Event()
        self._placing = asyncio.Lock()
        self._typed_at = self._had_room_at = -math.inf

    async def on_mount(self) -> None:
        self.workbench.savers.append(self.keep_what_came)

    def keep_what_came(self) -> None:
        """Keep what came of the answers that are not whole."""
        for coming in self._coming:
            self._keep_what_came(coming)

    def _keep_what_came(self, coming: Coming) -> None:
        chat = self.sides.all[coming.model]
        if chat.has_open_question:
            chat.keep_broken(coming.text, coming.steps, coming.told)

    async def answer_in(self, number: int) -> None:
        """Answer the open question of one of the conversations.

        Raises:
            WorkbenchError: there is no answer, or it broke off; what came of it is kept.
        """
        chat = self.sides.all[number]
        assert chat.chosen is not None
        coming = Coming(len(chat.questions) - 1, number)
        self._coming.append(coming)
        self.remember()  # its file may be new
        async with self._placing:
            await self._place(coming)
        try:
            if not self.models.is_ready(chat.chosen):
                await self.make_ready(chat.chosen)
                self.note("")
            await self.stream(coming, chat)
        except BaseException:  # or the app is closed: then widgets are gone, too
            self._keep_what_came(coming)
            raise
        finally:
            self._coming.remove(coming)

    async def stream(self, coming: Coming, chat: ChatState) -> None:
        """Take an answer in as it comes, and keep it."""
        assert chat.chosen is not None
        coming.told = Told(system=chat.system)
        async for reply in self.models.voice(chat.chosen).generate(chat.prompt_turns(), chat.settings_to_answer):
            if isinstance(reply, Delta):
                self.take_piece(coming, reply.text)
            else:
                if not self.chat.streams:
                    coming.waiting = coming.text
                await self._paint_one(coming)
                await self.finish(coming, chat, reply)

    def take_piece(self, coming: Coming, text: str) -> None:
        """The model has written more."""
        coming.text += text
        if self.chat.streams:
            coming.waiting += text
            self._pieces.set()

    async def settle(self, coming: Coming, steps: list[ChatTurn]) -> None:
        """What came so far is these turns."""
        coming.steps, coming.text, coming.waiting = steps, "", ""
        if coming.message is not None:
            await coming.message.settle(steps, coming.read)

    async def finish(self, coming: Coming, chat: ChatState, answer: Answer) -> None:
        """Show the figures of an answer, unless they would tell whose it is, and keep it.

        One that cannot be put on disk stays on the screen.
        """
        if coming.message is not None:
            coming.message.show_figures("" if self.blind.hides(coming.question) else figures_text(answer.figures))
        try:
            chat.keep_answer(answer, coming.steps, coming.told)
        except WorkbenchError as error:
            self.workbench.show_error(error)
        self.remember()
        self.query_one(Transcript).mark_view()
        is_last = coming.question == len(self.chat.questions) - 1  # else it would hide that earlier ones are answered
        if is_last and (unseen := left_out(answer)):
            self.note(unseen)
        if chat.has_parted:
            self.note(_("Another app went on with this conversation: what is said here goes into a file of its own."))
            chat.has_parted = False

    # -- on screen

    async def show_next_columns(self) -> None:
        """Show the columns for which there was no room, with what is coming in them."""
        if self.window.go_on():
            await self.repaint()

    async def repaint(self) -> None:
        """Show what was said, and what is coming."""
        async with self._placing:
            coming_now = list(self._coming)
            for coming in coming_now:
                coming.message = None
            await super().repaint()
            for coming in coming_now:
                coming.waiting = coming.text
                await self._place(coming)
                if coming.steps and coming.message is not None:
                    await coming.message.settle(coming.steps, coming.read)
                await self._paint_one(coming)

    async def _place(self, coming: Coming) -> None:
        """Give an answer its place, if its column is on screen."""
        column = self.blind.column_of(coming.question, coming.model)
        coming.message = None
        if column not in self.window.numbers:
            return
        name = self.name_at(coming.question, column)
        from_end = coming.question - len(self.chat.questions)
        transcript = self.query_one(Transcript)
        message = await transcript.begin_answer(from_end, column - self.window.numbers.start, name)
        message.is_laid_out_late = self.sides.are_several
        message.read_as(coming.read)
        coming.message = message

    def name_at(self, question: int, column: int) -> str:
        """Who answers a question in a column, as far as that may be known."""
        other = "" if self.blind.hides(question) else self._side_at(question, column).other_to_answer(question)
        return other or name_in(question, column, self.speakers, self.blind)

    def _side_at(self, question: int, column: int) -> ChatState:
        """The conversation whose answer to a question stands in a column."""
        return self.sides.all[self.blind.model_in(question, column)]

    def name_of(self, coming: Coming) -> str:
        """Who writes an answer, as far as that may be known."""
        return self.name_at(coming.question, self.blind.column_of(coming.question, coming.model))

    @asynccontextmanager
    async def painting(self) -> AsyncIterator[None]:
        """While this is open, what comes is painted."""
        self.rounds += 1
        painter = asyncio.create_task(self._paint_on(), name="chat-painting")
        try:
            yield
        finally:
            painter.cancel()
            await asyncio.wait([painter])

    async def _paint_on(self) -> None:
        while True:
            await self._pieces.wait()
            self._pieces.clear()
            began = time.monotonic()
            async with self._placing:
                with self.app.batch_update():  # one layout for all of them
                    for coming in list(self._coming):
                        await self._paint_one(coming)
                    self._make_room()
            await self._laid_out()
            usual = _SECONDS_BETWEEN_PAINTS_OF_SEVERAL if len(self._coming) > 1 else _SECONDS_BETWEEN_PAINTS
            await asyncio.sleep(max(usual, _REST_FOR_PAINTING * (time.monotonic() - began)))

    @on(PromptInput.Edited)
    def _note_typing(self) -> None:
        self._typed_at = time.monotonic()

    def _make_room(self) -> None:
        """Make room for what has grown, unless somebody types and can be spared the wait."""
        now, transcript = time.monotonic(), self.query_one(Transcript)
        is_typing = now - self._typed_at < _SECONDS_OF_TYPING
        if not transcript.lacks_room:
            self._had_room_at = now
        elif not is_typing or now - self._had_room_at > _MOST_SECONDS_WITHOUT_ROOM:
            transcript.make_room()

    async def _laid_out(self) -> None:
        """Wait until what was changed is on the screen, which takes most of the time; not for ever if it is hidden."""
        done = asyncio.Event()
        self.call_after_refresh(done.set)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_LAYOUT_SECONDS):  # wait_for may swallow that painting is cancelled
                await done.wait()

    async def _paint_one(self, coming: Coming) -> None:
        text, coming.waiting = coming.waiting, ""
        if text and coming.message is not None:
            await coming.message.append(text)
