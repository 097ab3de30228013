"""A dialog to set up a training: choose the config and its main values, see what will run, start it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import Input, Label

from workbench.configs.find import PYTHON_SUFFIX, find_config
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.ui.config_rows import config_to_begin_with
from workbench.ui.screens.area import SMALLEST
from workbench.ui.screens.train_starting import StartsTraining
from workbench.ui.train_plan import TrainPlan, make_plan
from workbench.ui.widgets.config_line import ConfigLine
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.gpu_picker import GpuPicker
from workbench.ui.widgets.model_form import FieldRow, ModelForm
from workbench.ui.widgets.plan_pane import PlanPane
from workbench.ui.widgets.setup_controls import setup_controls

_SECONDS_OF_REST = 0.4
"""The plan is worked out once nothing was typed for so long."""
DEFAULT_CONFIG = "workbench_sample_qlora_identity_e2"


class TrainSetup(StartsTraining):
    """Gives the started job, None if the user went back."""

    CSS_PATH = "train_setup.tcss"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual declares it
        (0, "-too-narrow"),
        (SMALLEST[0], "-narrow"),
        (140, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "start", N_("Start"), id="setup.start", tooltip=N_("Start the training")),
        Binding(
            "f12",
            "start(True)",
            N_("Fit"),
            id="setup.fit",
            tooltip=N_("Start it with the largest batch that fits, which is looked for first"),
        ),
        Binding("f10", "copy", N_("Copy command"), id="setup.copy", tooltip=N_("Copy the command line")),
        Binding("escape", "dismiss", N_("Back"), id="setup.back", tooltip=N_("Start nothing")),
    ]

    def __init__(self, project: Path, reference: str | None) -> None:
        super().__init__(project)
        self._reference = reference or config_to_begin_with(project) or DEFAULT_CONFIG
        self._plan: TrainPlan | None = None
        """What was worked out for the values that stand in the dialog now."""
        self._planned: dict[str, Any] = {}
        """The changes that it was worked out for."""
        self._wanted = 0
        """Counts changes: a plan of earlier values comes too late."""
        self._is_settled = False
        """Whether the plan, or why there is none, is on screen."""
        self._named_devices: list[int] | None = None
        """The GPUs that the config names."""
        self._is_awaited = False
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="setup"):
            yield Label(_("New training"), classes="dialog-title", markup=False)
            yield ConfigLine(self._project, self._reference, id="setup-config-line")
            with Vertical(id="setup-body"):
                yield Vertical(id="setup-form")
                yield PlanPane(id="setup-plan")
        yield FittedFooter()

    async def on_mount(self) -> None:
        await self._build_form()
        self.query_one("#setup-config", Input).focus()

    # -- the form

    @property
    def _line(self) -> ConfigLine:
        return self.query_one(ConfigLine)

    @on(Input.Changed, "#setup-config")
    def _typed_config(self) -> None:
        """Half a name is no config yet: a rest behind a whole one, enter, leaving the line and starting take it."""
        named = self._line.reference
        self._forget_plan()
        if named == self._reference:
            self._wait_for_rest()
            return
        self._pane.show_problems([])
        self._pane.say(_("Enter shows what this config would do."))
        if named:
            self._rest = self.set_timer(_SECONDS_OF_REST, self._take_whole_name)

    async def _take_whole_name(self) -> None:
        """Show the config that was typed, if there is one of this name."""
        try:
            find_config(self._line.reference)
        except WorkbenchError:
            return
        await self._take_config()

    @property
    def _pane(self) -> PlanPane:
        return self.query_one(PlanPane)

    @on(Input.Submitted, "#setup-config")
    @on(Input.Blurred, "#setup-config")
    async def _take_config(self) -> None:
        """Show the config that is named now, if it is another one."""
        named = self._line.reference
        if named == self._reference:
            return
        self._reference = named
        if named.endswith(PYTHON_SUFFIX):
            self._import(named)
        else:
            await self._build_form()

    def _import(self, named: str) -> None:
        """Take a config of XTuner's over: what comes of it stands in the line then."""
        from workbench.configs.xtuner.imported import refused
        from workbench.ui.config_import import import_into
        from workbench.ui.screens.config_import import ImportReport

        try:
            imported = import_into(self._project, named)
        except WorkbenchError as error:
            self._show_problems([error])
            return
        self.app.push_screen(ImportReport(imported))
        if imported.path is None:
            self._show_problems([refused(imported.made)])
        else:
            self._line.put(str(imported.path))

    async def _build_form(self) -> None:
        """Fields with the values of the config; its error in their place if it cannot be read."""
        self._forget_plan()
        pane = self.query_one("#setup-form")
        async with pane.batch():  # one after the other, and nothing is painted in between: a timer builds it, too
            await pane.remove_children()
            try:
                config = find_config(self._reference).config
            except WorkbenchError as error:
                self._show_problems([error])
                return
            self._named_devices = config.devices
            await pane.mount(*setup_controls(config, self._project))
        self._work_out()

    def _changes(self) -> dict[str, Any] | None:
        """Dotted field → new value, for those that differ; None if one is refused, or there is no form."""
        forms = self.query(ModelForm)
        changes = forms.first().changes() if forms else None
        for picker in self.query(GpuPicker):
            if changes is not None and picker.devices != self._named_devices:
                changes["devices"] = picker.devices
        return changes

    @on(FieldRow.Changed)
    @on(GpuPicker.Changed)
    def _wait_for_rest(self) -> None:
        self._forget_plan()
        self._rest = self.set_timer(_SECONDS_OF_REST, self._work_out)

    def _forget_plan(self) -> None:
        """Something stands in the dialog now that the plan was not made for; nor is one that is still in the making."""
        if self._rest:
            self._rest.stop()
        self._plan = None
        self._is_settled = False
        self._wanted += 1

    # -- the plan

    def _work_out(self) -> None:
        if refused := [
            WorkbenchError(why, where=name) for form in self.query(ModelForm) for name, why in form.refused.items()
        ]:
            self._show_problems(refused)
            return
        changes = self._changes()
        if changes is not None:
            self._planned = changes
            self._make_plan(self._wanted, self._reference, changes)

    @work(thread=True, group="train-plan", exclusive=True, exit_on_error=False)
    def _make_plan(self, wanted: int, reference: str, changes: dict[str, Any]) -> None:
        try:
            plan: TrainPlan | WorkbenchError = make_plan(reference, changes, self._project)
        except WorkbenchError as error:
            plan = error
        self.app.call_from_thread(self._take_plan, wanted, plan)

    def _take_plan(self, wanted: int, plan: TrainPlan | WorkbenchError) -> None:
        """Show a plan, unless it is one of earlier values."""
        if not self.is_mounted or wanted != self._wanted:
            return
        if isinstance(plan, WorkbenchError):
            self._show_problems([plan])
            return
        self._plan = plan
        self._show_problems(plan.problems)
        self._pane.show_plan(plan)
        if self._is_awaited:
            self.call_later(self.action_start, self._fits)

    def _show_problems(self, problems: list[WorkbenchError]) -> None:
        self._is_settled = True
        self._is_awaited = self._is_awaited and not problems
        self._pane.show_problems(problems)
        if problems and self._plan is None:
            self._pane.say("")

    # -- what the keys do

    async def action_start(self, fits: bool = False) -> None:
        """Start what the plan says, once: now, or when it is ready. Nothing starts by itself when a mistake is mended.

        Args:
            fits: with the largest batch that fits.
        """
        if self._is_starting:
            return
        self._fits = fits
        await self._take_config()
        changes = self._changes()
        if self._plan is not None and changes != self._planned:
            self._wait_for_rest()  # a field's news of what was typed just now is still on its way
        if self._plan is not None and self._plan.problems:
            self._refuse()
            self._wait_for_rest()  # it may be mended by now
        elif self._plan is not None:
            self._is_awaited, self._is_starting = False, True
            self._start_with_model(self._plan)
        elif self._is_settled:
            self._refuse()
        else:
            self._is_awaited = True
            self.notify(_("It starts as soon as the plan is ready; mend what is marked."))

    def _refuse(self) -> None:
        self.app.bell()
        self.notify(_("Nothing was started: mend what is marked with ✗."), severity="warning")

    def action_copy(self) -> None:
        if self._plan is not None:
            self.app.copy_to_clipboard(self._plan.command)
            self.notify(_("Sent to the terminal's clipboard."))
