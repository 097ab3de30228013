"""Checkpoints: what else lies on the disk, deleting with a way back, and the room."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui import recorded
from tests.ui.driving import NARROW, WIDE, notices, running, screen_text, see, send, type_text, wait_until
from tests.ui.weights_driving import chosen, on
from tests.weights.files import adapter, cached_model, model, safetensors, torch_file
from workbench.actions.weights import remove_weights
from workbench.jobs.process import identify
from workbench.ui.screens.choice import ChoiceDialog
from workbench.ui.screens.weights_filtering import WeightsFilter
from workbench.ui.weights_rows import Found
from workbench.weights.facts import WeightsFacts
from workbench.weights.find import Looker
from workbench.weights.trash import TRASH_FOLDER, trashed


@pytest.fixture(autouse=True)
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


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


async def test_trainings_are_shown_before_the_rest_of_the_disk_is_looked_at(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.training(project)
    model(project / "llama")
    go_on, look = threading.Event(), Looker.below

    def slow(looker: Looker, *places: Any) -> list[WeightsFacts]:
        go_on.wait(60)
        return look(looker, *places)

    monkeypatch.setattr(Looker, "below", slow)
    async with running(project, "checkpoints", WIDE) as pilot:
        await see(pilot, "★ checkpoint-40")
        assert "llama" not in screen_text(pilot)
        go_on.set()
        await see(pilot, "Other weights in the project", "llama")
        assert chosen(pilot).is_best


async def test_it_is_said_that_the_disk_is_looked_at(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    look = Looker.cached
    monkeypatch.setattr(Looker, "cached", lambda looker: look(looker) if go_on.wait(60) else [])
    async with running(project, "checkpoints") as pilot:
        await see(pilot, "Looking for checkpoints and models")
        go_on.set()
        await see(pilot, "No checkpoints yet.")


async def test_some_are_found_among_many_by_words(project: Path) -> None:
    recorded.training(project)
    for number in range(60):
        adapter(project / f"run_{number:02}", base="some/base")
    model(project / "llama")
    async with running(project, "checkpoints") as pilot:
        await on(pilot, "run_00")
        send(pilot, *"/59")
        await wait_until(pilot, lambda: isinstance(pilot.app.focused, WeightsFilter))
        await type_text(pilot, " some/BASE")
        await wait_until(pilot, lambda: "run_59" in screen_text(pilot) and "run_58" not in screen_text(pilot))
        assert "checkpoint-40" not in screen_text(pilot)
        await pilot.press("enter", "down")
        await see(pilot, "base: some/base")
        assert chosen(pilot).name == "run_59"
        await pilot.press("escape")
        await see(pilot, "run_58")


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
    cached_model(project.parent / "hub")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "llama")
        await pilot.press("f")
        await see(pilot, "Room on the disk", "free", "could go", "are in the Hugging Face cache")
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: getattr(chosen(pilot), "info", None) is not None)
