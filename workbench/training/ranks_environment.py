"""What the launcher says about this process. Light: nothing of torch."""

from __future__ import annotations

import os


def rank() -> int:
    """This process's number among those that train together."""
    return int(os.environ.get("RANK", "0"))


def local_rank() -> int:
    """This process's number on its machine."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def world_size() -> int:
    """How many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))
