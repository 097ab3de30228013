"""From a request to a sheet: which items there are, who is asked, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, SecretStr

from workbench.data.files import data_files
from workbench.data.formats import FormatChoice
from workbench.data.read import raw_rows
from workbench.data.sheets.client import ChatClient
from workbench.data.sheets.endpoint import Endpoint
from workbench.data.sheets.engine import Item, Outcome, SheetMaker, Watcher
from workbench.data.sheets.limits import Limits, Spending
from workbench.data.sheets.patience import Patience
from workbench.data.sheets.picture_items import PictureQuestion, picture_items
from workbench.data.sheets.pictures import DEFAULT_LONGEST_SIDE, base_of_names, folder_of, is_found_from, pictures_in
from workbench.data.sheets.prompts import DEFAULT_PAIRS, Language, TextTask
from workbench.data.sheets.sheet_file import check_sheet
from workbench.data.sheets.text_items import TextQuestion, text_items
from workbench.errors import WorkbenchError
from workbench.i18n import _

PICTURES: Literal["pictures"] = "pictures"
DEFAULT_PARALLEL = 4


class SheetRequest(BaseModel):
    """All that a sheet depends on but the key, which is never written down.

    Args:
        task: ``pictures``, or what to do with rows of text.
        source: the folder of pictures, or the data file or folder.
        sheet: the file that the rows are added to.
        target: the language to translate into.
        parallel: requests at a time.
        longest_side: of a picture that is sent, in pixels.
        max_tokens: of one answer; None leaves it to the service.
    """

    model_config = ConfigDict(extra="forbid")

    task: Literal["pictures"] | TextTask
    source: str
    sheet: str
    url: str
    model: str
    pairs: int = DEFAULT_PAIRS
    language: Language = "zh"
    target: str = "en"
    format: str = "auto"
    parallel: int = DEFAULT_PARALLEL
    longest_side: int = DEFAULT_LONGEST_SIDE
    max_tokens: int | None = None
    limits: Limits = Limits()

    @property
    def image_folder(self) -> Path | None:
        """The folder to name for the paths in the rows; None if they are found from the sheet, or there are none."""
        folder = folder_of(Path(self.source))
        return None if self.task != PICTURES or is_found_from(Path(self.sheet), folder) else folder

    def check(self) -> int:
        """How many pictures or rows there are to ask about, before anything is asked.

        Raises:
            WorkbenchError: there are none, the sheet cannot be added to, or a limit cannot be kept.
        """
        self.limits.check()
        sheet, source = Path(self.sheet), Path(self.source)
        if self.task == PICTURES:
            check_sheet(sheet, base_of_names(sheet, folder_of(source)))
            return len(pictures_in(source))
        check_sheet(sheet)
        bad: list[WorkbenchError] = []
        return sum(1 for path in data_files(self.source) for _row in raw_rows(path, bad)) + len(bad)


@dataclass(frozen=True)
class SheetMade:
    """``rows``: in the sheet now; ``added``: of them, by this start; ``total``: pictures or rows there are."""

    rows: int
    added: int
    total: int
    outcome: Outcome
    spending: Spending

    @property
    def not_asked(self) -> int:
        return self.total - self.outcome.seen


def make_sheet(
    request: SheetRequest, key: SecretStr | None, watcher: Watcher, *, patience: Patience | None = None
) -> SheetMade:
    """Ask about everything that was not answered before, and add the rows to the sheet.

    Raises:
        WorkbenchError: the service cannot be asked, nothing came of it, or a file cannot be read or written.
    """
    total = request.check()
    stopping = threading.Event()
    endpoint = Endpoint(request.url, request.model, key)
    with ChatClient(endpoint, max_tokens=request.max_tokens, patience=patience, stopping=stopping) as client:
        maker = SheetMaker(Path(request.sheet), client, request.limits, watcher, stopping, request.parallel)
        appended = maker.run(_items(request, maker))
    outcome = maker.outcome
    if outcome.left_out and not outcome.answered and not outcome.known and not outcome.halted:
        raise WorkbenchError(
            _("Nothing gave a usable answer: {reason}").format(reason=outcome.left_out.most_common(1)[0][0]),
            where=request.source,
            fix=_("Look at the warnings; try another model."),
        )
    return SheetMade(appended.total, appended.added, total, outcome, maker.spending)


def _items(request: SheetRequest, maker: SheetMaker) -> Iterable[Item]:
    if request.task == PICTURES:
        place = Path(request.source)
        folder = folder_of(place)
        asked = PictureQuestion(request.model, request.pairs, request.language, request.longest_side)
        return picture_items(folder, pictures_in(place), asked, Path(request.sheet))
    question = TextQuestion(request.model, request.task, request.language, request.pairs, request.target)
    return text_items(request.source, FormatChoice(request.format), question, maker.leave_out)
