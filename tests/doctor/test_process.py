"""The checks run in a process of their own and tell each result as it comes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from workbench.doctor.result import CheckResult


def test_each_result_is_a_line_of_json(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('no torch here')")
    done = subprocess.run(
        [sys.executable, "-m", "workbench.doctor", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=os.environ | {"WORKBENCH_LANG": "en", "PYTHONPATH": str(tmp_path)},
    )
    results = [CheckResult(**json.loads(line)) for line in done.stdout.splitlines()]
    assert [result.name for result in results][:2] == ["Python", "packages"]
    (torch,) = [result for result in results if result.name == "torch"]
    assert (torch.status, torch.detail) == ("error", "torch cannot be used: ImportError: no torch here")
