"""A line for the path of a file, which tab completes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from workbench.i18n import N_
from workbench.ui.path_completion import completed
from workbench.ui.widgets.text_input import TextInput


class PathInput(TextInput):
    """Tab goes on with the path; where there are several ways it tells them, and where it cannot, goes to the next field.

    A path that stands there gives way to typing. Where there are other fields tab also leaves an empty one.

    Args:
        endings: of the files that are completed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", N_("Complete"), id="path.complete", tooltip=N_("Go on with the path")),
    ]

    @dataclass
    class Ways(Message):
        """The path can go on by each of these names."""

        names: list[str]

    def __init__(self, placeholder: str, endings: tuple[str, ...], *, value: str = "") -> None:
        super().__init__(value, placeholder=placeholder, compact=True)
        self._endings = endings
        self._told: str | None = None
        """The path whose ways were told last."""

    def action_complete(self) -> None:
        if not self.value and len(self.screen.focus_chain) > 1:
            self.app.action_focus_next()
            return
        value, names = completed(self.value, self._endings)
        self.post_message(self.Ways(names))
        if value == self.value and (not names or value == self._told):
            self.app.action_focus_next()
            return
        self.value, self._told = value, value
        self.cursor_position = len(value)
