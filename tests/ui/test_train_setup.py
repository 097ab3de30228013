"""Setting up a training: what would run is seen before it runs, and what runs is what was seen."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import SelectionList, TextArea

from tests.jobs.running import WAIT, python
from tests.ui import recorded
from tests.ui.driving import ROOMY, running, screen_text, see, send, type_text, wait_until, work_done
from workbench.actions import train
from workbench.actions.fit import FitWish
from workbench.configs.schema import TrainConfig
from workbench.devices import Gpu
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import DeviceWish, JobFolder
from workbench.jobs.launch import Turn, start_job
from workbench.jobs.state import JobState, state_of
from workbench.jobs.stop import stop_now
from workbench.ui.project_files import project_data_files
from workbench.ui.screens import train_setup
from workbench.ui.train_plan import make_plan
from workbench.ui.widgets import setup_controls
from workbench.ui.widgets.gpu_picker import GpuPicker
from workbench.ui.widgets.model_form import FieldRow

CONFIG = recorded.CONFIG
OTHER = "workbench_sample_lora_identity_e2"
SEEING = "llava_workbench_sample_lora_clip_tiny_p16_96_e2_finetune"


@pytest.fixture
def data(project: Path) -> Path:
    """What the sample's configs train on."""
    rows = [{"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": "!"}]} for n in "abcd"]
    path = project / "identity.json"
    path.write_text(json.dumps(rows))
    (project / "identity.probes.json").write_text(json.dumps([{"question": "a?", "answers": ["!"]}]))
    return path


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[TrainConfig]:
    """What was started: configs, in place of the processes that would train with them."""
    configs: list[TrainConfig] = []

    def start(config: TrainConfig, name: str, *, project: Path, waits: bool, fit: FitWish | None) -> JobFolder:
        assert not waits
        configs.append(config)
        if fit:
            (project / "fit").touch()
        return recorded.training(project, f"20260921_14132{len(configs)}", name=name)

    monkeypatch.setattr(train, "start_training", start)
    return configs


def field(pilot: Pilot[None], name: str) -> FieldRow:
    return next(row for row in pilot.app.screen.query(FieldRow) if row.name_in_file == name)


def change(pilot: Pilot[None], name: str, value: str) -> None:
    control = field(pilot, name).control
    setattr(control, "text" if isinstance(control, TextArea) else "value", value)


async def test_what_would_run_is_shown_before_it_runs(project: Path, data: Path) -> None:
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await see(pilot, f"workbench train {CONFIG}", "optimiser steps (4 rows", "fits")
        change(pilot, "max_epochs", "5")
        change(pilot, "data_path", "missing.json")
        await see(pilot, "data_path=missing.json", "max_epochs=5", "✗", "missing.json")


async def test_another_way_of_training_is_chosen_there(project: Path, data: Path) -> None:
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await see(pilot, "lora.r", "fits")
        assert "freeze.last_layers" not in screen_text(pilot)
        change(pilot, "method", "freeze")
        await see(pilot, "method=freeze", "freeze.last_layers", "fits")
        assert "lora.r" not in screen_text(pilot)
        change(pilot, "method", "lora")
        change(pilot, "lora.r", "0")
        await see(pilot, "✗ lora.r: ")
        change(pilot, "method", "full")
        await see(pilot, "✗ lora.r: ", "Rank of the adapter")
        change(pilot, "lora.r", "16")
        await see(pilot, "method=full", "fits")
        assert "lora.r" not in screen_text(pilot)
        change(pilot, "stage", "dpo")
        await see(pilot, "stage=dpo", "✗", "Name data of pairs")


async def test_what_was_typed_in_the_same_instant_is_part_of_what_starts(
    project: Path, data: Path, started: list[TrainConfig]
) -> None:
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await see(pilot, "fits")
        field(pilot, "max_epochs").control.focus()
        await pilot.press("end")
        send(pilot, "5", "f9")
        await see(pilot, "✓ finished")
    assert [config.max_epochs for config in started] == [25]


