"""The bases that checkpoints of these tests were trained on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkpoints.xtuner import save_clip, save_llama


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A language model with a tokenizer."""
    return save_llama(tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vision tower."""
    return save_clip(tmp_path_factory.mktemp("clip"))
