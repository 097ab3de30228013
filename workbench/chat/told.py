"""What a model is told beside the turns of a conversation, which may be another thing for each answer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Told(BaseModel):
    """What an answer was given under.

    Args:
        system: the whole system text, with what it says of tools.
        tools: the functions that the prompt template listed, a JSON list as text.
        protocol: how calls of tools were written; empty if there were none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: str = ""
    tools: str = ""
    protocol: str = ""
