"""One loaded base model with any number of adapters, and the answers it gives. Runs in the engine process only."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from threading import Event as Flag
from typing import Any

import psutil
import torch
from transformers import StoppingCriteria, StoppingCriteriaList, set_seed
from transformers.generation.streamers import BaseStreamer

from workbench.chat.protocol import Answer, ChatTurn, Generate, GenerationSettings, Load
from workbench.chat.streaming import IncrementalDecoder, StopWordFilter
from workbench.chat.template_choice import choose_template
from workbench.configs.method_settings import QuantizationSettings
from workbench.data.conversation import Turn
from workbench.data.encode import encode_prompt
from workbench.data.templates import Template
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.adapters import load_adapter
from workbench.models.load import load_language_model, load_tokenizer
from workbench.paths import resolve_model

_FIRST_ADAPTER = "default"


class _Stream(BaseStreamer):  # type: ignore[misc]  # transformers is untyped
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


class _StopWhen(StoppingCriteria):  # type: ignore[misc]  # transformers is untyped
    def __init__(self, asked: Callable[[], bool]) -> None:
        self._asked = asked

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: Any) -> torch.Tensor:
        return torch.full((input_ids.shape[0],), self._asked(), dtype=torch.bool, device=input_ids.device)


@dataclass
class ChatSession:
    """The model in memory. Build one with `ChatSession.load`."""

    base: str
    model: Any
    tokenizer: Any
    template: Template
    warnings: list[str]
    adapter: str | None = None
    attached: dict[str, str] = field(default_factory=dict)
    """Adapter folder → the name it is attached under."""

    @classmethod
    def load(cls, request: Load, on_stage: Callable[[str], None]) -> ChatSession:
        """Load tokenizer, model and adapter, naming each stage as it begins.

        Raises:
            WorkbenchError: a folder is missing or holds no model, or the template is unknown.
        """
        base = str(resolve_model(request.model))
        on_stage(_("Loading the tokenizer"))
        tokenizer = load_tokenizer(base, trust_remote_code=request.trust_remote_code)
        template, warnings = choose_template(base, request.adapter, request.prompt_template, tokenizer)
        on_stage(_("Loading the model"))
        model = load_language_model(
            base,
            method="qlora" if request.bits == 4 else "full",
            precision=request.precision,
            quantization=QuantizationSettings() if request.bits == 4 else None,
            trust_remote_code=request.trust_remote_code,
        )
        model.eval()
        if torch.cuda.is_available() and request.bits is None:
            model.to("cuda")
        session = cls(base, model, tokenizer, template, warnings)
        if request.adapter:
            on_stage(_("Attaching the adapter"))
            session.attach(request.adapter, request.prompt_template)
        return session

    def attach(self, adapter: str | None, asked_template: str | None) -> None:
        """Answer with this adapter from now on; None is the base alone. An adapter is read from disk once."""
        self.template, self.warnings = choose_template(self.base, adapter, asked_template, self.tokenizer)
        if adapter is not None and adapter not in self.attached:
            self._read_adapter(adapter)
        if adapter is not None:
            self.model.set_adapter(self.attached[adapter])
        self.adapter = adapter

    def _read_adapter(self, adapter: str) -> None:
        if not self.attached:
            self.model = load_adapter(self.model, adapter)
            self.attached[adapter] = _FIRST_ADAPTER
        else:
            name = f"adapter_{len(self.attached)}"
            self.model.load_adapter(adapter, adapter_name=name)
            self.attached[adapter] = name
        self.model.eval()

    @property
    def device(self) -> str:
        return str(self.model.device)

    def memory_mb(self) -> float:
        """Memory held: on the GPU if the model is there, else resident memory of this process; megabytes."""
        if torch.cuda.is_available():
            return float(torch.cuda.memory_allocated()) / 1e6
        return float(psutil.Process().memory_info().rss) / 1e6

    def parameter_count(self) -> int:
        """Weights of the model, adapters included."""
        return int(self.model.num_parameters())

    def answer(self, request: Generate, show: Callable[[str], None], stop: Flag) -> Answer:
        """Generate one answer, handing out text as it comes.

        Raises:
            WorkbenchError: the conversation has no user turn, or one turn alone is longer than the context.
        """
        settings = request.settings
        prompt, dropped = self._fit(request.turns, settings.max_new_tokens)
        stream = _Stream(self.tokenizer, [*self.template.stop_words, *settings.stop_words], show)
        inputs = torch.tensor([prompt], device=self.model.device)
        began = time.monotonic()
        set_seed(settings.seed)
        with torch.inference_mode(), self._chosen_weights():
            output = self.model.generate(
                input_ids=inputs,
                attention_mask=torch.ones_like(inputs),
                streamer=stream,
                stopping_criteria=StoppingCriteriaList([_StopWhen(lambda: stop.is_set() or stream.met_stop_word)]),
                **self._sampling(settings, room=self._context() - len(prompt)),
            )
        ended = time.monotonic()
        last = int(output[0, -1])
        by_model = stream.met_stop_word or last in self._end_ids()
        return Answer(
            id=request.id,
            text="".join(stream.pieces),
            prompt_tokens=len(prompt),
            tokens=stream.tokens,
            first_token_s=(stream.first_token_at or ended) - began,
            total_s=ended - began,
            ended_by="model" if by_model else "stopped" if stop.is_set() else "length",
            dropped_turns=dropped,
        )

    def _chosen_weights(self) -> Any:
        return self.model.disable_adapter() if self.attached and self.adapter is None else nullcontext()

    def _context(self) -> int:
        """The most tokens of prompt and answer together."""
        return int(getattr(self.model.config, "max_position_embeddings", None) or 4096)

    def _fit(self, turns: list[ChatTurn], wanted: int) -> tuple[list[int], int]:
        """The prompt's ids with as many of the newest turns as leave room for an answer, and how many were dropped."""
        if not turns or turns[-1].role != "user":
            raise WorkbenchError(_("There is no question to answer."), fix=_("Write a message first."))
        system = [turn for turn in turns if turn.role == "system"][:1]
        rest = [turn for turn in turns if turn.role != "system"]
        context = self._context()
        room = max(context - min(wanted, context // 2), 1)
        for dropped in range(0, len(rest), 2):
            kept = [Turn(role=turn.role, content=turn.content) for turn in [*system, *rest[dropped:]]]
            prompt = encode_prompt(kept, self.template, self.tokenizer)
            if len(prompt) <= room:
                return prompt, dropped
        raise WorkbenchError(
            _("The message is longer than the model's context of {limit} tokens.").format(limit=context),
            fix=_("Shorten it, or split it into parts."),
        )

    def _end_ids(self) -> list[int]:
        """Ids that end an answer: the tokenizer's EOS and every stop word that is one token."""
        single = [self.tokenizer.encode(word, add_special_tokens=False) for word in self.template.stop_words]
        ids = {self.tokenizer.eos_token_id, *(found[0] for found in single if len(found) == 1)}
        return sorted(token_id for token_id in ids if token_id is not None)

    def _sampling(self, settings: GenerationSettings, room: int) -> dict[str, Any]:
        end_ids = self._end_ids()
        chosen: dict[str, Any] = {
            "max_new_tokens": max(1, min(settings.max_new_tokens, room)),
            "repetition_penalty": settings.repetition_penalty,
            "eos_token_id": end_ids,
            "pad_token_id": self.tokenizer.pad_token_id if self.tokenizer.pad_token_id is not None else end_ids[0],
            "do_sample": settings.temperature > 0,
        }
        if settings.temperature > 0:
            chosen |= {"temperature": settings.temperature, "top_k": settings.top_k, "top_p": settings.top_p}
        return chosen
