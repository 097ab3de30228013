"""Answers of a model to questions: greedy, in batches, in the dialogue format it was trained with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from workbench.chat.streaming import hidden_ids
from workbench.data.conversation import IMAGE, Turn
from workbench.data.encode import encode_prompt
from workbench.data.templates import Template
from workbench.evaluation.question_set import Answer
from workbench.models.vision.marks import require_a_picture_each, require_sight
from workbench.models.vision.sight import Picture, Sight, joined_inputs, with_looks


@dataclass(frozen=True)
class _Prompt:
    """What a question becomes. ``ids`` has one ``IMAGE_TOKEN`` for each picture; ``kept_tokens`` stay in its answer."""

    ids: list[int]
    pictures: Sequence[Picture]
    kept_tokens: tuple[str, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Prompts of like size are as good as equally long, for all pictures are equally many tokens."""
        return len(self.pictures), len(self.ids)


def generate_answers(
    model: Any,
    tokenizer: Any,
    template: Template,
    questions: Sequence[str],
    *,
    system: str | Sequence[str] = "",
    pictures: Sequence[Sequence[Picture]] | None = None,
    sight: Sight | None = None,
    tools: Sequence[str] | None = None,
    kept_tokens: Sequence[Sequence[str]] | None = None,
    max_new_tokens: int,
    stop_words: Sequence[str] = (),
    batch_size: int = 32,
    synced: bool = False,
) -> list[Answer]:
    """The model's most likely answer to each question, in the order asked, without other special tokens or stop words.

    The model is left as it was found: training mode, random state and cache setting included.

    Args:
        system: the system text, one for all or one for each question.
        pictures: those that each question is about, none or more. They stand before its text, unless that says with
            ``<image>`` where.
        sight: how the model is given pictures; not needed if there are none.
        tools: those that each question's prompt lists, a JSON list as text.
        kept_tokens: special tokens that belong to the text of each answer.
        max_new_tokens: the longest answer, in tokens.
        stop_words: texts that end an answer, beside the template's own.
        batch_size: questions at a time; those of like length go together.
        synced: every rank generates the same questions in step, as ZeRO-3 needs.

    Raises:
        WorkbenchError: the model does not see, a picture cannot be read, or a text has more ``<image>`` than pictures.
    """
    systems = [system] * len(questions) if isinstance(system, str) else list(system)
    shown = [()] * len(questions) if pictures is None else pictures
    listed = [""] * len(questions) if tools is None else tools
    kept = [()] * len(questions) if kept_tokens is None else kept_tokens
    prompts = [
        _Prompt(_prompt_ids(text, question, seen, some_tools, template, tokenizer), seen, tuple(some_kept))
        for text, question, seen, some_tools, some_kept in zip(systems, questions, shown, listed, kept, strict=True)
    ]
    if sight is None:
        for question, seen in zip(questions, shown, strict=True):
            require_sight(model, pictures=len(seen), where=question)
    words = [*template.stop_words, *stop_words]
    order = sorted(range(len(prompts)), key=lambda index: prompts[index].size)
    answers = [Answer("")] * len(prompts)
    with without_training(model):
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            batch = [prompts[index] for index in chosen]
            given = _generate(model, tokenizer, words, batch, sight, max_new_tokens, synced)
            for index, answer in zip(chosen, given, strict=True):
                answers[index] = answer
    return answers


def _prompt_ids(
    system: str, question: str, pictures: Sequence[Picture], tools: str, template: Template, tokenizer: Any
) -> list[int]:
    marks = f"{IMAGE}\n" * (len(pictures) - question.count(IMAGE))
    asked = Turn("user", marks + question, images=tuple(map(str, pictures)))
    ids = encode_prompt([Turn("system", system), asked] if system else [asked], template, tokenizer, tools)
    require_a_picture_each(ids, pictures=len(pictures), where=question)
    return ids


def _generate(
    model: Any,
    tokenizer: Any,
    stop_words: list[str],
    asked: list[_Prompt],
    sight: Sight | None,
    max_new_tokens: int,
    synced: bool,
) -> list[Answer]:
    looks = [[sight.look(picture) for picture in prompt.pictures] if sight else [] for prompt in asked]
    prompts = [with_looks(prompt.ids, some) for prompt, some in zip(asked, looks, strict=True)]
    longest = max(len(prompt) for prompt in prompts)
    pad = tokenizer.pad_token_id
    device = next(model.parameters()).device
    input_ids = torch.tensor([[pad] * (longest - len(prompt)) + prompt for prompt in prompts], device=device)
    inputs = joined_inputs([look for some in looks for look in some], input_ids)
    ends = _end_tokens(tokenizer, stop_words)
    strings = [word for word in stop_words if _single_token(tokenizer, word) is None]
    output = model.generate(
        input_ids=input_ids,
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
        **{name: tensor.to(device) for name, tensor in inputs.items()},
        **({"stop_strings": strings, "tokenizer": tokenizer} if strings else {}),
    )
    hidden = {kept: hidden_ids(tokenizer, kept) for kept in {prompt.kept_tokens for prompt in asked}}
    return [
        _answer(tokenizer, stop_words, ids, ends, max_new_tokens, hidden[prompt.kept_tokens])
        for prompt, ids in zip(asked, output[:, longest:].tolist(), strict=True)
    ]


def _end_tokens(tokenizer: Any, stop_words: list[str]) -> list[int]:
    """Tokens that end an answer: the tokenizer's own and the stop words that are one token."""
    found = [tokenizer.eos_token_id, *(_single_token(tokenizer, word) for word in stop_words)]
    return sorted({token for token in found if token is not None})


def _single_token(tokenizer: Any, word: str) -> int | None:
    ids = tokenizer.encode(word, add_special_tokens=False)
    return int(ids[0]) if len(ids) == 1 else None


def _answer(
    tokenizer: Any, stop_words: list[str], ids: list[int], ends: list[int], most: int, hidden: set[int]
) -> Answer:
    """The answer up to the first end token or stop word; cut if neither came within so many tokens."""
    length = next((place for place, token in enumerate(ids) if token in ends), len(ids))
    said = [token for token in ids[:length] if token not in hidden]
    whole = text = str(tokenizer.decode(said, skip_special_tokens=False))
    for word in stop_words:
        text = text.split(word, 1)[0]
    return Answer(text.strip(), is_cut=length == most and text == whole)


@contextmanager
def without_training(model: Any) -> Iterator[None]:
    """Without dropout and gradients; afterwards the model trains on as if nothing had been asked."""
    was_training = model.training
    devices = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    model.eval()
    try:
        with torch.random.fork_rng(devices), torch.no_grad():
            yield
    finally:
        model.train(was_training)
