"""Stand-ins for Slurm's tools, for the contract of their arguments alone: they note how they are called.

``queue`` in their folder says what squeue answers; the job has left the queue once the file is gone.
"""

from __future__ import annotations

import json
from pathlib import Path

_TOOL = """#!/bin/sh
printf '%s\\t' "$(basename "$0")" "$@" >> "{folder}/calls"; echo >> "{folder}/calls"
{does}
"""


class SlurmTools:
    """Programs to be put on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "slurm"
        self.folder.mkdir()
        self._add("sbatch", 'echo "4711;cluster"')
        self._add("squeue", f'[ -f "{self.folder}/queue" ] && cat "{self.folder}/queue" || true')
        self._add("scancel", f'rm -f "{self.folder}/queue"')
        self._add("sacct", "echo NODE_FAIL")

    def _add(self, name: str, does: str) -> None:
        path = self.folder / name
        path.write_text(_TOOL.format(folder=self.folder, does=does))
        path.chmod(0o755)

    def stand(self, line: str | None) -> None:
        """What squeue says of the job from now on; None: it has left the queue."""
        queue = self.folder / "queue"
        if line is None:
            queue.unlink(missing_ok=True)
        else:
            queue.write_text(line + "\n")

    def calls(self, tool: str) -> list[list[str]]:
        """The arguments of each call so far."""
        noted = self.folder / "calls"
        lines = noted.read_text().splitlines() if noted.exists() else []
        calls = [line.rstrip("\t").split("\t") for line in lines]
        return [call[1:] for call in calls if call[0] == tool]


def slurm_number(job: Path) -> str:
    return str(json.loads((job / "slurm.json").read_text())["id"])
