"""How much a training has to learn from, as far as its files tell without a model."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from workbench.configs.model_settings import Stage
from workbench.configs.preference_settings import PAIR_STAGES
from workbench.configs.schema import TrainConfig
from workbench.data.conversation import Conversation, Sample
from workbench.data.encode import encode_all
from workbench.data.file_summary import summaries_of
from workbench.data.held_out import held_out_count
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.prepare.pairs import why_nothing_is_preferred
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
    usable = [[row.sample for row in summary.spread if _is_usable(row.sample, config.stage)] for summary in summaries]
    rows = [
        summary.rows * len(some) / max(len(summary.spread), 1) for summary, some in zip(summaries, usable, strict=True)
    ]
    counts = _token_counts(config, rows, usable)
    longest = max((count for some in counts for count in some), default=None)
    if not read or not all(summary.is_whole for summary in summaries):
        return DataSize(longest=longest, files=by_format)
    share = min(read, config.max_dataset_length or read) / read
    kept = round(sum(rows) * share)
    trained = kept - held_out_count(kept, config.eval_ratio)
    scaled = [(of_file / len(some), some) for of_file, some in zip(rows, counts, strict=True) if some]
    part = trained / max(sum(rows), 1)
    tokens = sum(times * sum(some) for times, some in scaled)
    pieces = sum(times * sum(math.ceil(count / config.max_length) for count in some) for times, some in scaled)
    return DataSize(
        rows=trained,
        samples=round(pieces * part) or None,
        tokens=round(tokens * part) or None,
        longest=longest,
        files=by_format,
    )


def _is_usable(sample: Sample, stage: Stage) -> bool:
    """Whether there is anything to learn in it, and two answers where answers are compared."""
    if sample.is_empty:
        return False
    if stage not in PAIR_STAGES or not isinstance(sample, Conversation) or not sample.rejected:
        return True
    return why_nothing_is_preferred(sample) is None


def _token_counts(config: TrainConfig, rows: list[float], usable: list[list[Sample]]) -> list[list[int]]:
    """Of each file, the tokens of some rows, the more the more it has; none without a tokenizer on this machine.

    Args:
        rows: how many each file has that are trained.
        usable: some of them.
    """
    nothing: list[list[int]] = [[] for _some in usable]
    folder = Path(resolve_model(config.pretrained_model_name_or_path))
    try:
        tokenizer = LightTokenizer.found_in(folder)
        if tokenizer is None:
            return nothing
        template = get_template(config.prompt_template, tokenizer)
        return [
            [len(row.input_ids) for row in encode_all(some, template, tokenizer, config.max_length)]
            for some in (
                _some_of(samples, of_file / max(sum(rows), 1)) for samples, of_file in zip(usable, rows, strict=True)
            )
        ]
    except WorkbenchError:  # which row the template refuses is said by the look at the first rows
        return nothing


def _some_of(samples: list[Sample], share: float) -> list[Sample]:
    wanted = math.ceil(_ROWS_TOKENISED * share)
    return samples[:: max(len(samples) // max(wanted, 1), 1)]
