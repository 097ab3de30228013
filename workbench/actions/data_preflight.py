"""What a training needs of its data, looked at before it starts: the template, the files and their first rows."""

from __future__ import annotations

import itertools
from pathlib import Path

from workbench.actions.findings import Findings
from workbench.configs.base_changes import require_new
from workbench.configs.schema import TrainConfig
from workbench.data.held_out import packed_ahead, too_few
from workbench.data.hub import hub_name
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.prepare.first_rows import look_at_first_rows
from workbench.data.prepare.offline import prepared_folder
from workbench.data.prepare.report import DataReport
from workbench.data.prepare.request import PrepareRequest
from workbench.data.prepare.store import read_record
from workbench.data.prepare.write import with_way_on
from workbench.data.read import open_file
from workbench.data.sources import Source, SourceFile, sources_of
from workbench.data.templates import template_for_model
from workbench.errors import WorkbenchError
from workbench.paths import resolve_model

_BYTES_READ_WHOLE = 64 * 1024**2
_ROWS_READ = 1000


def check_sources(config: TrainConfig) -> None:
    """
    Raises:
        WorkbenchError: the first of the `data_findings`.
    """
    data_findings(config, Findings()).raise_first()


def data_findings(config: TrainConfig, found: Findings) -> Findings:
    """Look at the template and the data: all of small files, the first rows of large ones; nothing is fetched.

    Args:
        found: takes what is wrong with them: something is missing or damaged, was prepared for another config, or rows
            are not what the training takes.
    """
    before = len(found)
    folder = Path(resolve_model(config.pretrained_model_name_or_path))
    has_template = found.of(template_for_model, config.prompt_template, folder) is not None
    prepared = found.of(prepared_folder, config, tokenizer=None)
    files = [file for source in sources_of(config) for file in found.of(_files, source) or []]
    for file in files:
        found.of(_read, file, leave_out=config.bad_rows == "leave_out")
    tokenizer = found.of(_tokenizer, folder) if has_template else None
    if tokenizer is not None:
        found.of(require_new, config.new_tokens, tokenizer)
    if prepared is not None:
        found.of(_require_single_samples, config, prepared)
    elif len(found) == before:
        report = found.of(look_at_first_rows, PrepareRequest.of(config), tokenizer, files)
        if report is not None:
            found.of(_require_two, config, report)
    return found


def _require_single_samples(config: TrainConfig, prepared: Path) -> None:
    if config.eval_ratio and read_record(prepared).packed:
        raise packed_ahead()


def _require_two(config: TrainConfig, report: DataReport) -> None:
    if config.eval_ratio and report.kept < 2:
        raise too_few()


def _files(source: Source) -> list[SourceFile]:
    """Those that are on this machine."""
    if source.is_here:
        return source.files()
    hub_name(source.path)
    return []


def _read(file: SourceFile, *, leave_out: bool) -> None:
    """Read a file's rows, of a large one only the first."""
    rows = open_file(file.path, file.choice, [] if leave_out else _Stop()).rows
    most = None if file.size <= _BYTES_READ_WHOLE else _ROWS_READ
    for _row in itertools.islice(rows, most):
        pass


class _Stop:
    """Raises what is wrong with a row, and says how to go on without such rows."""

    def append(self, error: WorkbenchError, /) -> None:
        raise WorkbenchError(error.what, where=error.where, fix=with_way_on(error.fix)) from error


def _tokenizer(folder: Path) -> LightTokenizer | None:
    """The tokenizer of a model folder; None if only transformers can make it."""
    return LightTokenizer.from_folder(folder) if (folder / "tokenizer.json").is_file() else None
