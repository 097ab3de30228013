"""What goes with transformers' ``generate``: handing on text as it comes, ending early, and sayable tokens."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from transformers import LogitsProcessor, StoppingCriteria
from transformers.generation.streamers import BaseStreamer

from workbench.chat.protocol import GenerationSettings
from workbench.chat.streaming import IncrementalDecoder, StopWordFilter


class TextStream(BaseStreamer):  # type: ignore[misc]  # transformers is untyped
    """Receives token ids from ``generate`` and hands on text that may be shown."""

    def __init__(self, tokenizer: Any, stop_words: list[str], show: Callable[[str], None]) -> None:
        self._decoder = IncrementalDecoder(tokenizer)
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


class StopWhen(StoppingCriteria):  # type: ignore[misc]  # transformers is untyped
    """Ends an answer as soon as it is asked to."""

    def __init__(self, asked: Callable[[], bool]) -> None:
        self._asked = asked

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: Any) -> torch.Tensor:
        return torch.full((input_ids.shape[0],), self._asked(), dtype=torch.bool, device=input_ids.device)


class OwnVocabulary(LogitsProcessor):  # type: ignore[misc]  # transformers is untyped
    """Leaves the scores ``[1, rows]`` that a language model had before rows for pictures were added.

    So it answers the same, token for token and draw for draw, and never says a token that is none.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return scores[:, : self._rows]


def sampling(settings: GenerationSettings, tokenizer: Any, end_ids: list[int], room: int) -> dict[str, Any]:
    """The arguments of ``generate`` that say how an answer is drawn.

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
    if settings.temperature > 0:
        chosen |= {"temperature": settings.temperature, "top_k": settings.top_k, "top_p": settings.top_p}
    return chosen
