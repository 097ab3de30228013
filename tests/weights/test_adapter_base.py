"""An adapter on another base than it was trained on is told, however the base is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.configs.provenance import Provenance, write_provenance
from workbench.paths import resolve_model
from workbench.weights.adapter_base import base_warnings, other_base


@pytest.mark.parametrize(
    ("stated", "base", "is_other"),
    [
        ("internlm/internlm2-chat-1_8b", "/data/InternLM2-chat-1_8b/", False),
        (
            "/root/.cache/huggingface/hub/models--internlm--internlm2-chat-1_8b/snapshots/abc",
            "internlm2-chat-1_8b",
            False,
        ),
        ("C:\\models\\base", "other/base", False),
        (resolve_model("sample:model"), "sample:model", False),
        ("sample:model", "./tools-merged", True),
        ("internlm/internlm2-chat-1_8b", "internlm/internlm2-chat-7b", True),
    ],
)
def test_names_are_compared_by_their_last_part(tmp_path: Path, stated: str, base: str, is_other: bool) -> None:
    (tmp_path / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": stated}))
    assert other_base(tmp_path, base) == (stated if is_other else None)
    assert len(warned := base_warnings(str(tmp_path), base)) == is_other
    assert all(stated in text and base in text for text in warned)


def test_what_workbench_noted_goes_before_what_peft_noted_and_nothing_noted_is_no_reason_to_warn(
    tmp_path: Path,
) -> None:
    assert base_warnings(str(tmp_path), "b") == base_warnings(None, "b") == []
    (tmp_path / "llm_adapter").mkdir()
    (tmp_path / "llm_adapter" / "adapter_config.json").write_text('{"base_model_name_or_path": "a"}')
    assert other_base(tmp_path, "b") == "a"
    write_provenance(tmp_path, Provenance(base_model="x/b"))
    assert other_base(tmp_path, "b") is None


def test_a_base_within_the_folder_is_its_own(tmp_path: Path) -> None:
    write_provenance(tmp_path, Provenance(base_model="x/b"))
    assert base_warnings(str(tmp_path), str(tmp_path / "llm")) == []
