"""What of the Chat area keeps: answers as training data, the conversation as a file, earlier conversations."""

from __future__ import annotations

from pathlib import Path

from textual import work

from workbench.chat.turn import ChatTurn
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.ui.chat_exchange import QUESTION
from workbench.ui.screens.chat_conversation import ChatConversation
from workbench.ui.screens.choice import ChoiceDialog
from workbench.ui.screens.row_dialog import KeptRow
from workbench.ui.widgets.prompt_input import PromptInput

_ROWS, _PAIRS = "data/chat.jsonl", "data/chat_pairs.jsonl"


class ChatKeeping(ChatConversation):
    """The part of the screen for what outlives the conversation."""

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_keep_row(self) -> None:
        """Put the chosen answer, or the last one, into a dataset once it was looked at."""
        from workbench.ui.screens.row_dialog import RowDialog

        if self.is_busy():
            return
        question = self.question_meant
        if (place := await self._whose_answer(question)) is None:
            return
        model = self.blind.model_in(question, place)
        turns = self.sides.all[model].turns_to_answer(question)
        if not turns:
            self.note(_("There is no answer here to keep."))
            return

        seen, tools = await self.seen_by_model(turns, self.sides.all[model].told_to_answer(question))
        others = await self._other_answers(question, model)

        def keep(row: KeptRow) -> str:
            return self._keep_row(seen, row, tools, others)

        asked = next(turn.content for turn in reversed(turns) if turn.role == "user")
        state = self.workbench.state
        files = (str(state.get("chat.rows") or _ROWS), str(state.get("chat.pairs") or _PAIRS))
        figures = turns[-1].figures
        dialog = RowDialog(
            asked,
            turns[-1].content,
            files,
            keep,
            speaker=self.name_at(question, place) if self.sides.are_several else "",
            is_cut=figures is not None and figures.ended_by != "model",
        )
        if said := await self.app.push_screen_wait(dialog):
            self.note(said)

    async def _whose_answer(self, question: int) -> int | None:
        """The column of the answer that is meant, which the user is asked of several; None if they want none.

        The one that is offered first is the best by the vote, else the chosen one.
        """
        if not self.sides.are_several:
            return 0
        chosen, best = self.chosen_place, self.best_of(question)
        place = self.window.numbers[chosen.column] if chosen is not None and chosen.column != QUESTION else 0
        if best is not None:
            place = self.blind.column_of(question, best)
        choices = self.answers_to_choose(question)
        if not choices:
            self.note(_("There is no answer here to keep."))
            return None
        offered = str(place + 1)
        current = offered if offered in [one.value for one in choices] else None
        title = _("Whose answer is put into a dataset?")
        taken = await self.app.push_screen_wait(ChoiceDialog(title, self.asked(question), choices, current))
        return None if taken is None else int(taken) - 1

    async def _other_answers(self, question: int, model: int) -> list[list[ChatTurn]]:
        """The conversations of the models beside this one up to their answers, each as its model saw it."""
        others = [chat for number, chat in enumerate(self.sides.all) if number != model]
        answered = [
            (turns, chat.told_to_answer(question)) for chat in others if (turns := chat.turns_to_answer(question))
        ]
        return [(await self.seen_by_model(turns, told))[0] for turns, told in answered]

    def _keep_row(self, turns: list[ChatTurn], kept: KeptRow, tools: str, others: list[list[ChatTurn]]) -> str:
        """
        Raises:
            WorkbenchError: the row cannot be written.
        """
        from workbench.chat.training_rows import answer_row, append_row, preference_rows, with_kept_pictures

        file = self.workbench.project / Path(kept.file).expanduser()
        turns = with_kept_pictures(turns, file)
        pairs = preference_rows(turns, kept.answer, tools, others) if kept.is_pair else []
        numbers = [append_row(file, row) for row in pairs or [answer_row(turns, kept.answer, tools)]]
        self.workbench.state["chat.pairs" if kept.is_pair else "chat.rows"] = kept.file
        if len(numbers) == 1:
            return _("Kept: row {number} of {file}.").format(number=numbers[0], file=kept.file)
        return _("Kept: {count} rows of {file}, one for each of the other answers.").format(
            count=len(numbers), file=kept.file
        )

    # -- the conversation

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_export(self) -> None:
        """Write the conversation into a file that others read."""
        from workbench.chat.export import ENDINGS, export_conversations, require_free
        from workbench.ui.screens.file_prompt import FilePrompt

        conversations = self.sides.conversations
        if not conversations:
            self.note(_("There is no conversation yet."))
            return
        if not self.may_name():
            return

        def path_of(typed: str) -> Path:
            return self.workbench.project / Path(typed).expanduser()

        prompt = FilePrompt(
            _("Write this conversation into a file"),
            _("Markdown to read, or JSON with the messages as chat services write them."),
            _("enter writes it; the ending says how: .md or .json"),
            placeholder="chat.md",
            endings=ENDINGS,
            check=lambda typed: require_free(path_of(typed)),
            value=f"chat_{Path(conversations[0].file_name).stem}.md",
        )
        if typed := await self.app.push_screen_wait(prompt):
            try:
                export_conversations(conversations, path_of(typed))
            except WorkbenchError as error:
                self.workbench.show_error(error)
            else:
                self.note(_("Written: {file}").format(file=typed))

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_reopen(self) -> None:
        """Go on with an earlier conversation."""
        from workbench.ui.screens.saved_chats import SavedChats

        columns = await self.app.push_screen_wait(SavedChats(self.workbench.project))
        if columns is None or self._answering:
            return
        self.set_before = self.set_before or (self.chat.system, self.chat.settings)
        self.sides.reopen(columns)
        await self.repaint()
        self.query_one(PromptInput).focus()
        if self.chat.chosen is not None:
            self.load(self.chat.chosen)
