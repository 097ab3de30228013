"""A tokenizer of single characters, so that rendered text and its loss mask can be read in a test."""

from __future__ import annotations

from workbench.data.conversation import Conversation, Turn
from workbench.data.encode import NOT_TRAINED, Encoded

BOS, EOS = 0x110000, 0x110001
"""Ids that no character has."""
_WRITTEN = {BOS: "<s>", EOS: "</s>"}


class CharacterTokenizer:
    """Every character is the token of its code point."""

    bos_token_id: int | None = BOS
    eos_token_id: int | None = EOS
    name_or_path = "characters"

    def encode(self, text: str, *, add_special_tokens: bool = False) -> list[int]:
        assert not add_special_tokens, "the template places the special tokens"
        return [ord(char) for char in text]


def written(ids: list[int]) -> str:
    """The text of some ids."""
    return "".join(_WRITTEN.get(token) or chr(token) for token in ids)


def marked(encoded: Encoded) -> str:
    """The text with ``[[`` and ``]]`` around what is trained."""
    assert len(encoded.input_ids) == len(encoded.labels)
    text, inside = "", False
    for token, label in zip(encoded.input_ids, encoded.labels, strict=True):
        assert label in {token, NOT_TRAINED}
        trained = label != NOT_TRAINED
        text += "[[" if trained and not inside else "]]" if inside and not trained else ""
        inside = trained
        text += written([token])
    return text + ("]]" if inside else "")


def dialogue(*contents: str, system: str = "") -> Conversation:
    """Question, answer, question, … in turn."""
    before = [Turn("system", system)] if system else []
    spoken = [Turn("assistant" if number % 2 else "user", content) for number, content in enumerate(contents)]
    return Conversation((*before, *spoken))
