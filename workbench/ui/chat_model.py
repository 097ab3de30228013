"""The model that the Chat area talks to, held by the engine process. No Textual here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from workbench.chat.client import ChatEngine
from workbench.chat.protocol import AttachAdapter, Load, Loaded, Loading
from workbench.i18n import _
from workbench.ui.chosen_model import ChosenModel


class ChatModel:
    """At most one loaded model. Another adapter on the same base is attached without loading the base again.

    Args:
        log_path: where the engine's own messages go.
    """

    def __init__(self, log_path: Path) -> None:
        self.engine = ChatEngine(log_path)
        self._loaded: Loaded | None = None
        self._chosen: ChosenModel | None = None
        self._sight: dict[ChosenModel, bool] = {}

    @property
    def loaded(self) -> Loaded | None:
        """What the engine says of its model; None if it has none, or has ended and taken it along."""
        return self._loaded if self.engine.running else None

    @property
    def warnings(self) -> list[str]:
        """What the engine has to say of the loaded model."""
        return self.loaded.warnings if self.loaded is not None else []

    def sees(self, chosen: ChosenModel) -> bool | None:
        """Whether weights take pictures; None if they were never loaded."""
        return self._sight.get(chosen)

    async def use(self, chosen: ChosenModel) -> None:
        """Answer with these weights from now on; nothing happens if they are the loaded ones.

        Raises:
            WorkbenchError: they cannot be loaded.
        """
        if self.loaded is None or self._chosen != chosen:
            async for _stage in self.load(chosen):
                pass

    async def load(self, chosen: ChosenModel) -> AsyncIterator[str]:
        """Load what was chosen; yields a sentence for each stage.

        Raises:
            WorkbenchError: it cannot be loaded; nothing is loaded then.
        """
        request: Load | AttachAdapter = _loading(chosen, self.engine.next_id())
        if self.loaded is not None and self._chosen is not None and self._chosen.base == chosen.base:
            is_bare = chosen.adapter is None and chosen.llava is None
            yield _("Taking the adapter off") if is_bare else _("Attaching the adapter")
            request = _attaching(chosen, request.id)
        self._loaded, self._chosen = None, chosen
        async for reply in self.engine.load(request):
            if isinstance(reply, Loading):
                yield reply.stage
            else:
                self._loaded = reply
                self._sight[chosen] = reply.sees

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


def _loading(chosen: ChosenModel, request_id: int) -> Load:
    return Load(
        id=request_id,
        model=chosen.model,
        adapter=chosen.adapter,
        llava=chosen.llava,
        visual_encoder=chosen.visual_encoder,
        visual_select_layer=chosen.visual_select_layer,
        prompt_template=chosen.prompt_template,
        bits=4 if chosen.bits == 4 else None,
        precision=chosen.precision,
        trust_remote_code=chosen.trust_remote_code,
    )


def _attaching(chosen: ChosenModel, request_id: int) -> AttachAdapter:
    return AttachAdapter(
        id=request_id,
        adapter=chosen.adapter,
        llava=chosen.llava,
        visual_encoder=chosen.visual_encoder,
        visual_select_layer=chosen.visual_select_layer,
        prompt_template=chosen.prompt_template,
    )
