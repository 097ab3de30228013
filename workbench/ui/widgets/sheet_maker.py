"""Making a question sheet: the pictures of a folder, the prompt for a chat service, and its answer pasted back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import DataTable, Input, Label, Static

from workbench.data.sheets.pasted import PastedResult
from workbench.data.sheets.sheet_file import Appended
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.sheet_draft import PictureList, SheetDraft, list_pictures, save_rows
from workbench.ui.widgets.field_controls import LineInput
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row
from workbench.ui.widgets.paste_box import PasteBox

_FIELDS = {
    "folder": N_("pictures in"),
    "sheet": N_("sheet"),
    "pairs": N_("pairs"),
    "language": N_("language"),
}


class SheetMaker(Vertical):
    """Settings on top, pictures on the left, prompt and answer on the right."""

    DEFAULT_CSS = """
    SheetMaker {
        height: 1fr;
        #sheet-top {
            height: 1;
            Label { color: $text-muted; padding: 0 0 0 1; }
            LineInput { width: 2fr; border: none; height: 1; background: $panel; margin: 0 1; padding: 0 1; }
            #sheet-pairs, #sheet-language { width: 6; }
        }
        #sheet-about { width: 1fr; height: auto; color: $text-muted; padding: 0 1; }
        #sheet-body { height: 1fr; }
        #sheet-pictures { width: 1fr; max-width: 44; height: 1fr; margin: 0 1; }
        #sheet-right { width: 2fr; height: 1fr; border-left: solid $border-blurred; padding: 0 1; }
        #sheet-prompt { height: 6; background: $panel; }
        .sheet-step { width: 1fr; height: auto; color: $text-accent; }
    }
    """

    @dataclass
    class Edited(Message):
        """The draft changed and is to be remembered."""

        values: dict[str, Any]

    @dataclass
    class Listed(Message):
        """The pictures of a folder were read."""

        draft: SheetDraft
        pictures: PictureList

    @dataclass
    class Refused(Message):
        """The folder or the sheet cannot be used."""

        reason: str

    @dataclass
    class Saved(Message):
        """Rows were added to the sheet."""

        path: Path
        appended: Appended

    def __init__(self, project: Path, remembered: dict[str, Any], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._project = project
        try:
            self.draft = SheetDraft.model_validate(remembered)
        except ValueError:
            self.draft = SheetDraft()
        self._pictures = PictureList()

    def compose(self) -> ComposeResult:
        with Horizontal(id="sheet-top"):
            for name, title in _FIELDS.items():
                yield Label(_(title))
                yield LineInput(str(getattr(self.draft, name)), id=f"sheet-{name}", compact=True)
        yield Label(_("Name a folder of pictures, then enter."), id="sheet-about", markup=False)
        with Horizontal(id="sheet-body"):
            yield FittedTable((Column(N_("picture")), Column(N_("rows"), 4)), id="sheet-pictures")
            with Vertical(id="sheet-right"):
                yield Label(_("1 · y copies this; paste it with the picture in a chat service"), classes="sheet-step")
                with VerticalScroll(id="sheet-prompt"):
                    yield Static("", id="sheet-prompt-text", markup=False)
                yield Label(_("2 · paste its answer here; f9 adds the rows"), classes="sheet-step")
                yield PasteBox(self.draft.pasted)

    def on_mount(self) -> None:
        self._show_prompt()
        self._parse()
        if self.draft.folder:
            self._list(self.draft)

    def focus_first(self) -> None:
        """Put the cursor where to begin: into the folder, or onto the pictures if it is chosen."""
        (self.focus_pictures if self._pictures.names else self.focus_folder)()

    def focus_folder(self) -> None:
        """Put the cursor into the folder's name."""
        self.query_one("#sheet-folder").focus()

    def focus_pictures(self) -> None:
        """Put the cursor onto the pictures."""
        self._table.focus()

    def save(self) -> None:
        """Add the sound rows to the sheet; posts `Saved` and goes on to the next picture.

        Raises:
            WorkbenchError: there is no sound row, or the file cannot be added to.
        """
        self._use(pasted=self.query_one(PasteBox).area.text)
        result = self.draft.parse()
        if not self.draft.picture or not result.rows:
            raise WorkbenchError(
                _("There is no sound row to add."), fix=_("Choose a picture, and paste the answer about it.")
            )
        appended = save_rows(self._project, self.draft, result)
        asked = self._pictures.asked | {self.draft.picture}
        self._pictures = PictureList(self._pictures.names, asked)
        path = self._project / self.draft.sheet
        self._use(picture=self._pictures.after(self.draft.picture), pasted="")
        self.query_one(PasteBox).area.text = ""
        self._fill()
        self.post_message(self.Saved(path, appended))

    @property
    def faults(self) -> int:
        """How much of the pasted text is to be mended."""
        return len(self._pasted().complaints)

    @property
    def has_sound_rows(self) -> bool:
        """Whether anything of the pasted text can be added as it is."""
        return bool(self._pasted().rows)

    def _pasted(self) -> PastedResult:
        return self.draft.model_copy(update={"pasted": self.query_one(PasteBox).area.text}).parse()

    @property
    def picture_count(self) -> int:
        """How many pictures the folder has."""
        return len(self._pictures.names)

    @property
    def _table(self) -> FittedTable:
        return self.query_one("#sheet-pictures", FittedTable)

    def _use(self, **changes: Any) -> None:
        self.draft = self.draft.model_copy(update=changes)
        self.post_message(self.Edited(self.draft.model_dump()))

    # -- settings and pictures

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        values = {name: self.query_one(f"#sheet-{name}", Input).value.strip() for name in _FIELDS}
        try:
            self.draft = SheetDraft.model_validate(self.draft.model_dump() | values)
        except ValueError:
            self._say(_("Pairs are a number from 1 to 100, the language is zh or en."))
            return
        self._use()
        self._list(self.draft)

    @work(thread=True, group="sheet-list", exclusive=True, exit_on_error=False)
    def _list(self, draft: SheetDraft) -> None:
        try:
            self.post_message(self.Listed(draft, list_pictures(self._project, draft)))
        except WorkbenchError as error:
            self.post_message(self.Refused(printable(str(error))))

    @on(Listed)
    def _listed(self, event: Listed) -> None:
        event.stop()
        self._pictures = event.pictures
        names = event.pictures.names
        if self.draft.picture not in names:
            self._use(picture=event.pictures.after(names[0]) if names[0] in event.pictures.asked else names[0])
        self._fill()
        if isinstance(self.screen.focused, LineInput):
            self.focus_pictures()

    @on(Refused)
    def _refused(self, event: Refused) -> None:
        event.stop()
        self._pictures = PictureList()
        self._table.set_rows([])
        self._say(event.reason)

    def _fill(self) -> None:
        names, asked = self._pictures.names, self._pictures.asked
        self._table.set_rows([Row(name, (printable(name), "✓" if name in asked else "")) for name in names])
        self._table.choose(self.draft.picture)
        said = _("{count} pictures, {asked} of them have rows. a asks a chat service about the others.")
        self._say(said.format(count=len(names), asked=len(asked.intersection(names))))
        self._show_prompt()

    @on(DataTable.RowHighlighted, "#sheet-pictures")
    def _choose(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        name = self._table.chosen_key
        if name is not None and name != self.draft.picture:
            self._use(picture=name)
            self._show_prompt()
            self._parse()

    @on(DataTable.RowSelected, "#sheet-pictures")
    def _to_answer(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.query_one(PasteBox).area.focus()

    # -- prompt and answer

    @on(PasteBox.Edited)
    def _edited(self, event: PasteBox.Edited) -> None:
        event.stop()
        self._use(pasted=event.text)
        self._parse()

    def _parse(self) -> None:
        self.query_one(PasteBox).tell(self.draft.parse())

    def _show_prompt(self) -> None:
        self.query_one("#sheet-prompt-text", Static).update(printable(self.draft.prompt))

    def _say(self, text: str) -> None:
        self.query_one("#sheet-about", Label).update(text)
