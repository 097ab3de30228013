"""An engine process with the base in its memory, as the Chat area talks to it. No Textual here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.chat.client import ChatEngine
from workbench.chat.protocol import Answer, AttachAdapter, Delta, GenerationSettings, Load, Loaded, Loading, Parts
from workbench.chat.turn import ChatTurn
from workbench.i18n import _
from workbench.ui.chosen_model import Base, ChosenModel


@dataclass(frozen=True)
class EngineVoice:
    """Answers of an engine with certain parts on its base; several voices of one engine answer side by side."""

    engine: ChatEngine
    parts: Parts

    def generate(
        self, turns: list[ChatTurn], settings: GenerationSettings, *, tools: str = "", kept_tokens: Sequence[str] = ()
    ) -> AsyncIterator[Delta | Answer]:
        """Answer the last turn; see `ChatEngine.generate`."""
        return self.engine.generate(turns, settings, parts=self.parts, tools=tools, kept_tokens=list(kept_tokens))

    async def stop(self) -> None:
        """End the running answers of the engine."""
        await self.engine.stop()


class ChatModel:
    """At most one base. What is put on it is attached without loading the base again, and stays beside what was.

    Args:
        log_path: where the engine's own messages go.
    """

    def __init__(self, log_path: Path) -> None:
        self.engine = ChatEngine(log_path)
        self._known: dict[ChosenModel, Loaded] = {}
        self._base: Base | None = None

    @property
    def base(self) -> Base | None:
        """What is in memory; None if there is nothing, or the engine has ended and taken it along."""
        return self._base if self.engine.running else None

    def loaded(self, chosen: ChosenModel) -> Loaded | None:
        """What the engine says of weights on its base; None if they are not there."""
        return self._known.get(chosen) if self.engine.running else None

    async def load(self, chosen: ChosenModel) -> AsyncIterator[str]:
        """Load what was chosen unless it is there; yields a sentence for each stage.

        Raises:
            WorkbenchError: it cannot be loaded.
        """
        if self.loaded(chosen) is not None:
            return
        request: Load | AttachAdapter = _loading(chosen, self.engine.next_id())
        if self.base == chosen.base and self._known:
            is_bare = chosen.adapter is None and chosen.llava is None
            yield _("Taking the adapter off") if is_bare else _("Attaching the adapter")
            request = AttachAdapter(id=request.id, **_parts(chosen).model_dump())
        else:
            self._known, self._base = {}, chosen.base
        async for reply in self.engine.load(request):
            if isinstance(reply, Loading):
                yield reply.stage if reply.share is None else f"{reply.stage} {reply.share:.0%}"
            else:
                self._known[chosen] = reply

    def voice(self, chosen: ChosenModel) -> EngineVoice:
        """What answers with these weights."""
        return EngineVoice(self.engine, _parts(chosen))

    async def close(self) -> None:
        """End the engine."""
        await self.engine.close()


def _parts(chosen: ChosenModel) -> Parts:
    return Parts(
        adapter=chosen.adapter,
        llava=chosen.llava,
        visual_encoder=chosen.visual_encoder,
        visual_select_layer=chosen.visual_select_layer,
        prompt_template=chosen.prompt_template,
    )


def _loading(chosen: ChosenModel, request_id: int) -> Load:
    return Load(
        id=request_id,
        model=chosen.model,
        bits=chosen.bits,
        offload_folder=chosen.offload_folder,
        precision=chosen.precision,
        compile=chosen.compile,
        trust_remote_code=chosen.trust_remote_code,
        **_parts(chosen).model_dump(),
    )
