"""The Doctor area: every check of this machine with its outcome and the mend."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Label, Static

from workbench.doctor.result import SYMBOLS, WORDS, CheckResult, Status
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _, current_language
from workbench.text import printable
from workbench.ui.screens.area import AreaScreen
from workbench.ui.widgets.fitted_table import Column, FittedTable, Role, Row

_COLUMNS = (Column(N_("outcome"), 12), Column(N_("check"), 18), Column(N_("found")))
_ROLES: dict[Status, Role] = {"ok": "success", "warning": "warning", "error": "error"}


class DoctorScreen(AreaScreen):
    """The checks run in a process of their own; rows come in as they are done."""

    AREA = "doctor"
    CSS_PATH = "doctor.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", N_("Check again"), id="doctor.again", tooltip=N_("Run every check again")),
        Binding("y", "copy", N_("Copy"), id="doctor.copy", tooltip=N_("Copy all outcomes, to ask somebody")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._results: list[CheckResult] = []

    def compose_area(self) -> ComposeResult:
        yield Label("", id="doctor-summary", markup=False)
        yield FittedTable(_COLUMNS, id="doctor-table")
        yield Static("", id="doctor-detail", markup=False)

    def on_mount(self) -> None:
        self._begin()

    def recomposed(self) -> None:
        self._begin()

    def action_again(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._results = []
        table = self.query_one(FittedTable)
        table.set_rows([])
        table.focus()
        self.query_one("#doctor-detail").display = False
        self.query_one("#doctor-summary", Label).update(Content.styled(_("Checking …"), "dim"))
        self._run()

    @work(group="doctor", exclusive=True, exit_on_error=False)
    async def _run(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "workbench.doctor",
            str(self.workbench.project),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "WORKBENCH_LANG": current_language()},
            process_group=0,  # with the processes that it starts itself
        )
        assert process.stdout is not None
        try:
            async for line in process.stdout:
                self._add(CheckResult(**json.loads(line)))
            code = await process.wait()
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        if code:
            raise WorkbenchError(_("The checks ended early."), fix=_("'workbench doctor' in a terminal shows why."))
        self._summarise()

    def _add(self, result: CheckResult) -> None:
        self._results.append(result)
        self.query_one(FittedTable).set_rows([_row(result) for result in self._results])

    def _summarise(self) -> None:
        problems = [result for result in self._results if result.status != "ok"]
        summary = self.query_one("#doctor-summary", Label)
        if not problems:
            summary.update(Content.styled(f"{SYMBOLS['ok']} " + _("Everything is here."), "bold $text-success"))
            return
        text = _("{count} of {total} checks need a look.").format(count=len(problems), total=len(self._results))
        summary.update(Content.styled(f"{SYMBOLS['warning']} {text}", "bold $text-warning"))
        self.query_one(FittedTable).choose(problems[0].name)

    @on(DataTable.RowHighlighted)
    def _show_detail(self) -> None:
        """What was found in full, and the mend, for the row under the cursor."""
        key = self.query_one(FittedTable).chosen_key
        result = next((result for result in self._results if result.name == key), None)
        detail = self.query_one("#doctor-detail", Static)
        detail.display = result is not None
        if result is not None:
            mend = ("\n→ " + printable(result.fix), "bold") if result.fix else ""
            detail.update(Content.assemble(printable(result.detail), mend))

    def action_copy(self) -> None:
        lines = [f"{result.status}\t{result.name}\t{result.detail}" for result in self._results]
        self.app.copy_to_clipboard(printable("\n".join(lines)))
        self.notify(_("Sent to the terminal's clipboard."))


def _row(result: CheckResult) -> Row:
    outcome = f"{SYMBOLS[result.status]} {_(WORDS[result.status])}"
    return Row(result.name, ((outcome, _ROLES[result.status]), printable(result.name), printable(result.detail)))
