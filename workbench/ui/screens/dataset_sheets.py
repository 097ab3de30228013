"""What the keys of the Dataset area do while rows are made with a chat service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.row_settings import FileChoices, remember_file
from workbench.ui.screens.area import AreaScreen
from workbench.ui.screens.choice import Choice, ChoiceDialog
from workbench.ui.sheet_draft import SheetDraft
from workbench.ui.sheet_items import SheetItems, ask_endpoint, known_endpoint
from workbench.ui.widgets.dataset_reader import DatasetReader
from workbench.ui.widgets.sheet_maker import SheetMaker

if TYPE_CHECKING:
    from workbench.data.sheets.endpoint import Endpoint
    from workbench.jobs.folder import JobFolder

_DRAFT, FILE = "dataset.sheet", "dataset.file"


class SheetScreen(AreaScreen):
    """The part of the Dataset area that makes sheets; may have a `SheetMaker`."""

    @dataclass
    class Started(Message):
        """A job was started that asks a chat service."""

        job: JobFolder

    def new_sheet_maker(self, id: str) -> SheetMaker:
        """Made when somebody first goes there; few do."""
        return SheetMaker(self.workbench.project, dict(self.workbench.state.get(_DRAFT) or {}), id=id)

    async def save_sheet(self) -> None:
        """Ask before what is left to mend is left out."""
        maker = self.query_one(SheetMaker)
        if faults := len(maker.pasted.complaints):
            choices = [Choice("mend", _("Mend it first"))]
            if maker.pasted.rows:
                choices.append(Choice("add", _("Add the sound rows only")))
            text = _("What cannot be read will not be in the sheet.")
            title = _("Faults left in the answer: {count}").format(count=faults)
            if await self.app.push_screen_wait(ChoiceDialog(title, text, choices)) != "add":
                return
        try:
            maker.save()
        except WorkbenchError as error:
            self.workbench.show_error(error)

    def action_task(self) -> None:
        self.query_one(SheetMaker).open_tasks()

    def copy_prompt(self) -> None:
        """Copy what is to be asked about the chosen picture or row."""
        self.app.copy_to_clipboard(self.query_one(SheetMaker).prompt)
        self.notify(_("Sent to the terminal's clipboard."))

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_ask(self) -> None:
        maker = self.query_one(SheetMaker)
        if maker.items.is_done:
            self.notify(_("All that can be asked about has rows already."))
            return
        endpoint = known_endpoint()
        choices = [Choice("no", _("Ask nothing")), Choice("ask", _("Start the job"))]
        title = _("Ask {model} at {url}?").format(model=endpoint.model, url=endpoint.url)
        if await self.app.push_screen_wait(ChoiceDialog(title, _ask_text(maker.draft, maker.items), choices)) == "ask":
            self._start_asking(maker.draft, endpoint)

    @work(thread=True, group="dataset-ask", exclusive=True, exit_on_error=False)
    def _start_asking(self, draft: SheetDraft, endpoint: Endpoint) -> None:
        self.post_message(self.Started(ask_endpoint(self.workbench.project, draft, endpoint)))

    @on(Started)
    def _started(self, event: Started) -> None:
        said = _("The job {name} asks now; it goes on whatever you do here.")
        self.notify(said.format(name=printable(event.job.id)), markup=False)
        maker = self.query_one(SheetMaker)
        self._know_sheet(maker.draft.sheet_path(self.workbench.project), maker.image_folder)
        maker.follow(event.job)

    @on(SheetMaker.Edited)
    def _remember_sheet(self, event: SheetMaker.Edited) -> None:
        self.workbench.state[_DRAFT] = event.values

    @on(SheetMaker.Saved)
    def _sheet_saved(self, event: SheetMaker.Saved) -> None:
        self._know_sheet(event.path, event.image_folder)

    def _know_sheet(self, path: Path, image_folder: Path | None) -> None:
        """The reader begins with the sheet, and finds its pictures where they are."""
        self.workbench.state[FILE] = str(path)
        if image_folder is not None:
            choices = FileChoices(image_folder=str(image_folder))
            remember_file(self.workbench.state, str(path), choices)
            self.query_one(DatasetReader).use_file_choices(str(path), choices)


def _ask_text(draft: SheetDraft, items: SheetItems) -> str:
    """What would be sent, and how much at most."""
    count = len(items.waiting())
    limited = count if draft.max_rows is None else min(count, draft.max_rows)
    most = f"{limited}" if items.is_all or draft.max_rows == limited else _("more than {count}").format(count=limited)
    what = _("Each picture and its prompt is sent there; the service may charge for it.")
    if not draft.is_about_pictures:
        what = _("Each row is sent there with its prompt; the service may charge for it.")
    cost = "" if draft.max_cost is None else _("USD at most: {cost}").format(cost=f"{draft.max_cost:g}")
    return "\n".join(filter(None, [what, _("To be asked about: {count}").format(count=most), cost]))
