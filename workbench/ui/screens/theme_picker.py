"""Choosing a theme: the whole app shows it while it is highlighted."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.fitted_footer import FittedFooter


class ThemePicker(TranslatedModal[str | None]):
    """Gives the name of the theme that was chosen; on escape the earlier one is back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", N_("Back"), id="dialog.back", tooltip=N_("Keep the theme as it was")),
    ]
    DEFAULT_CSS = """
    ThemePicker {
        align: right middle;
        background: transparent;
        .dialog { width: 36; }
    }
    """

    def compose(self) -> ComposeResult:
        names = sorted(self.app.available_themes, key=lambda name: (not name.startswith("workbench-"), name))
        with Vertical(classes="dialog"):
            yield Label(_("Theme"), classes="dialog-title", markup=False)
            yield OptionList(*(Option(printable(name), id=name) for name in names), markup=False)
        yield FittedFooter()

    def on_mount(self) -> None:
        self._before = self.app.theme
        options = self.query_one(OptionList)
        options.highlighted = options.get_option_index(self._before)
        options.focus()

    @on(OptionList.OptionHighlighted)
    def _preview(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_id and event.option_id != self.app.theme:
            self.app.theme = event.option_id

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_give_up(self) -> None:
        self.app.theme = self._before
        self.dismiss(None)
