"""Start a training, or go on with one."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.actions.devices import training_turn
from workbench.actions.first_stage import with_first_stage
from workbench.actions.fit import FITTED, FitWish, fitting_command, refuse_fit
from workbench.actions.launch_training import node_folder, training_command
from workbench.actions.preflight import preflight
from workbench.actions.slurm_step import is_first_of_step, join_step, takes_step, tell_the_others
from workbench.actions.take_over import NAMED, arguments_of_now, settings_of_now
from workbench.configs.cluster_environment import settled
from workbench.configs.files import dump_config, load_config
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.events import EventLog
from workbench.jobs.find import find_job, list_jobs
from workbench.jobs.folder import RECORD_FILE, JobFolder
from workbench.jobs.launch import WORK_DIRS, Turn, require_over, restart_job, start_job
from workbench.jobs.state import JobState, state_of
from workbench.training.checkpoint_folders import require_complete

AUTO = "auto"
_MOST_NAMED = 5


def start_training(
    config: TrainConfig,
    name: str,
    *,
    project: Path,
    work_dir: Path | None = None,
    resume: str | None = None,
    nproc: int | None = None,
    waits: bool = False,
    fit: FitWish | None = None,
    named: frozenset[str] | None = None,
) -> JobFolder:
    """Start the training as a detached job, or go on with a job in its own folder.

    Args:
        config: what to train; a job that is gone on with takes over what changes nothing that is learned
            (`workbench.actions.take_over`).
        name: of the config; the work dir is ``work_dirs/<name>`` unless one is given or the config has one.
        resume: ``auto`` for the newest job of that work dir, or a job (id, folder) or one of its checkpoints, or a
            checkpoint folder that was copied elsewhere, from which a new job goes on.
        nproc: processes on this machine; the config's own number if it is None.
        waits: it stands in the queue until its devices are free; else it begins at once.
        fit: look for the largest batch that fits first.
        named: the fields of the config that the command line names; None if there is no command line.

    Raises:
        WorkbenchError: something that the training needs is missing or wrong, nothing can be resumed, or a job is
            still at work there and this one does not wait.
    """
    config = settled(_with_processes(config, nproc), os.environ)
    parent = work_dir or (Path(config.work_dir).expanduser() if config.work_dir else project / WORK_DIRS / name)
    if takes_step(config) and not is_first_of_step():
        join_step(parent)
    is_first = (own_parent := node_folder(config, parent)) == parent
    parent = own_parent
    from_elsewhere = None
    if resume is not None:
        refuse_fit(fit)
        job, checkpoint = _to_resume(resume, parent, project) if is_first else (_own(resume, parent, project), AUTO)
        if job is not None:
            return _go_on(job, checkpoint, config, named=named, waits=waits)
        from_elsewhere = checkpoint
    config = with_first_stage(config, project)
    preflight(config)
    command = training_command(config)
    if from_elsewhere is not None:
        command += ["--resume", from_elsewhere]
    if fit is not None:
        command = fitting_command(config, command, fit)
    turn = _turn(config, waits=waits)
    job = start_job(
        "train",
        name,
        command,
        project=project,
        arguments=None if named is None else {NAMED: sorted(named | (FITTED if fit else frozenset()))},
        config_text=dump_config(config),
        work_dir=parent,
        turn=turn,
    )
    if takes_step(config):
        tell_the_others(parent, job.path)
    return job


def _turn(config: TrainConfig, *, waits: bool) -> Turn | None:
    return training_turn(config, [*training_command(config), "--resume", AUTO], waits=waits)


def _go_on(
    job: JobFolder, checkpoint: str, given: TrainConfig, *, named: frozenset[str] | None, waits: bool
) -> JobFolder:
    """Start a job again; warnings name the settings that are given otherwise, taken over and not."""
    own = load_config(job.config_path)
    if checkpoint == AUTO and state_of(job) is JobState.FINISHED:
        raise WorkbenchError(
            _("This run has finished; nothing is left to train."),
            where=str(job.path),
            fix=_(
                "To train longer, start a new one without --resume that begins from its result (adapter_name_or_path, or "
                "pretrained_model_name_or_path); or name one of its checkpoints to go on from there again."
            ),
        )
    require_over(job)
    now = settings_of_now(job, own, given, checkpoint, named)
    config = with_first_stage(now.config, Path(job.record.project)) if now.begins_anew else now.config
    preflight(config)
    now.note_batch(job, own)
    restart_job(
        job,
        [*training_command(config), "--resume", checkpoint],
        arguments=arguments_of_now(job, named),
        config_text=now.text,
        turn=_turn(config, waits=waits),
    )
    if takes_step(config):
        tell_the_others(job.path.parent, job.path)
    for warning in now.warnings(job):
        EventLog(job.path).write(warning)
    return job


def _with_processes(config: TrainConfig, nproc: int | None) -> TrainConfig:
    return config if nproc is None else config.model_copy(update={"nproc": nproc})


def _to_resume(resume: str, work_dir: Path, project: Path) -> tuple[JobFolder | None, str]:
    """The job to go on with, None if the checkpoint lies in none; and the checkpoint (``auto``: the newest complete)."""
    if resume == AUTO:
        newest = _newest(work_dir, project)
        if newest is None:
            raise WorkbenchError(
                _("There is no earlier run of this config to go on with."),
                where=str(work_dir),
                fix=_("Start it without --resume, or name a job or checkpoint."),
            )
        return newest, AUTO
    folder = Path(resume).expanduser().resolve()
    for parent in folder.parents:
        if folder.is_dir() and (parent / RECORD_FILE).is_file():
            return JobFolder(parent), str(require_complete(folder))
    if folder.is_dir() and not (folder / RECORD_FILE).is_file():
        _require_no_work_dir(folder)
        return None, str(require_complete(folder))
    return find_job(project, resume, kind="train"), AUTO


def _require_no_work_dir(folder: Path) -> None:
    runs = sorted(path.parent.name for path in folder.glob(f"*/{RECORD_FILE}"))
    if runs:
        raise WorkbenchError(
            _("This folder holds runs; name one of them."),
            where=f"--resume {folder}",
            fix=_("There are: {names}").format(
                names=", ".join(str(folder / name) for name in reversed(runs[-_MOST_NAMED:]))
            ),
        )


def _own(resume: str, work_dir: Path, project: Path) -> JobFolder | None:
    """The job of a machine after the first: the one that is named, if it is such a one, else the newest.

    What is gone on with is decided by the first machine. Its checkpoint may have been named on all machines.
    """
    named = JobFolder(Path(resume).expanduser().resolve())
    try:
        is_such = not load_config(named.config_path).cluster.is_first_machine
    except WorkbenchError:
        is_such = False
    return named if is_such else _newest(work_dir, project)


def _newest(work_dir: Path, project: Path) -> JobFolder | None:
    return next((job for job in list_jobs(project, "train") if job.path.parent == work_dir.resolve()), None)
