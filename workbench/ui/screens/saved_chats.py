"""A dialog to open an earlier conversation of the project."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Input, Label
from textual.worker import Worker, WorkerError, get_current_worker

from workbench.chat.conversations import SavedConversation, said_of_damaged, saved_and_damaged, side_by_side
from workbench.chat.importing import import_conversations, read_conversations
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.screens.list_dialog import ListDialog
from workbench.ui.widgets.choice_table import ChoiceTable
from workbench.ui.widgets.field_controls import LineInput
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.fitted_table import Column, Row
from workbench.ui.widgets.quiet_static import QuietStatic

_COLUMNS = (Column(N_("started"), 16), Column(N_("model"), keeps_end=True), Column(N_("first question")))


class SavedChats(ListDialog[list[SavedConversation] | None]):
    """The conversations on disk, newest first; words that are typed leave those in which they stand.

    Gives the chosen one with those that it stands beside, from left to right.
    """

    DEFAULT_CSS = "SavedChats LineInput { background: $panel; margin-bottom: 1; padding: 0 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "take_file", N_("From a file"), id="chats.file", tooltip=N_("Open conversations of a JSON file")),
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Close without choosing")),
    ]

    def __init__(self, project: Path) -> None:
        super().__init__()
        self._project = project
        self._saved: list[list[SavedConversation]] = []
        """Each with what it stands beside, from left to right."""
        self._damaged = ""
        self._finding: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Earlier conversations"), classes="dialog-title", markup=False)
            yield LineInput(placeholder=_("type words to look for"), id="chat-words", compact=True)
            yield ChoiceTable(_COLUMNS, id="saved-chats")
            yield QuietStatic(id="no-chats")
        yield FittedFooter()

    def on_mount(self) -> None:
        self.query_one(ChoiceTable).focus()
        self._reading = self._read()

    @work(thread=True, group="chat-read", exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        """Long conversations take a moment to read."""
        files, damaged = saved_and_damaged(self._project)
        found = [one for _path, one in files]
        columns = [side_by_side(one, found) for one in found]
        saved = [beside for one, beside in zip(found, columns, strict=True) if beside[0] is one]
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._take_saved, saved, printable(said_of_damaged(damaged)))

    def _take_saved(self, saved: list[list[SavedConversation]], damaged: str) -> None:
        self._saved, self._damaged = saved, damaged
        if words := self.query_one(LineInput).value:  # typed before they were read
            self._finding = self._find(words)
        else:
            self._show(list(range(len(saved))))

    def _show(self, numbers: list[int]) -> None:
        rows = [Row(str(number), _cells(self._saved[number])) for number in numbers]
        self.query_one(ChoiceTable).set_rows(rows)
        none = _("There are none yet: each one is saved as soon as you ask something.")
        unfound = "" if numbers else _("No conversation has these words.") if self._saved else none
        self.query_one(QuietStatic).tell("\n".join(filter(None, [self._damaged, unfound])))

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        self._finding = self._find(event.value)

    @work(thread=True, group="chat-words", exclusive=True, exit_on_error=False)
    def _find(self, words: str) -> None:
        """And to look through."""
        found = [number for number, saved in enumerate(self._saved) if any(one.says(words) for one in saved)]
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._show, found)

    @work(group="chat-file", exclusive=True, exit_on_error=False)
    async def action_take_file(self) -> None:
        """Take the conversations of a file into the project, and go on with the first."""
        from workbench.ui.screens.file_prompt import FilePrompt

        def path_of(typed: str) -> Path:
            return self._project / Path(typed).expanduser()

        prompt = FilePrompt(
            _("Open conversations of which file?"),
            _("JSON as ctrl+x writes it, or with messages as chat services have them."),
            _("enter takes them into this project"),
            placeholder="chat.json",
            endings=(".json",),
            check=lambda typed: read_conversations(path_of(typed)),
        )
        if not (typed := await self.app.push_screen_wait(prompt)):
            return
        try:
            taken = import_conversations(self._project, path_of(typed))
        except WorkbenchError as error:
            self.workbench.show_error(error)
        else:
            columns = side_by_side(taken[0], taken)
            if (more := len(taken) - len(columns)) > 0:
                self.notify(_("{count} more were taken in; ctrl+o lists them.").format(count=more))
            self.dismiss(columns)

    @on(Input.Submitted)
    async def _open_found(self) -> None:
        """Open the first one, once those in which the words stand are found."""
        with suppress(WorkerError):
            await self._reading.wait()
            if self._finding is not None:
                await self._finding.wait()
        if key := self.query_one(ChoiceTable).chosen_key:
            self.dismiss(self._saved[int(key)])

    @on(DataTable.RowSelected)
    def _take(self, event: DataTable.RowSelected) -> None:
        self.dismiss(self._saved[int(str(event.row_key.value))])


def _cells(columns: list[SavedConversation]) -> tuple[str, str, str]:
    first = columns[0]
    started = time.strftime("%Y-%m-%d %H:%M", time.localtime(first.started))
    models = [ChosenModel(one.model, one.adapter, llava=one.llava).label for one in columns]
    several = _("{count} side by side").format(count=len(columns))
    return started, printable(models[0] if len(columns) == 1 else several), printable(first.title)
