"""The models that the Chat area talks to at the same time: an engine for each base. No Textual here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from workbench.chat.voice import Voice
from workbench.i18n import _
from workbench.ui.chat_model import ChatModel
from workbench.ui.chat_service import ChatService
from workbench.ui.chosen_model import Base, ChosenModel


class ChatModels:
    """Loads what is chosen, in an engine that has its base or else none that is needed, and gives it a voice.

    Args:
        log_folder: where the engines' own messages go.
    """

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._engines: list[ChatModel] = []
        self._services: dict[str, ChatService] = {}
        self._sight: dict[ChosenModel, bool] = {}
        self._at_work = asyncio.Lock()

    def is_ready(self, chosen: ChosenModel) -> bool:
        """Whether it can be asked now."""
        return chosen.endpoint in self._services if chosen.endpoint is not None else self._holding(chosen) is not None

    def sees(self, chosen: ChosenModel) -> bool | None:
        """Whether it takes pictures; None if that is not known before it was loaded, or at all, as of a service."""
        return self._sight.get(chosen)

    def warnings(self, chosen: ChosenModel) -> list[str]:
        """What there is to say of loaded weights."""
        holding = self._holding(chosen)
        loaded = holding.loaded(chosen) if holding else None
        return loaded.warnings if loaded else []

    def prompt_template(self, chosen: ChosenModel) -> str | None:
        """The prompt template that loaded weights are asked in."""
        holding = self._holding(chosen)
        loaded = holding.loaded(chosen) if holding else None
        return loaded.prompt_template if loaded else None

    def has_base_of(self, chosen: ChosenModel) -> bool:
        """Whether no other base has to be loaded for it."""
        return chosen.endpoint is not None or self._of_base(chosen.base) is not None

    async def load(self, chosen: ChosenModel, beside: Iterable[ChosenModel] = ()) -> AsyncIterator[str]:
        """Load what was chosen unless it is there; yields a sentence for each stage.

        Args:
            beside: what stays loaded; engines that hold nothing of it are used for this, and others ended.

        Raises:
            WorkbenchError: it cannot be loaded.
        """
        async with self._at_work:
            if chosen.endpoint is not None:
                yield _("Looking for the chat service")
                before = self._services.get(chosen.endpoint)
                self._services[chosen.endpoint] = ChatService(chosen.endpoint)
                if before is not None:
                    await before.close()
                return
            kept = {one.base for one in beside} - {chosen.base}
            engine = self._of_base(chosen.base) or self._spare(kept)
            for other in [one for one in self._engines if one is not engine and one.base not in kept]:
                self._engines.remove(other)
                await other.close()
            async for stage in engine.load(chosen):
                yield stage
            if (loaded := engine.loaded(chosen)) is not None:
                self._sight[chosen] = loaded.sees

    def voice(self, chosen: ChosenModel) -> Voice:
        """What answers as a model that is ready."""
        if chosen.endpoint is not None:
            return self._services[chosen.endpoint]
        holding = self._holding(chosen)
        assert holding is not None
        return holding.voice(chosen)

    def figures(self, chosen: ChosenModel) -> str | None:
        """What is loaded, in a line; None if it is not."""
        if chosen.endpoint is not None:
            service = self._services.get(chosen.endpoint)
            return service.title if service is not None else None
        holding = self._holding(chosen)
        loaded = holding.loaded(chosen) if holding else None
        if loaded is None:
            return None
        text = _("{model} · template {template} · {count:.1f} M parameters on {device} · {memory:.0f} MB")
        bits = " · " + _("{bits} bits").format(bits=chosen.bits) if chosen.bits else ""
        said = text.format(
            model=chosen.label,
            template=loaded.prompt_template,
            count=loaded.parameters / 1e6,
            device=loaded.device,
            memory=loaded.memory_mb,
        )
        return said + bits

    async def stop(self) -> None:
        """End whatever is being answered."""
        for engine in self._engines:
            if engine.engine.running:
                await engine.engine.stop()
        for service in self._services.values():
            await service.stop()

    async def close(self) -> None:
        """End every engine and connection."""
        for service in self._services.values():
            await service.close()
        for engine in self._engines:
            await engine.close()

    def _holding(self, chosen: ChosenModel) -> ChatModel | None:
        return next((engine for engine in self._engines if engine.loaded(chosen) is not None), None)

    def _of_base(self, base: Base) -> ChatModel | None:
        return next((engine for engine in self._engines if engine.base == base), None)

    def _spare(self, kept: set[Base]) -> ChatModel:
        """An engine without a base that is to stay; a new one if there is none."""
        for engine in self._engines:
            if engine.base not in kept:
                return engine
        number = len(self._engines)
        name = "chat.log" if number == 0 else f"chat-{number + 1}.log"
        self._engines.append(ChatModel(self._log_folder / name))
        return self._engines[-1]
