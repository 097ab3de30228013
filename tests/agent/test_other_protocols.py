"""MOSS's commands, InternLM2's plugins, and the tool calls of chat templates."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.agent.arguments import BadCallError, arguments_of
from workbench.agent.protocols import (
    PROTOCOLS,
    AgentProtocol,
    Internlm2Plugin,
    Moss,
    ToolCalls,
    is_valid_call,
    protocol_named,
)
from workbench.agent.tool import ToolResult, ToolSpec
from workbench.chat.pictures import with_marks
from workbench.chat.turn import ChatTurn
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError

ADD = ToolSpec(
    "calculator",
    "Works out.",
    {"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]},
)
ARGUMENTS = '{"expression": "1+1"}'
MOSS, PLUGIN, TOOL_CALLS = Moss(), Internlm2Plugin(), ToolCalls()


def asked(template: str, protocol: AgentProtocol, answer: str, result: str) -> str:
    """What the model reads after a call."""
    step = protocol.read(answer)
    turns = [
        ChatTurn(role="user", content="Q"),
        protocol.answer_turn(answer, step),
        *(protocol.result_turn(ToolResult(result), call) for call in step.calls),
    ]
    segments = get_template(template).render_prompt(with_marks(protocol.sent(turns)), protocol.listed([ADD]))
    return "".join(segment.text for segment in segments)


@pytest.mark.parametrize(
    ("commands", "calls"),
    [
        ('Calculate("1+1")', [("calculator", {"expression": "1+1"})]),
        ("calculate('1+1')", [("calculator", {"expression": "1+1"})]),
        (
            'Solve("x=1"), Search("a \\"b\\"")',
            [("equation_solver", {"equation": "x=1"}), ("web_search", {"query": 'a "b"'})],
        ),
        ('Solve("x=1")\nSearch("(a)")', [("equation_solver", {"equation": "x=1"}), ("web_search", {"query": "(a)"})]),
    ],
)
def test_moss_commands(commands: str, calls: list[tuple[str, dict[str, str]]]) -> None:
    for end in ("", "<eoc>", "<eoc>\n"):
        step = MOSS.read(f"<|Inner Thoughts|>: I work it out.<eot>\n<|Commands|>: {commands}{end}")
        assert step.thought == "I work it out."
        assert [(call.name, json.loads(call.arguments)) for call in step.calls] == calls


@pytest.mark.parametrize(
    "commands",
    [
        "Calculate(1+1)",
        'Calculate("1+1"',
        'Calculate("1+1") Solve("x")',
        'Calculate("1", "2")',
        "Calculate",
        'os.system("ls")',
        'Calculate("\\q")',
        'Calculate("1+1");;x',
    ],
)
def test_what_is_no_command_is_told(commands: str) -> None:
    step = MOSS.read(f"<|Commands|>: {commands}<eoc>")
    assert (step.told, step.failed, step.calls) == (f"invalid command: {commands}", True, ())


def test_moss_speaks_or_goes_on_without_a_plugin() -> None:
    assert MOSS.read("<|MOSS|>: It is 2.<eom>").answer == "It is 2."
    assert MOSS.read("<|Inner Thoughts|>: Easy.<eot>\n2").answer == "2"
    none = MOSS.read("<|Inner Thoughts|>: Easy.<eot>\n<|Commands|>: None<eoc>")
    assert (none.told, none.failed, none.answer) == ("None", False, None)


def test_moss_goes_on_behind_the_results() -> None:
    written = '<|Inner Thoughts|>: t<eot>\n<|Commands|>: Calculate("1+1")'
    assert asked("moss_sft", MOSS, written, "2") == (
        f'<|Human|>: Q<eoh>\n{written}<eoc>\n<|Results|>:\nCalculate("1+1") => 2\n<eor>\n'
    )
    found = MOSS.read('<|Commands|>: Search("a")').calls[0]
    assert MOSS.result_text(ToolResult("one\ntwo"), found) == "Search(\"a\") =>\n<|1|>: 'one'\n<|2|>: 'two'"


def test_moss_lists_what_is_enabled() -> None:
    text = Moss(bot_name="Ada").system_text([ADD])
    assert "You are Ada" in text
    assert "- calculate: enabled. API: Calculate(expression)\n- solve: disabled." in text


def test_internlm2_plugin_as_its_template_writes_it() -> None:
    written = f'I see.<|action_start|><|plugin|>\n{{"name": "calculator", "parameters": {ARGUMENTS}}}<|action_end|>'
    step = PLUGIN.read(written)
    assert step.thought == "I see."
    assert arguments_of(step.calls[0], [ADD]) == {"expression": "1+1"}
    functions = json.dumps([ADD.as_function()])
    assert asked("internlm2_chat", PLUGIN, written, "2") == (
        f"<|im_start|>system name=<|plugin|>\n{functions}<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n"
        f"<|im_start|>assistant\n{written}<|im_end|>\n"
        "<|im_start|>environment name=<|plugin|>\n2<|im_end|>\n<|im_start|>assistant\n"
    )
    assert PLUGIN.read("It is 2.").answer == "It is 2."


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("<|plugin|>\n{", "invalid json format: {"),
        ("<|plugin|>\n[1]", "invalid json format: [1]"),
        ('<|plugin|>\n{"name": "a"}', 'invalid call: {"name": "a"}'),
        ('<|plugin|>\n{"name": 1, "parameters": {}}', 'invalid call: {"name": 1, "parameters": {}}'),
        ("<|interpreter|>\nprint(1)", "invalid call: <|interpreter|>\nprint(1)"),
    ],
)
def test_a_broken_plugin_call_is_told(inside: str, told: str) -> None:
    step = PLUGIN.read(f"<|action_start|>{inside}<|action_end|>")
    assert (step.told, step.failed, step.calls) == (told, True, ())


@pytest.mark.parametrize(
    "answer",
    [
        f'<tool_call>\n{{"name": "calculator", "arguments": {ARGUMENTS}}}\n</tool_call>',
        f'<tool_call>{{"arguments": {ARGUMENTS}, "name": "calculator"}}',
        f'<think>why</think>\n\n<tool_call>\n{{"name": "calculator", "arguments": {ARGUMENTS}}}\n</tool_call>',
        f'[TOOL_CALLS] [{{"name": "calculator", "arguments": {ARGUMENTS}, "id": "abc"}}]',
        f"[TOOL_CALLS]calculator[ARGS]{ARGUMENTS}",
        f'{{"name": "calculator", "parameters": {ARGUMENTS}}}',
        f'<|python_tag|>{{"type": "function", "name": "calculator", "parameters": {ARGUMENTS}}}',
        f'<tool_call>\n{{"name": "calculator", "arguments": {json.dumps(ARGUMENTS)}}}\n</tool_call>',
    ],
)
def test_calls_of_families_of_models(answer: str) -> None:
    (call,) = TOOL_CALLS.read(answer).calls
    assert arguments_of(call, [ADD]) == {"expression": "1+1"}
    assert is_valid_call(TOOL_CALLS, answer, [ADD])


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "calculator",
        "{",
        '{"name": "calculator"}',
        '{"name": "calculator", "arguments": {}',
        '{"arguments": {}}',
        '{"name": "calculator", "arguments": {}, "parameters": {}}',
        '{"name": ["calculator"], "arguments": {}}',
        '{"name": "calculator", "arguments": {}, "why": 1}',
        '{"name": "a", "arguments": {}} {"name": "b", "arguments": {}}',
        "{'name': 'calculator', 'arguments': {}}",
        "[]",
        "[1]",
        "null",
        "calculator(expression='1+1')",
    ],
)
@pytest.mark.parametrize(("before", "after"), [("<tool_call>\n", "\n</tool_call>"), ("[TOOL_CALLS]", "")])
def test_a_broken_tool_call_is_told_as_it_is(before: str, after: str, inside: str) -> None:
    step = TOOL_CALLS.read(f"I call.{before}{inside}{after}")
    assert step.failed and not step.calls and step.answer is None
    assert step.told in {f"invalid json format: {inside}", f"invalid call: {inside}"}


def test_two_calls_and_an_answer_that_only_looks_like_one() -> None:
    call = f'<tool_call>\n{{"name": "calculator", "arguments": {ARGUMENTS}}}\n</tool_call>'
    step = TOOL_CALLS.read(f"Both.\n{call}\n{call}")
    assert step.thought == "Both." and [one.id for one in step.calls] == ["call00000", "call00001"]
    turn = TOOL_CALLS.answer_turn(f"Both.\n{call}\n{call}", step)
    assert (turn.content, len(turn.calls)) == ("Both.", 2)
    assert TOOL_CALLS.read('{"name": "Ada", "age": 3}').answer == '{"name": "Ada", "age": 3}'
    assert TOOL_CALLS.read("<think>Use <tool_call>?</think>No.").answer == "No."


def test_calls_are_written_by_the_template_again() -> None:
    call = f'<tool_call>\n{{"name": "calculator", "arguments": {ARGUMENTS}}}\n</tool_call>'
    text = asked("qwen_chat", TOOL_CALLS, call, "2")
    assert f"assistant\n{call}<|im_end|>\n<|im_start|>system\n2<|im_end|>" in text
    assert '"name": "calculator"' in text.split("</tools>")[0]


def test_the_protocol_for_a_template() -> None:
    chosen = {name: protocol_named("auto", name).name for name in ("internlm2_chat", "moss_sft", "auto", "qwen_chat")}
    assert list(chosen.values()) == ["internlm2_plugin", "moss", "tool_calls", "tool_calls"]
    with pytest.raises(WorkbenchError) as caught:
        protocol_named("raect")
    assert "react" in (caught.value.fix or "")


_MARKS = st.sampled_from(
    (
        *[
            "<tool_call>",
            "</tool_call>",
            "[TOOL_CALLS]",
            "[ARGS]",
            "<|action_start|>",
            "<|plugin|>",
            "<|Commands|>:",
            "<eoc>",
            "Action:",
        ],
        *["{", "}", '"', "name", "Calculate(", "<think>", "Thought:"],
        "Action Input:",
        "Final Answer:",
        "\n",
    )
)


@given(st.lists(st.one_of(_MARKS, st.text(max_size=5)), max_size=12).map("".join))
def test_reading_never_raises_and_says_one_thing(answer: str) -> None:
    for kind in PROTOCOLS.values():
        step = kind().read(answer)
        assert (bool(step.calls), step.answer is not None, bool(step.told)).count(True) == 1
        assert kind().read(answer) == step
        for call in step.calls:
            try:
                arguments_of(call, [ADD])
            except BadCallError as error:
                assert str(error)


@pytest.mark.parametrize(
    "piece", ["<tool_call>", "```" + " " * 100, "Action:", "<|Commands|>: ", "[TOOL_CALLS]a ", " ", "{", "1,111"]
)
def test_a_long_answer_of_one_word_is_read_in_one_go(piece: str) -> None:
    """Work that grew with the square of the length would not end here."""
    for kind in PROTOCOLS.values():
        step = kind().read(piece * (400_000 // len(piece)))
        for call in step.calls[:1]:
            with pytest.raises(BadCallError):
                arguments_of(call, [ADD])
