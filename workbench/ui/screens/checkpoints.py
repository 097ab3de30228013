"""The Checkpoints area: every weight on the disk, what is known of it, and what can become of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.widgets import Static, Tree

from workbench.actions.convert import start_convert
from workbench.actions.merge import start_merge
from workbench.actions.weights import space_of, start_compare
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.jobs.folder import JobFolder
from workbench.jobs.results import results_of
from workbench.jobs.state import JobState
from workbench.ui import job_text
from workbench.ui.job_watch import JobWatch
from workbench.ui.project_weights import (
    RESULT_TITLES,
    ChatTarget,
    CheckpointRow,
    Found,
    Made,
    ProjectWeights,
    Row,
    Training,
    adapter_to_merge,
    chat_with_checkpoint,
    chat_with_found,
    chat_with_made,
    reference_of,
)
from workbench.ui.screens.area import SMALLEST
from workbench.ui.screens.weights_deleting import WeightsDeleting
from workbench.ui.shown_path import shown_path
from workbench.ui.weights_text import detail_of
from workbench.ui.widgets.job_progress import JobProgress
from workbench.ui.widgets.quiet_static import QuietStatic
from workbench.ui.widgets.weights_tree import WeightsTree
from workbench.weights.comparison import COMPARISON_FILE, read_comparison
from workbench.weights.facts import Kind, WeightsFacts

_POLL_SECONDS = 0.5
_LOOKS_BETWEEN_READS = 4
_RESULTS = (*RESULT_TITLES, "folder", "gguf")
_FOR_IMPORT = {Kind.PTH_FILE, Kind.PTH_FOLDER}


class CheckpointsScreen(WeightsDeleting):
    """A tree of weights, what is known of the chosen ones, and the progress of what was started here."""

    AREA = "checkpoints"
    CSS_PATH = "checkpoints.tcss"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual declares it
        (0, "-too-narrow"),
        (SMALLEST[0], "-narrow"),
        (110, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "c",
            "convert",
            N_("Convert"),
            id="checkpoints.convert",
            tooltip=N_("Make a Hugging Face adapter or model of the checkpoint"),
        ),
        Binding("m", "merge", N_("Merge"), id="checkpoints.merge", tooltip=N_("Merge the adapter into its base")),
        Binding("t", "chat", N_("Chat"), id="checkpoints.chat", tooltip=N_("Talk to it")),
        Binding("w", "watch", N_("Watch"), id="checkpoints.watch", tooltip=N_("The training's curve and log")),
        Binding("x", "compare", N_("Compare"), id="checkpoints.compare", tooltip=N_("Mark one, then another one")),
        Binding(
            "e", "export", N_("Export"), id="checkpoints.export", tooltip=N_("For other programs: GGUF, Ollama, …")
        ),
        Binding("p", "upload", N_("Upload"), id="checkpoints.upload", tooltip=N_("Put it on the Hugging Face hub")),
        Binding(
            "i",
            "import_pth",
            N_("Import"),
            id="checkpoints.import",
            tooltip=N_("Convert a .pth file or DeepSpeed folder of XTuner"),
        ),
        Binding("f", "space", N_("Free space"), id="checkpoints.space", tooltip=N_("What takes the room on the disk")),
        Binding("a", "add_folder", N_("Add folder"), id="checkpoints.add", tooltip=N_("Look in another folder too")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._marked: Row | None = None
        """The first of two to compare."""
        self._wanted_job: str | None = None
        self._looks = 0

    def compose_area(self) -> ComposeResult:
        with Container(id="weights-body"):
            yield WeightsTree(id="weights-tree")
            with VerticalScroll(id="weights-detail"):
                yield QuietStatic(id="weights-text")
        yield Static(_("No checkpoints yet. They come with the first training: f5."), id="weights-empty", markup=False)
        yield JobProgress(id="weights-progress")

    # -- coming and going

    def on_mount(self) -> None:
        self.weights = ProjectWeights(self.workbench.project, self.folders_added)
        self.read()
        self.look_every(_POLL_SECONDS, self._look)
        self.query_one(WeightsTree).focus()

    def arrive(self, **context: Any) -> None:
        """Show the checkpoints of ``job`` (a folder or its id)."""
        if (job := context.get("job")) and (found := self.job_meant(job)):
            self._wanted_job = found.id
            self.read()

    def recomposed(self) -> None:
        self.weights = ProjectWeights(self.workbench.project, self.folders_added)
        self.read()

    def on_screen_resume(self) -> None:
        self.read()

    # -- what is there

    @work(thread=True, group="weights-read", exclusive=True, exit_on_error=False)
    def read(self, *, at_once: bool = False) -> None:
        """Look at the disk aside; paint only if something changed."""
        weights = self.weights
        if weights is not None and (weights.read(at_once=at_once) or self._wanted_job or self.wanted_path):
            self.app.call_from_thread(self._fill, weights)

    def _fill(self, weights: ProjectWeights) -> None:
        tree = self.query_one(WeightsTree)
        tree.fill(weights)
        self.query_one("#weights-empty").display = weights.is_empty
        self.query_one("#weights-body").display = not weights.is_empty
        self.tell_of_left_over(weights)
        if self._wanted_job is not None:
            tree.call_after_refresh(tree.choose_training, self._wanted_job)
        if self.wanted_path is not None:
            tree.call_after_refresh(tree.choose_path, self.wanted_path)
        self._wanted_job = self.wanted_path = None

    def _look(self) -> None:
        """Follow the job that was started here; now and then look for what others did."""
        if not self.is_current:
            return
        self._looks += 1
        if self._looks % _LOOKS_BETWEEN_READS == 0:
            self.read()
        self.query_one(JobProgress).look()

    @on(Tree.NodeHighlighted)
    def _show_detail(self) -> None:
        assert self.weights is not None
        self.query_one("#weights-text", QuietStatic).tell(detail_of(self.chosen, self.weights))
        self.query_one("#weights-detail").scroll_home(animate=False)

    @property
    def _chosen_facts(self) -> WeightsFacts | None:
        return self.weights.facts_of(self.chosen) if self.weights is not None else None

    # -- converting and merging

    def action_convert(self) -> None:
        match self.chosen:
            case CheckpointRow(info=info) if info.path is not None:
                reference = str(info.path)
            case Training(job=job):
                reference = str(job.path)
            case Found(facts=facts) if facts.kind in _FOR_IMPORT:
                self.action_import_pth()
                return
            case Found(facts=facts) if facts.kind in {Kind.CHECKPOINT, Kind.DEEPSPEED}:
                reference = str(facts.path)
            case _:
                self.notify(_("Choose a checkpoint to convert."))
                return
        self._start(lambda: start_convert(reference, project=self.workbench.project))

    def action_merge(self) -> None:
        row = self.chosen
        if not isinstance(row, CheckpointRow | Made | Found):
            self.notify(_("Choose a checkpoint or a converted adapter to merge."))
            return
        self._start(lambda: start_merge(adapter_to_merge(row), project=self.workbench.project))

    @work(thread=True, group="weights-start", exclusive=True, exit_on_error=False)
    def _start(self, start: Callable[[], JobFolder]) -> None:
        watch = JobWatch.open(start())
        self.app.call_from_thread(self.query_one(JobProgress).follow, watch)

    @on(JobProgress.Ended)
    def _tell_result(self, event: JobProgress.Ended) -> None:
        """Where the result is and what to do with it, or why there is none."""
        watch = event.watch
        results = results_of(watch.job)
        made = next((str(results[kind]) for kind in _RESULTS if kind in results), None)
        progress = self.query_one(JobProgress)
        if watch.state is not JobState.FINISHED or not results:
            progress.tell(job_text.outcome_text(watch))
        elif watch.record.kind == "compare":
            progress.tell("")
            self._show_comparison(watch.job)
        elif made is not None:
            shown = shown_path(Path(made), self.workbench.project)
            is_talking = any(kind in results for kind in RESULT_TITLES)
            text = _("✓ The result is in {path}   t: chat with it") if is_talking else _("✓ The result is in {path}")
            progress.tell(text.format(path=shown))
            self.wanted_path = made
            self.read(at_once=True)
        else:
            progress.tell(f"{watch.state.symbol} {_(watch.state.word)}  {watch.record.name}")

    # -- comparing

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
                self._start(lambda: start_compare(first, second, project=self.workbench.project))

    def _mark(self, row: Row | None) -> None:
        self._marked = row
        self.query_one(WeightsTree).mark(row)
        text = _("A is marked: go to what it is to be compared to and press x; x on itself forgets it.") if row else ""
        self.query_one(JobProgress).tell(text)

    def _show_comparison(self, job: JobFolder) -> None:
        from workbench.ui.screens.comparison import ComparisonScreen

        if self.is_current:
            self.app.push_screen(ComparisonScreen(read_comparison(job.path / COMPARISON_FILE)))

    # -- exporting, uploading, importing

    @work(group="weights-dialog", exclusive=True, exit_on_error=False)
    async def action_export(self) -> None:
        from workbench.ui.screens.choice import Choice, ChoiceDialog
        from workbench.ui.weights_export import exports_of

        if (facts := self._chosen_facts) is None:
            self.notify(_("Choose a model or an adapter to export."))
            return
        choices = [Choice(key, title) for key, title in exports_of(facts)]
        shown = shown_path(facts.path, self.workbench.project)
        if key := await self.app.push_screen_wait(ChoiceDialog(_("Export"), shown, choices)):
            self._export(key, facts)

    @work(thread=True, group="weights-start", exclusive=True, exit_on_error=False)
    def _export(self, key: str, facts: WeightsFacts) -> None:
        from workbench.ui.screens.text_dialog import TextDialog
        from workbench.ui.weights_export import EXPORTS, Exported

        made = EXPORTS[key][1](facts, self.workbench.project)
        if isinstance(made, Exported):
            self.app.call_from_thread(self.app.push_screen, TextDialog(made.title, made.text, made.copied))
            self.read(at_once=True)
        else:
            self.app.call_from_thread(self.query_one(JobProgress).follow, JobWatch.open(made))

    @work(group="weights-dialog", exclusive=True, exit_on_error=False)
    async def action_upload(self) -> None:
        from workbench.actions.upload import start_upload
        from workbench.ui.screens.line_prompt import LinePrompt
        from workbench.ui.weights_export import upload_text

        if (facts := self._chosen_facts) is None or not facts.path.is_dir():
            self.notify(_("Choose a model or an adapter to upload."))
            return
        project, title = self.workbench.project, _("Upload to the Hugging Face hub")
        hint = _("enter uploads it, for you alone; 'workbench upload --public' lets everyone see it")
        prompt = LinePrompt(title, upload_text(facts), hint, placeholder="owner/name")
        if repo := await self.app.push_screen_wait(prompt):
            self._start(lambda: start_upload(facts.path, repo, project=project))

    @work(group="weights-dialog", exclusive=True, exit_on_error=False)
    async def action_import_pth(self) -> None:
        from workbench.ui.screens.pth_import import PthImport

        facts = self._chosen_facts
        path = str(facts.path) if facts is not None and facts.kind in _FOR_IMPORT else ""
        if job := await self.app.push_screen_wait(PthImport(self.workbench.project, path)):
            self._start(lambda: job)

    # -- the disk

    @work(thread=True, group="weights-space", exclusive=True, exit_on_error=False)
    def action_space(self) -> None:
        from workbench.ui.screens.space import SpaceScreen

        assert self.weights is not None
        deleted = sum(item.bytes for item in self.weights.trash)
        space = space_of(self.weights.everything(), self.workbench.project)
        screen = SpaceScreen(space, self.workbench.project, deleted)
        self.app.call_from_thread(self.app.push_screen, screen, self._go_to)

    def _go_to(self, path: Path | None) -> None:
        if path is not None:
            self.query_one(WeightsTree).choose_path(str(path))

    # -- going on

    @on(Tree.NodeSelected)
    def _open(self, event: Tree.NodeSelected[Row | None]) -> None:
        if isinstance(event.node.data, CheckpointRow | Made | Found):
            self.action_chat()

    def action_chat(self) -> None:
        try:
            target = self._chat_target()
        except WorkbenchError as error:
            self.workbench.show_error(error)
            return
        if target is None:
            self.notify(_("This cannot be talked to as it is: convert it first (c)."))
            return
        self.workbench.go("chat", model=target.model, adapter=target.adapter, prompt_template=target.prompt_template)

    def _chat_target(self) -> ChatTarget | None:
        match self.chosen:
            case CheckpointRow(training=training, info=info):
                return chat_with_checkpoint(training, info)
            case Made() as made:
                return chat_with_made(made)
            case Found() as found:
                return chat_with_found(found)
            case _:
                return None

    def action_watch(self) -> None:
        match self.chosen:
            case Training(job=job):
                self.workbench.go("train", job=job)
            case CheckpointRow(training=training):
                self.workbench.go("train", job=training.job)
            case Made(job=job):
                self.workbench.go("train", job=job)
            case _:
                self.notify(_("No job of this project made it."))
