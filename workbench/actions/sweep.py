"""Start a sweep: every point is looked at before the first one is started, then all of them stand in the queue."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from workbench.actions.first_stage import with_first_stage
from workbench.actions.preflight import preflight
from workbench.actions.sweep_points import differing_fields
from workbench.actions.train import start_training
from workbench.configs.files import dump_config, load_config
from workbench.configs.overrides import apply_overrides
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError, system_reason
from workbench.file_lock import locked
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.jobs.folder import SWEEP_SUFFIX, JobFolder
from workbench.jobs.launch import WORK_DIRS
from workbench.jobs.queue_changes import unpause
from workbench.jobs.slurm import slurm_id
from workbench.jobs.state import JobState, state_of
from workbench.jobs.stop import request_stop
from workbench.jobs.sweeps import CONTINUED, SweepFolder, SweepPoint, SweepRecord


def make_sweep(
    config: TrainConfig, name: str, points: list[SweepPoint], *, project: Path, nproc: int | None = None
) -> SweepFolder:
    """Look at every point, then make the sweep's folder; nothing is started yet (see `start_points`).

    Args:
        config: what all points have in common.
        name: of the config; the folder is ``work_dirs/<name>-sweep/<timestamp>``.
        nproc: processes of each training.

    Raises:
        WorkbenchError: something that a point needs is missing or wrong (which one is named), or the folder cannot be
            written.
    """
    known: dict[str, SweepPoint] = {}
    for point in points:
        try:
            of_point = point_config(config, point)
            preflight(with_first_stage(of_point, project))
        except WorkbenchError as error:
            raise WorkbenchError(error.what, where=_at(point, error.where), fix=error.fix) from error
        if (same := known.setdefault(of_point.model_dump_json(), point)) is not point:
            raise WorkbenchError(
                _("It is the same training as {other}.").format(other=same.name),
                where=point.name,
                fix=_("Leave out one of them."),
            )
    parent = project / WORK_DIRS / f"{name}{SWEEP_SUFFIX}"
    try:
        sweep = SweepFolder(_new_folder(parent))
        write_atomic(sweep.config_path, dump_config(config))
        fields = differing_fields([point.settings for point in points])
        sweep.write_record(
            SweepRecord(name=name, project=str(project.resolve()), fields=fields, points=points, nproc=nproc)
        )
    except OSError as error:
        raise WorkbenchError(
            _("The folder cannot be written: {reason}").format(reason=system_reason(error)), where=str(parent)
        ) from error
    return sweep


def _at(point: SweepPoint, where: str | None) -> str:
    return f"{point.name}: {where}" if where else point.name


def point_config(config: TrainConfig, point: SweepPoint) -> TrainConfig:
    """The whole config of a point.

    Raises:
        WorkbenchError: a setting is unknown or wrong.
    """
    return apply_overrides(config, [f"{key}={value}" for key, value in point.settings.items()])


def _new_folder(parent: Path) -> Path:
    """A folder named by the second; the next free second if that one is taken."""
    moment = time.time()
    while True:
        path = parent / time.strftime("%Y%m%d_%H%M%S", time.localtime(moment))
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            moment += 1
        else:
            return path


def start_points(sweep: SweepFolder, *, failed_too: bool = False) -> Iterator[tuple[SweepPoint, JobFolder]]:
    """Put every point into the queue that was not started yet, or was stopped or lost; each one as soon as it stands there.

    Args:
        failed_too: also go on with those that failed.

    Raises:
        WorkbenchError: the record is damaged, or a training cannot be started (any more).
    """
    record = sweep.record
    config = load_config(sweep.config_path)
    with locked(sweep.path):  # two at once would start a point twice
        for point in record.points:
            job = sweep.job_of(point)
            if job is None:
                yield point, _start(sweep, record, config, point)
            elif _is_to_go_on(state_of(job), failed_too=failed_too):
                yield point, _go_on(job, record, config)


def _is_to_go_on(state: JobState, *, failed_too: bool) -> bool:
    return state in CONTINUED or (failed_too and state is JobState.FAILED)


def _start(sweep: SweepFolder, record: SweepRecord, config: TrainConfig, point: SweepPoint) -> JobFolder:
    return start_training(
        point_config(config, point),
        point.name,
        project=Path(record.project),
        work_dir=sweep.path / point.name,
        nproc=record.nproc,
        waits=True,
    )


def _go_on(job: JobFolder, record: SweepRecord, config: TrainConfig) -> JobFolder:
    if job.record.waiting and state_of(job) is JobState.LOST and slurm_id(job.path) is None:
        unpause(job)
        return job
    return start_training(
        load_config(job.config_path), job.record.name, project=Path(record.project), resume=str(job.path), waits=True
    )


def stop_points(sweep: SweepFolder) -> list[JobFolder]:
    """Let every point of a sweep that waits leave the queue, and those that run save and end.

    Raises:
        WorkbenchError: the record is damaged.
    """
    stopped = points_at_work(sweep)[::-1]  # the last first: nobody takes the turn of one that leaves
    for job in stopped:
        request_stop(job)
    return stopped


def points_at_work(sweep: SweepFolder) -> list[JobFolder]:
    """The trainings of a sweep that wait or run, on this machine.

    Raises:
        WorkbenchError: the record is damaged.
    """
    jobs = [job for point in sweep.record.points if (job := sweep.job_of(point)) is not None]
    return [job for job in jobs if not state_of(job).is_over and state_of(job) is not JobState.ELSEWHERE]
