"""Which rows to show, and how they are trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.configs.schema import TrainConfig
from workbench.data.formats import FormatChoice
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.show.found import FoundRow, found_rows
from workbench.data.show.rendering import RowRenderer
from workbench.data.show.row import ShownRow, shown_row
from workbench.data.shown_names import shown_name
from workbench.data.sources import Source, choices_for, sources_of
from workbench.data.templates import get_template
from workbench.data.usual_template import usual_template
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model

ALL = "all"


@dataclass(frozen=True)
class ShowRequest:
    """Which rows to show, and how they are trained.

    Args:
        paths: files, folders, patterns, or datasets' names on a hub.
        row: of one file, the number that the reader gives it (see `raw_rows`); of several, counted from 1 through
            all of them; or ``all``.
        what: one of `workbench.data.show.printed.VIEWS`.
        tokenizer: a model folder; None shows no tokens.
        prompt_template: its name; None takes the model's own.
        choices: how to read a path, if not by ``format_name`` and ``columns``.
        columns: see `FormatChoice`.
    """

    paths: tuple[str, ...]
    row: str
    what: str
    format_name: str
    tokenizer: str | None
    prompt_template: str | None
    max_length: int | None
    columns: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, FormatChoice] = field(default_factory=dict)

    @property
    def sources(self) -> list[Source]:
        usual = choices_for(FormatChoice(self.format_name, self.columns), self.paths)
        return [Source(path, self.choices.get(path, choice)) for path, choice in zip(self.paths, usual, strict=True)]

    def renderer(self) -> RowRenderer:
        """What renders the rows.

        Raises:
            WorkbenchError: the tokenizer or the template is not there.
        """
        if self.max_length and not self.tokenizer:
            raise WorkbenchError(
                _("Without a tokenizer no tokens are counted."),
                where="--max-length",
                fix=_("Add --tokenizer with a model folder, or --config."),
            )
        tokenizer = LightTokenizer.from_folder(_folder(self.tokenizer)) if self.tokenizer else None
        name, reason = self.prompt_template, ""
        if name is None:
            name, reason = usual_template(self.tokenizer, tokenizer)
        return RowRenderer(get_template(name, tokenizer), tokenizer, self.max_length, reason)


def choice_in(config: TrainConfig, path: str) -> FormatChoice:
    """How a config reads a data path; one that it does not name is read as its only one, or by looking."""
    sources = sources_of(config)
    named = next((source.choice for source in sources if source.path == path), None)
    return named or (sources[0].choice if len(sources) == 1 else FormatChoice())


def model_here(config: TrainConfig) -> str | None:
    """The model of a config, if it is on this machine."""
    model = config.pretrained_model_name_or_path
    return model if Path(resolve_model(model)).is_dir() else None


def shown_rows(request: ShowRequest, renderer: RowRenderer | None = None) -> Iterator[ShownRow]:
    """The rows asked for, one after the other; those before the one asked for are only counted.

    Args:
        renderer: the request's, if it is there already.

    Raises:
        WorkbenchError: the data, the row, the tokenizer or the template is not there.
    """
    renderer = renderer or request.renderer()
    files = [(source.path, file) for source in request.sources for file in source.files()]
    several = len(request.paths) > 1
    names = {file.path: shown_name(file.path, path, among_others=several) for path, file in files}
    rows = found_rows([file for _path, file in files])
    for found in rows if request.row == ALL else [_wanted(request, rows, among_files=len(files) > 1)]:
        row = shown_row(found, renderer)
        yield replace(row, file=names[found.path], is_of_several=len(files) > 1)


def _wanted(request: ShowRequest, rows: Iterator[FoundRow], *, among_files: bool) -> FoundRow:
    """The row of a number; 1 is the first one even if a heading or an empty line stands before it.

    Raises:
        WorkbenchError: there is none, as of a number of an empty line.
    """
    wanted = int(request.row) if request.row.isdecimal() else 0
    last = 0
    for found in rows:
        number = found.position + 1 if among_files or not found.number else found.number
        if number == wanted or (wanted == 1 and not last):
            return found
        if last < wanted < number:
            raise WorkbenchError(
                _("Line {row} of the file begins no row; the next one that does is {next}.").format(
                    row=wanted, next=number
                ),
                where=listed(request.paths),
            )
        last = number
    raise WorkbenchError(
        _("There is no row {row}; the file has rows 1 to {count}.").format(row=request.row, count=last),
        where=listed(request.paths),
    )


def _folder(model: str) -> Path:
    folder = Path(resolve_model(model))
    if folder.is_dir():
        return folder
    raise WorkbenchError(
        _("The model folder does not exist."), where=model, fix=_("Name a folder with a tokenizer.json.")
    )
