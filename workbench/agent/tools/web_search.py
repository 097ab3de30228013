"""Searching the web through a service that answers as Serper does (https://serper.dev)."""

from __future__ import annotations

import json
import os
from typing import Any

from workbench.agent.tools.fetching import fetched
from workbench.agent.tools.settings import SEARCH_KEY, ToolError, ToolSettings

_RESULTS = 5
NOTHING = "nothing was found"


def run(arguments: dict[str, Any], settings: ToolSettings) -> str:
    """The best results, one a line: title, what it says, address.

    Raises:
        ToolError: there is no key, or the service cannot be asked.
    """
    key = os.environ.get(SEARCH_KEY)
    if not key:
        raise ToolError(f"there is no key for web searches: {SEARCH_KEY} is not set")
    asked = {"q": arguments["query"], "num": _RESULTS}
    body = fetched("the web search", "POST", settings.search_url, headers={"X-API-KEY": key}, json=asked)
    try:
        answer = json.loads(body)
        found = [answer["answerBox"]] if "answerBox" in answer else []
        results = [_line(one) for one in [*found, *answer.get("organic", [])]]
    except (ValueError, TypeError, AttributeError) as error:
        raise ToolError("the web search answers with something that is no list of results") from error
    return "\n".join(filter(None, results[:_RESULTS])) or NOTHING


def _line(result: dict[str, Any]) -> str:
    said = result.get("answer") or result.get("snippet") or ""
    parts = [str(result.get("title", "")), str(said), str(result.get("link", ""))]
    return " — ".join(" ".join(part.split()) for part in parts if part)
