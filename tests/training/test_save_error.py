"""Why a checkpoint could not be saved, in words of this world."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from workbench.training.save_error import is_of_peers, save_error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "No space left on device"),
        (RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 64 vs 0"), "in part only"),
        (ValueError("first\nsecond"), "saved: first"),
    ],
)
def test_the_reason_is_told_with_the_place_that_is_left(error: Exception, reason: str, tmp_path: Path) -> None:
    told = str(save_error(error, tmp_path / "checkpoints" / "checkpoint-4"))
    assert reason in told and "checkpoint-4" in told and "MB are free" in told
    assert "inline_container" not in told and "second" not in told


def test_a_process_that_was_lost_while_saving_is_no_matter_of_the_disk() -> None:
    assert is_of_peers(RuntimeError("[gloo/transport/tcp/pair.cc:537] Read error: Connection reset by peer"))
    assert not is_of_peers(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
