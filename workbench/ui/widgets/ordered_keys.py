"""Boxes in which letters never overtake the keys that were typed before them."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from workbench.ui.widgets.blank_when_gone import BlankWhenGone

_MOVES = {"app.focus_next", "app.focus_previous"}


class OrderedKeys(BlankWhenGone):
    """Mixed into a text box, before its class: the box runs the keys it has commands for when their turn comes.

    Left to themselves they go up to the app first, which on a busy machine, or when a whole text arrives at once, runs
    them after letters that were typed later: a backspace then deletes one of those.
    """

    async def _on_key(self, event: events.Key) -> None:
        focused = self.screen.focused
        if focused is not None and focused is not self:  # a key before this one has moved it
            event.stop()
            event.prevent_default()
            focused.post_message(events.Key(event.key, event.character))
            return
        active = None if event.is_printable else self.screen.active_bindings.get(event.key)
        if active is None or not active.enabled or active.binding.priority:
            return
        if active.node is self or active.binding.action in _MOVES:
            event.stop()
            event.prevent_default()
            await self.run_action(active.binding.action)


class TextInput(OrderedKeys, Input):
    """A text on one line."""
