"""Sessions with models that see."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event

from workbench.chat.protocol import Answer, AttachAdapter, Generate, GenerationSettings, Load
from workbench.chat.session import ChatSession
from workbench.chat.turn import ChatTurn

BASE = "sample:model"
GREEDY = GenerationSettings(temperature=0, max_new_tokens=12)
DRAWN = GenerationSettings(temperature=1.2, top_k=0, top_p=1.0, max_new_tokens=12, seed=7)


def said(*texts: str, images: Sequence[Path] = ()) -> list[ChatTurn]:
    """A conversation in which user and assistant take turns; the pictures go with the last question."""
    turns = [ChatTurn(role="assistant" if number % 2 else "user", content=text) for number, text in enumerate(texts)]
    turns[-1].images = [str(path) for path in images]
    return turns


class Talk:
    """A session, and the stages that its loading went through."""

    def __init__(self, model: str = BASE, **asked: object) -> None:
        self.stages: list[str] = []
        self.session = ChatSession(Load.model_validate({"id": 1, "model": model} | asked))
        self.session.load(self.stages.append)

    def attach(self, **asked: object) -> None:
        self.session.attach(AttachAdapter.model_validate({"id": 2} | asked), self.stages.append)

    def ask(self, turns: list[ChatTurn], settings: GenerationSettings = GREEDY) -> Answer:
        return self.session.answer(Generate(id=3, turns=turns, settings=settings), lambda _text: None, Event())

    def answers(self, shown: Path | None) -> list[str]:
        """To a question with a picture, if there is one to show, and to one without; the likeliest and a drawn one."""
        asked = [said("你是谁"), *([said("What is this?", images=[shown])] if shown else [])]
        return [self.ask(turns, settings).text for turns in asked for settings in (GREEDY, DRAWN)]
