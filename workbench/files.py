"""Writing files so that a reader never sees half of one."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomic(path: Path, text: str | bytes, *, survives_power_loss: bool = True) -> None:
    """Replace a file as a whole, or leave the old one untouched.

    Args:
        survives_power_loss: wait until it is on the disk. While other programs write checkpoints that may take a
            second; a file that is written at every key survives the end of the process without it.

    Raises:
        OSError: the folder cannot be written or the disk is full; the earlier content is still there.
    """
    data = text.encode() if isinstance(text, str) else text
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            if survives_power_loss:
                os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
