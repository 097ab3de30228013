"""``workbench train``: what it refuses before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.run_command import workbench
from workbench.commands.train import with_resume_value

NAME = "workbench_sample_qlora_identity_e2"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["c", "--resume"], ["c", "--resume", "auto"]),
        (["c", "--resume", "--detach"], ["c", "--resume", "auto", "--detach"]),
        (["c", "--resume", "path"], ["c", "--resume", "path"]),
        (["c", "--resume=path"], ["c", "--resume=path"]),
        (["c"], ["c"]),
    ],
)
def test_resume_may_stand_alone(given: list[str], meant: list[str]) -> None:
    assert with_resume_value(given) == meant


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["internlm2_chat_1_8b_qlora_alpacca_e3"], "internlm2_chat_1_8b_qlora_alpaca_e3"),
        (["nowhere/my.yaml"], "no such config file"),
        ([NAME, "--set", "lrr=1"], "`lr`"),
        ([NAME, "--set", "max_length=0"], "at least 8"),
        ([NAME, "--deepspeed", "zero7"], "deepspeed_zero"),
    ],
)
def test_mistakes_are_found_before_a_job_is_made(arguments: list[str], said: str, tmp_path: Path) -> None:
    result = workbench("train", *arguments, cwd=tmp_path)
    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_lists_the_settings_of_the_schema(tmp_path: Path) -> None:
    text = workbench("train", "--help", cwd=tmp_path).stdout
    assert "lora.r " in text
    assert "accumulative_counts" in text
