"""What the user chose for every project: theme, language, how pictures are shown, and the mirror for models and data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from workbench.files import write_atomic
from workbench.paths import user_config


@dataclass(frozen=True)
class Preferences:
    """``settings.json`` in the user's config folder. ``pictures``: a key of `workbench.ui.terminal_pictures.WAYS`."""

    theme: str | None = None
    language: str | None = None
    mirror: str | None = None
    pictures: str | None = None


def _file() -> Path:
    return user_config() / "settings.json"


def read_preferences() -> Preferences:
    """The user's choices; a missing or damaged file means none."""
    try:
        kept = json.loads(_file().read_bytes())
    except (OSError, ValueError):
        return Preferences()
    known = asdict(Preferences())
    texts = {name: kept[name] for name in known if isinstance(kept.get(name), str)} if isinstance(kept, dict) else {}
    return Preferences(**texts)


def keep_preferences(**changes: str) -> None:
    """Change some choices. A folder that cannot be written only costs the memory."""
    kept = replace(read_preferences(), **changes)
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_atomic(_file(), json.dumps(asdict(kept), ensure_ascii=False, indent=1) + "\n")
    except OSError:
        return
