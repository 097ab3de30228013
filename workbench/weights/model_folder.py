"""Whether a folder holds a model, by its config.json."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import _


def require_config(folder: Path, shown: str) -> None:
    """
    Raises:
        WorkbenchError: ``config.json`` is missing or no JSON.
    """
    try:
        json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        hint = _("It holds an adapter: give its base model and name this folder as the adapter.")
        is_adapter = (folder / "adapter_config.json").is_file()
        raise WorkbenchError(
            _("The folder holds no model: config.json is missing."), where=shown, fix=hint if is_adapter else None
        ) from error
    except ValueError as error:
        raise WorkbenchError(
            _("config.json is not valid JSON: {reason}").format(reason=error), where=f"{shown}/config.json"
        ) from error


def incomplete() -> str:
    """What to do about weights that are not whole."""
    return _("The weights are missing or incomplete: fetch the model again.")
