"""One training, from the job folder to its last checkpoint."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback, set_seed

from workbench.configs.estimate import estimate_steps
from workbench.configs.files import load_config
from workbench.configs.preference_settings import PAIR_STAGES
from workbench.configs.schema import TrainConfig
from workbench.data.prepare.kept_report import keep_report
from workbench.data.templates import get_template
from workbench.data.templates.mismatch import template_warnings, trained_template
from workbench.data.training_set import TrainingSet, build_training_set
from workbench.i18n import _
from workbench.jobs.events import Finished, Started, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.overfitting import lowest
from workbench.models.load import load_tokenizer
from workbench.models.precision import choose_precision
from workbench.training.arguments import training_arguments
from workbench.training.built_ops import build_nothing_for_a_cpu
from workbench.training.callbacks.bad_loss import BadLoss
from workbench.training.callbacks.evaluation import SampleAnswers, Scores
from workbench.training.callbacks.saving import SaveCadence, StopOnRequest
from workbench.training.callbacks.steps import StepEvents, Throughput
from workbench.training.callbacks.validation import ValidationLoss
from workbench.training.counting import Counting
from workbench.training.deepspeed_choice import deepspeed_choice
from workbench.training.deepspeed_presets import deepspeed_settings, matched, zero_stage_of
from workbench.training.examiner import Examiner
from workbench.training.facts import facts
from workbench.training.flops import sample_length, utilisation
from workbench.training.fused_lora import fuse_adapters
from workbench.training.hardware_checks import require_possible
from workbench.training.left_out import RowsLeftOut
from workbench.training.length_groups import LengthGroups
from workbench.training.liger import apply_liger
from workbench.training.node_folders import meet
from workbench.training.own_model import require_own_sight
from workbench.training.preparing import PreparationStoppedError, preparation_events
from workbench.training.pupil import pupil_of
from workbench.training.ranks import barrier, rank, world_size
from workbench.training.resume import keep_samples
from workbench.training.resume_everywhere import resume_everywhere
from workbench.training.rollback import read_rollback
from workbench.training.saving import best_of, notes_of
from workbench.training.sequence_parallel import shared_sequences
from workbench.training.session import Session
from workbench.training.shared_rows import shared_order
from workbench.training.sinks import reported
from workbench.training.trainer import WorkbenchTrainer
from workbench.training.way_facts import way_facts


def train(job: JobFolder, resume_from: str | None, watchers: Sequence[TrainerCallback] = ()) -> Finished:
    """Train as the job's config says.

    Args:
        resume_from: a checkpoint to go on from, ``auto`` for the newest complete one, or None to begin anew.
        watchers: are called after all other callbacks, and so have the last word on what happens at a step.

    Raises:
        WorkbenchError: model, data, probes or a checkpoint cannot be used, or a checkpoint cannot be saved.
    """
    began = time.monotonic()
    config = load_config(job.config_path)
    job, folders = meet(job)
    require_possible(config)
    tokenizer = load_tokenizer(config.pretrained_model_name_or_path, config.trust_remote_code, tuple(config.new_tokens))
    template = get_template(config.prompt_template, tokenizer)
    if config.own_processor:
        require_own_sight(config, template)
    try:
        looked_at = preparation_events(job, _("checking the pictures"), _("pictures"))
        data = build_training_set(config, tokenizer, preparation_events(job), looked_at)
    except PreparationStoppedError:
        return Finished(stopped=True)
    if (rollback := read_rollback(job.path)) is not None and rollback.rows:
        data.rows = RowsLeftOut(data.rows, rollback.rows)
    if rank() == 0:
        keep_report(data.report, job.results_path)
    counting = _counting(config, len(data.rows), world_size())
    session = Session(job, config, tokenizer, template, counting, folders=folders)
    resume_everywhere(session, resume_from)
    keep_samples(session)
    session.counting = _counting(config, len(data.rows), session.begun_with)
    if session.is_complete:
        session.say(Started(facts=[_("Nothing is left to train.")], resumed_from_iter=session.first_iter))
        return _finished(session, session.counting.total_steps, time.monotonic() - began)
    try:
        trainer = _trainer(session, data)
    except PreparationStoppedError:
        return Finished(stopped=True)
    for watcher in watchers:
        trainer.add_callback(watcher)
    try:
        with reported(session):
            trainer.train(resume_from_checkpoint=str(session.resumed_from) if session.resumed_from else None)
    except PreparationStoppedError:
        return Finished(stopped=True)
    return _finished(session, trainer.state.global_step, time.monotonic() - began)


def _counting(config: TrainConfig, rows: int, processes: int) -> Counting:
    length = estimate_steps(config, rows=rows, devices=processes)
    return Counting(length.iters_per_epoch, config.accumulative_counts, length.steps)


def _trainer(session: Session, data: TrainingSet) -> WorkbenchTrainer:
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
    length = sample_length(config, data.report)
    mfu = utilisation(pupil.model, choose_precision(config.precision), length=length, devices=world_size())
    examiner = Examiner(trainer.model, session, sharded=sharded, sight=pupil.batches.sight)
    for callback in (
        StepEvents(session, throughput, mfu),
        SaveCadence(session),
        StopOnRequest(session),
        BadLoss(session, trainer),
        SampleAnswers(session, examiner),
        *([ValidationLoss(session, trainer)] if data.validation else []),
        Scores(session, examiner),
    ):
        trainer.add_callback(callback)
    return trainer


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


def _finished(session: Session, step: int, seconds: float) -> Finished:
    folder = session.job.checkpoints_path
    notes = notes_of(folder, step)
    results: dict[str, str | int | float | bool] = {
        "seconds": round(seconds, 1),
        "iterations": session.counting.iter_at(step),
    }
    if notes:
        results["last_checkpoint"] = f"{folder.name}/{list(notes)[-1]}"
    best = best_of(notes, session.base_scores)
    if (lowest_loss := lowest(session.validations)) is not None:
        results["lowest_validation_loss"] = lowest_loss.loss
    if session.stopped_early:
        results["stopped_early"] = session.stopped_early
    if best is not None:
        results |= {"recommended": f"{folder.name}/{best.checkpoint}", "reason": best.reason}
    if torch.distributed.is_initialized():
        barrier()  # nobody leaves while another one still waits for it
        torch.distributed.destroy_process_group()
    return Finished(results=results, stopped=session.stopped)
