"""Making rows with a chat service: what there is to ask about, and beside it the prompt and the answer of one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import DataTable, Label

from workbench.data.sheets.pasted import PastedResult
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.text import printable
from workbench.ui.sheet_draft import SheetDraft
from workbench.ui.sheet_items import SheetItem, SheetItems, list_items, save_rows
from workbench.ui.shown_path import shown_path
from workbench.ui.widgets.field_controls import LineInput
from workbench.ui.widgets.sheet_answer import SheetAnswer
from workbench.ui.widgets.sheet_form import SheetForm
from workbench.ui.widgets.sheet_progress import SheetProgress
from workbench.ui.widgets.sheet_table import SheetTable, counts_text, place_text


class SheetMaker(Vertical):
    """Settings on top, pictures or rows on the left, prompt and answer on the right."""

    DEFAULT_CSS = """
    SheetMaker {
        height: 1fr;
        #sheet-about { width: 1fr; height: auto; color: $text-muted; padding: 0 1; }
        #sheet-body { height: 1fr; }
        #sheet-items { width: 1fr; max-width: 44; height: 1fr; margin: 0 1; }
        #sheet-right { width: 2fr; height: 1fr; border-left: solid $border-blurred; padding: 0 1; }
    }
    """

    @dataclass
    class Edited(Message):
        """The draft changed and is to be remembered."""

        values: dict[str, Any]

    @dataclass
    class Listed(Message):
        """What there is to ask about was read."""

        items: SheetItems

    @dataclass
    class Refused(Message):
        """The source or the sheet cannot be used."""

        reason: str

    @dataclass
    class Saved(Message):
        """Rows were added to the sheet."""

        path: Path
        image_folder: Path | None = None

    def __init__(self, project: Path, remembered: dict[str, Any], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._project = project
        try:
            self.draft = SheetDraft.model_validate(remembered)
        except ValueError:
            self.draft = SheetDraft()
        self.items = SheetItems()

    def compose(self) -> ComposeResult:
        yield SheetForm(self.draft)
        yield Label("", id="sheet-about", markup=False)
        yield SheetProgress()
        with Horizontal(id="sheet-body"):
            yield SheetTable(id="sheet-items")
            yield SheetAnswer(self.draft.pasted, id="sheet-right")

    def on_mount(self) -> None:
        self._begin()

    # -- what the screen asks for

    def focus_first(self) -> None:
        """Put the cursor where to begin: into the source, or onto what is listed of it."""
        (self.focus_items if self.items.all else self.focus_source)()

    def focus_source(self) -> None:
        """Put the cursor into the field that names what is asked about."""
        self.query_one(SheetForm).focus_source()

    def open_tasks(self) -> None:
        """Offer the tasks to choose from."""
        self.query_one(SheetForm).open_tasks()

    def focus_items(self) -> None:
        """Put the cursor onto the pictures or rows."""
        self._table.focus()

    def paste(self, text: str) -> None:
        """Put a text that was pasted elsewhere into the answer."""
        self._answer.paste(text)

    def follow(self, job: JobFolder) -> None:
        """Show how far a job is that makes this sheet."""
        self.query_one(SheetProgress).follow(job)

    def save(self) -> None:
        """Add the sound rows to the sheet; posts `Saved` and goes on to what waits next.

        Raises:
            WorkbenchError: there is no sound row, or the file cannot be added to.
        """
        item, rows = self.chosen, self.pasted.rows
        if item is None or item.problem or not rows:
            fix = _("Choose what it is about, and paste the answer.")
            raise WorkbenchError(_("There is no sound row to add."), fix=fix)
        appended = save_rows(self._project, self.draft, item, rows)
        self.items = self.items.with_answer(item.name)
        self._use(chosen=self.items.after(item.name), pasted="")
        self._answer.empty()
        sheet = shown_path(self.draft.sheet_path(self._project), self._project)
        said = _("{path}: rows added: {added}, in all: {total}")
        self._fill(said.format(path=sheet, added=appended.added, total=appended.total))
        self.post_message(self.Saved(self.draft.sheet_path(self._project), self.image_folder))

    @property
    def chosen(self) -> SheetItem | None:
        """The picture or row under the cursor."""
        return self.items.named(self.draft.chosen)

    @property
    def image_folder(self) -> Path | None:
        """What the pictures' paths in the rows count from; None if that is the sheet's own folder."""
        return self.draft.image_folder(self._project)

    @property
    def prompt(self) -> str:
        """What to ask about it; empty if it cannot be asked about."""
        return self.chosen.prompt if self.chosen else ""

    @property
    def pasted(self) -> PastedResult:
        """The rows of the answer, and what of it is to be mended."""
        return self._answer.result

    @property
    def _table(self) -> SheetTable:
        return self.query_one(SheetTable)

    @property
    def _answer(self) -> SheetAnswer:
        return self.query_one(SheetAnswer)

    def _use(self, **changes: Any) -> None:
        self.draft = self.draft.model_copy(update=changes)
        self.post_message(self.Edited(self.draft.model_dump()))

    # -- settings, and what there is to ask about

    @on(SheetForm.Changed)
    def _take_values(self, event: SheetForm.Changed) -> None:
        event.stop()
        self._use(**event.values)
        self.query_one(SheetForm).use(self.draft)
        self._begin()

    @on(SheetForm.Entered)
    def _entered(self, event: SheetForm.Entered) -> None:
        event.stop()
        self._begin()

    @on(SheetForm.Refused)
    def _refused_value(self, event: SheetForm.Refused) -> None:
        event.stop()
        self._say(event.reason)

    def _begin(self) -> None:
        """List what the fields name."""
        if self.draft.source:
            self._list(self.draft)
            return
        self._show(SheetItems())
        pictures = _("Name a folder of pictures, then enter.")
        self._say(pictures if self.draft.is_about_pictures else _("Name a file or folder of data, then enter."))

    @work(thread=True, group="sheet-list", exclusive=True, exit_on_error=False)
    def _list(self, draft: SheetDraft) -> None:
        try:
            self.post_message(self.Listed(list_items(self._project, draft)))
        except WorkbenchError as error:
            self.post_message(self.Refused(printable(str(error))))

    @on(Listed)
    def _listed(self, event: Listed) -> None:
        event.stop()
        self._show(event.items)
        if isinstance(self.screen.focused, LineInput):
            self.focus_items()

    @on(Refused)
    def _refused(self, event: Refused) -> None:
        event.stop()
        self._show(SheetItems())
        self._say(event.reason)

    @on(SheetProgress.Ended)
    def _look_again(self, event: SheetProgress.Ended) -> None:
        event.stop()
        self._begin()

    def _show(self, items: SheetItems) -> None:
        self.items = items
        if items.all and items.named(self.draft.chosen) is None:
            self._use(chosen=items.after(""))
        self._fill()

    def _fill(self, said: str = "") -> None:
        self._table.show(self.items, self.draft.chosen)
        place = place_text(self.draft, self._project) if self.items.all else ""
        self._say("\n".join(filter(None, [said, counts_text(self.items), place])))
        self._ask()

    @on(DataTable.RowHighlighted, "#sheet-items")
    def _choose(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        name = self._table.chosen_key
        if name is not None and name != self.draft.chosen:
            self._use(chosen=name)
            self._ask()

    @on(DataTable.RowSelected, "#sheet-items")
    def _to_answer(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self._answer.focus_answer()

    @on(SheetAnswer.Edited)
    def _edited(self, event: SheetAnswer.Edited) -> None:
        event.stop()
        self._use(pasted=event.text)

    def _ask(self) -> None:
        self._answer.ask_about(self.chosen, with_picture=self.draft.is_about_pictures)

    def _say(self, text: str) -> None:
        self.query_one("#sheet-about", Label).update(text)
