"""What of the Checkpoints area leads out and in: exporting, uploading, and converting what XTuner left."""

from __future__ import annotations

from dataclasses import replace

from textual import work

from workbench.i18n import _
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.screens.weights_screen import WeightsScreen
from workbench.ui.shown_path import shown_path
from workbench.ui.weights_use import chat_with
from workbench.weights.facts import Kind, WeightsFacts

FOR_IMPORT = {Kind.PTH_FILE, Kind.PTH_FOLDER}
"""What XTuner's trainings leave."""


class WeightsSending(WeightsScreen):
    """The part of the screen for other programs and other people."""

    @work(group="weights-dialog", exclusive=True, exit_on_error=False)
    async def action_export(self) -> None:
        from workbench.ui.screens.choice import Choice, ChoiceDialog
        from workbench.ui.weights_export import exports_of

        if (facts := self.chosen_facts) is None:
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
            self.follow(made)

    @work(group="weights-dialog", exclusive=True, exit_on_error=False)
    async def action_serve(self) -> None:
        chosen = chat_with(self.chosen, self.chosen_facts)
        if chosen.model and (base := await self.fetched(chosen.model)) is not None:
            chosen = replace(chosen, model=base)
        elif chosen.model:
            return
        self._serve(chosen)

    @work(thread=True, group="weights-start", exclusive=True, exit_on_error=False)
    def _serve(self, chosen: ChosenModel) -> None:
        from workbench.ui.screens.text_dialog import TextDialog
        from workbench.ui.weights_serving import endpoint_text, serve

        job = serve(chosen, self.workbench.project)
        text, url = endpoint_text(job)
        self.app.call_from_thread(self.app.push_screen, TextDialog(_("Endpoint"), text, url))
        self.follow(job)

    @work(group="weights-dialog", exclusive=True, exit_on_error=False)
    async def action_upload(self) -> None:
        from workbench.actions.upload import start_upload
        from workbench.ui.screens.line_prompt import LinePrompt
        from workbench.ui.weights_export import upload_text

        if (facts := self.chosen_facts) is None or not facts.path.is_dir():
            self.notify(_("Choose a model or an adapter to upload."))
            return
        project, title = self.workbench.project, _("Upload to the Hugging Face hub")
        hint = _("enter uploads it, for you alone; 'workbench upload --public' lets everyone see it")
        prompt = LinePrompt(title, upload_text(facts), hint, placeholder="owner/name")
        if repo := await self.app.push_screen_wait(prompt):
            self.start(lambda: start_upload(facts.path, repo, project=project))

    @work(group="weights-dialog", exclusive=True, exit_on_error=False)
    async def action_import(self) -> None:
        from workbench.ui.screens.pth_import import PthImport

        facts = self.chosen_facts
        path = str(facts.path) if facts is not None and facts.kind in FOR_IMPORT else ""
        if job := await self.app.push_screen_wait(PthImport(self.workbench.project, path)):
            self.start(lambda: job)
