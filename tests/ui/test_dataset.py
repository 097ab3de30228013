"""Dataset: what is written was seen before, nothing is replaced unasked, and a file shows what will be trained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from tests.ui.driving import WIDE, hold, running, screen_text, see, type_text, wait_until
from workbench.ui.widgets.fitted_table import FittedTable
from workbench.ui.widgets.model_form import FieldRow


def field(pilot: Pilot[None], name: str) -> FieldRow:
    return next(row for row in pilot.app.screen.query(FieldRow) if row.name_in_file == name)


def change(pilot: Pilot[None], name: str, value: str) -> None:
    control = field(pilot, name).control
    assert isinstance(control, Input)
    control.value = value


def dialogue(*turns: str) -> dict[str, object]:
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[index % 2], "content": text} for index, text in enumerate(turns)]}


def write(path: Path, *rows: object) -> Path:
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return path


def rows_shown(pilot: Pilot[None]) -> int:
    return pilot.app.screen.query_one("#reader-rows", FittedTable).row_count


# -- making


async def test_the_rows_follow_the_name_as_it_is_typed_and_are_what_is_written(project: Path) -> None:
    async with running(project, "dataset", WIDE) as pilot:
        await see(pilot, "小明", "unseen questions")
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
        await pilot.press("enter")
        await see(pilot, "Make a self-identity dataset")
        assert precious.read_bytes() == before
        await pilot.press("f9")
        await see(pilot, "Replace it")
        await pilot.press("down", "enter")
        await see(pilot, "Written: identity.json")
    assert precious.read_bytes() != before


async def test_a_refused_value_is_not_written(project: Path) -> None:
    async with running(project, "dataset", WIDE) as pilot:
        await see(pilot, "unseen questions")
        field(pilot, "name").control.focus()
        await pilot.press("end")
        hold(pilot, *(events.Key("backspace", None) for _ in range(10)), events.Key("f9", None))
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
        await see(pilot, "file/identity.json")
        await pilot.press("enter")
        await see(pilot, "Make a self-identity dataset")
        assert field(pilot, "name").control.value == "Robin"  # type: ignore[attr-defined]


async def test_choices_are_there_again_after_a_lost_connection(project: Path) -> None:
    async with running(project, "dataset") as pilot:
        await see(pilot, "小明")
        change(pilot, "name", "Robin")
        await wait_until(pilot, lambda: pilot.app.state.get("dataset.identity", {}).get("name") == "Robin")  # type: ignore[attr-defined]
    async with running(project, "dataset") as pilot:
        await see(pilot, "Robin")


# -- reading


async def test_a_row_is_shown_as_the_model_will_see_it_with_the_trained_part_marked(project: Path) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin.", "Really?", "Yes."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "1 rows, format openai", "<|im_start|>user⏎", "⟦I am Robin.<|im_end|>", "⟦Yes.<|im_end|>")
        assert "⟦Who" not in screen_text(pilot)


async def test_another_template_is_rendered_and_named(project: Path) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "<|im_start|>user", "Template internlm2_chat")
        await pilot.press("p")
        await see(pilot, "it must be the one of the training config")
        options = pilot.app.screen.query_one("OptionList")
        options.highlighted = options.get_option_index("llama3_chat")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await see(pilot, "<|start_header_id|>user", "Template llama3_chat")


async def test_searching_leaves_the_rows_that_hold_the_text(project: Path) -> None:
    rows = [dialogue(f"question {number}", f"answer {number}") for number in range(30)]
    write(project / "talk.json", *rows, dialogue("Who?", "Only the ANSWER holds a needle."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "31 rows")
        await pilot.press("slash")
        await type_text(pilot, "Needle")
        await wait_until(pilot, lambda: rows_shown(pilot) == 1)
        await see(pilot, "Only the ANSWER holds a needle.")
        await type_text(pilot, "s")
        await see(pilot, "No row has this text.")
        assert rows_shown(pilot) == 0


async def test_what_stands_in_a_data_file_is_text_and_nothing_else(project: Path) -> None:
    write(project / "talk.json", dialogue("[red]Who[/red]\x1b[31m?", "[b]I\x07[/] am \u202erobin"))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "[red]Who[/red][31m?", "⟦[b]I[/] am robin")


BAD_ROWS = json.dumps([dialogue("a", "b"), {"messages": [{"role": "boss", "content": "x"}]}])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "bad.json: The data file is empty."),
        ('[{"messages": [', "bad.json:1: The end of the file is missing: it was cut off"),
        (BAD_ROWS, "bad.json:2:messages[0].role: This row is not of the format openai: unknown role boss"),
        ('[{"colour": "red"}]', "bad.json:1: The format cannot be recognised from these columns: colour."),
    ],
    ids=["empty", "torn", "wrong role", "unknown columns"],
)
async def test_a_file_that_cannot_be_trained_on_says_what_is_wrong_and_where(
    project: Path, content: str, said: str
) -> None:
    (project / "bad.json").write_text(content)
    async with running(project, "dataset", WIDE, path="bad.json") as pilot:
        await see(pilot, said)


async def test_nothing_of_another_file_stays_under_the_reason_why_this_one_cannot_be_read(project: Path) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "⟦I am Robin.")
        await pilot.press("o", "ctrl+u")
        await type_text(pilot, "nothing.json")
        await pilot.press("enter")
        await see(pilot, "does not exist")
        await wait_until(pilot, lambda: "I am Robin" not in screen_text(pilot))


async def test_opening_offers_the_data_files_of_the_project(project: Path) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    write(project / "talk.probes.json", {"question": "?", "answers": ["!"]})
    async with running(project, "dataset", WIDE) as pilot:
        await see(pilot, "unseen questions")
        await pilot.press("f10")
        await see(pilot, "Data files here: talk.json")
        assert "talk.probes.json" not in screen_text(pilot)
        await pilot.press("enter")
        await see(pilot, "⟦I am Robin.")
