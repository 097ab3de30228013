"""Who won how often, by the votes of a project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label

from workbench.chat.votes import Standing
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row

_COLUMNS = (
    Column(N_("model"), keeps_end=True),
    Column(N_("win rate"), 8),
    Column(N_("wins"), 5),
    Column(N_("ties"), 5),
    Column(N_("losses"), 6),
)


class WinRates(TranslatedModal[None]):
    """A table of the models, the best first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Close"), priority=True),
    ]
    DEFAULT_CSS = "WinRates .dialog { max-width: 110; }"

    def __init__(self, found: Sequence[Standing]) -> None:
        super().__init__()
        self._standings = found

    def compose(self) -> ComposeResult:
        none = _("Nobody has voted yet: compare two models, and press f12 or a column's number in the transcript.")
        about = _("A vote counts for each pair of answers; a tie is half a win. 'workbench votes' prints the same.")
        with Vertical(classes="dialog"):
            yield Label(_("Win rates"), classes="dialog-title", markup=False)
            yield FittedTable(_COLUMNS, id="win-rates")
            yield Label(about if self._standings else none, classes="muted", markup=False)
        yield FittedFooter()

    def on_mount(self) -> None:
        table = self.query_one(FittedTable)
        table.display = bool(self._standings)
        table.set_rows(
            [
                Row(
                    one.model,
                    (
                        printable(one.model),
                        f"{one.win_rate:.0%}".rjust(7),
                        str(one.wins).rjust(5),
                        str(one.ties).rjust(5),
                        str(one.losses).rjust(6),
                    ),
                )
                for one in self._standings
            ]
        )
        table.focus()
