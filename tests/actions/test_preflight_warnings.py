"""What is said before a training about memory, disk and port."""

from __future__ import annotations

import socket
from pathlib import Path

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
    for enough in ({"max_length": 100000, "max_position_embeddings": 100000}, {"max_position_embeddings": 16}):
        assert preflight_warnings(_config(**enough), tmp_path, None, ROOMY) == []


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
    (warning,) = preflight_warnings(config.model_copy(update={"save_total_limit": 1000}), tmp_path, None, ROOMY)
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
