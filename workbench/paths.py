"""Folders: the user's, the project's, and those shipped with the package."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """A folder shipped with workbench (``sample_data`` or ``themes``), in a wheel or in a source checkout."""
    inside_wheel = _PACKAGE / name
    return inside_wheel if inside_wheel.is_dir() else _PACKAGE.parent / name


def user_config() -> Path:
    """The user's own settings, themes and keymap; ``WORKBENCH_CONFIG_DIR`` moves it."""
    return Path(os.environ.get("WORKBENCH_CONFIG_DIR") or platformdirs.user_config_path("workbench"))


def user_state() -> Path:
    """Drafts, last screen, known work dirs; ``WORKBENCH_STATE_DIR`` moves it."""
    return Path(os.environ.get("WORKBENCH_STATE_DIR") or platformdirs.user_state_path("workbench"))


def user_cache() -> Path:
    """Things that can be made again; ``WORKBENCH_CACHE_DIR`` moves it."""
    return Path(os.environ.get("WORKBENCH_CACHE_DIR") or platformdirs.user_cache_path("workbench"))


SAMPLE_PREFIX = "sample:"


def resolve_model(name: str) -> str:
    """The path behind a model or file name: ``sample:x`` is ``x`` in the embedded sample project, ``~`` the
    user's home folder, the rest is itself.

    The sample project moves with the installation, so configs name it by this prefix and stay valid anywhere.
    """
    if not name.startswith(SAMPLE_PREFIX):
        return os.path.expanduser(name)  # noqa: PTH111 - a Path would lose the form of a hub's name
    return str(shipped("sample_data") / name.removeprefix(SAMPLE_PREFIX))


def by_sample_name(name: str) -> str:
    """A path in the embedded sample project by its ``sample:`` name; other names and paths as they are."""
    sample = shipped("sample_data")
    return f"{SAMPLE_PREFIX}{Path(name).relative_to(sample)}" if Path(name).is_relative_to(sample) else name


def existing_parent(folder: Path) -> Path:
    """The folder itself if it is there, else the nearest one above it that is."""
    whole = folder.resolve()
    return next(parent for parent in (whole, *whole.parents) if parent.is_dir())
