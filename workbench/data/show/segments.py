"""Rendered segments as text, with what is trained marked in its place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from workbench.data.conversation import IMAGE
from workbench.data.encode import segment_ids
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import Segment

TRAINED_BEGIN, TRAINED_END = "⟦", "⟧"
_SPECIAL = {"bos": "<s>", "eos": "</s>", "image": IMAGE}


def spelled_out(segments: Sequence[Segment], tokenizer: LightTokenizer | None) -> list[Segment]:
    """The segments with the texts of their special tokens; those that the tokenizer does not have are left out."""
    found = []
    for segment in segments:
        text = _text_of(segment, tokenizer)
        if text:
            found.append(Segment(text, segment.loss, segment.special))
    return found


def spans(segments: Sequence[Segment]) -> list[tuple[str, bool]]:
    """The rendered text in as few pieces as possible, each with whether it is trained."""
    written = [segment for segment in segments if plain_text([segment])]
    return [(plain_text(list(some)), loss) for loss, some in groupby(written, key=lambda segment: segment.loss)]


def plain_text(segments: Sequence[Segment]) -> str:
    """The rendered text; special tokens that have no text of their own yet are written ``<s>`` and ``</s>``."""
    return "".join(segment.text or _SPECIAL.get(segment.special or "", "") for segment in segments)


def marked_text(segments: Sequence[Segment]) -> str:
    """The rendered text with brackets around what is trained."""
    return "".join(f"{TRAINED_BEGIN}{text}{TRAINED_END}" if loss else text for text, loss in spans(segments))


def masked_text(segments: Sequence[Segment]) -> str:
    """What is trained in its place, one ``·`` for every character that is not."""
    return "".join(text if loss else "·" * len(text) for text, loss in spans(segments))


def _text_of(segment: Segment, tokenizer: LightTokenizer | None) -> str:
    if segment.special is None or segment.special == "image" or tokenizer is None:
        return plain_text([segment])
    return tokenizer.decode(segment_ids(segment, tokenizer))
