"""A line for the path of a file, which tab completes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from workbench.i18n import N_
from workbench.ui.path_completion import completed
from workbench.ui.widgets.ordered_keys import TextInput


class PathInput(TextInput):
    """Tab goes on with the path; where there are several ways it tells them.

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
        super().__init__(value, placeholder=placeholder, select_on_focus=False, compact=True)
        self._endings = endings

    def action_complete(self) -> None:
        self.value, names = completed(self.value, self._endings)
        self.cursor_position = len(self.value)
        self.post_message(self.Ways(names))
