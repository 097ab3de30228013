"""An agent on a plain terminal: what it shows, what it asks, and what of it is safe to print."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Callable
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

import pytest

from tests.agent.told import Told
from workbench.agent.chosen import toolbox_of
from workbench.agent.consent import Consent
from workbench.agent.plain import AgentAnswering
from workbench.agent.tools.builtin import BUILT_IN
from workbench.chat.agent_choice import AgentChoice
from workbench.chat.plain_answers import Given
from workbench.chat.protocol import GenerationSettings
from workbench.chat.turn import ChatTurn

SEARCH = 'Thought: t\nAction: web_search\nAction Input: {"query": "x"}'
ADD = 'Thought: t\nAction: calculator\nAction Input: {"expression": "1+\x1b[31m1"}'
Ask = Callable[..., Any]


class _Hands(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal() -> TextIO:
    """The user types what does not mean anything, then "yes"; then nothing more."""
    return _Hands("perhaps\n\nyes\n")


@pytest.fixture
async def ask(terminal: TextIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ask]:
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("SERPER_API_KEY", "k")
    monkeypatch.setenv("WORKBENCH_SEARCH_URL", "http://127.0.0.1:9/search")  # nobody answers there
    choice = AgentChoice(is_on=True, protocol="react", tools=("calculator", "web_search"), max_turns=2)
    toolbox = toolbox_of(choice, tmp_path)

    async def answered(answers: list[str], typed: TextIO, *, streams: bool = True) -> tuple[Given, str]:
        answering = AgentAnswering(choice, toolbox, Consent(tmp_path), typed)
        assert await answering.start("default") == [] and answering.choice.read_as == "react"
        shown: list[str] = []
        turns = [ChatTurn(role="user", content="?")]
        source: Any = Told(answers)
        given = await answering.answer(source, turns, GenerationSettings(), shown.append, streams=streams)
        return given, "".join(shown)

    yield answered
    await toolbox.close()


async def test_steps_are_lines_and_nothing_of_them_moves_the_cursor(ask: Ask, terminal: TextIO) -> None:
    given, shown = await ask([ADD, "Final Answer: 2\x1b[2J"], terminal)
    assert shown.splitlines() == [
        "Thought: t",
        "Action: calculator",
        'Action Input: {"expression": "1+[31m1"}',
        '→ calculator {"expression": "1+␛[31m1"}',
        '✗ Response:invalid json format: {"expression": "1+␛[31m1"}',
        "Final Answer: 2[2J",
    ]
    assert (given.text, given.figures.tokens, given.ended_by) == ("2\x1b[2J", 2, "answer")
    rows = given.more["steps"]
    assert [row["role"] for row in rows] == ["assistant", "tool", "assistant"]
    assert (rows[1]["tool"], rows[1]["failed"]) == ("calculator", True)
    _given, whole = await ask(["Final Answer: 2"], terminal, streams=False)
    assert whole == "Final Answer: 2\n"


async def test_a_call_that_was_shown_as_it_is_is_not_told_again(ask: Ask, terminal: TextIO) -> None:
    plain = 'Thought: t\nAction: calculator\nAction Input: {"expression": "1+1"}'
    _given, shown = await ask([plain, "Final Answer: 2"], terminal)
    assert [line.partition(" (")[0] for line in shown.splitlines()] == [
        *plain.splitlines(),
        "← Response:2",
        "Final Answer: 2",
    ]


async def test_a_call_of_another_protocol_is_told(
    ask: Ask, terminal: TextIO, capsys: pytest.CaptureFixture[str]
) -> None:
    given, _shown = await ask(['<tool_call>{"name": "clock", "arguments": {}}</tool_call>'], terminal)
    assert given.ended_by == "answer"
    assert "calls a tool as the protocol tool_calls writes it, but is read by react" in capsys.readouterr().err
    await ask(["Final Answer: It is <b>2</b>."], terminal)
    assert "calls a tool" not in capsys.readouterr().err


async def test_consent_is_asked_until_the_answer_means_something(
    ask: Ask, terminal: TextIO, capsys: pytest.CaptureFixture[str]
) -> None:
    given, _shown = await ask([SEARCH, SEARCH], terminal)
    assert "the web search cannot be reached" in given.turns[1].content
    told = capsys.readouterr().err
    assert told.count("web_search wants to run") == 3
    assert given.ended_by == "turns" and "No answer after 2 turns." in told


async def test_a_text_that_the_protocol_has_no_use_for_is_told(tmp_path: Path) -> None:
    choice = AgentChoice(is_on=True, protocol="tool_calls", text="Be brief.", tools=("calculator",))
    answering = AgentAnswering(choice, toolbox_of(choice, tmp_path), Consent(tmp_path))
    (told,) = await answering.start("default")
    assert told == "The text for tools is not used: calls as tool_calls has them need none."
    await answering.close()


@pytest.mark.parametrize(
    ("protocol", "template", "said"),
    [
        ("moss", "internlm2_chat", ["are for the prompt template moss_sft; this model is asked in internlm2_chat."]),
        ("internlm2_plugin", "qwen_chat", ["are for the prompt template internlm2_chat; this model"]),
        ("moss", "moss_sft", []),
        ("moss", "", []),
        ("react", "qwen_chat", []),
    ],
)
async def test_a_template_that_the_protocol_is_not_for_is_told(
    tmp_path: Path, protocol: str, template: str, said: list[str]
) -> None:
    choice = AgentChoice(is_on=True, protocol=protocol, tools=("calculator",))
    answering = AgentAnswering(choice, toolbox_of(choice, tmp_path), Consent(tmp_path))
    told = await answering.start(template)
    assert len(told) == len(said) and all(words in one for words, one in zip(said, told, strict=True))
    await answering.close()


async def test_what_was_typed_before_a_question_is_no_answer_to_it(
    ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = os.openpty()
    os.write(ours, b"yes\n")
    later = threading.Timer(1, os.write, (ours, b"no\n"))
    with os.fdopen(theirs, "r") as typed:
        later.start()
        given, _shown = await ask([SEARCH, "Final Answer: no"], typed)
    os.close(ours)
    assert given.turns[1].content == "Response:The user did not allow this call.\n"
    assert capsys.readouterr().err.count("web_search wants to run") == 1


async def test_what_was_forbidden_for_good_is_said_so_whenever_it_is_called(
    ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (web_search,) = (tool for tool in BUILT_IN.values() if tool.spec.name == "web_search")
    Consent(tmp_path).take(web_search.spec, "never")
    given, _shown = await ask([SEARCH, "Final Answer: no"], StringIO())
    assert given.turns[1].failed
    assert "web_search is not run: you have said never in this project." in capsys.readouterr().err


async def test_where_nobody_types_nothing_touches_the_outside(
    ask: Ask, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "questions").write_text("a\n")
    with (tmp_path / "questions").open() as pipe:
        given, _shown = await ask([SEARCH, "Final Answer: no"], pipe)
        assert pipe.readline() == "a\n"
    assert given.turns[1].content == "Response:The user did not allow this call.\n"
    assert "--allow web_search" in capsys.readouterr().err


async def test_what_cannot_be_called_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    choice = AgentChoice(is_on=True, protocol="moss", tools=("calculator", "clock"))
    toolbox = toolbox_of(choice, tmp_path)
    answering = AgentAnswering(choice, toolbox, Consent(tmp_path, frozenset({"calculator", "pyton"})), StringIO())
    assert await answering.start("moss_sft") == [
        "Calls as moss has them cannot name these tools: clock.",
        "--allow pyton: the model has no tool of this name.",
    ]
    await toolbox.close()
