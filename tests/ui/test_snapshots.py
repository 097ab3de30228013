"""How each area looks, on a frozen project at a frozen time.

``pytest tests/ui/test_snapshots.py --snapshot-update`` takes new pictures; look at them before they are kept.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image
from textual.pilot import Pilot

from tests.ui import recorded
from tests.ui.driving import NARROW, WIDE, screen_text, see, wait_until, work_done
from workbench.chat.protocol import Answer
from workbench.chat.turn import ChatTurn
from workbench.doctor.result import CheckResult
from workbench.free_memory import Devices
from workbench.i18n import _, set_language
from workbench.preferences import keep_preferences
from workbench.ui.app import WorkbenchApp
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.config_rows import catalogue_configs
from workbench.ui.screens import configs
from workbench.ui.screens.chat import ChatScreen
from workbench.ui.widgets import config_detail

Compare = Callable[..., bool]
Before = Callable[[Pilot[None]], Awaitable[None]]
OTHER = "workbench_sample_lora_identity_e2"


def until(*texts: str) -> Before:
    """Wait for these texts, for the work in the background, and then until nothing changes any more."""

    async def wait(pilot: Pilot[None]) -> None:
        await see(pilot, *texts)
        await wait_until(pilot, lambda: all(one.is_finished for one in pilot.app.workers))
        before, same = "", 0
        while same < 5:
            await pilot.pause(0.05)
            now = screen_text(pilot)
            same, before = (same + 1 if now == before else 0), now

    return wait


@pytest.fixture
def few_configs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of three on a machine of one size, so that neither changes a picture."""
    every = catalogue_configs()
    few = [row for row in every if row.name in {"internlm2_chat_1_8b_qlora_alpaca_e3", recorded.CONFIG, OTHER}]
    monkeypatch.setattr(configs, "catalogue_configs", lambda: few)
    monkeypatch.setattr(config_detail, "find_devices", lambda: Devices(1, 16 * 10**9, on_cpu=True, free=12 * 10**9))


def test_home(project: Path, snap_compare: Compare) -> None:
    recorded.training(project)
    recorded.converted(project)
    app = WorkbenchApp(project, "home")
    assert snap_compare(app, terminal_size=NARROW, run_before=until("The adapter is ready", "40/40"))


@pytest.mark.usefixtures("few_configs")
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
def test_configs(project: Path, snap_compare: Compare, size: tuple[int, int]) -> None:
    app = WorkbenchApp(project, "configs", {"path": recorded.CONFIG})
    assert snap_compare(app, terminal_size=size, run_before=until(recorded.CONFIG, "3 of 3"))


def test_dataset(project: Path, snap_compare: Compare) -> None:
    asked = {"role": "user", "content": "你是谁？"}
    said = {"role": "assistant", "content": "我是小明，很高兴认识你。"}
    rows = [{"messages": [asked, said]}, {"messages": [{**asked, "content": "Who are you?"}, said]}]
    (project / "identity.json").write_text(json.dumps(rows), encoding="utf-8")
    app = WorkbenchApp(project, "dataset", {"path": "identity.json"})
    assert snap_compare(app, terminal_size=NARROW, run_before=until("rows: 2", "⟦我是小明"))


