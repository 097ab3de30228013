"""``workbench convert``: the real commands, the one whose name may be left out among them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from peft import LoraConfig
from transformers import CLIPVisionModel

from tests.checkpoints.merging import saved_adapter, saved_base, tiny_clip
from tests.checkpoints.seeing import save_checkpoint, save_tower_base
from tests.checkpoints.tiny import save_adapter, save_base
from tests.checkpoints.xtuner import llava_config, projector_tensors, save_pth
from tests.commands.run_command import workbench


def test_the_help_shows_every_way(tmp_path: Path) -> None:
    shown = workbench("convert", "--help", cwd=tmp_path).stdout
    assert all(name in shown for name in ("checkpoint", "pth_to_hf", "merge", "split"))


@pytest.mark.parametrize("words", [("last",), ("checkpoint", "last"), ("--force", "last")])
def test_a_first_word_that_is_no_command_is_a_checkpoint(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = workbench("convert", *words, cwd=tmp_path)
    assert result.returncode == 1
    assert "no jobs" in result.stderr


@pytest.mark.heavy
def test_a_file_of_xtuner_is_converted(tmp_path: Path) -> None:
    save_pth(tmp_path / "iter_12.pth", projector_tensors(16, 24))
    config = llava_config(tmp_path, tmp_path / "nowhere", tmp_path / "nowhere")
    result = workbench("convert", "pth_to_hf", config.name, "iter_12.pth", "out", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["folder"] == str(tmp_path / "out")
    assert (tmp_path / "out" / "projector" / "model.safetensors").is_file()


@pytest.mark.heavy
def test_settings_are_changed_as_with_xtuner(tmp_path: Path) -> None:
    save_pth(tmp_path / "iter_12.pth", projector_tensors(16, 24))
    config = llava_config(tmp_path, tmp_path / "nowhere", tmp_path / "nowhere")
    options = ("--cfg-options", "model.llm.pretrained_model_name_or_path=owner/one", "model.projector_depth=3")
    result = workbench("convert", "pth_to_hf", config.name, "iter_12.pth", "out", *options, cwd=tmp_path)
    assert (result.returncode, "has 2 layers, but the config says 3" in result.stdout) == (1, True)
    assert not (tmp_path / "out").exists()


def test_wrong_arguments_start_nothing(tmp_path: Path) -> None:
    (tmp_path / "one.pth").write_bytes(b"")
    wrong = (
        (("one.pth",), 2, "the folder to write"),
        (("gone.pth", "out"), 1, "gone.pth: There is no such file"),
        (("gone.py", "one.pth", "out"), 1, "gone.py"),
        (("one.pth", "out", "--max-shard-size", "huge"), 1, "no size"),
    )
    for words, code, said in wrong:
        result = workbench("convert", "pth_to_hf", *words, cwd=tmp_path)
        assert (result.returncode, said in result.stderr) == (code, True), result.stderr
    assert not (tmp_path / "work_dirs").exists()


def _merge(*words: str, cwd: Path) -> list[str]:
    """The lines of a merge that does not work out."""
    result = workbench("convert", "merge", *words, cwd=cwd)
    assert result.returncode == 1
    return (result.stdout + result.stderr).splitlines()


@pytest.mark.heavy
def test_a_refused_attempt_leaves_no_job(tmp_path: Path) -> None:
    save_base(tmp_path / "base")
    save_adapter(tmp_path / "adapter")
    said = _merge("base", "adapter", "merged", "--is-clip", cwd=tmp_path)
    assert "--is-clip" in said[0]
    assert not any("full log" in line for line in said)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter", "base", "work_dirs"]
    assert not list((tmp_path / "work_dirs").iterdir())


@pytest.mark.heavy
def test_a_merged_clip_is_not_to_be_talked_with(tmp_path: Path) -> None:
    saved_base(tiny_clip(), tmp_path / "clip")
    tower = CLIPVisionModel.from_pretrained(tmp_path / "clip")
    saved_adapter(tower, LoraConfig(r=4, target_modules=["q_proj"]), tmp_path / "adapter")
    result = workbench("merge", "clip", "adapter", "merged", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert str(tmp_path / "merged") in result.stdout
    assert "workbench chat" not in result.stdout


@pytest.mark.heavy
def test_a_llava_checkpoint_becomes_its_parts_and_then_one_model(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "checkpoint-4", "sample:model", save_tower_base(tmp_path / "tower"))
    parts = workbench("convert", "checkpoint-4", "parts", cwd=tmp_path)
    assert f"workbench merge auto {tmp_path / 'parts'} merged" in parts.stdout, parts.stderr
    merged = workbench("merge", "auto", "parts", "merged", cwd=tmp_path)
    assert merged.returncode == 0, merged.stderr
    assert f"workbench chat {tmp_path / 'merged'}" in merged.stdout
    config = json.loads((tmp_path / "merged" / "config.json").read_text())
    assert config["architectures"] == ["LlavaForConditionalGeneration"]
