"""The loop: what is asked and kept, and how it ends. The answers are given; tools are real or end as they are told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.agent.told import Told
from workbench.agent.loop import NO_TURN, NOT_ALLOWED, STOPPED, Agent, Answered, Called, Calling, Ended, Event
from workbench.agent.protocols import FORCE_STOP, AgentProtocol, React, ToolCalls
from workbench.agent.tool import ToolResult, ToolSpec
from workbench.chat.protocol import Delta, GenerationSettings
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.errors import WorkbenchError

QUESTION = [ChatTurn(role="system", content="Be kind."), ChatTurn(role="user", content="1+1?")]
CALL = 'Thought: t\nAction: add\nAction Input: {"sum": "1+1"}'
PARAMETERS = {"type": "object", "properties": {"sum": {"type": "string"}}, "required": ["sum"]}


class Adding:
    """A tool that adds, hangs or has to be asked for."""

    def __init__(self, *, hangs: bool = False, outside: bool = False) -> None:
        self.specs = [ToolSpec("add", "Adds.", PARAMETERS, outside=outside)]
        self.ran: list[ChatCall] = []
        self._hangs = hangs

    async def run(self, call: ChatCall) -> ToolResult:
        self.ran.append(call)
        if self._hangs:
            await asyncio.Event().wait()
        return ToolResult("2", seconds=0.1)


async def allow(tool: ToolSpec, call: ChatCall) -> bool:
    return True


def agent(tools: Adding, protocol: AgentProtocol | None = None, **more: Any) -> Agent:
    return Agent(protocol or React(), tools, **{"may_run": allow, **more})


async def events(agent: Agent, source: Told) -> list[Event]:
    return [event async for event in agent.answer(source, QUESTION, GenerationSettings(stop_words=["END"]))]


async def test_a_question_a_call_and_an_answer() -> None:
    source, tools = Told([CALL, "Thought: done\nFinal Answer: It is 2."]), Adding()
    *steps, end = await events(agent(tools), source)
    assert [type(step) for step in steps] == [Delta, Answered, Calling, Called, Delta, Answered]
    assert isinstance(end, Ended) and (end.answer, end.reason) == ("It is 2.", "answer")
    assert [(turn.role, turn.content) for turn in end.turns[:2]] == [("assistant", CALL), ("tool", "Response:2\n")]
    assert tools.ran == [ChatCall(name="add", arguments='{"sum": "1+1"}')]
    (first, settings, more), (second, _settings, _more) = source.asked
    assert first[0].content.startswith("Be kind.\n\nYou can use tools") and first[1] == QUESTION[1]
    assert (second[-1].role, second[-1].content) == ("system", "Response:2\n")
    assert settings.stop_words == ["END", "\nResponse:"]
    assert more == {"tools": "", "kept_tokens": ()}


async def test_what_is_wrong_goes_back_to_the_model_and_no_tool_runs() -> None:
    wrong = ["Thought: hm", "Action: add\nAction Input: sum=1+1", "Action: fly\nAction Input: {}", "Final Answer: 2"]
    source, tools = Told(wrong), Adding()
    end = (await events(agent(tools), source))[-1]
    assert isinstance(end, Ended)
    told = [turn.content for turn in end.turns if turn.role == "tool"]
    assert told == [
        "Response:Please follow the format\n",
        "Response:invalid json format: sum=1+1\n",
        "Response:unknown tool: fly; tools: add\n",
    ]
    assert all(turn.failed for turn in end.turns if turn.role == "tool") and not tools.ran


@pytest.mark.parametrize("last", [CALL, "Final Answer: 2"])
async def test_the_last_turn_must_answer(last: str) -> None:
    source, tools = Told([CALL, CALL, last]), Adding()
    end = (await events(agent(tools, max_turns=3), source))[-1]
    assert isinstance(end, Ended) and end.reason == ("turns" if last == CALL else "answer")
    forced = [asked[-1].content == FORCE_STOP for asked, _settings, _more in source.asked]
    assert forced == [False, False, True] and len(tools.ran) == 2
    assert last != CALL or end.turns[-1].content == f"Response:{NO_TURN}\n"


async def test_a_tool_that_touches_the_outside_is_asked_for() -> None:
    asked = []

    async def refuse(tool: ToolSpec, call: ChatCall) -> bool:
        asked.append((tool.name, call.arguments))
        return False

    source, tools = Told([CALL, "Final Answer: no"]), Adding(outside=True)
    end = (await events(agent(tools, may_run=refuse), source))[-1]
    assert isinstance(end, Ended) and end.turns[1].content == f"Response:{NOT_ALLOWED}\n" and end.turns[1].failed
    assert asked == [("add", '{"sum": "1+1"}')] and not tools.ran


async def test_a_call_is_stopped_while_it_runs() -> None:
    source, tools = Told([CALL]), Adding(hangs=True)
    asking = agent(tools)
    seen: list[Event] = []
    async for event in asking.answer(source, QUESTION, GenerationSettings()):
        seen.append(event)
        if isinstance(event, Calling):
            asyncio.get_running_loop().call_later(0.05, lambda: asyncio.ensure_future(asking.stop()))
    end = seen[-1]
    assert isinstance(end, Ended) and end.reason == "stopped" and end.turns[-1].content == f"Response:{STOPPED}\n"
    assert len(tools.ran) == 1 and (end.turns[-1].seconds or 0) >= 0.05


async def test_an_answer_is_stopped_while_it_comes_and_nothing_of_it_is_run() -> None:
    source, tools = Told(["…"]), Adding()
    asking = agent(tools)
    seen: list[Event] = []
    async for event in asking.answer(source, QUESTION, GenerationSettings()):
        seen.append(event)
        if isinstance(event, Delta):
            await asking.stop()
    assert isinstance(seen[-1], Ended) and seen[-1].reason == "stopped"


async def test_what_came_before_an_engine_ends_has_been_handed_out() -> None:
    seen: list[Event] = []
    with pytest.raises(WorkbenchError, match="engine ended"):
        async for event in agent(Adding()).answer(Told([CALL]), QUESTION, GenerationSettings()):
            seen.append(event)
    assert isinstance(seen[-1], Called) and seen[-1].turn.content == "Response:2\n"


async def test_an_endpoint_gives_calls_apart_from_the_text() -> None:
    call = ChatCall(name="add", arguments='{"sum": "1+1"}', id="c1")
    source, tools = Told(["I add.", "2"], [call]), Adding()
    end = (await events(agent(tools, ToolCalls()), source))[-1]
    assert isinstance(end, Ended) and end.turns[0].calls == [call]
    assert (end.turns[1].content, end.turns[1].call_id) == ("2", "c1")
    assert '"name": "add"' in source.asked[0][2]["tools"] and source.asked[0][0] == QUESTION


async def test_tool_results_ask_for_the_answer_at_last() -> None:
    call = '<tool_call>{"name": "add", "arguments": {"sum": "1+1"}}</tool_call>'
    source = Told([call, "2"])
    await events(agent(Adding(), ToolCalls(), max_turns=2), source)
    assert source.asked[1][0][-1].content == f"2\n{FORCE_STOP}"
