"""What the system gives as a reason."""

from __future__ import annotations

import errno
import os

import pytest

from workbench.errors import _REASONS, system_reason


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.EEXIST,
    errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY, errno.EROFS, errno.ENAMETOOLONG, errno.EIO, errno.EMFILE])  # fmt: skip
def test_the_usual_reasons_are_those_of_the_system_and_can_be_translated(number: int) -> None:
    assert os.strerror(number) in _REASONS


def test_others_are_told_as_the_system_tells_them() -> None:
    assert system_reason(OSError(errno.ELOOP, os.strerror(errno.ELOOP))) == os.strerror(errno.ELOOP)
    assert system_reason(OSError("no number")) == "no number"
