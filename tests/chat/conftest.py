"""LLaVA folders and pictures for the tests of chatting."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chat.pictures_drawn import picture

_BASE = "sample:model"


@pytest.fixture(scope="session")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.checkpoints.seeing import save_tower_base

    return save_tower_base(tmp_path_factory.mktemp("tower"))


@pytest.fixture(scope="session")
def stage_1(tower: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only the projector was trained."""
    from tests.checkpoints.seeing import save_checkpoint

    return save_checkpoint(tmp_path_factory.mktemp("stage-1"), _BASE, tower, language="frozen", vision="frozen")


@pytest.fixture(scope="session")
def stage_2(tower: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The projector, and an adapter of each model."""
    from tests.checkpoints.seeing import save_checkpoint

    return save_checkpoint(tmp_path_factory.mktemp("stage-2"), _BASE, tower)


@pytest.fixture(scope="session")
def whole_parts(tower: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Language model and vision tower were trained whole."""
    from tests.checkpoints.seeing import save_checkpoint

    return save_checkpoint(tmp_path_factory.mktemp("whole"), _BASE, tower, language="full", vision="full")


@pytest.fixture(scope="session")
def red(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return picture(tmp_path_factory.mktemp("pictures") / "red disc.png", "red")


@pytest.fixture(scope="session")
def blue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return picture(tmp_path_factory.mktemp("pictures") / "blue disc.png", "blue")
