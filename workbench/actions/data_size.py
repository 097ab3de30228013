"""How much a training has to learn from, as far as its files tell without a model."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from workbench.configs.schema import TrainConfig
from workbench.data.conversation import Sample
from workbench.data.encode import encode_all
from workbench.data.file_summary import FileSummary, summaries_of
from workbench.data.held_out import held_out_count
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.sources import sources_of
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
from workbench.paths import resolve_model

_ROWS_TOKENISED = 300
"""About so many, of all files together; at least one of each."""


@dataclass(frozen=True)
class DataSize:
    """Rows and (extrapolated) tokens that are trained in an epoch, and tokens of the longest of some rows.

    Each is None where it is not known. ``samples``: the rows, with each piece of a text longer than ``max_length``.
    ``files``: names of the files that were read, by their format.
    """

    rows: int | None = None
    samples: int | None = None
    tokens: int | None = None
    longest: int | None = None
    files: dict[str, list[str]] = field(default_factory=dict)


def data_size(config: TrainConfig) -> DataSize:
    """Nothing is known where the data is not on this machine or damaged; of large data, its first rows are."""
    sources = sources_of(config)
    if not all(source.is_here for source in sources):
        return DataSize()
    try:
        files = [file for source in sources for file in source.files()]
    except WorkbenchError:  # which the preflight tells
        return DataSize()
    summaries = summaries_of(files, leave_out=config.bad_rows == "leave_out")
    if any(summary.error for summary in summaries):
        return DataSize()
    by_format: dict[str, list[str]] = {}
    for summary in summaries:
        by_format.setdefault(summary.format, []).append(summary.path.name)
    read = sum(summary.rows for summary in summaries)
    counts = _token_counts(config, summaries, read)
    longest = max((count for some in counts for count in some), default=None)
    if not read or not all(summary.is_whole for summary in summaries):
        return DataSize(longest=longest, files=by_format)
    kept = min(read, config.max_dataset_length or read)
    trained = kept - held_out_count(kept, config.eval_ratio)
    scaled = [(summary.rows / len(some), some) for summary, some in zip(summaries, counts, strict=True) if some]
    tokens = sum(times * sum(some) for times, some in scaled)
    pieces = sum(times * sum(math.ceil(count / config.max_length) for count in some) for times, some in scaled)
    return DataSize(
        rows=trained,
        samples=round(pieces * trained / read) or None,
        tokens=round(tokens * trained / read) or None,
        longest=longest,
        files=by_format,
    )


def _token_counts(config: TrainConfig, summaries: list[FileSummary], read: int) -> list[list[int]]:
    """Of each file, the tokens of some rows, the more the more it has; none without a tokenizer on this machine.

    Args:
        read: rows of all files.
    """
    nothing: list[list[int]] = [[] for _summary in summaries]
    folder = Path(resolve_model(config.pretrained_model_name_or_path))
    try:
        tokenizer = LightTokenizer.found_in(folder)
        if tokenizer is None:
            return nothing
        template = get_template(config.prompt_template, tokenizer)
        return [
            [len(row.input_ids) for row in encode_all(some, template, tokenizer, config.max_length)]
            for some in (_some_of(summary, read) for summary in summaries)
        ]
    except WorkbenchError:  # which row the template refuses is said by the look at the first rows
        return nothing


def _some_of(summary: FileSummary, read: int) -> list[Sample]:
    wanted = math.ceil(_ROWS_TOKENISED * summary.rows / max(read, 1))
    step = max(len(summary.spread) // max(wanted, 1), 1)
    return [row.sample for row in summary.spread[::step]]
