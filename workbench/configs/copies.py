"""Copies of catalogue configs, as files that explain themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.configs.catalogue.mends import MENDED
from workbench.configs.files import dump_config
from workbench.configs.find import find_config
from workbench.configs.overrides import apply_overrides
from workbench.configs.own_code import own_code_trouble
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError, system_reason
from workbench.files import write_atomic
from workbench.i18n import _


def copy_config(name_or_path: str, folder: Path, *, assignments: Sequence[str] = (), overwrite: bool = False) -> Path:
    """Write ``<folder>/<name>_copy.yaml`` and return its path; the folder is made if needed.

    Args:
        assignments: ``key=value`` changes to the copy.

    Raises:
        WorkbenchError: unknown name, a wrong assignment, the copy exists and must not be overwritten, or the folder
            cannot be written.
    """
    found = find_config(name_or_path)
    config = apply_overrides(found.config, assignments)
    path = folder / f"{found.name}_copy.yaml"
    write_config(path, config, copy_header(found.name, config, str(path)), overwrite=overwrite)
    return path


def copy_header(name: str, config: TrainConfig, path: str) -> str:
    """What stands on top of a copy of this name: where it is from, how it is trained, what must be known before."""
    lines = [_("From {name}.").format(name=name), f"workbench train {path}"]
    if name in MENDED:
        lines.append(_(MENDED[name]))
    if (trouble := own_code_trouble(config)) is not None:
        lines += [trouble.what, str(trouble.fix)]
    return "\n".join(lines)


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
