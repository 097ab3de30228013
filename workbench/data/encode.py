"""From a sample to token ids and labels, by the segments of its template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from workbench.data.conversation import Sample, TokenRow, Turn
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import Segment, Template
from workbench.errors import WorkbenchError
from workbench.i18n import _

NOT_TRAINED = -100
"""The label of a token without loss, as torch's cross entropy ignores it."""
IMAGE_TOKEN = -200
"""Stands where the features of a picture go; no tokenizer has it."""
_NO_BOS = {"QWenTokenizer", "QWen2Tokenizer", "QWen2TokenizerFast", "Qwen2Tokenizer", "Qwen2TokenizerFast"}
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

    Args:
        cut_tokens: how many tokens did not fit into the length allowed.
        lengths: tokens of each sample in it, if a row of tokens came with several packed together.
    """

    input_ids: list[int]
    labels: list[int]
    cut_tokens: int = 0
    lengths: tuple[int, ...] = ()

    @property
    def trained_tokens(self) -> int:
        return len(self.labels) - self.labels.count(NOT_TRAINED)

    def pieces(self, max_length: int) -> Iterator[Encoded]:
        """Itself in samples of at most ``max_length`` tokens; nothing is lost."""
        start = 0
        for length in self.lengths or (len(self.input_ids),):
            for begin in range(start, start + length, max_length):
                end = min(begin + max_length, start + length)
                yield Encoded(self.input_ids[begin:end], self.labels[begin:end])
            start += length


def encode(sample: Sample, template: Template, tokenizer: Tokenizer, max_length: int | None = None) -> Encoded:
    """One sample; see `encode_all`."""
    return encode_all([sample], template, tokenizer, max_length)[0]


def encode_all(
    samples: Sequence[Sample], template: Template, tokenizer: Tokenizer, max_length: int | None = None
) -> list[Encoded]:
    """Tokenise each segment on its own and join them; dialogue longer than ``max_length`` tokens is cut at its end.

    Plain texts and rows of tokens are never cut: packing divides them.

    Raises:
        WorkbenchError: the template cannot render a sample, or needs another kind of tokenizer.
    """
    rendered = [[] if isinstance(sample, TokenRow) else template.render(sample) for sample in samples]
    by_segment = [not template.whole_text or _is_plain(sample) for sample in samples]
    texts = (
        segment.text
        for segments, separately in zip(rendered, by_segment, strict=True)
        if separately
        for segment in segments
        if segment.special is None and segment.text
    )
    known = _ids_of(dict.fromkeys(texts), tokenizer)
    found = []
    for sample, segments, separately in zip(samples, rendered, by_segment, strict=True):
        if isinstance(sample, TokenRow):
            found.append(Encoded(list(sample.input_ids), list(sample.labels), lengths=sample.lengths))
            continue
        most = None if sample.plain else max_length
        if separately:
            found.append(_joined(segments, tokenizer, known, most))
        else:
            found.append(_cut(_by_spans(segments, tokenizer), most))
    return found


def encode_prompt(turns: Sequence[Turn], template: Template, tokenizer: Tokenizer, tools: str = "") -> list[int]:
    """The ids a model is asked with. ``tools``: those that it may call, as in `Conversation`."""
    segments = template.render_prompt(turns, tools)
    if template.whole_text:
        mark = _mark_token(segments, tokenizer)
        runs = _runs(segments, mark)
        ids = [token for is_image, some in runs for token in _run_ids(some, tokenizer, is_image=is_image)]
        return [IMAGE_TOKEN if token == mark else token for token in ids]
    return [token for segment in segments for token in segment_ids(segment, tokenizer)]


def segment_ids(segment: Segment, tokenizer: Tokenizer) -> list[int]:
    """The ids of one segment; tokenizers of some families have no, or another, beginning of text."""
    if segment.special is not None:
        return _special_ids(segment, tokenizer)
    return tokenizer.encode(segment.text, add_special_tokens=False) if segment.text else []


def _mark_token(segments: list[Segment], tokenizer: Tokenizer) -> int | None:
    """The token that stands for a picture in the text, if it is one that the tokenizer has."""
    mark = next((segment.text for segment in segments if segment.special == "image"), "")
    ids = tokenizer.encode(mark, add_special_tokens=False) if mark else []
    return ids[0] if len(ids) == 1 else None


def _runs(segments: list[Segment], mark: int | None) -> Iterator[tuple[bool, list[Segment]]]:
    """Whether they are pictures, and the segments that are tokenised as one: all, if a picture has a token."""
    for is_image, some in groupby(segments, key=lambda segment: mark is None and segment.special == "image"):
        yield is_image, list(some)


def _run_ids(segments: list[Segment], tokenizer: Tokenizer, *, is_image: bool) -> list[int]:
    if is_image:
        return [IMAGE_TOKEN] * len(segments)
    return tokenizer.encode("".join(segment.text for segment in segments), add_special_tokens=False)


def _is_plain(sample: Sample) -> bool:
    return isinstance(sample, TokenRow) or sample.plain


def _ids_of(texts: dict[str, None], tokenizer: Tokenizer) -> dict[str, list[int]]:
    if isinstance(tokenizer, LightTokenizer):
        return dict(zip(texts, tokenizer.encode_batch(list(texts)), strict=True))
    return {text: tokenizer.encode(text, add_special_tokens=False) for text in texts}


def _joined(segments: list[Segment], tokenizer: Tokenizer, known: dict[str, list[int]], most: int | None) -> Encoded:
    """The first ``most`` tokens; those behind them are only counted, as there may be millions."""
    ids: list[int] = []
    labels: list[int] = []
    whole = 0
    for segment in segments:
        if segment.special is not None:
            piece = _special_ids(segment, tokenizer)
        else:
            piece = known[segment.text] if segment.text else []
        whole += len(piece)
        if most is not None and whole > most:
            piece = piece[: max(most - len(ids), 0)]
        ids += piece
        labels += piece if segment.loss else [NOT_TRAINED] * len(piece)
    return Encoded(ids, labels, whole - len(ids))


def _by_spans(segments: list[Segment], tokenizer: Tokenizer) -> Encoded:
    """The text between pictures as one; a token has loss if any of its characters has."""
    if not isinstance(tokenizer, LightTokenizer):
        raise WorkbenchError(
            _("This model's tokenizer cannot say which characters its tokens stand for."),
            where="prompt_template: auto",
            fix=_("Name a prompt template instead."),
        )
    ids: list[int] = []
    labels: list[int] = []
    mark = _mark_token(segments, tokenizer)
    for is_image, some in _runs(segments, mark):
        if is_image:
            ids += [IMAGE_TOKEN] * len(some)
            labels += [NOT_TRAINED] * len(some)
            continue
        text, has_loss = "", bytearray()
        for segment in some:
            text += segment.text
            has_loss += bytes([segment.loss]) * len(segment.text)
        tokens, spans = tokenizer.encode_with_spans(text)
        ids += [IMAGE_TOKEN if token == mark else token for token in tokens]
        labels += [token if any(has_loss[a:b]) else NOT_TRAINED for token, (a, b) in zip(tokens, spans, strict=True)]
    return Encoded(ids, labels)


def _cut(encoded: Encoded, max_length: int | None) -> Encoded:
    whole = len(encoded.input_ids)
    if max_length is None or whole <= max_length:
        return encoded
    return Encoded(encoded.input_ids[:max_length], encoded.labels[:max_length], whole - max_length)


def _special_ids(segment: Segment, tokenizer: Tokenizer) -> list[int]:
    if segment.special == "eos":
        return [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    if segment.special == "image":
        return [IMAGE_TOKEN]
    return _beginning(tokenizer)


def _beginning(tokenizer: Tokenizer) -> list[int]:
    kind = tokenizer.kind if isinstance(tokenizer, LightTokenizer) else type(tokenizer).__name__
    if kind == "ChatGLMTokenizer":
        return _CHATGLM_PREFIX
    if kind in _NO_BOS or tokenizer.bos_token_id is None:
        return []
    return [tokenizer.bos_token_id]
