"""The line of keys at the bottom: as many as fit, and always how to get help and how to leave."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_BLANKS = 3
"""Cells around and between key and description."""


class FittedFooter(Footer):
    """Keys of the focused widget first, then the screen's as it declares them, then the app's, which always stay.

    What does not fit is left out from the end of the screen's keys; the help lists every key.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._painted: object = None
        """What there was to paint the last time."""

    async def recompose(self) -> None:
        """Make the keys anew if they are others than before.

        The screen tells of every change of the focus, and an area that is being filled changes it often: each time
        would take some 20 ms.
        """
        if not self.is_attached or self._pruning:
            return
        shown = [active for active in self.screen.active_bindings.values() if active.binding.show]
        to_paint = (self.app.size.width, self._bindings_ready, shown)
        if to_paint == self._painted:
            return
        self._painted = to_paint
        await super().recompose()

    def compose(self) -> ComposeResult:
        owners = {active.binding.action: active for active in self.screen.active_bindings.values()}
        keys = [key for key in super().compose() if isinstance(key, FooterKey) and key.action in owners]
        keys.sort(key=lambda key: _place(owners[key.action].node, owners[key.action].binding))
        room = self.app.size.width
        kept = [key for key in keys if isinstance(owners[key.action].node, App)]
        room -= sum(map(_width, kept))
        for key in keys:
            if key in kept or (room := room - _width(key)) >= 0:
                yield key

    async def on_resize(self, event: events.Resize) -> None:
        if self.is_mounted:
            await self.recompose()


def _width(key: FooterKey) -> int:
    return cell_len(key.key_display) + cell_len(key.description) + _BLANKS


def _place(owner: DOMNode, binding: Binding) -> tuple[int, int]:
    """Where a key stands on the line."""
    level = 2 if isinstance(owner, App) else 1 if isinstance(owner, Screen) else 0
    declared = [known.id for known in type(owner).BINDINGS if isinstance(known, Binding)]
    return level, declared.index(binding.id) if binding.id in declared else len(declared)
