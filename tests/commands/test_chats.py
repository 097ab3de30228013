"""Conversations are listed, searched, printed and written out without a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.chat.comparison import BlindOrders, Compared
from workbench.chat.conversations import SavedConversation, save_conversation
from workbench.chat.turn import ChatTurn
from workbench.commands.chats import chats
from workbench.errors import WorkbenchError


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of two conversations of a project that commands are run in, newest first."""
    monkeypatch.chdir(tmp_path)
    said = (("Pears?", "\x1b[31mSweet."), ("Apples?", "Sour."))
    kept = [
        save_conversation(
            tmp_path,
            SavedConversation(
                started=1000.0 + number,
                model="m",
                turns=[ChatTurn(role="user", content=asked), ChatTurn(role="assistant", content=answer)],
            ),
        ).stem
        for number, (asked, answer) in enumerate(said)
    ]
    return kept[::-1]


def test_they_are_listed_and_searched(names: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    chats()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == names
    assert "Apples?" in lines[1]
    chats(find="SWEET", as_json=True)
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["model"], row["messages"], row["first_question"]) == (names[1], "m", 2, "Pears?")
    chats(find="sour apples")  # words, wherever each of them stands
    assert names[0] in capsys.readouterr().out
    chats(find="sweet apples")
    assert capsys.readouterr().out == "No conversation has these words.\n"


def test_a_damaged_one_is_told_beside_the_others(
    names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "chats" / "20991231_000000_000.json").write_text("{torn")
    chats()
    told = capsys.readouterr()
    assert [line.split()[0] for line in told.out.splitlines()[1:]] == names
    with pytest.raises(WorkbenchError, match="cannot be read as a conversation"):
        chats("20991231_000000_000")
    assert told.err == "Not readable as conversations: 1 (chats/20991231_000000_000.json)\n"


def test_one_is_printed_as_text_or_json_or_written_out(
    names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chats(f"{names[1]}.json")
    text = capsys.readouterr().out
    assert "[31mSweet." in text
    assert "\x1b" not in text
    chats(names[1], as_json=True)
    assert json.loads(capsys.readouterr().out)["messages"][1]["content"] == "\x1b[31mSweet."
    chats(names[0], export=Path("talk.md"))
    assert "Sour." in (tmp_path / "talk.md").read_text()


def test_a_name_that_there_is_not_names_the_nearest(names: list[str]) -> None:
    with pytest.raises(WorkbenchError) as error:
        chats(names[0][:-1] + "7")
    assert names[0] in str(error.value.fix)
    with pytest.raises(WorkbenchError, match="Which conversation"):
        chats(export=Path("talk.md"))


def test_taking_in_is_by_itself_and_a_file_that_is_not_there_is_told(names: list[str], tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="taken in by themselves"):
        chats(names[0], taken=tmp_path / "gone.json")
    with pytest.raises(WorkbenchError, match=r"gone.json: The file cannot be read: No such file"):
        chats(taken=tmp_path / "gone.json")


def test_results_of_other_programs_have_the_name_of_the_tool(
    names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = {"id": "a", "function": {"name": "add", "arguments": "{}"}}
    said = [
        {"role": "user", "content": "1+1?"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": "2"},
        {"role": "assistant", "content": "Two."},
    ]
    (tmp_path / "other.json").write_text(json.dumps({"messages": said}))
    chats(taken=tmp_path / "other.json", as_json=True)
    (taken,) = json.loads(capsys.readouterr().out)
    chats(taken["name"])
    text = capsys.readouterr().out
    assert "## Tool: add" in text and not text.splitlines()[2].startswith(" ·")


@pytest.mark.parametrize("of_column", [0, 1])
def test_one_of_a_comparison_is_written_with_those_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], of_column: int
) -> None:
    monkeypatch.chdir(tmp_path)
    columns = [
        SavedConversation(
            started=1000.0 + number,
            model=model,
            turns=[ChatTurn(role="user", content="Pears?"), ChatTurn(role="assistant", content=f"{model} says")],
            compared=Compared(group="g", column=number),
        )
        for number, model in enumerate(("left", "right"))
    ]
    names = [save_conversation(tmp_path, one).stem for one in columns]
    chats(names[of_column])
    said = capsys.readouterr().out
    assert said.count("Pears?") == 2, "in the title, and once as what was asked"
    assert said.index("left says") < said.index("right says")
    chats(names[of_column], as_json=True)
    assert [one["model"] for one in json.loads(capsys.readouterr().out)] == ["left", "right"]
    columns[0].compared = Compared(group="g", column=0, blind=BlindOrders(hidden={0}))
    save_conversation(tmp_path, columns[0])
    with pytest.raises(WorkbenchError, match="hidden until you vote"):
        chats(names[of_column], export=tmp_path / "talk.md")
    assert not (tmp_path / "talk.md").exists()
