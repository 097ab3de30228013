"""Parts of a LLaVA model that do not belong together are refused before anything is written, and named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.checkpoints.seeing import save_checkpoint, save_language_base, save_tower_base
from tests.models.vision.tiny import clip_tower
from workbench.checkpoints.llava.merge import merge_llava
from workbench.checkpoints.merge_request import MergeRequest
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tower_base(tmp_path_factory.mktemp("tower"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, tower: Path) -> Path:
    return save_checkpoint(tmp_path_factory.mktemp("run") / "checkpoint-4", "sample:model", tower)


@pytest.fixture
def checkpoint(trained: Path, tmp_path: Path) -> Path:
    """One that a test may damage."""
    return shutil.copytree(trained, tmp_path / "checkpoint-4")


def _refused(checkpoint: Path, message: str, **settings: Any) -> WorkbenchError:
    """The error that a merge ends with; it leaves nothing."""
    with pytest.raises(WorkbenchError, match=message) as caught:
        settings = {"base": ""} | settings
        target = checkpoint.parent / "merged"
        merge_llava(MergeRequest(adapter=checkpoint, target=target, **settings), lambda _done, _total: None)
    assert not list(checkpoint.parent.glob("*merged*"))
    return caught.value


def _change(file: Path, change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]) -> None:
    save_file(change(load_file(file)), file)


def test_a_projector_of_another_language_models_width(checkpoint: Path, tmp_path: Path) -> None:
    base = save_language_base(tmp_path / "llama", "llama")
    error = _refused(checkpoint, r"made for a model of the width \d+, but .*llama has 32", base=str(base))
    assert error.where == str(checkpoint)


def test_a_tower_of_another_width(checkpoint: Path, tmp_path: Path) -> None:
    other = save_tower_base(tmp_path / "other", clip_tower(hidden_size=32))
    _refused(checkpoint, "made for a model of the width 24, but .*other has 32", visual_encoder=str(other))


def test_an_adapter_of_a_deeper_tower(checkpoint: Path, tmp_path: Path) -> None:
    other = save_tower_base(tmp_path / "other", clip_tower(num_hidden_layers=2))
    error = _refused(checkpoint, r"made for another model.*layers\.2\.", visual_encoder=str(other))
    assert error.where == str(checkpoint / "visual_encoder_adapter")


def test_an_adapter_of_another_language_model(checkpoint: Path) -> None:
    file = checkpoint / "llm_adapter" / "adapter_model.safetensors"
    _change(file, lambda held: {name.replace("layers.1.", "layers.9."): value for name, value in held.items()})
    assert _refused(checkpoint, r"layers\.9\.").where == str(checkpoint / "llm_adapter")


def test_a_projector_whose_layers_do_not_fit(checkpoint: Path) -> None:
    file = checkpoint / "projector" / "model.safetensors"
    _change(file, lambda held: held | {"model.2.bias": torch.zeros(3)})
    _refused(checkpoint, r"projector\.model\.2\.bias is \[3\]")


def test_a_projector_that_is_not_what_its_config_says(checkpoint: Path) -> None:
    file = checkpoint / "projector" / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"visual_hidden_size": 1024}))
    _refused(checkpoint, "says visual_hidden_size 1024, but its weights have 24")


@pytest.mark.parametrize("name", ["projector/model.safetensors", "projector/config.json"])
def test_a_projector_that_is_not_complete(checkpoint: Path, name: str) -> None:
    (checkpoint / name).unlink()
    _refused(checkpoint, "projector.* missing")


@pytest.mark.parametrize(
    "part", ["projector/model", "llm_adapter/adapter_model", "visual_encoder_adapter/adapter_model"]
)
def test_a_part_that_is_cut_off(checkpoint: Path, part: str) -> None:
    file = checkpoint / f"{part}.safetensors"
    file.write_bytes(file.read_bytes()[:-8])
    assert str(file) in str(_refused(checkpoint, "cut off").where)


@pytest.mark.parametrize(
    "part", ["projector/model", "llm_adapter/adapter_model", "visual_encoder_adapter/adapter_model"]
)
def test_values_that_are_no_numbers(checkpoint: Path, part: str) -> None:
    _change(checkpoint / f"{part}.safetensors", lambda held: {name: value * torch.nan for name, value in held.items()})
    _refused(checkpoint, "no finite numbers")


def test_a_language_model_in_few_bits(checkpoint: Path, tmp_path: Path) -> None:
    from workbench.paths import resolve_model

    base = shutil.copytree(resolve_model("sample:model"), tmp_path / "base")
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps(config | {"quantization_config": {"load_in_4bit": True}}))
    _refused(checkpoint, "few bits", base=str(base))


def test_a_language_model_that_transformers_would_read_otherwise(tower: Path, tmp_path: Path) -> None:
    base = save_language_base(tmp_path / "base", "llama")
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", str(base), tower)
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps(config | {"model_type": "gemma2"}))
    error = _refused(checkpoint, "takes a language model of the kinds internlm2, llama.*gemma2")
    assert error.fix == "Use --save-format xtuner."


def test_a_layout_for_llamas_only(tower: Path, tmp_path: Path) -> None:
    base = save_language_base(tmp_path / "base", "qwen2")
    checkpoint = save_checkpoint(tmp_path / "checkpoint-4", str(base), tower)
    _refused(checkpoint, "Llama or InternLM2 language model, but this one is qwen2", save_format="official")


def test_a_tower_without_its_image_processor(checkpoint: Path, tower: Path, tmp_path: Path) -> None:
    other = shutil.copytree(tower, tmp_path / "other")
    (other / "preprocessor_config.json").unlink()
    _refused(checkpoint, "image processor is missing", visual_encoder=str(other))


def test_a_disk_that_is_too_small(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(9999, 9999, 9999))
    _refused(checkpoint, r"but only 10\.0 KB are free")


def test_what_it_is_made_from_is_never_replaced(checkpoint: Path, tower: Path) -> None:
    for target in (checkpoint, tower, checkpoint.parent):
        with pytest.raises(WorkbenchError, match="made from"):
            merge_llava(MergeRequest("", checkpoint, target, overwrite=True), lambda _done, _total: None)
