"""The app's frame: areas, keys, help, palette, language, errors, small terminals."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from textual.widget import Widget
from textual.widgets import Static, TextArea

from tests.ui import recorded
from tests.ui.driving import (
    HUGE,
    NARROW,
    WIDE,
    focus_in,
    footer,
    running,
    screen_text,
    see,
    send,
    type_text,
    wait_until,
)
from workbench.errors import WorkbenchError
from workbench.i18n import current_language, set_language
from workbench.ui.app import WorkbenchApp
from workbench.ui.areas import AREAS
from workbench.ui.state import AppState
from workbench.ui.widgets.prompt_input import PromptInput

HEAVY = ("torch", "transformers", "datasets", "peft", "deepspeed", "numpy", "safetensors", "accelerate")
PAINT_EVERY_AREA = f"""
import asyncio, sys
from pathlib import Path
from workbench.ui.app import WorkbenchApp

async def main():
    app = WorkbenchApp(Path.cwd())
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("f2", "f3", "f4", "f5", "f6", "f7"):
            await pilot.press(key)
            await pilot.pause(0.2)

asyncio.run(main())
print([name for name in {HEAVY!r} if name in sys.modules])
"""


def test_the_app_paints_every_area_without_loading_a_heavy_library(project: Path) -> None:
    recorded.training(project)
    done = subprocess.run([sys.executable, "-c", PAINT_EVERY_AREA], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("size", [NARROW, WIDE, HUGE], ids=["80x24", "160x45", "200x60"])
async def test_each_area_has_its_key_and_always_shows_how_to_get_help_and_leave(
    project: Path, size: tuple[int, int]
) -> None:
    recorded.training(project)
    async with running(project, size=size) as pilot:
        for area in AREAS[:-1]:  # the Doctor starts a process of its own, see its tests
            await pilot.press(area.key)
            await see(pilot, f"[{area.key} {area.title}]", "f1 Help")
            assert "^q Quit" in footer(pilot)
            assert all(other.key in screen_text(pilot).splitlines()[0] for other in AREAS)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_no_line_is_wider_than_the_terminal(project: Path, language: str) -> None:
    recorded.training(project)
    set_language(language)
    async with running(project) as pilot:
        for area in AREAS[:-1]:
            await pilot.press(area.key)
            await pilot.pause(0.1)
            assert pilot.app.screen.max_scroll_x == 0
            await wait_until(pilot, lambda: "f1" in footer(pilot))


async def test_help_lists_every_key_of_the_screen_with_its_meaning(project: Path) -> None:
    recorded.training(project)
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "iteration 40/40")
        await pilot.press("question_mark")
        await see(pilot, "Linear or logarithmic axis", "+ =")
        await pilot.press("pagedown")
        await see(pilot, "f7", "Talk to the result")
        await pilot.press("escape")
        await see(pilot, "iteration 40/40")


async def test_every_command_with_a_key_is_in_the_palette_once(project: Path) -> None:
    recorded.training(project)
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "iteration 40/40")
        titles = [command.title for command in pilot.app.get_system_commands(pilot.app.screen)]
        assert len(titles) == len(set(titles))
        shown = {
            active.binding.description
            for active in pilot.app.screen.active_bindings.values()
            if active.binding.id and active.enabled and not active.binding.id.startswith("app.")
        }
        assert shown <= set(titles)


async def test_the_palette_runs_nothing_for_words_that_no_command_has(project: Path) -> None:
    async with running(project) as pilot:
        before = current_language()
        send(pilot, "ctrl+p", *"zzqq", "enter")
        await see(pilot, "No command has these words.", "zzqq")
        send(pilot, *["backspace"] * 4, *"doctor", "enter")
        await see(pilot, "[f8 Doctor]")
        assert current_language() == before


async def test_the_palette_runs_a_command_by_its_name(project: Path) -> None:
    recorded.training(project)
    async with running(project, "train", WIDE) as pilot:
        await see(pilot, "iteration 40/40")
        await pilot.press("ctrl+p")
        await type_text(pilot, "log axis")
        await see(pilot, "Linear or logarithmic axis")
        await pilot.press("enter")
        await see(pilot, "loss (log)")


async def test_the_language_changes_at_once_everywhere_and_is_kept(project: Path) -> None:
    from workbench.preferences import read_preferences

    async with running(project, "dataset") as pilot:
        await pilot.press("f2", "l")
        await wait_until(pilot, lambda: current_language() == "zh_CN")
        assert read_preferences().language == "zh_CN"
        await pilot.press("f4")
        await wait_until(pilot, lambda: pilot.app.screen._language == "zh_CN")
        await see(pilot, "小明")


async def test_an_error_says_what_where_and_the_mend_until_it_was_read(project: Path) -> None:
    async with running(project) as pilot:
        pilot.app.show_error(WorkbenchError("The file is [damaged].", where="a.json:3", fix="Write it again."))
        await see(pilot, "The file is [damaged].", "a.json:3", "→ Write it again.")
        await pilot.press("f5")
        await see(pilot, "a.json:3")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "a.json:3" not in screen_text(pilot))


async def test_too_small_a_terminal_says_so_and_comes_back_when_enlarged(project: Path) -> None:
    async with running(project, "configs", size=(50, 12)) as pilot:
        await see(pilot, "This terminal has 50×12 cells", "70×20")
        await pilot.resize_terminal(80, 24)
        await see(pilot, "deepseek_coder_6_7b_base_qlora_code_alpaca_e3")
        await focus_in(pilot, Widget)


async def test_after_too_small_a_terminal_the_keys_go_where_they_went_before(project: Path) -> None:
    async with running(project, "chat") as pilot:
        await focus_in(pilot, PromptInput)
        await pilot.resize_terminal(40, 12)
        await see(pilot, "This terminal has 40×12 cells")
        await wait_until(pilot, lambda: pilot.app.focused is None)
        send(pilot, *"what?", "f6")  # nobody sees what these would do
        await pilot.pause()
        await pilot.resize_terminal(80, 24)
        await see(pilot, "[f7 Chat]")
        await focus_in(pilot, PromptInput)


async def test_the_app_begins_where_it_was_left(project: Path) -> None:
    async with running(project) as pilot:
        await pilot.press("f3")
        await see(pilot, "[f3 Configs]")
    assert AppState(project)["area"] == "configs"
    async with running(project) as pilot:
        await see(pilot, "[f3 Configs]")


async def test_two_apps_on_one_project_show_the_same_job(project: Path) -> None:
    job = recorded.training(project)
    async with running(project, "train") as first:
        async with running(project, "train") as second:
            await see(second, job.id, "iteration 40/40")
        await see(first, job.id, "iteration 40/40")


def test_two_apps_on_one_project_keep_each_others_drafts(project: Path) -> None:
    first, second = AppState(project), AppState(project)
    first["chat.draft"] = "typed in the first"
    second["area"] = "train"
    second["dataset.identity"] = {"name": "小明"}
    first["area"] = "chat"
    second["chat.draft"] = "typed in the first, and on in the second"
    first.save()  # as on a hang-up
    again = AppState(project)
    assert again["chat.draft"] == "typed in the first, and on in the second"
    assert again["dataset.identity"] == {"name": "小明"}
    assert again["area"] == "chat"


async def test_every_area_is_reached_from_the_text_box_of_the_chat(project: Path) -> None:
    async with running(project, "chat") as pilot:
        await wait_until(pilot, lambda: isinstance(pilot.app.focused, TextArea))
        await pilot.press("f6")
        await see(pilot, "[f6 Checkpoints]")
        await pilot.press("f7")
        await see(pilot, "[f7 Chat]")


async def test_work_that_ends_while_the_app_closes_opens_no_more_areas(project: Path) -> None:
    class Leaving(Static):
        def on_unmount(self) -> None:
            app = self.app
            assert isinstance(app, WorkbenchApp)
            app.go("train")

    async with running(project, "home") as pilot:
        await pilot.app.screen.mount(Leaving())
    assert AppState(project).get("area") == "home"
