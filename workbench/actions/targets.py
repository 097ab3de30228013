"""Where results go, and what their jobs are called, when the user does not say."""

from __future__ import annotations

from pathlib import Path

from workbench.jobs.folder import RECORD_FILE


def free_name(wanted: Path) -> Path:
    """The path itself, or with ``-2``, ``-3`` … behind it if something is there."""
    number, path = 1, wanted
    while path.exists():
        number += 1
        path = wanted.with_name(f"{wanted.name}-{number}")
    return path


def job_name(task: str, weights: Path) -> str:
    """``merge-<folder>``; ``merge-<training>-checkpoint-8`` for what lies in a job, for many are called checkpoint-8."""
    within = next((folder for folder in weights.parents[:3] if (folder / RECORD_FILE).is_file()), None)
    return "-".join((task, *([within.parent.name] if within else []), weights.name))
