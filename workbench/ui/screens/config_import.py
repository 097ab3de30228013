"""Dialogs to import an XTuner config: which file, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, Static

from workbench.configs.xtuner.wording import report_lines, summary
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.config_import import Imported, import_into, xtuner_configs
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.text_input import TextInput


class ImportPrompt(TranslatedModal[Imported | None]):
    """Asks for the path of an XTuner config and imports it; stays open while that fails."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Import nothing")),
    ]
    DEFAULT_CSS = """
    ImportPrompt {
        .dialog { max-width: 90; }
        Input { background: $panel; padding: 0 1; }
        #import-problem { margin-top: 1; color: $error; display: none; &.-shown { display: block; } }
    }
    """

    def __init__(self, project: Path) -> None:
        super().__init__()
        self._project = project
        self._known = xtuner_configs(project)

    def compose(self) -> ComposeResult:
        about = _("A .py config of XTuner 0.1 becomes a YAML file in this project. Its code is read, never run.")
        with Vertical(classes="dialog"):
            yield Label(_("Import an XTuner config"), classes="dialog-title", markup=False)
            yield Static(about, markup=False)
            yield TextInput(
                self._known[0] if len(self._known) == 1 else "",
                placeholder=_("its path"),
                suggester=SuggestFromList(self._known) if self._known else None,
                compact=True,
            )
            yield Static(id="import-problem", markup=False)
            yield Label(_("enter imports it"), classes="muted", markup=False)
        yield FittedFooter()

    @on(Input.Submitted)
    def _import(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            return
        try:
            self.dismiss(import_into(self._project, event.value))
        except WorkbenchError as error:
            problem = self.query_one("#import-problem", Static)
            problem.update(printable(str(error)))
            problem.add_class("-shown")


class ImportReport(TranslatedModal[None]):
    """What an import changed and what it could not carry over, to scroll through."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss", N_("Back"), id="dialog.back", tooltip=N_("Close")),
        Binding("y", "copy", N_("Copy"), id="dialog.copy", tooltip=N_("Copy the text")),
    ]
    DEFAULT_CSS = """
    ImportReport {
        .dialog { max-width: 110; }
        #import-report { height: auto; max-height: 60vh; margin-bottom: 1; }
    }
    """

    def __init__(self, imported: Imported) -> None:
        super().__init__()
        self._imported = imported

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield self._title()
            with VerticalScroll(id="import-report"):
                yield Static(self._text(), markup=False)
            yield Label(_("enter closes, y copies the text"), classes="muted", markup=False)
        yield FittedFooter()

    def _title(self) -> Label:
        path = self._imported.path
        if path is None:
            return Label(_("Nothing was imported"), classes="dialog-title bad", markup=False)
        return Label(printable(_("Imported to {path}").format(path=path.name)), classes="dialog-title", markup=False)

    def _text(self) -> str:
        made = self._imported.made
        if self._imported.path is not None:
            return "\n".join([summary(made), *report_lines(made)])
        reasons = [printable(one.reason) for one in made.refusals]
        return "\n".join([*reasons, *report_lines(made)])

    def on_mount(self) -> None:
        self.query_one("#import-report").focus()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text())
        self.notify(_("Sent to the terminal's clipboard."))
