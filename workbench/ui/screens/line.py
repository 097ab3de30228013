"""A dialog for one line of text: a number, a path, a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label

from workbench.i18n import N_
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.text_input import TextInput

_MOST_DIGITS = 9
_DIGITS = r"\d*"


class LineDialog(TranslatedModal[str | None]):
    """Gives what is typed, None on escape.

    Args:
        placeholder: what to type.
        said: a sentence below the line.
        value: what stands there at first.
        known: what is completed while typing.
        digits: whether it is a number.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Change nothing")),
    ]
    DEFAULT_CSS = """
    LineDialog {
        .dialog { max-width: 72; }
        Input { background: $panel; padding: 0 1; }
        .muted { height: auto; }
    }
    """

    def __init__(
        self,
        title: str,
        placeholder: str,
        said: str,
        *,
        value: str = "",
        known: Sequence[str] = (),
        digits: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._said = title, said
        self._input = TextInput(
            value,
            placeholder=placeholder,
            restrict=_DIGITS if digits else None,
            max_length=_MOST_DIGITS if digits else 0,
            suggester=SuggestFromList(known, case_sensitive=False) if known else None,
            compact=True,
        )

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._title, classes="dialog-title", markup=False)
            yield self._input
            yield Label(self._said, classes="muted", markup=False)
        yield FittedFooter()

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())
