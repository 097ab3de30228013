"""How chat templates of models that see by themselves are given pictures: as parts of a message, for which they write
a mark of their own.

The mark is one token, which the model's processor replaces by what the picture becomes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.data.conversation import IMAGE
from workbench.data.templates.messages import PICTURES, Message

AROUND = {IMAGE: "", "<|image_pad|>": "", "<IMG_CONTEXT>": "", "<start_of_image>": "\n\n"}
"""The marks of LLaVA, Idefics 3 and SmolVLM; of Qwen-VL; of InternVL; of Gemma 3. To each, what the processor writes
before and behind the picture, which is tokenised with the text beside it."""


def mark_in(text: str) -> str | None:
    """The mark that stands in what a template made of a picture."""
    return next((mark for mark in AROUND if mark in text), None)


def in_parts(messages: Sequence[Message]) -> list[Message]:
    """Messages whose content is a list of parts. A line break between ``<image>`` and a text is the template's matter."""
    return [
        {
            **message,
            "content": _with_pictures(message["content"]) if message.get(PICTURES) else _text(message["content"]),
        }
        for message in messages
    ]


def with_surroundings(text: str, mark: str) -> str:
    """The text with what the processor writes around each picture."""
    around = AROUND[mark]
    return text.replace(mark, f"{around}{mark}{around}") if around else text


def beginning_of(tokenizer: Any) -> str:
    """What the tokenizer puts before every text, where such a model's processor lets it: nothing, or one token."""
    first = tokenizer.encode("", add_special_tokens=True)[:1]
    return str(tokenizer.bos_token) if first and first[0] == tokenizer.bos_token_id else ""


def _with_pictures(content: str) -> list[dict[str, str]]:
    pieces = content.split(IMAGE)
    parts: list[dict[str, str]] = []
    for number, piece in enumerate(pieces):
        text = piece.removeprefix("\n") if number else piece
        text = text.removesuffix("\n") if number < len(pieces) - 1 else text
        parts += [{"type": "image"}] if number else []
        parts += _text(text) if text else []
    return parts


def _text(content: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": content}]
