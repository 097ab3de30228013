"""Which models of the hub are on this machine: a look at the library's cache without the library. Light."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from workbench.paths import resolve_model

_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")
_CONFIGS = ("config.json", "adapter_config.json")
_INDEX = "*.index.json"
_WEIGHTS = ("*.safetensors", "*.bin", "*.pth", "*.pt")
_OFFLINE_SETTINGS = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_YES = {"1", "ON", "YES", "TRUE"}


def is_here(name: str) -> bool:
    """Whether a model can be used without fetching it; what is no name on a hub is not this function's affair."""
    return Path(resolve_model(name)).exists() or not _NAME.fullmatch(name) or snapshot_of(name) is not None


def snapshot_of(name: str) -> Path | None:
    """The folder in the cache with a model's newest state; None if it is not there or not complete."""
    return _snapshot(hub_cache() / f"models--{name.replace('/', '--')}") if _NAME.fullmatch(name) else None


def cached_models() -> list[str]:
    """The names of complete models in the cache."""
    try:
        folders = sorted(hub_cache().glob("models--*--*"))
    except OSError:
        return []
    return [
        folder.name.removeprefix("models--").replace("--", "/", 1)
        for folder in folders
        if _snapshot(folder) is not None
    ]


def offline_setting() -> str | None:
    """The environment's setting that forbids asking the hub, read as huggingface_hub does; None if none does."""
    given = next((name for name in _OFFLINE_SETTINGS if os.environ.get(name)), None)
    return given if given and os.environ[given].upper() in _YES else None


def hub_cache() -> Path:
    """Where huggingface_hub keeps what it fetches, by the settings that it looks at."""
    if cache := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(cache).expanduser()
    general = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(os.environ.get("HF_HOME") or general).expanduser() / "hub"


def _snapshot(folder: Path) -> Path | None:
    try:
        commit = (folder / "refs" / "main").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    snapshot = folder / "snapshots" / commit
    has_config = any((snapshot / name).exists() for name in _CONFIGS)
    return snapshot if has_config and _has_weights(snapshot) else None


def _has_weights(snapshot: Path) -> bool:
    """Whether every weight file that an index names is there, or some weight file if there is no index."""
    indexes = list(snapshot.glob(_INDEX))
    if not indexes:
        return any(path.exists() for pattern in _WEIGHTS for path in snapshot.glob(pattern))
    return any(all((snapshot / part).exists() for part in _parts(index)) for index in indexes)


def _parts(index: Path) -> set[str]:
    try:
        return {str(part) for part in json.loads(index.read_bytes())["weight_map"].values()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return {index.name + " is damaged"}
