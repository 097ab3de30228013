"""A long prompt is read in pieces: the answer is the same, it can be stopped, and others need not wait."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from tests.chat.engine_line import Line
from tests.chat.seeing import DRAWN, GREEDY, Talk, said
from workbench.chat import reading
from workbench.chat.protocol import Answer, Delta, Generate

pytestmark = pytest.mark.heavy
_LONG = " ".join(f"Number {number} is a number." for number in range(40)) + " Who are you?"


@pytest.fixture(scope="module")
def talk() -> Talk:
    return Talk()


def test_the_answer_is_the_same_whatever_is_read_at_once(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def answers() -> list[tuple[str, int]]:
        found = [talk.ask(said(_LONG), settings) for settings in (GREEDY, DRAWN)]
        return [(answer.text, answer.prompt_tokens) for answer in found]

    monkeypatch.setitem(reading._TOKENS_AT_ONCE, "cpu", 10_000)
    at_once = answers()
    assert at_once[0][1] > 250
    for tokens in (100, at_once[0][1] - 1):
        monkeypatch.setitem(reading._TOKENS_AT_ONCE, "cpu", tokens)
        assert answers() == at_once


def test_reading_can_be_stopped(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(reading._TOKENS_AT_ONCE, "cpu", 10)
    stop = Event()
    stop.set()
    answer = talk.session.answer(Generate(id=3, turns=said(_LONG), settings=GREEDY), lambda _text: None, stop)
    assert (answer.text, answer.tokens, answer.ended_by) == ("", 0, "stopped")


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.engine.finish()


def test_another_answer_comes_while_a_long_prompt_is_read(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(reading._TOKENS_AT_ONCE, "cpu", 4)
    line.ask(10, GREEDY, _LONG)
    line.ask(11, GREEDY)
    first = line.wait_for(11, Answer)
    assert first.text
    heard = [reply.id for reply in line.replies if isinstance(reply, Delta)]
    assert heard[0] == 11, "the short one began before the long one was read"
    assert line.wait_for(10, Answer).text
