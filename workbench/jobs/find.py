"""The jobs of a project, and the one a user means."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _
from workbench.jobs.folder import RECORD_FILE, JobFolder
from workbench.jobs.kinds import kind_text
from workbench.jobs.launch import WORK_DIRS
from workbench.jobs.registry import work_dirs_elsewhere
from workbench.jobs.state import state_of

LAST = "last"


def list_jobs(project: Path, kind: str | None = None) -> list[JobFolder]:
    """The project's jobs, newest first; damaged ones are left out."""
    own = [
        path for places in ("*/*", "*-sweep/*/*/*") for path in (project / WORK_DIRS).glob(f"{places}/{RECORD_FILE}")
    ]
    elsewhere = [path for folder in work_dirs_elsewhere(project) for path in folder.glob(f"*/{RECORD_FILE}")]
    jobs = {JobFolder(path.parent.resolve()) for path in [*own, *elsewhere]}
    newest_first = sorted(jobs, key=lambda job: (job.path.name, job.id), reverse=True)
    return [job for job in newest_first if _is_of_kind(job, kind)]


def _is_of_kind(job: JobFolder, kind: str | None) -> bool:
    try:
        own = job.record.kind
    except WorkbenchError:
        return False
    return kind is None or own == kind


def last_at_work(project: Path) -> JobFolder | None:
    """The newest job that has not ended; None if there is none."""
    return next((job for job in list_jobs(project) if not state_of(job).is_over), None)


def find_job(project: Path, reference: str, kind: str | None = None) -> JobFolder:
    """The job named by its id, its name, the beginning of its id or timestamp, its folder, or ``last``.

    Raises:
        WorkbenchError: no job or several fit.
    """
    folder = Path(reference)
    if (folder / RECORD_FILE).is_file():
        return JobFolder(folder.resolve())
    jobs = list_jobs(project, kind)
    if not jobs:
        none = _("There are no jobs in this project yet.")
        of_kind = _("There are no jobs of this kind in this project yet: {kind}.")
        raise WorkbenchError(
            none if kind is None else of_kind.format(kind=kind_text(kind)),
            where=str(project),
            fix=_("Start one, for example 'workbench train CONFIG', or change to the project's folder."),
        )
    if reference == LAST:
        return jobs[0]
    exact = [job for job in jobs if reference in _names(job)]
    fitting = exact or [job for job in jobs if any(name.startswith(reference) for name in _names(job))]
    if len(fitting) == 1 or (fitting and all(job.path.parent == fitting[0].path.parent for job in fitting)):
        return fitting[0]  # one job, or several runs of one work dir: the newest
    if fitting:
        names = ", ".join(job.id for job in fitting[:5])
        raise WorkbenchError(_("Several jobs fit {name}: {jobs}").format(name=reference, jobs=names))
    close = nearest(reference, [job.id for job in jobs]) or [job.id for job in jobs[:3]]
    raise WorkbenchError(
        _("There is no job {name}.").format(name=reference),
        fix=_("Did you mean {names}? 'workbench jobs' lists all.").format(names=", ".join(close)),
    )


def _names(job: JobFolder) -> tuple[str, str, str]:
    return job.id, job.path.parent.name, job.path.name
