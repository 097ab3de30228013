"""A question sheet being made by hand: which pictures, what to ask, and the answer pasted back. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from workbench.data.sheets.pasted import PastedResult, parse_pasted
from workbench.data.sheets.pictures import name_in_rows, pictures_in
from workbench.data.sheets.prompts import DEFAULT_PAIRS, Language, picture_prompt
from workbench.data.sheets.sheet_file import Appended, append_rows, check_sheet
from workbench.errors import WorkbenchError
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.data.sheets.endpoint import Endpoint
    from workbench.jobs.folder import JobFolder


class SheetDraft(BaseModel):
    """What is remembered of a sheet between two starts of the app.

    Args:
        folder: of the pictures.
        sheet: the file that the rows are added to.
        picture: the chosen one, as its rows name it.
        pasted: the answer, as far as it is mended.
    """

    folder: str = ""
    sheet: str = "llava.json"
    pairs: int = Field(DEFAULT_PAIRS, ge=1, le=100)
    language: Language = "zh"
    picture: str = ""
    pasted: str = ""

    @property
    def prompt(self) -> str:
        """What to paste into a chat service together with the picture."""
        return picture_prompt(self.pairs, self.language, self.picture)

    def parse(self) -> PastedResult:
        """The rows of the pasted answer, and what is wrong with it; nothing of an empty one."""
        return parse_pasted(self.pasted, self.picture) if self.pasted.strip() else PastedResult()


@dataclass(frozen=True)
class PictureList:
    """The pictures of a folder by their names in rows, and those that the sheet has rows of."""

    names: list[str] = field(default_factory=list)
    asked: frozenset[str] = frozenset()

    def after(self, name: str) -> str:
        """The next picture without rows, from this one on and round; this one if all have some."""
        place = self.names.index(name) if name in self.names else -1
        others = [*self.names[place + 1 :], *self.names[: place + 1]]
        return next((other for other in others if other not in self.asked), name)


def list_pictures(project: Path, draft: SheetDraft) -> PictureList:
    """The pictures to ask about.

    Raises:
        WorkbenchError: there are none, or the file is no sheet.
    """
    folder = project / Path(draft.folder).expanduser()
    pictures = pictures_in(folder)
    base = folder if folder.is_dir() else folder.parent
    sheet = project / Path(draft.sheet).expanduser()
    return PictureList([name_in_rows(path, base, sheet) for path in pictures], _asked(sheet))


def save_rows(project: Path, draft: SheetDraft, result: PastedResult) -> Appended:
    """Add the sound rows of a pasted answer to the sheet.

    Raises:
        WorkbenchError: the file is no sheet, or cannot be written.
    """
    path = project / Path(draft.sheet).expanduser()
    check_sheet(path)
    return append_rows(path, result.rows)


def known_endpoint() -> Endpoint:
    """The chat service of the environment or the settings.

    Raises:
        WorkbenchError: none is known, with how to name one.
    """
    from workbench.data.sheets.endpoint import find_endpoint, settings_path

    try:
        return find_endpoint()
    except WorkbenchError as error:
        fix = _('Set WORKBENCH_API_URL and WORKBENCH_API_KEY, and write model = "…" into {path}.')
        raise WorkbenchError(error.what, fix=fix.format(path=settings_path())) from error


def ask_endpoint(project: Path, draft: SheetDraft, endpoint: Endpoint) -> JobFolder:
    """Start the job that asks about every picture that has no answer yet.

    Raises:
        WorkbenchError: there are no pictures, or the sheet cannot be added to.
    """
    from workbench.actions.sheets import start_sheet
    from workbench.data.sheets.endpoint import EndpointSettings, read_settings
    from workbench.data.sheets.limits import Limits
    from workbench.data.sheets.make import SheetRequest

    settings = read_settings()
    priced = settings if settings.model == endpoint.model else EndpointSettings()
    request = SheetRequest(
        task="pictures",
        source=str(project / Path(draft.folder).expanduser()),
        sheet=str(project / Path(draft.sheet).expanduser()),
        url=endpoint.url,
        model=endpoint.model,
        pairs=draft.pairs,
        language=draft.language,
        limits=Limits(price_in=priced.price_in, price_out=priced.price_out),
    )
    return start_sheet(request, endpoint.key, project=project)


def _asked(sheet: Path) -> frozenset[str]:
    """The pictures that a sheet has rows of; a file that is not there has none."""
    from workbench.data.read import raw_rows

    check_sheet(sheet)
    if not sheet.is_file():
        return frozenset()
    bad: list[WorkbenchError] = []
    return frozenset(str(row["image"]) for _number, row in raw_rows(sheet, bad) if row.get("image"))
