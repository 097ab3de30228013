"""Rows made with a chat service from the app: about pictures and out of rows, pasted by hand or asked for by a job."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Label, OptionList, Select, Static

from tests.data.sheets.played_endpoint import Asked, PlayedEndpoint, Reply, completion, playing
from tests.ui.driving import NARROW, WIDE, focus_in, running, screen_text, see, type_text, wait_until
from workbench.data.sheets.endpoint import EndpointSettings, write_settings
from workbench.i18n import set_language
from workbench.jobs.find import list_jobs
from workbench.jobs.state import state_of
from workbench.ui.sheet_draft import SheetDraft
from workbench.ui.widgets.fitted_table import FittedTable
from workbench.ui.widgets.paste_box import PasteArea

TURNS = [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A cat."}]
ANSWER = json.dumps([{"image": "a.png", "conversations": TURNS}], indent=1)


def pictures(folder: Path, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        Image.new("RGB", (8, 8)).save(folder / name)


def dialogues(path: Path, *answers: str) -> None:
    rows = [
        {"messages": [{"role": "user", "content": f"Question {i}?"}, {"role": "assistant", "content": answer}]}
        for i, answer in enumerate(answers)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))


def prompt(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#sheet-prompt-text", Static).render())


def set_field(pilot: Pilot[None], name: str, value: str) -> None:
    pilot.app.screen.query_one(f"#sheet-{name}", Input).value = value


def listed(pilot: Pilot[None]) -> list[str]:
    table = pilot.app.screen.query_one("#sheet-items", FittedTable)
    return [" ".join(str(cell) for cell in table.get_row_at(number)).strip() for number in range(table.row_count)]


async def open_sheets(pilot: Pilot[None]) -> None:
    await see(pilot, "unseen questions")
    await pilot.press("f10", "f10")
    await wait_until(pilot, lambda: pilot.app.screen.query(PasteArea))


async def choose_task(pilot: Pilot[None], task: str) -> None:
    pilot.app.screen.query_one("#sheet-task", Select).value = task
    await see(pilot, "into made.jsonl")


def shouted(asked: Asked) -> Reply:
    """The messages that were sent, in capitals."""
    messages = json.loads(asked.text[asked.text.rindex("\n") :])["messages"]
    said = [{**message, "content": message["content"].upper()} for message in messages]
    return completion(json.dumps({"messages": said}))


def serve(played: PlayedEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_API_URL", played.url)
    write_settings(EndpointSettings(model="writer"))


async def test_a_pasted_answer_is_mended_by_its_lines_and_added_to_the_sheet(project: Path) -> None:
    pictures(project / "photos", "a.png", "b.png")
    async with running(project, "dataset", WIDE) as pilot:
        await open_sheets(pilot)
        await type_text(pilot, "photos")
        await pilot.press("enter")
        await see(pilot, "In all: 2, with rows: 0")
        assert '"image": "photos/a.png"' in prompt(pilot)
        await pilot.press("enter")
        area = pilot.app.screen.query_one(PasteArea)
        area.text = ANSWER.replace('"A cat."', '"A cat.",')
        await see(pilot, "sound rows: 0, to mend: 1", "There is a comma behind the last part")
        await pilot.press("f9")
        await see(pilot, "Faults left in the answer: 1", "Mend it first")
        await focus_in(pilot, OptionList)
        assert "Add the sound rows only" not in screen_text(pilot)
        await pilot.press("enter")
        assert not (project / "llava.json").exists()
        area.text = ANSWER
        await see(pilot, "sound rows: 1, to mend: 0")
        await pilot.press("f9")
        await see(pilot, "llava.json: rows added: 1, in all: 1", "In all: 2, with rows: 1")
        assert '"image": "photos/b.png"' in prompt(pilot)
        assert area.text == ""
    (row,) = json.loads((project / "llava.json").read_text(encoding="utf-8"))
    assert row["image"] == "photos/a.png"


async def test_an_answer_being_mended_is_there_again_after_a_lost_connection(project: Path) -> None:
    async with running(project, "dataset", WIDE) as pilot:
        await open_sheets(pilot)
        pilot.app.screen.query_one(PasteArea).text = "half an answer"
        await wait_until(pilot, lambda: pilot.app.state.get("dataset.sheet", {}).get("pasted") == "half an answer")  # type: ignore[attr-defined]
    async with running(project, "dataset", WIDE) as pilot:
        await open_sheets(pilot)
        await see(pilot, "half an answer", "There are no questions and answers in the text.")


async def test_asking_a_service_needs_one_and_says_how_to_name_it(project: Path) -> None:
    async with running(project, "dataset", WIDE) as pilot:
        await open_sheets(pilot)
        await pilot.press("escape", "a")
        await see(pilot, "There is no address of a chat service.", "WORKBENCH_API_URL")


async def test_a_service_is_asked_only_if_the_user_says_so(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_API_URL", "http://localhost:9/v1")
    write_settings(EndpointSettings(model="seeing-model"))
    Image.new("RGB", (8, 8)).save(project / "a.png")
    async with running(project, "dataset", WIDE) as pilot:
        await open_sheets(pilot)
        await type_text(pilot, ".")
        await pilot.press("enter")
        await see(pilot, "In all: 1, with rows: 0")
        await focus_in(pilot, FittedTable)
        await pilot.press("a")
        await see(pilot, "Ask seeing-model at http://localhost:9/v1?", "To be asked about: 1")
        await focus_in(pilot, OptionList)
        await pilot.press("enter")
        await wait_until(pilot, lambda: "seeing-model" not in screen_text(pilot))
    assert not (project / "work_dirs").exists()


async def test_pictures_that_cannot_be_read_stand_in_the_list_with_the_reason(project: Path) -> None:
    pictures(project / "photos", "a.png")
    (project / "photos" / "b.png").write_text("no picture")
    async with running(project, "dataset", WIDE) as pilot:
        await open_sheets(pilot)
        await type_text(pilot, "photos")
        await pilot.press("enter")
        await see(pilot, "In all: 2, with rows: 0", "Cannot be asked about: 1")
        assert listed(pilot) == ["photos/a.png", "photos/b.png: This file is no picture. (text) ✗"]
        await pilot.press("down")
        await wait_until(pilot, lambda: prompt(pilot) == "This file is no picture. (text)")


async def test_pairs_that_are_pasted_outside_of_all_fields_come_into_the_answer(project: Path) -> None:
    pictures(project / "photos", "a.png")
    async with running(project, "dataset", WIDE) as pilot:
        await open_sheets(pilot)
        await type_text(pilot, "photos")
        await pilot.press("enter")
        await see(pilot, "In all: 1, with rows: 0")
        pilot.app.post_message(events.Paste("Q: What is it?\nA: A cat."))
        await see(pilot, "sound rows: 1, to mend: 0", "questions and answers without a row around them were made one")
        await pilot.press("f9")
        await see(pilot, "llava.json: rows added: 1, in all: 1")
    (row,) = json.loads((project / "llava.json").read_text(encoding="utf-8"))
    assert row["conversations"] == TURNS


async def test_what_is_pasted_into_a_field_stays_in_it(project: Path) -> None:
    async with running(project, "dataset", WIDE) as pilot:
        await open_sheets(pilot)
        pilot.app.post_message(events.Paste("some/folder"))
        await wait_until(pilot, lambda: pilot.app.screen.query_one("#sheet-folder", Input).value == "some/folder")
        assert pilot.app.screen.query_one(PasteArea).text == ""


@pytest.mark.parametrize(("language", "asked_in"), [("en", "en"), ("zh_CN", "zh")])
def test_the_service_is_asked_in_the_language_of_the_app_unless_it_is_chosen(language: str, asked_in: str) -> None:
    set_language(language)
    assert SheetDraft().language == asked_in
    assert SheetDraft.model_validate({"language": "zh"}).language == "zh"


async def test_rows_are_made_of_rows_by_pasted_answers_too(project: Path) -> None:
    dialogues(project / "talk.jsonl", "One", "", "Three")
    async with running(project, "dataset", WIDE) as pilot:
        await open_sheets(pilot)
        await pilot.press("escape", "k", "down", "enter")
        await see(pilot, "into made.jsonl", "Name a file or folder of data")
        set_field(pilot, "data", "talk.jsonl")
        await pilot.press("o", "enter")
        await see(pilot, "In all: 3, with rows: 0", "Cannot be asked about: 1")
        assert listed(pilot)[1] == "2: The row has no answer to train on. ✗"
        assert '"content": "Question 0?"' in prompt(pilot)
        area = pilot.app.screen.query_one(PasteArea)
        area.text = '{"messages": [{"role": "user", "content": "Asked?"}]}'
        await see(pilot, "to mend: 1", "its messages are not those that were asked for")
        messages = [{"role": "user", "content": "Asked?"}, {"role": "assistant", "content": "1"}]
        area.text = json.dumps({"messages": messages})
        await see(pilot, "sound rows: 1, to mend: 0")
        await pilot.press("f9")
        await see(pilot, "made.jsonl: rows added: 1, in all: 1", "In all: 3, with rows: 1")
        await wait_until(pilot, lambda: '"content": "Question 2?"' in prompt(pilot))
    assert json.loads((project / "made.jsonl").read_text(encoding="utf-8"))["messages"] == messages


async def test_a_job_makes_rows_of_rows_within_the_limits_and_tells_how_far_it_is(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialogues(project / "talk.jsonl", "One", "Two", "Three")
    with playing(shouted) as played:
        serve(played, monkeypatch)
        async with running(project, "dataset", WIDE) as pilot:
            await open_sheets(pilot)
            await choose_task(pilot, "paraphrase")
            set_field(pilot, "data", "talk.jsonl")
            set_field(pilot, "max_rows", "2")
            await pilot.press("o", "enter")
            await see(pilot, "In all: 3, with rows: 0")
            await focus_in(pilot, FittedTable)
            await pilot.press("a")
            await see(pilot, "Each row is sent there with its prompt", "To be asked about: 2")
            await focus_in(pilot, OptionList)
            await pilot.press("down", "enter")
            await see(pilot, "rows added: 2, left out: 0, not asked: 1", "In all: 3, with rows: 2")
            assert [line.endswith("✓") for line in listed(pilot)] == [True, True, False]
    monkeypatch.delenv("WORKBENCH_API_URL")
    async with running(project, "dataset", WIDE) as pilot:
        await open_sheets(pilot)
        await see(pilot, "In all: 3, with rows: 2")
    (job,) = list_jobs(project)
    assert state_of(job).is_over
    made = [json.loads(line) for line in (project / "made.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(row["messages"][1]["content"] for row in made) == ["ONE", "TWO"]


async def test_a_value_that_cannot_be_is_refused_where_it_stands(project: Path) -> None:
    async with running(project, "dataset", NARROW) as pilot:
        await open_sheets(pilot)
        set_field(pilot, "pairs", "many")
        await pilot.press("enter")
        await wait_until(
            pilot, lambda: str(pilot.app.screen.query_one("#sheet-about", Label).render()).startswith("pairs: ")
        )
        set_field(pilot, "pairs", "3")
        set_field(pilot, "max_cost", "1")
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app.state.get("dataset.sheet", {}).get("max_cost") == 1)  # type: ignore[attr-defined]
        assert "many" not in screen_text(pilot)


async def test_a_limit_on_the_cost_needs_the_prices(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures(project / "photos", "a.png")
    with playing(shouted) as played:
        serve(played, monkeypatch)
        async with running(project, "dataset", WIDE) as pilot:
            await open_sheets(pilot)
            set_field(pilot, "folder", "photos")
            set_field(pilot, "max_cost", "0.5")
            await pilot.press("enter")
            await see(pilot, "In all: 1, with rows: 0")
            await focus_in(pilot, FittedTable)
            await pilot.press("a")
            await see(pilot, "USD at most: 0.5")
            await focus_in(pilot, OptionList)
            await pilot.press("down", "enter")
            await see(pilot, "A limit on the cost needs the prices of the model.", "in the app, fill in")
    assert played.asked == []
