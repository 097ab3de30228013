"""A dialog for the path of a picture."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.widgets import Input, Label

from workbench.i18n import _
from workbench.text import printable
from workbench.ui.screens.line_prompt import LinePrompt
from workbench.ui.widgets.path_input import PathInput


class PicturePrompt(LinePrompt):
    """Gives the path as it was typed once ``check`` takes it, None on escape."""

    def __init__(self, check: Callable[[str], object]) -> None:
        text = _("A file on this machine, or an address, which is then fetched. A path may also be pasted.")
        super().__init__(_("Which picture?"), text, _("tab completes the path, enter takes the picture"), check=check)

    def field(self) -> Input:
        return PathInput(_("path of the picture"))

    @on(PathInput.Ways)
    def _show_ways(self, event: PathInput.Ways) -> None:
        self.query_one(".muted", Label).update(printable("  ".join(event.names)) or self._hint)
