"""Rows in another format: what reads back the same, what is refused, and what is lost and counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.transform.files import rows_in, said, write_lines
from workbench.data.conversation import Conversation, TokenRow, ToolCall, Turn
from workbench.data.formats import get_format
from workbench.data.transform.convert import Converter, convert_rows
from workbench.data.transform.rows import PlacedRow, RowSource
from workbench.data.transform.targets import BY_NAME
from workbench.errors import WorkbenchError

ASK = (Turn("user", "1+1?"), Turn("assistant", "2"))
PLAIN = Conversation(ASK)
SYSTEM = Conversation((Turn("system", "Be brief."), *ASK))
LATER_SYSTEM = Conversation((*ASK, Turn("system", "Be long."), *ASK))
SEVERAL = Conversation((*ASK, Turn("user", "And 2+2?"), Turn("assistant", "4")))
FLAGGED = Conversation((Turn("user", "1+1?"), Turn("assistant", "2", False), *ASK))
IMAGE = Conversation((Turn("user", "<image>\nWhat?", images=("a.png",)), Turn("assistant", "A cat.")))
CALL = Turn("assistant", "", tool_calls=(ToolCall("add", '{"a": 1, "b": 1}'),))
TOOLS = Conversation((Turn("user", "1+1?"), CALL, Turn("tool", "2"), Turn("assistant", "2")), tools='[{"name": "add"}]')
TWO_CALLS = Conversation(
    (
        Turn("user", "?"),
        Turn("assistant", "", tool_calls=CALL.tool_calls * 2),
        Turn("tool", "2"),
        Turn("assistant", "2"),
    )
)
UNANSWERED = Conversation((*ASK, Turn("user", "And?")))
PAIR = Conversation(ASK, rejected=(Turn("assistant", "3"),))
PAIR_LATER = Conversation(
    (Turn("user", "Hi"), Turn("assistant", "Hello", False), *ASK), rejected=(Turn("assistant", "3"),)
)
TEXT = Conversation((Turn("assistant", "Once upon a time."),), plain=True)
TOKENS = TokenRow((1, 2), (-100, 2))


def _written(conversation: Conversation | TokenRow, target: str, *, lossy: bool = False) -> dict | None:
    placed = PlacedRow(Path("a.jsonl"), 3, {}, conversation)
    return Converter(BY_NAME[target], lossy=lossy).row(placed)


@pytest.mark.parametrize(
    ("target", "conversation"),
    [
        *(
            ("openai", kind)
            for kind in (PLAIN, SYSTEM, LATER_SYSTEM, SEVERAL, FLAGGED, IMAGE, TOOLS, TWO_CALLS, UNANSWERED)
        ),
        *(("sharegpt", kind) for kind in (PLAIN, SYSTEM, LATER_SYSTEM, SEVERAL, IMAGE, TOOLS, TWO_CALLS, UNANSWERED)),
        *(("xtuner", kind) for kind in (PLAIN, SYSTEM, LATER_SYSTEM, SEVERAL, FLAGGED, IMAGE)),
        *(("llava", kind) for kind in (PLAIN, SEVERAL, IMAGE)),
        ("preference", PAIR),
        ("preference", PAIR_LATER),
        ("text", TEXT),
    ],
)
def test_what_a_format_can_hold_reads_back_the_same(target: str, conversation: Conversation):
    row = _written(conversation, target)
    assert row is not None
    assert get_format(target).convert(row) == conversation


@pytest.mark.parametrize("conversation", [PLAIN, SYSTEM, SEVERAL])
def test_alpaca_reads_back_with_the_line_break_its_format_puts_behind_a_question(conversation: Conversation):
    row = _written(conversation, "alpaca")
    assert row is not None
    *before, question, answer = conversation.turns
    assert get_format("alpaca").convert(row).turns == (*before, Turn("user", question.content + "\n"), answer)


@pytest.mark.parametrize(
    ("target", "conversation", "what"),
    [
        ("sharegpt", FLAGGED, "answers that are not trained"),
        ("alpaca", FLAGGED, "answers that are not trained"),
        ("alpaca", TOOLS, "tools and calls of them"),
        ("alpaca", LATER_SYSTEM, "a system text that is not at the start"),
        ("xtuner", UNANSWERED, "questions and answers that are not in pairs"),
        ("llava", SYSTEM, "a system text"),
        ("text", PLAIN, "who says what"),
        ("openai", TEXT, "text without a question"),
        ("openai", PAIR, "a rejected answer"),
        ("openai", TOKENS, "tokens instead of text"),
        ("preference", PLAIN, "no rejected answer"),
        ("openai", Conversation(ASK, answers_left_out=1), "answers before the first question"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_with_the_row(target: str, conversation: Conversation, what: str):
    with pytest.raises(WorkbenchError) as caught:
        _written(conversation, target)
    assert f"{target} cannot hold what this row has: {what}." in caught.value.what
    assert caught.value.where == "a.jsonl:3"


@pytest.mark.parametrize(
    ("target", "conversation", "left"),
    [
        ("openai", PAIR, PLAIN),
        ("llava", SYSTEM, PLAIN),
        ("sharegpt", FLAGGED, Conversation(ASK * 2)),
        ("xtuner", UNANSWERED, PLAIN),
        ("text", PLAIN, Conversation((Turn("assistant", "1+1?\n2"),), plain=True)),
    ],
)
def test_with_losses_allowed_the_rest_is_written(target: str, conversation: Conversation, left: Conversation):
    row = _written(conversation, target, lossy=True)
    assert row is not None
    assert get_format(target).convert(row) == left


@pytest.mark.parametrize(
    ("target", "conversation"),
    [("openai", TEXT), ("openai", TOKENS), ("text", TOKENS), ("preference", PLAIN), ("alpaca", Conversation())],
)
def test_rows_of_which_nothing_would_be_left_are_left_out(target: str, conversation: Conversation):
    assert _written(conversation, target, lossy=True) is None


def test_the_totals_add_up_and_losses_are_counted(tmp_path: Path):
    pair = {"prompt": "1+1?", "chosen": "2", "rejected": "3"}
    (tmp_path / "in").mkdir()
    write_lines(tmp_path / "in" / "a.jsonl", [pair, pair, "not JSON"])
    write_lines(tmp_path / "in" / "b.jsonl", [{"text": "Once."}])
    source = RowSource(str(tmp_path / "in"), skip_bad=True)
    done = convert_rows(source, BY_NAME["openai"], tmp_path / "out.jsonl", lossy=True).as_json()
    assert (done["read"], done["kept"], done["written"]) == (4, 2, 2)
    assert done["left_out"] == {"bad": 1, "inexpressible": 1}
    assert done["lost"] == {"rejected": 2}
    assert done["from"] == ["preference", "pretrain"]
    assert rows_in(tmp_path / "out.jsonl") == [said("1+1?", "2")] * 2


@pytest.mark.parametrize(
    ("turns", "row"),
    [
        (TOOLS.turns, {"instruction": "1+1?", "input": "", "output": "2"}),
        ((*TOOLS.turns, *ASK), {"instruction": "1+1?", "input": "", "output": "2", "history": [["1+1?", "2"]]}),
        (
            (ASK[0], Turn("assistant", "I look.", tool_calls=CALL.tool_calls), *TOOLS.turns[2:]),
            {"instruction": "1+1?", "input": "", "output": "I look.\n2"},
        ),
        (TOOLS.turns[:3], None),
        (TOOLS.turns[1:], None),
    ],
)
def test_with_tools_lost_no_question_or_answer_of_alpaca_is_empty(turns: tuple[Turn, ...], row: dict | None):
    assert _written(Conversation(turns), "alpaca", lossy=True) == row


@pytest.mark.parametrize("target", ["xtuner", "llava"])
def test_a_message_that_only_calls_tools_is_no_empty_answer(target: str):
    row = _written(TOOLS, target, lossy=True)
    assert row is not None
    read = get_format(target).convert(row)
    assert isinstance(read, Conversation)
    assert [turn.content for turn in read.turns if turn.role != "system"] == ["1+1?", "2"]


def test_answers_that_become_trained_and_columns_left_behind_are_told(tmp_path: Path):
    messages = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "No.", "loss": False}]
    rows = [{"id": 1, "messages": messages + said("1+1?", "2")["messages"], "source": name} for name in ("web", "")]
    source = RowSource(str(write_lines(tmp_path / "in.jsonl", rows)))
    done = convert_rows(source, BY_NAME["sharegpt"], tmp_path / "out.jsonl", lossy=True)
    assert done.sentences[1:] == [
        "2 rows: answers that were not to be trained are trained now.",
        "Columns not carried over, with their rows: id (2), source (1).",
    ]
    assert done.as_json()["columns_not_carried_over"] == {"id": 2, "source": 1}


def test_ids_of_rows_with_pictures_are_kept_or_told(tmp_path: Path):
    said_of = [{"from": "human", "value": "?"}, {"from": "gpt", "value": "No."}]
    rows = [{"id": number, "conversations": said_of} for number in (7, "b", None)]
    path = str(write_lines(tmp_path / "in.jsonl", rows))
    convert_rows(RowSource(path, format_name="llava"), BY_NAME["llava"], tmp_path / "same.jsonl")
    assert [row["id"] for row in rows_in(tmp_path / "same.jsonl")] == ["7", "b", "3"]
    done = convert_rows(RowSource(path, format_name="llava"), BY_NAME["openai"], tmp_path / "other.jsonl")
    assert done.as_json()["columns_not_carried_over"] == {"id": 2}


TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


@st.composite
def _turns(draw: st.DrawFn) -> tuple[Turn, ...]:
    roles = draw(st.lists(st.sampled_from(["system", "user", "assistant", "tool"]), max_size=6))
    return tuple(Turn(role, draw(TEXTS), draw(st.sampled_from([None, True, False]))) for role in roles)


@given(turns=_turns(), rejected=_turns(), plain=st.booleans(), target=st.sampled_from(sorted(BY_NAME)))
def test_any_row_is_written_or_refused_and_with_losses_written_or_left_out(
    turns: tuple[Turn, ...], rejected: tuple[Turn, ...], plain: bool, target: str
):
    conversation = Conversation(turns, plain=plain, rejected=rejected)
    assert _written(conversation, target, lossy=True) is None or not plain or target == "text"
    try:
        row = _written(conversation, target)
    except WorkbenchError as error:
        assert error.where == "a.jsonl:3"
    else:
        assert row is not None


LABELLED = {
    "messages": [
        {"role": "user", "content": "1+1?", "name": "Ada"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "add", "arguments": "{}"}}],
        },
        {"role": "tool", "content": "2", "tool_call_id": "c1"},
        {"role": "assistant", "content": "2"},
    ]
}


def test_names_and_ids_are_kept_where_a_format_has_them_and_named_where_not(tmp_path: Path):
    source = RowSource(str(write_lines(tmp_path / "in.jsonl", [LABELLED])))
    convert_rows(source, BY_NAME["openai"], tmp_path / "openai.jsonl")
    assert rows_in(tmp_path / "openai.jsonl") == [LABELLED]
    done = convert_rows(source, BY_NAME["sharegpt"], tmp_path / "sharegpt.jsonl")
    assert "1 rows written without: names of speakers and ids of calls." in done.sentences
    assert done.facts["lost"] == {"labels": 1}


def test_a_result_without_rows_is_an_error_and_no_file(tmp_path: Path):
    source = RowSource(str(write_lines(tmp_path / "in.jsonl", [{"text": "Once."}, {"text": "Twice."}])))
    with pytest.raises(WorkbenchError, match="No row is left to write") as caught:
        convert_rows(source, BY_NAME["preference"], tmp_path / "out.jsonl", lossy=True)
    assert "2 rows that the format cannot hold were left out." in caught.value.what
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]
