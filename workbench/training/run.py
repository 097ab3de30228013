"""One training, from the job folder to its last checkpoint."""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch
from transformers import TrainerCallback

from workbench.configs.estimate import estimate_steps
from workbench.configs.files import load_config
from workbench.configs.hardware_rules import require_possible
from workbench.configs.schema import TrainConfig
from workbench.data.prepare.kept_report import keep_report
from workbench.data.templates import get_template
from workbench.data.training_set import build_training_set
from workbench.i18n import _
from workbench.jobs.events import Finished, Started
from workbench.jobs.folder import JobFolder
from workbench.jobs.overfitting import lowest
from workbench.models.hardware import HARDWARE
from workbench.models.load import load_tokenizer
from workbench.training.allocator import give_back_at_once
from workbench.training.arguments import uses_checkpointing
from workbench.training.assembly import assembled_trainer
from workbench.training.begun_batch import as_counted
from workbench.training.counting import Counting
from workbench.training.left_out import RowsLeftOut
from workbench.training.node_folders import meet
from workbench.training.own_model import require_own_sight
from workbench.training.preparing import PreparationStoppedError, preparation_events
from workbench.training.ranks import barrier, rank, world_size
from workbench.training.resume import keep_samples
from workbench.training.resume_everywhere import resume_everywhere
from workbench.training.rollback import read_rollback
from workbench.training.saving import best_of, notes_of
from workbench.training.session import Session
from workbench.training.sinks import reported


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
    counted = as_counted(config, job.path)
    job, folders = meet(job)
    require_possible(config, HARDWARE)
    if uses_checkpointing(config) and not torch.cuda.is_available():
        give_back_at_once()
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
    counting = _counting(counted, len(data.rows), world_size())
    session = Session(job, config, tokenizer, template, counting, folders=folders)
    resume_everywhere(session, resume_from)
    keep_samples(session)
    session.counting = _counting(counted, len(data.rows), session.begun_with)
    session.cadence = _counting(config, len(data.rows), session.begun_with)
    if session.is_complete:
        said = [*session.beginning, _("Nothing is left to train.")]
        session.say(Started(facts=said, resumed_from_iter=session.first_iter))
        return _finished(session, session.counting.total_steps, time.monotonic() - began)
    try:
        trainer = assembled_trainer(session, data)
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


def _finished(session: Session, step: int, seconds: float) -> Finished:
    folder = session.job.checkpoints_path
    notes = notes_of(folder, step)
    results: dict[str, str | int | float | bool] = {
        "seconds": round(seconds, 1),
        "iterations": session.counting.iter_at(step),
    }
    if notes:
        results["last_checkpoint"] = f"{folder.name}/{list(notes)[-1]}"
    base_loss = next((known.loss for known in session.validations if known.step == 0), None)
    best = best_of(notes, session.base_scores, base_loss)
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
