"""A conversation: the only thing between a dataset's format and tokens. Beside it, rows that are tokens already."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Role = Literal["system", "user", "assistant", "tool"]
ROLES: tuple[Role, ...] = ("system", "user", "assistant", "tool")
IMAGE = "<image>"
"""Where a picture stands in a text."""


@dataclass(frozen=True)
class ToolCall:
    """A call that an assistant message makes. ``arguments``: a JSON object as text; ``id``: not trained."""

    name: str
    arguments: str
    id: str = field(default="", compare=False)


@dataclass(frozen=True)
class Turn:
    """One message. ``loss``: whether an assistant message is trained; None means the default, which is yes.

    Args:
        images: paths as the data has them, one for each ``<image>`` in ``content``.
        name: of who speaks, beside the role; as ``call_id``, the call that it is the answer to, it is not trained.
        place: where its text stands in the row, as ``messages[3]``; empty if it was not read from one.
    """

    role: Role
    content: str
    loss: bool | None = None
    images: tuple[str, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    name: str = field(default="", compare=False)
    call_id: str = field(default="", compare=False)
    place: str = field(default="", compare=False)

    @property
    def is_trained(self) -> bool:
        return self.role == "assistant" and self.loss is not False


@dataclass(frozen=True)
class Conversation:
    """Turns in order. ``plain``: text for continued pre-training, rendered without any template.

    Args:
        tools: the functions that the assistant may call, a JSON list as text; empty if there are none.
        rejected: of a preference pair, the answer that is not wanted; ``turns`` end with the one that is.
        answers_left_out: how many answers stood before the first question and are not among the turns.
        marks: how many ``<image>`` the data had, if the turns have fewer; None if they are the same.
        numbers: how many of its texts are numbers, true or false in the data.
    """

    turns: tuple[Turn, ...] = field(default_factory=tuple)
    plain: bool = False
    tools: str = ""
    rejected: tuple[Turn, ...] = ()
    answers_left_out: int = field(default=0, compare=False)
    marks: int | None = field(default=None, compare=False)
    numbers: int = field(default=0, compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it could be trained."""
        return not any(turn.is_trained and (turn.content.strip() or turn.tool_calls) for turn in self.turns)

    @property
    def images(self) -> tuple[str, ...]:
        """The pictures of all turns, in order."""
        return tuple(image for turn in self.turns for image in turn.images)

    def with_rejected(self) -> Conversation:
        """Of a preference pair, the same question with the answer that is not wanted."""
        last = max((number for number, turn in enumerate(self.turns) if turn.role == "user"), default=-1)
        return replace(self, turns=(*self.turns[: last + 1], *self.rejected), rejected=())

    def exchanges(self) -> list[tuple[str, str, Turn | None]]:
        """System text, user text and answer of each exchange, in order.

        A system turn belongs to the exchange it stands before; user turns without an answer between them are joined
        without anything between them; a last question without an answer has None. A tool result counts as the system
        text of the next exchange.
        """
        found: list[tuple[str, str, Turn | None]] = []
        for asked, answer in self.rounds():
            system = "\n".join(turn.content for turn in asked if turn.role in {"system", "tool"})
            users = [turn.content for turn in asked if turn.role == "user"]
            if answer or users:
                found.append((system, "".join(users), answer))
        return found

    def rounds(self) -> list[tuple[tuple[Turn, ...], Turn | None]]:
        """The turns before each answer, and the answer; None behind the last ones if nothing answers them."""
        found: list[tuple[tuple[Turn, ...], Turn | None]] = []
        asked: tuple[Turn, ...] = ()
        for turn in self.turns:
            if turn.role == "assistant":
                found.append((asked, turn))
                asked = ()
            else:
                asked = (*asked, turn)
        return [*found, (asked, None)] if asked else found


@dataclass(frozen=True)
class TokenRow:
    """A row that was tokenised elsewhere. ``labels`` has the length of ``input_ids``; -100 stands for no loss.

    ``lengths``: tokens of each sample in it, in order, if several were packed together. ``images``: the paths of its
    pictures, one for each -200 among the tokens.
    """

    input_ids: tuple[int, ...]
    labels: tuple[int, ...]
    lengths: tuple[int, ...] = ()
    images: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it could be trained."""
        return all(label < 0 for label in self.labels)


Sample = Conversation | TokenRow
"""What a row of any format becomes."""
