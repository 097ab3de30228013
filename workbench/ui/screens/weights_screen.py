"""What the parts of the Checkpoints area share: the weights that were read, the row under the cursor, jobs started."""

from __future__ import annotations

from collections.abc import Callable

from textual import work
from textual.worker import Worker

from workbench.jobs.folder import JobFolder
from workbench.ui.job_watch import JobWatch
from workbench.ui.project_weights import ProjectWeights
from workbench.ui.screens.area import AreaScreen
from workbench.ui.weights_rows import Row
from workbench.ui.widgets.job_progress import JobProgress
from workbench.ui.widgets.weights_tree import WeightsTree
from workbench.weights.facts import WeightsFacts


class WeightsScreen(AreaScreen):
    """Each part is a class of its own; `CheckpointsScreen` is all of them together."""

    def __init__(self) -> None:
        super().__init__()
        self.weights: ProjectWeights | None = None
        self.wanted_path: str | None = None
        """Where the cursor is to go after the next look at the disk."""

    @property
    def chosen(self) -> Row | None:
        """What the cursor is on."""
        return self.query_one(WeightsTree).chosen

    @property
    def chosen_facts(self) -> WeightsFacts | None:
        """What is known of the weights under the cursor."""
        return self.weights.facts_of(self.chosen) if self.weights is not None else None

    def read(self, *, at_once: bool = False) -> Worker[None]:
        """Look at the disk again."""
        raise NotImplementedError

    @work(thread=True, group="weights-start", exclusive=True, exit_on_error=False)
    def start(self, start: Callable[[], JobFolder]) -> None:
        """Start a job aside, and show how far it is."""
        self.follow(start())

    def follow(self, job: JobFolder) -> None:
        """Show how far a job is; called by workers."""
        self.app.call_from_thread(self.query_one(JobProgress).follow, JobWatch.open(job))

    async def fetched(self, model: str) -> str | None:
        """What to load for a model: its name, or where it was put if it had to be fetched; None if it is not here."""
        from workbench.hub.local import is_here
        from workbench.ui.screens.model_download import ModelDownload

        if is_here(model):
            return model
        return await self.app.push_screen_wait(ModelDownload(self.workbench.project, model))
