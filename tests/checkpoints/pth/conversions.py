"""What tests of conversions share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.checkpoints.pth.convert import convert_pth
from workbench.checkpoints.pth.request import PthRequest
from workbench.errors import WorkbenchError


def ignore(done: int, total: int) -> None:
    """No progress wanted."""


def refused(target: Path, message: str, **settings: Any) -> WorkbenchError:
    """The error that a conversion ends with; it leaves nothing."""
    with pytest.raises(WorkbenchError, match=message) as caught:
        convert_pth(PthRequest(target=target, **settings), ignore)
    assert not target.exists()
    assert not list(target.parent.glob(f".{target.name}*"))
    return caught.value
