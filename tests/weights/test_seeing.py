"""A LLaVA folder says what it goes with, and what is given goes first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.configs.provenance import Provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.weights.seeing import is_seeing_folder, seeing_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "projector").mkdir()
    (tmp_path / "projector" / "config.json").write_text("{}")
    return tmp_path


def test_a_checkpoint_says_everything_itself(folder: Path) -> None:
    known = Provenance(
        base_model="sample:model",
        visual_encoder="sample:vision_tower",
        visual_select_layer=-1,
        pad_image_to_square=False,
    )
    write_provenance(folder, known)
    found = seeing_folder(folder)
    assert is_seeing_folder(folder)
    assert (found.language_model, found.visual_encoder) == ("sample:model", "sample:vision_tower")
    assert (found.visual_select_layer, found.pad_image_to_square) == (-1, False)


def test_what_is_given_goes_first(folder: Path) -> None:
    write_provenance(folder, Provenance(base_model="a/b", visual_encoder="c/d"))
    found = seeing_folder(folder, base="e/f", visual_encoder="g/h", visual_select_layer=-3)
    assert (found.language_model, found.visual_encoder, found.visual_select_layer) == ("e/f", "g/h", -3)


def test_an_adapter_names_its_base(folder: Path) -> None:
    (folder / "llm_adapter").mkdir()
    (folder / "llm_adapter" / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "a/b"}))
    found = seeing_folder(folder, visual_encoder="c/d")
    assert (found.language_model, found.visual_select_layer, found.pad_image_to_square) == ("a/b", -2, True)


def test_whole_parts_inside_are_taken(folder: Path) -> None:
    (folder / "config.json").write_text("{}")
    (folder / "visual_encoder").mkdir()
    found = seeing_folder(folder)
    assert (found.language_model, found.visual_encoder) == (str(folder), str(folder / "visual_encoder"))
    with pytest.raises(WorkbenchError, match="of its own"):
        seeing_folder(folder, visual_encoder="c/d")


def test_what_is_not_known_is_asked_for(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="which language model"):
        seeing_folder(folder, visual_encoder="c/d")
    with pytest.raises(WorkbenchError, match="which vision tower"):
        seeing_folder(folder, base="a/b")
    with pytest.raises(WorkbenchError, match="no LLaVA parts"):
        seeing_folder(tmp_path / "projector", base="a/b", visual_encoder="c/d")
