"""Rendering and tokenising a row the way training does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from workbench.data.conversation import Conversation, Sample, TokenRow
from workbench.data.encode import Encoded, encode
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.show.segments import spelled_out
from workbench.data.show.tokens import ShownToken, segments_of, shown_tokens
from workbench.data.templates import Segment, Template


@dataclass(frozen=True)
class Rendering:
    """What training makes of a row.

    Args:
        segments: its text, up to where it is cut.
        encoded: None without a tokenizer.
        pieces: tokens of each training sample, if the row is divided into several.
        shortened: the positions of the answers among the turns of which the template leaves words out.
    """

    segments: list[Segment]
    encoded: Encoded | None = None
    tokenizer: LightTokenizer | None = None
    pieces: tuple[int, ...] = ()
    shortened: tuple[int, ...] = ()

    @cached_property
    def tokens(self) -> list[ShownToken]:
        """Token by token; nothing without a tokenizer."""
        if self.encoded is None or self.tokenizer is None:
            return []
        return shown_tokens(self.encoded, self.tokenizer)


@dataclass(frozen=True)
class RowRenderer:
    """Renders rows by one template.

    Args:
        max_length: in tokens; None cuts nothing.
        template_reason: why this template, if nobody named it.
    """

    template: Template
    tokenizer: LightTokenizer | None = None
    max_length: int | None = None
    template_reason: str = ""

    def render(self, sample: Sample) -> Rendering:
        """The row as it is trained.

        Raises:
            WorkbenchError: the template refuses the row.
        """
        if isinstance(sample, TokenRow) and self.tokenizer is None:
            encoded = Encoded(list(sample.input_ids), list(sample.labels), lengths=sample.lengths)
            return Rendering([], encoded)
        segments: Sequence[Segment] = self.template.render(sample) if isinstance(sample, Conversation) else []
        shortened = self.template.shortened(sample) if isinstance(sample, Conversation) else ()
        if self.tokenizer is None:
            return Rendering(spelled_out(segments, None), shortened=shortened)
        encoded = encode(sample, self.template, self.tokenizer, self.max_length)
        spelled, pieces = spelled_out(segments, self.tokenizer), self._pieces(encoded)
        rendering = Rendering(spelled, encoded, self.tokenizer, pieces, shortened)
        if isinstance(sample, TokenRow) or encoded.cut_tokens:
            return replace(rendering, segments=segments_of(rendering.tokens))
        return rendering

    def _pieces(self, encoded: Encoded) -> tuple[int, ...]:
        """What training divides a text into, and a row of tokens that is longer than a sample may be."""
        if self.max_length is None or len(encoded.input_ids) <= self.max_length:
            return ()
        return tuple(len(piece.input_ids) for piece in encoded.pieces(self.max_length))

    def render_rejected(self, sample: Sample) -> Rendering | None:
        """The same conversation with the answer that is not wanted at its end; None for rows that have none."""
        if not isinstance(sample, Conversation) or not sample.rejected:
            return None
        return self.render(sample.with_rejected())
