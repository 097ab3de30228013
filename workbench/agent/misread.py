"""An answer that calls a tool as another protocol writes it: nothing was run, and the user should hear why."""

from __future__ import annotations

from workbench.agent.protocols import AgentProtocol
from workbench.agent.protocols.choice import PROTOCOLS
from workbench.i18n import _, ngettext


def misread_note(answer: str, read_by: AgentProtocol) -> str:
    """What to choose instead; empty if no other protocol sees a call in the answer."""
    others = (name for name, kind in PROTOCOLS.items() if name != read_by.name and kind().read(answer).calls)
    found = next(others, None)
    if found is None:
        return ""
    told = _("This answer calls a tool as the protocol {found} writes it, but is read by {used}: choose {found}.")
    return told.format(found=found, used=read_by.name)


def no_answer_note(turns: int) -> str:
    """That a model was asked as often as it may be, and has called a tool each time."""
    return ngettext("No answer after {count} turn.", "No answer after {count} turns.", turns).format(count=turns)
