"""The clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from workbench.agent.tools.settings import ToolError, ToolSettings

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def run(arguments: dict[str, Any], settings: ToolSettings) -> str:
    """Date, day of the week and time, with the distance from UTC.

    Raises:
        ToolError: there is no such time zone.
    """
    named = arguments.get("timezone")
    try:
        now = datetime.now(ZoneInfo(named)) if named else datetime.now().astimezone()
    except (OSError, ValueError, KeyError) as error:
        raise ToolError(f"unknown time zone: {named}") from error
    return as_text(now)


def as_text(now: datetime) -> str:
    """A moment as the clock tells it."""
    return f"{now:%Y-%m-%d} {_DAYS[now.weekday()]} {now:%H:%M:%S} UTC{now:%z}"
