"""What every prompt template makes of a conversation: segments of text with their loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from workbench.data.conversation import IMAGE, Conversation, Turn

Special = Literal["bos", "eos", "image"]


@dataclass(frozen=True)
class Segment:
    """A piece of rendered text. ``special`` stands for a token of the tokenizer, or for the place of a picture."""

    text: str
    loss: bool
    special: Special | None = None


class Template(Protocol):
    """A way to write conversations down, and to ask for the next answer.

    ``reference``: what to write into a config to have it again. ``stop_words``: texts that end an answer, beside the tokenizer's end of text. ``whole_text``: the segments are
    tokenised as one joined text and loss goes by characters; otherwise each segment is tokenised on its own.
    ``marks``: texts that only this template's markup contains. ``has_system``: whether system texts are written at
    all. ``trains_ends``: whether what ends an answer is trained.
    """

    @property
    def name(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def stop_words(self) -> tuple[str, ...]: ...
    @property
    def whole_text(self) -> bool: ...
    @property
    def marks(self) -> tuple[str, ...]: ...
    @property
    def has_system(self) -> bool: ...
    @property
    def trains_ends(self) -> bool: ...

    def render(self, conversation: Conversation) -> list[Segment]:
        """The whole conversation with its answers, as trained."""
        ...

    def shortened(self, conversation: Conversation) -> tuple[int, ...]:
        """The positions of the answers among the turns of which the template leaves words out."""
        ...

    def render_prompt(self, turns: Sequence[Turn], tools: str = "") -> list[Segment]:
        """Everything up to where the assistant's next answer begins; nothing of it carries loss.

        Args:
            tools: the functions that the answer may call, a JSON list as text; empty if there are none.
        """
        ...


def plain_segments(conversation: Conversation) -> list[Segment]:
    """Text for continued pre-training: begun with the beginning-of-text token, trained whole, no end added."""
    return [Segment("", False, "bos"), *(Segment(turn.content, turn.is_trained) for turn in conversation.turns)]


def with_pictures(text: str, *, loss: bool, mark: str = IMAGE) -> list[Segment]:
    """The text as segments, with each ``<image>``, or other mark, as a segment of its own that never carries loss."""
    first, *rest = text.split(mark)
    segments = [Segment(first, loss)] if first else []
    for part in rest:
        segments.append(Segment(mark, False, "image"))
        if part:
            segments.append(Segment(part, loss))
    return segments


def without_loss(segments: Sequence[Segment]) -> list[Segment]:
    """The same text as context only."""
    return [Segment(segment.text, False, segment.special) for segment in segments]
