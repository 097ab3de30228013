"""What the system gives as a reason."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from workbench.errors import _REASONS, mend_file, system_reason


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.EEXIST,
    errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY, errno.EROFS, errno.ENAMETOOLONG, errno.EIO, errno.EMFILE])  # fmt: skip
def test_the_usual_reasons_are_those_of_the_system_and_can_be_translated(number: int) -> None:
    assert os.strerror(number) in _REASONS


def test_a_file_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "sums.jsonl").write_text("")
    assert mend_file(tmp_path / "sum.json") == f"Nearest: {tmp_path / 'sums.jsonl'}"
    assert mend_file(tmp_path / "x") == "Put it there, or name another file."
    assert mend_file(tmp_path / "sums.jsonl") == "Let it be read, or name another file."
    assert mend_file(tmp_path / "none" / "x") == f"The folder {tmp_path / 'none'} does not exist."


def test_others_are_told_as_the_system_tells_them() -> None:
    assert system_reason(OSError(errno.ELOOP, os.strerror(errno.ELOOP))) == os.strerror(errno.ELOOP)
    assert system_reason(OSError("no number")) == "no number"
