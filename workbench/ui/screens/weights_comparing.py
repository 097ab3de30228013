"""What of the Checkpoints area compares: one is marked, then another one."""

from __future__ import annotations

from workbench.actions.weights import start_compare
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.ui.screens.weights_screen import WeightsScreen
from workbench.ui.weights_rows import Row
from workbench.ui.weights_use import reference_of
from workbench.ui.widgets.job_progress import JobProgress
from workbench.ui.widgets.weights_tree import WeightsTree
from workbench.weights.comparison import COMPARISON_FILE, read_comparison


class WeightsComparing(WeightsScreen):
    """The part of the screen that marks two and shows what differs."""

    def __init__(self) -> None:
        super().__init__()
        self._marked: Row | None = None
        """The first of two to compare."""

    def action_compare(self) -> None:
        try:
            first, second = reference_of(self._marked), reference_of(self.chosen)
        except WorkbenchError as error:
            self.workbench.show_error(error)
            return
        if second is None:
            self.notify(_("Choose weights to compare."))
        elif first is None:
            self._mark(self.chosen)
        else:
            self._mark(None)
            if first != second:
                self.start(lambda: start_compare(first, second, project=self.workbench.project))

    def _mark(self, row: Row | None) -> None:
        self._marked = row
        self.query_one(WeightsTree).mark(row)
        text = _("A is marked: go to what it is to be compared to and press x; x on itself forgets it.") if row else ""
        self.query_one(JobProgress).tell(text)

    def show_comparison(self, job: JobFolder) -> None:
        """Show what a job found, unless another screen is before this one."""
        from workbench.ui.screens.comparison import ComparisonScreen

        if self.is_current:
            comparison = read_comparison(job.path / COMPARISON_FILE)
            self.app.push_screen(ComparisonScreen(comparison, self.workbench.project))
