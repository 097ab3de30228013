"""What is damaged, does not fit or could run code is refused by name; nothing half-written stays under a final name."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.checkpoints.pth.conversions import ignore, refused
from tests.checkpoints.xtuner import llava_config, lora_tensors, lora_text, projector_tensors, save_pth, text_config
from tests.checkpoints.zero_folder import write_zero_folder
from workbench.checkpoints.model_files import open_folder
from workbench.checkpoints.pth.convert import convert_pth
from workbench.checkpoints.pth.request import PthRequest
from workbench.configs.provenance import PROVENANCE_FILE
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).resolve().parents[3]
ENDS = ("q_proj", "down_proj")


class Command:
    """Unpickled without care, it runs a command of the shell."""

    def __init__(self, command: str) -> None:
        self._command = command

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self._command,)


@pytest.fixture
def full(llama: Path) -> dict[str, torch.Tensor]:
    return {f"llm.{name}": tensor.load() + 0.125 for name, tensor in open_folder(llama).stored.items()}


@pytest.fixture
def adapter(llama: Path) -> dict[str, torch.Tensor]:
    return lora_tensors("llm", {name: tensor.load() for name, tensor in open_folder(llama).stored.items()}, ENDS)


@pytest.mark.parametrize("is_zip", [True, False])
def test_a_command_in_the_file_is_named_and_not_run(tmp_path: Path, llama: Path, is_zip: bool) -> None:
    victim = tmp_path / "was_run"
    pth = tmp_path / "iter_1.pth"
    content = {"state_dict": projector_tensors(16, 24), "hook": Command(f"touch {victim}")}
    torch.save(content, pth, _use_new_zipfile_serialization=is_zip)
    torch.load(pth, weights_only=False)
    assert victim.exists(), "the attack itself must work, or this test proves nothing"
    victim.unlink()
    error = refused(tmp_path / "out", r"posix\.system", pth=pth, base=str(llama))
    assert error.where == str(pth)
    assert not victim.exists()


def test_a_cut_file_is_named(tmp_path: Path, full: dict[str, torch.Tensor], llama: Path) -> None:
    pth = save_pth(tmp_path / "iter_1.pth", full)
    pth.write_bytes(pth.read_bytes()[: pth.stat().st_size // 2])
    assert refused(tmp_path / "out", "cut off", pth=pth, base=str(llama)).where == str(pth)


def test_a_missing_rank_is_named(tmp_path: Path, adapter: dict[str, torch.Tensor], llama: Path) -> None:
    folder = write_zero_folder(tmp_path / "iter_1.pth", adapter, stage=2, ranks=4)
    name = "bf16_zero_pp_rank_2_mp_rank_00_optim_states.pt"
    (folder / name).unlink()
    config = str(text_config(tmp_path, llama, lora_text()))
    refused(tmp_path / "out", name, pth=folder, config=config)


def test_a_file_of_before_pytorch_1_6_is_read(tmp_path: Path, llama: Path) -> None:
    state = projector_tensors(16, 24)
    pth = tmp_path / "old.pth"
    torch.save({"state_dict": state}, pth, _use_new_zipfile_serialization=False)
    folder = convert_pth(PthRequest(pth=pth, base=str(llama), target=tmp_path / "out"), ignore).folder
    found = open_folder(folder / "projector").stored["model.0.weight"].load()
    assert torch.equal(found, state["projector.model.0.weight"])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("llm.model.norm.weight", None, r"lacks .* model\.norm\.weight \[24\]"),
        ("llm.model.norm.weight", torch.zeros(25), r"model\.norm\.weight has the shape \[25\], the base's \[24\]"),
        ("llm.model.norm.weight", torch.zeros(24, dtype=torch.int8), r"model\.norm\.weight .* torch\.int8"),
        ("llm.model.surplus.weight", torch.zeros(2), r"model\.surplus\.weight \[2\]"),
        ("other.weight", torch.zeros(2), r"other\.weight \[2\] belongs to no part"),
        ("model.mlp1.0.weight", torch.zeros(2), "InternVL"),
    ],
)
def test_a_whole_model_that_does_not_fit_is_refused(
    tmp_path: Path, llama: Path, full: dict[str, torch.Tensor], name: str, value: Any, message: str
) -> None:
    state = {key: tensor for key, tensor in (full | {name: value}).items() if tensor is not None}
    refused(tmp_path / "out", message, pth=save_pth(tmp_path / "it.pth", state), base=str(llama))


def test_an_adapter_that_lacks_a_layer_or_half_a_layer_is_refused(
    tmp_path: Path, llama: Path, adapter: dict[str, torch.Tensor]
) -> None:
    config = str(text_config(tmp_path, llama, lora_text()))
    module = "llm.base_model.model.model.layers.1.self_attn.q_proj"
    half = {name: tensor for name, tensor in adapter.items() if name != f"{module}.lora_B.default.weight"}
    refused(tmp_path / "out", "no lora_B", pth=save_pth(tmp_path / "it.pth", half), config=config)
    lacking = {name: tensor for name, tensor in adapter.items() if module not in name}
    refused(
        tmp_path / "out", r"layers\.1\.self_attn\.q_proj", pth=save_pth(tmp_path / "it.pth", lacking), config=config
    )


def test_an_adapter_for_another_base_or_config_is_refused(
    tmp_path: Path, llama: Path, adapter: dict[str, torch.Tensor]
) -> None:
    pth = save_pth(tmp_path / "it.pth", adapter)
    refused(tmp_path / "out", "r = 8", pth=pth, config=str(text_config(tmp_path, llama, lora_text(r=8))))
    refused(tmp_path / "out", "trains none", pth=pth, config=str(text_config(tmp_path, llama)))
    module = "llm.base_model.model.model.layers.0.self_attn.q_proj"
    other = adapter | {f"{module}.lora_A.default.weight": torch.zeros(4, 30)}
    config = str(text_config(tmp_path, llama, lora_text()))
    message = r"layers\.0\.self_attn\.q_proj is \[24, 30\] there, and \[24, 24\] here"
    refused(tmp_path / "out", message, pth=save_pth(tmp_path / "it.pth", other), config=config)


def test_a_config_that_trains_an_adapter_does_not_pass_for_whole_weights(
    tmp_path: Path, llama: Path, full: dict[str, torch.Tensor]
) -> None:
    config = str(text_config(tmp_path, llama, lora_text()))
    refused(tmp_path / "out", "whole weights", pth=save_pth(tmp_path / "it.pth", full), config=config)


def test_a_base_that_is_not_here_is_asked_for(tmp_path: Path, full: dict[str, torch.Tensor]) -> None:
    pth = save_pth(tmp_path / "it.pth", full)
    error = refused(tmp_path / "out", "not on this machine", pth=pth, base=str(tmp_path / "nowhere"))
    assert "--base" in (error.fix or "")


def test_layouts_of_one_model_are_for_llava(
    tmp_path: Path, llama: Path, clip: Path, full: dict[str, torch.Tensor]
) -> None:
    pth = save_pth(tmp_path / "it.pth", full)
    names = {"base": str(llama), "visual_encoder": str(clip)}
    refused(tmp_path / "out", "no projector", pth=pth, save_format="huggingface", **names)


def test_the_file_itself_and_what_is_no_earlier_result_are_not_replaced(
    tmp_path: Path, llama: Path, clip: Path
) -> None:
    pth = save_pth(tmp_path / "iter_1.pth", projector_tensors(16, 24))
    config = str(llava_config(tmp_path, llama, clip))
    before = pth.read_bytes()
    with pytest.raises(WorkbenchError, match="made from"):
        convert_pth(PthRequest(pth=pth, target=tmp_path, config=config, overwrite=True), ignore)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(WorkbenchError, match="no earlier result"):
        convert_pth(PthRequest(pth=pth, target=tmp_path / "thesis", config=config, overwrite=True), ignore)
    convert_pth(PthRequest(pth=pth, target=tmp_path / "out", config=config), ignore)
    with pytest.raises(WorkbenchError, match="exists"):
        convert_pth(PthRequest(pth=pth, target=tmp_path / "out", config=config), ignore)
    convert_pth(PthRequest(pth=pth, target=tmp_path / "out", config=config, overwrite=True), ignore)
    assert pth.read_bytes() == before
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"


def test_a_link_out_of_the_base_is_not_followed(tmp_path: Path, llama: Path, full: dict[str, torch.Tensor]) -> None:
    base = Path(shutil.copytree(llama, tmp_path / "base"))
    (tmp_path / "secret").write_text("key")
    (base / "notes.txt").symlink_to(tmp_path / "secret")
    (base / "modeling_own.py").write_text("# the model's own code")
    (base / "chat_template.jinja").write_text("{{ messages }}")
    (base / "config.json").rename(tmp_path / "config.json")
    (base / "config.json").symlink_to(tmp_path / "config.json")
    request = PthRequest(pth=save_pth(tmp_path / "it.pth", full), base=str(base), target=tmp_path / "out")
    made = convert_pth(request, ignore)
    names = {path.name for path in made.folder.iterdir()}
    assert "notes.txt" not in names
    assert {"modeling_own.py", "chat_template.jinja", "generation_config.json", "tokenizer.json"} <= names
    assert json.loads((made.folder / "config.json").read_text())["model_type"] == "llama"
    assert any("notes.txt" in note and "config.json" not in note for note in made.notes)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, llama: Path, clip: Path) -> None:
    pth = save_pth(tmp_path / "iter_1.pth", projector_tensors(16, 24))
    config = str(llava_config(tmp_path, llama, clip))
    with pytest.raises(WorkbenchError, match="cannot be written"):
        convert_pth(PthRequest(pth=pth, target=Path("/proc/self/out"), config=config), ignore)


_KILLED_NEAR_THE_END = """
import os, signal, sys
from pathlib import Path
from workbench.checkpoints.pth.convert import convert_pth
from workbench.checkpoints.pth.request import PthRequest
def die(done, total):
    if done > 0.9 * total:
        os.kill(os.getpid(), signal.SIGKILL)
convert_pth(PthRequest.model_validate_json(sys.argv[1]), die)
"""


def test_a_killed_conversion_goes_on_where_it_was(tmp_path: Path, llama: Path, full: dict[str, torch.Tensor]) -> None:
    pth = save_pth(tmp_path / "iter_1.pth", full)
    before = pth.read_bytes()
    request = PthRequest(pth=pth, base=str(llama), target=tmp_path / "out", max_shard_bytes=3_000)
    command = [sys.executable, "-c", _KILLED_NEAR_THE_END, request.model_dump_json()]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    seen: list[int] = []
    convert_pth(request, lambda done, total: seen.append(100 * done // total))
    assert seen[0] > 20
    whole = convert_pth(request.model_copy(update={"target": tmp_path / "whole"}), ignore).folder
    names = {path.name for path in whole.iterdir()}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    for name in names - {PROVENANCE_FILE}:
        assert (tmp_path / "out" / name).read_bytes() == (whole / name).read_bytes()
    assert not list(tmp_path.glob(".out*"))
    assert pth.read_bytes() == before
