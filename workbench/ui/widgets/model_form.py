"""A form made from a pydantic model: a row per field, with its explanation, checked while it is typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalGroup, VerticalScroll
from textual.message import Message
from textual.widgets import Checkbox, Collapsible, Input, Label, Select, TextArea

from workbench.configs.problems import sentence
from workbench.configs.setting import GROUP_TITLES, explanation, group_of, is_advanced, unit_of
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.widgets.field_controls import make_control, text_of_control
from workbench.ui.widgets.field_values import choices, fields_of, suggestions, value_of_text, with_value

_MOST_NAMED = 8
_ROOMY_WIDTH = 110
"""Cells from which on the explanation stands beside the control instead of under it."""


class FieldRow(VerticalGroup):
    """One field: name, control, explanation, and the reason if its value is refused."""

    DEFAULT_CSS = """
    FieldRow {
        height: auto;
        padding: 0 1;
        .field-line { height: auto; }
        .field-name { width: 31; }
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

    def __init__(self, path: tuple[str, ...], info: FieldInfo, value: Any, known: tuple[str, ...] = ()) -> None:
        super().__init__()
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
            yield Label(self.name_in_file, classes="field-name", markup=False)
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


class ModelForm(VerticalScroll):
    """All fields of a model; the advanced ones are built when their section is unfolded.

    Args:
        model: what to show, with its present values.
        fields: only these (dotted) fields, in this order, nothing folded; all of them by groups if it is None.
        known_values: values to complete while typing, by dotted field.
    """

    DEFAULT_CSS = """
    ModelForm {
        .group-title { text-style: bold; color: $text-primary; margin-top: 1; padding: 0 1; }
        Collapsible { border: none; padding: 0; background: transparent; }
        Collapsible:ansi { border: none; }
        CollapsibleTitle { color: $text-muted; padding: 0 1; }
        Contents { padding: 0; }
        &.-roomy {
            .field-aside { display: block; }
            .field-help { display: none; }
            .field-control { width: 40; }
            .field-error { padding-left: 31; }
        }
    }
    """

    def __init__(
        self,
        model: BaseModel,
        fields: list[str] | None = None,
        *,
        known_values: Mapping[str, tuple[str, ...]] | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id, can_focus=False)
        self._model = model
        self._known_values = known_values or {}
        every = {".".join(path): (path, info, value) for path, info, value in fields_of(model)}
        self._fields = {name: every[name] for name in (fields or every)}
        self._by_groups = fields is None
        self._refused: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        if not self._by_groups:
            yield from self._rows(list(self._fields))
            return
        for group in dict.fromkeys(group_of(info) for _path, info, _value in self._fields.values()):
            yield Label(_(GROUP_TITLES.get(group, group)), classes="group-title", markup=False)
            yield from self._rows(self._names(group, advanced=False))
            if folded := self._names(group, advanced=True):
                yield Collapsible(title=_("{count} more").format(count=len(folded)), collapsed=True, name=group)

    def _names(self, group: str, *, advanced: bool) -> list[str]:
        return [
            name
            for name, (_path, info, _value) in self._fields.items()
            if group_of(info) == group and is_advanced(info) == advanced
        ]

    def _rows(self, names: list[str]) -> Iterator[FieldRow]:
        for name in names:
            path, info, value = self._fields[name]
            yield FieldRow(path, info, value, self._known_values.get(name, ()))

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= _ROOMY_WIDTH, "-roomy")

    @on(Collapsible.Expanded)
    async def _build_advanced(self, event: Collapsible.Expanded) -> None:
        group = event.collapsible.name
        if group is not None and not event.collapsible.query(FieldRow):
            await event.collapsible.query_one(Collapsible.Contents).mount(
                *self._rows(self._names(group, advanced=True))
            )

    @property
    def refused(self) -> dict[str, str]:
        """Dotted field → reason, for the values that are refused."""
        return dict(self._refused)

    def focus_first(self) -> None:
        """Put the cursor into the first field."""
        self.query(FieldRow).first().control.focus()

    async def show_field(self, name: str) -> None:
        """Put the cursor into a field, unfolding its section if needed."""
        if name not in self._fields:
            return
        _path, info, _value = self._fields[name]
        for section in self.query(Collapsible):
            if is_advanced(info) and section.name == group_of(info):
                section.collapsed = False
                await self._build_advanced(Collapsible.Expanded(section))
        for row in self.query(FieldRow):
            if row.name_in_file == name:
                row.control.focus()

    @on(FieldRow.Typed)
    def _check(self, event: FieldRow.Typed) -> None:
        event.stop()
        row = event.row
        reason = self._reason(row)
        row.show_error(reason)
        if reason is None:
            row.set_class(row.value() != row.initial, "-edited")
            self._refused.pop(row.name_in_file, None)
        else:
            self._refused[row.name_in_file] = reason
        self.post_message(FieldRow.Changed(row.name_in_file, reason))

    def _reason(self, row: FieldRow) -> str | None:
        """Why the row's value is refused: by its type and range, or by what the whole model demands of the field."""
        try:
            value = row.value()
        except ValueError as error:
            return str(error)
        try:
            type(self._model).model_validate(with_value(self._model.model_dump(), row.path, value))
        except ValidationError as error:
            for details in error.errors(include_url=False):
                if details["loc"][: len(row.path)] == row.path:
                    return sentence(details)
        return None

    def changes(self) -> dict[str, Any] | None:
        """Dotted field → new value, for those that differ; None if one is refused (it gets the cursor)."""
        sound = self.sound_changes()
        for row in self.query(FieldRow):
            if row.name_in_file in self._refused:
                row.control.focus()
                return None
        return sound

    def sound_changes(self) -> dict[str, Any]:
        """The same without the values that are refused."""
        values: dict[str, Any] = {}
        for row in self.query(FieldRow):
            if not row.control.is_mounted:  # unfolded just now: nobody can have changed it, nor does it hold its value
                continue
            try:
                values[row.name_in_file] = row.value()
            except ValueError as error:  # typed just now, its check is still on its way
                self._refused[row.name_in_file] = str(error)
        return {
            name: value
            for name, value in values.items()
            if name not in self._refused and value != self._fields[name][2]
        }
