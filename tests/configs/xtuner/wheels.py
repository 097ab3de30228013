"""XTuner's published packages, fetched from the package index and never kept in this repository."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from workbench.configs.xtuner.read import XTunerConfig, read_xtuner_config
from workbench.errors import WorkbenchError

SHA256 = {
    "0.1.17": "e19baf1d3f72fb6890abc29a678c9e3f3e1664183763938bfe0300fedfdc20f1",
    "0.1.23": "fb9398b1ecd3c371d5a8dc8efa19540abfa853fd9c1d585ec25a6bd30820c6d4",
}
CACHE = Path.home() / ".cache" / "workbench-tests"


def fetched(version: str) -> Path:
    """The wheel, from the cache or the index."""
    wheel = CACHE / f"xtuner-{version}-py3-none-any.whl"
    if not wheel.is_file():
        command = f"download xtuner=={version} --no-deps --ignore-requires-python --only-binary=:all: --quiet --dest"
        asked = [sys.executable, "-m", "pip", *command.split(), str(CACHE)]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
        if answer.returncode and not os.environ.get("CI"):
            pytest.skip(f"the package index cannot be reached: {answer.stderr.strip()[-200:]}")
        assert answer.returncode == 0, answer.stderr
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() == SHA256[version], f"{wheel} is not the package meant"
    return wheel


def config_files(version: str, folder: Path) -> list[Path]:
    """All Python files among the configs of a version, unpacked into a folder."""
    with zipfile.ZipFile(fetched(version)) as wheel:
        names = [name for name in wheel.namelist() if re.fullmatch(r"xtuner/configs/.*\.py", name)]
        wheel.extractall(folder, names)
    return sorted(folder / name for name in names)


def training_configs(files: Iterable[Path]) -> Iterable[XTunerConfig]:
    """The training configs among them."""
    for file in files:
        try:
            yield read_xtuner_config(file)
        except WorkbenchError as error:
            assert "not a training config" in error.what
