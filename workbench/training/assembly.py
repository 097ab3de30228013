"""The trainer of a run, put together: settings, model, batches, what is said, and what happens at each step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import set_seed

from workbench.configs.preference_settings import PAIR_STAGES
from workbench.configs.schema import TrainConfig
from workbench.data.templates.mismatch import template_warnings, trained_template
from workbench.data.training_set import TrainingSet
from workbench.jobs.events import Started, Warned
from workbench.models.precision import choose_precision
from workbench.training.arguments import training_arguments
from workbench.training.built_ops import build_nothing_for_a_cpu
from workbench.training.callbacks.bad_loss import BadLoss
from workbench.training.callbacks.evaluation import SampleAnswers, Scores
from workbench.training.callbacks.saving import SaveCadence, StopOnRequest
from workbench.training.callbacks.steps import StepEvents, Throughput
from workbench.training.callbacks.validation import ValidationLoss
from workbench.training.deepspeed_choice import deepspeed_choice
from workbench.training.deepspeed_presets import deepspeed_settings, matched, zero_stage_of
from workbench.training.examiner import Examiner
from workbench.training.facts import facts
from workbench.training.flops import sample_length, utilisation
from workbench.training.fused_lora import fuse_adapters
from workbench.training.length_groups import LengthGroups
from workbench.training.liger import apply_liger
from workbench.training.pupil import pupil_of
from workbench.training.ranks import world_size
from workbench.training.sequence_parallel import shared_sequences
from workbench.training.session import Session
from workbench.training.shared_rows import shared_order
from workbench.training.trainer import WorkbenchTrainer
from workbench.training.way_facts import way_facts


def assembled_trainer(session: Session, data: TrainingSet) -> WorkbenchTrainer:
    """Everything that a run needs, and its beginning told.

    Raises:
        WorkbenchError: the model, a checkpoint or a picture cannot be used.
        PreparationStoppedError: the job was asked to stop while pictures were looked at.
    """
    config, (wanted, why_not) = session.config, deepspeed_choice(session)
    settings, mismatches = matched(deepspeed_settings(wanted), config) if wanted else (None, [])
    if settings is not None:
        build_nothing_for_a_cpu()
    arguments = training_arguments(
        config, session.job.checkpoints_path, total_steps=session.counting.total_steps, deepspeed=settings
    )
    set_seed(config.seed)
    reload = _weights_to_load(session, with_deepspeed=settings is not None)
    pupil = pupil_of(session, data, reload=reload, with_deepspeed=settings is not None)
    sharded = settings is not None and zero_stage_of(settings) == 3
    if not sharded and not config.torch_compile:
        fuse_adapters(pupil.model)
    kernels = apply_liger(pupil.model, config.use_liger_kernel)
    said = [
        *session.beginning,
        *facts(session, pupil.model, data.report, deepspeed=wanted, why_not=why_not),
        *way_facts(config, pupil.model, kernels=kernels),
        *pupil.batches.facts,
    ]
    _begin(session, said)
    for mismatch in mismatches:
        session.say(Warned(message=mismatch, where=wanted))
    throughput = Throughput()
    trainer = _trainer_kind(config)(
        session,
        throughput,
        weights_are_loaded=reload is not None,
        parts=pupil.parts,
        sampler=_sampler(config, data),
        sequence=shared_sequences(config, pupil.model),
        model=pupil.model,
        args=arguments,
        train_dataset=pupil.batches.rows,
        eval_dataset=pupil.batches.validation,
        data_collator=pupil.batches.collator,
        processing_class=session.tokenizer,
    )
    mfu = utilisation(
        pupil.model,
        choose_precision(config.precision),
        length=sample_length(config, data.report),
        devices=world_size(),
    )
    trainer.add_callback(StepEvents(session, throughput, mfu))
    examiner = Examiner(trainer.model, session, sharded=sharded, sight=pupil.batches.sight)
    _watch(trainer, session, examiner, data)
    return trainer


def _watch(trainer: WorkbenchTrainer, session: Session, examiner: Examiner, data: TrainingSet) -> None:
    """What happens at a step besides, in this order."""
    for callback in (
        SaveCadence(session),
        StopOnRequest(session),
        BadLoss(session, trainer, data.rows),
        SampleAnswers(session, examiner),
        *([ValidationLoss(session, trainer)] if data.validation else []),
        Scores(session, examiner),
    ):
        trainer.add_callback(callback)


def _trainer_kind(config: TrainConfig) -> type[WorkbenchTrainer]:
    if config.stage not in PAIR_STAGES:
        return WorkbenchTrainer
    from workbench.training.preference.trainer import PreferenceTrainer  # trl takes its time

    return PreferenceTrainer


def _weights_to_load(session: Session, *, with_deepspeed: bool) -> Path | None:
    """The checkpoint whose weights the model is loaded with; the trainer itself restores others.

    transformers restores a whole model by the names in memory, which InternLM2 does not have on disk, and knows
    nothing of the parts of a model that sees, nor of what a base lacks beside an adapter that took it out (PiSSA).
    """
    config = session.config
    if config.has_adapter and config.lora.changes_base:
        return session.resumed_from
    if with_deepspeed or (config.has_adapter and not config.visual_encoder_name_or_path):
        return None
    return session.resumed_from


def _sampler(config: TrainConfig, data: TrainingSet) -> Any:
    return shared_order(config, len(data.rows), _length_groups(config, data))


def _length_groups(config: TrainConfig, data: TrainingSet) -> LengthGroups | None:
    if not config.group_by_length:
        return None
    counts = data.rows.image_counts()
    batch = config.batch_size * config.accumulative_counts * world_size() // config.sequence_parallel_size
    return LengthGroups(data.rows.lengths(), [count > 0 for count in counts], batch=batch, seed=config.seed)


def _begin(session: Session, said: list[str]) -> None:
    session.say(Started(facts=said, resumed_from_iter=session.first_iter if session.goes_on else None))
    for warning in _template_warnings(session):
        session.say(Warned(message=warning, where="prompt_template"))


def _template_warnings(session: Session) -> list[str]:
    """What speaks against the template for this model."""
    config, model = session.config, session.config.pretrained_model_name_or_path
    return template_warnings(
        config.prompt_template, "train", model=model, trained=trained_template(model), tokenizer=session.tokenizer
    )
