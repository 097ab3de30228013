"""Work dirs outside a project's own ``work_dirs``, so that their jobs are listed too."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.files import write_atomic
from workbench.jobs.folder import SWEEP_SUFFIX
from workbench.paths import user_state


def _file() -> Path:
    return user_state() / "work_dirs.json"


def _read() -> dict[str, list[str]]:
    try:
        known = json.loads(_file().read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def remember_work_dir(project: Path, work_dir: Path) -> None:
    """Note a work dir that lies elsewhere. A state folder that cannot be written only costs the listing."""
    work_dirs = project.resolve() / "work_dirs"
    if work_dir.parent == work_dirs or _is_of_sweep(work_dir, work_dirs):
        return
    known = _read()
    folders = known.setdefault(str(project.resolve()), [])
    if str(work_dir) in folders:
        return
    folders.append(str(work_dir))
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_atomic(_file(), json.dumps(known, indent=2))
    except OSError:
        return


def _is_of_sweep(work_dir: Path, work_dirs: Path) -> bool:
    """Whether it is ``work_dirs/<name>-sweep/<timestamp>/<point>``, which is looked into anyway."""
    sweeps = work_dir.parent.parent
    return sweeps.parent == work_dirs and sweeps.name.endswith(SWEEP_SUFFIX)


def work_dirs_elsewhere(project: Path) -> list[Path]:
    """The noted work dirs that still exist."""
    return [Path(folder) for folder in _read().get(str(project.resolve()), []) if Path(folder).is_dir()]
