"""Configs of XTuner that learn from pairs of answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.configs.xtuner.samples import DPO, PAIRS, QLORA, written
from workbench.configs.xtuner.imported import ImportedConfig, import_config


def imported(folder: Path, text: str) -> ImportedConfig:
    return import_config(written(folder, text))


def test_dpo_brings_its_loss_and_its_pairs(tmp_path: Path) -> None:
    made = imported(tmp_path, DPO)
    config = made.config
    assert config is not None
    assert made.lost == ()
    assert (config.stage, config.method, config.lora.r) == ("dpo", "qlora", 8)
    assert (config.preference.loss_type, config.preference.beta) == ("ipo", 0.2)
    assert (config.data_path, config.dataset_format) == (["day.json", "night.json"], "preference")
    assert (config.max_length, config.pack_to_max_length, config.prompt_template) == (1024, False, "auto")


@pytest.mark.parametrize(
    ("kind", "stage", "loss", "penalty"), [("ORPO", "orpo", "focal", 0.01), ("RewardModel", "reward", "ranking", 0.01)]
)
def test_what_is_not_said_is_what_xtuner_takes(
    tmp_path: Path, kind: str, stage: str, loss: str, penalty: float
) -> None:
    config = imported(tmp_path, QLORA + PAIRS.format(kind=kind)).config
    assert config is not None
    found = config.preference
    assert (config.stage, found.beta, found.reward_loss_type, found.penalty_weight) == (stage, 0.1, loss, penalty)


def test_packs_of_pairs_and_another_reference_are_told(tmp_path: Path) -> None:
    text = DPO.replace(
        "    use_varlen_attn=False,\n    shuffle", "    use_varlen_attn=True, max_packed_length=9,\n    shuffle"
    )
    made = imported(tmp_path, text + "model['ref_llm'] = dict(type='x')\n")
    assert made.config is not None
    assert {one.field for one in made.lost} == {"model.ref_llm", "train_dataloader.dataset.max_packed_length"}
    assert not made.config.pack_to_max_length


@pytest.mark.parametrize(
    ("function", "name"),
    [("orpo_dpo_mix_40k_map_fn", "orpo_dpo_mix_40k"), ("intel_orca_dpo_map_fn", "intel_orca_dpo")],
)
def test_rows_are_read_as_their_function_reads_them(tmp_path: Path, function: str, name: str) -> None:
    config = imported(tmp_path, DPO.replace("dataset_map_fn=None", f"dataset_map_fn='x.{function}'")).config
    assert config is not None
    assert config.dataset_format == name
