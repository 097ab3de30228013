"""Pairs of answers for tests, and how likely a model holds them to be, computed the plain way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from workbench.configs.schema import TrainConfig
from workbench.data.pack import Packed
from workbench.data.training_set import build_training_set
from workbench.models.load import load_tokenizer
from workbench.training.preference.pairs import PairRows


def write_pairs(path: Path, *, first: int = 0, count: int = 28) -> Path:
    """Sums with a short and a long answer: the short one is wanted, though the model gives the long one."""
    asked = [(left, right) for left in range(2, 9) for right in range(2, 7)]
    rows = [
        {
            "prompt": [{"role": "user", "content": f"{left}加{right}等于几？"}],
            "chosen": [{"role": "assistant", "content": f"{left + right}。"}],
            "rejected": [{"role": "assistant", "content": f"{left}加{right}等于{left + right}。"}],
        }
        for left, right in asked[first : first + count]
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def rows_of(config: TrainConfig) -> PairRows:
    """The pairs that a config trains on, in their order."""
    return PairRows(build_training_set(config, load_tokenizer(config.pretrained_model_name_or_path)).rows)


@torch.no_grad()
def answer_log_probs(model: Any, rows: PairRows) -> torch.Tensor:
    """Of chosen and rejected answers, ``[pairs, 2]``: one at a time, from the whole table of logits."""
    model.eval()
    return torch.tensor(
        [
            [_log_prob(model, pair.chosen), _log_prob(model, pair.rejected)]
            for pair in map(rows.__getitem__, range(len(rows)))
        ]
    )


def _log_prob(model: Any, answer: Packed) -> float:
    logits = model(input_ids=torch.tensor([answer.input_ids])).logits[0].float()
    found = torch.log_softmax(logits, dim=-1)
    return sum(float(found[at - 1, token]) for at, token in enumerate(answer.labels) if at and token >= 0)
