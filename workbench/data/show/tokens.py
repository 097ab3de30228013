"""Tokens with the text that each of them stands for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from workbench.data.conversation import IMAGE
from workbench.data.encode import IMAGE_TOKEN, NOT_TRAINED, Encoded
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import Segment

_MOST_BYTES_OF_A_CHARACTER = 4
_HALF = "\ufffd"
"""What a tokenizer makes of the first bytes of a character whose other bytes stand in the next tokens."""


@dataclass(frozen=True)
class ShownToken:
    """One token. ``text`` is empty for one that is only the beginning of a character, which the last one has.

    ``is_known``: whether the tokenizer has this id.
    """

    text: str
    id: int
    is_trained: bool
    is_known: bool = True


def shown_tokens(encoded: Encoded, tokenizer: LightTokenizer) -> list[ShownToken]:
    """The tokens of a sample; their texts joined are its decoded text."""
    size = tokenizer.vocabulary_size
    known = [0 <= number < size for number in encoded.input_ids]
    texts: list[str] = []
    for is_known, some in groupby(zip(encoded.input_ids, known, strict=True), key=lambda pair: pair[1]):
        ids = [number for number, _known in some]
        texts += _texts(ids, tokenizer) if is_known else [IMAGE if number == IMAGE_TOKEN else "" for number in ids]
    return [
        ShownToken(text, number, label != NOT_TRAINED, is_known or number == IMAGE_TOKEN)
        for text, number, label, is_known in zip(texts, encoded.input_ids, encoded.labels, known, strict=True)
    ]


def segments_of(tokens: Iterable[ShownToken]) -> list[Segment]:
    """The text of tokens as segments."""
    return [
        Segment("".join(token.text for token in some), is_trained)
        for is_trained, some in groupby(tokens, key=lambda token: token.is_trained)
    ]


def _texts(ids: Sequence[int], tokenizer: LightTokenizer) -> list[str]:
    """What each token adds to the text of those before it, a few of which are decoded with it for its blanks."""
    texts = []
    before, begin = 0, 0
    for number in range(len(ids)):
        known = tokenizer.decode(list(ids[before:begin]))
        text = tokenizer.decode(list(ids[before : number + 1]))[len(known) :]
        if text.endswith(_HALF) and number + 1 - begin < _MOST_BYTES_OF_A_CHARACTER and number + 1 < len(ids):
            texts.append("")
            continue
        texts.append(text)
        before, begin = begin, number + 1
    return texts
