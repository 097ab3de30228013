"""One message of a conversation, as it is kept, shown and sent to the engine."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

ChatRole = Literal["system", "user", "assistant", "tool"]


class ChatCall(BaseModel):
    """A call of a tool that an answer makes. ``arguments``: as the model wrote them, JSON or not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    arguments: str
    id: str = ""


class Figures(BaseModel):
    """How an answer came: its tokens, seconds until the first one and until the last, what ended it, and who gave it.

    ``model`` is what the model is called, ``weights`` what commands take for it, ``MODEL`` or ``MODEL+ADAPTER``.
    ``told`` is the number, in its conversation, of what the model was told beside the turns. ``broken``: it broke off, as
    of a service or an engine that failed in the middle; the numbers are not known then.
    """

    tokens: int = 0
    first_token_s: float = 0.0
    total_s: float = 0.0
    ended_by: Literal["model", "length", "stopped", "broken"]
    model: str = ""
    weights: str = ""
    told: int | None = None


class ChatTurn(BaseModel):
    """One message of a conversation.

    An answer that calls tools is several turns: what the model wrote, what the tools gave back, and so on up to the
    answer itself; they all belong to the question before them.

    Args:
        content: of an answer, the text as the model wrote it; of a tool, its result as the model reads it.
        images: absolute paths of the pictures asked about in it, in order; an http(s) address only where the user
            gave one. ``content`` may say where they go with ``<image>`` marks, one a picture; without, they go first.
        calls: of an answer, the calls in it for models whose own chat template writes calls; they are not in
            ``content`` then.
        tool: of a result, the tool that gave it; ``call_id``: the call that it is the result of.
        seconds: of a result, how long the tool took.
        failed: of a result, whether it says what went wrong.
        figures: of the last turn of an answer, those of the whole answer.
    """

    role: ChatRole
    content: str
    images: list[str] = []
    calls: list[ChatCall] = []
    tool: str = ""
    call_id: str = ""
    seconds: float | None = None
    failed: bool = False
    figures: Figures | None = None

    def says(self, word: str) -> bool:
        """Whether a word, in small letters, stands in what is shown of it, calls of tools included."""
        calls = (part for call in self.calls for part in (call.name, call.arguments))
        return any(word in text.casefold() for text in (self.content, *calls))
