"""Choosing what to chat with: chat services and folders are typed in, offered from then on, and forgotten again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.ui.chat_driving import chat, opened
from tests.ui.driving import NARROW, screen_text, see, type_text
from workbench.chat.endpoints import KnownEndpoint, keep_endpoint, known_endpoints
from workbench.paths import resolve_model
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.widgets.field_controls import LineInput, Tick
from workbench.ui.widgets.fitted_table import FittedTable


async def test_a_service_is_forgotten_and_no_other_model_can_be(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        for name in ("left", "right"):
            keep_endpoint(KnownEndpoint(name=name, url="http://127.0.0.1:9/v1", model="m"))
        await pilot.press("f9")
        await see(pilot, "Which model do you want to chat with?", "left", "right")
        assert "Forget" not in screen_text(pilot), "the base is under the cursor"
        table = pilot.app.screen.query_one(FittedTable)
        number = next(str(number) for number in range(table.row_count) if "left" in str(table.get_row_at(number)))
        assert table.choose(number)
        await see(pilot, "Forget")
        await pilot.press("delete")
        await see(pilot, "Forget this chat service?", "127.0.0.1:9")
        await pilot.press("escape")
        await see(pilot, "left", "right")
        await pilot.press("delete")
        await see(pilot, "2  Forget its address, model and name")
        await pilot.press("2")
        await see(pilot, "Which model do you want to chat with?", "right")
        assert "left" not in screen_text(pilot) and [one.name for one in known_endpoints()] == ["right"]


async def test_a_service_whose_key_is_not_there_is_refused_before_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    async with opened(tmp_path) as pilot:
        await pilot.press("f9")
        await see(pilot, "Which model do you want to chat with?")
        pilot.app.screen.query_one("#model-path", LineInput).focus()
        await type_text(pilot, "http://127.0.0.1:9/v1 m NO_SUCH_KEY")
        await pilot.press("enter")
        await see(pilot, "NO_SUCH_KEY", "is not set")
        assert known_endpoints() == []


async def test_a_folder_that_was_typed_once_is_offered_from_then_on(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "kept-model"
    shutil.copytree(resolve_model("sample:model"), elsewhere)
    async with opened(tmp_path) as pilot:
        await pilot.press("f9")
        await see(pilot, "Which model do you want to chat with?")
        assert "kept-model" not in screen_text(pilot)
        pilot.app.screen.query_one("#model-path", LineInput).focus()
        await type_text(pilot, str(elsewhere))
        await pilot.press("enter")
        await see(pilot, "The model is ready.")
        assert chat(pilot).chat.chosen == ChosenModel(str(elsewhere))
    async with opened(tmp_path) as pilot:
        await pilot.press("f9")
        await see(pilot, "kept-model")
        table = pilot.app.screen.query_one(FittedTable)
        assert table.choose(str(table.row_count - 1))
        await pilot.press("enter")
        await see(pilot, "The model is ready.")
        assert chat(pilot).chat.chosen == ChosenModel(str(elsewhere))
    shutil.rmtree(elsewhere)
    async with opened(tmp_path) as pilot:
        await pilot.press("f9")
        await see(pilot, "Which model do you want to chat with?", "sample")
        assert "kept-model" not in screen_text(pilot), "it is not there any more"


def test_the_sample_model_is_one_model_however_it_was_named(tmp_path: Path) -> None:
    by_path = ChosenModel(resolve_model("sample:model"), "x/adapter")
    assert by_path == ChosenModel("sample:model", "x/adapter")
    assert by_path.reference_in(tmp_path) == "sample:model+x/adapter"


async def test_with_many_models_on_a_small_terminal_all_of_the_dialog_can_be_seen(tmp_path: Path) -> None:
    async with opened(tmp_path, NARROW) as pilot:
        for number in range(12):
            keep_endpoint(KnownEndpoint(name=f"service{number}", url="http://127.0.0.1:9/v1", model="m"))
        await pilot.press("f9")
        await see(pilot, "Which model do you want to chat with?", "service3", "load in 4 bits")
        pilot.app.screen.query_one("#model-path", LineInput).focus()
        await type_text(pilot, "/tmp/there/is/no/such/folder/of/a/name/that/takes/more/than/one/line/of/this/dialog")
        await pilot.press("enter")
        await see(pilot, "There is no such folder.")
        pilot.app.screen.query_one("#four-bits", Tick).focus()
        await see(pilot, "load in 4 bits")
