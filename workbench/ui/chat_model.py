"""The model that the Chat area talks to, held by the engine process. No Textual here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from workbench.chat.client import ChatEngine
from workbench.chat.protocol import Load, Loaded, Loading
from workbench.i18n import _
from workbench.ui.chat_state import ChosenModel


class ChatModel:
    """At most one loaded model. Another adapter on the same base is attached without loading the base again.

    Args:
        log_path: where the engine's own messages go.
    """

    def __init__(self, log_path: Path) -> None:
        self.engine = ChatEngine(log_path)
        self._loaded: Loaded | None = None
        self._chosen: ChosenModel | None = None

    @property
    def loaded(self) -> Loaded | None:
        """What the engine says of its model; None if it has none, or has ended and taken it along."""
        return self._loaded if self.engine.running else None

    async def load(self, chosen: ChosenModel) -> AsyncIterator[str]:
        """Load what was chosen; yields a sentence for each stage.

        Raises:
            WorkbenchError: it cannot be loaded; nothing is loaded then.
        """
        has_base = self.loaded is not None and self._chosen is not None
        if has_base and self._chosen is not None and self._chosen.base == chosen.base:
            yield _("Attaching the adapter") if chosen.adapter else _("Taking the adapter off")
            self._loaded, self._chosen = None, chosen
            self._loaded = await self.engine.attach(chosen.adapter, chosen.prompt_template)
            return
        self._loaded, self._chosen = None, chosen
        request = Load(
            id=self.engine.next_id(),
            model=chosen.model,
            adapter=chosen.adapter,
            prompt_template=chosen.prompt_template,
            bits=4 if chosen.bits == 4 else None,
            precision=chosen.precision,
            trust_remote_code=chosen.trust_remote_code,
        )
        async for reply in self.engine.load(request):
            if isinstance(reply, Loading):
                yield reply.stage
            else:
                self._loaded = reply

    @property
    def figures(self) -> str | None:
        """What is loaded, in a line; None if nothing is."""
        if self.loaded is None or self._chosen is None:
            return None
        text = _("{model} · template {template} · {count:.1f} M parameters on {device} · {memory:.0f} MB")
        return text.format(
            model=self._chosen.label,
            template=self.loaded.prompt_template,
            count=self.loaded.parameters / 1e6,
            device=self.loaded.device,
            memory=self.loaded.memory_mb,
        )
