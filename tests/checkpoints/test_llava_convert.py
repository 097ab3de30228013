"""A checkpoint of a training that sees becomes XTuner's LLaVA folder."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.checkpoints.seeing import Way, logits_of_parts, save_checkpoint, save_tower_base
from workbench.checkpoints.convert import convert
from workbench.configs.files import dump_config
from workbench.configs.provenance import read_provenance
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy

_ADAPTER = {"adapter_config.json", "adapter_model.safetensors"}


def _ignore(done: int, total: int) -> None:
    """No progress wanted."""


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tower_base(tmp_path_factory.mktemp("tower"))


def _files(folder: Path) -> dict[str, set[str]]:
    return {
        str(place.relative_to(folder)): {path.name for path in place.iterdir() if path.is_file()}
        for place in [folder, *(path for path in folder.iterdir() if path.is_dir())]
    }


@pytest.mark.parametrize(("language", "vision"), [("lora", "lora"), ("full", "full"), ("frozen", "frozen")])
def test_the_parts_and_nothing_of_the_trainer(language: Way, vision: Way, tower: Path, tmp_path: Path) -> None:
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", "sample:model", tower, language=language, vision=vision)
    seen: list[tuple[int, int]] = []
    made = convert(checkpoint, tmp_path / "out", on_progress=lambda done, total: seen.append((done, total)))
    assert made.kind == "llava"
    assert seen[-1][0] == seen[-1][1]
    found = _files(made.folder)
    expected = {".", "projector"}
    expected |= {"llm_adapter"} if language == "lora" else set()
    expected |= {"lora": {"visual_encoder_adapter"}, "full": {"visual_encoder"}, "frozen": set()}[vision]
    assert set(found) == expected
    assert found["projector"] == {"config.json", "model.safetensors"}
    assert all(names == _ADAPTER for place, names in found.items() if place.endswith("adapter"))
    if language == "full":
        assert {"model.safetensors", "config.json", "tokenizer.json", "generation_config.json"} <= found["."]
    else:
        assert found["."] == {"workbench.json"}
    assert not {"trainer_state.json", "optimizer.pt", "training_args.bin", "rng_state.pth"} & found["."]
    assert torch.equal(logits_of_parts(made.folder), logits_of_parts(checkpoint))


def test_the_note_says_what_the_parts_go_with(tower: Path, tmp_path: Path) -> None:
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", "sample:model", tower)
    (checkpoint / "workbench.json").unlink()
    config = TrainConfig(
        pretrained_model_name_or_path="sample:model",
        data_path="rows.json",
        visual_encoder_name_or_path=str(tower),
        visual_select_layer=-1,
        pad_image_to_square=True,
        prompt_template="vicuna",
    )
    (tmp_path / "config.yaml").write_text(dump_config(config), encoding="utf-8")
    known = read_provenance(convert(checkpoint, tmp_path / "out", on_progress=_ignore).folder)
    assert known is not None
    assert (known.base_model, known.visual_encoder, known.prompt_template) == ("sample:model", str(tower), "vicuna")
    assert (known.visual_select_layer, known.pad_image_to_square) == (-1, True)


def test_a_part_that_is_cut_off_is_refused(tower: Path, tmp_path: Path) -> None:
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", "sample:model", tower)
    weights = checkpoint / "visual_encoder_adapter" / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(WorkbenchError) as refused:
        convert(checkpoint, tmp_path / "out", on_progress=_ignore)
    assert str(weights) in str(refused.value.where)
    assert not (tmp_path / "out").exists()


def test_a_link_that_leads_out_is_refused(tower: Path, tmp_path: Path) -> None:
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", "sample:model", tower)
    settings = checkpoint / "projector" / "config.json"
    settings.rename(tmp_path / "elsewhere.json")
    settings.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(WorkbenchError, match=r"config\.json is a link that leads out"):
        convert(checkpoint, tmp_path / "out", on_progress=_ignore)
    assert not (tmp_path / "out").exists()
