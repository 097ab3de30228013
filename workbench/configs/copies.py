"""Copies of catalogue configs, as files that explain themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.configs.files import dump_config
from workbench.configs.find import find_config
from workbench.configs.overrides import apply_overrides
from workbench.configs.own_code import require_no_own_code
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError, system_reason
from workbench.files import write_atomic
from workbench.i18n import _


def copy_config(name_or_path: str, folder: Path, *, assignments: Sequence[str] = (), overwrite: bool = False) -> Path:
    """Write ``<folder>/<name>_copy.yaml`` and return its path; the folder is made if needed.

    Args:
        assignments: ``key=value`` changes to the copy.

    Raises:
        WorkbenchError: unknown name, a wrong assignment, a model that needs code of its own, the copy exists and must not be overwritten, or the folder cannot be written.
    """
    found = find_config(name_or_path)
    config = apply_overrides(found.config, assignments)
    require_no_own_code(config)
    path = folder / f"{found.name}_copy.yaml"
    header = "\n".join((_("From {name}.").format(name=found.name), f"workbench train {path}"))
    write_config(path, config, header, overwrite=overwrite)
    return path


def write_config(path: Path, config: TrainConfig, header: str, *, overwrite: bool = False) -> None:
    """Write a config with every field explained; its folder is made if needed.

    Raises:
        WorkbenchError: the file exists and must not be overwritten, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not overwrite:
            raise WorkbenchError(
                _("This file is already there; it was not overwritten."),
                where=str(path),
                fix=_("Choose another folder, or add --force."),
            )
        write_atomic(path, dump_config(config, header))
    except OSError as error:
        raise WorkbenchError(
            _("The config cannot be written: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error
