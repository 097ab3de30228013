"""The queue and sweeps on screen, with real jobs that wait for each other."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.slurm_tools import SlurmTools
from tests.jobs.running import WAIT, python
from tests.ui import recorded
from tests.ui.driving import NARROW, WIDE, footer, notices, running, see, type_text, wait_until
from workbench.actions import sweep
from workbench.configs.schema import TrainConfig
from workbench.jobs.events import Validation
from workbench.jobs.folder import DeviceWish, JobFolder
from workbench.jobs.launch import Turn, start_job
from workbench.jobs.process import ProcessIdentity
from workbench.jobs.queue import QueueRow, queue_rows
from workbench.jobs.state import JobState, state_of
from workbench.jobs.stop import stop_now
from workbench.jobs.sweeps import SweepFolder, SweepPoint, SweepRecord
from workbench.ui.screens.queue import _columns
from workbench.ui.widgets.fitted_table import FittedTable


@pytest.fixture
def jobs(project: Path) -> Iterator[list[JobFolder]]:
    """One that has the CPU, and two that wait for it."""
    turn = Turn(DeviceWish(among=["cpu"], count=1), waits=True)
    started = [start_job("train", name, python(WAIT), project=project, turn=turn) for name in ("has", "one", "two")]
    yield started
    for job in reversed(started):
        assert stop_now(job, grace_s=1).is_clean


def waiting() -> list[JobFolder]:
    return [row.job for row in queue_rows() if row.place]


async def test_the_order_is_changed_with_letters(project: Path, jobs: list[JobFolder]) -> None:
    has, one, two = jobs
    async with running(project, "home", NARROW) as pilot:
        await see(pilot, "◌ waiting", "place 1", "place 2", "▶ running")
        await pilot.press("q")
        await see(pilot, "Queue", has.id[:12], "p Pause", "Watch")
        await pilot.press("down", "down", "t")
        await wait_until(pilot, lambda: waiting() == [two, one])
        await pilot.press("d")
        await wait_until(pilot, lambda: waiting() == [one, two])
        await pilot.press("p")
        await wait_until(pilot, lambda: state_of(two) is JobState.PAUSED)
        await see(pilot, "‖ paused", "p Continue")
        await pilot.press("p")
        await wait_until(pilot, lambda: state_of(two) is JobState.WAITING)
        await pilot.press("x")
        await see(pilot, f"Take {two.id} out of the queue?", "can be resumed later")
        await pilot.press("escape", "x")
        assert waiting() == [one, two]
        await see(pilot, "out of the queue?")
        await pilot.press("enter")
        await wait_until(pilot, lambda: state_of(two) is JobState.STOPPED)
        await wait_until(pilot, lambda: pilot.app.screen.query_one(FittedTable).row_count == 2)
        assert waiting() == [one]
        await pilot.press("down", "enter")
        await see(pilot, "[f5 Train]", one.id, f"place 1, behind {has.id}")


async def test_a_waiting_training_is_held_back_where_it_is_watched(project: Path, jobs: list[JobFolder]) -> None:
    has, one, _two = jobs
    async with running(project, "train", WIDE, job=one) as pilot:
        await see(pilot, "◌ waiting", f"place 1, behind {has.id}", "It has not begun.", "p Pause")
        await pilot.press("p")
        await see(pilot, "‖ paused", "p: let it go on", "p Continue")
        await pilot.press("p")
        await see(pilot, "◌ waiting")


async def test_what_stands_in_the_way_of_a_change_is_told(project: Path, jobs: list[JobFolder]) -> None:
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "▶ running")
        await pilot.press("q")
        await see(pilot, "▶ running", "◌ waiting")
        await pilot.press("p")
        await see(pilot, "Only a training can be paused")


async def test_a_job_that_slurm_lets_wait_is_told_apart(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = SlurmTools(tmp_path)
    monkeypatch.setenv("PATH", f"{tools.folder}{os.pathsep}{os.environ['PATH']}")
    tools.stand("PENDING|Priority")
    gone = ProcessIdentity(host=socket.gethostname(), pid=1, start_ticks=0, boot_id="before")
    job = recorded.job_folder(project, "train", "demo", "20260921_141320", process=gone, exit_code=None)
    (job.path / "slurm.json").write_text('{"id": "4711", "reason": "Priority"}')
    async with running(project, "train", NARROW) as pilot:
        await see(pilot, "◌ waiting", "Priority (Slurm job 4711)")
        await pilot.press("q")
        await see(pilot, "Slurm  ◌ waiting", "Priority (Slurm job 4711): it waits in Slurm's own queue", "x Leave")
        assert not [name for name in ("Pause", "Up", "Front") if name in footer(pilot)]


async def test_an_empty_queue_says_what_it_is_for(project: Path) -> None:
    async with running(project, "home") as pilot:
        await see(pilot, "No jobs yet")
        await pilot.press("q")
        await see(pilot, "No job has a device, and none waits")


def a_sweep(project: Path, stamp: str, lrs: list[str]) -> SweepFolder:
    """A sweep over learning rates whose trainings have all ended but the last, which was never begun."""
    folder = SweepFolder(project / "work_dirs" / "demo-sweep" / stamp)
    points = [SweepPoint(name=f"{number}-lr={lr}", settings={"lr": lr}) for number, lr in enumerate(lrs, start=1)]
    for number, point in enumerate(points[:-1]):
        job = recorded.training(project, stamp, name=f"demo-sweep/{stamp}/{point.name}")
        if number == 0:
            job.exit_path.write_text(json.dumps({"returncode": 1}))
    folder.write_record(SweepRecord(name="demo", project=str(project), fields=["lr"], points=points))
    return folder


async def test_a_sweep_is_compared_and_its_trainings_are_watched(project: Path) -> None:
    a_sweep(project, "20260921_141320", ["1e-4", "3e-4", "9e-4"])
    a_sweep(project, "20260922_141320", ["5e-5", "6e-5", "7e-5"])
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "✓ finished")
        await pilot.press("w")
        await see(pilot, "demo-sweep/20260922_141320  1/2", "★", "6e-5", "identity", "· not started", "2-lr=6e-5")
        assert "n Newer" not in footer(pilot) and "s Stop" not in footer(pilot)
        await pilot.press("o")
        await see(pilot, "demo-sweep/20260921_141320  2/2", "A 1e-4", "B 3e-4", "tokens/s", "n Newer", "c Continue")
        assert "o Older" not in footer(pilot)
        await pilot.press("down")
        await see(pilot, "A 3e-4")
        await pilot.press("v")
        await see(pilot, "learning rate")
        await pilot.press("enter")
        await see(pilot, "2-lr=3e-4/20260921_141320")


async def test_a_measure_that_comes_while_a_sweep_is_open_gets_its_column(project: Path) -> None:
    known = a_sweep(project, "20260922_141320", ["5e-5", "6e-5", "7e-5"])
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "✓ finished")
        await pilot.press("w")
        await see(pilot, "· not started", "tokens/s")
        await pilot.press("down")
        job = known.job_of(known.record.points[1])
        assert job is not None
        recorded.write(job, Validation(iter=40, step=40, loss=0.8123, tokens=90))
        await see(pilot, "validation", "0.8123", "5e-5", "7e-5")
        assert pilot.app.screen.query_one(FittedTable).chosen_key == "2-lr=6e-5"


async def test_without_a_sweep_the_command_for_one_is_told(project: Path) -> None:
    recorded.training(project)
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "✓ finished")
        await pilot.press("w")
        await see(pilot, "No sweep yet", "workbench sweep CONFIG")


async def test_a_sweep_is_started_from_a_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.training(project)
    (project / "mine.yaml").write_text("pretrained_model_name_or_path: sample:model\ndata_path: identity.json\n")

    def make(_config: TrainConfig, name: str, points: list[SweepPoint], *, project: Path) -> SweepFolder:
        return a_sweep(project, "20260922_141320", [point.settings["lr"] for point in points])

    monkeypatch.setattr(sweep, "make_sweep", make)
    monkeypatch.setattr(sweep, "start_points", lambda made: iter(made.record.points))
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "✓ finished")
        await pilot.press("w")
        await see(pilot, "No sweep yet")
        await pilot.press("a")
        await see(pilot, "New sweep", "mine.yaml")
        await type_text(pilot, "lr=5e-5")
        await pilot.press("enter")
        await see(pilot, "here is only one")
        await type_text(pilot, ",6e-5")
        await pilot.press("enter")
        await see(pilot, "demo-sweep/20260922_141320", "6e-5")
        assert "2 trainings were put into the queue." in notices(pilot)


def test_devices_take_no_more_room_than_they_need() -> None:
    def widths(*devices: str) -> dict[str, int | None]:
        row = QueueRow(JobFolder(Path("/work_dirs/x/1")), 0, JobState.RUNNING, devices, len(devices))
        return {column.title: column.width for column in _columns([row])}

    assert widths("cpu")["devices"] == len("devices")
    assert widths("0", "1")["devices"] == len("GPU 0, 1")
    assert widths(*"01234567")["devices"] == 14
