"""The palette: every command by its name."""

from __future__ import annotations

from textual import on
from textual.command import Command, CommandPalette
from textual.fuzzy import Matcher
from textual.widgets import Input, OptionList


class Palette(CommandPalette):
    """Enter runs a command only if it is one that the words find, and not one that is still shown from before them."""

    @on(OptionList.OptionSelected)
    def _require_found(self, event: OptionList.OptionSelected) -> None:
        words = self.query_one(Input).value.strip()
        name = event.option.hit.text if isinstance(event.option, Command) else None
        if words and not (name and Matcher(words).match(name)):
            event.stop()
            event.prevent_default()
