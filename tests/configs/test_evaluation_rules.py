"""Settings of validation and scores that do not go together are refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from workbench.configs.evaluation_rules import question_files, validation_config
from workbench.configs.schema import TrainConfig

NEEDED = {"pretrained_model_name_or_path": "m", "prompt_template": "internlm2_chat", "data_path": ["a.json", "b.json"]}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"eval_ratio": 0.1, "eval_data_path": "v.json"}, "exclude each other"),
        ({"early_stopping_patience": 2}, "needs a validation loss"),
        ({"question_sets": {"identity": "q.json"}}, "choose another name"),
        ({"question_sets": {"a/b": "q.json"}}, "letters, digits"),
    ],
)
def test_what_does_not_go_together_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        TrainConfig.model_validate(NEEDED | settings)


def test_validation_data_is_read_like_the_training_data() -> None:
    settings = {"eval_data_path": "v.json", "early_stopping_patience": 2, "max_dataset_length": 5}
    config = TrainConfig.model_validate(NEEDED | settings | {"dataset_format": "alpaca"})
    own = validation_config(config)
    assert own is not None
    assert (own.data_paths, own.dataset_formats, own.max_dataset_length) == (["v.json"], ["alpaca"], None)
    several = config.model_copy(update={"dataset_format": "alpaca,openai"})
    assert (validation_config(several) or several).dataset_format == "auto"
    assert validation_config(TrainConfig.model_validate(NEEDED)) is None


def test_all_question_files_by_the_name_of_their_score() -> None:
    config = TrainConfig.model_validate(NEEDED | {"retention_probes": "r.json", "question_sets": {"sums": "s.csv"}})
    assert question_files(config) == {"retention": "r.json", "sums": "s.csv"}
