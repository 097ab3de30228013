"""What does not fit together is told, and no answer is without end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.chat.seeing import Talk, said
from workbench.chat.protocol import GenerationSettings
from workbench.errors import WorkbenchError
from workbench.paths import resolve_model

pytestmark = pytest.mark.heavy


def test_a_folder_without_a_tokenizer_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(resolve_model("sample:model"), folder, ignore=shutil.ignore_patterns("tokenizer*"))
    with pytest.raises(WorkbenchError, match="no tokenizer") as refused:
        Talk(str(folder))
    assert refused.value.where == str(folder)


def test_a_template_of_other_tokens_is_used_and_warned_about_and_no_answer_is_longer_than_the_context(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    talk = Talk(prompt_template="moss_sft")
    assert any("does not know <eoc>, <eom>" in warning for warning in talk.session.warnings)
    monkeypatch.setattr(talk.session.held.model.config, "max_position_embeddings", 96)
    endless = GenerationSettings(temperature=5, top_k=0, top_p=1, max_new_tokens=131072, seed=2)
    answer = talk.ask(said("Go on for ever."), endless)
    assert answer.ended_by == "length"
    assert answer.prompt_tokens + answer.tokens == 96
