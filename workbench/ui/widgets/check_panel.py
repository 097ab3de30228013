"""What a check found: a line for each finding, which unfolds to its places, from which one goes to the row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Label, Static

from workbench.data.checks import Finding, Severity
from workbench.data.sources import Source
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.check_run import CheckOutcome, run_check
from workbench.ui.row_settings import Settings
from workbench.ui.widgets.fitted_table import Column, FittedTable, Role, Row

_COLUMNS = (Column(N_("severity"), 9), Column(N_("finding")), Column(N_("count"), 7))
_PLACES_LISTED = 100
_LOW = 20
"""Lines up to which figures and findings do not both fit."""
_SEVERITIES: dict[Severity, tuple[str, Role]] = {
    "error": (N_("error"), "error"),
    "warning": (N_("warning"), "warning"),
    "note": (N_("note"), "muted"),
}


class FindingTable(FittedTable):
    """Enter unfolds a finding, or goes to its row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", N_("Rows"), id="check.rows", tooltip=N_("The rows of a finding; go to one")),
    ]


class CheckPanel(Vertical):
    """Figures of the data, a line for every finding, and what to do about the one under the cursor."""

    DEFAULT_CSS = """
    CheckPanel {
        height: 1fr;
        #check-figures { height: auto; max-height: 50%; }
        #check-summary { width: 1fr; height: auto; color: $text-muted; padding: 0 1; }
        FindingTable { width: 1fr; height: 1fr; margin: 0 1; }
        #check-fix { width: 1fr; height: auto; max-height: 8; padding: 0 1; }
        &.-without-findings #check-fix { display: none; }
        &.-low #check-figures { max-height: 2; }
        &.-low #check-fix { max-height: 4; }
        &.-low.-figures #check-figures { height: 1fr; max-height: 100%; }
        &.-low.-figures FindingTable, &.-low.-figures #check-fix { display: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "figures", N_("Figures"), id="check.figures", tooltip=N_("All figures, or the findings again")),
    ]

    @dataclass
    class PlaceChosen(Message):
        """The row of a place shall be shown. ``place``: file:row or file:row:field."""

        place: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._findings: list[Finding] = []
        self._unfolded: set[int] = set()
        """The findings whose places are listed."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="check-figures"):
            yield Label("", id="check-summary", markup=False)
        yield FindingTable(_COLUMNS, id="check-table")
        yield Static("", id="check-fix", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height <= _LOW, "-low")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "figures" or self.has_class("-low")

    def action_figures(self) -> None:
        """Show all figures where there is too little room for them beside the findings."""
        self.toggle_class("-figures")
        focused = self.query_one("#check-figures" if self.has_class("-figures") else "#check-table")
        focused.focus()

    def check(self, source: Source, settings: Settings) -> None:
        """Check data, and show what is found; another check ends."""
        self._fill([], Content.styled(_("Checking …"), "dim"))
        self._check(source, settings)

    def stop(self) -> None:
        """End the check that is at work, if one is."""
        self.workers.cancel_group(self, "check")

    @work(group="check", exclusive=True, exit_on_error=False)
    async def _check(self, source: Source, settings: Settings) -> None:
        try:
            self._show(await run_check(source, settings, self._count))
        except WorkbenchError as error:
            self._fill([], Content.styled(printable(str(error)), "$text-error"))

    def _count(self, rows: int) -> None:
        said = _("Checking … {count} rows so far").format(count=rows)
        self.query_one("#check-summary", Label).update(Content.styled(said, "dim"))

    def _show(self, outcome: CheckOutcome) -> None:
        """Show what was found."""
        lines = outcome.figures if outcome.findings else [*outcome.figures, _("Nothing wrong was found.")]
        self._fill(outcome.findings, Content("\n".join(map(printable, lines))))
        self.query_one(FindingTable).focus()

    def _fill(self, findings: list[Finding], summary: Content) -> None:
        self._findings, self._unfolded = findings, set()
        self.remove_class("-figures")
        self.query_one("#check-summary", Label).update(summary)
        self._list()

    def _list(self) -> None:
        """The findings, with the places of those that are unfolded."""
        rows = [
            row
            for number, one in enumerate(self._findings)
            for row in _rows(number, one, is_unfolded=number in self._unfolded)
        ]
        self.query_one(FindingTable).set_rows(rows)
        self._show_fix()

    @on(DataTable.RowHighlighted)
    def _show_fix(self) -> None:
        chosen = self._chosen()
        self.set_class(chosen is None, "-without-findings")
        if chosen is None:
            return
        finding, place = chosen
        if len(finding.places) == 1:
            place = 0
        parts = [printable(finding.what)]
        if place is not None:
            parts.append(f"\n{printable(finding.places[place])}  {printable(finding.details[place])}".rstrip())
        mend = ("\n→ " + printable(finding.fix), "bold") if finding.fix else ""
        self.query_one("#check-fix", Static).update(Content.assemble(*parts, mend))

    @on(DataTable.RowSelected)
    def _go(self, event: DataTable.RowSelected) -> None:
        event.stop()
        chosen = self._chosen()
        if chosen is None:
            return
        finding, place = chosen
        if place is not None or len(finding.places) == 1:
            self.post_message(self.PlaceChosen(finding.places[place or 0]))
        elif finding.places:
            self._unfolded ^= {self._findings.index(finding)}
            self._list()

    def _chosen(self) -> tuple[Finding, int | None] | None:
        """The finding under the cursor, and which of its places."""
        key = self.query_one(FindingTable).chosen_key
        if key is None:
            return None
        finding, _colon, place = key.partition(":")
        return self._findings[int(finding)], int(place) if place else None


def _rows(number: int, finding: Finding, *, is_unfolded: bool) -> list[Row]:
    """A line for the finding, which names its place if that is the only one; and lines for its places."""
    title, role = _SEVERITIES[finding.severity]
    what = " · ".join([finding.what, *finding.places]) if len(finding.places) == 1 else finding.what
    sign = "" if len(finding.places) <= 1 else "▾ " if is_unfolded else "▸ "
    head = Row(str(number), ((_(title), role), sign + printable(what), str(finding.count)))
    if not is_unfolded:
        return [head]
    places = [
        Row(f"{number}:{place}", ("", (printable(f"{where}  {finding.details[place]}").rstrip(), "muted"), ""))
        for place, where in enumerate(finding.places[:_PLACES_LISTED])
    ]
    more = finding.count - len(places)
    rest = [Row(f"{number}:", ("", (_("… and {count} more").format(count=more), "muted"), ""))] if more > 0 else []
    return [head, *places, *rest]
