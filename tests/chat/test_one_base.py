"""One base model in memory answers as itself, with adapters, and with LLaVA folders, whatever was in use before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chat.moved_adapters import moved, moved_adapter
from tests.chat.seeing import BASE, Talk, said
from tests.models.vision.tiny import language_model
from workbench.configs.method_settings import LoraSettings
from workbench.errors import WorkbenchError
from workbench.models.adapters import add_adapter
from workbench.models.load import load_language_model

pytestmark = pytest.mark.heavy
_LOADING = "Loading the model"


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two of the language model alone, of different size."""
    return [moved_adapter(tmp_path_factory.mktemp("adapter"), rank) for rank in (4, 8)]


def test_every_way_answers_as_if_it_had_been_loaded_alone(
    stage_1: Path, stage_2: Path, adapters: list[Path], red: Path
) -> None:
    ways: list[dict[str, Any]] = [
        {},
        {"llava": str(stage_1)},
        {"adapter": str(adapters[0])},
        {"llava": str(stage_2)},
        {"adapter": str(adapters[1])},
    ]
    alone = [Talk(**way).answers(red if "llava" in way else None) for way in ways]
    assert len({tuple(answers) for answers in alone}) == len(ways)
    talk = Talk()
    for number in (0, 1, 2, 3, 4, 1, 3, 0, 4, 3, 2, 1, 0):
        talk.attach(**ways[number])
        assert talk.answers(red if "llava" in ways[number] else None) == alone[number], ways[number]
    assert talk.stages.count(_LOADING) == 1
    assert talk.stages.count("Loading the vision tower") == 1
    assert talk.stages.count("Attaching the adapter") == 3


def test_a_folder_with_whole_models_is_loaded_anew_and_left_again(stage_2: Path, whole_parts: Path, red: Path) -> None:
    talk = Talk(llava=str(stage_2))
    before = talk.answers(red)
    talk.attach(llava=str(whole_parts))
    assert talk.answers(red) == Talk(str(whole_parts)).answers(red) != before
    talk.attach(llava=str(stage_2))
    assert talk.answers(red) == before
    assert talk.stages.count(_LOADING) == 3


def test_a_folder_alone_names_its_models(stage_2: Path, red: Path) -> None:
    talk = Talk(str(stage_2))
    assert talk.answers(red) == Talk(llava=str(stage_2)).answers(red)
    talk.attach()
    assert talk.answers(None) == Talk().answers(None)
    assert talk.stages.count(_LOADING) == 1


def test_a_folder_given_as_an_adapter_is_taken_for_what_it_is(stage_1: Path, red: Path) -> None:
    assert Talk(adapter=str(stage_1)).answers(red) == Talk(llava=str(stage_1)).answers(red)


def test_an_adapter_that_does_not_fit_changes_nothing(
    adapters: list[Path], stage_2: Path, red: Path, tmp_path: Path
) -> None:
    other = moved(add_adapter(language_model("internlm2"), LoraSettings(r=4), "lora"), tmp_path / "other", 1)
    for first in ({}, {"adapter": str(adapters[0])}, {"llava": str(stage_2)}):
        talk = Talk(**first)
        shown = red if "llava" in first else None
        before = talk.answers(shown)
        with pytest.raises(WorkbenchError, match="does not fit"):
            talk.attach(adapter=str(other))
        assert talk.answers(shown) == before
        talk.attach(adapter=str(adapters[1]))
        assert talk.answers(None) == Talk(adapter=str(adapters[1])).answers(None)


def test_a_projector_of_another_width_changes_nothing(stage_1: Path, tower: Path, red: Path, tmp_path: Path) -> None:
    from tests.checkpoints.seeing import save_checkpoint, save_tower_base
    from tests.models.vision.tiny import clip_tower

    wide = save_tower_base(tmp_path / "wide", clip_tower(hidden_size=32))
    folder = save_checkpoint(tmp_path / "folder", BASE, wide, language="frozen", vision="frozen")
    talk = Talk(llava=str(stage_1))
    before = talk.answers(red)
    with pytest.raises(WorkbenchError, match="width") as refused:
        talk.attach(llava=str(folder), visual_encoder=str(tower))
    assert refused.value.where == str(folder / "projector")
    assert talk.answers(red) == before


def test_a_tower_or_a_layer_that_is_none_is_told(stage_1: Path, red: Path) -> None:
    talk = Talk()
    for field, value in (("visual_encoder", str(red)), ("visual_select_layer", 9)):
        with pytest.raises(WorkbenchError, match="vision tower"):
            talk.attach(llava=str(stage_1), **{field: value})


def test_when_another_base_cannot_be_loaded_there_is_none(whole_parts: Path, tmp_path: Path) -> None:
    import shutil

    broken = shutil.copytree(whole_parts, tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"no")
    talk = Talk()
    with pytest.raises(WorkbenchError, match="damaged"):
        talk.attach(llava=str(broken))
    with pytest.raises(WorkbenchError, match="No model is loaded"):
        talk.ask(said("?"))
    talk.attach()
    assert talk.answers(None) == Talk().answers(None)


def test_a_whole_seeing_model_answers_as_its_parts_do(stage_2: Path, stage_1: Path, red: Path, tmp_path: Path) -> None:
    from workbench.checkpoints.llava.merge import merge_llava
    from workbench.checkpoints.merge_request import MergeRequest

    merge_llava(MergeRequest("", stage_2, tmp_path / "merged"), lambda _done, _all: None)
    talk = Talk(str(tmp_path / "merged"))
    greedy = slice(None, None, 2)
    assert talk.answers(red)[greedy] == Talk(str(stage_2)).answers(red)[greedy]
    with pytest.raises(WorkbenchError, match="sees already"):
        talk.attach(llava=str(stage_1))


def test_four_bits_see_too(stage_2: Path, red: Path) -> None:
    talk = Talk(bits=4)
    before = talk.answers(None)
    talk.attach(llava=str(stage_2))
    seen = talk.answers(red)
    talk.attach()
    assert talk.answers(None) == before
    talk.attach(llava=str(stage_2))
    assert talk.answers(red) == seen


def test_an_adapter_with_an_embedding_of_its_own_gets_a_base_of_its_own(
    stage_2: Path, red: Path, tmp_path: Path
) -> None:
    settings = LoraSettings(r=4, lora_dropout=0.0, modules_to_save=["embed_tokens"])
    adapted = add_adapter(load_language_model(BASE, precision="fp32"), settings, "lora")
    own = {"adapter": str(moved(adapted, tmp_path / "own", 3))}
    seeing = {"llava": str(stage_2)}
    alone, seen = Talk(**own).answers(None), Talk(**seeing).answers(red)
    talk = Talk(**own)
    for _again in range(2):
        talk.attach(**seeing)
        assert talk.answers(red) == seen
        talk.attach(**own)
        assert talk.answers(None) == alone
