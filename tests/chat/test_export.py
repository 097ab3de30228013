"""A conversation is written to be read, or for other programs, and nothing is written over."""

import json

import pytest

from workbench.chat.conversations import SavedConversation
from workbench.chat.export import export_conversation
from workbench.chat.turn import ChatTurn
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
    export_conversation(CHAT, tmp_path / "new" / "chat.md")
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


def test_json_has_the_messages_as_chat_services_write_them(tmp_path):
    export_conversation(CHAT, tmp_path / "chat.json")
    read = json.loads((tmp_path / "chat.json").read_text())
    assert [message["role"] for message in read["messages"]] == ["system", "user", "assistant", "tool", "assistant"]
    assert read["messages"][1] == {"role": "user", "content": "1+1?", "images": ["/a/cat.png"]}
    assert read["adapter"] == "a"


def test_nothing_is_written_over_and_other_endings_are_refused(tmp_path):
    taken = tmp_path / "chat.md"
    taken.write_text("mine")
    for path in (taken, tmp_path / "chat.docx"):
        with pytest.raises(WorkbenchError) as error:
            export_conversation(CHAT, path)
        assert error.value.where == str(path)
    assert taken.read_text() == "mine"
