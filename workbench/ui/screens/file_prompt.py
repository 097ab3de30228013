"""A dialog for the path of a file."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.widgets import Input, Label

from workbench.text import printable
from workbench.ui.screens.line_prompt import LinePrompt
from workbench.ui.widgets.path_input import PathInput


class FilePrompt(LinePrompt):
    """Gives the path as it was typed once ``check`` takes it, None on escape.

    Args:
        endings: of the files that tab completes.
    """

    def __init__(
        self,
        title: str,
        text: str,
        hint: str,
        *,
        placeholder: str,
        endings: tuple[str, ...],
        check: Callable[[str], object],
        value: str = "",
    ) -> None:
        super().__init__(title, text, hint, placeholder=placeholder, value=value, check=check)
        self._endings = endings

    def field(self) -> Input:
        return PathInput(self._placeholder, self._endings, value=self._value)

    @on(PathInput.Ways)
    def _show_ways(self, event: PathInput.Ways) -> None:
        self.query_one(".muted", Label).update(printable("  ".join(event.names)) or self._hint)
