"""The engine in this process, as the app asks it."""

from __future__ import annotations

import threading
from typing import Any

from tests.chat.seeing import BASE, said
from workbench.chat.engine import Engine
from workbench.chat.protocol import Generate, GenerationSettings, Load, Loaded, Refused, Reply


class Line:
    """Replies in the order in which they came."""

    def __init__(self, **asked: Any) -> None:
        self.replies: list[Reply] = []
        self._came = threading.Condition()
        self.engine = Engine(self._hear)
        self.engine.start()
        self.engine.take(Load.model_validate({"id": 1, "model": BASE} | asked))
        self.wait_for(1, Loaded | Refused)

    def _hear(self, reply: Reply) -> None:
        with self._came:
            self.replies.append(reply)
            self._came.notify_all()

    def of(self, request: int, kind: Any = Reply) -> list[Any]:
        return [reply for reply in self.replies if reply.id == request and (kind is Reply or isinstance(reply, kind))]

    def wait_for(self, request: int, kind: Any) -> Any:
        with self._came:
            assert self._came.wait_for(lambda: self.of(request, kind), timeout=120)
            return self.of(request, kind)[-1]

    def ask(self, request: int, settings: GenerationSettings, text: str = "你是谁", **more: Any) -> None:
        self.engine.take(Generate(id=request, turns=said(text), settings=settings, **more))
