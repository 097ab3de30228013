"""A text on one line."""

from __future__ import annotations

from textual.widgets import Input

from workbench.ui.widgets.blank_when_gone import BlankWhenGone


class TextInput(BlankWhenGone, Input):
    """An `Input` that may be removed at any time."""
