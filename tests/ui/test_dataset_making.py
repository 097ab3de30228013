"""Dataset: what is written was seen before, and nothing is replaced unasked."""

from __future__ import annotations

import json
from pathlib import Path

from textual.widgets import OptionList

from tests.ui.dataset_driving import change, dialogue, field, write
from tests.ui.driving import WIDE, focus_in, running, screen_text, see, send, wait_until
from workbench.ui.widgets.fitted_table import FittedTable


async def test_the_rows_follow_the_name_as_it_is_typed_and_are_what_is_written(project: Path) -> None:
    async with running(project, "dataset", WIDE) as pilot:
        await see(pilot, "小明", "unseen questions")
        await see(pilot, "tokens of identity and")
        change(pilot, "name", "Robin")
        await wait_until(pilot, lambda: screen_text(pilot).count("Robin") > 5)
        preview = pilot.app.screen.query_one("#identity-table", FittedTable)
        shown = [[str(cell) for cell in preview.get_row_at(number)] for number in range(20)]
        await pilot.press("f9")
        await see(pilot, "Written: identity.json", "Read a data file")
    rows = json.loads((project / "identity.json").read_text(encoding="utf-8"))
    written = [{turn["role"]: " ".join(turn["content"].split()) for turn in row["messages"]} for row in rows[:20]]
    assert [[row["user"], row["assistant"]] for row in written] == shown
    assert (project / "identity.probes.json").is_file()


async def test_a_file_that_is_there_is_replaced_only_if_the_user_says_so(project: Path) -> None:
    precious = write(project / "identity.json", dialogue("mine", "mine"))
    before = precious.read_bytes()
    async with running(project, "dataset", WIDE) as pilot:
        await see(pilot, "unseen questions")
        await pilot.press("f9")
        await see(pilot, "Keep the file", "Replace it")
        await focus_in(pilot, OptionList)
        await pilot.press("enter")
        await see(pilot, "Make a self-identity dataset")
        assert precious.read_bytes() == before
        await pilot.press("f9")
        await see(pilot, "Replace it")
        await focus_in(pilot, OptionList)
        await pilot.press("down", "enter")
        await see(pilot, "Written: identity.json")
    assert precious.read_bytes() != before


async def test_a_refused_value_is_not_written(project: Path) -> None:
    async with running(project, "dataset", WIDE) as pilot:
        await see(pilot, "unseen questions")
        field(pilot, "name").control.focus()
        await pilot.press("end")
        send(pilot, *["backspace"] * 10, "f9")
        await see(pilot, "A field has a value that is refused.")
        await pilot.press("enter")
        await wait_until(pilot, lambda: field(pilot, "name").has_class("-invalid"))
    assert list(project.iterdir()) == []


async def test_a_folder_that_cannot_be_written_is_named_and_the_choices_stay(project: Path) -> None:
    (project / "file").write_text("")
    async with running(project, "dataset", WIDE) as pilot:
        await see(pilot, "unseen questions")
        change(pilot, "name", "Robin")
        change(pilot, "out", "file/identity.json")
        await pilot.press("f9")
        await see(pilot, "This did not work", "The dataset cannot be written: File exists")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "This did not work" not in screen_text(pilot))
        assert field(pilot, "name").control.value == "Robin"  # type: ignore[attr-defined]


async def test_choices_are_there_again_after_a_lost_connection(project: Path) -> None:
    async with running(project, "dataset") as pilot:
        await see(pilot, "小明")
        change(pilot, "name", "Robin")
        await wait_until(pilot, lambda: pilot.app.state.get("dataset.identity", {}).get("name") == "Robin")  # type: ignore[attr-defined]
    async with running(project, "dataset") as pilot:
        await see(pilot, "Robin")


async def test_a_file_of_personas_takes_the_place_of_the_fields_of_one(project: Path) -> None:
    (project / "team.yaml").write_text("- {name: Ann, system: You are Ann.}\n- {name: Bob, system: You are Bob.}\n")
    async with running(project, "dataset", WIDE) as pilot:
        await see(pilot, "unseen questions")
        change(pilot, "persona", "team.yaml")
        await see(pilot, "Name, author and description come from team.yaml, not from the form.", "Bob")
        assert [field(pilot, name).disabled for name in ("name", "author", "description")] == [True] * 3
    async with running(project, "dataset", WIDE) as pilot:
        await see(pilot, "come from team.yaml")
        assert field(pilot, "persona").control.has_focus
        change(pilot, "persona", "")
        await wait_until(pilot, lambda: "come from" not in screen_text(pilot))
        assert not field(pilot, "name").disabled
