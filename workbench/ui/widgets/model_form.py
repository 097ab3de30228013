"""A form made from a pydantic model: a row per field, with its explanation, checked while it is typed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Collapsible, Label

from workbench.configs.problems import sentence
from workbench.configs.setting import GROUP_TITLES, group_of, is_advanced
from workbench.i18n import _
from workbench.ui.widgets.field_row import FieldRow
from workbench.ui.widgets.field_values import fields_of, with_value

__all__ = ["FieldRow", "ModelForm"]
_ROOMY_WIDTH = 110
"""Cells from which on the explanation stands beside the control instead of under it."""


class ModelForm(VerticalScroll):
    """All fields of a model; the advanced ones are built when their section is unfolded.

    Args:
        model: what to show, with its present values.
        fields: only these (dotted) fields, in this order, nothing folded; all of them by groups if it is None.
        known_values: values to complete while typing, by dotted field.
        titles: what fields are called instead of by their names, translated when shown, by dotted field.
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
        titles: Mapping[str, str] | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id, can_focus=False)
        self._model = model
        self._known_values = known_values or {}
        self._titles = titles or {}
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
            title = self._titles.get(name)
            yield FieldRow(path, info, value, self._known_values.get(name, ()), _(title) if title else name)

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
        """Put the cursor into the first field that counts."""
        next(row for row in self.query(FieldRow) if not row.disabled).control.focus()

    def disable(self, names: Collection[str], *, disabled: bool) -> None:
        """Say whether some fields mean nothing at present."""
        for row in self.query(FieldRow):
            if row.name_in_file in names:
                row.disabled = disabled

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
