"""A job's folder: everything known of it, on disk, whoever looks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.jobs.events import EVENTS_FILE
from workbench.jobs.process import ProcessIdentity
from workbench.jobs.turns import PAUSE_FILE

RECORD_FILE = "job.yaml"
EXIT_FILE = "exit.json"
STOP_FILE = "stop_requested"
SWEEP_SUFFIX = "-sweep"
"""Of the folder in which the sweeps of a config lie: ``<config>-sweep/<timestamp>/<point>/<timestamp>``."""
NODE_FOLDER = "node_{}"
"""Where a machine after the first keeps its job of a training, in the work dir: ``<name>/node_1/<timestamp>``."""


class DeviceWish(BaseModel):
    """``count`` of the devices ``among``: GPUs by their numbers, or the one device ``cpu``."""

    among: list[str]
    count: int


class JobRecord(BaseModel):
    """``job.yaml``: what was started, by which process. ``started`` is in seconds since the epoch.

    ``pid`` and the two fields that make it unmistakable are those of the supervisor, whose session is that of all
    processes of the job; they are empty until it runs.

    ``devices``: what it wants to have for itself, None if it does not care; ``holds``: those it has, while it runs;
    ``waiting``: it has none yet, or no longer. ``resume_command`` goes on with its work after a pause.
    """

    kind: str
    name: str
    command: list[str]
    project: str
    host: str = ""
    pid: int | None = None
    start_ticks: int | None = None
    boot_id: str | None = None
    session: int | None = None
    started: float = 0.0
    arguments: dict[str, Any] = {}
    devices: DeviceWish | None = None
    holds: list[str] = []
    waiting: bool = False
    resume_command: list[str] = []

    @property
    def identity(self) -> ProcessIdentity | None:
        """The supervisor's identity, once it runs."""
        if self.pid is None or self.start_ticks is None or self.boot_id is None:
            return None
        return ProcessIdentity(self.host, self.pid, self.start_ticks, self.boot_id)


@dataclass(frozen=True)
class JobFolder:
    """A handle on a job; cheap to make, reads when asked."""

    path: Path

    @property
    def id(self) -> str:
        """``<name>/<timestamp>``, unique within a project.

        A training of a sweep also has the sweep's name before it, the job of a further machine that of the run.
        """
        own, folder = f"{self.path.parent.name}/{self.path.name}", self.path.parent.parent
        if folder.parent.name.endswith(SWEEP_SUFFIX):
            return f"{folder.parent.name}/{own}"
        return f"{folder.name}/{own}" if re.fullmatch(NODE_FOLDER.format(r"\d+"), self.path.parent.name) else own

    @property
    def record(self) -> JobRecord:
        """What ``job.yaml`` says.

        Raises:
            WorkbenchError: it is missing or damaged.
        """
        path = self.path / RECORD_FILE
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise WorkbenchError(_("This is no job folder: it has no job.yaml."), where=str(self.path)) from error
        try:
            return JobRecord.model_validate_json(text)  # as we write it: 100 times faster than YAML
        except ValidationError:
            pass
        return self._record_in_yaml(text)

    def _record_in_yaml(self, text: str) -> JobRecord:
        """A record that was edited by hand."""
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        try:
            return JobRecord.model_validate(YAML(typ="safe", pure=True).load(text))
        except (YAMLError, ValidationError) as error:
            raise WorkbenchError(_("The job's record is damaged."), where=str(self.path / RECORD_FILE)) from error

    def write_record(self, record: JobRecord) -> None:
        """Replace ``job.yaml``. It is JSON, which every YAML reader reads."""
        write_atomic(self.path / RECORD_FILE, record.model_dump_json(indent=2) + "\n")

    @property
    def events_path(self) -> Path:
        return self.path / EVENTS_FILE

    @property
    def log_path(self) -> Path:
        return self.path / "log.txt"

    @property
    def config_path(self) -> Path:
        return self.path / "config.yaml"

    @property
    def checkpoints_path(self) -> Path:
        return self.path / "checkpoints"

    @property
    def results_path(self) -> Path:
        return self.path / "results"

    @property
    def exit_path(self) -> Path:
        return self.path / EXIT_FILE

    @property
    def stop_path(self) -> Path:
        return self.path / STOP_FILE

    @property
    def pause_path(self) -> Path:
        return self.path / PAUSE_FILE
