"""What to ask a chat service about, where the rows go, and how much may be asked: three lines of fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label, Select

from workbench.i18n import _
from workbench.ui.sheet_draft import FIELD_TITLES, TASK_TITLES, SheetDraft
from workbench.ui.widgets.field_controls import DropDown, LineInput
from workbench.ui.widgets.field_values import text_of_value, value_of_text

_LINES = (
    ("folder", "data", "sheet", "text_sheet"),
    ("pairs", "exchanges", "language", "target"),
    ("max_rows", "max_cost", "price_in", "price_out"),
)
_SOURCES = ("folder", "data")


class SheetForm(Vertical):
    """Shows the fields that the task has; a value counts when its field is left, or at enter."""

    DEFAULT_CSS = """
    SheetForm {
        height: auto;
        Horizontal { height: 1; }
        Label { color: $text-muted; padding: 0 0 0 1; }
        Select { width: 18; margin-left: 1; }
        LineInput { width: 7; border: none; height: 1; background: $panel; margin: 0 1; padding: 0 1; }
        #sheet-folder, #sheet-data, #sheet-sheet, #sheet-text_sheet { width: 1fr; }
        #sheet-target { width: 16; }
    }
    """

    @dataclass
    class Changed(Message):
        """A field has another value, or the task is another one."""

        values: dict[str, Any]

    @dataclass
    class Entered(Message):
        """Enter was pressed in a field."""

    @dataclass
    class Refused(Message):
        """A field has a value that cannot be."""

        reason: str

    def __init__(self, draft: SheetDraft) -> None:
        super().__init__()
        self._draft = draft

    def compose(self) -> ComposeResult:
        for number, line in enumerate(_LINES):
            with Horizontal():
                if number == 0:
                    tasks = [(_(title), task) for task, title in TASK_TITLES.items()]
                    yield DropDown(tasks, value=self._draft.task, allow_blank=False, compact=True, id="sheet-task")
                for name in line:
                    yield Label(_(FIELD_TITLES[name]), id=f"sheet-{name}-title", markup=False)
                    text = text_of_value(getattr(self._draft, name))
                    yield LineInput(text, placeholder="–", id=f"sheet-{name}", compact=True)

    def on_mount(self) -> None:
        self._show_fields()

    def use(self, draft: SheetDraft) -> None:
        """What the fields are of now."""
        self._draft = draft
        self._show_fields()

    def focus_source(self) -> None:
        """Put the cursor into the field that names what is asked about."""
        next(self._input(name) for name in _SOURCES if self._draft.has_field(name)).focus()

    def open_tasks(self) -> None:
        """Offer the tasks to choose from."""
        tasks = self.query_one("#sheet-task", Select)
        tasks.focus()
        tasks.action_show_overlay()

    def _input(self, name: str) -> LineInput:
        return self.query_one(f"#sheet-{name}", LineInput)

    def _show_fields(self) -> None:
        for name in FIELD_TITLES:
            self._input(name).display = self.query_one(f"#sheet-{name}-title").display = self._draft.has_field(name)

    @on(Select.Changed)
    def _take_task(self, event: Select.Changed) -> None:
        event.stop()
        if event.value != self._draft.task:
            self.post_message(self.Changed({"task": event.value}))

    @on(Input.Changed)
    def _keep_to_itself(self, event: Input.Changed) -> None:
        event.stop()

    @on(Input.Blurred)
    def _left(self, event: Input.Blurred) -> None:
        event.stop()
        self._take_values()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._take_values():
            self.post_message(self.Entered())

    def _take_values(self) -> bool:
        """Tell the values that differ from the draft's; False if one is refused."""
        values: dict[str, Any] = {}
        for name in filter(self._draft.has_field, FIELD_TITLES):
            try:
                values[name] = value_of_text(SheetDraft.model_fields[name], self._input(name).value.strip())
            except ValueError as error:
                self.post_message(self.Refused(f"{_(FIELD_TITLES[name])}: {error}"))
                return False
        changed = {name: value for name, value in values.items() if value != getattr(self._draft, name)}
        if changed:
            self.post_message(self.Changed(changed))
        return True
