"""An agent on a plain terminal: steps as lines of text, consent asked by typing."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from typing import Any, TextIO

from workbench.agent.consent import Consent, Reply
from workbench.agent.loop import Called, Calling
from workbench.agent.tool import ToolSpec
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.i18n import _
from workbench.text import visible

_REPLIES: dict[str, Reply] = {"o": "once", "a": "always", "n": "no", "never": "never"}


@dataclass
class TypedConsent:
    """Asks on the terminal; where nobody types, what is not allowed already is not.

    Args:
        answers: where the user types; None if nobody does.
    """

    consent: Consent
    answers: TextIO | None = field(default_factory=lambda: sys.stdin)

    async def may_run(self, tool: ToolSpec, call: ChatCall) -> bool:
        """Whether the call may be made."""
        known = self.consent.known(tool)
        if known is not None:
            return known
        if self.answers is None:
            hint = _("{tool} is not run without consent; --allow {tool} gives it.").format(tool=visible(tool.name))
            print(hint, file=sys.stderr, flush=True)  # noqa: T201
            return False
        asked = _("{tool} wants to run. [o]nce, [a]lways in this project, [n]o, never: ")
        while True:
            print(asked.format(tool=visible(tool.name)), end="", file=sys.stderr, flush=True)  # noqa: T201
            line = await asyncio.to_thread(self.answers.readline)
            reply = _REPLIES.get(line.strip().lower()) if line else "no"
            if reply:
                return self.consent.take(tool, reply)


def call_line(event: Calling) -> str:
    """A call as a line that is safe to print."""
    return f"→ {visible(event.call.name)} {visible(event.call.arguments)}"


def result_lines(event: Called) -> str:
    """A result with its time, or what the model was told, safe to print."""
    mark = "✗" if event.turn.failed else "←"
    took = f" ({event.turn.seconds:.2f} s)" if event.call and event.turn.seconds else ""
    return f"{mark} {visible(event.turn.content.strip())}{took}"


def step_rows(turns: list[ChatTurn]) -> list[dict[str, Any]]:
    """What came of a question, one object a turn, for ``--json``."""
    return [
        {
            "role": turn.role,
            "content": turn.content,
            **({"calls": [call.model_dump(exclude={"id"}) for call in turn.calls]} if turn.calls else {}),
            **(
                {"tool": turn.tool, "failed": turn.failed, "seconds": round(turn.seconds or 0.0, 3)}
                if turn.role == "tool"
                else {}
            ),
        }
        for turn in turns
    ]
