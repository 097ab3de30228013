"""What a checkpoint that could not be saved is told as."""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _
from workbench.jobs.causes import LOST_PEER, PEERS, cause_of

_HALF_WRITTEN = ("inline_container", "PytorchStreamWriter")
"""torch's words for a file that the disk took a part of."""
_LONGEST = 300


def is_of_peers(error: Exception) -> bool:
    """Whether another process was lost meanwhile, which has nothing to do with this disk."""
    cause = cause_of(str(error))
    return cause is not None and cause.kind in (PEERS, LOST_PEER)


def save_error(error: Exception, checkpoint: Path) -> WorkbenchError:
    """The reason, the place that is left on the disk, and how to go on.

    Args:
        error: torch, safetensors and the system each have their own.
    """
    free = shutil.disk_usage(checkpoint.parents[1]).free / 2**20
    return WorkbenchError(
        _("The checkpoint could not be saved: {reason}").format(reason=_reason(error)),
        where=str(checkpoint),
        fix=_(
            "{free:.0f} MB are free on that disk; a quota or ulimit -f may allow less. Make room, then go on from the last "
            "checkpoint with --resume."
        ).format(free=free),
    )


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return system_reason(error)
    text = str(error).strip()
    if any(word in text for word in _HALF_WRITTEN):
        return _("a file was written in part only")
    return text.split("\n")[0][:_LONGEST]