async def test_a_plan_that_took_too_long_is_not_what_starts(
    project: Path, data: Path, started: list[TrainConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, asked = threading.Event(), threading.Event()

    def plan_slowly_at_first(*arguments: object) -> object:
        if not asked.is_set():
            asked.set()
            slow.wait(20)
        return make_plan(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(train_setup, "make_plan", plan_slowly_at_first)
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await wait_until(pilot, asked.is_set)
        change(pilot, "max_epochs", "5")
        await see(pilot, "max_epochs=5")
        slow.set()
        await work_done(pilot, "train-plan")
        await pilot.press("f9")
        await see(pilot, "✓ finished")
    assert [config.max_epochs for config in started] == [5]


async def test_a_name_that_was_typed_without_enter_is_what_starts(
    project: Path, data: Path, started: list[TrainConfig]
) -> None:
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await see(pilot, "fits")
        await pilot.press("ctrl+u", "ctrl+k")
        await type_text(pilot, OTHER)
        await pilot.press("f9")
        await see(pilot, OTHER + "/", "✓ finished")
    assert [config.method for config in started] == ["lora"]


async def test_a_key_that_is_held_starts_one_training(project: Path, data: Path, started: list[TrainConfig]) -> None:
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await see(pilot, "fits")
        send(pilot, *["f9"] * 5)
        await see(pilot, "✓ finished")
    assert len(started) == 1


@pytest.mark.parametrize(("key", "fits"), [("f9", False), ("f12", True)])
async def test_the_largest_batch_is_looked_for_first_if_that_is_wanted(
    project: Path, data: Path, started: list[TrainConfig], key: str, fits: bool
) -> None:
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await pilot.press(key)  # before the plan is ready, which is waited for
        await see(pilot, "✓ finished")
    assert len(started) == 1
    assert (project / "fit").exists() == fits


def test_questions_to_score_with_are_not_offered_as_data(project: Path, data: Path) -> None:
    (project / "sums.jsonl").write_text(json.dumps({"question": "2+2?", "answers": ["4"]}))
    assert project_data_files(project) == ("identity.json",)


async def test_a_mistake_is_said_before_it_costs_a_start(project: Path) -> None:
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await see(pilot, "✗", "./identity.json")
        await pilot.press("f9")
        await see(pilot, "New training", "./identity.json", "Nothing was started")
    assert list_jobs(project) == []


async def test_data_of_another_format_than_the_one_named_is_taken_once_its_own_is_named(
    project: Path, data: Path
) -> None:
    turns = [{"from": "human", "value": "a?"}, {"from": "gpt", "value": "!"}]
    (project / "shared.json").write_text(json.dumps([{"conversations": turns}] * 3))
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await see(pilot, "fits")
        change(pilot, "data_path", "shared.json")
        change(pilot, "dataset_format", "openai")
        await see(pilot, "✗", "The row can be read as sharegpt.")
        change(pilot, "dataset_format", "sharegpt")
        await see(pilot, "dataset_format=sharegpt", "(3 rows", "fits")


async def test_a_refused_value_gets_the_cursor_and_nothing_starts_when_it_is_mended(
    project: Path, data: Path, started: list[TrainConfig]
) -> None:
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await see(pilot, "fits")
        change(pilot, "lr", "-1")
        await see(pilot, "✗ lr: ")
        await pilot.press("f9")
        await wait_until(pilot, lambda: field(pilot, "lr").control.has_focus)
        change(pilot, "lr", "0.5")
        await see(pilot, "lr=0.5", "fits", "New training")
    assert started == []


async def test_an_unknown_config_names_the_nearest_ones(project: Path, data: Path) -> None:
    async with running(project, "train", config="workbench_sample_qlora_identity") as pilot:
        await see(pilot, "✗", CONFIG)
        await pilot.press("f9")
        await see(pilot, "New training")


async def test_escape_starts_nothing(project: Path, data: Path, started: list[TrainConfig]) -> None:
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await see(pilot, "fits")
        await pilot.press("escape")
        await see(pilot, "No job yet.")
    assert started == []


async def test_a_project_file_that_vanished_leaves_the_dialog_usable(project: Path, data: Path) -> None:
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await see(pilot, "fits")
        shutil.move(data, project / "moved.json")
        await pilot.press("f9")
        await see(pilot, "✗")
        change(pilot, "data_path", "moved.json")
        await wait_until(pilot, lambda: "✗" not in screen_text(pilot))
        await see(pilot, "data_path=moved.json")


async def test_a_new_training_begins_with_the_projects_config_that_was_trained_last(project: Path, data: Path) -> None:
    for name in ("aaa", "mine"):
        (project / f"{name}.yaml").write_text("pretrained_model_name_or_path: sample:model\ndata_path: identity.json\n")
    recorded.training(project, name="mine")
    async with running(project, "train", ROOMY) as pilot:
        await see(pilot, "iteration 40/40")
        await pilot.press("n")
        await see(pilot, "New training", "mine.yaml")


async def test_a_model_that_sees_is_asked_for_its_pictures_and_first_stage(project: Path) -> None:
    async with running(project, "train", ROOMY) as pilot:
        await pilot.press("n")
        await see(pilot, "New training", "data_path")
        assert "image_folder" not in screen_text(pilot)
        await pilot.press("ctrl+u")
        await type_text(pilot, SEEING)
        await pilot.press("enter")
        await see(pilot, "llava, openai, openai", "image_folder", "on_bad_image", "pretrained_pth")
        await see(pilot, "The result of the first stage is not there.")


def test_short_samples_that_are_not_packed_take_less_memory_than_the_longest_allowed(project: Path) -> None:
    plan = make_plan(SEEING, {}, project)
    widest = make_plan(SEEING, {"data_path": "nowhere.json", "dataset_format": "llava"}, project)
    assert plan.rows
    assert plan.memory is not None and widest.memory is not None
    assert plan.memory.logits < widest.memory.logits


async def test_a_taken_device_is_waited_for_if_the_user_wants_to(project: Path, data: Path) -> None:
    turn = Turn(DeviceWish(among=["cpu"], count=1))
    holder = start_job("train", "holder", python(WAIT), project=project, turn=turn)
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await see(pilot, "fits")
        await pilot.press("f9")
        await see(pilot, "The device is taken", f"It is with {holder.id}.")
        await pilot.press("escape", "f9")
        await see(pilot, "The device is taken")
        await pilot.press("1")
        await see(pilot, "◌ waiting", f"place 1, behind {holder.id}")
        (waiting,) = (job for job in list_jobs(project) if job != holder)
        await pilot.press("s")
        await see(pilot, "out of the queue?")
        await pilot.press("enter")
        await see(pilot, "■ stopped")
    assert state_of(waiting) is JobState.STOPPED
    assert stop_now(holder, grace_s=5).is_clean


async def test_gpus_are_chosen_by_ticks_and_not_offered_without_any(
    project: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus = [Gpu(number, "Test GPU", (8 - number) * 10**9, 8 * 10**9) for number in range(3)]
    async with running(project, "train", ROOMY, config=CONFIG) as pilot:
        await see(pilot, "fits")
        assert not pilot.app.screen.query(GpuPicker)
        await pilot.press("escape")
        monkeypatch.setattr(setup_controls, "list_gpus", lambda: gpus)
        await pilot.press("n")
        await see(pilot, "0  Test GPU", "7.0 GB of 8.0 GB free", "batch_size")
        pilot.app.screen.query_one(SelectionList).focus()
        await pilot.press("space")
        await see(pilot, "devices=[1, 2]")
        await pilot.press("space")
        await wait_until(pilot, lambda: "devices=" not in screen_text(pilot))
