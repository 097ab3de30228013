"""``python -m workbench.training.meeting JOB TORCHRUN …``: torchrun, and what is told until its ranks have begun.

Until all machines have come torchrun says nothing, sees no stop file, and ends with a traceback. From the first rank on
the guards tell (`workbench.training.guard`), and this process only waits. Light: nothing of torch.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from workbench.configs.cluster_settings import ClusterSettings
from workbench.configs.files import load_config
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.causes import explained
from workbench.jobs.events import EventLog, Failed, Progress, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.process import children_of
from workbench.jobs.state import outcome_of
from workbench.jobs.stop import stop_requested
from workbench.jobs.tail import last_log_lines
from workbench.training.meeting_point import require_meeting_point

_SECONDS_BETWEEN_LOOKS = 1.0


def meet(job: JobFolder, command: Sequence[str]) -> int:
    """Run torchrun to its end; its exit code.

    Args:
        command: torchrun's, with all its arguments.
    """
    cluster, events = load_config(job.config_path).cluster, EventLog(job.path)
    try:
        require_meeting_point(cluster)
    except WorkbenchError as error:
        events.write(Failed(reason=error.what, where=error.where, hint=error.fix))
        return 1
    waits = (cluster.nodes or 1) > 1
    if waits:
        events.write(Warned(message=_waiting(cluster), is_note=True))
        events.write(_met(0))
    torchrun = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    begun = _ranks_begin(job, torchrun)
    if begun and waits:
        events.write(_met(1))
    elif not begun and not stop_requested(job.path) and outcome_of(job) is None:
        events.write(_did_not_meet(job, cluster))
    code = torchrun.wait()
    return code if code >= 0 else 128 - code


def _ranks_begin(job: JobFolder, torchrun: subprocess.Popen[bytes]) -> bool:
    """Wait until torchrun has started a rank; False if it ends before, or is ended because somebody stops the job."""
    while True:
        try:
            torchrun.wait(_SECONDS_BETWEEN_LOOKS)
            return False
        except subprocess.TimeoutExpired:
            pass
        if children_of(torchrun.pid):
            return True
        if stop_requested(job.path):
            torchrun.terminate()
            torchrun.wait()
            return False


def _met(done: int) -> Progress:
    return Progress(stage=_("waiting for all machines"), done=done, total=1)


def _waiting(cluster: ClusterSettings) -> str:
    return _("Waiting until all machines ({nodes}) have come to {address}, port {port}.").format(
        nodes=cluster.nodes, address=cluster.master_addr, port=cluster.master_port
    )


def _did_not_meet(job: JobFolder, cluster: ClusterSettings) -> Failed:
    last = "".join(last_log_lines(job.log_path, 1))
    reason = _("The machines did not meet at {address}, port {port}. {error}")
    return Failed(
        reason=reason.format(address=cluster.master_addr, port=cluster.master_port, error=explained(last)).strip(),
        where=str(job.log_path),
        hint=_(
            "Start it on all machines within ten minutes of each other, with the same address and port and numbers from "
            "0; the port must be open between them."
        ),
    )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: None)  # who stops a job tells each process of its session
    sys.exit(meet(JobFolder(Path(sys.argv[1])), sys.argv[2:]))
