"""Checking data from the app: in a process of its own, as a check of much data takes a while. No Textual here."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.data.checks import Finding
from workbench.data.sources import Source
from workbench.errors import WorkbenchError
from workbench.i18n import _, current_language
from workbench.text import printable
from workbench.ui.row_settings import Settings

_MOST_REPORT_BYTES = 64 * 1024**2


@dataclass(frozen=True)
class CheckOutcome:
    """What a check said. ``figures``: totals and measures in words, a line each."""

    figures: list[str]
    findings: list[Finding]


def asked_of_check(source: Source, settings: Settings) -> dict[str, Any]:
    """What the process of the check is to know."""
    return {
        "path": source.path,
        "format": source.choice.name,
        "columns": dict(source.choice.columns),
        "template": settings.of_file.template or settings.template,
        "tokenizer": settings.tokenizer,
        "max_length": settings.max_length,
        "packing": settings.packing,
        "config": settings.config,
        "image_folder": settings.of_file.image_folder,
    }


async def run_check(source: Source, settings: Settings, tell: Callable[[int], None]) -> CheckOutcome:
    """Check data as ``workbench data check`` does; being cancelled ends the process.

    Args:
        tell: gets the number of rows that were looked at, now and then.

    Raises:
        WorkbenchError: the data, the template or the tokenizer is not there.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "workbench.ui.check_process",
        json.dumps(asked_of_check(source, settings)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "WORKBENCH_LANG": current_language()},
        limit=_MOST_REPORT_BYTES,
        process_group=0,  # with the process that fetches a dataset from a hub
    )
    try:
        output, said = await asyncio.gather(_last_line(process.stdout, tell), _all_of(process.stderr))
        await process.wait()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return _outcome(output, said)


async def _last_line(stream: asyncio.StreamReader | None, tell: Callable[[int], None]) -> bytes:
    """The report; the lines before it are numbers of rows."""
    report = b""
    while stream is not None and (line := await stream.readline()):
        if line.strip().isdigit():
            tell(int(line))
        else:
            report = line
    return report


async def _all_of(stream: asyncio.StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()


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
