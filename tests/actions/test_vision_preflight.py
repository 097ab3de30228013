"""What a training that sees needs is looked at before it starts."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from tests.data.picture_files import llava_row, picture
from tests.training.runs import tiny_config
from tests.training.seeing_runs import seeing_config
from workbench.actions.data_preflight import data_findings
from workbench.actions.findings import Findings
from workbench.actions.first_stage import first_stage_folder, with_first_stage
from workbench.actions.vision_preflight import check_vision
from workbench.errors import WorkbenchError
from workbench.jobs.folder import RECORD_FILE

_DATA = Path("rows.json")


@pytest.mark.parametrize(
    ("changes", "what", "where"),
    [
        ({"visual_encoder_name_or_path": "./nowhere"}, "does not exist", "./nowhere"),
        (
            {"evaluation_images": ["sample:pictures/none.png"]},
            "not there",
            "evaluation_images: sample:pictures/none.png",
        ),
        ({"evaluation_images": ["sample:README.md"]}, "no picture", "evaluation_images: sample:README.md"),
        ({"lora": {"modules_to_save": ["embed_tokens"]}}, "embed_tokens", "lora.modules_to_save"),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, Any], what: str, where: str) -> None:
    with pytest.raises(WorkbenchError, match=what) as refused:
        check_vision(seeing_config(_DATA, **changes))
    assert refused.value.where == where


def test_pictures_of_the_data_are_looked_at(project: Path) -> None:
    picture(project / "good.png")
    (project / "text.png").write_text("no picture")
    _DATA.write_text(json.dumps([llava_row("good.png"), llava_row(["good.png", "text.png"], "<image><image>?")]))
    (found,) = data_findings(seeing_config(_DATA, image_folder=None), Findings())
    assert found.where == f"{_DATA}:2:images[1]"
    assert found.what.startswith("text.png: This file is no picture.")
    assert "on_bad_image: skip" in (found.fix or "")
    assert not data_findings(seeing_config(_DATA, image_folder=None, on_bad_image="skip"), Findings())


def test_what_is_there_passes() -> None:
    check_vision(seeing_config(_DATA, evaluation_images=["sample:pictures/held_out/002.png", "https://a.b/c.png"]))
    check_vision(seeing_config(_DATA, method="full", lora={"modules_to_save": ["embed_tokens"]}))
    check_vision(tiny_config(_DATA))


def test_settings_of_pictures_need_a_tower() -> None:
    with pytest.raises(WorkbenchError, match="needs a vision tower") as refused:
        check_vision(tiny_config(_DATA, freeze_llm=True, image_probes="a.json"))
    assert refused.value.where == "freeze_llm, image_probes"


def _checkpoint(run: Path, step: int) -> Path:
    folder = run / "checkpoints" / f"checkpoint-{step}"
    (folder / "projector").mkdir(parents=True)
    (folder / "projector" / "config.json").write_text("{}")
    return folder


def test_a_first_stage_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="is not there") as refused:
        first_stage_folder(tmp_path / "none")
    assert "_pretrain" in str(refused.value.fix)
    (tmp_path / RECORD_FILE).write_text("kind: train\n")
    with pytest.raises(WorkbenchError, match="no LLaVA checkpoint"):
        first_stage_folder(tmp_path)
    (tmp_path / "iter_9.pth").write_bytes(b"")
    with pytest.raises(WorkbenchError, match="XTuner") as refused:
        first_stage_folder(tmp_path / "iter_9.pth")
    assert "pth_to_hf" in str(refused.value.fix)


@pytest.mark.heavy
def test_first_stages_that_are_there_are_named(tmp_path: Path) -> None:
    run = tmp_path / "one_pretrain_copy" / "20260101_000000"
    folder = _checkpoint(run, 3)
    (run / RECORD_FILE).write_text("kind: train\n")
    for name in ("trainer_state.json", "scheduler.pt", "optimizer.pt", "rng_state.pth"):
        (folder / name).write_text('{"global_step": 3}')
    with pytest.raises(WorkbenchError) as refused:
        first_stage_folder(tmp_path / "one_pretrain")
    assert "one_pretrain_copy" not in str(refused.value.fix)  # not whole yet
    for name in ("scheduler.pt", "optimizer.pt", "rng_state.pth"):
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr("data", "")
    save_file({"a": torch.zeros(1)}, folder / "projector" / "model.safetensors")
    with pytest.raises(WorkbenchError, match="is not there") as refused:
        first_stage_folder(tmp_path / "one_pretrain")
    assert str(tmp_path / "one_pretrain_copy") in str(refused.value.fix)
    assert first_stage_folder(tmp_path / "one_pretrain_copy") == folder


def test_a_folder_is_taken_as_it_is_and_made_absolute(tmp_path: Path) -> None:
    folder = _checkpoint(tmp_path, 3)
    found = with_first_stage(seeing_config(_DATA, pretrained_pth="checkpoints/checkpoint-3"), tmp_path)
    assert found.pretrained_pth == str(folder)
    text_only = tiny_config(_DATA)
    assert with_first_stage(text_only, tmp_path) is text_only
