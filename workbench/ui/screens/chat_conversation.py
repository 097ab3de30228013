"""What of the Chat area is about what was said: asking and answering it anew, ways beside it, searching, copying."""

from __future__ import annotations

from textual import work

from workbench.chat.protocol import GenerationSettings
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.chat_exchange import QUESTION, message_at
from workbench.ui.screens.chat_comparing import ChatComparing
from workbench.ui.widgets.prompt_input import PromptInput
from workbench.ui.widgets.transcript import Transcript

_LONG_FOR_CLIPBOARD = 70_000
"""Characters; many terminals take no more than a hundred thousand bytes of base64 at once."""


class ChatConversation(ChatComparing):
    """Keys that are about a message: the chosen one while the conversation has the focus, else the last."""

    set_before: tuple[str, GenerationSettings] | None = None
    """System text and settings that were set when an earlier conversation, which has its own, was opened."""
    _words = ""
    """What was searched for last."""

    # -- other ways

    async def action_regenerate(self) -> None:
        """Answer a question anew; the answer that there was stays beside it."""
        if self.is_busy() or self.chat.chosen is None:
            return
        question = self.question_meant
        is_last = question == len(self.chat.questions) - 1
        broken = self.sides.broken if is_last else []
        for chat in broken:
            chat.set_answer_aside(question)
        if not broken and not (is_last and self.sides.are_owing):
            set_aside = [chat.set_answer_aside(question) for chat in self.sides.all]
            if not any(set_aside):
                return
            self.blind.begin(question, len(self.sides.all))
        await self.repaint()
        self.query_one(PromptInput).focus()
        self.answer()

    async def action_edit(self) -> None:
        """Put a question into the prompt; what came of it stays beside what comes of the new one. Once more undoes it."""
        if self.is_busy():
            return
        if self.chat.is_edited:
            await self._end_editing()
            return
        question = self.question_meant
        asked = [chat.set_question_aside(question) for chat in self.sides.all]
        if asked[0] is None:
            return
        self.put_back(asked[0])
        await self.repaint()
        self.query_one(PromptInput).focus()
        self.note(_("What was said is kept beside the new question; ctrl+e brings it back."))

    async def _end_editing(self) -> None:
        for chat in self.sides.all:
            chat.end_editing()
        self.query_one(PromptInput).put("")
        self.bring_draft_back()
        self.note("")
        await self.repaint()

    async def action_way(self, step: int) -> None:
        """Show what was said before (-1) or after (1) instead of the chosen message."""
        place = self.chosen_place
        if place is None or self.is_busy():
            return
        question, of_answer = self.question_meant, place.column != QUESTION
        gone = [chat.go_beside(question, step, of_answer=of_answer) for chat in self.sides.all]
        if not any(gone):
            self.note(_("There is no other way here: e edits a question, r answers it again."))
            return
        self.note("")
        await self.query_one(Transcript).show(at=place)

    async def action_new(self) -> None:
        if self.is_busy():
            return
        if self.chat.is_edited:
            await self._end_editing()
        self.sides.start_anew()
        if self.set_before is not None:
            self.chat.system, self.chat.settings = self.set_before
            self.set_before = None
        self.note("")
        await self.repaint()
        self.query_one(PromptInput).focus()

    # -- copying

    def action_copy(self) -> None:
        """Copy the chosen message, or the last answer of each model."""
        place = self.chosen_place
        if place is not None:
            self._copy(message_at(self.query_one(Transcript).rows()[place.exchange], place))
        else:
            self._copy("\n\n".join(self._last_answers()))

    def _last_answers(self) -> list[str]:
        """The last answer of each model, by the name that stands above it."""
        if not self.sides.are_several:
            return [self.chat.last_answer or ""]
        last, chats = len(self.chat.questions) - 1, self.sides.all
        placed = [(self.name_at(last, place), chats[self.blind.model_in(last, place)]) for place in range(len(chats))]
        return [f"{name}:\n{chat.last_answer}" for name, chat in placed if chat.last_answer]

    def action_copy_all(self) -> None:
        """Copy the conversation as Markdown."""
        from workbench.chat.export import markdown_of

        if (conversations := self.sides.conversations) and self.may_name():
            self._copy(markdown_of(conversations))

    def _copy(self, text: str) -> None:
        if not text:
            return
        self.app.copy_to_clipboard(text)
        said = _("Sent to the terminal's clipboard: {count} characters.").format(count=len(text))
        if len(text) > _LONG_FOR_CLIPBOARD:
            said += " " + _("Many terminals refuse so much; ctrl+x writes a file.")
        self.notify(said, markup=False)

    # -- searching

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_search(self) -> None:
        """Ask for words, and go to the newest message in which they stand."""
        from workbench.ui.screens.line_prompt import LinePrompt

        hint = _("enter finds the newest; then n goes on to those before it and N comes back")
        prompt = LinePrompt(_("Search in this conversation"), "", hint, value=self._words)
        if words := await self.app.push_screen_wait(prompt):
            self._words = words
            await self.action_search_on(0)

    async def action_search_on(self, step: int) -> None:
        """Go to the next message with the same words before (-1) or after (1) the chosen one, or to the newest (0)."""
        if not self._words:
            self.action_search()
            return
        transcript, first_shown = self.query_one(Transcript), self.window.numbers
        found = await transcript.find(self._words, step)
        while found is None and self.window.hides_some:
            await self.show_next_columns()
            found = await transcript.find(self._words, step)
            if self.window.numbers == first_shown:
                break
        if found is None:
            self.note(_("Nowhere in this conversation: {words}").format(words=printable(self._words)))
        else:
            said = _("{words}: match {number} of {count}")
            self.note(said.format(words=printable(self._words), number=found[0], count=found[1]))
