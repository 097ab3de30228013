"""All checks, one after another. Light: what needs torch runs in a child process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from workbench.doctor.result import CheckResult
from workbench.i18n import _

_PACKAGES = ("transformers", "peft", "bitsandbytes", "deepspeed", "datasets", "accelerate", "textual")
_OLDEST_PYTHON = (3, 11)
_LITTLE_MEMORY_GB, _LITTLE_DISK_GB = 4.0, 5.0
_PROBE_SECONDS = 300
"""Longer than the imports take on a busy machine."""


def run_checks(project: Path) -> Iterator[CheckResult]:
    """Each check as it is done; those with torch last, as they take seconds."""
    checks: tuple[Callable[[], CheckResult], ...] = (
        _python,
        _packages,
        _memory,
        lambda: _disk(project),
        lambda: _writable(project),
        _lasting_sessions,
        _terminal,
        _torch,
        _deepspeed,
    )
    for check in checks:
        yield check()


def _python() -> CheckResult:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST_PYTHON:
        return CheckResult("Python", "error", found, _("Install Python 3.11 or newer."))
    return CheckResult("Python", "ok", f"{found} ({sys.executable})")


def _packages() -> CheckResult:
    found, missing = [], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        fix = _("Install them: pip install {names}").format(names=" ".join(missing))
        return CheckResult(_("packages"), "error", _("missing: {names}").format(names=", ".join(missing)), fix)
    return CheckResult(_("packages"), "ok", ", ".join(found))


def _memory() -> CheckResult:
    memory = psutil.virtual_memory()
    detail = _("{free:.1f} of {total:.1f} GB free, {cores} cores").format(
        free=memory.available / 1e9, total=memory.total / 1e9, cores=os.cpu_count() or 1
    )
    if memory.available / 1e9 < _LITTLE_MEMORY_GB:
        return CheckResult(_("memory"), "warning", detail, _("Close other programs, or train a smaller model."))
    return CheckResult(_("memory"), "ok", detail)


def _disk(project: Path) -> CheckResult:
    free = shutil.disk_usage(project).free / 1e9
    detail = _("{free:.1f} GB free in {folder}").format(free=free, folder=project)
    if free < _LITTLE_DISK_GB:
        return CheckResult(_("disk"), "warning", detail, _("Checkpoints may not fit: free some space."))
    return CheckResult(_("disk"), "ok", detail)


def _writable(project: Path) -> CheckResult:
    if not os.access(project, os.W_OK):
        fix = _("Change to a folder of your own and start workbench there.")
        return CheckResult(_("project folder"), "error", _("{folder} cannot be written").format(folder=project), fix)
    return CheckResult(_("project folder"), "ok", str(project))


def _lasting_sessions() -> CheckResult:
    """systemd can end even detached processes at logout."""
    name = _("jobs after logout")
    if not shutil.which("loginctl") or not Path("/run/systemd/system").is_dir():
        return CheckResult(name, "ok", _("nothing here ends detached processes"))
    kills = _output(["loginctl", "show-logind", "-p", "KillUserProcesses", "--value"])
    lingers = _output(["loginctl", "show-user", str(os.getuid()), "-p", "Linger", "--value"])
    if kills == "yes" and lingers != "yes":
        fix = _("Run once: loginctl enable-linger")
        return CheckResult(name, "warning", _("systemd ends your processes when you log out"), fix)
    return CheckResult(name, "ok", _("nothing here ends detached processes"))


def _terminal() -> CheckResult:
    term, colours = os.environ.get("TERM", ""), os.environ.get("COLORTERM", "")
    detail = f"TERM={term or '-'} COLORTERM={colours or '-'} {sys.stdout.encoding}"
    if term in {"dumb", "unknown", ""}:
        fix = _("The full-screen app needs a terminal that can move its cursor; every screen is also a command.")
        return CheckResult(_("terminal"), "warning", detail, fix)
    return CheckResult(_("terminal"), "ok", detail)


def _torch() -> CheckResult:
    try:
        found = _probed("torch_probe")
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        fix = _("Install it again: pip install torch==2.13.0")
        return CheckResult("torch", "error", _("torch cannot be used: {reason}").format(reason=error), fix)
    if not found["devices"]:
        detail = _("{version}, no GPU: training runs on the CPU").format(version=found["torch"])
        return CheckResult("torch", "ok", detail)
    cards = ", ".join(f"{device['name']} ({device['memory_gb']:.0f} GB)" for device in found["devices"])
    return CheckResult("torch", "ok", f"{found['torch']}, CUDA {found['cuda']}: {cards}")


def _deepspeed() -> CheckResult:
    try:
        found = _probed("deepspeed_probe")
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        fix = _("Install it again: pip install deepspeed. Until then train with deepspeed: none.")
        return CheckResult("DeepSpeed", "warning", _("it cannot be used: {reason}").format(reason=error), fix)
    return CheckResult("DeepSpeed", "ok", str(found["version"]))


def _probed(probe: str) -> dict[str, Any]:
    """What a probe of this package printed, run in a process of its own.

    Raises:
        ValueError: it failed; says why in its own last words.
    """
    command = [sys.executable, "-P", "-m", f"workbench.doctor.{probe}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PROBE_SECONDS, stdin=subprocess.DEVNULL)
    if done.returncode != 0 or not done.stdout:
        last_words = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ValueError(last_words[-1])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""
