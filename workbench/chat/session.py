"""One model in memory with what is put on it, and the answers it gives. Runs in the engine process only."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event as Flag

import psutil
import torch
from transformers import LogitsProcessorList, StoppingCriteriaList, set_seed

from workbench.chat.generation import OwnVocabulary, StopWhen, TextStream, sampling
from workbench.chat.held_model import HeldModel, OnStage
from workbench.chat.parts_choice import ChosenParts, parts_of
from workbench.chat.prompt import fitting_prompt
from workbench.chat.protocol import Answer, AttachAdapter, Generate, Load
from workbench.chat.template_choice import choose_template
from workbench.configs.base_changes import changes_of
from workbench.data.templates import Template
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.load import load_tokenizer


class ChatSession:
    """The model in memory, loaded as the request says; `load` it before the first question."""

    parts: ChosenParts
    template: Template
    warnings: list[str]

    def __init__(self, request: Load) -> None:
        self._request = request
        self._held: HeldModel | None = None

    def load(self, on_stage: OnStage) -> None:
        """Load tokenizer, model and what goes on it, naming each stage as it begins.

        Raises:
            WorkbenchError: a folder is missing or holds no model, or the template is unknown.
        """
        self._use(parts_of(self._request), self._request.prompt_template, on_stage)

    def attach(self, request: AttachAdapter, on_stage: OnStage) -> None:
        """Answer with these parts from now on. A part is read from disk once; the base stays in memory unless a part
        brings whole layers, or a whole language model, of its own.

        Raises:
            WorkbenchError: a part does not fit; what was in use still is, but if another base was to be loaded.
        """
        self._use(parts_of(request, self.parts.home), request.prompt_template, on_stage)

    def _use(self, parts: ChosenParts, asked_template: str | None, on_stage: OnStage) -> None:
        changes = changes_of(parts.newest_weights)
        if self._held is not None and parts.is_on(self._held.base) and self._held.takes(parts, changes):
            tokenizer = self._held.tokenizer
        else:
            self._held = None  # the old model's memory is free before the new one comes
            on_stage(_("Loading the tokenizer"))
            tokenizer = load_tokenizer(parts.base, self._request.trust_remote_code, changes.new_tokens)
        template, warnings = choose_template(parts.base, parts.newest_weights, asked_template, tokenizer)
        if self._held is None:
            self._held = HeldModel.load(parts.base, self._request, tokenizer, on_stage, changes)
        self._held.use(parts, on_stage)
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

    def answer(self, request: Generate, show: Callable[[str], None], stop: Flag) -> Answer:
        """Generate one answer, handing out text as it comes.

        Raises:
            WorkbenchError: the conversation has no user turn, one turn alone is longer than the context, or a picture
                cannot be looked at.
        """
        held, settings, began = self.held, request.settings, time.monotonic()
        with torch.inference_mode(), held.active():
            prompt = fitting_prompt(request.turns, settings.max_new_tokens, held, self.template)
            stream = TextStream(held.tokenizer, [*self.template.stop_words, *settings.stop_words], show)
            inputs = torch.tensor([prompt.ids], device=held.model.device)
            end_ids = self._end_ids()
            set_seed(settings.seed)
            output = held.model.generate(
                input_ids=inputs,
                attention_mask=torch.ones_like(inputs),
                **(held.eyes.inputs(prompt.looks, inputs) if held.eyes else {}),
                streamer=stream,
                stopping_criteria=StoppingCriteriaList([StopWhen(lambda: stop.is_set() or stream.met_stop_word)]),
                logits_processor=LogitsProcessorList([OwnVocabulary(held.rows)]),
                **sampling(settings, held.tokenizer, end_ids, room=held.context - len(prompt.ids)),
            )
        ended = time.monotonic()
        by_model = stream.met_stop_word or int(output[0, -1]) in end_ids
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
        )

    def _end_ids(self) -> list[int]:
        """Ids that end an answer: the tokenizer's EOS and every stop word that is one token."""
        tokenizer = self.held.tokenizer
        single = [tokenizer.encode(word, add_special_tokens=False) for word in self.template.stop_words]
        ids = {tokenizer.eos_token_id, *(found[0] for found in single if len(found) == 1)}
        return sorted(token_id for token_id in ids if token_id is not None)
