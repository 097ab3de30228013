"""The catalogue against all configs of XTuner: every name has the values of the config that XTuner has under it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.configs.test_catalogue import NAMES
from tests.configs.xtuner.wheels import config_files, training_configs
from workbench.configs.catalogue import resolve
from workbench.configs.catalogue.mends import MENDED
from workbench.configs.schema import TrainConfig
from workbench.configs.xtuner.imported import import_tree

OURS = {
    "pack",
    "use_varlen_attn",
    "attn_implementation",
    "precision",
    "evaluation_images",
    "logging_interval",
    "pretrained_pth",
}
"""Samples stay whole in packs and do not see each other; the hardware chooses kernel and precision; nothing is fetched
for sample answers; every optimiser step is logged; a second stage begins from a folder instead of a file in it."""
SOME_FILES = "x.json"
"""For three configs that train on some files of a dataset on a hub, whose paths must be given."""
DIFFERING: dict[str, set[str]] = {
    "internlm2_7b_w_untokenized_dataset": set(),
    "llama2_70b_full_wizardlm_e1": {"max_epochs"},
    "llama2_7b_full_pgbooks_400iters_sp1": {"data_path", "max_iters", "max_length", "prompt_template"},
    "llama2_7b_full_pgbooks_400iters_sp4": {"data_path", "max_iters", "max_length", "prompt_template"},
    "mistral_7b_full_finetune_custom_sft_e1": {
        "method", "lr", "betas", "weight_decay", "warmup_ratio", "min_lr_ratio", "accumulative_counts",
    },
    "qwen1_5_moe_a2_7_b_chat_full_alpaca_e3": {"data_path", "dataset_format"},
    "starcoder_qlora_stack_exchange_example": {"data_path"},
}  # fmt: skip
"""Fields that differ in a mended config; in the others that are mended it is the model."""


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, TrainConfig]:
    """What the importer makes of each training config; the names that are there twice stand for the same."""
    made: dict[str, TrainConfig] = {}
    for one in training_configs(config_files("0.1.23", tmp_path_factory.mktemp("xtuner"))):
        assert one.tree is not None
        imported = import_tree(one.tree)
        config = imported.config or import_tree(one.tree, assignments=[f"data_path={SOME_FILES}"]).config
        assert config is not None, one.name
        assert made.setdefault(one.name, config) == config
    return made


def test_the_list_of_names_is_that_of_both_versions(theirs: dict[str, TrainConfig], tmp_path: Path) -> None:
    before = {one.name for one in training_configs(config_files("0.1.17", tmp_path))}
    listed = [f"{name}{'' if name in before else ' +'}" for name in sorted(theirs)]
    assert NAMES.read_text(encoding="utf-8").splitlines() == listed


def test_every_name_has_the_values_of_xtuner(theirs: dict[str, TrainConfig]) -> None:
    wrong = {}
    for name, config in theirs.items():
        ours = resolve(name)
        mended = DIFFERING.get(name, {"pretrained_model_name_or_path"}) if name in MENDED else set()
        differing = {field for field in TrainConfig.model_fields if not _is_alike(field, ours, config)}
        if differing != mended:
            wrong[name] = differing ^ mended
    assert wrong == {}


def test_packs_keep_their_samples_apart_wherever_they_did(theirs: dict[str, TrainConfig]) -> None:
    for name, config in theirs.items():
        assert config.use_varlen_attn is not True or resolve(name).separates_samples, name


def test_a_second_stage_begins_where_it_did(theirs: dict[str, TrainConfig]) -> None:
    for name, config in theirs.items():
        ours = resolve(name).pretrained_pth
        if ours is not None:  # where workbench keeps the run, instead of XTuner's file in that folder
            assert ours == str(config.pretrained_pth).rpartition("/")[0], name
        assert (config.pretrained_pth is None) is (ours is None), name


def _is_alike(field: str, ours: TrainConfig, theirs: TrainConfig) -> bool:
    one, other = _without_placeholder(getattr(ours, field)), _without_placeholder(getattr(theirs, field))
    if field in OURS or one == other:
        return True
    if field == "lora":  # of no effect
        return ours.freeze_llm or ours.method == "full"
    if field == "prompt_template":  # whole texts are trained as they are
        return theirs.stage == "pretrain"
    if field in ("evaluation_inputs", "system"):  # workbench asks questions of its own, where XTuner asks any
        return bool(one) == bool(other) or not ours.evaluation_inputs
    return field == "dataset_format" and (one, other) == ("auto", "xtuner")


def _without_placeholder(value: Any) -> Any:
    """A path that is to be replaced, in either's words; a list of two of them means the same."""
    words = str(value)
    return "a path" if any(part in words for part in ("path/to/", "/path/here", "/mnt/")) else value
