"""A training checkpoint becomes an adapter or a model that others can load."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from deepspeed.utils.zero_to_fp32 import get_fp32_state_dict_from_zero_checkpoint
from peft import PeftModel
from safetensors import safe_open

from tests.checkpoints.tiny import tiny_model, with_lora
from workbench.checkpoints.convert import convert
from workbench.configs.provenance import Provenance, read_provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.models.load import load_language_model
from workbench.training.manifest import MANIFEST_FILE, write_manifest

pytestmark = pytest.mark.heavy


def _ignore(done: int, total: int) -> None:
    """No progress wanted."""


def _trained(checkpoint: Path) -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = get_fp32_state_dict_from_zero_checkpoint(
        str(checkpoint), exclude_frozen_parameters=True
    )
    return tensors


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_shards_become_an_adapter_that_peft_loads(zero_checkpoints: Path, tmp_path: Path, stage: int) -> None:
    checkpoint = zero_checkpoints / f"lora-{stage}"
    seen: list[tuple[int, int]] = []
    made = convert(checkpoint, tmp_path / "adapter", on_progress=lambda done, total: seen.append((done, total)))
    assert made.kind == "adapter"
    assert seen[-1][0] == seen[-1][1] > 1
    loaded = dict(PeftModel.from_pretrained(tiny_model(), str(made.folder)).named_parameters())
    trained = _trained(checkpoint)
    assert any("lora_B" in name for name in trained)
    assert any("modules_to_save" in name for name in trained)
    assert all(torch.equal(loaded[name], tensor) for name, tensor in trained.items())


@pytest.mark.parametrize("stage", [2, 3])
def test_shards_become_a_model_under_the_names_of_the_base(
    zero_checkpoints: Path, base: Path, tmp_path: Path, stage: int
) -> None:
    checkpoint = zero_checkpoints / f"full-{stage}"
    made = convert(checkpoint, tmp_path / "model", on_progress=_ignore)
    assert made.kind == "model"
    with (
        safe_open(base / "model.safetensors", "pt") as one,
        safe_open(made.folder / "model.safetensors", "pt") as other,
    ):
        assert set(one.keys()) == set(other.keys())
        assert any("attention.wqkv" in name for name in other.keys())  # noqa: SIM118 - not a mapping
    loaded = load_language_model(str(made.folder), precision="fp32").state_dict()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in _trained(checkpoint).items())


def test_the_result_tells_where_it_came_from(zero_checkpoints: Path, base: Path, tmp_path: Path) -> None:
    convert(zero_checkpoints / "lora-2", tmp_path / "adapter", on_progress=_ignore)
    known = read_provenance(tmp_path / "adapter")
    assert known is not None
    assert (known.prompt_template, known.base_model, known.method) == ("internlm2_chat", str(base), "lora")
    assert (tmp_path / "adapter" / "tokenizer.json").read_text() == (base / "tokenizer.json").read_text()
    assert json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())["lora_alpha"] == 7


@pytest.fixture
def whole(base: Path, tmp_path: Path) -> Path:
    """A checkpoint folder as the trainer leaves it when the weights are already whole."""
    folder = tmp_path / "checkpoint-4"
    adapted = with_lora(tiny_model())
    adapted.save_pretrained(folder)
    write_provenance(folder, Provenance(prompt_template="internlm2_chat", base_model=str(base), iter=8, step=4))
    for name in ("optimizer.pt", "trainer_state.json", "rng_state_0.pth", "training_args.bin"):
        (folder / name).write_text("of the training")
    write_manifest(folder)
    return folder


def test_whole_weights_are_taken_without_what_only_training_needs(whole: Path, tmp_path: Path) -> None:
    made = convert(whole, tmp_path / "adapter", on_progress=_ignore)
    names = {path.name for path in made.folder.iterdir()}
    assert {"adapter_model.safetensors", "adapter_config.json", "workbench.json", "tokenizer.json"} <= names
    assert not {"optimizer.pt", "trainer_state.json", "rng_state_0.pth", "training_args.bin", MANIFEST_FILE} & names
    assert (made.folder / "adapter_model.safetensors").read_bytes() == (
        whole / "adapter_model.safetensors"
    ).read_bytes()


def _cut(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:1000])


def _change_a_byte(weights: Path) -> None:
    content = bytearray(weights.read_bytes())
    content[-5] ^= 1
    weights.write_bytes(content)


@pytest.mark.parametrize("damage", [_cut, _change_a_byte, Path.unlink])
def test_damaged_weights_are_refused_and_a_whole_checkpoint_is_named(
    whole: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    other = Path(shutil.copytree(whole, tmp_path / "checkpoint-2"))
    (whole / "adapter_model.bin").touch()  # so that there are weights even when the other file is gone
    damage(whole / "adapter_model.safetensors")
    with pytest.raises(WorkbenchError, match=r"cannot be used: adapter_model\.safetensors is missing, cut") as caught:
        convert(whole, tmp_path / "adapter", on_progress=_ignore)
    assert caught.value.where == str(whole)
    assert str(other) in (caught.value.fix or "")
    assert not (tmp_path / "adapter").exists()


def test_weights_that_were_cut_and_never_noted_are_refused(whole: Path, tmp_path: Path) -> None:
    (whole / MANIFEST_FILE).unlink()
    _cut(whole / "adapter_model.safetensors")
    with pytest.raises(WorkbenchError, match=r"adapter_model\.safetensors: its header is larger") as caught:
        convert(whole, tmp_path / "adapter", on_progress=_ignore)
    assert "copy it again" in (caught.value.fix or "")


def test_a_torn_state_of_the_training_does_not_matter(whole: Path, tmp_path: Path) -> None:
    _cut(whole / "optimizer.pt")
    (whole / "trainer_state.json").unlink()
    assert convert(whole, tmp_path / "adapter", on_progress=_ignore).kind == "adapter"


def test_weights_without_the_settings_of_their_adapter_are_refused(whole: Path, tmp_path: Path) -> None:
    (whole / "adapter_config.json").unlink()
    with pytest.raises(WorkbenchError, match=r"adapter_config\.json is missing"):
        convert(whole, tmp_path / "adapter", on_progress=_ignore)


def test_an_interrupted_conversion_leaves_nothing(whole: Path, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(whole, tmp_path / "adapter", on_progress=interrupt)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-4"]


def test_a_link_out_of_the_checkpoint_is_not_followed(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("key")
    (whole / "notes.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(WorkbenchError, match=r"notes\.txt is a link"):
        convert(whole, tmp_path / "adapter", on_progress=_ignore)
    assert not (tmp_path / "adapter").exists()


def test_a_missing_rank_leaves_nothing(zero_checkpoints: Path, tmp_path: Path) -> None:
    checkpoint = Path(shutil.copytree(zero_checkpoints / "lora-3", tmp_path / "checkpoint"))
    (checkpoint / "global_step2" / "zero_pp_rank_1_mp_rank_00_optim_states.pt").unlink()
    with pytest.raises(WorkbenchError, match=r"zero_pp_rank_1_mp_rank_00_optim_states\.pt"):
        convert(checkpoint, tmp_path / "adapter", on_progress=_ignore)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_shards_without_a_config_say_what_is_missing(zero_checkpoints: Path, tmp_path: Path) -> None:
    checkpoint = Path(shutil.copytree(zero_checkpoints / "lora-2", tmp_path / "checkpoint"))
    (checkpoint / "config.yaml").unlink()
    with pytest.raises(WorkbenchError, match="config"):
        convert(checkpoint, tmp_path / "adapter", on_progress=_ignore)


@pytest.mark.parametrize("kind", ["lora-2", "full-2"])
def test_weights_of_a_training_that_broke_down_are_refused(zero_checkpoints: Path, tmp_path: Path, kind: str) -> None:
    checkpoint = Path(shutil.copytree(zero_checkpoints / kind, tmp_path / "checkpoint"))
    shard = checkpoint / "global_step2" / "zero_pp_rank_0_mp_rank_00_optim_states.pt"
    content = torch.load(shard, weights_only=False)
    content["optimizer_state_dict"]["single_partition_of_fp32_groups"][0].data[5] = float("nan")
    torch.save(content, shard)
    with pytest.raises(WorkbenchError, match="no finite numbers") as caught:
        convert(checkpoint, tmp_path / "made", on_progress=_ignore)
    assert caught.value.where == str(checkpoint)
    assert not (tmp_path / "made").exists()


def test_no_checkpoint_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="does not exist"):
        convert(tmp_path / "nowhere", tmp_path / "adapter", on_progress=_ignore)
    (tmp_path / "empty").mkdir()
    with pytest.raises(WorkbenchError, match="no checkpoint"):
        convert(tmp_path / "empty", tmp_path / "adapter", on_progress=_ignore)
