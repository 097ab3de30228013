"""Requests as they come over the network become turns and settings, or errors that name the field."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.chat.pictures_drawn import picture
from workbench.agent.protocols import protocol_named
from workbench.chat.protocol import Answer, GenerationSettings, Load
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.errors import WorkbenchError
from workbench.serving.api_answers import HandedOn
from workbench.serving.api_request import ChatRequest, RequestError, read_request
from workbench.serving.received_pictures import ReceivedPictures
from workbench.serving.served import served_parts

USUAL = GenerationSettings()
HELLO = [{"role": "user", "content": "hello"}]


def read(**fields: Any) -> ChatRequest:
    return read_request(json.dumps({"messages": HELLO} | fields).encode())


@pytest.fixture
def pictures(tmp_path: Path) -> ReceivedPictures:
    return ReceivedPictures(tmp_path / "pictures")


def test_messages_become_turns(pictures: ReceivedPictures, tmp_path: Path) -> None:
    file = picture(tmp_path / "red.png", "red")
    url = f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"
    call = {"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    seen = {"type": "image_url", "image_url": {"url": url, "detail": "low"}}
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "system", "content": [{"type": "text", "text": "Be"}, {"type": "text", "text": "kind."}]},
        {"role": "user", "content": [{"type": "text", "text": "What is "}, seen, {"type": "text", "text": "?"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": "a disc"},
        {"role": "user", "content": [seen]},
    ]
    turns = read(messages=messages).turns(pictures)
    (kept,) = set(turns[1].images + turns[4].images)
    assert Path(kept).read_bytes() == file.read_bytes()
    assert turns == [
        ChatTurn(role="system", content="Be brief.\n\nBe\nkind."),
        ChatTurn(role="user", content="What is <image>\n?", images=[kept]),
        ChatTurn(role="assistant", content="", calls=[ChatCall(name="look", arguments="{}", id="a")]),
        ChatTurn(role="tool", content="a disc", tool="look", call_id="a"),
        ChatTurn(role="user", content="<image>", images=[kept]),
    ]
    pictures.clear()
    assert not Path(kept).exists()


def test_settings_of_a_request_go_before_the_usual_ones() -> None:
    assert read().settings(USUAL).model_copy(update={"seed": USUAL.seed}) == USUAL
    asked = read(max_tokens=5, temperature=0, top_p=0.5, top_k=0, seed=7, stop="a", max_completion_tokens=6)
    settings = asked.settings(USUAL)
    assert (settings.max_new_tokens, settings.temperature, settings.top_p, settings.top_k) == (6, 0, 0.5, 0)
    assert (settings.seed, settings.stop_words) == (7, ["a"])
    assert read(stop=["a", "b"]).settings(USUAL).stop_words == ["a", "b"]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": [{"role": "wizard", "content": "hello"}]}, "messages.0.role"),
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, "tool_choice"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools.0.function.name"),
        ({"stream": "perhaps"}, "stream"),
    ],
)
def test_what_is_not_understood_is_refused_by_its_field(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(RequestError) as caught:
        read(**fields)
    assert caught.value.param == param
    assert caught.value.status == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_request_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(RequestError):
        read_request(body)


def test_settings_out_of_range_are_refused() -> None:
    for field, value in (("temperature", -1), ("max_tokens", 0), ("max_tokens", 10**9), ("seed", 2**40)):
        with pytest.raises(RequestError, match=field) as caught:
            read(**{field: value}).settings(USUAL)
        assert caught.value.param == field


@pytest.mark.parametrize("fields", [{}, {"seed": -1}])
def test_without_a_seed_each_answer_is_drawn_anew(fields: dict[str, Any]) -> None:
    assert len({read(**fields).settings(USUAL).seed for _ in range(4)}) > 1


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "/etc/passwd",
        "data:image/png;base64,***",
        "data:image/png;base64," + base64.b64encode(b"no picture").decode(),
        "data:text/html;base64,aGk=",
        "data:image/png,raw",
    ],
)
def test_nothing_but_pictures_in_the_request_is_looked_at(url: str, pictures: ReceivedPictures, tmp_path: Path) -> None:
    content = [{"type": "image_url", "image_url": {"url": url}}]
    with pytest.raises(RequestError) as caught:
        read(messages=[{"role": "user", "content": content}]).turns(pictures)
    assert caught.value.param == "messages[0].content[0].image_url"
    assert list(tmp_path.rglob("*")) in ([], [tmp_path / "pictures"])


def test_calls_are_taken_out_of_the_text_that_is_handed_on() -> None:
    written = 'Let me see.\n<tool_call>\n{"name": "add", "arguments": {"x": 1}}\n</tool_call>'
    handed_on = HandedOn(protocol_named("tool_calls"))
    shown = "".join(handed_on.safe(written[start : start + 5]) for start in range(0, len(written), 5))
    ended = handed_on.ended(answer(written))
    assert (shown, ended.rest, ended.text) == ("Let me see.\n", "", "Let me see.\n")
    (call,) = ended.calls
    assert (call.name, json.loads(call.arguments)) == ("add", {"x": 1})
    assert call.id


@pytest.mark.parametrize("written", ["{no call at all}", "It is <tool_call> that you mean.", "a < b", "<tool_call>{"])
def test_text_that_turns_out_to_be_no_call_is_not_lost(written: str) -> None:
    handed_on = HandedOn(protocol_named("tool_calls"))
    shown = "".join(map(handed_on.safe, written))
    ended = handed_on.ended(answer(written))
    assert (shown + ended.rest, ended.calls, ended.text) == (written, (), written)


def test_names_of_models() -> None:
    load = Load(id=0, model="sample:model", prompt_template="internlm2_chat")
    checkpoint = "/p/work_dirs/run/20260101_000000/checkpoints/checkpoint-8"
    parts = served_parts(load, ["mine=/a/b", checkpoint, "/x/theirs"])
    assert list(parts) == ["mine", "run/checkpoint-8", "theirs", "sample:model"]
    assert [part.adapter for part in parts.values()] == ["/a/b", checkpoint, "/x/theirs", None]
    assert {part.prompt_template for part in parts.values()} == {"internlm2_chat"}
    with pytest.raises(WorkbenchError, match="the name b"):
        served_parts(load, ["/a/b", "/c/b"])


def answer(text: str) -> Answer:
    return Answer(id=1, text=text, prompt_tokens=1, tokens=1, first_token_s=0, total_s=0, ended_by="model")
