"""An answer of a chat becomes a row that training reads, and a file is never left with half of one."""

import json
import os
from pathlib import Path

import pytest

from workbench.chat.training_rows import answer_row, append_row, preference_rows, with_kept_pictures
from workbench.chat.turn import ChatCall, ChatTurn, Figures
from workbench.data.checks import check_data
from workbench.data.formats.chat import openai
from workbench.data.formats.preference import preference
from workbench.errors import WorkbenchError
from workbench.paths import resolve_model

PICTURE = next(Path(resolve_model("sample:pictures/held_out")).glob("*.png"))


def turns() -> list[ChatTurn]:
    return [
        ChatTurn(role="system", content="Be kind."),
        ChatTurn(role="user", content="1+1?"),
        ChatTurn(role="assistant", content="3"),
        ChatTurn(role="user", content="Sure?", images=[str(PICTURE)]),
        ChatTurn(role="assistant", content="No."),
    ]


def test_only_the_kept_answer_is_trained_and_the_picture_stays():
    row = answer_row(turns(), "No, it is 2.")
    read = openai(row)
    assert [(turn.role, turn.content, turn.loss) for turn in read.turns] == [
        ("system", "Be kind.", None),
        ("user", "1+1?", None),
        ("assistant", "3", False),
        ("user", "<image>\nSure?", None),
        ("assistant", "No, it is 2.", None),
    ]
    assert [image for turn in read.turns for image in turn.images] == [str(PICTURE)]


def test_a_pair_has_the_corrected_answer_and_the_given_one():
    read = preference(preference_rows(turns(), "No, it is 2.")[0])
    assert read.turns[-1].content == "No, it is 2."
    assert [turn.content for turn in read.rejected] == ["No."]
    with pytest.raises(WorkbenchError, match="not changed"):
        preference_rows(turns(), "No. ", others=[turns()])


def test_steps_with_tools_are_part_of_the_answer():
    call = ChatCall(name="calculator", arguments='{"expression": "1+1"}', id="c1")
    said = [
        ChatTurn(role="user", content="1+1?"),
        ChatTurn(role="assistant", content="", calls=[call]),
        ChatTurn(role="tool", content="2", tool="calculator", call_id="c1"),
        ChatTurn(role="assistant", content="It is 2."),
    ]
    tools = '[{"type": "function", "function": {"name": "calculator"}}]'
    read = openai(answer_row(said, "2.", tools))
    assert read.turns[1].tool_calls[0].arguments == call.arguments
    assert (read.turns[2].role, read.turns[2].call_id) == ("tool", "c1")
    assert "calculator" in read.tools
    assert read.turns[1].loss is None


def test_a_pair_of_two_models_has_the_steps_of_each():
    asked = ChatTurn(role="user", content="1+1?")
    thought = ChatTurn(role="assistant", content="Action: calculator")
    stepped = [asked, thought, ChatTurn(role="system", content="Response:2"), ChatTurn(role="assistant", content="2.")]
    at_once = [asked, ChatTurn(role="assistant", content="3.")]
    stopped = [asked, ChatTurn(role="assistant", content="Per", figures=Figures(ended_by="stopped"))]
    read = preference(*preference_rows(stepped, "2.", others=[at_once, stopped, at_once, stepped]))
    assert [turn.content for turn in read.turns] == ["1+1?", thought.content, "Response:2", "2."]
    assert [turn.content for turn in read.with_rejected().turns] == ["1+1?", "3."]
    read = preference(*preference_rows(at_once, "3.", others=[stepped]))
    assert [turn.content for turn in read.with_rejected().turns] == [turn.content for turn in stepped]
    corrected = preference(*preference_rows(stepped, "It is 2."))
    assert [turn.content for turn in corrected.turns[:-1]] == ["1+1?", thought.content, "Response:2"]
    assert [turn.content for turn in corrected.with_rejected().turns] == [turn.content for turn in stepped]


def test_rows_are_added_and_the_file_passes_the_check(tmp_path):
    rows, pairs = tmp_path / "data" / "chat.jsonl", tmp_path / "data" / "pairs.jsonl"
    for number in (1, 2):
        assert append_row(rows, answer_row(with_kept_pictures(turns(), rows), f"It is {number}.")) == number
    assert append_row(pairs, preference_rows(with_kept_pictures(turns(), pairs), "2")[0]) == 1
    assert len(rows.read_text().splitlines()) == 2
    assert [copy.read_bytes() for copy in (tmp_path / "data" / "chat_pictures").iterdir()] == [PICTURE.read_bytes()]
    for path in (rows, pairs):
        assert [found for found in check_data([str(path)]).findings if found.severity == "error"] == []


def test_a_file_without_a_line_end_is_gone_on_with(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(answer_row(turns(), "a")))
    assert append_row(path, answer_row(turns(), "b")) == 2
    assert append_row(path, answer_row(turns(), "a")) == 1, "it is there already"
    assert [json.loads(line)["messages"][-1]["content"] for line in path.read_text().splitlines()] == ["a", "b"]


def test_rows_of_another_form_are_not_mixed(tmp_path):
    path = tmp_path / "rows.jsonl"
    append_row(path, answer_row(turns(), "a"))
    before = path.read_bytes()
    with pytest.raises(WorkbenchError, match="another form") as error:
        append_row(path, preference_rows(turns(), "b")[0])
    assert error.value.where == f"{path}:1"
    assert path.read_bytes() == before


def test_a_full_disk_leaves_no_half_row(tmp_path, monkeypatch):
    path = tmp_path / "rows.jsonl"
    append_row(path, answer_row(turns(), "a"))
    before = path.read_bytes()

    def full(descriptor: int, data: bytes) -> int:
        if len(data) < 20:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[:10])

    real = os.write
    monkeypatch.setattr("workbench.chat.training_rows.os.write", full)
    with pytest.raises(WorkbenchError, match="No space left"):
        append_row(path, answer_row(turns(), "b"))
    assert path.read_bytes() == before
