"""One model in memory with what is put on it, and the answers it gives. Runs in the engine process only."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Event as Flag
from typing import Any

import psutil
import torch
from transformers import LogitsProcessorList, StoppingCriteriaList

from workbench.chat.answer_cache import answer_cache
from workbench.chat.baton import Baton, Share
from workbench.chat.generation import BetweenTokens, Likeliest, TextStream, end_ids, sampling
from workbench.chat.held_model import HeldModel, OnStage
from workbench.chat.parts_choice import ChosenParts, parts_of
from workbench.chat.prompt import Prompt, fitting_prompt
from workbench.chat.protocol import Answer, AttachAdapter, Generate, Load, Parts
from workbench.chat.reading import read_ahead
from workbench.chat.streaming import IncrementalDecoder, hidden_ids
from workbench.chat.template_choice import choose_template
from workbench.configs.base_changes import changes_of
from workbench.data.templates import Template
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.load import load_tokenizer
from workbench.models.progress import OnShare, ignored
from workbench.weights.adapter_base import base_warnings


@dataclass(frozen=True)
class _Way:
    """With what, and in which format, an answer is given."""

    parts: ChosenParts
    template: Template


class ChatSession:
    """The model in memory, loaded as the request says; `load` it before the first question."""

    parts: ChosenParts
    template: Template
    warnings: list[str]

    def __init__(self, request: Load) -> None:
        self._request = request
        self._held: HeldModel | None = None
        self._ways: dict[Parts, _Way] = {}
        self._baton = Baton()

    def load(self, on_stage: OnStage, on_share: OnShare = ignored) -> None:
        """Load tokenizer, model and what goes on it, naming each stage as it begins, and the share of the weights read.

        Raises:
            WorkbenchError: a folder is missing or holds no model, or the template is unknown.
        """
        self._use(parts_of(self._request), self._request.prompt_template, on_stage, on_share)

    def attach(self, request: AttachAdapter, on_stage: OnStage, on_share: OnShare = ignored) -> None:
        """Answer with these parts from now on. A part is read from disk once; the base stays in memory unless a part
        brings whole layers, or a whole language model, of its own.

        Raises:
            WorkbenchError: a part does not fit; what was in use still is, but if another base was to be loaded.
        """
        self._use(parts_of(request, self.parts.home), request.prompt_template, on_stage, on_share)

    def _use(self, parts: ChosenParts, asked_template: str | None, on_stage: OnStage, on_share: OnShare) -> None:
        changes = changes_of(parts.newest_weights)
        if self._held is not None and parts.is_on(self._held.base) and self._held.takes(parts, changes):
            tokenizer = self._held.tokenizer
        else:
            self._held, self._ways = None, {}  # the old model's memory is free before the new one comes
            on_stage(_("Loading the tokenizer"))
            tokenizer = load_tokenizer(parts.base, self._request.trust_remote_code, changes.new_tokens)
        template, warnings = choose_template(parts.base, parts.newest_weights, asked_template, tokenizer)
        warnings = [*warnings, *base_warnings(parts.newest_weights, parts.base)]
        if self._held is None:
            self._held = HeldModel.load(parts.base, self._request, tokenizer, changes, on_stage, on_share)
        self._held.use(parts, on_stage)
        if self._request.compile:
            warnings = [*warnings, *_compiled(self._held, on_stage)]
        self.parts, self.template, self.warnings = parts, template, warnings

    @property
    def held(self) -> HeldModel:
        """The model.

        Raises:
            WorkbenchError: there is none: another one could not be loaded.
        """
        if self._held is None:
            raise WorkbenchError(_("No model is loaded."), fix=_("Load a model first."))
        return self._held

    @property
    def device(self) -> str:
        return str(self.held.model.device)

    def memory_mb(self) -> float:
        """Memory held: on the GPU if the model is there, else resident memory of this process; megabytes."""
        if torch.cuda.is_available():
            return float(torch.cuda.memory_allocated()) / 1e6
        return float(psutil.Process().memory_info().rss) / 1e6

    def parameter_count(self) -> int:
        """Weights of the model, adapters included."""
        return int(self.held.model.num_parameters())

    def answer(
        self, request: Generate, show: Callable[[str], None], stop: Flag, on_stage: OnStage = lambda _stage: None
    ) -> Answer:
        """Generate one answer, handing out text as it comes.

        Several threads may ask at the same time: the model goes round among them, and each answer is what it would
        be alone.

        Raises:
            WorkbenchError: the conversation has no user turn, one exchange alone is longer than the context, a picture
                cannot be looked at, or a part needs another base than the one in memory.
        """
        began, settings = time.monotonic(), request.settings
        wear = partial(self._wear, request.parts, on_stage)
        with torch.inference_mode(), Share(self._baton, wear, settings.seed) as share:
            held, template = self.held, self._way(request.parts).template
            prompt = fitting_prompt(request.turns, settings.max_new_tokens, held, template, request.tools)
            words = [*template.stop_words, *settings.stop_words]
            ends = end_ids(held.tokenizer, words)
            decoder = IncrementalDecoder(held.tokenizer, hidden_ids(held.tokenizer, request.kept_tokens))
            stream = TextStream(decoder, words, show)

            def is_over() -> bool:
                if not stream.met_stop_word:
                    share.pause()
                return stream.met_stop_word or stop.is_set()

            inputs = _inputs(held, prompt)
            has_read = read_ahead(held.model, inputs, lambda: not is_over())
            output = (
                held.model.generate(
                    **inputs,
                    **sampling(settings, held.tokenizer, ends, room=held.context - len(prompt.ids)),
                    streamer=stream,
                    stopping_criteria=StoppingCriteriaList([BetweenTokens(is_over)]),
                    logits_processor=LogitsProcessorList([Likeliest(settings, held.rows)]),
                )
                if has_read
                else None
            )
        ended = time.monotonic()
        by_model = stream.met_stop_word or (output is not None and int(output[0, -1]) in ends)
        return Answer(
            id=request.id,
            text="".join(stream.pieces),
            prompt_tokens=len(prompt.ids),
            tokens=stream.tokens,
            first_token_s=(stream.first_token_at or ended) - began,
            total_s=ended - began,
            ended_by="model" if by_model else "stopped" if stop.is_set() else "length",
            dropped_turns=prompt.dropped_turns,
            dropped_images=prompt.dropped_images,
            cut_characters=prompt.cut_characters,
        )

    def _wear(self, parts: Parts | None, on_stage: OnStage) -> None:
        """Let the model compute with these parts; what is read for it is there for later, too."""
        with torch.inference_mode(False):
            self.held.use(self._way(parts).parts, on_stage)

    def _way(self, asked: Parts | None) -> _Way:
        """
        Raises:
            WorkbenchError: there is no such part, or it needs another base.
        """
        if asked is None:
            return _Way(self.parts, self.template)
        if asked not in self._ways:
            parts, held = parts_of(asked, self.parts.home), self.held
            if not (parts.is_on(held.base) and held.takes(parts, changes_of(parts.newest_weights))):
                raise WorkbenchError(
                    _("It cannot answer beside others on this base: it brings layers of its own."),
                    where=parts.newest_weights,
                    fix=_("Load it alone."),
                )
            template, _warnings = choose_template(
                parts.base, parts.newest_weights, asked.prompt_template, held.tokenizer
            )
            self._ways[asked] = _Way(parts, template)
        return self._ways[asked]


def _compiled(held: HeldModel, on_stage: OnStage) -> list[str]:
    """What is to be said if the model cannot be compiled."""
    try:
        held.compile(on_stage)
    except WorkbenchError as error:
        return [error.what]
    return []


def _inputs(held: HeldModel, prompt: Prompt) -> dict[str, Any]:
    ids = torch.tensor([prompt.ids], device=held.model.device)
    pictures = held.eyes.inputs(prompt.looks, ids) if held.eyes else {}
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), **pictures, **answer_cache(held.model)}