def test_dataset_with_a_picture(project: Path, snap_compare: Compare) -> None:
    Image.linear_gradient("L").convert("RGB").save(project / "grey.png")
    asked, said = {"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "From black to white."}
    rows = [{"image": "grey.png", "conversations": [asked, said]}]
    (project / "seen.json").write_text(json.dumps(rows), encoding="utf-8")

    async def by_tokens(pilot: Pilot[None]) -> None:
        await until("rows: 1", "⟦From black")(pilot)
        await pilot.press("v")
        await until("token by token", "⟦F")(pilot)

    app = WorkbenchApp(project, "dataset", {"path": "seen.json"})
    assert snap_compare(app, terminal_size=WIDE, run_before=by_tokens)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
def test_train(project: Path, snap_compare: Compare, size: tuple[int, int]) -> None:
    recorded.training(project)
    app = WorkbenchApp(project, "train")
    assert snap_compare(app, terminal_size=size, run_before=until("iteration 40/40", "★ checkpoint-40"))


def test_train_in_the_light_theme(project: Path, snap_compare: Compare) -> None:
    recorded.training(project)
    keep_preferences(theme="workbench-light")
    app = WorkbenchApp(project, "train")
    assert snap_compare(app, terminal_size=NARROW, run_before=until("iteration 40/40", "★ checkpoint-40"))


def test_train_in_chinese(project: Path, snap_compare: Compare) -> None:
    recorded.training(project)
    set_language("zh_CN")
    app = WorkbenchApp(project, "train")
    assert snap_compare(app, terminal_size=NARROW, run_before=until("40/40", "★ checkpoint-40"))


def test_checkpoints(project: Path, snap_compare: Compare) -> None:
    recorded.training(project)
    app = WorkbenchApp(project, "checkpoints")
    assert snap_compare(app, terminal_size=NARROW, run_before=until("★ checkpoint-40", "Recommended", "incomplete"))


async def empty_chat(pilot: Pilot[None]) -> ChatScreen:
    """The chat once it has shown what there is, which is nothing."""
    await see(pilot, _("No model chosen"))
    screen = pilot.app.screen
    assert isinstance(screen, ChatScreen)
    return screen


def test_chat(project: Path, snap_compare: Compare) -> None:
    async def talk(pilot: Pilot[None]) -> None:
        screen = await empty_chat(pilot)
        screen.chat.chosen = ChosenModel("sample:model", "results/checkpoint-40")
        screen.chat.ask(ChatTurn(role="user", content="你是谁？"))
        answer = ChatTurn(role="assistant", content="我是**小明**，很高兴认识你。\n\n1. one\n2. two")
        screen.chat.turns.append(answer)
        await screen.repaint()
        await until("You", "我是小明", "2. two")(pilot)

    assert snap_compare(WorkbenchApp(project, "chat"), terminal_size=NARROW, run_before=talk)


@pytest.mark.parametrize(("size", "language"), [(NARROW, "en"), (WIDE, "zh_CN")], ids=["80x24", "160x45 in Chinese"])
def test_chat_side_by_side(project: Path, snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    Image.linear_gradient("L").convert("RGB").save(project / "grey.png")
    set_language(language)

    async def talk(pilot: Pilot[None]) -> None:
        screen = await empty_chat(pilot)
        screen.chat.chosen = ChosenModel("sample:model", llava="results/stage1")
        screen.sides.put_beside(ChosenModel("sample:model", llava="results/stage2"))
        screen.chat.ask(ChatTurn(role="user", content="图片里有什么？", images=[str(project / "grey.png")]))
        for said in ("There is a **grey** picture, and nothing else is in it.", "一张灰色的图片。"):
            number = next(number for number in range(2) if screen.sides.has_to_answer(number))
            screen.sides.all[number].keep_answer(
                Answer(id=1, text=said, prompt_tokens=9, tokens=12, first_token_s=0.2, total_s=1.5, ended_by="model")
            )
        await screen.repaint()
        screen.attach("grey.png")
        await work_done(pilot, "chat-pictures")
        await until("▀▀▀▀▀▀", "grey.png", "一张灰色的图片。", "8.0 token")(pilot)

    assert snap_compare(WorkbenchApp(project, "chat"), terminal_size=size, run_before=talk)


def test_doctor(project: Path, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    results = (
        CheckResult("Python", "ok", "3.11.7"),
        CheckResult("disk", "warning", "3.1 GB free in /home/ada", "Free some space."),
        CheckResult("project folder", "error", "it cannot be written", "Choose another one."),
    )
    program = project / "checks"
    program.write_text("#!/bin/sh\ncat <<'END'\n" + "\n".join(json.dumps(one.as_json()) for one in results) + "\nEND\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    app = WorkbenchApp(project, "doctor")
    assert snap_compare(app, terminal_size=NARROW, run_before=until("2 of 3 checks", "Free some space."))
