"""All configs of XTuner 0.1.23, fetched from the package index and never kept in this repository."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from workbench.configs.catalogue import published_names, resolve
from workbench.configs.xtuner.imported import ImportedConfig, import_tree
from workbench.configs.xtuner.kinds import TRAINED
from workbench.configs.xtuner.read import XTunerConfig, read_xtuner_config
from workbench.configs.xtuner.syntax import ConfigTree
from workbench.configs.xtuner.values import type_name
from workbench.errors import WorkbenchError

WHEEL = "xtuner-0.1.23-py3-none-any.whl"
SHA256 = "fb9398b1ecd3c371d5a8dc8efa19540abfa853fd9c1d585ec25a6bd30820c6d4"
CACHE = Path.home() / ".cache" / "workbench-tests"
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


def fetched() -> Path:
    """The wheel, from the cache or the index."""
    wheel = CACHE / WHEEL
    if not wheel.is_file():
        command = "download xtuner==0.1.23 --no-deps --ignore-requires-python --only-binary=:all: --quiet --dest"
        asked = [sys.executable, "-m", "pip", *command.split(), str(CACHE)]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
        if answer.returncode and not os.environ.get("CI"):
            pytest.skip(f"the package index cannot be reached: {answer.stderr.strip()[-200:]}")
        assert answer.returncode == 0, answer.stderr
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() == SHA256, f"{wheel} is not the package that was meant"
    return wheel


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """All Python files among the configs."""
    folder = tmp_path_factory.mktemp("xtuner")
    with zipfile.ZipFile(fetched()) as wheel:
        names = [name for name in wheel.namelist() if re.fullmatch(r"xtuner/configs/.*\.py", name)]
        wheel.extractall(folder, names)
    return sorted(folder / name for name in names)


@pytest.fixture(scope="module")
def described(files: list[Path]) -> list[XTunerConfig]:
    """The training configs among them."""
    return list(_those_that_do(files))


def _those_that_do(files: Iterable[Path]) -> Iterable[XTunerConfig]:
    for file in files:
        try:
            yield read_xtuner_config(file)
        except WorkbenchError as error:
            assert "not a training config" in error.what


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


def test_text_and_llava_configs_become_ours_and_others_are_refused(
    imports: list[tuple[ConfigTree, ImportedConfig]],
) -> None:
    made = Counter("refused" if one.config is None else "imported" for _tree, one in imports)
    as_a_whole = [one for _tree, one in imports if any(not refusal.field for refusal in one.refusals)]
    trained = sum(STAGES[kind] for kind in TRAINED)
    others = sum(STAGES.values()) - trained
    assert len(as_a_whole) == others
    assert made == {"imported": trained - ASKED_FOR, "refused": others + ASKED_FOR}
    assert all(one.lost for one in as_a_whole), "what is not carried is listed for them too"


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
    assert found == {0.03: 517, 0.025: 13, 0.0: 7}


def test_the_llava_names_of_the_catalogue_have_the_values_of_xtuner(
    imports: list[tuple[ConfigTree, ImportedConfig]],
) -> None:
    theirs = {one.name: one.config for _tree, one in imports if one.config and one.config.sees}
    assert len(theirs) == STAGES["LLaVAModel"]
    assert set(theirs) <= set(published_names())
    for name, config in theirs.items():
        ours = resolve(name)
        differing = {field for field in type(ours).model_fields if getattr(ours, field) != getattr(config, field)}
        assert differing <= {*OURS, *({"lora"} if ours.freeze_llm else ()), *CORRECTED.get(name, ())}, name
        assert (config.pretrained_pth is None) is (ours.pretrained_pth is None), name
        if ours.pretrained_pth is not None:  # where workbench keeps the run, instead of XTuner's file in that folder
            assert ours.pretrained_pth == str(config.pretrained_pth).rpartition("/")[0], name


OURS = {"pretrained_pth", "evaluation_images", "logging_interval"}
"""The folder instead of a file in it; no address that would be fetched; every optimiser step is logged."""
CORRECTED = {
    "llava_llama3_70b_instruct_quant_clip_vit_large_p14_336_e1_gpu8_pretrain": {"pretrained_model_name_or_path"},
}
"""Names a model of 70B and loads one of 8B."""
