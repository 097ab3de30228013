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
from workbench.errors import WorkbenchError
from workbench.i18n import _, current_language
from workbench.text import printable


@dataclass(frozen=True)
class CheckOutcome:
    """What a check said.

    Args:
        rows, kept, left_out: rows; the first is the sum of the others.
        tokens, longest: of all rows and of the longest; None if they were not counted.
    """

    rows: int
    kept: int
    left_out: int
    tokens: int | None
    longest: int | None
    findings: list[Finding]

    @property
    def summary(self) -> str:
        """Totals on one line."""
        text = _("{rows} rows read = {kept} kept + {left_out} left out")
        said = text.format(rows=self.rows, kept=self.kept, left_out=self.left_out)
        if self.tokens is None:
            return said
        tokens = _("{tokens} tokens, the longest row {longest}").format(tokens=self.tokens, longest=self.longest)
        return f"{said} · {tokens}"


async def run_check(path: str, template: str, tokenizer: str) -> CheckOutcome:
    """Check data as ``workbench data check`` does; being cancelled ends the process.

    Raises:
        WorkbenchError: the data, the template or the tokenizer is not there.
    """
    arguments = ["data", "check", "--tokenizer", tokenizer, "--prompt-template", template, "--json", "--", path]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "workbench",
        *arguments,
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
    left_out = sum(reason["count"] for reason in report["left_out"])
    findings = [_finding(found) for found in report["findings"]]
    return CheckOutcome(report["rows"], report["kept"], left_out, report["tokens"], report["longest"], findings)


def _finding(found: dict[str, Any]) -> Finding:
    return Finding(**{"details": [""] * len(found["places"]), **found})
