"""What models of a comparison are asked with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.weights.files import model
from workbench.actions import compare
from workbench.evaluation.request import ModelToScore
from workbench.ui import question_files
from workbench.ui.chosen_model import ChosenModel


def test_each_model_is_asked_with_the_template_that_it_is_talked_to_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights of one kind may have a template by name and by what they were trained with."""
    asked: list[ModelToScore] = []

    def take(models: list[ModelToScore], *_arguments: Any, **_options: Any) -> None:
        asked.extend(models)

    monkeypatch.setattr(compare, "start_evaluate", take)
    monkeypatch.chdir(tmp_path)
    other = model(tmp_path / "other")
    chosen = [ChosenModel("sample:model"), ChosenModel(str(other), prompt_template="llama3_chat")]
    question_files.ask_file(tmp_path, "questions.json", chosen, "Be short.")
    assert [one.prompt_template for one in asked] == ["internlm2_chat", "llama3_chat"]
    assert [one.system for one in asked] == ["Be short.", "Be short."]
