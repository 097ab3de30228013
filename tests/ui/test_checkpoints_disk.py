"""Checkpoints: what else lies on the disk, comparing, deleting with a way back, the room, and the ways out."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui import recorded
from tests.ui.driving import NARROW, WIDE, notices, running, screen_text, see, type_text, wait_until, work_done
from tests.weights.files import adapter, model, safetensors, torch_file
from workbench.actions.weights import remove_weights
from workbench.jobs.find import list_jobs
from workbench.jobs.process import identify
from workbench.paths import resolve_model
from workbench.ui.screens.choice import ChoiceDialog
from workbench.ui.screens.comparison import ComparisonScreen
from workbench.ui.weights_rows import Found
from workbench.ui.widgets.weights_tree import WeightsTree
from workbench.weights.trash import TRASH_FOLDER, trashed


@pytest.fixture(autouse=True)
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


def chosen(pilot: Pilot[None]) -> Any:
    return pilot.app.screen.query_one(WeightsTree).chosen


async def on(pilot: Pilot[None], name: str) -> None:
    """Put the cursor on weights that were found."""
    tree = pilot.app.screen.query_one(WeightsTree)

    def place() -> Any:
        rows = [node for top in tree.root.children for node in top.children]
        return next((node for node in rows if isinstance(node.data, Found) and node.data.name == name), None)

    await wait_until(pilot, place)
    await pilot.pause()  # a tree that was just filled chooses a row itself
    tree.move_cursor(place())
    await wait_until(pilot, lambda: tree.cursor_node is place())


async def delete_it(pilot: Pilot[None]) -> None:
    await pilot.press("d")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, ChoiceDialog))
    await pilot.press("enter")
    await wait_until(pilot, lambda: not isinstance(pilot.app.screen, ChoiceDialog))


# -- looking


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_weights_of_every_kind_are_listed_with_what_is_known(project: Path, size: tuple[int, int]) -> None:
    model(project / "models/llama")
    adapter(project / "mine", base="some/base")
    torch_file(project / "iter_9.pth", "lora_A")
    async with running(project, "checkpoints", size) as pilot:
        await see(pilot, "Other weights in the project", "models/llama", "iter_9.pth")
        await on(pilot, "mine")
        await see(pilot, "base: some/base", "precision: fp32", "r 2, lora_alpha 4")


async def test_damaged_weights_are_told_and_nothing_is_done_with_them(project: Path) -> None:
    safetensors(model(project / "bad") / "model.safetensors", {"t": ("F32", [9], b"")})
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "bad")
        await see(pilot, "✗", "trouble: damaged: model.safetensors")
        await pilot.press("t")
        await see(pilot, "This did not work", "damaged: model.safetensors")
        await pilot.press("escape")
        for key in ("e", "p"):
            await pilot.press(key)
            await see(pilot, "This did not work")
            await pilot.press("escape")


async def test_weights_that_come_while_looking_appear(project: Path) -> None:
    model(project / "first")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "first")
        adapter(project / "second")
        await see(pilot, "second")
        assert chosen(pilot).name == "first"


async def test_another_folder_is_looked_in_until_it_is_taken_out(project: Path, tmp_path: Path) -> None:
    model(tmp_path / "elsewhere/llama")
    async with running(project, "checkpoints", WIDE) as pilot:
        await pilot.press("a")
        await see(pilot, "Look in another folder")
        await type_text(pilot, "/nowhere")
        await pilot.press("enter")
        await see(pilot, "There is no such folder.")
        await pilot.press("ctrl+u")
        await type_text(pilot, "~/elsewhere")
        await pilot.press("enter")
        await see(pilot, "~/elsewhere", "llama")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "llama")
        await pilot.press("up")
        await see(pilot, "nothing in it is deleted")
        await pilot.press("d")
        await wait_until(pilot, lambda: "llama" not in screen_text(pilot))
    assert (tmp_path / "elsewhere/llama/config.json").is_file()


# -- deleting


async def test_what_is_deleted_comes_back_by_a_key(project: Path) -> None:
    folder = adapter(project / "mine")
    model(project / "other")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "mine")
        await delete_it(pilot)
        await see(pilot, "Deleted  ")
        assert not folder.exists()
        await wait_until(pilot, lambda: getattr(chosen(pilot), "name", "") == "other")
        await pilot.press("u")
        await wait_until(pilot, lambda: isinstance(chosen(pilot), Found) and chosen(pilot).name == "mine")
        assert (folder / "adapter_config.json").is_file()
        assert not (project / TRASH_FOLDER).exists()


async def test_the_trash_is_emptied_when_the_app_is_left_and_not_when_it_dies(project: Path) -> None:
    adapter(project / "mine")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "mine")
        await delete_it(pilot)
    (item,) = trashed(project)
    assert item.place.is_dir()
    async with running(project, "checkpoints", WIDE) as pilot:
        await see(pilot, "Deleted  ")
        await pilot.press("ctrl+q")
    assert trashed(project) == []
    assert list(project.iterdir()) == []


async def test_what_a_killed_app_had_deleted_is_offered(project: Path) -> None:
    folder = adapter(project / "mine")
    code = (
        "import os, sys; from pathlib import Path; from workbench.actions.weights import remove_weights; "
        f"remove_weights(Path(sys.argv[1]), project=Path(sys.argv[2])); os.kill(os.getpid(), {signal.SIGKILL:d})"
    )
    subprocess.run([sys.executable, "-c", code, folder, project], check=False)
    async with running(project, "checkpoints", WIDE) as pilot:
        await wait_until(pilot, lambda: "Deleted before and not yet freed" in notices(pilot))
        await pilot.press("u")
        await on(pilot, "mine")
    assert folder.is_dir()


async def test_what_a_command_deleted_is_listed_and_kept(project: Path) -> None:
    remove_weights(adapter(project / "mine"), project=project, kept_after_exit=True)
    async with running(project, "checkpoints", WIDE) as pilot:
        await see(pilot, "Deleted  ")
        await pilot.press("end")
        await see(pilot, "A command deleted it")
        await pilot.press("ctrl+q")
    assert len(trashed(project)) == 1


async def test_it_is_said_what_is_lost_with_a_checkpoint(project: Path) -> None:
    recorded.training(project)
    async with running(project, "checkpoints", WIDE) as pilot:
        await see(pilot, "★ checkpoint-40")
        await wait_until(pilot, lambda: chosen(pilot) is not None)
        await pilot.press("d")
        await see(pilot, "Delete work_dirs/", "It is the recommended checkpoint of its training.", "are freed")
        await pilot.press("escape")
    assert trashed(project) == []


async def test_the_folder_of_a_training_at_work_is_not_deleted(project: Path) -> None:
    job = recorded.training(project, iterations=20, finished=False, process=identify(os.getpid()))
    async with running(project, "checkpoints", WIDE) as pilot:
        await see(pilot, "★ checkpoint-20")
        await wait_until(pilot, lambda: chosen(pilot) is not None)
        await pilot.press("home", "d")
        await see(pilot, "is at work and needs it", "Stop the training first")
    assert job.path.is_dir()


async def test_the_room_on_the_disk_and_what_could_go(project: Path) -> None:
    recorded.training(project)
    model(project / "llama")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "llama")
        await pilot.press("f")
        await see(pilot, "Room on the disk", "free", "could go")
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: getattr(chosen(pilot), "info", None) is not None)


# -- comparing


@pytest.mark.heavy
async def test_two_are_marked_and_compared(project: Path) -> None:
    adapter(project / "one")
    adapter(project / "two", fill=64)
    async with running(project, "checkpoints", NARROW) as pilot:
        await on(pilot, "one")
        await pilot.press("x")
        await see(pilot, "A is marked", "A one")
        await on(pilot, "two")
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ComparisonScreen))
        await see(pilot, "A one", "B two", "model.layers.0", "█", "All together")
        await pilot.press("s", "escape")
        assert not isinstance(pilot.app.screen, ComparisonScreen)


async def test_a_mark_is_taken_back_on_the_same_row(project: Path) -> None:
    adapter(project / "one")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "one")
        await pilot.press("x")
        await see(pilot, "A one")
        await pilot.press("x")
        await wait_until(pilot, lambda: "A one" not in screen_text(pilot))
    assert list_jobs(project) == []


# -- the ways out


async def test_a_base_that_is_not_here_is_offered_before_merging(project: Path) -> None:
    adapter(project / "mine", base="some/base")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "mine")
        await pilot.press("m")
        await see(pilot, "The model is not on this machine", "some/base", "huggingface.co")
        await pilot.press("escape")
        await wait_until(pilot, lambda: "not on this machine" not in screen_text(pilot))
    assert list_jobs(project) == []


async def test_a_base_that_is_not_here_is_offered_before_a_whole_model_is_converted(project: Path) -> None:
    torch_file(project / "iter_9.pth", tensors={"llm.model.norm.weight": ("HalfStorage", 4)})
    async with running(project, "checkpoints", NARROW) as pilot:
        await on(pilot, "iter_9.pth")
        await pilot.press("i")
        await see(pilot, "Convert a checkpoint of XTuner", "vision tower")
        await pilot.press("tab")
        await type_text(pilot, "some/base")
        await pilot.press("enter")
        await see(pilot, "The model is not on this machine", "some/base")


@pytest.mark.parametrize(
    ("architecture", "reason"),
    [
        ("CLIPVisionModel", "vision tower. → It is the part of a model that sees"),
        ("InternLM2ForRewardModel", "model, InternLM2ForRewardModel."),
    ],
)
async def test_what_writes_no_text_says_why_it_cannot_be_talked_to(
    project: Path, architecture: str, reason: str
) -> None:
    (model(project / "mine") / "config.json").write_text(json.dumps({"architectures": [architecture]}))
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "mine")
        await pilot.press("t")
        for part in reason.split("→"):
            await see(pilot, part.strip())


async def test_a_converted_llava_model_is_listed_with_its_parts(project: Path) -> None:
    job = recorded.job_folder(project, "convert", "convert-eyes", "20260921_150000")
    adapter(project / "eyes/llm_adapter")
    model(project / "eyes/projector")
    recorded.write(job, recorded.Finished(results={"llava": str(project / "eyes")}))
    async with running(project, "checkpoints", WIDE) as pilot:
        await see(pilot, "Converted LLaVA models")
        await wait_until(pilot, lambda: chosen(pilot) is not None)
        await pilot.press("end")
        await see(pilot, "parts: llm_adapter, projector", "base: some/base")
        await pilot.press("t")
        await see(pilot, "Models that see cannot be talked to here yet.")


async def test_launch_lines_are_shown_to_be_copied(project: Path) -> None:
    shutil.copytree(resolve_model("sample:model"), project / "mine")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "mine")
        await pilot.press("e")
        await see(pilot, "5  Launch lines for vLLM")
        await pilot.press("5")
        await see(pilot, "To start vllm", "vllm serve")


async def test_an_adapter_is_offered_what_adapters_can(project: Path) -> None:
    adapter(project / "mine", base="sample:model")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "mine")
        await pilot.press("e")
        await see(pilot, "1  Launch lines for vLLM", "4  Model card")
        await pilot.press("1")
        await see(pilot, "This did not work", "Merge it first")


async def test_what_would_be_uploaded_is_shown_first(project: Path) -> None:
    adapter(project / "mine")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "mine")
        await pilot.press("p")
        await see(pilot, "adapter_model.safetensors", "2 files", "for you alone")
        await type_text(pilot, "no name")
        await pilot.press("enter")
        await see(pilot, "This is no repository's name.")
    assert list_jobs(project) == []


async def test_a_pth_file_is_converted_from_where_it_lies(project: Path) -> None:
    torch_file(project / "iter_9.pth", "lora_A")
    async with running(project, "checkpoints", NARROW) as pilot:
        await on(pilot, "iter_9.pth")
        await pilot.press("c")
        await see(pilot, "Convert a checkpoint of XTuner", "iter_9.pth", "lora_alpha", "beside the checkpoint")
        await type_text(pilot, "gone.py")
        await pilot.press("enter")
        await see(pilot, "gone.py")
        await work_done(pilot, "pth-start")
    assert list_jobs(project) == []
