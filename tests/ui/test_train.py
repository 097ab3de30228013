"""Train: a job is watched live, stopped rung by rung, taken up again; whatever it says is shown as text."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.jobs.running import WAIT, python
from tests.ui import recorded
from tests.ui.driving import NARROW, WIDE, focus_in, footer, running, screen_text, see, wait_until
from workbench.jobs.events import Failed, Progress, Sample, Started
from workbench.jobs.folder import DeviceWish, JobFolder
from workbench.jobs.launch import Turn, start_job
from workbench.jobs.process import ProcessIdentity, identify
from workbench.jobs.state import JobState, state_of
from workbench.jobs.stop import stop_now
from workbench.ui.widgets.loss_plot import LossPlot

ALIVE = identify(os.getpid())
assert ALIVE is not None
GONE = ProcessIdentity(ALIVE.host, ALIVE.pid, ALIVE.start_ticks - 1, ALIVE.boot_id)
"""This process's pid, but of another process: one that had it before."""


def half_done(project: Path, process: ProcessIdentity | None = ALIVE) -> JobFolder:
    return recorded.training(project, iterations=25, finished=False, process=process)


@pytest.fixture
def asleep() -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own that does not end by itself, nor at the first request."""
    script = "trap '' TERM; while :; do sleep 60; done"
    process = subprocess.Popen(["sh", "-c", script], start_new_session=True)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def plot(pilot: Pilot[None]) -> LossPlot:
    return pilot.app.screen.query_one(LossPlot)


async def test_a_project_without_jobs_says_how_to_begin(project: Path) -> None:
    async with running(project, "train") as pilot:
        await see(pilot, "No job yet. Press n to set up a training.")
        assert "s Stop" not in footer(pilot)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_a_finished_training_is_shown_from_its_first_step_to_what_is_next(
    project: Path, size: tuple[int, int]
) -> None:
    recorded.training(project)
    async with running(project, "train", size) as pilot:
        await see(pilot, "✓ finished", "★ checkpoint-40", "identity 98%", "k compares its checkpoints")
        await see(pilot, "iteration 40/40", "optimiser step 40/40", "loss 0.3270", "grad norm 0.500", "2100 tokens/s")
        await see(pilot, "┤", "⢄", "❯ 你是谁", "我是workbench的示例模型。")


async def test_what_a_running_job_writes_appears_without_a_key(project: Path) -> None:
    job = half_done(project)
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "▶ running", "iteration 25/40", "0:00:15 left")
        assert plot(pilot).runs[0].newest_iteration == 25
        recorded.write(job, recorded.step(26, 40, 1.2345), Sample(iter=26, prompt="Who?", output="The newest answer."))
        await see(pilot, "iteration 26/40", "loss 1.2345", "The newest answer.")
        assert plot(pilot).runs[0].newest_iteration == 26


async def test_further_jobs_are_counted(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.ui.screens.train_watching._COUNT_SECONDS", 0.1)
    half_done(project)
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "job 1/1")
        recorded.training(project, "20991231_000000")
        await see(pilot, "iteration 25/40", "job 2/2")


async def test_what_was_written_while_another_area_was_shown_is_there_on_return(project: Path) -> None:
    job = half_done(project)
    async with running(project, "train") as pilot:
        await see(pilot, "iteration 25/40")
        await pilot.press("f3")
        await see(pilot, "[f3 Configs]")
        for iteration in range(26, 31):
            recorded.write(job, recorded.step(iteration, 40, 1.0))
        await pilot.press("f5")
        await see(pilot, "iteration 30/40")


async def test_tabs_show_scores_log_and_facts(project: Path) -> None:
    recorded.training(project)
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "iteration 40/40")
        await pilot.press("2")
        await see(pilot, "★ checkpoint-40", "98.0%", "97.8%")
        await pilot.press("3")
        await see(pilot, "the last line of the log")
        await pilot.press("4")
        await see(pilot, "work_dirs", "python -m workbench.train", "1200 rows read")


async def test_what_a_model_or_a_program_says_is_text_and_nothing_else(project: Path) -> None:
    job = half_done(project)
    nasty = "[red]in red[/red] [link=x]\x1b[31mescaped\x1b[0m \x1b]0;title\x07 \u202ereversed [/]"
    recorded.write(job, Sample(iter=26, prompt="[b]Who?[/b]", output=nasty))
    with job.log_path.open("a") as log:
        log.write(nasty + "\n")
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "iteration 25/40")
        await pilot.press("f")
        await see(pilot, "[b]Who?[/b]", "[red]in red[/red] [link=x][31mescaped[0m ]0;title reversed [/]")
        await pilot.press("3")
        await see(pilot, "[red]in red[/red] [link=x][31mescaped[0m ]0;title reversed [/]")
        assert "\x1b" not in screen_text(pilot)


async def test_keys_change_what_the_plot_shows(project: Path) -> None:
    recorded.training(project, iterations=200, total=200)
    async with running(project, "train") as pilot:
        await see(pilot, "iteration 200/200", "loss")
        await pilot.press("l")
        await see(pilot, "loss (log)")
        await pilot.press("l", "v")
        await see(pilot, "learning rate")
        await pilot.press("v")
        await see(pilot, "gradient norm")
        await pilot.press("v", "end")
        await see(pilot, "iteration 200   loss")
        await pilot.press("left")
        await wait_until(pilot, lambda: "iteration 200   loss" not in screen_text(pilot))
        await pilot.press("plus", "plus")
        await wait_until(pilot, lambda: plot(pilot).shown.span == 50)
        await pilot.press("ctrl+left")
        await wait_until(pilot, lambda: plot(pilot).shown.last < 200)
        await pilot.press("0")
        await wait_until(pilot, lambda: (plot(pilot).shown.first, plot(pilot).shown.last) == (0, 200))


async def test_several_trainings_share_one_plot(project: Path) -> None:
    recorded.training(project, "20260921_141320", name="first")
    recorded.training(project, "20260921_151320", name="second")
    recorded.converted(project, "20260921_161320")
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "second/20260921_151320")
        await pilot.press("j")
        await see(pilot, "Which job?", "first", "convert-checkpoint-40")
        await pilot.press("up", "space")
        await see(pilot, "Only trainings have a curve to compare.")
        await pilot.press("down", "down", "space")
        await see(pilot, "●")
        await pilot.press("up", "enter")
        await see(pilot, "A second/20260921_151320", "B first/20260921_141320")


async def test_a_job_that_is_no_training_shows_its_stages_and_results(project: Path) -> None:
    job = recorded.converted(project)
    async with running(project, "train", WIDE, job=job) as pilot:
        await see(pilot, "converting", "7/7 parts", "✓ adapter")


# -- stopping


async def test_the_answers_are_taken_by_their_numbers(project: Path) -> None:
    job = recorded.training(project, iterations=5, finished=False, process=identify(os.getpid()))
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "▶ running", "5/40")
        await pilot.press("s")
        await see(pilot, "1  Stop and save", "2  Stop now")
        await pilot.press("1")
        await see(pilot, "◍ stopping")
    assert job.stop_path.exists()


async def test_stopping_is_asked_about_and_escape_changes_nothing(project: Path) -> None:
    job = half_done(project)
    async with running(project, "train") as pilot:
        await see(pilot, "▶ running")
        await wait_until(pilot, lambda: "s Stop" in footer(pilot))
        await pilot.press("s")
        await see(pilot, f"Stop {job.id}?", "1  Stop and save", "2  Stop now")
        await pilot.press("escape")
        await see(pilot, "▶ running")
    assert not job.stop_path.exists()


async def test_the_first_rung_asks_the_job_to_save(project: Path) -> None:
    job = half_done(project)
    async with running(project, "train") as pilot:
        await see(pilot, "▶ running")
        await pilot.press("s")
        await focus_in(pilot, OptionList)
        await pilot.press("enter")
        await see(pilot, "◍ stopping", "it saves at the end of this step")
        assert job.stop_path.exists()
        await pilot.press("s")
        await see(pilot, "It was asked to save and end", "Stop now: end its processes")
        assert "Stop and save: write" not in screen_text(pilot)


async def test_the_second_rung_ends_every_process_and_proves_it(
    project: Path, asleep: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.jobs import stop

    monkeypatch.setattr(stop.stop_now, "__defaults__", (0.3,))
    job = half_done(project, identify(asleep.pid))
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "▶ running")
        await pilot.press("s")
        await focus_in(pilot, OptionList)
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: asleep.poll() is not None)
        await see(pilot, "■ No process of it is left", "Resume: r, or", f"--resume work_dirs/{job.id}")
    assert asleep.returncode == -signal.SIGKILL


async def test_a_job_whose_process_has_gone_is_lost_and_can_be_resumed(project: Path) -> None:
    job = half_done(project, GONE)
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "? lost", "it was killed, or the machine was restarted")
        await see(pilot, f"workbench train work_dirs/{job.id}/config.yaml --resume work_dirs/{job.id}")
        await wait_until(pilot, lambda: "r Resume" in footer(pilot))
        assert "s Stop" not in footer(pilot)


async def test_resuming_without_the_data_says_what_is_missing_and_leaves_the_job_as_it_was(project: Path) -> None:
    job = half_done(project, GONE)
    before = job.events_path.read_bytes()
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "? lost")
        await pilot.press("r")
        await see(pilot, "identity.json", "→")
        await pilot.press("enter")
        await see(pilot, "? lost")
    assert job.events_path.read_bytes() == before
    assert state_of(job) is JobState.LOST


async def test_who_resumes_is_asked_whether_to_wait_for_a_taken_device(project: Path) -> None:
    job = half_done(project, GONE)
    turn = Turn(DeviceWish(among=["cpu"], count=1))
    holder = start_job("train", "holder", python(WAIT), project=project, turn=turn)
    async with running(project, "train", WIDE, job=job) as pilot:
        await see(pilot, "? lost")
        await pilot.press("r")
        await see(pilot, "The device is taken", f"It is with {holder.id}.")
        await pilot.press("escape")
        await see(pilot, "? lost")
    stop_now(holder, grace_s=0.3)
    assert state_of(job) is JobState.LOST


async def test_a_failure_says_why_where_and_what_to_do(project: Path) -> None:
    job = recorded.job_folder(project, "train", "broken", "20260921_141320", exit_code=1)
    recorded.write(
        job,
        Started(),
        Failed(reason="Row 3 has no [answer].", where="data.json:3", hint="Give every question an answer."),
    )
    async with running(project, "train") as pilot:
        await see(pilot, "✗ failed", "data.json:3: Row 3 has no [answer].", "→ Give every question an answer.")


async def test_a_job_folder_that_is_removed_while_it_is_watched_ends_nothing_but_the_watching(project: Path) -> None:
    job = half_done(project)
    async with running(project, "train") as pilot:
        await see(pilot, "iteration 25/40")
        shutil.rmtree(job.path)
        await see(pilot, "no job folder", job.path.name[:8])
        await pilot.press("enter")
        await see(pilot, "No job yet.")


async def test_a_damaged_job_is_named_and_the_others_are_shown(project: Path) -> None:
    damaged = recorded.training(project, "20260921_151320", name="damaged")
    (damaged.path / "job.yaml").write_text("{")
    recorded.training(project)
    async with running(project, "train", WIDE, job=damaged) as pilot:
        await see(pilot, "record is damaged", "job.yaml")
        await pilot.press("enter", "f2")
        await see(pilot, recorded.CONFIG)


async def test_stages_are_shown_before_the_first_step(project: Path) -> None:
    job = recorded.job_folder(project, "train", "young", "20260921_141320", process=ALIVE, exit_code=None)
    recorded.write(job, Started(), Progress(stage="reading data", done=30, total=120, unit="rows"))
    async with running(project, "train") as pilot:
        await see(pilot, "reading data", "25%", "30/120 rows", "The curve begins with the first optimiser step.")
