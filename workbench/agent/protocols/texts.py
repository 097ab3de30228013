"""The system texts that protocols with a text of their own can begin with, by name."""

from __future__ import annotations

from pathlib import Path

from workbench.agent.protocols.moss import Moss
from workbench.agent.protocols.react import CHINESE_REACT_TEXT, REACT_TEXT, SHORT_REACT_TEXT, React
from workbench.paths import resolve_model

FULL, SHORT, CHINESE = "full", "short", "chinese"
SAMPLE = "sample:tool_protocol.txt"
"""What the sample model learns to use tools with."""
REACT_TEXTS = {FULL: REACT_TEXT, SHORT: SHORT_REACT_TEXT, CHINESE: CHINESE_REACT_TEXT}


def texts_of(protocol: str) -> dict[str, str]:
    """The texts of a protocol, its own first; none if it leaves it to the prompt template."""
    if protocol == React.name:
        return REACT_TEXTS | {SAMPLE: Path(resolve_model(SAMPLE)).read_text("utf-8")}
    return {FULL: Moss.text} if protocol == Moss.name else {}
