"""Which rows to show, and how they are trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.configs.schema import TrainConfig
from workbench.data.formats import FormatChoice
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.show.found import FoundRow, found_rows
from workbench.data.show.rendering import RowRenderer
from workbench.data.show.row import ShownRow, shown_row
from workbench.data.sources import Source, sources_of
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model

ALL = "all"


@dataclass(frozen=True)
class ShowRequest:
    """Which rows to show, and how they are trained.

    Args:
        path: a file, a folder, a pattern, or a dataset's name on a hub.
        row: a number from 1, or ``all``.
        what: one of `workbench.data.show.printed.VIEWS`.
        tokenizer: a model folder; None shows no tokens.
        columns: see `FormatChoice`.
    """

    path: str
    row: str
    what: str
    format_name: str
    tokenizer: str | None
    prompt_template: str
    max_length: int | None
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        return Source(self.path, FormatChoice(self.format_name, self.columns))

    def renderer(self) -> RowRenderer:
        """What renders the rows.

        Raises:
            WorkbenchError: the tokenizer or the template is not there.
        """
        tokenizer = LightTokenizer.from_folder(_folder(self.tokenizer)) if self.tokenizer else None
        return RowRenderer(get_template(self.prompt_template, tokenizer), tokenizer, self.max_length)


def choice_in(config: TrainConfig, path: str) -> FormatChoice:
    """How a config reads a data path; one that it does not name is read as its only one, or by looking."""
    sources = sources_of(config)
    named = next((source.choice for source in sources if source.path == path), None)
    return named or (sources[0].choice if len(sources) == 1 else FormatChoice())


def model_here(config: TrainConfig) -> str | None:
    """The model of a config, if it is on this machine."""
    model = config.pretrained_model_name_or_path
    return model if Path(resolve_model(model)).is_dir() else None


def shown_rows(request: ShowRequest) -> Iterator[ShownRow]:
    """The rows asked for, one after the other; those before the one asked for are only counted.

    Raises:
        WorkbenchError: the data, the row, the tokenizer or the template is not there.
    """
    renderer = request.renderer()
    rows = found_rows(request.source.files())
    for found in rows if request.row == ALL else [_wanted(request, rows)]:
        yield shown_row(found, renderer)


def _wanted(request: ShowRequest, rows: Iterator[FoundRow]) -> FoundRow:
    wanted = int(request.row) - 1 if request.row.isdecimal() else -1
    count = 0
    for found in rows:
        if found.position == wanted:
            return found
        count = found.position + 1
    raise WorkbenchError(
        _("There is no row {row}; the file has rows 1 to {count}.").format(row=request.row, count=count),
        where=request.path,
    )


def _folder(model: str) -> Path:
    folder = Path(resolve_model(model))
    if folder.is_dir():
        return folder
    raise WorkbenchError(
        _("The model folder does not exist."), where=model, fix=_("Name a folder with a tokenizer.json.")
    )
