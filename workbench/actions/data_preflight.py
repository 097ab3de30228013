"""What a training needs of its data, looked at before it starts: the template, the files, their rows and pictures."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.findings import Findings
from workbench.actions.vision_preflight import check_pictures
from workbench.configs.base_changes import require_new
from workbench.configs.schema import TrainConfig
from workbench.data.file_summary import summaries_of
from workbench.data.held_out import packed_ahead, too_few
from workbench.data.hub import hub_name
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.prepare.first_rows import look_at_first_rows
from workbench.data.prepare.offline import prepared_folder
from workbench.data.prepare.report import DataReport
from workbench.data.prepare.request import PrepareRequest
from workbench.data.prepare.store import read_record, tokenizer_digest
from workbench.data.sources import Source, SourceFile, sources_of
from workbench.data.templates import template_for_model
from workbench.paths import resolve_model


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
    template = found.of(template_for_model, config.prompt_template, folder)
    tokenizer = found.of(LightTokenizer.found_in, folder) if template is not None else None
    digest = tokenizer_digest(tokenizer) if tokenizer is not None else None
    prepared = found.of(prepared_folder, config, digest, template)
    files = [file for source in sources_of(config) for file in found.of(_files, source) or []]
    summaries = summaries_of(files, leave_out=config.bad_rows == "leave_out")
    for summary in summaries:
        if summary.error is not None:
            found.add(summary.error)
    if tokenizer is not None:
        found.of(require_new, config.new_tokens, tokenizer)
    if prepared is not None:
        found.of(_require_single_samples, config, prepared)
    elif len(found) == before:
        report = found.of(look_at_first_rows, PrepareRequest.of(config), tokenizer, files)
        if report is not None:
            found.of(_require_two, config, report)
    if len(found) == before and config.sees and config.on_bad_image == "error":
        for file, summary in zip(files, summaries, strict=True):
            found.of(check_pictures, file, summary.spread)
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
