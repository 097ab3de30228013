"""A form made from a pydantic model: a row per field, with its explanation, checked while it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalGroup, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Checkbox, Collapsible, Input, Label, Select

from workbench.configs.setting import GROUP_TITLES, explanation, group_of, is_advanced, unit_of
from workbench.i18n import _
from workbench.ui.widgets.field_values import choices, is_switch, text_of_value, value_of_text


class FieldRow(VerticalGroup):
    """One field: name, control, explanation, and the reason if its value is refused."""

    DEFAULT_CSS = """
    FieldRow {
        height: auto;
        padding: 0 1;
        Horizontal { height: 1; }
        .field-name { width: 30; text-style: bold; }
        .field-unit { width: auto; color: $text-muted; padding: 0 1; }
        Input, Select { width: 1fr; }
        Select { max-width: 40; }
        .field-help { color: $text-muted; padding-left: 2; width: 1fr; }
        .field-error { color: $text-error; padding-left: 2; width: 1fr; display: none; }
        &.-invalid .field-error { display: block; }
        &.-invalid .field-name { color: $text-error; }
    }
    """

    @dataclass
    class Changed(Message):
        """A field has another value; ``error`` is the reason if it is refused."""

        path: str
        error: str | None

    def __init__(self, path: str, info: FieldInfo, value: Any) -> None:
        super().__init__()
        self.path, self.info, self.initial = path, info, value
        self._control = self._make_control(value)

    def _make_control(self, value: Any) -> Widget:
        if is_switch(self.info):
            return Checkbox("", bool(value), compact=True)
        options = choices(self.info)
        if options:
            return Select([(option, option) for option in options], value=value, allow_blank=False, compact=True)
        return Input(text_of_value(value), compact=True)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label(self.path, classes="field-name", markup=False)
            yield self._control
            if unit := unit_of(self.info):
                yield Label(unit, classes="field-unit", markup=False)
        yield Label(explanation(self.info), classes="field-help", markup=False)
        yield Label("", classes="field-error", markup=False)

    def value(self) -> Any:
        """The value as it stands.

        Raises:
            ValueError: it is refused.
        """
        if isinstance(self._control, Input):
            return value_of_text(self.info, self._control.value)
        assert isinstance(self._control, Checkbox | Select)
        return self._control.value

    @on(Input.Changed)
    @on(Select.Changed)
    @on(Checkbox.Changed)
    def _check(self, event: Message) -> None:
        event.stop()
        try:
            self.value()
        except ValueError as error:
            self.show_error(str(error))
            self.post_message(self.Changed(self.path, str(error)))
        else:
            self.show_error(None)
            self.post_message(self.Changed(self.path, None))

    def show_error(self, reason: str | None) -> None:
        """Show or clear the reason."""
        self.set_class(reason is not None, "-invalid")
        self.query_one(".field-error", Label).update(reason or "")

    def focus_control(self) -> None:
        """Put the cursor into the field."""
        self._control.focus()


class ModelForm(VerticalScroll):
    """All fields of a model; the advanced ones are built when their section is unfolded.

    Args:
        model: what to show, with its present values.
        fields: only these (dotted) fields, in this order; all of them if it is None.
    """

    DEFAULT_CSS = """
    ModelForm {
        .group-title { text-style: bold; color: $text-accent; margin-top: 1; padding: 0 1; }
        Collapsible { border: none; padding: 0; background: transparent; }
    }
    """

    def __init__(self, model: BaseModel, fields: list[str] | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id, can_focus=False)
        self._model = model
        known = {path: (info, value) for path, info, value in _fields_of(model)}
        self._fields = {path: known[path] for path in (fields or known)}
        self._folds_advanced = fields is None

    def compose(self) -> ComposeResult:
        groups = dict.fromkeys(group_of(info) for info, _value in self._fields.values())
        for group in groups:
            if self._folds_advanced:
                yield Label(_(GROUP_TITLES[group]), classes="group-title", markup=False)
            yield from self._rows(group, advanced=False)
            if self._folds_advanced and any(True for _row in self._chosen(group, advanced=True)):
                yield Collapsible(title=_("more of this"), collapsed=True, name=group)

    def _chosen(self, group: str, *, advanced: bool) -> Iterator[str]:
        for path, (info, _value) in self._fields.items():
            is_hidden = self._folds_advanced and is_advanced(info)
            if group_of(info) == group and is_hidden == advanced:
                yield path

    def _rows(self, group: str, *, advanced: bool) -> Iterator[FieldRow]:
        for path in self._chosen(group, advanced=advanced):
            info, value = self._fields[path]
            yield FieldRow(path, info, value)

    @on(Collapsible.Expanded)
    def _build_advanced(self, event: Collapsible.Expanded) -> None:
        contents = event.collapsible.query_one(Collapsible.Contents)
        if event.collapsible.name and not contents.query(FieldRow):
            contents.mount(*self._rows(event.collapsible.name, advanced=True))

    def changes(self) -> dict[str, Any] | None:
        """Dotted field → new value, for those that differ; None if one is refused (it gets the cursor)."""
        changed: dict[str, Any] = {}
        refused: FieldRow | None = None
        for row in self.query(FieldRow):
            try:
                value = row.value()
            except ValueError as error:
                row.show_error(str(error))
                refused = refused or row
            else:
                if value != row.initial:
                    changed[row.path] = value
        if refused:
            refused.focus_control()
            return None
        return changed


def _fields_of(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, FieldInfo, Any]]:
    """Dotted name, declaration and value of every field, groups opened."""
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _fields_of(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", info, value
