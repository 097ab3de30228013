"""A text to read and to copy."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label, Static

from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.fitted_footer import FittedFooter


class TextDialog(TranslatedModal[None]):
    """Shows ``text``; ``copied`` is what the key copies, all of it if it is None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Close")),
        Binding("y", "copy", N_("Copy"), id="dialog.copy", tooltip=N_("Copy the text")),
    ]
    DEFAULT_CSS = """
    TextDialog {
        .dialog { max-width: 120; }
        VerticalScroll { height: auto; max-height: 60vh; margin-bottom: 1; }
    }
    """

    def __init__(self, title: str, text: str, copied: str | None = None) -> None:
        super().__init__()
        self._title, self._shown, self._copied = title, printable(text), copied or text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(printable(self._title), classes="dialog-title", markup=False)
            with VerticalScroll():
                yield Static(self._shown, markup=False)
            yield Label(_("enter closes, y copies the text"), classes="muted", markup=False)
        yield FittedFooter()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._copied)
        self.notify(_("Sent to the terminal's clipboard."))
