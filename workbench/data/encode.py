"""From a conversation to token ids and labels, by the segments of its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from workbench.data.conversation import Conversation, Turn
from workbench.data.templates import PromptTemplate, Segment

NOT_TRAINED = -100
"""The label of a token without loss, as torch's cross entropy ignores it."""
_NO_BOS = {"QWenTokenizer", "QWen2Tokenizer", "Qwen2Tokenizer", "Qwen2TokenizerFast"}
_CHATGLM_PREFIX = [64790, 64792]


class Tokenizer(Protocol):
    """What encoding needs of a tokenizer."""

    @property
    def bos_token_id(self) -> int | None: ...
    @property
    def eos_token_id(self) -> int | None: ...
    def encode(self, text: str, *, add_special_tokens: bool = ...) -> list[int]: ...


@dataclass(frozen=True)
class Encoded:
    """One training sample. ``labels`` are ``input_ids`` where trained and -100 elsewhere; both have the same length.

    ``cut_tokens``: how many tokens did not fit into the length allowed.
    """

    input_ids: list[int]
    labels: list[int]
    cut_tokens: int = 0

    @property
    def trained_tokens(self) -> int:
        return sum(label != NOT_TRAINED for label in self.labels)


def length_limit(conversation: Conversation, max_length: int, *, packed: bool) -> int | None:
    """How long a sample may be. A plain text has no limit where packing goes on with it in the next row."""
    return None if conversation.plain and packed else max_length


def encode(
    conversation: Conversation, template: PromptTemplate, tokenizer: Tokenizer, max_length: int | None = None
) -> Encoded:
    """Tokenise each segment on its own and join them; cut at the end if it is longer than ``max_length`` tokens."""
    ids: list[int] = []
    labels: list[int] = []
    for segment in template.render(conversation):
        piece = segment_ids(segment, tokenizer)
        ids += piece
        labels += piece if segment.loss else [NOT_TRAINED] * len(piece)
    whole = len(ids)
    limit = whole if max_length is None else max_length
    return Encoded(ids[:limit], labels[:limit], max(whole - limit, 0))


def encode_prompt(turns: Sequence[Turn], template: PromptTemplate, tokenizer: Tokenizer) -> list[int]:
    """The ids a model is asked with."""
    return [token for segment in template.render_prompt(turns) for token in segment_ids(segment, tokenizer)]


def segment_ids(segment: Segment, tokenizer: Tokenizer) -> list[int]:
    """The ids of one segment; tokenizers of some families have no, or another, beginning of text."""
    if segment.special == "eos":
        return [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    if segment.special == "bos":
        return _beginning(tokenizer)
    return tokenizer.encode(segment.text, add_special_tokens=False) if segment.text else []


def _beginning(tokenizer: Tokenizer) -> list[int]:
    kind = type(tokenizer).__name__
    if kind == "ChatGLMTokenizer":
        return _CHATGLM_PREFIX
    if kind in _NO_BOS or tokenizer.bos_token_id is None:
        return []
    return [tokenizer.bos_token_id]
