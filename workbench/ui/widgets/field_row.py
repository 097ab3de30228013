"""One field of a form: its control, its explanation, and why its value is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalGroup
from textual.message import Message
from textual.widgets import Checkbox, Input, Label, Select, TextArea

from workbench.configs.setting import explanation, unit_of
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.widgets.field_controls import make_control, text_of_control
from workbench.ui.widgets.field_values import choices, suggestions, value_of_text

_MOST_NAMED = 8


class FieldRow(VerticalGroup):
    """One field: name, control, explanation, and the reason if its value is refused."""

    DEFAULT_CSS = """
    FieldRow {
        height: auto;
        padding: 0 1;
        .field-line { height: auto; }
        .field-name { width: auto; min-width: 31; padding-right: 1; }
        .field-control { width: 1fr; background: $surface; }
        Select.field-control { max-width: 34; }
        Checkbox.field-control { width: auto; }
        .field-unit { width: 14; color: $text-muted; padding: 0 1; }
        .field-aside { display: none; width: 1fr; color: $text-muted; padding-left: 2; }
        .field-help { color: $text-muted; padding-left: 2; width: 1fr; }
        .field-error { color: $text-error; padding-left: 2; width: 1fr; display: none; }
        &.-invalid .field-error { display: block; }
        &.-invalid .field-name { color: $text-error; }
        &.-edited .field-name { text-style: bold; }
        &:disabled .field-name { color: $text-muted; text-style: none; }
        &:focus-within .field-name { color: $text-accent; text-style: bold; }
    }
    """

    @dataclass
    class Typed(Message):
        """The control of the row holds something else."""

        row: FieldRow

    @dataclass
    class Changed(Message):
        """A field has another value; ``error`` says why if it is refused."""

        path: str
        error: str | None

    def __init__(
        self, path: tuple[str, ...], info: FieldInfo, value: Any, known: tuple[str, ...] = (), title: str = ""
    ) -> None:
        super().__init__()
        self._title = title or ".".join(path)
        self.path, self.info, self.initial = path, info, value
        self._help = _help_text(info, known)
        self.control = make_control(info, value, known)
        self.control.add_class("field-control")

    @property
    def name_in_file(self) -> str:
        """The dotted name."""
        return ".".join(self.path)

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field-line"):
            yield Label(self._title, classes="field-name", markup=False)
            yield self.control
            unit = unit_of(self.info)
            yield Label(_(unit) if unit else "", classes="field-unit", markup=False)
            yield Label(self._help, classes="field-aside", markup=False)
        yield Label(self._help, classes="field-help", markup=False)
        yield Label("", classes="field-error", markup=False)

    def value(self) -> Any:
        """The value as it stands.

        Raises:
            ValueError: it is refused.
        """
        return value_of_text(self.info, text_of_control(self.control))

    @on(Input.Changed)
    @on(Select.Changed)
    @on(Checkbox.Changed)
    @on(TextArea.Changed)
    def _typed(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Typed(self))

    def show_error(self, reason: str | None) -> None:
        """Show or clear the reason."""
        self.set_class(reason is not None, "-invalid")
        self.query_one(".field-error", Label).update(reason or "")


def _help_text(info: FieldInfo, known: tuple[str, ...]) -> str:
    """The explanation, with the values that can be named if they are few and not offered by the control itself."""
    named = () if choices(info) else (*known, *suggestions(info))
    listed = f" [{' · '.join(printable(value) for value in named)}]" if 1 < len(named) <= _MOST_NAMED else ""
    return explanation(info) + listed
