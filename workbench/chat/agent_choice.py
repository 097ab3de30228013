"""With which tools a conversation goes on, and how the model is to call them, as it is kept with the conversation."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

MOST_TURNS = 7
BOT_NAME = "BOT"
"""What a model is called that nobody has given another name."""


class AgentChoice(BaseModel):
    """The user's choice.

    Args:
        protocol: how calls are written; ``auto`` is what fits the prompt template.
        text: the system text of a protocol that has one of its own, edited by the user; empty is the protocol's.
        force_stop: what the model is told before its last turn; empty is the protocol's.
        tools: names of built-in tools.
        mcp: a file with servers of tools, as the user wrote its path; empty for none.
        max_turns: how often the model is asked for one question.
        arxiv_url: where arXiv is asked; empty is arXiv, or what the environment says.
        bot_name: what the model is called, for protocols that say so.
        read_as: the protocol that answers were written in at last, to read them by.
    """

    model_config = ConfigDict(frozen=True)

    is_on: bool = False
    protocol: str = "auto"
    text: str = ""
    force_stop: str = ""
    tools: tuple[str, ...] = ("calculator", "clock")
    mcp: str = ""
    max_turns: int = MOST_TURNS
    arxiv_url: str = ""
    bot_name: str = BOT_NAME
    read_as: str = ""
