"""What of the Chat area keeps: answers as training data, the conversation as a file, earlier conversations."""

from __future__ import annotations

from pathlib import Path

from textual import work

from workbench.chat.turn import ChatTurn
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.ui.chat_exchange import QUESTION
from workbench.ui.chat_state import ChatState
from workbench.ui.screens.chat_conversation import ChatConversation
from workbench.ui.screens.row_dialog import KeptRow
from workbench.ui.widgets.prompt_input import PromptInput

_ROWS, _PAIRS = "data/chat.jsonl", "data/chat_pairs.jsonl"


class ChatKeeping(ChatConversation):
    """The part of the screen for what outlives the conversation."""

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_keep_row(self) -> None:
        """Put the chosen answer, or the last one, into a dataset once it was looked at."""
        from workbench.ui.screens.row_dialog import RowDialog

        question = self.question_meant
        turns = self._answering_chat(question).turns_to_answer(question)
        if self._answering or not turns:
            self.note(_("There is no answer here to keep."))
            return

        seen, tools = await self.seen_by_model(turns)

        def keep(row: KeptRow) -> str:
            return self._keep_row(seen, row, tools)

        asked = next(turn.content for turn in reversed(turns) if turn.role == "user")
        state = self.workbench.state
        files = (str(state.get("chat.rows") or _ROWS), str(state.get("chat.pairs") or _PAIRS))
        if said := await self.app.push_screen_wait(RowDialog(asked, turns[-1].content, files, keep)):
            self.note(said)

    def _answering_chat(self, question: int) -> ChatState:
        """Whose answer is meant: that of the chosen column, the first one's by default."""
        place = self.chosen_place
        if place is None or place.column == QUESTION:
            return self.chat
        return self.sides.all[self.blind.model_in(question, self.window.numbers[place.column])]

    def _keep_row(self, turns: list[ChatTurn], kept: KeptRow, tools: str) -> str:
        """
        Raises:
            WorkbenchError: the row cannot be written.
        """
        from workbench.chat.training_rows import answer_row, append_row, preference_row, with_kept_pictures

        file = self.workbench.project / Path(kept.file).expanduser()
        turns = with_kept_pictures(turns, file)
        row = preference_row(turns, kept.answer, tools) if kept.is_pair else answer_row(turns, kept.answer, tools)
        number = append_row(file, row)
        self.workbench.state["chat.pairs" if kept.is_pair else "chat.rows"] = kept.file
        return _("Kept: row {number} of {file}.").format(number=number, file=kept.file)

    # -- the conversation

    @work(group="chat-dialog", exclusive=True, exit_on_error=False)
    async def action_export(self) -> None:
        """Write the conversation into a file that others read."""
        from workbench.chat.export import ENDINGS, export_conversation, require_free
        from workbench.ui.screens.file_prompt import FilePrompt

        conversation = self.chat.conversation
        if conversation is None:
            self.note(_("There is no conversation yet."))
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
            value=f"chat_{Path(conversation.file_name).stem}.md",
        )
        if typed := await self.app.push_screen_wait(prompt):
            try:
                export_conversation(conversation, path_of(typed))
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
        self.sides.reopen(columns)
        await self.repaint()
        self.query_one(PromptInput).focus()
        assert self.chat.chosen is not None
        self.load(self.chat.chosen)
