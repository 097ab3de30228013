"""Dataset: what is written was seen before, nothing is replaced unasked, and a file shows what will be trained."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from PIL import Image
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Label, OptionList
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from tests.ui.driving import (
    WIDE,
    focus_in,
    footer,
    hold,
    running,
    screen_text,
    see,
    type_text,
    wait_until,
    work_done,
)
from workbench.data.formats import FORMAT_NAMES
from workbench.data.sources import Source, SourceFile
from workbench.errors import WorkbenchError
from workbench.ui.app import WorkbenchApp
from workbench.ui.widgets.conversation_view import ConversationView
from workbench.ui.widgets.dataset_reader import DatasetReader
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


def picture_row(name: str) -> dict[str, object]:
    asked, said = {"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A cat."}
    return {"image": name, "conversations": [asked, said]}


def write_word_tokenizer(folder: Path) -> None:
    """A tokenizer that has a token for each of some words."""
    words = ["?", "<", "|", "im", "user", "I", "am", "Robin"]
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(words)}, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))


def keys_of(table: FittedTable) -> list[str]:
    return [str(row.key.value) for row in table.ordered_rows]


def text_of(table: FittedTable, key: str) -> str:
    return " ".join(str(cell) for cell in table.get_row(key))


def beside_the_rows(pilot: Pilot[None]) -> str:
    """What stands on the right of the rows, as if it were not wrapped."""
    lines = [line.partition("│")[2] for line in screen_text(pilot).splitlines()]
    return " ".join(" ".join(lines).split())


def picture_label(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("PictureSlot Label", Label).render())


def rows_shown(pilot: Pilot[None]) -> int:
    return pilot.app.screen.query_one("#reader-rows", FittedTable).row_count


async def go_to(pilot: Pilot[None], number: str) -> None:
    await pilot.press("g")
    await see(pilot, "enter goes there")
    await type_text(pilot, number)
    await pilot.press("enter")


# -- making


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
        await see(pilot, "This did not work", "file/identity.json")
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


# -- reading


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


# -- the row in three views


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
    code = "from workbench.ui.pictures import half_block_image; print(half_block_image().__name__)"
    master, slave = pty.openpty()
    subprocess.run([sys.executable, "-c", code], stdin=slave, stdout=slave, stderr=slave, check=True, timeout=60)
    os.close(slave)
    assert os.read(master, 4096) == b"HalfcellImage\r\n"
    os.close(master)


# -- much data


async def test_rows_are_read_on_as_the_cursor_goes_and_searched_to_the_end(project: Path) -> None:
    rows = (json.dumps(dialogue(f"question {number}", f"answer {number}")) for number in range(5000))
    (project / "many.jsonl").write_text("\n".join(rows))
    async with running(project, "dataset", WIDE, path="many.jsonl") as pilot:
        await see(pilot, "rows: 5000", "Rows 1–2000 are listed")
        assert rows_shown(pilot) == 2000
        await pilot.press("end")
        await see(pilot, "⟦answer 1999")
        await wait_until(pilot, lambda: rows_shown(pilot) == 4000)
        await pilot.press("n")
        await see(pilot, "⟦answer 2000")
        await pilot.press("slash")
        await type_text(pilot, "ANSWER 4321")
        await see(pilot, "⟦answer 4321")
        assert rows_shown(pilot) == 1


async def test_a_row_is_gone_to_by_its_number_wherever_it_is(project: Path) -> None:
    rows = [json.dumps(dialogue(f"question {number}", f"answer {number}")) for number in range(5000)]
    (project / "many.jsonl").write_text(
        "\n" + "\n".join(rows)
    )  # an empty line in front: rows have the numbers of lines
    async with running(project, "dataset", WIDE, path="many.jsonl") as pilot:
        await see(pilot, "⟦answer 0")
        await go_to(pilot, "4323x")
        await see(pilot, "many.jsonl:4323", "⟦answer 4321", "Rows 3322–5000 are listed")
        await go_to(pilot, "9999")
        await see(pilot, "There is no row 9999.")
        assert "⟦answer 4321" in screen_text(pilot)
        await pilot.press("g")
        await focus_in(pilot, Input)
        await pilot.press("escape")
        await focus_in(pilot, FittedTable)
        await go_to(pilot, "2")
        await see(pilot, "many.jsonl:2", "⟦answer 0")


async def test_the_keys_of_the_reader_stand_in_the_footer_and_in_the_help_also_while_a_path_is_typed(
    project: Path,
) -> None:
    write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "⟦I am Robin.")
        for key in ("t Tokens", "n Next", "b Back", "g Row"):
            assert key in footer(pilot)
        await pilot.press("o")
        await wait_until(pilot, lambda: "n Next" not in footer(pilot))
        await pilot.press("f1")
        await see(pilot, "The next row", "Go to the row with a number", "Show another model's tokens", "/ Search")


# -- checking


async def test_a_check_leads_to_the_rows_that_it_found(project: Path) -> None:
    rows = [json.dumps(dialogue(f"question {number}", f"answer {number}")) for number in range(3000)]
    rows[2500] = json.dumps(dialogue("question without an answer", ""))
    (project / "many.jsonl").write_text("\n".join(rows))
    async with running(project, "dataset", WIDE, path="many.jsonl") as pilot:
        await see(pilot, "rows: 3000")
        await pilot.press("c")
        await see(pilot, "Checking")
        await see(pilot, "3000 rows read = 2999 kept + 1 left out", "many.jsonl:2501", "→ ")
        figures = str(pilot.app.screen.query_one("#check-summary", Label).render())
        assert "languages: " in figures
        assert "of them with loss" in figures
        assert "█" in figures
        panel = pilot.app.screen.query_one("#check-table", FittedTable)
        place = next(key for key in keys_of(panel) if "many.jsonl:2501" in text_of(panel, key))
        panel.choose(place)
        await pilot.press("enter")
        await see(pilot, "many.jsonl:2501", "This row will be left out: it has no answer to train on")


async def test_a_check_that_cannot_be_made_says_why(project: Path) -> None:
    path = write(project / "talk.json", dialogue("Who are you?", "I am Robin."))
    async with running(project, "dataset", WIDE, path="talk.json") as pilot:
        await see(pilot, "⟦I am Robin.")
        path.unlink()
        await pilot.press("c")
        await see(pilot, "The data file does not exist.")
        await pilot.press("escape")
        await see(pilot, "⟦I am Robin.")
