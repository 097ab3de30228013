"""Dataset: a file shows what will be trained, or says what is wrong with it and where."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from textual.widgets import OptionList

from tests.ui.dataset_driving import beside_the_rows, dialogue, rows_shown, text_of, write
from tests.ui.driving import WIDE, focus_in, running, screen_text, see, type_text, wait_until, work_done
from workbench.data.formats import FORMAT_NAMES
from workbench.data.sources import Source, SourceFile
from workbench.errors import WorkbenchError
from workbench.ui.widgets.dataset_reader import DatasetReader
from workbench.ui.widgets.fitted_table import FittedTable


async def test_a_row_is_shown_as_the_model_will_see_it_with_the_trained_part_marked(project: Path) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin.", "Really?", "Yes."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "rows: 1, format openai", "<|im_start|>user⏎", "⟦I am Robin.<|im_end|>", "⟦Yes.<|im_end|>")
        assert "⟦Who" not in screen_text(pilot)


async def test_another_template_is_rendered_and_named(project: Path) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "<|im_start|>user", "template internlm2_chat (these weights were trained with it)")
        await pilot.press("p")
        await see(pilot, "it must be the one of the training config")
        await focus_in(pilot, OptionList)
        options = pilot.app.screen.query_one(OptionList)
        options.highlighted = options.get_option_index("llama3_chat")
        await pilot.press("enter")
        await see(pilot, "<|start_header_id|>user", "template llama3_chat (chosen by you)")


async def test_searching_leaves_the_rows_that_hold_the_text(project: Path) -> None:
    rows = [dialogue(f"question {number}", f"answer {number}") for number in range(30)]
    write(project / "talk.json", *rows, dialogue("Who?", "Only the ANSWER holds a needle."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "rows: 31")
        await pilot.press("slash")
        await type_text(pilot, "Needle")
        await wait_until(pilot, lambda: rows_shown(pilot) == 1)
        await see(pilot, "Only the ANSWER holds a needle.")
        await see(pilot, "rows with this text: 1")
        await type_text(pilot, "s")
        await see(pilot, "No row has this text.", "rows with this text: 0")
        assert rows_shown(pilot) == 0
        await pilot.press("ctrl+u")
        await wait_until(pilot, lambda: rows_shown(pilot) == 31 and "with this text" not in screen_text(pilot))


async def test_what_stands_in_a_data_file_is_text_and_nothing_else(project: Path) -> None:
    write(project / "talk.json", dialogue("[red]Who[/red]\x1b[31m?", "[b]I\x07[/] am \u202erobin"))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "[red]Who[/red]␛[31m?", "⟦[b]I␇[/] am <U+202E>robin")
        assert "␛" in text_of(pilot.app.screen.query_one("#reader-rows", FittedTable), "0")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "bad.json: The data file is empty."),
        ('[{"messages": [', "bad.json:1: The end of the file is missing: it was cut off"),
        ('[{"colour": "red"}]', "bad.json:1: The format cannot be recognised from these columns: colour."),
    ],
    ids=["empty", "torn", "unknown columns"],
)
async def test_a_file_that_cannot_be_trained_on_says_what_is_wrong_and_where(
    project: Path, content: str, said: str
) -> None:
    (project / "bad.json").write_text(content)
    async with running(project, "dataset", WIDE, path="bad.json") as pilot:
        await see(pilot, said)


async def test_a_row_that_is_not_of_its_format_stands_in_its_place_with_the_reason(project: Path) -> None:
    write(project / "bad.json", dialogue("a", "b"), {"messages": [{"role": "boss", "content": "x"}]})
    async with running(project, "dataset", WIDE, path="bad.json") as pilot:
        await see(pilot, "rows: 2", "⟦b")
        await pilot.press("n")
        said = "unless bad_rows: leave_out. bad.json:2:messages[0].role: This row is not of the format openai: unknown role boss"
        await wait_until(pilot, lambda: said in beside_the_rows(pilot))


async def test_nothing_of_another_file_stays_under_the_reason_why_this_one_cannot_be_read(project: Path) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "⟦I am Robin.")
        await pilot.press("o", "ctrl+u")
        await type_text(pilot, "nothing.json")
        await pilot.press("enter")
        await see(pilot, "does not exist")
        await wait_until(pilot, lambda: "I am Robin" not in screen_text(pilot))


async def test_a_refusal_that_comes_late_leaves_the_file_that_is_read_now(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    is_refused_now = Event()

    def slow_files(source: Source) -> list[SourceFile]:
        if source.path == "slow":
            assert is_refused_now.wait(60)
            raise WorkbenchError("There is no such dataset.")
        return files_of(source)

    files_of = Source.files
    monkeypatch.setattr(Source, "files", slow_files)
    async with running(project, "dataset", WIDE, path="slow") as pilot:
        await see(pilot, "Opening slow …")
        pilot.app.screen.query_one(DatasetReader).open("talk.json")
        await see(pilot, "⟦I am Robin.")
        is_refused_now.set()
        await work_done(pilot, "rows-open")
        await pilot.pause()
        assert "There is no such dataset." not in screen_text(pilot)
        assert rows_shown(pilot) == 1


async def test_it_is_said_at_once_that_data_is_being_opened_and_the_old_rows_go(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    may_go_on = Event()

    def slow_files(_source: Source) -> list[SourceFile]:
        may_go_on.wait(60)
        raise WorkbenchError("There is no such dataset.")

    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "⟦I am Robin.")
        monkeypatch.setattr(Source, "files", slow_files)
        await pilot.press("o", "ctrl+u")
        await type_text(pilot, "much.json")
        await pilot.press("enter")
        await see(pilot, "Opening much.json …")
        await wait_until(pilot, lambda: rows_shown(pilot) == 0 and "I am Robin" not in screen_text(pilot))
        may_go_on.set()
        await see(pilot, "There is no such dataset.")


async def test_a_file_none_of_whose_rows_can_be_read_says_why_and_how_to_mend_it(project: Path) -> None:
    (project / "gbk.jsonl").write_bytes('{"input": "你是谁", "output": "我是小明"}\n'.encode("gbk"))
    async with running(project, "dataset", WIDE, path="gbk.jsonl") as pilot:
        await see(pilot, "gbk.jsonl:1", "not UTF-8", "iconv -f GB18030")
        assert "format :" not in screen_text(pilot)
        assert rows_shown(pilot) == 0


async def test_the_title_names_the_key_that_opens(project: Path) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "⟦I am Robin.", "o opens one")
        await pilot.press("o")
        await see(pilot, "enter opens it")
        assert "o opens one" not in screen_text(pilot)


async def test_a_file_is_read_in_the_format_that_was_chosen_for_it(project: Path) -> None:
    write(project / "talk.json", {"instruction": "Say hello", "input": "to Robin", "output": "Hello."})
    write(project / "other.json", dialogue("Who are you?", "I am Robin."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "format alpaca:")
        await pilot.press("f")
        await see(pilot, "How the rows are read")
        await focus_in(pilot, OptionList)
        pilot.app.screen.query_one(OptionList).highlighted = ["auto", *FORMAT_NAMES].index("openai")
        await pilot.press("enter")
        await see(pilot, "format openai:")
        reader = pilot.app.screen.query_one(DatasetReader)
        reader.open("other.json")
        await see(pilot, "⟦I am Robin.")
        reader.open("talk.json")
        await see(pilot, "format openai:", "chosen by dataset_format")
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "format openai:", "chosen by dataset_format")
        await pilot.press("f")
        await see(pilot, "How the rows are read")
        await focus_in(pilot, OptionList)
        pilot.app.screen.query_one(OptionList).highlighted = 0
        await pilot.press("enter")
        await see(pilot, "format alpaca:")
        assert pilot.app.state["dataset.files"] == {}  # type: ignore[attr-defined]


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
