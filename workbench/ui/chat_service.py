"""A chat service as a model to talk to. No Textual here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from workbench.chat.endpoint import ChatEndpoint
from workbench.chat.endpoints import endpoint_named
from workbench.chat.protocol import Answer, Delta, GenerationSettings
from workbench.chat.turn import ChatTurn
from workbench.i18n import _


class ChatService:
    """Answers of a service that the user has named.

    Raises:
        WorkbenchError: there is none of this name, or its key is not set.
    """

    def __init__(self, name: str) -> None:
        self._known = endpoint_named(name)
        self._endpoint = ChatEndpoint(self._known.opened())

    @property
    def title(self) -> str:
        """Its name, its model and its address."""
        text = _("{name} · {model} at {url}")
        return text.format(name=self._known.name, model=self._known.model, url=self._known.url)

    def generate(
        self, turns: list[ChatTurn], settings: GenerationSettings, *, tools: str = "", kept_tokens: Sequence[str] = ()
    ) -> AsyncIterator[Delta | Answer]:
        """Answer the last turn; see `ChatEndpoint.generate`."""
        return self._endpoint.generate(turns, settings, tools=tools, kept_tokens=kept_tokens)

    async def stop(self) -> None:
        """End the running answers."""
        await self._endpoint.stop()

    async def close(self) -> None:
        """End the connections."""
        await self._endpoint.close()
