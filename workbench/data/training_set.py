"""From a config's data paths to the rows that are trained, in the order of their packing plan."""

from __future__ import annotations

from array import array
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from operator import sub
from pathlib import Path
from typing import Any

from workbench.configs.evaluation_rules import validation_config
from workbench.configs.schema import TrainConfig
from workbench.data.held_out import HeldOut, held_out, known_samples, packed_ahead, take_away
from workbench.data.pack import Packed, PackPlan, plan_packs
from workbench.data.prepare.offline import prepared_folder, write_packed
from workbench.data.prepare.pictures import RowFacts
from workbench.data.prepare.preflight import look_through
from workbench.data.prepare.prepare import prepared
from workbench.data.prepare.report import DataReport
from workbench.data.prepare.request import PrepareRequest
from workbench.data.prepare.store import Record, TokenStore, template_digest, tokenizer_digest, write_record
from workbench.data.prepare.write import OnProgress
from workbench.data.templates import get_template
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _


class TrainingRows:
    """The packed rows, each put together when it is asked for."""

    def __init__(self, store: TokenStore, plan: PackPlan) -> None:
        self.store = store
        self._plan = plan

    def __len__(self) -> int:
        return len(self._plan)

    @property
    def picture_folders(self) -> list[str] | None:
        """Where their pictures may lie; None if they are for a model that reads text only."""
        return self.store.record.picture_folders

    def __getitem__(self, number: int) -> Packed:
        packed = Packed()
        for sample, begin, end in self._plan.parts(number):
            row = self.store.row(sample)
            packed.input_ids += row.input_ids[begin:end]
            packed.labels += row.labels[begin:end]
            packed.lengths += row.lengths if len(row.lengths) > 1 else [end - begin]
            packed.images += row.images  # samples of a model that sees are never divided
        return packed

    def standing_at(self, number: int) -> int:
        """The number of the row that stands in a place: its own, unless it is left out."""
        return number

    def lengths(self) -> array[int]:
        """Tokens of each row, a picture counted as one, without reading them."""
        plan = self._plan
        sums = array("q", accumulate(map(sub, plan.ends, plan.begins), initial=0))
        return array("q", (sums[end] - sums[start] for start, end in pairwise(plan.starts)))

    def image_counts(self) -> array[int]:
        """Pictures of each row, without reading its tokens."""
        counts = self.store.image_counts()
        sums = array("q", accumulate((counts[sample] for sample in self._plan.samples), initial=0))
        return array("q", (sums[end] - sums[start] for start, end in pairwise(self._plan.starts)))

    def pictures(self) -> set[str]:
        """The different pictures of all rows, without reading their tokens."""
        return self.store.pictures_of(self._plan.samples)

    def facts(self, number: int) -> RowFacts:
        """What is kept of the only sample in a row, if the model sees."""
        return self.store.facts(self._plan.samples[self._plan.starts[number]])


@dataclass
class TrainingSet:
    """The rows to train on, how they came about, and the rows of the validation loss."""

    rows: TrainingRows
    report: DataReport
    validation: TrainingRows | None = None


def build_training_set(
    config: TrainConfig,
    tokenizer: Any,
    on_progress: OnProgress | None = None,
    on_pictures: OnProgress | None = None,
) -> TrainingSet:
    """Read, render, tokenise and pack; what an earlier run has prepared is used again. Then look at every picture.

    Args:
        tokenizer: a `LightTokenizer` or one of transformers.
        on_pictures: is told how many pictures were looked at, and of how many; may raise to end the work.

    Raises:
        WorkbenchError: data is missing or damaged, a picture cannot be used, nothing trainable is left, or there is no
            picture at all where only the projector is trained or the texts speak of some.
    """
    folder = prepared_folder(config, tokenizer_digest(tokenizer), get_template(config.prompt_template, tokenizer))
    store = TokenStore(folder) if folder else prepared(PrepareRequest.of(config), tokenizer, on_progress)
    left_out, report = frozenset[int](), store.record.report.model_copy()
    if store.sees:
        left_out, report = look_through(store, config.on_bad_image, on_pictures)
        if not report.pictures and (config.freeze_llm or report.unmeant):
            raise _no_pictures(config, report)
    held = held_out(store, config.eval_ratio, config.seed, left_out) if config.eval_ratio else HeldOut(frozenset(), 0)
    plan = plan_of(config, store, left_out | held.samples)
    report.packs = len(plan)
    if config.packing != "none":
        report.fill = plan.fill
    validation = None
    if held.samples:
        take_away(report, store, held)
        others = frozenset(range(len(store))) - held.samples
        validation = TrainingRows(store, plan_of(config, store, others))
    elif (own_data := validation_config(config)) is not None:
        own = build_training_set(own_data, tokenizer, on_progress, on_pictures)
        validation, report.held_out_apart = own.rows, True
        report.held_out, report.held_out_tokens = own.report.samples, own.report.trained_tokens
        report.held_out_known = known_samples(own.rows.store, store)
    return TrainingSet(TrainingRows(store, plan), report, validation)


def _no_pictures(config: TrainConfig, report: DataReport) -> WorkbenchError:
    what = _("No row has a picture, and of the language model nothing is trained: nothing would be learned.")
    if report.unmeant:
        what = _("No row has a picture, but {count} rows have <image> in their texts.").format(count=report.unmeant)
    return WorkbenchError(
        what,
        where=listed(config.data_paths),
        fix=_(
            "Name the pictures in the column image or images; 'workbench data check' shows which columns are not used."
        ),
    )


def write_offline(
    config: TrainConfig,
    tokenizer: Any,
    folder: Path,
    on_progress: OnProgress | None = None,
    on_pictures: OnProgress | None = None,
) -> DataReport:
    """Prepare and pack ahead of the training: a folder of training rows that a config may name as its data.

    Raises:
        WorkbenchError: see `build_training_set`, the folder cannot be written, or samples are to be held out, which
            the training does before it packs.
    """
    if config.eval_ratio:
        raise packed_ahead()
    config = config.model_copy(update={"eval_data_path": None})
    made = build_training_set(config, tokenizer, on_progress, on_pictures)
    write_packed(folder, made.rows, on_progress)
    record = Record(
        template=config.prompt_template,
        template_digest=template_digest(get_template(config.prompt_template, tokenizer)),
        max_length=config.max_length,
        tokenizer=tokenizer_digest(tokenizer),
        packed=True,
        packing=config.packing,
        pairs=made.rows.store.record.pairs,
        new_tokens=config.new_tokens,
        picture_folders=made.rows.picture_folders,
        report=made.report,
    )
    write_record(folder, record)
    return made.report


def plan_of(config: TrainConfig, store: TokenStore, left_out: Collection[int] = ()) -> PackPlan:
    """How the samples are packed: as the config says, unless they were packed when they were prepared."""
    how = "none" if store.record.packed or store.record.pairs else config.packing
    seed = config.seed if config.shuffle_before_pack else None
    lengths = store.lengths()
    if not left_out:
        return plan_packs(lengths, config.max_length, how, seed=seed)
    kept = array("q", (sample for sample in range(len(lengths)) if sample not in left_out))
    plan = plan_packs([lengths[sample] for sample in kept], config.max_length, how, seed=seed)
    return replace(plan, samples=array("q", (kept[sample] for sample in plan.samples)))
