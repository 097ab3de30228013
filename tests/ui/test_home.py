"""Home: where the project is, what its jobs do, what to do next."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from tests.ui import recorded
from tests.ui.driving import WIDE, notices, running, see, wait_until
from workbench.jobs.find import LAST, find_job
from workbench.jobs.process import identify
from workbench.jobs.state import state_of
from workbench.jobs.stop import stop_now


async def test_an_empty_project_begins_with_data(project: Path) -> None:
    async with running(project, "home") as pilot:
        await see(pilot, "~/demo", "Begin with data", "No jobs yet")
        await pilot.press("enter")
        await see(pilot, "[f4 Dataset]", "What the assistant is called.")


async def test_jobs_are_listed_newest_first_and_open_with_enter(project: Path) -> None:
    recorded.training(project)
    recorded.converted(project)
    async with running(project, "home", WIDE) as pilot:
        await see(pilot, "✓ finished", "convert-checkpoint-40", recorded.CONFIG)
        await pilot.press("down", "down", "enter")
        await see(pilot, "[f5 Train]", f"{recorded.CONFIG}/20260921_141320")


async def test_a_job_that_advances_is_shown_without_a_key(project: Path) -> None:
    job = recorded.training(project, iterations=5, finished=False, process=identify(os.getpid()))
    async with running(project, "home", WIDE) as pilot:
        await see(pilot, "▶ running", "5/40", "is at work: watch it.")
        recorded.write(job, recorded.step(6, 40, 2.0))
        await see(pilot, "6/40", "2.0000")


async def test_the_next_step_follows_what_is_there(project: Path) -> None:
    (project / "identity.probes.json").write_text("[]")
    async with running(project, "home", WIDE) as pilot:
        await see(pilot, "There is data: choose a config and train.")
        recorded.training(project)
        await pilot.press("f3", "f2")
        await see(pilot, "compare its checkpoints and convert the best")
        recorded.converted(project)
        await pilot.press("f3", "f2")
        await see(pilot, "The adapter is ready")
        recorded.merged(project)
        await pilot.press("f3", "f2")
        await see(pilot, "The merged model is ready: chat with it.")


async def test_a_quickstart_is_chosen_and_watched(project: Path) -> None:
    async with running(project, "home", WIDE) as pilot:
        await see(pilot, "Begin with data")
        await pilot.press("s")
        await see(pilot, "Teach it a name", "Teach it to see", "Teach it to use tools")
        await pilot.press("3")
        await wait_until(pilot, lambda: "It has begun" in notices(pilot))
        journey = find_job(project, LAST, kind="quickstart")
        assert journey.record.arguments == {"journey": "agent"}
        await asyncio.to_thread(stop_now, journey, grace_s=30.0)
        assert state_of(journey).is_over
