"""The help dialog: every key of the screen it was opened from, and of the app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Label

from workbench.i18n import N_, _
from workbench.ui.screens.area import AreaScreen, TranslatedModal, translated
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.quiet_static import QuietStatic

_KEY_CELLS, _NAME_CELLS = 11, 16


class HelpScreen(TranslatedModal[None]):
    """Made from the bindings, so that it is never out of date. What a key means is wrapped, never cut."""

    DEFAULT_CSS = "HelpScreen #keys { height: auto; max-height: 54vh; margin-bottom: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Close")),
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        commands = _commands(screen)
        self._groups = [_by_command(commands.values())]
        """Every key of each command: of the screen, then of what tab leads to."""
        if isinstance(screen, AreaScreen) and screen.HELP_BESIDE:
            beside = screen.query_one(screen.HELP_BESIDE)
            if beside is not screen.focused:
                self._groups.append(_by_command(translated(_active(beside, screen)).values()))

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(_("Keys"), classes="dialog-title", markup=False)
            with VerticalScroll(id="keys"):
                yield QuietStatic()
            yield Label(
                _(
                    "ctrl+p opens every command by name. In a text field letters are typed: tab leaves it, and in forms escape."
                ),
                classes="muted",
                markup=False,
            )
        yield FittedFooter()

    def on_mount(self) -> None:
        first, *beside = ([self._line(bindings) for bindings in group.values()] for group in self._groups)
        lines = list(first)
        for group in beside:
            lines += [Content(""), Content.styled(_("After tab, on the chosen message"), "bold"), *group]
        self.query_one(QuietStatic).tell(Content("\n").join(lines))
        self.query_one("#keys").focus()

    def _line(self, bindings: list[Binding]) -> Content:
        first = bindings[0]
        keys = " ".join(dict.fromkeys(self.app.get_key_display(binding) for binding in bindings))
        name = f"{first.description}  ".ljust(_NAME_CELLS - cell_len(first.description) + len(first.description))
        keys = f"{keys}  ".ljust(_KEY_CELLS - cell_len(keys) + len(keys))
        return Content.assemble((keys, "$text-accent"), name, "\t", (first.tooltip or first.description, "dim"))


def _commands(screen: Screen[Any]) -> dict[str, ActiveBinding]:
    """The keys that do something now, and those of the screen that the focused widget takes as text."""
    return translated(_active(screen, screen)) | screen.active_bindings


def _active(node: DOMNode, screen: Screen[Any]) -> dict[str, ActiveBinding]:
    bindings = node._bindings.copy()
    bindings.apply_keymap(screen.app._keymap)
    return {
        key: ActiveBinding(node, binding, enabled=True, tooltip=binding.tooltip)
        for key, binding in bindings
        if screen.app._check_action_state(binding.action, node) is not False
    }


def _by_command(active: Iterable[ActiveBinding]) -> dict[str, list[Binding]]:
    found: dict[str, list[Binding]] = {}
    for one in active:
        if one.binding.id and one.binding.description:
            found.setdefault(one.binding.action, []).append(one.binding)
    return found
