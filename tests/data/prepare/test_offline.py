"""Data prepared ahead: the training finds the very rows it would have made itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.data.conftest import SAMPLE
from workbench.actions.data_preflight import check_sources
from workbench.configs.schema import TrainConfig
from workbench.data.checks import check_data
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.prepare.store import read_record, write_record
from workbench.data.sources import sources_of
from workbench.data.training_set import build_training_set, write_offline
from workbench.errors import WorkbenchError


def config_for(data: Path | str, **changes: Any) -> TrainConfig:
    fields = {
        "pretrained_model_name_or_path": "sample:model",
        "data_path": str(data),
        "prompt_template": "internlm2_chat",
        "max_length": 256,
    }
    return TrainConfig.model_validate(fields | changes)


@pytest.mark.parametrize("how", [{"pack": "best_fit"}, {"pack": "concat"}, {"pack_to_max_length": False}])
def test_the_rows_are_those_of_the_training_itself(light: LightTokenizer, tmp_path: Path, how: dict[str, Any]) -> None:
    config = config_for(SAMPLE / "general_dialogue.json", **how)
    itself = build_training_set(config, light)
    report = write_offline(config, light, tmp_path / "ready", None)
    ahead = build_training_set(config.model_copy(update={"data_path": str(tmp_path / "ready")}), light)
    assert [ahead.rows[number] for number in range(len(ahead.rows))] == [
        itself.rows[number] for number in range(len(itself.rows))
    ]
    assert ahead.report == itself.report == report


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"prompt_template": "vicuna"}, "prompt_template"),
        ({"max_length": 128}, "max_length"),
        ({"new_tokens": ["<think>"]}, "new_tokens"),
        ({"pack_to_max_length": False}, "pack_to_max_length: True, and the training has False"),
        ({"pack": "concat"}, "pack: best_fit, and the training has concat"),
    ],
)
def test_data_prepared_for_something_else_is_refused(
    light: LightTokenizer, tmp_path: Path, changes: dict[str, Any], named: str
) -> None:
    write_offline(config_for(SAMPLE / "general_dialogue.json"), light, tmp_path / "ready", None)
    with pytest.raises(WorkbenchError, match=named) as caught:
        build_training_set(config_for(tmp_path / "ready", **changes), light)
    assert caught.value.where == str(tmp_path / "ready")
    report = check_data(str(tmp_path / "ready"), config_for("other.json", **changes))
    assert report.has_errors and any(named in finding.what for finding in report.findings)
    assert not check_data(str(tmp_path / "ready"), config_for("other.json")).has_errors


def test_the_format_of_what_it_was_made_from_does_not_matter(light: LightTokenizer, tmp_path: Path) -> None:
    config = config_for(SAMPLE / "general_dialogue.json", dataset_format="openai")
    write_offline(config, light, tmp_path / "ready", None)
    ahead = config.model_copy(update={"data_path": str(tmp_path / "ready")})
    check_sources(ahead)
    assert sources_of(ahead)[0].files()[0].choice.name == "tokenized"
    assert len(build_training_set(ahead, light).rows) > 1


def test_data_prepared_for_something_else_is_refused_before_anything_starts(
    light: LightTokenizer, tmp_path: Path
) -> None:
    write_offline(config_for(SAMPLE / "general_dialogue.json"), light, tmp_path / "ready", None)
    with pytest.raises(WorkbenchError, match="max_length: 256"):
        check_sources(config_for(tmp_path / "ready", max_length=128))


def test_data_prepared_with_another_template_of_the_same_name_is_refused(light: LightTokenizer, tmp_path: Path) -> None:
    mine, ready = tmp_path / "mine.yaml", tmp_path / "ready"
    written = "name: mine\ninstruction: '<q>{input}</q><a>'\nsuffix: </a>\nsuffix_as_eos: true\n"
    mine.write_text(written)
    write_offline(config_for(SAMPLE / "general_dialogue.json", prompt_template=str(mine)), light, ready, None)
    moved = mine.rename(tmp_path / "moved.yaml")
    assert len(build_training_set(config_for(ready, prompt_template=str(moved)), light).rows)
    mine.write_text(written.replace("</a>", "</b>"))
    changed = config_for(ready, prompt_template=str(mine))
    with pytest.raises(WorkbenchError, match="has changed since the data was prepared"):
        build_training_set(changed, light)
    assert any("has changed since" in finding.what for finding in check_data(str(ready), changed).findings)


def test_a_name_is_compared_where_the_record_has_nothing_else(light: LightTokenizer, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    write_offline(config_for(SAMPLE / "general_dialogue.json"), light, ready, None)
    write_record(ready, read_record(ready).model_copy(update={"template_digest": ""}))
    assert len(build_training_set(config_for(ready), light).rows)
    with pytest.raises(WorkbenchError, match="prompt_template: internlm2_chat, and the training has qwen_chat"):
        build_training_set(config_for(ready, prompt_template="qwen_chat"), light)
