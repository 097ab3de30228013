"""Checkpoints: what each one can, what becomes of it, where the result is; nothing is lost on the way."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from textual.pilot import Pilot

from tests.ui import recorded
from tests.ui.driving import NARROW, WIDE, running, screen_text, see, wait_until, work_done
from tests.weights.files import model
from workbench.configs.files import dump_config, load_config
from workbench.configs.provenance import Provenance, write_provenance
from workbench.jobs.find import list_jobs
from workbench.jobs.folder import JobFolder
from workbench.jobs.process import identify
from workbench.jobs.state import JobState, state_of
from workbench.paths import resolve_model
from workbench.ui.screens.checkpoints import CheckpointsScreen
from workbench.ui.weights_rows import CheckpointRow, Training
from workbench.ui.widgets.weights_tree import WeightsTree


def chosen(pilot: Pilot[None]) -> Any:
    return pilot.app.screen.query_one(WeightsTree).chosen


async def on_the_best(pilot: Pilot[None]) -> None:
    """Wait until the cursor is on the recommended checkpoint."""
    await wait_until(pilot, lambda: isinstance(chosen(pilot), CheckpointRow) and chosen(pilot).is_best)


def adapter(job: JobFolder, name: str = "checkpoint-40") -> Path:
    """Give a recorded checkpoint the weights of a small adapter."""
    folder = job.checkpoints_path / name
    config = {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["q_proj"], "task_type": "CAUSAL_LM"}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    layer = "base_model.model.model.layers.0.self_attn.q_proj"
    weights = {"lora_A": np.ones((2, 8), np.float32), "lora_B": np.ones((8, 2), np.float32)}
    save_file(
        {f"{layer}.{part}.weight": values for part, values in weights.items()}, folder / "adapter_model.safetensors"
    )
    return folder


# -- looking


async def test_without_a_training_it_says_where_checkpoints_come_from(project: Path) -> None:
    async with running(project, "checkpoints") as pilot:
        await see(pilot, "No checkpoints yet. They come with the first training: f5.")
        await pilot.press("c")
        await see(pilot, "Choose a checkpoint to convert.")
    assert list_jobs(project) == []


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_the_cursor_begins_on_the_recommended_checkpoint_with_the_reason(
    project: Path, size: tuple[int, int]
) -> None:
    recorded.training(project)
    async with running(project, "checkpoints", size) as pilot:
        await on_the_best(pilot)
        await see(pilot, "★ checkpoint-40", "98%", "78%", "Recommended.", "identity: ", "50 of 51 right")


async def test_answers_before_and_after_stand_under_each_other(project: Path) -> None:
    recorded.training(project)
    async with running(project, "checkpoints", WIDE) as pilot:
        await on_the_best(pilot)
        await see(pilot, "我是workbench的示例模型。", "iter 40", "你好，我是小明。")
        await pilot.press("up", "up")
        await see(pilot, "The base, before training", "0.0%, 0 of 51 right")


async def test_a_checkpoint_that_comes_while_looking_appears_and_the_cursor_stays(project: Path) -> None:
    job = recorded.training(project, iterations=20, finished=False, process=identify(os.getpid()))
    async with running(project, "checkpoints", WIDE) as pilot:
        await on_the_best(pilot)
        assert chosen(pilot).info.name == "checkpoint-20"
        (job.checkpoints_path / "checkpoint-30").mkdir()
        recorded.write(job, recorded.Checkpoint(iter=30, step=30, path="checkpoints/checkpoint-30"))
        await see(pilot, "checkpoint-30")
        await wait_until(pilot, lambda: chosen(pilot) is not None)
        assert chosen(pilot).info.name == "checkpoint-20"


async def test_a_key_right_after_the_list_was_read_again_moves_the_cursor_for_good(project: Path) -> None:
    recorded.training(project)
    async with running(project, "checkpoints", WIDE) as pilot:
        await on_the_best(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, CheckpointsScreen) and screen.weights is not None
        tree = screen.query_one(WeightsTree)
        screen._fill(screen.weights)
        tree.move_cursor(tree.root.children[0])
        await pilot.pause()
        assert isinstance(chosen(pilot), Training)


async def test_a_checkpoint_that_was_removed_is_marked_and_cannot_be_talked_to(project: Path) -> None:
    job = recorded.training(project)
    shutil.rmtree(job.checkpoints_path / "checkpoint-20")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on_the_best(pilot)
        await see(pilot, "(removed)")
        await pilot.press("up", "t")
        await see(pilot, "There are no weights here to talk to.")
        await pilot.press("escape")
        assert "[f6 Checkpoints]" in screen_text(pilot)


async def test_names_from_a_job_are_text_and_nothing_else(project: Path) -> None:
    recorded.training(project, name="[red]run[bold]")
    async with running(project, "checkpoints", WIDE) as pilot:
        await see(pilot, "[red]run[bold]/20260921_141320")


# -- going on


@pytest.mark.heavy
async def test_talking_to_a_checkpoint_takes_its_base_and_template_along(project: Path) -> None:
    recorded.training(project)
    async with running(project, "checkpoints", WIDE) as pilot:
        await on_the_best(pilot)
        await pilot.press("t")
        await see(pilot, "[f7 Chat]")
        state = pilot.app.screen.chat  # type: ignore[attr-defined]
        await wait_until(pilot, lambda: state.chosen is not None)
        assert state.chosen.model == "sample:model"
        assert state.chosen.adapter.endswith("checkpoints/checkpoint-40")
        assert state.chosen.prompt_template == "internlm2_chat"


async def test_a_full_training_has_to_be_converted_before_it_is_talked_to(project: Path) -> None:
    job = recorded.training(project)
    config = load_config(job.config_path).model_copy(update={"method": "full"})
    job.config_path.write_text(dump_config(config))
    for folder in job.checkpoints_path.iterdir():
        (folder / "adapter_config.json").unlink()
        (model(folder) / "trainer_state.json").write_text("{}")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on_the_best(pilot)
        await see(pilot, "kind: full checkpoint")  # else it is not known yet
        await pilot.press("t")
        await see(pilot, "This cannot be talked to as it is: full checkpoint.", "Convert it first (c).")
        await pilot.press("escape")
        await pilot.press("m")
        await see(pilot, "There is no adapter here to merge.", "→ Choose a checkpoint of a LoRA or QLoRA training")


async def test_watching_goes_to_the_training_of_the_checkpoint(project: Path) -> None:
    recorded.training(project, "20260921_131320", name="older")
    recorded.training(project, "20260921_141320", name="newer")
    async with running(project, "checkpoints", WIDE, job="older") as pilot:
        await see(pilot, "older/20260921_131320")
        await wait_until(pilot, lambda: chosen(pilot) and chosen(pilot).training.job.id.startswith("older"))
        await pilot.press("w")
        await see(pilot, "[f5 Train]", "older/20260921_131320", "iteration 40/40")


async def test_what_was_made_is_listed_with_where_it_came_from(project: Path) -> None:
    recorded.training(project)
    recorded.converted(project)
    recorded.merged(project)
    async with running(project, "checkpoints", WIDE) as pilot:
        await see(pilot, "Converted adapters", "Merged models")
        await on_the_best(pilot)
        await pilot.press("end", "up", "up")
        await see(pilot, "base: sample:model", "prompt template: internlm2_chat", "iteration: 40")


async def test_results_of_the_same_name_are_told_apart_by_their_folders(project: Path) -> None:
    recorded.merged(project, "20260921_160000")
    recorded.merged(project, "20260921_160001", name="second/merged")
    async with running(project, "checkpoints", NARROW) as pilot:
        await see(pilot, "├ second/merged  20260921_160001", "└ merged  20260921_160000")


async def test_a_result_that_was_deleted_is_not_offered(project: Path) -> None:
    recorded.training(project)
    recorded.merged(project)
    shutil.rmtree(project / "merged")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on_the_best(pilot)
        assert "Merged models" not in screen_text(pilot)


# -- converting


@pytest.mark.heavy
async def test_converting_says_where_the_result_is_and_goes_on_with_it(project: Path) -> None:
    job = recorded.training(project)
    adapter(job)
    async with running(project, "checkpoints", WIDE) as pilot:
        await on_the_best(pilot)
        await pilot.press("c")
        await see(pilot, f"convert-{recorded.CONFIG}-checkpoint-40")
        result = f"work_dirs/{job.id}/results/checkpoint-40"
        await see(pilot, f"✓ The result is in {result}   t: chat with it", "Converted adapters")
        await wait_until(pilot, lambda: str(getattr(chosen(pilot), "path", "")) == str(project / result))
    assert (project / result / "adapter_model.safetensors").is_file()
    assert adapter_is_whole(job)


def adapter_is_whole(job: JobFolder) -> bool:
    return (job.checkpoints_path / "checkpoint-40" / "adapter_model.safetensors").is_file()


@pytest.mark.heavy
async def test_a_conversion_that_fails_says_why_and_leaves_nothing_under_the_final_name(project: Path) -> None:
    job = recorded.training(project)
    async with running(project, "checkpoints", WIDE) as pilot:
        await on_the_best(pilot)
        await pilot.press("c")
        await wait_until(pilot, lambda: list_jobs(project, "convert"))
        (conversion,) = list_jobs(project, "convert")
        await wait_until(pilot, lambda: state_of(conversion) is JobState.FAILED)
        await see(pilot, "✗", "checkpoint-40")
        await work_done(pilot, "weights-read")
    assert not (job.path / "results").exists() or not any((job.path / "results").iterdir())


async def test_a_llava_folder_is_merged_with_the_models_that_it_notes(project: Path) -> None:
    folder = project / "llava"
    model(folder / "projector")
    (folder / "projector" / "config.json").write_text('{"model_type": "projector"}')
    write_provenance(folder, Provenance(base_model="sample:model", visual_encoder="sample:vision_tower"))
    async with running(project, "checkpoints", WIDE) as pilot:
        await see(pilot, "LLaVA parts")
        tree = pilot.app.screen.query_one(WeightsTree)
        tree.choose_path(str(folder))
        await see(pilot, "m makes one model of the parts")
        await pilot.press("m")
        await wait_until(pilot, lambda: bool(list_jobs(project, "merge")))
    arguments = list_jobs(project, "merge")[0].record.arguments
    assert (arguments["base"], arguments["visual_encoder"]) == (
        resolve_model("sample:model"),
        resolve_model("sample:vision_tower"),
    )
