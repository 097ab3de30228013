"""A dialog to open an earlier conversation of the project."""

from __future__ import annotations

import time
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Label

from workbench.chat.conversations import SavedConversation, saved_conversations
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.chat_state import ChosenModel
from workbench.ui.screens.area import TranslatedModal


class SavedChats(TranslatedModal[SavedConversation | None]):
    """The conversations on disk, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Close without choosing")),
    ]

    def __init__(self, project: Path) -> None:
        super().__init__()
        self._saved = [saved for _path, saved in saved_conversations(project)]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Earlier conversations"), classes="dialog-title", markup=False)
            if self._saved:
                yield DataTable[str](cursor_type="row", id="saved-chats")
            else:
                yield Label(_("There are none yet: each one is saved as soon as you ask something."), markup=False)

    def on_mount(self) -> None:
        if not self._saved:
            return
        table = self.query_one(DataTable)
        table.add_columns(_("started"), _("model"), _("first question"))
        for index, saved in enumerate(self._saved):
            started = time.strftime("%Y-%m-%d %H:%M", time.localtime(saved.started))
            label = ChosenModel(saved.model, saved.adapter).label
            table.add_row(started, printable(label), printable(saved.title), key=str(index))
        table.focus()

    @on(DataTable.RowSelected)
    def _take(self, event: DataTable.RowSelected) -> None:
        self.dismiss(self._saved[int(str(event.row_key.value))])
