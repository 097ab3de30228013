"""A dialog that says what is wrong, where, and how to mend it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label, Static

from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.screens.sudden import Sudden
from workbench.ui.widgets.fitted_footer import FittedFooter


class ErrorDialog(Sudden, TranslatedModal[None]):
    """Stays until it was read; its text can be copied."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Close")),
        Binding("y", "copy", N_("Copy"), id="dialog.copy", tooltip=N_("Copy the text")),
    ]

    DEFAULT_CSS = "ErrorDialog #error-text { height: auto; max-height: 50vh; margin-bottom: 1; }"

    def __init__(self, error: WorkbenchError) -> None:
        super().__init__()
        self._error = error

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("This did not work"), classes="dialog-title bad", markup=False)
            with VerticalScroll(id="error-text"):
                yield Static(printable(self._error.what), markup=False)
                if self._error.where:
                    yield Static(printable(self._error.where), classes="muted", markup=False)
                if self._error.fix:
                    yield Static("→ " + printable(self._error.fix), markup=False)
            yield Label(_("enter closes, y copies the text"), classes="muted", markup=False)
        yield FittedFooter()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(str(self._error))
        self.notify(_("Sent to the terminal's clipboard."))
