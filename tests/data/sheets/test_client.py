"""Asking a service that is busy, broken, slow, or sends us elsewhere."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate

import pytest
from pydantic import SecretStr

from tests.data.sheets.played_endpoint import KEY, PlayedEndpoint, Reply, Script, completion, in_turn, playing
from workbench.data.sheets.client import AskingStoppedError, ChatClient
from workbench.data.sheets.endpoint import Endpoint
from workbench.data.sheets.patience import Patience, asked_wait
from workbench.data.sheets.refusal import EndpointDownError
from workbench.errors import WorkbenchError

HELLO = [{"role": "user", "content": "hello"}]
QUICK = Patience(attempts=3, first_wait=0.001, longest_wait=5.0, answer=5.0)


@contextmanager
def served(script: Script | Reply, patience: Patience = QUICK) -> Iterator[tuple[ChatClient, PlayedEndpoint]]:
    with (
        playing(in_turn(script)) as played,
        ChatClient(Endpoint(played.url, "seer", SecretStr(KEY)), patience=patience) as client,
    ):
        yield client, played


def test_the_request_is_that_of_the_protocol() -> None:
    with served(completion("hi")) as (client, played):
        answer = client.ask(HELLO)
    assert (answer.text, answer.is_cut, answer.tokens_in, answer.tokens_out) == ("hi", False, 100, 50)
    (asked,) = played.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.body == {"model": "seer", "messages": HELLO}
    assert asked.authorization == f"Bearer {KEY}"


def test_without_a_key_none_is_sent() -> None:
    with (
        playing(lambda _asked: completion("hi", tokens=None)) as played,
        ChatClient(Endpoint(played.url, "seer"), max_tokens=7) as client,
    ):
        answer = client.ask(HELLO)
    assert played.asked[0].authorization is None
    assert played.asked[0].body["max_tokens"] == 7
    assert (answer.tokens_in, answer.tokens_out) == (None, None)


def test_an_answer_that_was_cut_is_known() -> None:
    with served(completion("hi", finish="length")) as (client, _played):
        assert client.ask(HELLO).is_cut


@pytest.mark.parametrize(
    "trouble",
    [
        Reply(429, "slow down", {"Retry-After": "0"}),
        Reply(429, '{"error": {"message": "rate limit"}}'),
        Reply(500, "oh"),
        Reply(503, "<html>busy</html>"),
        Reply(200, "<html>no json</html>"),
        Reply(200, '{"choices": []}'),
        Reply(200, '{"choices": [{"mess'),
        Reply(200, '{"choices": [{"message": {"content": "hi"}}]}', claims=5000),
        Reply(200, "not gzip", {"Content-Encoding": "gzip"}),
        Reply(302, headers={"Location": "/v1/chat/completions"}),
    ],
)
def test_it_is_asked_again_until_it_answers(trouble: Reply) -> None:
    with (
        playing(in_turn(trouble, completion("hi"))) as played,
        ChatClient(Endpoint(played.url, "seer"), patience=QUICK) as client,
    ):
        assert client.ask(HELLO).text == "hi"
        assert len(played.asked) == 2


def test_a_slow_service_is_asked_again() -> None:
    slow = threading.Event()
    replies = in_turn(Reply(200, "{}", before=lambda: slow.wait(10)), completion("hi"))
    patience = Patience(attempts=2, first_wait=0.001, answer=0.2)
    with playing(replies) as played, ChatClient(Endpoint(played.url, "seer"), patience=patience) as client:
        assert client.ask(HELLO).text == "hi"
        slow.set()


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        (Reply(500, '{"error": {"message": "broken"}}'), "no answer after 3 attempts: HTTP 500 broken"),
        (Reply(200, "[]"), "no answer after 3 attempts"),
        (Reply(429, "later", {"Retry-After": "3600"}), "asks to wait 3600 s"),
        (Reply(401, '{"error": {"message": "bad key"}}'), "HTTP 401 bad key"),
        (Reply(404, "no such model"), "HTTP 404 no such model"),
        (Reply(402, "pay"), "HTTP 402 pay"),
        (Reply(429, '{"error": {"message": "pay", "code": "insufficient_quota"}}'), "HTTP 429 pay"),
    ],
)
def test_a_service_that_cannot_be_asked_is_given_up(reply: Reply, what: str) -> None:
    with served(reply) as (client, _played), pytest.raises(EndpointDownError, match=what) as caught:
        client.ask(HELLO)
    assert caught.value.fix and str(caught.value.where).startswith("http://127.0.0.1")


def test_a_request_that_is_refused_does_not_end_the_work() -> None:
    with served(Reply(400, '{"error": {"message": "bad picture"}}')) as (client, played):
        with pytest.raises(WorkbenchError, match="HTTP 400 bad picture") as caught:
            client.ask(HELLO)
        assert not isinstance(caught.value, EndpointDownError)
        assert len(played.asked) == 1


def test_nobody_at_the_address_is_told() -> None:
    with playing(in_turn(completion("hi"))) as played:
        url = played.url
    with (
        ChatClient(Endpoint(url, "seer"), patience=QUICK) as client,
        pytest.raises(EndpointDownError, match="3 attempts"),
    ):
        client.ask(HELLO)


def test_neither_key_nor_data_follow_to_another_place() -> None:
    with playing(in_turn(completion("hi"))) as other:
        away = Reply(307, headers={"Location": f"{other.url}/chat/completions"})
        with served(away) as (client, _played), pytest.raises(EndpointDownError, match="sends us on"):
            client.ask(HELLO)
        assert other.asked == []


def test_going_round_in_circles_ends() -> None:
    with served(Reply(307, headers={"Location": "/v1/chat/completions"})) as (client, played):
        with pytest.raises(EndpointDownError, match="sends us on"):
            client.ask(HELLO)
        assert len(played.asked) <= 5


@pytest.mark.parametrize("padding", [0, 270])
def test_a_key_that_is_sent_back_shows_nowhere(padding: int) -> None:
    said = "x" * padding + f" Incorrect key {KEY}"
    with served(Reply(401, json.dumps({"error": {"message": said}}))) as (client, _played):
        with pytest.raises(EndpointDownError) as caught:
            client.ask(HELLO)
        assert KEY[:8] not in str(caught.value)
    with served(completion(f"the key is {KEY}")) as (client, _played):
        assert client.ask(HELLO).text == "the key is ***"


def test_an_endless_answer_is_not_taken() -> None:
    with (
        served(Reply(200, "x" * (9 * 1024 * 1024))) as (client, _played),
        pytest.raises(WorkbenchError, match="more than"),
    ):
        client.ask(HELLO)


def test_the_wait_for_another_attempt_can_be_ended() -> None:
    stopping = threading.Event()
    busy = Reply(503, "busy", {"Retry-After": "60"}, before=lambda: threading.Timer(0.05, stopping.set).start())
    with playing(in_turn(busy)) as played, ChatClient(Endpoint(played.url, "seer"), stopping=stopping) as client:
        began = time.monotonic()
        with pytest.raises(AskingStoppedError):
            client.ask(HELLO)
        assert time.monotonic() - began < 10


@pytest.mark.parametrize(("value", "seconds"), [("0", 0), ("2.5", 2.5), ("-3", 0), ("", None), ("soon", None)])
def test_the_pause_that_is_asked_for(value: str, seconds: float | None) -> None:
    assert asked_wait({"retry-after": value}) == seconds


def test_the_pause_may_be_a_date() -> None:
    wait = asked_wait({"retry-after": formatdate(time.time() + 600, usegmt=True)})
    assert wait is not None and 300 < wait <= 601
