"""Reward models that workbench did not train: their own names of the head, and where they read the score."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.models.internlm2_reward import InternLM2ForRewardModel
from workbench.data.conversation import Conversation, Turn
from workbench.data.encode import encode
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
from workbench.evaluation.score_request import ScoreRequest
from workbench.evaluation.scorer import Scorer
from workbench.models.internlm2 import InternLM2Config
from workbench.models.load import load_tokenizer
from workbench.paths import resolve_model

pytestmark = pytest.mark.heavy
_ASKED = [
    Conversation((Turn("user", "9加8等于几？"), Turn("assistant", answer))) for answer in ("9加8等于17。", "17。")
]
_TEMPLATE = "internlm2_chat"
_END = 5
"""Any token."""


@pytest.fixture
def published(tmp_path: Path) -> tuple[Any, Path]:
    """A small model with the names that InternLM2's reward models have on disk, and its folder."""
    torch.manual_seed(0)
    config = InternLM2Config.from_pretrained(resolve_model("sample:model"), num_hidden_layers=1)
    config.reward_token_id = _END
    model = InternLM2ForRewardModel(config).eval()
    folder = tmp_path / "published"
    model.save_pretrained(folder)
    for path in Path(resolve_model("sample:model")).glob("*token*"):
        shutil.copy(path, folder)
    return model, folder


def _request(folder: Path, **changes: Any) -> ScoreRequest:
    return ScoreRequest(model=str(folder), prompt_template=_TEMPLATE, data_path="", precision="fp32", **changes)


def test_the_score_is_read_at_the_token_behind_the_answer(published: tuple[Any, Path]) -> None:
    model, folder = published
    tokenizer, template = load_tokenizer(str(folder)), get_template(_TEMPLATE)
    ids = [[*encode(sample, template, tokenizer).input_ids, _END] for sample in _ASKED]
    with torch.no_grad():
        expected = [model(torch.tensor([row])).logits.item() for row in ids]

    found = dict(Scorer(_request(folder)).scores(_ASKED, ["a:1", "a:2"]))

    assert list(json.loads((folder / "config.json").read_text())["architectures"]) == ["InternLM2ForRewardModel"]
    assert [found[0], found[1]] == pytest.approx(expected, abs=1e-5)
    told = Scorer(_request(folder, reward_token_id=_END + 1))
    ids = [*encode(_ASKED[0], template, tokenizer).input_ids, _END + 1]
    with torch.no_grad():
        assert dict(told.scores(_ASKED[:1], ["a:1"]))[0] == pytest.approx(
            model(torch.tensor([ids])).logits.item(), abs=1e-5
        )
    with pytest.raises(WorkbenchError, match="none of the model's"):
        Scorer(_request(folder, reward_token_id=10**6))
    assert found[0] != pytest.approx(found[1], abs=1e-5)


def test_no_head_is_made_up(published: tuple[Any, Path]) -> None:
    _model, folder = published
    weights = load_file(folder / "model.safetensors")
    save_file(
        {name: tensor for name, tensor in weights.items() if name != "v_head.weight"},
        folder / "model.safetensors",
        {"format": "pt"},
    )

    with pytest.raises(WorkbenchError, match=r"score\.weight"):
        Scorer(_request(folder))
    with pytest.raises(WorkbenchError, match="give no scores"):
        Scorer(_request(Path("sample:model")))


@pytest.mark.parametrize(
    ("sample", "problem"),
    [
        (Conversation((Turn("user", "9加8等于几？"),)), "no answer"),
        (_ASKED[0], "more than 8"),
    ],
)
def test_what_cannot_be_scored_is_refused_by_its_row(
    published: tuple[Any, Path], sample: Conversation, problem: str
) -> None:
    with pytest.raises(WorkbenchError, match=problem) as caught:
        list(Scorer(_request(published[1], max_length=9)).scores([sample], ["rows.jsonl:3"]))
    assert caught.value.where == "rows.jsonl:3"
