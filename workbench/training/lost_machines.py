"""What is told where the connection to the processes of another machine breaks. Light: nothing of torch."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import resume_command

_ADDRESS = re.compile(r"\[(?P<address>[0-9a-fA-F.:]+)\]:\d+")
"""How gloo names the other end: ``Connection reset by peer [10.0.0.2]:41234``."""


def lost_machine(error: str, job: JobFolder, told: Sequence[str] = ()) -> WorkbenchError:
    """What to say instead of the error's own words, which stay in the log.

    Args:
        job: of this machine.
        told: what other machines have said of themselves.
    """
    found = _ADDRESS.search(error)
    who = _("The machine {address}").format(address=found["address"]) if found else _("Another machine")
    return WorkbenchError(
        "; ".join(told) or _("{machine}, or a process of the training there, is gone.").format(machine=who),
        where=str(job.log_path),
        fix=_(
            "Its own job or log tells why. Start the training again on every machine with --resume; on this one: "
            "{command}"
        ).format(command=resume_command(job)),
    )
