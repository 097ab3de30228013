"""Checking data from the app: in a process of its own, as a check of much data takes a while. No Textual here."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from typing import Any

from workbench.data.checks import Finding
from workbench.data.sources import Source
from workbench.errors import WorkbenchError
from workbench.i18n import _, current_language
from workbench.text import printable


@dataclass(frozen=True)
class CheckOutcome:
    """What a check said. ``figures``: totals and measures in words, a line each."""

    figures: list[str]
    findings: list[Finding]


async def run_check(source: Source, template: str, tokenizer: str) -> CheckOutcome:
    """Check data as ``workbench data check`` does; being cancelled ends the process.

    Raises:
        WorkbenchError: the data, the template or the tokenizer is not there.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "workbench.ui.check_process",
        source.path,
        source.choice.name,
        template,
        tokenizer,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "WORKBENCH_LANG": current_language()},
        process_group=0,  # with the process that fetches a dataset from a hub
    )
    try:
        output, said = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return _outcome(output, said)


def _outcome(output: bytes, said: bytes) -> CheckOutcome:
    try:
        report: dict[str, Any] = json.loads(output)
    except ValueError as error:
        raise WorkbenchError(
            printable(said.decode(errors="replace").strip()) or _("The check ended early."),
            fix=_("'workbench data check' in a terminal shows why."),
        ) from error
    return CheckOutcome(report["figures"], [_finding(found) for found in report["findings"]])


def _finding(found: dict[str, Any]) -> Finding:
    return Finding(**{"details": [""] * len(found["places"]), **found})
