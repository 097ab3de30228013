"""Editing one config file: as a form, or as YAML; comments stay in both."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import ContentSwitcher, Footer, Label, Static, TextArea

from workbench.configs.files import edit_config_text, parse_config
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.model_form import FieldRow, ModelForm

_FORM, _YAML = "form-pane", "yaml-pane"


class ConfigForm(TranslatedModal[bool]):
    """The form is made from the schema; the YAML is the file itself. Nothing invalid is ever saved."""

    CSS_PATH = "config_form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "save", N_("Save"), id="config.save", tooltip=N_("Check and save the file"), priority=True),
        Binding(
            "f10",
            "switch",
            N_("Form / YAML"),
            id="config.switch",
            tooltip=N_("The other way to edit it"),
            priority=True,
        ),
        Binding("escape", "leave", N_("Back"), id="config.back", tooltip=N_("Leave; asks if something was not saved")),
    ]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._text = ""
        self._asked_to_leave = False

    def compose(self) -> ComposeResult:
        with Vertical(id="config-dialog"):
            yield Label(printable(str(self._path)), id="config-path", markup=False)
            with ContentSwitcher(initial=_FORM, id="config-panes"):
                yield Vertical(id=_FORM)
                yield TextArea.code_editor("", language="yaml", id=_YAML, show_line_numbers=True)
            yield Static("", id="config-problem", markup=False)
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        try:
            self._text = self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.dismiss(False)
            self.app.notify(printable(str(error)), severity="error", markup=False)
            return
        self.query_one(TextArea).text = self._text
        if not await self._build_form():
            self.query_one(ContentSwitcher).current = _YAML
            self.query_one(TextArea).focus()

    async def _build_form(self) -> bool:
        """Make the form from the text; False, with the reason on screen, if the text is no valid config."""
        pane = self.query_one(f"#{_FORM}")
        await pane.remove_children()
        try:
            config = parse_config(self._text, self._path.name)
        except WorkbenchError as error:
            self._show_problem(error)
            return False
        self._show_problem(None)
        await pane.mount(ModelForm(config, id="config-form"))
        first = pane.query(FieldRow).first()
        first.focus_control()
        return True

    def _show_problem(self, error: WorkbenchError | None) -> None:
        self.query_one("#config-problem", Static).update(printable(str(error)) if error else "")

    def _current_text(self) -> str | None:
        """The text with what was edited; None if the form holds a refused value."""
        if self.query_one(ContentSwitcher).current == _YAML:
            return self.query_one(TextArea).text
        form = self.query(ModelForm)
        changes = form.first().changes() if form else {}
        return None if changes is None else edit_config_text(self._text, changes)

    async def action_switch(self) -> None:
        text = self._current_text()
        if text is None:
            return
        panes = self.query_one(ContentSwitcher)
        self._text = text
        if panes.current == _FORM:
            self.query_one(TextArea).text = text
            panes.current = _YAML
            self.query_one(TextArea).focus()
        elif await self._build_form():
            panes.current = _FORM

    def action_save(self) -> None:
        text = self._current_text()
        if text is None:
            return
        try:
            parse_config(text, self._path.name)
            write_atomic(self._path, text)
        except WorkbenchError as error:
            self._show_problem(error)
        except OSError as error:
            self._show_problem(WorkbenchError(str(error), where=str(self._path)))
        else:
            self.app.notify(_("Saved {path}").format(path=self._path.name), markup=False)
            self.dismiss(True)

    def action_leave(self) -> None:
        text = self._current_text()
        unsaved = text is None or text != self._path.read_text(encoding="utf-8")
        if unsaved and not self._asked_to_leave:
            self._asked_to_leave = True
            self._show_problem(WorkbenchError(_("Not saved yet."), fix=_("f9 saves, escape again throws it away.")))
            return
        self.dismiss(False)

    @on(TextArea.Changed)
    @on(FieldRow.Changed)
    def _edited(self) -> None:
        self._asked_to_leave = False

    @on(TextArea.Changed)
    def _check_yaml(self) -> None:
        if self.query_one(ContentSwitcher).current != _YAML:
            return
        try:
            parse_config(self.query_one(TextArea).text, self._path.name)
        except WorkbenchError as error:
            self._show_problem(error)
        else:
            self._show_problem(None)
