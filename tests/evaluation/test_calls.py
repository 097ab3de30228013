"""Questions that want a tool called: strict about the call, whatever it would give."""

from __future__ import annotations

from typing import get_args

import pytest

from workbench.agent.protocols import PROTOCOLS
from workbench.data.judging import CallProtocol
from workbench.data.probes import AskedTool, Probe
from workbench.evaluation.calls import is_right, kept_tokens, listed_tools
from workbench.evaluation.question_set import ProbeSet
from workbench.evaluation.scores import score

EXPRESSION = {"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]}
TOOLS = [AskedTool(name="calculator", parameters=EXPRESSION), AskedTool(name="clock")]
SUM = Probe(question="What is 2 + 3?", answers=["calculator"], match="call", tools=TOOLS)
PLUGIN = SUM.model_copy(update={"protocol": "internlm2_plugin"})
CALL = 'Thought: a sum.\nAction: calculator\nAction Input: {"expression": "2 + 3"}'


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (CALL, True),
        (f"{CALL}\nResponse:5\nFinal Answer: 5", True),  # in a conversation it is cut before the made-up result
        (CALL.replace('"2 + 3"', '"9 - 1"'), True),
        (CALL.replace("calculator", "clock"), False),
        ("Thought: the time.\nAction: clock\nAction Input: {}", False),
        ("Action: calculator\nAction Input: expression=2 + 3", False),
        ("Action: calculator\nAction Input: {'expression': '2 + 3'}", False),
        ('Action: calculator\nAction Input: {"query": "2 + 3"}', False),
        ('Action: calculator\nAction Input: {"expression": 5}', False),
        ("Final Answer: 5", False),
        ("5", False),
        ("", False),
    ],
)
def test_a_call_is_right_that_can_be_made_and_is_of_a_tool_that_counts(answer: str, right: bool) -> None:
    assert is_right(SUM, answer) is right
    assert score([SUM], [answer]).right == int(right)
    outcome = ProbeSet("calls", [SUM]).outcome([answer])
    assert outcome.score is not None and outcome.score.right == int(right)


def test_other_questions_are_judged_as_ever() -> None:
    probe = Probe(question="Q", answers=["Ada"])
    assert (is_right(probe, "I am Ada."), is_right(probe, "no")) == (True, False)
    assert (listed_tools(probe), kept_tokens(probe)) == ("", ())


def test_every_way_of_writing_calls_can_be_asked_for_and_lists_its_tools_where_the_template_does() -> None:
    assert set(get_args(CallProtocol)) == set(PROTOCOLS)
    asked = ProbeSet("calls", [SUM, PLUGIN]).questions
    assert asked[0].tools == "" and "calculator" in asked[1].tools
    assert "<|plugin|>" in asked[1].kept_tokens
    text = '<|action_start|><|plugin|>\n{"name": "calculator", "parameters": {"expression": "2+3"}}<|action_end|>'
    assert (is_right(PLUGIN, text), is_right(SUM, text)) == (True, False)
