"""The folder of a sweep: which settings it tries, and the training of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from workbench.errors import WorkbenchError, nearest
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.jobs.find import LAST
from workbench.jobs.folder import RECORD_FILE, SWEEP_SUFFIX, JobFolder
from workbench.jobs.launch import WORK_DIRS
from workbench.jobs.state import JobState

SWEEP_FILE = "sweep.yaml"
CONTINUED = frozenset({JobState.STOPPED, JobState.LOST})
"""The trainings that a sweep goes on with when it is continued, beside those that were never begun."""


class SweepPoint(BaseModel):
    """One training of a sweep: its name, which is that of its work dir, and ``key=value`` as ``--set`` takes them."""

    name: str
    settings: dict[str, str]


class SweepRecord(BaseModel):
    """``sweep.yaml``. ``name``: of the config; ``fields``: those that differ; ``nproc``: as it was given."""

    name: str
    project: str
    fields: list[str]
    points: list[SweepPoint]
    nproc: int | None = None


@dataclass(frozen=True)
class SweepFolder:
    """``work_dirs/<config>-sweep/<timestamp>``; a work dir for each point, and the frozen config of all."""

    path: Path

    @property
    def id(self) -> str:
        """``<config>-sweep/<timestamp>``."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def config_path(self) -> Path:
        return self.path / "config.yaml"

    @property
    def record(self) -> SweepRecord:
        """What ``sweep.yaml`` says.

        Raises:
            WorkbenchError: it is missing or damaged.
        """
        path = self.path / SWEEP_FILE
        try:
            return SweepRecord.model_validate_json(path.read_text(encoding="utf-8"))
        except (OSError, ValidationError, UnicodeDecodeError) as error:
            raise WorkbenchError(_("The sweep's record is missing or damaged."), where=str(path)) from error

    def write_record(self, record: SweepRecord) -> None:
        """Keep ``sweep.yaml``. It is JSON, which every YAML reader reads."""
        write_atomic(self.path / SWEEP_FILE, record.model_dump_json(indent=2) + "\n")

    def job_of(self, point: SweepPoint) -> JobFolder | None:
        """The newest training of a point; None if it was not started yet."""
        jobs = sorted(path.parent for path in (self.path / point.name).glob(f"*/{RECORD_FILE}"))
        return JobFolder(jobs[-1].resolve()) if jobs else None


def list_sweeps(project: Path) -> list[SweepFolder]:
    """The project's sweeps, newest first."""
    found = (project / WORK_DIRS).glob(f"*{SWEEP_SUFFIX}/*/{SWEEP_FILE}")
    return sorted((SweepFolder(path.parent) for path in found), key=lambda sweep: sweep.path.name, reverse=True)


def find_sweep(project: Path, reference: str) -> SweepFolder:
    """The sweep named by its id, the beginning of it, its config, its timestamp, its folder, or ``last``.

    Raises:
        WorkbenchError: there is none.
    """
    if (Path(reference) / SWEEP_FILE).is_file():
        return SweepFolder(Path(reference).resolve())
    sweeps = list_sweeps(project)
    fitting = [
        sweep
        for sweep in sweeps
        if reference == LAST or any(part.startswith(reference) for part in (sweep.id, sweep.path.name))
    ]
    if fitting:
        return fitting[0]
    if not sweeps:
        raise WorkbenchError(
            _("There is no sweep in this project yet."),
            where=str(project),
            fix=_("Start one: workbench sweep CONFIG --set lr=1e-4,2e-4"),
        )
    ids = [sweep.id for sweep in sweeps]
    raise WorkbenchError(
        _("There is no sweep {name}.").format(name=reference),
        fix=_("Did you mean {names}?").format(names=", ".join(nearest(reference, ids) or ids[:3])),
    )
