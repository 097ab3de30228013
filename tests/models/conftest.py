"""Copies of the sample model that a test may damage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.i18n import set_language
from workbench.paths import shipped

ChangeConfig = Callable[..., None]


@pytest.fixture(autouse=True)
def english() -> None:
    """Messages are compared in English."""
    set_language("en")


@pytest.fixture
def sample_copy(tmp_path: Path) -> Path:
    """The sample model in a folder of its own."""
    return Path(shutil.copytree(shipped("sample_data") / "model", tmp_path / "model"))


@pytest.fixture
def change_config(sample_copy: Path) -> ChangeConfig:
    """Changes fields of the copy's ``config.json``."""

    def change(**fields: Any) -> None:
        path = sample_copy / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | fields))

    return change
