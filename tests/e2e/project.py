"""A user's project folder, and the commands typed in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.jobs.events import Step
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import JobFolder
from workbench.jobs.state import state_of
from workbench.jobs.tail import EventTail

WORKBENCH = str(Path(sys.executable).with_name("workbench"))
SAMPLE_CONFIG = "workbench_sample_lora_identity_e2"
LONG = ("max_epochs=40", "evaluation_freq=-1", "save_steps=-1")
"""Settings that make a training of several minutes, so that something can happen to it."""


class Project:
    """A folder with settings of its own: no theme, language or draft of the person who runs the tests."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "project"
        self.folder.mkdir()
        self.environment = {
            "WORKBENCH_CONFIG_DIR": str(root / "config"),
            "WORKBENCH_STATE_DIR": str(root / "state"),
            "WORKBENCH_LANG": "en",
        }

    def run(self, *arguments: str, check: bool = True, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """``workbench ARGUMENTS`` without a terminal."""
        result = subprocess.run(
            [WORKBENCH, *arguments],
            cwd=self.folder,
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check:
            assert result.returncode == 0, f"{arguments}: {result.stdout[-2000:]}\n{result.stderr[-2000:]}"
        return result

    def json(self, *arguments: str, check: bool = True) -> Any:
        """The object that a command prints as its last line."""
        return json.loads(self.run(*arguments, "--json", check=check).stdout.strip().splitlines()[-1])

    def json_list(self, *arguments: str) -> Any:
        """The list that a command prints."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def jobs(self) -> list[JobFolder]:
        return list_jobs(self.folder)

    def make_data(self, rows: int = 320) -> None:
        """Identity data with ordinary dialogue mixed in, and its probes."""
        self.run("data", "identity", "--name", "小明", "-n", str(rows), "--mix", "sample:general_dialogue.json")

    def start_long_training(self) -> JobFolder:
        """A detached training of several minutes."""
        settings = [part for setting in LONG for part in ("--set", setting)]
        started = self.json("train", SAMPLE_CONFIG, "--detach", *settings)
        return JobFolder(Path(started["path"]))


def steps_of(job: JobFolder) -> list[Step]:
    """Every step event of a job, in the order written."""
    return [event for event in EventTail(job.events_path).rest() if isinstance(event, Step)]


def wait_for(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """What the condition gives as soon as it is true of something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


def wait_for_steps(job: JobFolder, count: int, seconds: float = 600) -> None:
    """Until a training has made so many steps."""

    def made() -> bool:
        state = state_of(job)
        assert not state.is_over, f"{state}: {job.log_path.read_text(errors='replace')[-3000:]}"
        return len(steps_of(job)) >= count

    wait_for(made, seconds, f"{count} steps of {job.id}")
