"""What the user chose for every project: theme and language."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ValidationError

from workbench.files import write_atomic
from workbench.paths import user_config


class Preferences(BaseModel):
    """``settings.json`` in the user's config folder."""

    theme: str | None = None
    language: str | None = None


def _file() -> Path:
    return user_config() / "settings.json"


def read_preferences() -> Preferences:
    """The user's choices; a missing or damaged file means none."""
    try:
        return Preferences.model_validate(json.loads(_file().read_bytes()))
    except (OSError, ValueError, ValidationError):
        return Preferences()


def keep_preferences(**changes: str) -> None:
    """Change some choices. A folder that cannot be written only costs the memory."""
    kept = read_preferences().model_copy(update=changes)
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_atomic(_file(), kept.model_dump_json(indent=1) + "\n")
    except OSError:
        return
