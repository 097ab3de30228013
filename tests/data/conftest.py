"""The sample model's tokenizer, as the light rooms read it and as training does."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.data.templates.families import QWEN3
from workbench.data.light_tokenizer import LightTokenizer
from workbench.paths import shipped

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
SAMPLE = shipped("sample_data")
Write = Callable[..., Path]


@pytest.fixture(scope="session")
def light() -> LightTokenizer:
    """Without transformers."""
    return LightTokenizer.from_folder(SAMPLE / "model")


@pytest.fixture(scope="session")
def training_tokenizer() -> Any:
    """With transformers, loaded as the trainer loads it."""
    from workbench.models.load import load_tokenizer

    return load_tokenizer(str(SAMPLE / "model"))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file into the test's folder: text as it is, anything else as JSON."""

    def write_file(content: Any, name: str = "data.json") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def thinking_model(tmp_path: Path) -> Path:
    """The sample model's tokenizer with a chat template that keeps the thoughts of last answers only."""
    folder = tmp_path / "thinking"
    folder.mkdir()
    shutil.copy(SAMPLE / "model" / "tokenizer.json", folder)
    config = json.loads((SAMPLE / "model" / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(config | {"chat_template": QWEN3}))
    return folder
