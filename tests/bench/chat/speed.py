"""Answers of workbench's engine, streamed, and of transformers' plain ``generate``, with the same weights and draws."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

import torch

from tests.bench.measurement import Figure, Target, times
from workbench.chat.generation import end_ids
from workbench.chat.pictures import with_marks
from workbench.chat.protocol import Delta, Generate, GenerationSettings, Load
from workbench.chat.session import ChatSession
from workbench.chat.turn import ChatTurn
from workbench.data.encode import encode_prompt

_QUESTIONS = ("你是谁", "Who are you?", "What is the capital of France?", "讲一个故事。")
PLAIN = "plain generate"


@dataclass(frozen=True)
class _Run:
    first_token_s: float
    tokens: int
    total_s: float


def loaded(model: str, **asked: bool) -> ChatSession:
    """A session with a model."""
    session = ChatSession(Load(id=0, model=model, prompt_template="internlm2_chat", **asked))
    session.load(lambda _stage: None)
    return session


def speed_figures(
    what: str, session: ChatSession, *, tokens: int, questions: int, runs: int, least: float = 1.0
) -> list[Figure]:
    """Seconds to the first token and tokens a second, with XTuner's settings and with greedy decoding.

    Args:
        least: times as many tokens a second as plain ``generate`` writes, as the goal.
    """
    list(_pairs(session, GenerationSettings(max_new_tokens=2), _QUESTIONS[:1]))
    figures = []
    for how, temperature in (("drawn", 0.1), ("greedy", 0.0)):
        settings = GenerationSettings(max_new_tokens=tokens, temperature=temperature)
        asked = (
            _pairs(session, settings.model_copy(update={"seed": seed}), _QUESTIONS[:questions]) for seed in range(runs)
        )
        pairs = list(chain.from_iterable(asked))
        figures += _compared(
            f"{what}, {how}", [ours for ours, _plain in pairs], [plain for _ours, plain in pairs], least
        )
    return figures


def _compared(what: str, ours: list[_Run], plain: list[_Run], least: float) -> list[Figure]:
    """Each run of the one beside that of the other."""
    figures = []
    for name, unit, of, target in (
        ("first token", "s", lambda run: run.first_token_s, None),
        ("tokens", "tokens/s", lambda run: run.tokens / run.total_s, Target(least, at_least=True)),
    ):
        base = Figure(f"{what}: {name}, {PLAIN}", list(map(of, plain)), unit)
        own = Figure(f"{what}: {name}, streamed", list(map(of, ours)), unit)
        figures += [Figure(own.what, own.samples, unit, compared=times(own.value, base.value, PLAIN)), base]
        if target:
            shares = [of(one) / of(other) for one, other in zip(ours, plain, strict=True)]
            figures.append(Figure(f"{what}: streamed / {PLAIN}", shares, "×", target))
    return figures


def _pairs(session: ChatSession, settings: GenerationSettings, questions: Sequence[str]) -> Iterator[tuple[_Run, _Run]]:
    """One answer of each to every question, with the same seed; who begins changes."""
    for place, question in enumerate(questions, start=settings.seed):
        turns = [ChatTurn(role="user", content=question)]
        if place % 2:
            ours = _streamed(session, turns, settings)
            yield ours, _plain(session, turns, settings)
        else:
            plain = _plain(session, turns, settings)
            yield _streamed(session, turns, settings), plain


def _streamed(session: ChatSession, turns: list[ChatTurn], settings: GenerationSettings) -> _Run:
    with Path(os.devnull).open("wb", buffering=0) as app:
        answer = session.answer(Generate(id=1, turns=turns, settings=settings), lambda text: _send(app, text), Event())
    return _Run(answer.first_token_s, answer.tokens, answer.total_s)


def _send(app: BinaryIO, text: str) -> None:
    app.write(Delta(id=1, text=text).model_dump_json().encode() + b"\n")


def _plain(session: ChatSession, turns: list[ChatTurn], settings: GenerationSettings) -> _Run:
    first_token_s, _tokens = _answered(session, turns, settings, most=1)
    total_s, tokens = _answered(session, turns, settings, most=settings.max_new_tokens)
    return _Run(first_token_s, tokens, total_s)


def _answered(
    session: ChatSession, turns: list[ChatTurn], settings: GenerationSettings, most: int
) -> tuple[float, int]:
    """Seconds from the question to the text of the answer, and the answer's tokens."""
    began, held = time.monotonic(), session.held
    ids = torch.tensor([encode_prompt(with_marks(turns), session.template, held.tokenizer)])
    answer = _generate(held, session, ids, settings, most)
    held.tokenizer.decode(answer, skip_special_tokens=True)
    return time.monotonic() - began, len(answer)


def _generate(held: Any, session: ChatSession, ids: torch.Tensor, settings: GenerationSettings, most: int) -> list[int]:
    if settings.temperature > 0:
        torch.manual_seed(settings.seed)
    drawn = {"temperature": settings.temperature, "top_k": settings.top_k, "top_p": settings.top_p}
    output = held.model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=most,
        repetition_penalty=settings.repetition_penalty,
        eos_token_id=end_ids(held.tokenizer, session.template.stop_words),
        pad_token_id=held.tokenizer.pad_token_id,
        do_sample=settings.temperature > 0,
        **(drawn if settings.temperature > 0 else {}),
    )
    return [int(token) for token in output[0, ids.shape[1] :]]
