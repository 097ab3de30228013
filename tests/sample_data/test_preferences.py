"""The sample pairs are those that their script makes, and the configs that train on them find them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sample_data.preferences import preference_pairs
from workbench.configs.catalogue import published_names, resolve
from workbench.data.sources import sources_of
from workbench.paths import shipped


def _shipped(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (shipped("sample_data") / name).read_text(encoding="utf-8").splitlines()]


def test_the_files_are_what_the_script_makes() -> None:
    training, held_out = preference_pairs()

    assert training == _shipped("preferences.jsonl")
    assert held_out == _shipped("preferences.held_out.jsonl")
    assert (len(training), len(held_out)) == (160, 48)
    assert not {str(row["prompt"]) for row in training} & {str(row["prompt"]) for row in held_out}
    assert all(row["chosen"] != row["rejected"] for row in (*training, *held_out))


@pytest.mark.parametrize("stage", ["dpo", "orpo", "reward"])
def test_every_stage_has_a_config_that_runs_as_it_is(stage: str) -> None:
    name = f"workbench_sample_{stage}_lora"

    config = resolve(name)

    assert name in published_names()
    assert (config.stage, config.method, config.prompt_template) == (stage, "lora", "internlm2_chat")
    assert bool(config.evaluation_inputs) == (stage != "reward")
    held_out = config.model_copy(update={"data_path": config.eval_data_path})
    assert [
        Path(file.path).name for some in (config, held_out) for source in sources_of(some) for file in source.files()
    ] == [
        "preferences.jsonl",
        "preferences.held_out.jsonl",
    ]
