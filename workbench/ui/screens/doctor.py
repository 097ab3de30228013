"""The Doctor area: every check of this machine with its outcome and the mend."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static
from textual.worker import get_current_worker

from workbench.doctor.checks import run_checks
from workbench.doctor.result import SYMBOLS, WORDS, CheckResult
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import AreaScreen

_COLOURS = {"ok": "$text-success", "warning": "$text-warning", "error": "$text-error"}


class DoctorScreen(AreaScreen):
    """The checks run aside; rows come in as they are done."""

    AREA = "doctor"
    CSS_PATH = "doctor.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", N_("Check again"), id="doctor.again", tooltip=N_("Run every check again")),
        Binding(
            "question_mark",
            "app.help",
            N_("Help"),
            id="doctor.help",
            tooltip=N_("Every key of this screen"),
            show=False,
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._results: list[CheckResult] = []

    def compose_area(self) -> ComposeResult:
        yield DataTable[Content](cursor_type="row", id="doctor-table")
        yield Static("", id="doctor-fix", markup=False)

    def on_mount(self) -> None:
        self.action_again()
        self.query_one(DataTable).focus()

    def recomposed(self) -> None:
        self.action_again()

    def action_again(self) -> None:
        self._results = []
        table = self.query_one(DataTable)
        table.clear(columns=True)
        table.add_columns(_("outcome"), _("check"), _("found"))
        self.query_one("#doctor-fix", Static).update(_("Checking …"))
        self._run()

    @work(thread=True, group="doctor", exclusive=True, exit_on_error=False)
    def _run(self) -> None:
        worker = get_current_worker()
        for result in run_checks(self.workbench.project):
            if worker.is_cancelled:
                return
            self.app.call_from_thread(self._add, result)
        self.app.call_from_thread(self._summarise)

    def _add(self, result: CheckResult) -> None:
        self._results.append(result)
        status = f"{SYMBOLS[result.status]} {_(WORDS[result.status])}"
        self.query_one(DataTable).add_row(
            Content.styled(status, _COLOURS[result.status]),
            Content(printable(result.name)),
            Content(printable(result.detail)),
        )

    def _summarise(self) -> None:
        problems = [result for result in self._results if result.status != "ok"]
        first = next((row for row, result in enumerate(self._results) if result.status != "ok"), 0)
        self.query_one(DataTable).move_cursor(row=first)
        if not problems:
            self.query_one("#doctor-fix", Static).update(_("Everything is here."))

    @on(DataTable.RowHighlighted)
    def _show_fix(self, event: DataTable.RowHighlighted) -> None:
        if event.cursor_row < len(self._results):
            fix = self._results[event.cursor_row].fix
            self.query_one("#doctor-fix", Static).update(f"→ {printable(fix)}" if fix else "")
