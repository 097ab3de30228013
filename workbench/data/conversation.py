"""A conversation: the only thing between a dataset's format and tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Role = Literal["system", "user", "assistant", "tool"]
ROLES: tuple[Role, ...] = ("system", "user", "assistant", "tool")


@dataclass(frozen=True)
class Turn:
    """One message. ``loss``: whether an assistant message is trained; None means the default, which is yes."""

    role: Role
    content: str
    loss: bool | None = None
    images: tuple[str, ...] = ()

    @property
    def is_trained(self) -> bool:
        return self.role == "assistant" and self.loss is not False


@dataclass(frozen=True)
class Conversation:
    """Turns in order. ``plain``: text for continued pre-training, rendered without any template.

    ``answers_left_out``: how many answers stood before the first question and are not among the turns.
    """

    turns: tuple[Turn, ...] = field(default_factory=tuple)
    plain: bool = False
    answers_left_out: int = field(default=0, compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it could be trained."""
        return not any(turn.is_trained and turn.content.strip() for turn in self.turns)

    def exchanges(self) -> list[tuple[str, str, Turn | None]]:
        """System text, user text and answer of each exchange, in order.

        A system turn belongs to the exchange it stands before; user turns without an answer between them are joined;
        a last question without an answer has None. A tool result counts as the system text of the next exchange.
        """
        found: list[tuple[str, str, Turn | None]] = []
        system: list[str] = []
        user: list[str] = []
        for turn in self.turns:
            if turn.role in {"system", "tool"}:
                system.append(turn.content)
            elif turn.role == "user":
                user.append(turn.content)
            else:
                found.append(("\n".join(system), "\n".join(user), turn))
                system, user = [], []
        if user:
            found.append(("\n".join(system), "\n".join(user), None))
        return found
