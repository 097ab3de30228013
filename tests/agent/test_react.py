"""ReAct: what an answer says, what of it is told back, and malformed arguments."""

from __future__ import annotations

import pytest

from workbench.agent.arguments import BadCallError, arguments_of
from workbench.agent.protocols import FORCE_STOP, SHORT_REACT_TEXT, Moss, React, is_valid_call
from workbench.agent.protocols.react import FORMAT
from workbench.agent.tool import ToolResult, ToolSpec
from workbench.chat.turn import ChatCall, ChatTurn

SEARCH = ToolSpec(
    "search",
    "Searches papers.",
    {
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "words"},
            "most": {"type": "integer"},
            "kind": {"type": "string", "enum": ["old", "new"]},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["query"],
    },
)
REACT = React()


def called(arguments: str) -> str:
    return f"Thought: I search.\nAction: search\nAction Input: {arguments}"


MALFORMED = (
    "query=InternLM2 Technical Report",
    "InternLM2 Technical Report",
    "{'query': 'x'}",
    '{"query": "x"',
    '"query": "x"}',
    '{"query": "x",}',
    '{"query": x}',
    '{query: "x"}',
    '{"query" "x"}',
    '{"query": "x"} {"query": "y"}',
    '{"query": "x"}\nAnd then I wait.',
    '{"query": "x"} # a comment',
    '{"query": "x" /* why */}',
    '{"query": “x”}',
    '{"query": "x}',
    '{"query": "a "quoted" word"}',
    '{"query": "line\nbreak"}',
    '{"query": "x\\q"}',
    '{"query": "\\ud800"}',
    '{"query": "x", "query": "y"}',
    '{"query": NaN}',
    '{"query": Infinity}',
    '{"query": 1e999}',
    '{"query": None}',
    '{"query": True}',
    '{"query": "x"}}',
    '["x"]',
    '"x"',
    "null",
    "",
    "```json\n{'query': 'x'}\n```",
    '```json\n{"query": "x"}',
    '{"query": ' * 5000,
    "[" * 5000,
    '{"query": "x"}"',
    'search({"query": "x"})',
)


@pytest.mark.parametrize("arguments", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_json_object_is_told_as_exactly_that(arguments: str) -> None:
    step = REACT.read(called(arguments))
    (call,) = step.calls
    assert call.arguments == arguments.strip()
    with pytest.raises(BadCallError) as caught:
        arguments_of(call, [SEARCH])
    assert str(caught.value) == f"invalid json format: {arguments.strip()}"
    assert not is_valid_call(REACT, called(arguments), [SEARCH])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ('{"q": 1}', "unknown arguments: q; known: query, most, kind, tags"),
        ("{}", "missing arguments: query"),
        ('{"query": 1}', "wrong argument: query must be of type string"),
        ('{"query": "x", "most": true}', "wrong argument: most must be of type integer"),
        ('{"query": "x", "most": 1.5}', "wrong argument: most must be of type integer"),
        ('{"query": "x", "kind": "odd"}', 'wrong argument: kind must be one of ["old", "new"]'),
        ('{"query": "x", "tags": ["a", 1]}', "wrong argument: tags[1] must be of type string"),
    ],
)
def test_arguments_that_the_tool_does_not_take_are_told(arguments: str, told: str) -> None:
    with pytest.raises(BadCallError) as caught:
        arguments_of(ChatCall(name="search", arguments=arguments), [SEARCH])
    assert str(caught.value) == told


@pytest.mark.parametrize("arguments", ['{"query": "x"}', '```json\n{"query": "x"}\n```', '```\n{"query": "x"}```'])
def test_a_call(arguments: str) -> None:
    step = REACT.read(called(arguments))
    assert step.thought == "I search."
    assert arguments_of(step.calls[0], [SEARCH]) == {"query": "x"}
    assert is_valid_call(REACT, called(arguments), [SEARCH])


def test_a_tool_that_there_is_not() -> None:
    with pytest.raises(BadCallError, match="unknown tool: fly; tools: search"):
        arguments_of(ChatCall(name="fly", arguments="{}"), [SEARCH])


@pytest.mark.parametrize(
    ("answer", "thought", "final"),
    [
        ("Thought: I know.\nFinal Answer: 42\nand more", "I know.", "42\nand more"),
        ("Thought: I know. Final Answer: 42", "I know.", "42"),
        ("Action: FinishAction\nAction Input: 42", "", "42"),
        ("Hello!", "", "Hello!"),
        ('Thought: t\nAction: search\nAction Input: {"query": "x"}\nFinal Answer: 42', None, "42"),
    ],
)
def test_a_final_answer(answer: str, thought: str | None, final: str) -> None:
    step = REACT.read(answer)
    assert step.answer == final
    assert thought is None or step.thought == thought
    assert not step.calls and not is_valid_call(REACT, answer, [SEARCH])


@pytest.mark.parametrize("answer", ["", " \n", "Thought: hm", "Action: search", 'Action Input: {"query": "x"}'])
def test_neither_is_told(answer: str) -> None:
    step = REACT.read(answer)
    assert (step.told, step.failed, step.calls, step.answer) == (FORMAT, True, (), None)


def test_words_of_the_protocol_inside_arguments_stay_there() -> None:
    step = REACT.read(called('{"query": "Final Answer: 42 Action: search"}'))
    assert arguments_of(step.calls[0], [SEARCH]) == {"query": "Final Answer: 42 Action: search"}


def test_the_last_of_two_actions_counts() -> None:
    step = REACT.read(called('{"query": "x"}') + "\n" + called('{"query": "y"}'))
    assert arguments_of(step.calls[0], [SEARCH]) == {"query": "y"}


@pytest.mark.parametrize("protocol", [React, Moss])
def test_the_system_text_is_filled_in_literally(protocol: type[React | Moss]) -> None:
    text = protocol(text="{tool_names} {tool_lines} {bot_name} {other}", bot_name="Ada").system_text([SEARCH])
    assert text == "search search(query, most, kind, tags): Searches papers. Ada {other}"
    assert '"name": "query", "type": "STRING", "description": "words"' in REACT.system_text([SEARCH])
    assert len(React(SHORT_REACT_TEXT).system_text([SEARCH])) < 200


def test_results_are_said_by_the_system_and_the_last_turn_asks_for_the_answer() -> None:
    result = REACT.result_turn(ToolResult("found", seconds=0.5), ChatCall(name="search", arguments="{}"))
    assert (result.role, result.tool, result.content, result.seconds) == ("tool", "search", "Response:found\n", 0.5)
    sent = REACT.last_chance(REACT.sent([ChatTurn(role="user", content="?"), result]))
    assert [(turn.role, turn.content) for turn in sent[1:]] == [
        ("system", "Response:found\n"),
        ("system", FORCE_STOP),
    ]
