"""The help dialog: every key of the screen it was opened from, and of the app."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Label

from workbench.i18n import N_, _
from workbench.ui.screens.area import TranslatedModal


class HelpScreen(TranslatedModal[None]):
    """A table made from the bindings, so that it is never out of date."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Close")),
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._rows = [
            (active.binding, active.tooltip or active.binding.description)
            for active in screen.active_bindings.values()
            if active.binding.id and active.binding.description
        ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Keys"), classes="dialog-title", markup=False)
            yield DataTable[str](cursor_type="row", id="keys")
            yield Label(
                _("ctrl+p opens every command by name. Jobs go on whatever you do here."), classes="muted", markup=False
            )
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.styles.max_height = "70vh"
        table.add_columns(_("key"), _("does"), _("what that means"))
        for binding, meaning in self._rows:
            table.add_row(self.app.get_key_display(binding), binding.description, meaning)
        table.focus()
