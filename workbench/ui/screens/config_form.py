"""Editing one config file: as a form, or as YAML; comments stay in both, and nothing typed is lost."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Label, Static, TextArea

from workbench.configs.files import edit_config_text, parse_config
from workbench.data.formats import FORMAT_NAMES
from workbench.data.templates import known_templates
from workbench.errors import WorkbenchError, system_reason
from workbench.files import write_atomic
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import AreaScreen
from workbench.ui.screens.choice import Choice, ChoiceDialog
from workbench.ui.widgets.model_form import FieldRow, ModelForm
from workbench.ui.widgets.yaml_editor import YamlEditor

_FORM, _YAML = "form-pane", "yaml-pane"
_QUIET_SECONDS = 0.3
"""The text is checked and kept as a draft when nothing was typed for so long."""


class ConfigForm(AreaScreen):
    """The form is made from the schema; the YAML is the file itself. Nothing invalid is ever saved.

    Args:
        path: an existing config file.
    """

    AREA = "configs"
    CSS_PATH = "config_form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10,ctrl+s", "save", N_("Save"), id="config.save", tooltip=N_("Check and save the file")),
        Binding("f9", "switch", N_("Form / YAML"), id="config.switch", tooltip=N_("The other way to edit it")),
        Binding("ctrl+t", "train", N_("Train"), id="config.train", tooltip=N_("Save, and train with it")),
        Binding("escape", "leave", N_("Back"), id="config.back", tooltip=N_("Leave; asks if something was not saved")),
    ]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._saved = ""
        """The text of the file."""
        self._form_text = ""
        """The text that the form was made from."""
        self._waiting: Timer | None = None

    def compose_area(self) -> ComposeResult:
        yield Label("", id="config-path", markup=False)
        with ContentSwitcher(initial=_FORM, id="config-panes"):
            yield Vertical(id=_FORM)
            yield YamlEditor(id=_YAML)
        yield Static("", id="config-problem", markup=False)

    async def on_mount(self) -> None:
        try:
            self._saved = self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.dismiss()
            self.workbench.show_error(
                WorkbenchError(_("The config cannot be read: {reason}").format(reason=error), where=str(self._path))
            )
            return
        draft = self._drafts.get(str(self._path), self._saved)
        await self._open(draft)
        if draft != self._saved:  # said once the form is there: it is not seen for long
            self.notify(_("Your unsaved changes are back."))

    async def recomposed(self) -> None:
        await self._open(self._drafts.get(str(self._path), self._saved))

    async def _open(self, text: str) -> None:
        """Show a text as a form; as YAML if it is no valid config."""
        self.query_one(YamlEditor).text = text
        if not await self._build_form(text):
            self._show_pane(_YAML)
        self._check()

    async def _build_form(self, text: str) -> bool:
        try:
            config = parse_config(text, self._path.name)
        except WorkbenchError as error:
            self._go_to_row(error)
            return False
        self._form_text = text
        pane = self.query_one(f"#{_FORM}")
        known = {"prompt_template": known_templates(), "dataset_format": ("auto", *FORMAT_NAMES)}
        async with pane.batch():
            await pane.remove_children()
            await pane.mount(ModelForm(config, known_values=known, id="config-form"))
        pane.query_one(ModelForm).focus_first()
        return True

    def _show_pane(self, pane: str) -> None:
        self.query_one(ContentSwitcher).current = pane
        if pane == _YAML:
            self.query_one(YamlEditor).focus()

    @property
    def _is_form(self) -> bool:
        return self.query_one(ContentSwitcher).current == _FORM

    def _text(self) -> str | None:
        """The text with what was edited; None if the form holds a refused value, which gets the cursor."""
        if not self._is_form:
            return self.query_one(YamlEditor).text
        changes = self.query_one(ModelForm).changes()
        return None if changes is None else edit_config_text(self._form_text, changes)

    # -- while it is edited

    @on(TextArea.Changed, f"#{_YAML}")
    @on(FieldRow.Changed)
    def _edited(self) -> None:
        if self._waiting:
            self._waiting.stop()
        self._waiting = self.set_timer(_QUIET_SECONDS, self._check)

    def _check(self) -> None:
        """Keep the draft, and say whether the whole is right."""
        if self._is_form and self.query_one(ModelForm).refused:
            self._keep_draft(edit_config_text(self._form_text, self.query_one(ModelForm).sound_changes()))
            self._show_problem(_("A value is refused; the reason stands under it."), unsaved=True)
            return
        text = self._text()
        if text is None:
            return
        self._keep_draft(text)
        try:
            parse_config(text, self._path.name)
        except WorkbenchError as error:
            self._show_problem(str(error))
        else:
            self._show_problem("")

    def _show_problem(self, problem: str, *, unsaved: bool = False) -> None:
        unsaved = unsaved or str(self._path) in self._drafts
        mark = ("  ● " + _("not saved"), "$text-warning") if unsaved else ("  ✓ " + _("saved"), "dim")
        shown = self._path
        if shown.is_relative_to(self.workbench.project):
            shown = shown.relative_to(self.workbench.project)
        self.query_one("#config-path", Label).update(Content.assemble((printable(str(shown)), "bold"), mark))
        notice = self.query_one("#config-problem", Static)
        notice.update(printable(problem))
        notice.display = bool(problem)

    def _go_to_row(self, error: WorkbenchError) -> None:
        """Put the cursor on the row that ``file:row:field`` names."""
        _file, _colon, place = (error.where or "").partition(":")
        row = place.split(":")[0]
        if row.isdecimal():
            self.query_one(YamlEditor).move_cursor((int(row) - 1, 0))

    # -- drafts

    @property
    def _drafts(self) -> dict[str, str]:
        kept = self.workbench.state.get("configs.drafts")
        return kept if isinstance(kept, dict) else {}

    def _keep_draft(self, text: str) -> None:
        drafts = {path: draft for path, draft in self._drafts.items() if path != str(self._path)}
        if text != self._saved:
            drafts[str(self._path)] = text
        self.workbench.state["configs.drafts"] = drafts

    # -- keys

    async def action_switch(self) -> None:
        text = self._text()
        if text is None:
            return
        if self._is_form:
            self.query_one(YamlEditor).text = text
            self._show_pane(_YAML)
        elif await self._build_form(text):
            self._show_pane(_FORM)
        self._check()

    def action_save(self) -> None:
        self._save()

    def _save(self) -> bool:
        text = self._text()
        if text is None:
            return False
        try:
            parse_config(text, self._path.name)
            write_atomic(self._path, text)
        except WorkbenchError as error:
            self._show_problem(str(error))
            return False
        except OSError as error:
            reason = _("The config cannot be written: {reason}").format(reason=system_reason(error))
            self.workbench.show_error(WorkbenchError(reason, where=str(self._path)))
            return False
        self._saved = text
        self._check()
        return True

    def action_train(self) -> None:
        if self._save():
            self.dismiss()
            self.workbench.go("train", config=str(self._path))

    @work(group="config-leave", exclusive=True, exit_on_error=False)
    async def action_leave(self) -> None:
        text = self._text()
        if text == self._saved:
            self.dismiss()
            return
        question = ChoiceDialog(
            _("Not saved yet"),
            self._path.name,
            [
                Choice("save", _("Save the changes")),
                Choice("later", _("Leave them as a draft, for later")),
                Choice("drop", _("Throw them away")),
            ],
        )
        answer = await self.app.push_screen_wait(question)
        if answer == "drop":
            self._keep_draft(self._saved)
        if answer in {"drop", "later"} or (answer == "save" and self._save()):
            self.dismiss()
