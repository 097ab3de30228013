"""What of the Chat area asks: sends a message, streams the answer, and gives a question back that was not answered."""

from __future__ import annotations

import time

from textual import on, work

from workbench.chat.image_path import pictures_in
from workbench.chat.protocol import Answer, Delta
from workbench.chat.turn import ChatTurn
from workbench.chat.wording import left_out
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.ui.chat_pictures import split_message
from workbench.ui.chat_state import ChatState
from workbench.ui.screens.chat_attaching import ChatAttaching
from workbench.ui.widgets.chat_message import ModelMessage, figures_text
from workbench.ui.widgets.prompt_input import PromptInput
from workbench.ui.widgets.transcript import Transcript

_SECONDS_BETWEEN_PAINTS = 0.1
"""Pieces of an answer are painted together this often: ten times a second reads as fluent and spares the line."""


class ChatAsking(ChatAttaching):
    """The part of the screen for questions and answers."""

    def __init__(self) -> None:
        super().__init__()
        self._stopped = False

    @on(PromptInput.Sent)
    async def _send(self, event: PromptInput.Sent) -> None:
        if self._answering:
            self.note(_("The model is still answering; escape stops it."))
            return
        said, pictures = split_message(event.text)
        if not pictures and (dropped := pictures_in(said)):
            said, pictures = "", [str(path) for path in dropped]
        if pictures:
            if not self.attach(*pictures):
                return
            self.query_one(PromptInput).put(said)
        if said:
            await self._send_question(said)

    async def _send_question(self, said: str) -> None:
        if self._model.loaded is None:
            self._load_first()
        elif problem := self.why_not_sent():
            self.note(problem)
        else:
            self.query_one(PromptInput).text = ""
            await self._ask(ChatTurn(role="user", content=said, images=self.give_out_pictures()))

    def _load_first(self) -> None:
        """Say what is missing; a model that could not be loaded, or whose engine has ended, is loaded again."""
        if self.chat.chosen is None:
            self.note(_("Choose a model first: f9."))
            return
        self.note(_("The model is still loading; press enter again when it is ready."))
        if all(worker.is_finished for worker in self.workers if worker.group == "chat-engine"):
            self.load(self.chat.chosen)

    async def _ask(self, question: ChatTurn) -> None:
        try:
            self.chat.ask(question)
        except WorkbenchError as error:
            await self._take_back_open()
            self.workbench.show_error(error)
            return
        await self.query_one(Transcript).add_question(question, len(self.sides.all))
        self.answer()

    @work(group="chat-engine", exclusive=True, exit_on_error=False)
    async def answer(self) -> None:
        """Answer whatever question is open, of two conversations the left one's first."""
        self.note("")
        self._stopped = False
        self._set_answering(True)
        try:
            while not self._stopped and (number := self.sides.next_open()) is not None:
                await self._answer_in(number)
        except WorkbenchError as error:
            await self._take_back_open()
            self.workbench.show_error(error)
        finally:
            self._set_answering(False)

    async def _answer_in(self, number: int) -> None:
        """Answer the open question of one of the conversations in its column."""
        chat = self.sides.all[number]
        assert chat.chosen is not None
        from_end = len(chat.questions) - len(self.chat.questions) - 1
        message = await self.query_one(Transcript).begin_answer(from_end, number, self.speaker(chat))
        await self._model.use(chat.chosen)
        await self._stream_into(message, chat)

    def _set_answering(self, answering: bool) -> None:
        self._answering = answering
        self.refresh_bindings()

    async def _stream_into(self, message: ModelMessage, chat: ChatState) -> None:
        waiting, painted = "", time.monotonic()
        async for reply in self._model.engine.generate(chat.prompt_turns(), chat.settings):
            if isinstance(reply, Delta):
                waiting += reply.text
                if time.monotonic() - painted >= _SECONDS_BETWEEN_PAINTS:
                    await message.append(waiting)
                    waiting, painted = "", time.monotonic()
            else:
                await message.append(waiting)
                message.show_figures(figures_text(reply))
                self._keep_answer(reply, chat)
                if unseen := left_out(reply):
                    self.note(unseen)

    def _keep_answer(self, answer: Answer, chat: ChatState) -> None:
        """An answer that cannot be put on disk stays on the screen."""
        try:
            chat.keep_answer(answer)
        except WorkbenchError as error:
            self.workbench.show_error(error)

    async def _take_back_open(self) -> None:
        """After a failed answer the question returns to the prompt, so that nothing typed is lost.

        If only the right one of two conversations failed, the left one keeps the question with its answer.
        """
        if self.chat.has_open_question:
            self.put_back(self.sides.take_back_question())
        elif self.sides.second is not None and self.sides.second.has_open_question:
            self.sides.second.take_back_question()
        await self.repaint()

    def put_back(self, question: ChatTurn | None) -> None:
        """Put a question into the prompt, if that is empty, and its pictures above it."""
        prompt = self.query_one(PromptInput)
        if question is not None and not prompt.text:
            prompt.put(question.content)
            self.take_in_pictures(question.images)

    async def action_stop(self) -> None:
        self._stopped = True
        await self._model.engine.stop()
