"""The palette: every command by its name."""

from __future__ import annotations

from rich.align import Align
from textual import on
from textual.command import Command, CommandList, CommandPalette
from textual.fuzzy import Matcher
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from workbench.i18n import _


class Palette(CommandPalette):
    """Enter runs a command only if it is one that the words find, and not one that is still shown from before them."""

    @on(OptionList.OptionSelected)
    def _require_found(self, event: OptionList.OptionSelected) -> None:
        words = self.query_one(Input).value.strip()
        name = event.option.hit.text if isinstance(event.option, Command) else None
        if words and not (name and Matcher(words).match(name)):
            event.stop()
            event.prevent_default()

    def _start_no_matches_countdown(self, search_value: str) -> None:
        """Say in the user's language, after a moment, that the words find nothing."""
        self._stop_no_matches_countdown()

        def say() -> None:
            if search_value:
                nothing = Option(Align.center(_("No command has these words.")), disabled=True, id=self._NO_MATCHES)
                self.query_one(CommandList).add_option(nothing)
            self._list_visible = bool(search_value)

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, say)
