"""Pairs of a chosen and a rejected answer as tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from workbench.data.conversation import Conversation, Sample, Turn
from workbench.data.encode import NOT_TRAINED, Encoded, Tokenizer, encode_all
from workbench.data.templates import Template


def encode_both(
    samples: Sequence[Sample], template: Template, tokenizer: Tokenizer, max_length: int
) -> list[tuple[Encoded, Encoded]]:
    """Of each pair the chosen and the rejected answer, each behind its question and of at most ``max_length``.

    Raises:
        WorkbenchError: see `encode_all`.
    """
    pairs = [sample for sample in samples if isinstance(sample, Conversation)]
    each = [one for pair in pairs for one in (pair, pair.with_rejected())]
    encoded = encode_all(each, template, tokenizer, max_length)
    return list(zip(encoded[::2], encoded[1::2], strict=True))


def joined(chosen: Encoded, rejected: Encoded) -> Encoded:
    """Both answers of a pair as one sample, whose ``lengths`` are those of the two."""
    return Encoded(
        chosen.input_ids + rejected.input_ids,
        chosen.labels + rejected.labels,
        chosen.cut_tokens + rejected.cut_tokens,
        (len(chosen.input_ids), len(rejected.input_ids)),
    )


def has_preference(pair: Encoded) -> bool:
    """Whether there are two answers, and not the same, once their ends are cut."""
    border = pair.lengths[0]
    answers = [
        [label for label in labels if label != NOT_TRAINED] for labels in (pair.labels[:border], pair.labels[border:])
    ]
    return all(answers) and answers[0] != answers[1]


def why_nothing_is_preferred(pair: Conversation) -> Literal["blank", "same"] | None:
    """Whether a pair's rejected answer is empty or equals the chosen one; None if there are two answers."""
    rejected = _answers(pair.rejected)
    if not any(text or calls for _role, text, calls in rejected):
        return "blank"
    return "same" if _answers(pair.turns[-len(pair.rejected) :]) == rejected else None


def _answers(turns: Sequence[Turn]) -> list[tuple[str, str, object]]:
    return [(turn.role, turn.content.strip(), turn.tool_calls) for turn in turns]
