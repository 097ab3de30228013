"""Small JSON files that lie beside weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_MOST_BYTES = 50 * 10**6


def json_object(path: Path) -> dict[str, Any]:
    """A small JSON object; empty if it is not there or not one."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return {}
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
