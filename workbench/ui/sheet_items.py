"""The pictures or rows that a chat service is asked about, and the answers that they have. No Textual here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.data.conversation import Conversation
from workbench.data.formats import FormatChoice
from workbench.data.sheets.found_json import Complaint, found_objects, line_of
from workbench.data.sheets.kept import KeptAnswer, KeptAnswers
from workbench.data.sheets.pasted import PastedResult, parse_pasted
from workbench.data.sheets.pictures import folder_of, name_in_rows, pictures_in
from workbench.data.sheets.prompts import picture_prompt
from workbench.data.sheets.sheet_file import Appended, append_rows, check_sheet
from workbench.data.sheets.text_items import TextQuestion, dialogues, text_digest, text_item
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.ui.pictures import picture_problem
from workbench.ui.sheet_draft import SheetDraft

if TYPE_CHECKING:
    from workbench.data.sheets.endpoint import Endpoint
    from workbench.jobs.folder import JobFolder

MOST_LISTED = 2000
_SHOWN_CHARACTERS = 300


@dataclass(frozen=True)
class SheetItem:
    """One picture or row.

    Args:
        name: what rows or reports call it.
        shown: what a list shows.
        prompt: what is asked about it.
        read: makes rows of the answer.
        problem: why it cannot be asked about.
    """

    name: str
    shown: str
    prompt: str = ""
    read: Callable[[str], PastedResult] = field(default=partial(parse_pasted, image=""))
    problem: str = ""


@dataclass(frozen=True)
class SheetItems:
    """What there is to ask about. ``answered``: names of those with rows; ``is_all``: whether there are no more."""

    all: list[SheetItem] = field(default_factory=list)
    answered: frozenset[str] = frozenset()
    is_all: bool = True

    def named(self, name: str) -> SheetItem | None:
        """The one with this name."""
        return next((item for item in self.all if item.name == name), None)

    def waiting(self) -> list[SheetItem]:
        """Those that can be asked about and have no rows."""
        return [item for item in self.all if not item.problem and item.name not in self.answered]

    @property
    def is_done(self) -> bool:
        """Whether there is something to ask about, and nothing is left of it."""
        return bool(self.all) and self.is_all and not self.waiting()

    def after(self, name: str) -> str:
        """The next that waits, from this one on and round; this one if none does, the first if it is not there."""
        names = [item.name for item in self.all]
        place = names.index(name) if name in names else -1
        waiting = {item.name for item in self.waiting()}
        others = [*names[place + 1 :], *names[: place + 1]]
        return next((other for other in others if other in waiting), name if place >= 0 else next(iter(names), ""))

    def with_answer(self, name: str) -> SheetItems:
        """The same after rows were made of one more."""
        return SheetItems(self.all, self.answered | {name}, self.is_all)


def list_items(project: Path, draft: SheetDraft) -> SheetItems:
    """What there is to ask about.

    Raises:
        WorkbenchError: there is nothing, it cannot be read, or the file is no sheet.
    """
    check_sheet(draft.sheet_path(project), draft.base_of_names(project))
    return (_pictures if draft.is_about_pictures else _rows)(project, draft)


def save_rows(project: Path, draft: SheetDraft, item: SheetItem, rows: list[dict[str, Any]]) -> Appended:
    """Add the rows of an answer to the sheet; those of a row of text are not asked for again.

    Raises:
        WorkbenchError: the file is no sheet, or cannot be written.
    """
    sheet = draft.sheet_path(project)
    check_sheet(sheet, draft.base_of_names(project))
    appended = append_rows(sheet, rows)
    if not draft.is_about_pictures:
        kept = KeptAnswers(sheet)
        kept.add(KeptAnswer(item=item.name, asked=text_digest(_model(), item.prompt), rows=rows, was_asked=False))
        kept.note_written([item.name])
    return appended


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
    """Start the job that asks about everything that has no answer yet.

    Raises:
        WorkbenchError: there is nothing to ask about, the sheet cannot be added to, or the cost cannot be reckoned.
    """
    from workbench.actions.sheets import start_sheet
    from workbench.data.sheets.endpoint import read_settings
    from workbench.data.sheets.limits import Limits
    from workbench.data.sheets.make import SheetRequest

    given = {name: getattr(draft, name) for name in Limits.model_fields if getattr(draft, name) is not None}
    request = SheetRequest(
        task=draft.task,
        source=str(draft.source_path(project)),
        sheet=str(draft.sheet_path(project)),
        url=endpoint.url,
        model=endpoint.model,
        pairs=draft.exchanges if draft.task == "extend" else draft.pairs,
        language=draft.language,
        target=draft.target,
        limits=Limits(**read_settings().prices_of(endpoint.model) | given),
    )
    return start_sheet(request, endpoint.key, project=project)


def _pictures(project: Path, draft: SheetDraft) -> SheetItems:
    place, sheet = draft.source_path(project), draft.sheet_path(project)
    folder = folder_of(place)
    items = []
    for path in pictures_in(place):
        name = name_in_rows(path, folder, sheet)
        prompt = picture_prompt(draft.pairs, draft.language, name)
        items.append(SheetItem(name, name, prompt, partial(parse_pasted, image=name), picture_problem(path)))
    return SheetItems(items, _pictures_in_rows(sheet))


def _pictures_in_rows(sheet: Path) -> frozenset[str]:
    """The pictures that a sheet has rows of; a file that is not there has none."""
    from workbench.data.read import raw_rows

    if not sheet.is_file():
        return frozenset()
    bad: list[WorkbenchError] = []
    return frozenset(str(row["image"]) for _number, row in raw_rows(sheet, bad) if row.get("image"))


def _rows(project: Path, draft: SheetDraft) -> SheetItems:
    items = list(islice(_text_items(project, draft), MOST_LISTED + 1))
    kept = KeptAnswers(draft.sheet_path(project))
    models = {_model(), ""}
    answered = {
        item.name for item in items if any(kept.has(item.name, text_digest(model, item.prompt)) for model in models)
    }
    return SheetItems(items[:MOST_LISTED], frozenset(answered), len(items) <= MOST_LISTED)


def _text_items(project: Path, draft: SheetDraft) -> Iterator[SheetItem]:
    """The rows in order, those that cannot be asked about among them."""
    assert draft.task != "pictures"
    refused: list[WorkbenchError] = []
    question = TextQuestion("", draft.task, draft.language, draft.exchanges, draft.target)
    source = str(draft.source_path(project))
    for name, conversation in dialogues(source, FormatChoice("auto"), draft.task, refused.append):
        yield from (_refused_item(error, source) for error in refused)
        refused.clear()
        yield _text_item(name, _label(name, source), conversation, question)
    yield from (_refused_item(error, source) for error in refused)


def _label(name: str, source: str) -> str:
    """How the list calls ``file:row``: by its row if the source is that file."""
    return Path(name).name.removeprefix(f"{Path(source).name}:")


def _text_item(name: str, label: str, conversation: Conversation, question: TextQuestion) -> SheetItem:
    item = text_item(name, conversation, question)
    first = next((turn.content for turn in conversation.turns if turn.role == "user"), "")
    prompt = str(item.messages()[0]["content"])
    shown = f"{label}  {' '.join(first[:_SHOWN_CHARACTERS].split())}"
    return SheetItem(name, shown, prompt, partial(_read_dialogue, item.read))


def _refused_item(error: WorkbenchError, source: str) -> SheetItem:
    where = error.where or ""
    return SheetItem(where, _label(where, source), problem=error.what)


def _read_dialogue(read: Callable[[str], list[dict[str, Any]]], text: str) -> PastedResult:
    try:
        return PastedResult(rows=read(text))
    except WorkbenchError as error:
        objects, complaints = found_objects(text, ("messages",))
        line = line_of(text, objects[0].start) if objects else 1
        fix = _("Paste the whole answer, or ask again.")
        return PastedResult(complaints=complaints or [Complaint(line, error.what, fix)])


def _model() -> str:
    """The model that would be asked, be its address known or not; empty if none is known."""
    from workbench.data.sheets.endpoint import read_settings

    try:
        return read_settings().model
    except WorkbenchError:
        return ""
