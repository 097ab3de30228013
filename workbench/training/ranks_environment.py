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


def local_world_size() -> int:
    """How many processes train together on this machine."""
    said = os.environ.get("LOCAL_WORLD_SIZE") or os.environ.get("LOCAL_SIZE")  # by torchrun, by DeepSpeed
    return int(said) if said else world_size()
