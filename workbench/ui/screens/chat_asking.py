"""What of the Chat area asks: sends a message to every model, and gives a question back that nobody answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from textual import on, work

from workbench.chat.given_picture import split_message
from workbench.chat.turn import ChatTurn
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.screens.chat_agent import ChatAgent
from workbench.ui.screens.chat_frame import BUSY, STOPPING
from workbench.ui.widgets.prompt_input import PromptInput
from workbench.ui.widgets.transcript import Transcript


class ChatAsking(ChatAgent):
    """The part of the screen for questions."""

    def __init__(self) -> None:
        super().__init__()
        self._stopped = False
        self._is_refused = False
        """Whether a message was not sent as an answer was coming."""
        self._waiting = ""
        """The message that is sent once the model is loaded."""
        self.draft_aside = ""
        """What stood in the prompt when an earlier question was put there to be edited."""

    @on(PromptInput.Sent)
    async def _send(self, event: PromptInput.Sent) -> None:
        if not event.text:
            self._load_if_missing()
            return
        if self.is_busy():
            self._is_refused = True
            self._let_wait(event.text)
            return
        said, pictures = split_message(event.text)
        if pictures:
            if not self.attach(*pictures):
                self._give_back(event.text)
                return
            if not said.strip():
                return
        if said:
            await self._send_question(said)

    async def _send_question(self, said: str) -> None:
        if not (self.chat.chosen and self.models.is_ready(self.chat.chosen)):
            self._let_wait(said)
            self._load_first(said)
        elif problem := self.why_not_sent():
            self._give_back(said)
            self.note(problem)
        else:
            pictures = self.give_out_pictures()
            self.bring_draft_back()
            await self._ask(ChatTurn(role="user", content=said, images=pictures))

    def _load_first(self, said: str) -> None:
        """Say what is missing; a model that could not be loaded, or whose engine has ended, is loaded again."""
        if self.chat.chosen is None:
            self.note(_("Choose a model first: f9."))
            return
        self._waiting = said
        self.note(_("The model is being loaded; your message is sent when it is ready."))
        self._load_if_missing()

    def _load_if_missing(self) -> None:
        """Load the chosen model, unless it is in memory, or about to be."""
        chosen, is_idle = self.chat.chosen, all(one.is_finished for one in self.workers if one.group == "chat-engine")
        if chosen is not None and is_idle and not self.models.is_ready(chosen):
            self.load(chosen)

    async def on_ready(self) -> None:
        """The model is loaded: send what waits for it, unless it was changed meanwhile."""
        said, self._waiting = self._waiting, ""
        if not said or self._answering:
            self.note(self.said_of_owed() or self.offer_learned_tools())
            return
        prompt = self.query_one(PromptInput)
        if said.strip() == prompt.whole.strip():
            prompt.put("")
            await self._send_question(said)
        else:
            self.note(_("The model is ready. Your message was changed meanwhile: enter sends it."))

    def on_not_loaded(self) -> None:
        """The message stays in the prompt, to be sent by hand."""
        self._waiting = ""

    async def _ask(self, question: ChatTurn) -> None:
        self.blind.begin(len(self.chat.questions), len(self.sides.all))
        try:
            self.chat.ask(question)
        except WorkbenchError as error:
            await self._take_back_unanswered()
            self.workbench.show_error(error)
            return
        self._set_answering(True)  # from now on, not only once the worker begins
        self.remember()
        await self.query_one(Transcript).add_question()
        self.answer()

    def _give_back(self, text: str) -> None:
        """A message that is not sent stands in the prompt again, before what was typed since."""
        prompt = self.query_one(PromptInput)
        prompt.put("\n".join(filter(None, (text, prompt.whole))))

    def _let_wait(self, text: str) -> None:
        """A message that can be sent later stands in the prompt again; what is typed behind it begins a line."""
        prompt = self.query_one(PromptInput)
        prompt.put(f"{text}\n{prompt.whole}")

    def take_typed(self, text: str) -> None:
        self.query_one(PromptInput).insert(text)

    @work(group="chat-engine", exclusive=True, exit_on_error=False)
    async def answer(self) -> None:
        """Let every model answer what it has not answered, all at the same time."""
        self.note(catching_up := self._said_of_catching_up())
        self._stopped = self._is_of_before = False
        self._set_answering(True)
        problems: dict[str, WorkbenchError] = {}
        try:
            async with self.painting():
                while not self._stopped and not problems and self.sides.are_owing:  # one may be put beside meanwhile
                    ended = await asyncio.gather(*map(self._answer_all_in, range(len(self.sides.all))))
                    names = self.speakers
                    problems = {name: one for name, one in zip(names, ended, strict=False) if one is not None}
        finally:
            self._set_answering(False)
        self.end_note(catching_up)
        await self._tell(problems)
        if self.chosen_next is not None:
            self.call_later(self.load, self.chosen_next)

    def _said_of_catching_up(self) -> str:
        """That answers begin far above, where a model was not asked what the others were."""
        count = self.sides.most_owed
        if count < 2:
            return ""
        said = _("The questions so far are answered first, from the oldest of {count} on; escape stops.")
        return said.format(count=count)

    async def _answer_all_in(self, number: int) -> WorkbenchError | None:
        """Answer one question after the other in one of the conversations; gives why it had to end."""
        try:
            while not self._stopped and self.sides.has_to_answer(number):
                await self._answer_or_pass_over(number)
        except WorkbenchError as error:
            return error
        return None

    async def _answer_or_pass_over(self, number: int) -> None:
        """Answer the open question of one of the conversations, or the first of those behind it that can be answered.

        Raises:
            WorkbenchError: none can be; the question is open as before.
        """
        passed = 0
        while True:
            try:
                await self.answer_in(number)
            except WorkbenchError as error:
                if not self.sides.pass_over(number):
                    self.sides.come_back(number, passed)
                    raise
                passed += 1
                self.note(printable(f"{self.speaker(self.sides.all[number])}: {error.what}"))
            else:
                return

    def _set_answering(self, answering: bool) -> None:
        self._answering = answering
        if not answering:
            is_waiting, self._is_refused = self._is_refused and bool(self.query_one(PromptInput).whole), False
            for said in (BUSY, STOPPING):
                self.end_note(_(said), _("Your message was not sent: enter sends it.") if is_waiting else "")
        self.refresh_bindings()

    async def _tell(self, problems: Mapping[str, WorkbenchError]) -> None:
        """Say why answers are missing; a question that nobody has answered goes back to the prompt, if that is empty.

        Else it is said in the line above the prompt: a dialog would take what is being typed.

        Args:
            problems: by the name of the model.
        """
        if not problems:
            return
        for chat in self.sides.all:
            chat.restore_answer()
        if self.sides.is_last_unanswered and not self.query_one(PromptInput).whole:
            await self._take_back_unanswered()
            for problem in {str(problem): problem for problem in problems.values()}.values():
                self.workbench.show_error(problem)
            return
        await self.repaint()
        told = [printable(f"{name}: {problem}") for name, problem in problems.items()]
        self.note("\n".join([*told, self.said_of_owed()]))

    async def _take_back_unanswered(self) -> None:
        self.put_back(self.sides.take_back_question())
        self.blind.forget(len(self.chat.questions))
        await self.repaint()

    def put_back(self, question: ChatTurn | None) -> None:
        """Put a question into the prompt, and its pictures above it; what stands there comes back behind it."""
        if question is not None:
            prompt = self.query_one(PromptInput)
            self.draft_aside = prompt.whole or self.draft_aside
            prompt.put(question.content)
            self.put_pictures_aside(question.images)

    def bring_draft_back(self) -> None:
        """The prompt holds again what stood there before a question was edited, before what was typed since."""
        if self.draft_aside:
            self._give_back(self.draft_aside)
        self.draft_aside = ""
        self.bring_pictures_back()

    async def action_stop(self) -> None:
        self._stopped = True
        self.note(_(STOPPING))
        self._stop()

    @work(group="chat-stop", exit_on_error=False)  # an engine that hangs does not keep the keys waiting
    async def _stop(self) -> None:
        await self.stop_agents()
        await self.models.stop()
