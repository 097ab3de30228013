"""What a request to load or attach means, and what it lacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.chat.parts_choice import ChosenParts, parts_of
from workbench.chat.protocol import AttachAdapter, Load
from workbench.configs.provenance import Provenance, write_provenance
from workbench.errors import WorkbenchError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A LLaVA folder that says nothing of what it goes with."""
    (tmp_path / "llava/projector").mkdir(parents=True)
    (tmp_path / "llava/projector/config.json").write_text(json.dumps({"model_type": "projector"}))
    return tmp_path / "llava"


def _load(model: str, **asked: Any) -> ChosenParts:
    return parts_of(Load(id=1, model=model, **asked))


def test_an_adapter_and_a_llava_folder_exclude_each_other(folder: Path) -> None:
    with pytest.raises(WorkbenchError, match="only one of them"):
        _load("base", adapter="adapter", llava=str(folder))


def test_a_tower_alone_leads_nowhere() -> None:
    for field in ({"visual_encoder": "tower"}, {"visual_select_layer": -2}):
        with pytest.raises(WorkbenchError, match="no LLaVA folder") as refused:
            _load("base", **field)
        assert "--llava" in str(refused.value.fix)


def test_a_tower_that_nothing_names_is_asked_for(folder: Path) -> None:
    with pytest.raises(WorkbenchError, match="which vision tower") as refused:
        _load("base", llava=str(folder))
    assert "--visual-encoder" in str(refused.value.fix)


def test_what_is_given_stands_above_what_the_folder_says(folder: Path) -> None:
    write_provenance(folder, Provenance(base_model="its-base", visual_encoder="its-tower", visual_select_layer=-3))
    own, given = _load(str(folder)), _load("base", llava=str(folder), visual_encoder="tower", visual_select_layer=-1)
    for parts, expected in ((own, ("its-base", "its-tower", -3)), (given, ("base", "tower", -1))):
        assert parts.llava is not None
        assert (parts.base, parts.llava.visual_encoder, parts.llava.visual_select_layer) == expected
        assert parts.home == parts.base
        assert parts.newest_weights == str(folder)


def test_a_whole_language_model_of_its_own_takes_the_place_of_the_base(folder: Path) -> None:
    write_provenance(folder, Provenance(visual_encoder="tower"))
    (folder / "config.json").write_text("{}")
    parts = parts_of(AttachAdapter(id=1, llava=str(folder)), "base")
    assert (parts.home, parts.base) == ("base", str(folder))
    assert not parts.is_on("base")
    assert parts.is_on(f"{folder.parent}/./llava")
    back = parts_of(AttachAdapter(id=1), parts.home)
    assert (back.base, back.adapter, back.llava) == ("base", None, None)
