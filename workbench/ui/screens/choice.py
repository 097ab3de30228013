"""A question with a few answers, each on its own key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.screens.sudden import Sudden
from workbench.ui.widgets.fitted_footer import FittedFooter

_MOST_NUMBERED = 9
"""A longer list of answers has no numbers."""


@dataclass(frozen=True)
class Choice:
    """One answer: what the dialog gives, and its sentence, already translated. ``number``: its key, if not its place."""

    value: str
    text: str
    number: int | None = None


class ChoiceDialog(TranslatedModal[str | None]):
    """Gives the value of the chosen answer, None on escape.

    Args:
        current: the value of the answer to begin on; the first one if it is None.
    """

    NUMBERED: ClassVar[bool] = True
    """Whether the digits are keys of the first answers."""
    OPTIONS: ClassVar[type[OptionList]] = OptionList
    """The list of the answers."""
    HINT: ClassVar[str] = N_("enter chooses, escape changes nothing")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Change nothing")),
        *(Binding(str(number), f"take({number})", show=False) for number in range(_MOST_NUMBERED + 1)),
    ]
    DEFAULT_CSS = """
    ChoiceDialog {
        .dialog { max-width: 72; }
        OptionList { margin-top: 1; }
    }
    """

    def __init__(self, title: str, text: str, choices: list[Choice], current: str | None = None) -> None:
        super().__init__()
        self._title, self._text, self._choices, self._current = title, text, choices, current
        is_numbered = self.NUMBERED and 1 < len(choices) <= _MOST_NUMBERED
        numbers = [place if one.number is None else one.number for place, one in enumerate(choices, start=1)]
        self._by_number = dict(zip(numbers, choices, strict=True)) if is_numbered else {}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(printable(self._title), classes="dialog-title", markup=False)
            if self._text:
                yield Static(printable(self._text), markup=False)
            yield self.OPTIONS(*self._options(), markup=False)
            yield Label(_(self.HINT), classes="muted", markup=False)
        yield FittedFooter()

    def _options(self) -> Iterator[Option]:
        numbers = {choice.value: f"{number}  " for number, choice in self._by_number.items()}
        for choice in self._choices:
            yield Option(f"{numbers.get(choice.value, '')}{choice.text}", id=choice.value)

    def action_take(self, number: int) -> None:
        """Give the answer with this number."""
        if (choice := self._by_number.get(number)) is not None:
            self.dismiss(choice.value)

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = options.get_option_index(self._current) if self._current else 0
        options.focus()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)


class SuddenChoice(Sudden, ChoiceDialog):
    """A choice without digits as keys, which may be what somebody types."""

    NUMBERED: ClassVar[bool] = False
