"""Dataset: one row as a conversation, as a text, by its tokens, and with its pictures."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from PIL import Image
from textual.widgets import OptionList

from tests.ui.dataset_driving import beside_the_rows, dialogue, picture_label, picture_row, write, write_word_tokenizer
from tests.ui.driving import WIDE, focus_in, running, screen_text, see, wait_until
from workbench.ui.app import WorkbenchApp
from workbench.ui.widgets.conversation_view import ConversationView


async def test_a_row_is_a_conversation_a_text_or_tokens(project: Path) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "rendered text · talk.json:1", "⟦I am Robin.")
        await pilot.press("v")
        await see(pilot, "token by token · talk.json:1", "tokens, ", "<|im_start|>", "␤", "⟦<|im_end|>⟧")
        await pilot.press("v")
        said = "conversation · talk.json:1 · 24 tokens, 7 trained user Who are you? assistant · trained I am Robin."
        await wait_until(pilot, lambda: said in beside_the_rows(pilot))
        await pilot.press("v")
        await see(pilot, "rendered text · talk.json:1")


async def test_the_next_row_and_the_one_before_are_a_key_away_wherever_the_cursor_is(project: Path) -> None:
    write(project / "talk.json", *(dialogue(f"question {number}", f"answer {number}") for number in range(3)))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "⟦answer 0")
        pilot.app.screen.query_one(ConversationView).focus()
        await pilot.press("n", "n")
        await see(pilot, "⟦answer 2")
        await pilot.press("b")
        await see(pilot, "⟦answer 1")


async def test_tokens_are_those_of_the_model_that_was_chosen(project: Path, tmp_path: Path) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    other = tmp_path / "other"
    other.mkdir()
    write_word_tokenizer(other)
    chosen = WorkbenchApp(project).state
    chosen["dataset.settings"] = {"tokenizer": str(other), "view": "tokens"}
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "token by token · talk.json:1", "7 ⟦ Robin⟧", f"tokens of {other}")
        await pilot.press("t")
        await see(pilot, "sample:model", str(other))
        await focus_in(pilot, OptionList)
        await pilot.press("up", "enter")
        await see(pilot, "<|im_start|>")


async def test_a_row_with_a_picture_shows_it_beside_the_text(project: Path) -> None:
    Image.new("RGB", (400, 300), (250, 10, 20)).save(project / "cat.png")
    (project / "text.png").write_text("no picture")
    write(project / "seen.json", *(picture_row(name) for name in ("cat.png", "gone.png", "text.png", "../cat.png")))
    async with running(project, "dataset", WIDE, path="seen.json") as pilot:
        await see(pilot, "⟦A cat.", "▀▀▀▀▀▀", "cat.png")
        assert screen_text(pilot).splitlines()[10].count("▀") <= 40
        for said in (
            "gone.png: This picture is not there.",
            "text.png: This file is no picture. (text)",
            "../cat.png: This picture is outside the folder of the data; it is not opened.",
        ):
            await pilot.press("n")
            await wait_until(pilot, lambda said=said: picture_label(pilot) == said)
            assert "▀" not in screen_text(pilot)


def test_pictures_are_painted_without_asking_the_terminal_what_it_can_do() -> None:
    code = "from workbench.ui.terminal_pictures import picture_widget; print(picture_widget().__name__)"
    master, slave = pty.openpty()
    subprocess.run([sys.executable, "-c", code], stdin=slave, stdout=slave, stderr=slave, check=True, timeout=60)
    os.close(slave)
    assert os.read(master, 4096) == b"HalfcellImage\r\n"
    os.close(master)
