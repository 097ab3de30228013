"""All configs of XTuner 0.1.23 through the importer."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.configs.xtuner.wheels import config_files, training_configs
from workbench.configs.xtuner.imported import ImportedConfig, import_tree
from workbench.configs.xtuner.read import XTunerConfig
from workbench.configs.xtuner.syntax import ConfigTree
from workbench.configs.xtuner.values import type_name

FILES_WITHOUT_MODEL = 7
"""Scripts that turn weights, and the package's own file, lie among the configs."""
STAGES = {"SupervisedFinetune": 507, "LLaVAModel": 33, "InternVL_V1_5": 21, "DPO": 7, "ORPO": 5, "RewardModel": 5}
ASKED_FOR = 3
"""Text configs that train on some files of a dataset on a hub, whose paths must be given."""
KNOWN: dict[str, dict[Any, int]] = {
    "max_length": {2048: 464, 512: 23, 8192: 22, 32768: 18},
    "pack_to_max_length": {True: 459, False: 30},
    "max_epochs": {3: 356, 1: 192, 5: 20},
    "lr": {2e-4: 404, 2e-5: 96, 1e-3: 13, 1e-6: 21},
    "dataloader_num_workers": {0: 482, 4: 82},
    "betas": {(0.9, 0.95): 13},
}
"""How often settings have a value over all training configs, counted without this reader."""
MISNAMED = {"mistral_7b_full_finetune_custom_sft_e1", "llama2_70b_full_wizardlm_e1"}
"""The one trains an adapter on a 4-bit base, the other for three epochs."""
SAME_NAME = (
    "pretrained_model_name_or_path",
    "max_length",
    "pack_to_max_length",
    "batch_size",
    "dataloader_num_workers",
    "max_epochs",
    "lr",
    "weight_decay",
    "max_norm",
    "save_steps",
    "save_total_limit",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """All Python files among the configs."""
    return config_files("0.1.23", tmp_path_factory.mktemp("xtuner"))


@pytest.fixture(scope="module")
def described(files: list[Path]) -> list[XTunerConfig]:
    """The training configs among them."""
    return list(training_configs(files))


@pytest.fixture(scope="module")
def imports(described: list[XTunerConfig]) -> list[tuple[ConfigTree, ImportedConfig]]:
    """What came of each training config."""
    return [(_tree(one), import_tree(_tree(one))) for one in described]


def _tree(one: XTunerConfig) -> ConfigTree:
    assert one.tree is not None
    return one.tree


def test_every_training_config_is_read_to_its_last_value(files: list[Path], described: list[XTunerConfig]) -> None:
    assert len(described) == len(files) - FILES_WITHOUT_MODEL
    assert len({one.name for one in described}) == 576
    assert Counter(one.kind for one in described) == STAGES
    assert [one.name for one in described if _tree(one).unread] == []


def test_every_config_becomes_ours_but_those_that_name_single_files_of_a_dataset(
    imports: list[tuple[ConfigTree, ImportedConfig]],
) -> None:
    refused = [one for _tree, one in imports if one.config is None]
    assert len(refused) == ASKED_FOR
    assert {refusal.field for one in refused for refusal in one.refusals} == {"data_path"}


@pytest.mark.parametrize("name", KNOWN)
def test_values_are_as_often_as_counted_without_this_reader(described: list[XTunerConfig], name: str) -> None:
    found = Counter(_hashable(_tree(one).names.get(name)) for one in described)
    assert {value: found[value] for value in KNOWN[name]} == pytest.approx(KNOWN[name], abs=3)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("name", SAME_NAME)
def test_settings_arrive_with_the_value_of_their_name(
    imports: list[tuple[ConfigTree, ImportedConfig]], name: str
) -> None:
    compared = [
        (tree.names[name], getattr(one.config, name)) for tree, one in imports if one.config and name in tree.names
    ]
    assert len(compared) > 400
    assert [pair for pair in compared if pair[0] != pair[1]] == []


def test_method_and_epochs_are_those_of_the_name(imports: list[tuple[ConfigTree, ImportedConfig]]) -> None:
    for _tree, one in imports:
        name = re.search(r"_(qlora|full)_.*_e(\d)(?:_|$)", one.name)
        if one.config and name and one.name not in MISNAMED:
            assert (one.config.method, one.config.max_epochs) == (name[1], int(name[2])), one.name


def test_every_field_that_is_left_out_has_a_row_and_a_reason(imports: list[tuple[ConfigTree, ImportedConfig]]) -> None:
    for tree, one in imports:
        lines = tree.file.read_text(encoding="utf-8").splitlines()
        for left in one.not_carried:
            assert left.reason, (one.name, left.field)
            assert left.row is not None, (one.name, left.field)
            assert 0 < left.row <= len(lines), (one.name, left.field)


def test_sample_answers_are_asked_for_where_a_hook_asks(imports: list[tuple[ConfigTree, ImportedConfig]]) -> None:
    for tree, one in imports:
        if one.config is None:
            continue
        asks = "EvaluateChatHook" in [type_name(hook) for hook in tree.names.get("custom_hooks", [])]
        found = (one.config.evaluation_inputs, one.config.evaluation_freq)
        assert found == ((tree.names["evaluation_inputs"], tree.names["evaluation_freq"]) if asks else ([], 500)), (
            one.name
        )


def test_the_learning_rate_rises_as_long_as_before(imports: list[tuple[ConfigTree, ImportedConfig]]) -> None:
    found = Counter(one.config.warmup_ratio for _tree, one in imports if one.config)
    assert found == {0.03: 553, 0.025: 13, 0.0: 7, 0.01: 2}
