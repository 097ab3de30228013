"""The help dialog: every key of the screen it was opened from, and of the app."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Label

from workbench.i18n import N_, _
from workbench.ui.screens.area import TranslatedModal, translated
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row

_COLUMNS = (Column(N_("key"), 9), Column(N_("does"), 14), Column(N_("what that means")))


class HelpScreen(TranslatedModal[None]):
    """A table made from the bindings, so that it is never out of date."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Close")),
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._keys: dict[str, list[Binding]] = {}
        """Every key of each command."""
        for active in _commands(screen).values():
            if active.binding.id and active.binding.description:
                self._keys.setdefault(active.binding.action, []).append(active.binding)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Keys"), classes="dialog-title", markup=False)
            yield FittedTable(_COLUMNS, id="keys")
            yield Label(
                _("ctrl+p opens every command by name. In a text field letters are typed: escape or tab leaves it."),
                classes="muted",
                markup=False,
            )
        yield FittedFooter()

    def on_mount(self) -> None:
        table = self.query_one(FittedTable)
        table.set_rows([Row(action, self._cells(bindings)) for action, bindings in self._keys.items()])
        table.focus()

    def _cells(self, bindings: list[Binding]) -> tuple[str, str, str]:
        first = bindings[0]
        keys = dict.fromkeys(self.app.get_key_display(binding) for binding in bindings)
        return " ".join(keys), first.description, first.tooltip or first.description


def _commands(screen: Screen[Any]) -> dict[str, ActiveBinding]:
    """The keys that do something now, and those of the screen that the focused widget takes as text."""
    bindings = screen._bindings.copy()
    bindings.apply_keymap(screen.app._keymap)
    own = {
        key: ActiveBinding(screen, binding, enabled=True, tooltip=binding.tooltip)
        for key, binding in bindings
        if screen.app._check_action_state(binding.action, screen) is not False
    }
    return translated(own) | screen.active_bindings
