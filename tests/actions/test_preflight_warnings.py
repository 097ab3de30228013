"""What is said before a training about memory, disk and port."""

from __future__ import annotations

import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from workbench.actions.preflight_warnings import preflight_warnings
from workbench.configs.checkpoint_size import checkpoint_bytes
from workbench.configs.estimate import estimate_memory
from workbench.configs.schema import TrainConfig
from workbench.free_memory import Devices
from workbench.sizes import in_words

ROOMY = Devices(1, 10**12, on_cpu=True, free=10**12)


def _config(**changes: object) -> TrainConfig:
    given = {
        "pretrained_model_name_or_path": "sample:model",
        "data_path": "rows.json",
        "method": "lora",
        "max_length": 256,
        **changes,
    }
    return TrainConfig.model_validate(given)


def test_nothing_is_said_where_all_suffices(tmp_path: Path) -> None:
    config = _config()
    assert preflight_warnings(config, tmp_path / "not" / "there", estimate_memory(config, on_cpu=True), ROOMY) == []


def test_memory_that_is_not_free_is_said_with_the_mend_that_helps(tmp_path: Path) -> None:
    config = _config()
    memory = estimate_memory(config, on_cpu=True)
    assert memory is not None

    def fix(free: int) -> str:
        (warning,) = preflight_warnings(config, tmp_path, memory, Devices(1, 10**12, on_cpu=True, free=free))
        assert f"{in_words(free)} are free" in warning.what
        return warning.fix or ""

    assert "--fit" in fix(memory.without_batch)
    assert "No batch is small enough" in fix(memory.without_batch - 1)


@pytest.mark.parametrize("changes", [{"max_length": 100000}, {"max_length": 4000, "max_position_embeddings": 2000}])
def test_rows_beyond_the_context_are_said(tmp_path: Path, changes: dict[str, int]) -> None:
    (warning,) = preflight_warnings(_config(**changes), tmp_path, None, ROOMY)
    assert f"{changes['max_length']} tokens" in warning.what
    assert f"max_position_embeddings: {changes['max_length']}" in str(warning.fix)
    enough = _config(max_length=100000, max_position_embeddings=100000)
    assert preflight_warnings(enough, tmp_path, None, ROOMY) == []


@pytest.mark.parametrize(
    ("changes", "where", "fix"),
    [
        ({"method": "freeze", "lora": {"init_lora_weights": "pissa"}}, "lora.init_lora_weights", "method: lora"),
        ({"method": "full", "lora": {"use_dora": True, "r": 8}}, "lora.use_dora", "method: lora"),
        ({"quantization": {"load_in_8bit": True}}, "quantization.load_in_8bit", "method: qlora"),
        ({"freeze": {"last_layers": 1}}, "freeze.last_layers", "method: freeze"),
        ({"preference": {"beta": 0.5}}, "preference.beta", "stage: dpo"),
        ({"max_position_embeddings": 32}, "max_position_embeddings: 32", "more than that"),
    ],
)
def test_settings_that_do_nothing_are_said(tmp_path: Path, changes: dict[str, object], where: str, fix: str) -> None:
    (warning,) = preflight_warnings(_config(**changes), tmp_path, None, ROOMY)
    assert warning.where == where and warning.fix and fix in warning.fix


def test_sizes_of_an_adapter_that_do_nothing_are_said_to_who_has_named_them(tmp_path: Path) -> None:
    config = _config(method="full", lora={"r": 8, "lora_alpha": 8})
    assert preflight_warnings(config, tmp_path, None, ROOMY) == []
    (warning,) = preflight_warnings(config, tmp_path, None, ROOMY, ["lora.r=8", "method=full"])
    assert warning.where == "lora.r"


def test_what_would_be_fetched_is_said_with_its_size_and_needs_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    config = _config(pretrained_model_name_or_path="internlm/internlm2-chat-1_8b", data_path="owner/data")
    model, data = preflight_warnings(config, tmp_path, None, ROOMY)
    assert "about 3.8 GB" in model.what and "internlm2-chat-1_8b" in str(model.where)
    assert data.where == "owner/data" and "will be fetched" in data.what
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=3 * 1024**3))
    (*_fetched, disk) = preflight_warnings(config, tmp_path, None, ROOMY)
    assert "what is fetched need" in disk.what


def test_dropout_on_what_pissa_took_out_of_the_base_is_said(tmp_path: Path) -> None:
    pissa = {"init_lora_weights": "pissa_niter_4"}
    (warning,) = preflight_warnings(_config(lora=pissa), tmp_path, None, ROOMY)
    assert warning.where == "lora.lora_dropout: 0.1"
    assert preflight_warnings(_config(lora=pissa | {"lora_dropout": 0}), tmp_path, None, ROOMY) == []


@pytest.mark.parametrize(("every", "save", "is_said"), [(8, 12, True), (8, -1, True), (8, 4, False), (-1, 12, False)])
def test_a_lowest_loss_without_a_checkpoint_is_said(tmp_path: Path, every: int, save: int, is_said: bool) -> None:
    config = _config(eval_ratio=0.1, early_stopping_patience=2, evaluation_freq=every, save_steps=save)
    warnings = preflight_warnings(config, tmp_path, None, ROOMY)
    assert [warning.where for warning in warnings] == ["save_steps"] * is_said


def test_a_disk_without_room_for_the_checkpoints_is_said(tmp_path: Path) -> None:
    config = _config(pretrained_model_name_or_path="meta-llama/Meta-Llama-3-70B-Instruct", method="full")
    size = checkpoint_bytes(config)
    assert size is not None and size > 70e9 * 12
    config = config.model_copy(update={"save_total_limit": 1000})
    _fetched, warning = preflight_warnings(config, tmp_path, None, ROOMY)
    assert warning.where == str(tmp_path.resolve())


def test_a_place_where_the_machines_cannot_meet_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As XTuner's names in the environment say it."""
    monkeypatch.setenv("NNODES", "2")
    monkeypatch.setenv("NODE_RANK", "0")
    monkeypatch.setenv("ADDR", "a..b")
    with socket.create_server(("", 0)) as taken:
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        (warning,) = preflight_warnings(_config(), tmp_path, None, ROOMY)
        assert warning.where == "cluster.master_port"
        monkeypatch.setenv("NODE_RANK", "1")
        (warning,) = preflight_warnings(_config(), tmp_path, None, ROOMY)
    assert warning.where == "cluster.master_addr"
    monkeypatch.delenv("NODE_RANK")
    assert preflight_warnings(_config(), tmp_path, None, ROOMY) == []
