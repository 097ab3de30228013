"""Rows to check, and what was found in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.configs.schema import TrainConfig
from workbench.data.checks import CheckReport

Q, A = ("user", "Q"), ("assistant", "A")


def row(*pairs: tuple[str, str], **columns: Any) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in pairs]} | columns


def plain_rows(count: int) -> list[dict[str, Any]]:
    return [row(("user", f"question {number}"), ("assistant", f"answer {number}")) for number in range(count)]


def found(report: CheckReport) -> dict[str, list[str]]:
    """Places by what was found."""
    return {finding.what: finding.places for finding in report.findings}


def details(report: CheckReport, what: str) -> list[str]:
    (finding,) = [finding for finding in report.findings if finding.what == what]
    return finding.details


def severity(report: CheckReport, what: str) -> str:
    (finding,) = [finding for finding in report.findings if finding.what == what]
    return finding.severity


def config_for(path: Path, **changes: Any) -> TrainConfig:
    fields = {
        "pretrained_model_name_or_path": "sample:model",
        "prompt_template": "internlm2_chat",
        "data_path": str(path),
    }
    return TrainConfig.model_validate(fields | changes)
