"""Rows being made with a chat service: of what, into which file, and an answer pasted back. No Textual here."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from workbench.data.sheets.pictures import base_of_names, folder_of, is_found_from
from workbench.data.sheets.prompts import DEFAULT_PAIRS, Language, TextTask
from workbench.i18n import N_, current_language
from workbench.paths import resolve_model

Task = Literal["pictures"] | TextTask
TASK_TITLES: dict[Task, str] = {
    "pictures": N_("pictures"),
    "paraphrase": N_("paraphrase"),
    "translate": N_("translate"),
    "extend": N_("extend"),
}
FIELD_TITLES = {
    "folder": N_("pictures in"),
    "data": N_("data"),
    "sheet": N_("sheet"),
    "text_sheet": N_("into"),
    "pairs": N_("pairs"),
    "exchanges": N_("exchanges"),
    "language": N_("language"),
    "target": N_("translate into"),
    "max_rows": N_("ask at most"),
    "max_cost": N_("USD at most"),
    "price_in": N_("USD/million in"),
    "price_out": N_("out"),
}
_OF_PICTURES = frozenset({"folder", "sheet", "pairs"})
_OF_TEXT = frozenset({"data", "text_sheet"})
_ONLY_OF: dict[Task, frozenset[str]] = {
    "pictures": _OF_PICTURES,
    "paraphrase": _OF_TEXT,
    "translate": _OF_TEXT | {"target"},
    "extend": _OF_TEXT | {"exchanges"},
}
_OF_SOME: frozenset[str] = frozenset().union(*_ONLY_OF.values())


def _language_of_app() -> Language:
    return "zh" if current_language() == "zh_CN" else "en"


class SheetDraft(BaseModel):
    """What is remembered of a sheet between two starts of the app.

    Args:
        task: what is asked about: pictures, or what to do with rows of text.
        folder: of the pictures.
        data: the file or folder of rows.
        sheet: the file that rows about pictures are added to.
        text_sheet: the file that rows made of rows are added to.
        pairs: questions and answers about a picture.
        exchanges: what a dialogue is extended by.
        language: the service is asked in.
        target: the language to translate into: zh, en, or a name.
        max_rows: pictures or rows that may be asked about; None is no limit, as of the others.
        max_cost: USD.
        price_in: USD for a million tokens that are sent.
        price_out: USD for a million tokens that come back.
        chosen: the picture or row under the cursor, by its name.
        pasted: the answer, as far as it is mended.
    """

    task: Task = "pictures"
    folder: str = ""
    data: str = ""
    sheet: str = "llava.json"
    text_sheet: str = "made.jsonl"
    pairs: int = Field(DEFAULT_PAIRS, ge=1, le=100)
    exchanges: int = Field(1, ge=1, le=100)
    language: Language = Field(default_factory=_language_of_app)
    target: str = Field("en", min_length=1)
    max_rows: int | None = Field(None, ge=1)
    max_cost: float | None = Field(None, ge=0)
    price_in: float | None = Field(None, ge=0)
    price_out: float | None = Field(None, ge=0)
    chosen: str = ""
    pasted: str = ""

    @property
    def is_about_pictures(self) -> bool:
        """Whether pictures are asked about, not rows of text."""
        return self.task == "pictures"

    @property
    def source(self) -> str:
        """The pictures or the data, as they were named; empty if they were not."""
        return self.folder if self.is_about_pictures else self.data

    def has_field(self, name: str) -> bool:
        """Whether a field means anything for the task."""
        return name not in _OF_SOME or name in _ONLY_OF[self.task]

    def source_path(self, project: Path) -> Path:
        """Where the pictures or the data are, as the job names it too."""
        return (project / Path(resolve_model(self.source)).expanduser()).resolve()

    def image_folder(self, project: Path) -> Path | None:
        """The folder that the pictures' paths in the rows count from, unless it is the sheet's own."""
        if not self.is_about_pictures or not self.folder:
            return None
        folder = folder_of(self.source_path(project))
        return None if is_found_from(self.sheet_path(project), folder) else folder

    def base_of_names(self, project: Path) -> Path | None:
        """What the pictures' paths in the rows count from; None if the rows have no pictures."""
        if not self.is_about_pictures or not self.folder:
            return None
        return base_of_names(self.sheet_path(project), folder_of(self.source_path(project)))

    def sheet_path(self, project: Path) -> Path:
        """The file that rows are added to."""
        return project / Path(self.sheet if self.is_about_pictures else self.text_sheet).expanduser()
