"""Answers of a model to questions: greedy, in batches, in the dialogue format it was trained with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from workbench.data.conversation import Turn
from workbench.data.encode import encode_prompt
from workbench.data.templates import Template


def generate_answers(
    model: Any,
    tokenizer: Any,
    template: Template,
    questions: Sequence[str],
    *,
    system: str | Sequence[str] = "",
    max_new_tokens: int,
    batch_size: int = 32,
    synced: bool = False,
) -> list[str]:
    """The model's most likely answer to each question, in the order asked, without special tokens or stop words.

    The model is left as it was found: training mode, random state and cache setting included.

    Args:
        system: the system text, one for all or one for each question.
        max_new_tokens: the longest answer, in tokens.
        batch_size: questions at a time; those of like length go together.
        synced: every rank generates the same questions in step, as ZeRO-3 needs.
    """
    systems = [system] * len(questions) if isinstance(system, str) else list(system)
    prompts = [
        encode_prompt(_turns(text, question), template, tokenizer)
        for text, question in zip(systems, questions, strict=True)
    ]
    order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
    answers = [""] * len(prompts)
    with _evaluation(model):
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            batch = [prompts[index] for index in chosen]
            texts = _generate(model, tokenizer, template, batch, max_new_tokens, synced)
            for index, text in zip(chosen, texts, strict=True):
                answers[index] = text
    return answers


def _turns(system: str, question: str) -> list[Turn]:
    asked = Turn("user", question)
    return [Turn("system", system), asked] if system else [asked]


def _generate(
    model: Any, tokenizer: Any, template: Template, prompts: list[list[int]], max_new_tokens: int, synced: bool
) -> list[str]:
    longest = max(len(prompt) for prompt in prompts)
    pad = tokenizer.pad_token_id
    device = next(model.parameters()).device
    ends = _end_tokens(tokenizer, template)
    strings = [word for word in template.stop_words if _single_token(tokenizer, word) is None]
    output = model.generate(
        input_ids=torch.tensor([[pad] * (longest - len(prompt)) + prompt for prompt in prompts], device=device),
        attention_mask=torch.tensor(
            [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=device
        ),
        max_new_tokens=max_new_tokens,
        do_sample=False,
        num_beams=1,
        use_cache=True,
        temperature=None,
        top_p=None,
        top_k=None,
        pad_token_id=pad,
        eos_token_id=ends,
        synced_gpus=synced,
        **({"stop_strings": strings, "tokenizer": tokenizer} if strings else {}),
    )
    return [_text(tokenizer, template, ids, ends) for ids in output[:, longest:].tolist()]


def _end_tokens(tokenizer: Any, template: Template) -> list[int]:
    """Tokens that end an answer: the tokenizer's own and the stop words that are one token."""
    found = [tokenizer.eos_token_id, *(_single_token(tokenizer, word) for word in template.stop_words)]
    return sorted({token for token in found if token is not None})


def _single_token(tokenizer: Any, word: str) -> int | None:
    ids = tokenizer.encode(word, add_special_tokens=False)
    return int(ids[0]) if len(ids) == 1 else None


def _text(tokenizer: Any, template: Template, ids: list[int], ends: list[int]) -> str:
    """The answer's text, up to the first end token or stop word."""
    length = next((place for place, token in enumerate(ids) if token in ends), len(ids))
    text = str(tokenizer.decode(ids[:length], skip_special_tokens=True))
    for word in template.stop_words:
        text = text.split(word, 1)[0]
    return text.strip()


@contextmanager
def _evaluation(model: Any) -> Iterator[None]:
    """Without dropout and gradients; afterwards the model trains on as if nothing had been asked."""
    was_training = model.training
    devices = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    model.eval()
    try:
        with torch.random.fork_rng(devices), torch.no_grad():
            yield
    finally:
        model.train(was_training)
