"""Each check finds that all is well, or says how to mend it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import namedtuple
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import psutil
import pytest

from workbench.doctor import checks
from workbench.doctor.checks import run_checks
from workbench.doctor.result import SYMBOLS, WORDS, CheckResult
from workbench.i18n import set_language

NO_TORCH = "raise ImportError('libcudart.so.13: cannot open shared object file')"
ONE_GPU = """
import sys
class _Card:
    total_memory = 80e9
class cuda:
    device_count = staticmethod(lambda: 1)
    get_device_name = staticmethod(lambda number: "Card 9000")
    get_device_properties = staticmethod(lambda number: _Card)
    is_bf16_supported = staticmethod(lambda: True)
class version:
    cuda = "13.0"
__version__ = "9.9"
get_num_threads = lambda: 2
"""


@pytest.fixture(autouse=True)
def english() -> None:
    """Results are compared in English."""
    set_language("en")


@pytest.fixture
def other_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts another torch before the installed one, for child processes alone."""

    def install(code: str) -> None:
        (tmp_path / "torch.py").write_text(code)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return install


def only(check: Callable[..., CheckResult], *arguments: object) -> CheckResult:
    """One result, which is ok or comes with its mend."""
    result = check(*arguments)
    assert (result.status == "ok") == (result.fix == "")
    assert result.name and result.detail
    return result


def test_every_check_is_ok_or_comes_with_a_mend(tmp_path: Path, other_torch: Callable[[str], None]) -> None:
    other_torch(ONE_GPU)
    results = list(run_checks(tmp_path))
    assert [result.name for result in results] == [
        *("Python", "packages", "memory", "disk"),
        *("project folder", "jobs after logout", "terminal", "torch", "DeepSpeed"),
    ]
    for result in results:
        assert result.detail
        assert result.status == "ok" or result.fix
        assert result.status in SYMBOLS and result.status in WORDS
        assert json.loads(json.dumps(result.as_json()))["status"] == result.status


def test_an_old_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(checks._python).status == "ok"
    monkeypatch.setattr(sys, "version_info", (3, 10, 2))
    result = only(checks._python)
    assert (result.status, result.detail) == ("error", "3.10.2")


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "transformers " in only(checks._packages).detail

    def version(name: str) -> str:
        if name in {"peft", "datasets"}:
            raise metadata.PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(checks, "version", version)
    result = only(checks._packages)
    assert (result.status, result.detail) == ("error", "missing: peft, datasets")
    assert "pip install peft datasets" in result.fix


@pytest.mark.parametrize(("free", "status"), [(3.9e9, "warning"), (4.1e9, "ok")])
def test_little_memory_is_a_warning(monkeypatch: pytest.MonkeyPatch, free: float, status: str) -> None:
    memory = namedtuple("memory", ["available", "total"])(free, 8e9)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    result = only(checks._memory)
    assert result.status == status
    assert f"{free / 1e9:.1f} of 8.0 GB" in result.detail


@pytest.mark.parametrize(("free", "status"), [(4e9, "warning"), (6e9, "ok")])
def test_a_nearly_full_disk_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, status: str
) -> None:
    usage = namedtuple("usage", ["free"])(free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    result = only(checks._disk, tmp_path)
    assert result.status == status
    assert str(tmp_path) in result.detail


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(checks._writable, tmp_path).status == "ok"
    monkeypatch.setattr(os, "access", lambda _folder, _mode: False)  # the superuser may write everywhere
    assert only(checks._writable, tmp_path).status == "error"


@pytest.mark.parametrize(
    ("kills", "lingers", "status"), [("yes", "no", "warning"), ("yes", "yes", "ok"), ("no", "no", "ok")]
)
def test_a_system_that_ends_jobs_at_logout_is_recognised(
    monkeypatch: pytest.MonkeyPatch, kills: str, lingers: str, status: str
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(Path, "is_dir", lambda _path: True)
    monkeypatch.setattr(checks, "_output", lambda command: kills if "KillUserProcesses" in command else lingers)
    result = only(checks._lasting_sessions)
    assert result.status == status
    assert ("loginctl enable-linger" in result.fix) == (status == "warning")


def test_a_system_without_systemd_ends_no_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert only(checks._lasting_sessions).status == "ok"


@pytest.mark.parametrize(("term", "status"), [("xterm-256color", "ok"), ("dumb", "warning"), (None, "warning")])
def test_a_terminal_that_cannot_show_the_app_is_recognised(
    monkeypatch: pytest.MonkeyPatch, term: str | None, status: str
) -> None:
    monkeypatch.delenv("TERM", raising=False)
    if term is not None:
        monkeypatch.setenv("TERM", term)
    assert only(checks._terminal).status == status


def test_a_torch_that_cannot_be_imported_says_why(other_torch: Callable[[str], None]) -> None:
    other_torch(NO_TORCH)
    result = only(checks._torch)
    assert result.status == "error"
    assert "libcudart.so.13: cannot open shared object file" in result.detail
    assert "pip install torch" in result.fix


def test_a_torch_that_takes_the_process_down_is_told(other_torch: Callable[[str], None]) -> None:
    other_torch("import os; os.abort()")
    result = only(checks._torch)
    assert result.status == "error"
    assert "-6" in result.detail


def test_graphics_cards_are_named(other_torch: Callable[[str], None]) -> None:
    other_torch(ONE_GPU)
    result = only(checks._torch)
    assert (result.status, result.detail) == ("ok", "9.9, CUDA 13.0: Card 9000 (80 GB)")


def test_a_deepspeed_that_cannot_be_used_says_why_and_what_to_do(other_torch: Callable[[str], None]) -> None:
    other_torch(NO_TORCH)
    result = only(checks._deepspeed)
    assert result.status == "warning"
    assert "libcudart.so.13" in result.detail
    assert "deepspeed: none" in result.fix


@pytest.mark.heavy
@pytest.mark.parametrize("check", [checks._torch, checks._deepspeed])
def test_what_is_installed_works(check: Callable[[], CheckResult]) -> None:
    assert only(check).status == "ok"
