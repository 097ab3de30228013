"""Doctor: every check of the machine with its outcome, and for what is not right the mend."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psutil
import pytest

from tests.ui.driving import NARROW, footer, running, see, wait_until
from workbench.doctor.result import CheckResult
from workbench.i18n import set_language


def checks_of(folder: Path, *results: CheckResult, exit_code: int = 0) -> str:
    """A program that prints what the checks would, to run in the place of Python; gives its path."""
    lines = "\n".join(json.dumps(result.as_json()) for result in results)
    program = folder / "checks"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{lines}\nEND\nexit {exit_code}\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


@pytest.mark.heavy
async def test_every_check_of_this_machine_is_shown_and_for_a_poor_terminal_the_mend(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    async with running(project, "doctor", NARROW) as pilot:
        await see(pilot, "Checking …")
        await see(pilot, "Python", "memory", "disk", "project folder", "terminal", "torch", "DeepSpeed")
        await see(pilot, "! warning", "TERM=dumb", "checks need a look.", "→ The full-screen app needs a terminal")
        await wait_until(pilot, lambda: "y Copy" in footer(pilot))


async def test_what_is_not_right_gets_the_cursor_and_the_mend(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = checks_of(
        project,
        CheckResult("Python", "ok", "3.11"),
        CheckResult("packages", "error", "no [peft] here", "Install peft."),
        CheckResult("disk", "warning", "1 GB free", "Make room."),
    )
    monkeypatch.setattr(sys, "executable", program)
    async with running(project, "doctor") as pilot:
        await see(
            pilot, "! 2 of 3 checks need a look.", "✓ ok", "✗ error", "! warning", "no [peft] here", "→ Install peft."
        )
        await pilot.press("down")
        await see(pilot, "→ Make room.")


async def test_checks_that_end_early_say_so_and_can_be_run_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = CheckResult("Python", "ok", "3.11")
    monkeypatch.setattr(sys, "executable", checks_of(project, python, exit_code=3))
    async with running(project, "doctor") as pilot:
        await see(pilot, "The checks ended early.", "workbench doctor")
        checks_of(project, python)
        await pilot.press("enter", "r")
        await see(pilot, "✓ Everything is here.")


async def test_leaving_ends_the_checks(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = project / "checks"
    program.write_text("#!/bin/sh\nsleep 600 & wait\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))

    def sleeping() -> list[psutil.Process]:
        children = psutil.Process().children(recursive=True)
        return [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]

    before = {child.pid for child in sleeping()}
    async with running(project, "doctor") as pilot:
        await wait_until(pilot, lambda: len({child.pid for child in sleeping()} - before) == 2)
        started = [child for child in sleeping() if child.pid not in before]
    _ended, alive = psutil.wait_procs(started, timeout=10)
    assert alive == []


async def test_checks_speak_the_language_of_the_app(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = project / "checks"
    program.write_text(
        '#!/bin/sh\nprintf \'{"name": "language", "status": "ok", "detail": "%s", "fix": ""}\\n\' "$WORKBENCH_LANG"\n',
    )
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    set_language("zh_CN")
    async with running(project, "doctor") as pilot:
        await see(pilot, "zh_CN")
