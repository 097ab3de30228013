"""A conversation is written to be read, or for other programs, and nothing is written over."""

import json

import pytest

from workbench.chat.comparison import Compared
from workbench.chat.conversations import SavedConversation, saved_conversations, side_by_side
from workbench.chat.export import export_conversations, markdown_of
from workbench.chat.importing import import_conversations, read_conversations
from workbench.chat.turn import ChatTurn, Figures
from workbench.errors import WorkbenchError

CHAT = SavedConversation(
    model="m",
    adapter="a",
    system="Be kind.",
    turns=[
        ChatTurn(role="user", content="1+1?", images=["/a/cat.png"]),
        ChatTurn(role="assistant", content="Let me see."),
        ChatTurn(role="tool", content="```\n2", tool="calculator"),
        ChatTurn(role="assistant", content="**2**"),
    ],
)


def test_markdown_is_read_from_top_to_bottom(tmp_path):
    export_conversations([CHAT], tmp_path / "new" / "chat.md")
    text = (tmp_path / "new" / "chat.md").read_text()
    parts = [
        "# 1+1?\n",
        "m + a",
        "Be kind.",
        "## You",
        "![](/a/cat.png)",
        "\n1+1?\n",
        "Tool: calculator",
        "````\n```\n2\n````",
    ]
    places = [text.index(part) for part in (*parts, "**2**")]
    assert places == sorted(places)


def test_markdown_has_one_name_for_an_answer_with_steps_and_nothing_that_moves_a_cursor(tmp_path):
    said = [
        ChatTurn(role="user", content="?"),
        ChatTurn(role="assistant", content="Let me\x1b[2J see."),
        ChatTurn(role="tool", content="2", tool="calculator"),
        ChatTurn(role="assistant", content="2", figures=Figures(ended_by="model", model="mine")),
    ]
    export_conversations([CHAT.model_copy(update={"turns": said})], tmp_path / "chat.md")
    text = (tmp_path / "chat.md").read_text()
    assert text.count("## mine\n") == 2
    assert "\x1b" not in text


def test_json_has_the_messages_as_chat_services_write_them(tmp_path):
    export_conversations([CHAT], tmp_path / "chat.json")
    read = json.loads((tmp_path / "chat.json").read_text())
    assert [message["role"] for message in read["messages"]] == ["system", "user", "assistant", "tool", "assistant"]
    assert read["messages"][1] == {"role": "user", "content": "1+1?", "images": ["/a/cat.png"]}
    assert read["adapter"] == "a"


def test_json_says_who_gave_each_answer_and_comes_back_so(tmp_path):
    given = Figures(ended_by="length", tokens=3, model="m + b", weights="m+b")
    asked, answer = CHAT.turns[0], ChatTurn(role="assistant", content="2", figures=given)
    export_conversations([CHAT.model_copy(update={"turns": [asked, answer, asked, turn("Two.")]})], tmp_path / "c.json")
    written = json.loads((tmp_path / "c.json").read_text())["messages"]
    assert written[2] == {"role": "assistant", "content": "2", "model": "m + b", "weights": "m+b"}
    (taken,) = read_conversations(tmp_path / "c.json")
    figures = taken.turns[1].figures
    assert figures is not None and (figures.model, figures.weights) == ("m + b", "m+b")
    assert taken.turns[3].figures is None


def test_nothing_is_written_over_and_other_endings_are_refused(tmp_path):
    taken = tmp_path / "chat.md"
    taken.write_text("mine")
    for path in (taken, tmp_path / "chat.docx"):
        with pytest.raises(WorkbenchError) as error:
            export_conversations([CHAT], path)
        assert error.value.where == str(path)
    assert taken.read_text() == "mine"


def test_an_answer_that_was_cut_says_so_in_the_text() -> None:
    cut = ChatTurn(role="assistant", content="It", figures=Figures(ended_by="stopped"))
    said = markdown_of([SavedConversation(model="m", turns=[ChatTurn(role="user", content="q"), cut])])
    assert said.endswith("It\n\n*(stopped)*\n")


def test_columns_stand_under_each_question_by_name_and_come_back_beside_each_other(tmp_path):
    first, other = CHAT.model_copy(deep=True), SavedConversation(model="o", turns=[CHAT.turns[0], turn("Two.")])
    for column, one in enumerate((first, other)):
        one.compared = Compared(group="g", column=column)
    export_conversations([first, other], tmp_path / "both.md")
    text = (tmp_path / "both.md").read_text()
    assert text.count("## You") == 1
    assert text.index("## m + a") < text.index("## o\n\nTwo.")
    export_conversations([first, other], tmp_path / "both.json")
    taken = import_conversations(tmp_path, tmp_path / "both.json")
    again = import_conversations(tmp_path, tmp_path / "both.json")
    saved = [one for _path, one in saved_conversations(tmp_path)]
    assert [[one.model for one in side_by_side(taken[0], saved)], len(saved)] == [["m", "o"], 4]
    assert taken[0].compared.group != again[0].compared.group
    assert (taken[0].turns, taken[0].system, taken[0].adapter) == (CHAT.turns, "Be kind.", "a")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"model": "gpt", "messages": [{"role": "developer", "content": "S"}, {"role": "user", "content": "q"}]}, "q"),
        ([{"role": "user", "content": [{"type": "text", "text": "q"}]}], "q"),
        ([{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}], "q|a"),
        (
            {
                "messages": [
                    {"role": "user", "content": "q"},
                    {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "{}"}}]},
                    {"role": "tool", "tool_call_id": "1", "content": "r"},
                    {"role": "assistant", "reasoning_content": "hm", "content": "a"},
                ]
            },
            "q||r|<think>\nhm\n</think>\n\na",
        ),
    ],
)
def test_conversations_of_other_programs_are_taken_in(tmp_path, value, said):
    path = tmp_path / "other.json"
    path.write_text(json.dumps(value))
    (one,) = read_conversations(path)
    assert "|".join(turn.content for turn in one.turns) == said
    assert one.model == "", "what they call a model is none of ours"
    signs = [turn.figures.model for turn in one.turns if turn.figures]
    assert set(signs) <= {value.get("model", "other") if isinstance(value, dict) else "other"}
    assert one.turns[-1].role == "user" or one.turns[-1].figures


def test_a_system_text_beside_the_turns_is_taken_in(tmp_path):
    said = {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}], "system": "S"}
    (tmp_path / "shared.json").write_text(json.dumps([said]))
    (one,) = read_conversations(tmp_path / "shared.json")
    assert one.system == "S"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "cannot be read as JSON"),
        ("[" * 9999, "cannot be read as JSON"),
        ("{}", "it has no messages"),
        ('[{"messages": [{"role": "user", "content": "q"}]}, 3]', "it has no messages"),
        ('[{"role": "alien", "content": "q"}]', "message 1 has no role"),
        ('[{"role": "user", "content": 3}]', "no text"),
        ('[{"role": "assistant", "content": "a"}]', "nobody asks"),
        ('{"messages": [{"role": "user"}]}', "message 1 asks nothing"),
    ],
)
def test_what_is_no_conversation_is_said_and_nothing_is_taken(tmp_path, text, reason):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(WorkbenchError, match=reason) as error:
        import_conversations(tmp_path, path)
    assert str(path) in error.value.where
    assert not saved_conversations(tmp_path)


def turn(text):
    return ChatTurn(role="assistant", content=text)
