"""What goes with transformers' ``generate``: handing on text as it comes, ending early, and how tokens are drawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from transformers import LogitsProcessor, StoppingCriteria
from transformers.generation.streamers import BaseStreamer

from workbench.chat.protocol import GenerationSettings
from workbench.chat.streaming import IncrementalDecoder, StopWordFilter

_ALL_EQUAL = {"temperature": 1.0, "top_k": 0, "top_p": 1.0}
"""Nothing for ``generate`` to do itself, whatever the model's own settings say."""


class TextStream(BaseStreamer):  # type: ignore[misc]  # transformers is untyped
    """Receives token ids from ``generate`` and hands on text that may be shown."""

    def __init__(self, decoder: IncrementalDecoder, stop_words: list[str], show: Callable[[str], None]) -> None:
        self._decoder = decoder
        self._filter = StopWordFilter(stop_words)
        self._show = show
        self._prompt_seen = False
        self.pieces: list[str] = []
        self.first_token_at: float | None = None
        self.tokens = 0

    @property
    def met_stop_word(self) -> bool:
        return self._filter.stopped

    def put(self, value: torch.Tensor) -> None:
        """Take the prompt (first call, ignored) or the next token id, shape ``[1]``."""
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        for token_id in value.flatten().tolist():
            self.first_token_at = self.first_token_at or time.monotonic()
            self.tokens += 1
            self._pass_on(self._filter.feed(self._decoder.step(token_id)))

    def end(self) -> None:
        self._pass_on(self._filter.feed(self._decoder.finish()))
        self._pass_on(self._filter.finish())

    def _pass_on(self, text: str) -> None:
        if text:
            self.pieces.append(text)
            self._show(text)


class BetweenTokens(StoppingCriteria):  # type: ignore[misc]  # transformers is untyped
    """Calls something after each token, which says whether the answer, one row, is to end there."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._said: dict[bool, torch.Tensor] = {}

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: Any) -> torch.Tensor:
        ends = self._ask()
        if ends not in self._said:
            self._said[ends] = torch.tensor([ends], device=input_ids.device)
        return self._said[ends]


class Likeliest(LogitsProcessor):  # type: ignore[misc]  # transformers is untyped
    """From the scores ``[1, tokens]`` those that may be drawn: temperature, top-k and top-p (arXiv:1904.09751) in one
    step, in this order. Only the ``top_k`` that are left are put in order for ``top_p``, which is most of the work
    otherwise.

    Args:
        rows: of the vocabulary that a language model had before rows for pictures were added. So it answers the same,
            draw for draw, and never says a token that is none; also if they are added, for another answer, while it
            answers.
    """

    def __init__(self, settings: GenerationSettings, rows: int) -> None:
        self._temperature = settings.temperature
        self._top_k = settings.top_k
        self._top_p = settings.top_p
        self._rows = rows

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        scores = scores[:, : self._rows]
        if self._temperature == 0:
            return scores
        scores = (scores - scores.amax(-1, keepdim=True)) / self._temperature  # next to 0 nothing but the best is left
        count = min(self._top_k or self._rows, scores.shape[-1])
        if count == scores.shape[-1] and self._top_p == 1:
            return scores
        best, places = torch.topk(scores, count)
        if self._top_p < 1:
            shares = best.softmax(-1)
            before = shares.cumsum(-1) - shares
            best = best.masked_fill(before >= self._top_p, -torch.inf)
        return torch.full_like(scores, -torch.inf).scatter(-1, places, best)


def sampling(settings: GenerationSettings, tokenizer: Any, end_ids: list[int], room: int) -> dict[str, Any]:
    """The arguments of ``generate`` that say how an answer is drawn, beside `Likeliest`.

    Args:
        end_ids: what ends an answer.
        room: tokens that fit the context.
    """
    chosen: dict[str, Any] = {
        "max_new_tokens": max(1, min(settings.max_new_tokens, room)),
        "repetition_penalty": settings.repetition_penalty,
        "eos_token_id": end_ids,
        "pad_token_id": tokenizer.pad_token_id if tokenizer.pad_token_id is not None else end_ids[0],
        "do_sample": settings.temperature > 0,
    }
    return chosen | _ALL_EQUAL if settings.temperature > 0 else chosen


def end_ids(tokenizer: Any, stop_words: Sequence[str]) -> list[int]:
    """Ids that end an answer: the tokenizer's end of text, and every stop word that is one token."""
    single = [tokenizer.encode(word, add_special_tokens=False) for word in stop_words]
    ids = {tokenizer.eos_token_id, *(found[0] for found in single if len(found) == 1)}
    return sorted(token_id for token_id in ids if token_id is not None)
