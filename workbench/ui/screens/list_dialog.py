"""A dialog of a list and a line to type into."""

from __future__ import annotations

from typing import Generic

from textual.events import Key, Paste

from workbench.ui.screens.area import Result, TranslatedModal
from workbench.ui.widgets.field_controls import LineInput
from workbench.ui.widgets.fitted_table import FittedTable


class ListDialog(TranslatedModal[Result], Generic[Result]):
    """What is typed or pasted while the list has the focus stands in the first line, which gets the focus."""

    def on_key(self, event: Key) -> None:
        if event.is_printable and event.character:
            self._type(event, event.character)

    def on_paste(self, event: Paste) -> None:
        self._type(event, event.text.partition("\n")[0].rstrip())

    def _type(self, event: Key | Paste, text: str) -> None:
        if isinstance(self.focused, FittedTable):
            event.stop()
            line = self.query(LineInput).first()
            self.set_focus(line)
            line.call_later(line.insert_text_at_cursor, text)  # once it has the focus, by which it selects its text
