"""The projector's folder is XTuner's: what is written is read again, and what does not fit is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.models.vision.tiny import TOWER_WIDTH, clip_tower, language_model, sample_tokenizer
from workbench.errors import WorkbenchError
from workbench.models.vision.assembly import assemble
from workbench.models.vision.projector import read_projector, write_projector

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def model() -> Any:
    return assemble(language_model("llama"), clip_tower(), sample_tokenizer())


@pytest.fixture
def folder(model: Any, tmp_path: Path) -> Path:
    write_projector(model, tmp_path / "projector")
    return tmp_path / "projector"


def test_names_and_settings_are_those_of_xtuner(model: Any, folder: Path) -> None:
    settings = json.loads((folder / "config.json").read_text())
    assert settings == {
        "architectures": ["ProjectorModel"],
        "model_type": "projector",
        "visual_hidden_size": TOWER_WIDTH,
        "llm_hidden_size": 32,
        "depth": 2,
        "hidden_act": "gelu",
        "bias": True,
        "torch_dtype": "float32",
    }
    weights = load_file(folder / "model.safetensors")
    assert sorted(weights) == ["model.0.bias", "model.0.weight", "model.2.bias", "model.2.weight"]
    torch.testing.assert_close(weights["model.2.weight"], model.model.multi_modal_projector.linear_2.weight.detach())


def test_pickled_weights_are_read_as_well(folder: Path) -> None:
    expected = read_projector(folder).weights
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    found = read_projector(folder.parent).weights
    assert all(torch.equal(found[name], expected[name]) for name in expected)


class _Program:
    def __reduce__(self) -> tuple[Any, tuple[str, ...]]:
        return print, ("code from a weight file ran",)


def test_code_in_pickled_weights_is_not_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({"model.0.weight": _Program()}, folder / "pytorch_model.bin")
    with pytest.raises(WorkbenchError, match="damaged"):
        read_projector(folder)
    assert "code from a weight file ran" not in capsys.readouterr().out


def test_a_folder_without_a_projector_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no projector") as refused:
        read_projector(tmp_path)
    assert refused.value.where == str(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"depth": 3}, "3"),
        ({"llm_hidden_size": 99}, "99"),
        ({"model_type": "llama"}, "another model"),
    ],
)
def test_settings_that_do_not_fit_are_named(folder: Path, change: dict[str, Any], said: str) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(WorkbenchError, match=said):
        read_projector(folder)


def test_cut_weights_are_named(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(WorkbenchError, match="missing or damaged"):
        read_projector(folder)
