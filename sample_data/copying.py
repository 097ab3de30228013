"""The third phase of the sample model's training: copying, which answers from a tool's result or a document need.

Of each step's rows some are lessons in copying, some ordinary dialogue, and some pictures told in words, so that nothing
is forgotten.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from sample_data.copying_lessons import CopyingLessons
from sample_data.dialogues import DialogueMaker
from sample_data.picture_words import PictureTeller, embedded, told_batch
from sample_data.pretrain import TEMPLATE, answers_loss, learning_rate, padded, save_model
from workbench.data.conversation import Conversation
from workbench.data.encode import NOT_TRAINED, Encoded, encode
from workbench.data.templates import get_template

SEED = 24


@dataclass(frozen=True)
class Part:
    """A part of the phase. ``dialogues``, ``lessons``, ``pictures``: rows of each step."""

    steps: int
    peak_lr: float
    dialogues: int
    lessons: int
    pictures: int


PARTS = (
    Part(2800, 1e-3, dialogues=16, lessons=24, pictures=4),
    Part(400, 3e-4, dialogues=32, lessons=8, pictures=4),
)
"""The second brings back how it usually speaks: lessons mix languages as nobody does."""
PIECE = 8
"""Rows that go through the model together: of like length, so that little is padded."""
WARM_UP = 100
_LONGEST = 200


def copied_right(model: Any, tokenizer: Any, lessons: Sequence[Conversation]) -> list[bool]:
    """Of each lesson, whether every token of its answers is the likeliest one after what is right before it."""
    ids, labels = padded(_encoded(lessons, tokenizer), tokenizer.pad_token_id)
    with torch.no_grad():
        likeliest = model(input_ids=ids).logits[:, :-1].argmax(dim=-1)
    targets = labels[:, 1:]
    right: list[bool] = ((likeliest == targets) | (targets == NOT_TRAINED)).all(dim=1).tolist()
    return right


def _encoded(rows: Sequence[Conversation], tokenizer: Any) -> list[Encoded]:
    template = get_template(TEMPLATE)
    return [encode(row, template, tokenizer, _LONGEST) for row in rows]


def _learn(model: Any, rows: Sequence[Encoded], pad_id: int) -> float:
    """Add the gradient of the mean loss of the rows' trained tokens; the loss."""
    by_length = sorted(rows, key=lambda row: len(row.input_ids))
    trained = sum(row.trained_tokens for row in rows)
    total = 0.0
    for start in range(0, len(rows), PIECE):
        piece = by_length[start : start + PIECE]
        ids, labels = padded(piece, pad_id)
        loss = answers_loss(model, labels, input_ids=ids) * (sum(row.trained_tokens for row in piece) / trained)
        loss.backward()
        total += loss.item()
    return total


def teach_copying(model: Any, tokenizer: Any, folder: Path, parts: Sequence[Part] = PARTS) -> None:
    """Train and save; about 45 minutes on two cores."""
    for number, part in enumerate(parts):
        _teach(model, tokenizer, part, SEED + number)
        save_model(model, folder, "sample_data.copying")


def _teach(model: Any, tokenizer: Any, part: Part, seed: int) -> None:
    torch.manual_seed(seed)
    torch.set_num_threads(2)
    dialogues, copying, teller = DialogueMaker(seed), CopyingLessons(seed), PictureTeller(seed, tokenizer)
    optimizer = torch.optim.AdamW(model.parameters(), lr=part.peak_lr, betas=(0.9, 0.98), weight_decay=0.05)
    pad_id = tokenizer.pad_token_id
    began = time.monotonic()
    for step in range(part.steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, part.steps, part.peak_lr, WARM_UP)
        said = _learn(model, _encoded([dialogues.dialogue() for _ in range(part.dialogues)], tokenizer), pad_id)
        copied = _learn(model, _encoded([copying.lesson() for _ in range(part.lessons)], tokenizer), pad_id)
        ids, labels, places, words = told_batch(teller, part.pictures)
        described = answers_loss(model, labels, inputs_embeds=embedded(model, ids, places, words))
        described.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if step % 25 == 0 or step == part.steps - 1:
            passed = time.monotonic() - began
            print(f"step {step} loss {said:.4f} {copied:.4f} {described.item():.4f} {passed:.0f} s", flush=True)
