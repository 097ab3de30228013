"""Checkpoints: comparing two, and the ways in and out: merging, exporting, uploading, converting."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.ui import recorded
from tests.ui.driving import NARROW, WIDE, running, screen_text, see, type_text, wait_until, work_done
from tests.ui.weights_driving import chosen, on
from tests.weights.files import adapter, model, torch_file
from workbench.jobs.events import Finished
from workbench.jobs.find import list_jobs
from workbench.jobs.stop import stop_now
from workbench.paths import resolve_model
from workbench.ui.screens.comparison import ComparisonScreen


@pytest.fixture(autouse=True)
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


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
        ("InternLM2ForRewardModel", "This is a reward model"),
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
    recorded.write(job, Finished(results={"llava": str(project / "eyes")}))
    async with running(project, "checkpoints", WIDE) as pilot:
        await see(pilot, "Converted LLaVA models")
        await wait_until(pilot, lambda: chosen(pilot) is not None)
        await pilot.press("end")
        await see(pilot, "parts: llm_adapter (r 2, lora_alpha 4), projector", "base: some/base")
        await pilot.press("t")
        await see(pilot, "What does this LLaVA folder go with?", str(project / "eyes"))


async def test_parts_of_a_llava_model_without_a_projector_say_what_is_missing(project: Path) -> None:
    adapter(project / "eyes/llm_adapter")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "eyes")
        await pilot.press("t")
        await see(pilot, "LLaVA parts.", "Its projector is missing")


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


async def test_a_model_is_served_and_how_it_is_asked_is_said(project: Path) -> None:
    shutil.copytree(resolve_model("sample:model"), project / "mine")
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "mine")
        await pilot.press("v")
        await see(pilot, "http://127.0.0.1:", "curl", '"model": "mine"', "workbench cancel serve-api-mine")
        await pilot.press("enter")
        (job,) = list_jobs(project)
        await see(pilot, "running", "serve-api-mine")
        assert stop_now(job, grace_s=2.0).is_clean


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
