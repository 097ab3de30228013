"""Answers of chat services: a real HTTP server on this machine plays them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.chat.services import chunk, failing, falling_silent, said, streamed
from tests.data.sheets.played_endpoint import KEY, PlayedEndpoint, Reply, Script, completion, in_turn, playing
from workbench.chat.endpoint import ChatEndpoint
from workbench.chat.endpoint_messages import messages_of
from workbench.chat.protocol import Answer, GenerationSettings
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.data.sheets.endpoint import Endpoint
from workbench.errors import WorkbenchError

HELLO = [ChatTurn(role="user", content="hello")]
PLAIN = GenerationSettings(max_new_tokens=9, temperature=0)


@asynccontextmanager
async def served(script: Script | Reply, key: str = KEY) -> AsyncIterator[tuple[ChatEndpoint, PlayedEndpoint]]:
    with playing(in_turn(script)) as played:
        chat = ChatEndpoint(Endpoint(played.url, "seer", SecretStr(key) if key else None), silence=5)
        try:
            yield chat, played
        finally:
            await chat.close()


async def heard(
    chat: ChatEndpoint, turns: list[ChatTurn] = HELLO, settings: GenerationSettings = PLAIN, **asked: Any
) -> tuple[list[str], Answer]:
    """The pieces of an answer, and the whole."""
    replies = [reply async for reply in chat.generate(turns, settings, **asked)]
    answer = replies.pop()
    assert isinstance(answer, Answer)
    pieces = [reply.text for reply in replies if not isinstance(reply, Answer)]
    assert "".join(pieces) == answer.text
    return pieces, answer


async def test_an_answer_comes_in_pieces_and_then_whole_with_its_figures() -> None:
    reply = streamed(
        said("Hel"),
        said("lo."),
        chunk({}, "stop"),
        {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}},
    )
    async with served(reply) as (chat, played):
        pieces, answer = await heard(chat, [ChatTurn(role="system", content="Be brief."), *HELLO], GenerationSettings())
    assert pieces == ["Hel", "lo."]
    assert (answer.prompt_tokens, answer.tokens, answer.ended_by, answer.calls) == (7, 3, "model", [])
    assert 0 < answer.first_token_s <= answer.total_s
    (asked,) = played.asked
    assert (asked.path, asked.authorization) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert asked.body == {
        "model": "seer",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 2048,
        "temperature": 0.1,
        "top_p": 0.75,
        "top_k": 40,
        "seed": 0,
    }


async def test_a_service_that_does_not_stream_and_one_that_cuts_are_understood() -> None:
    whole = completion("All at once.", finish="length")
    whole.headers["Content-Type"] = "application/json"
    async with served(whole) as (chat, _played):
        _pieces, answer = await heard(chat)
    assert (answer.text, answer.ended_by, answer.tokens) == ("All at once.", "length", 50)


async def test_calls_are_collected_from_their_pieces() -> None:
    pieces = [
        chunk({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "add", "arguments": '{"x"'}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]}),
        chunk({"tool_calls": [{"index": 0, "id": "b", "function": {"name": "now", "arguments": {}}}]}),
        chunk({"tool_calls": [{"index": 1, "function": {"name": "nameless", "arguments": "no json"}}]}),
        chunk({}, "tool_calls"),
    ]
    tool = {"name": "add", "parameters": {"type": "object"}}
    async with served(streamed(said("Let me see."), *pieces)) as (chat, played):
        _pieces, answer = await heard(chat, tools=json.dumps([tool]))
    assert answer.text == "Let me see."
    assert answer.calls == [
        ChatCall(name="add", arguments='{"x": 1}', id="a"),
        ChatCall(name="now", arguments="{}", id="b"),
        ChatCall(name="nameless", arguments="no json", id="call_1_2"),
    ]
    assert played.asked[0].body["tools"] == [{"type": "function", "function": tool}]


async def test_a_picture_that_is_gone_is_told_as_such_and_of_an_earlier_question_with_what_to_do(
    red: Path, tmp_path: Path
) -> None:
    gone = ChatTurn(role="user", content="What is it?", images=[str(tmp_path / "gone.png")])
    said_before = [gone, ChatTurn(role="assistant", content="Red."), ChatTurn(role="user", content="And?")]
    for turns, fix in ((said_before, "put it back, or begin a new conversation"), ([gone], "Check its path")):
        with pytest.raises(WorkbenchError, match="This picture is not there") as caught:
            messages_of(turns)
        assert caught.value.where == str(tmp_path / "gone.png") and fix in (caught.value.fix or "")


async def test_calls_results_and_pictures_go_back_as_messages(red: Path) -> None:
    turns = [
        ChatTurn(role="user", content="What is <image> there?", images=[str(red)]),
        ChatTurn(
            role="assistant",
            content="<think>\nhm\n</think>\n\nWait.",
            calls=[ChatCall(name="f", arguments="{}", id="a")],
        ),
        ChatTurn(role="tool", content="red", tool="f", call_id="a"),
        ChatTurn(role="assistant", content="Red."),
        ChatTurn(role="tool", content="asked for in the text only"),
        ChatTurn(role="user", content="And?", images=[str(red)]),
    ]
    async with served(streamed(said("Red"), chunk({}, "stop"))) as (chat, played):
        await heard(chat, turns)
    first, *rest = played.asked[0].body["messages"]
    before, picture, after = first["content"]
    assert (before["text"], after["text"]) == ("What is ", " there?")
    assert picture["image_url"]["url"].startswith("data:image/jpeg;base64,/9j/")
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    assert rest[:4] == [
        {"role": "assistant", "content": "Wait.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": "red"},
        {"role": "assistant", "content": "Red."},
        {"role": "user", "content": "asked for in the text only"},
    ]
    assert [part["type"] for part in rest[4]["content"]] == ["image_url", "text"]


async def test_thoughts_come_between_marks() -> None:
    reply = streamed(
        chunk({"reasoning_content": "One"}), chunk({"reasoning": " and one."}), said("Two."), chunk({}, "stop")
    )
    async with served(reply) as (chat, _played):
        _pieces, answer = await heard(chat)
    assert answer.text == "<think>\nOne and one.\n</think>\n\nTwo."


async def test_stop_words_end_an_answer_where_the_service_does_not_know_them() -> None:
    settings = PLAIN.model_copy(update={"stop_words": ["<end>"]})
    async with served(streamed(said("Yes<e"), said("nd> and more"), chunk({}, "stop"))) as (chat, played):
        _pieces, answer = await heard(chat, settings=settings)
    assert (answer.text, answer.ended_by) == ("Yes", "model")
    assert played.asked[0].body["stop"] == ["<end>"]


async def test_a_setting_that_the_service_does_not_take_is_left_out_from_then_on() -> None:
    no_top_k = failing(422, "Unexpected fields in the request: {'top_k'}")
    newer = failing(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
    script = in_turn(no_top_k, newer, streamed(said("ok"), chunk({}, "stop")))
    async with served(script) as (chat, played):
        for _time in range(2):
            await heard(chat, settings=GenerationSettings())
    assert len(played.asked) == 4
    for asked in played.asked[2:]:
        assert asked.body["max_completion_tokens"] == 2048
        assert not asked.body.keys() & {"top_k", "max_tokens"}


@pytest.mark.parametrize(
    ("reply", "what", "fix"),
    [
        (failing(401, f"Incorrect API key provided: {KEY}"), "HTTP 401 Incorrect.*: [*]{3}", "Check the key"),
        (failing(400, "The conversation is too long."), "too long", "what the service says"),
        (failing(429, "Slow down.", retry_after="7"), "HTTP 429 Slow down", "in 7 s"),
        (failing(429, "Pay first.", code="insufficient_quota"), "HTTP 429 Pay", "no money"),
        (failing(500, "CUDA out of memory"), "HTTP 500 CUDA", "later"),
        (Reply(302, headers={"Location": "http://elsewhere.example/v1"}), "on to http://elsewhere.example", "--url"),
        (streamed(said("Half an ans"), end=False), "broke off", "ask again"),
        (Reply(200, "data: {}\n\n", {"Content-Type": "text/event-stream"}, claims=999), "broke off", "ask again"),
        (streamed(said("Half"), {"error": {"message": "worker died"}}), "failed: worker died", "log"),
        (Reply(200, "<html>Welcome</html>", {"Content-Type": "text/html"}), "no answer", "/v1"),
        (Reply(200, "data: {{{\n\n", {"Content-Type": "text/event-stream"}), "no answer: {{{", "/v1"),
        (Reply(200, 'data: {"choices": 3}\n\n', {"Content-Type": "text/event-stream"}), "no answer", "/v1"),
        (Reply(200, "[" * 9999, {"Content-Type": "application/json"}), "no answer", "/v1"),
    ],
)
async def test_what_goes_wrong_is_told_without_the_key(reply: Reply, what: str, fix: str) -> None:
    async with served(reply) as (chat, played):
        with pytest.raises(WorkbenchError, match=what) as caught:
            await heard(chat)
    assert fix in str(caught.value.fix)
    assert caught.value.where == played.url
    assert KEY not in str(caught.value)


async def test_a_service_that_wants_a_key_and_a_closed_port_are_told() -> None:
    async with served(failing(401, "No key"), key="") as (chat, played):
        with pytest.raises(WorkbenchError, match="401") as caught:
            await heard(chat)
    assert "environment variable" in str(caught.value.fix)
    gone = ChatEndpoint(Endpoint(played.url, "seer"))
    with pytest.raises(WorkbenchError, match="No chat service answers"):
        await heard(gone)
    await gone.close()


async def test_of_a_model_that_is_not_there_those_that_are_are_named() -> None:
    def script(asked: Any) -> Reply:
        models = {"object": "list", "data": [{"id": "llama"}, {"id": "qwen"}]}
        return Reply(body=json.dumps(models)) if asked.path == "/v1/models" else failing(404, "no such model")

    async with served(script) as (chat, _played):
        assert await chat.models() == ["llama", "qwen"]
        with pytest.raises(WorkbenchError, match="404") as caught:
            await heard(chat)
    assert caught.value.fix == "The service has: llama, qwen"


async def test_stopping_keeps_what_was_said_and_silence_is_told() -> None:
    async with falling_silent(said("begun")) as url:
        chat, replies = ChatEndpoint(Endpoint(url, "seer")), []
        async for reply in chat.generate(HELLO, PLAIN):
            replies.append(reply)
            await chat.stop()
        await chat.close()
        deaf = ChatEndpoint(Endpoint(url, "seer"), silence=0.05)
        with pytest.raises(WorkbenchError, match="said nothing for"):
            await heard(deaf)
        await deaf.close()
    piece, answer = replies
    assert isinstance(answer, Answer)
    assert (piece.text, answer.text, answer.ended_by) == ("begun", "begun", "stopped")
