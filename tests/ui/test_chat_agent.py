"""Answers with tools: every step is shown as it comes, what touches the outside asks first, and all of it is kept."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from textual.pilot import Pilot
from textual.widgets import OptionList, Select

from tests.agent import server
from tests.chat.services import said, streamed
from tests.data.sheets.played_endpoint import Asked, Reply
from tests.ui.chat_driving import begin_anew, chat, chats, on_disk, turns
from tests.ui.driving import focus_in, screen_text, see, wait_until
from tests.ui.played_chat import chatting_with
from workbench.agent.protocols import CHINESE_REACT_TEXT
from workbench.agent.tool import ToolSpec
from workbench.agent.tools.builtin import BUILT_IN
from workbench.chat.agent_choice import AgentChoice
from workbench.chat.turn import ChatTurn
from workbench.paths import shipped
from workbench.ui.screens.agent_dialog import AgentDialog
from workbench.ui.screens.consent_dialog import ConsentDialog
from workbench.ui.widgets.answer_markdown import AnswerMarkdown
from workbench.ui.widgets.field_controls import CheckInput, LinesInput
from workbench.ui.widgets.prompt_input import PromptInput
from workbench.ui.widgets.protocol_text import ProtocolText
from workbench.ui.widgets.transcript import Transcript

pytestmark = pytest.mark.asyncio(loop_scope="module")
REACT = AgentChoice(is_on=True, protocol="react", tools=("calculator", "python"))


def call(tool: str, arguments: str) -> str:
    return f"Thought: I need {tool}.\nAction: {tool}\nAction Input: {arguments}"


def reasoning(asked: Asked) -> Reply:
    """Carries out what the question says, one line after the other, and repeats the last result."""
    messages = asked.body["messages"]
    last = max(number for number, message in enumerate(messages) if message["role"] == "user")
    lines = messages[last]["content"].splitlines()
    results = [message["content"] for message in messages[last:] if message["role"] == "system"]
    if len(results) < len(lines):
        tool, arguments = lines[len(results)].split(" ", 1)
        return streamed(said(call(tool, arguments)))
    return streamed(said(f"Thought: Done.\nFinal Answer: It is **{results[-1].removeprefix('Response:').strip()}**."))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pilot[None]]:
    async with chatting_with(reasoning, tmp_path_factory.mktemp("agent")) as pilot:
        yield pilot


@pytest_asyncio.fixture(loop_scope="module")
async def talk(opened: Pilot[None]) -> Pilot[None]:
    """An empty conversation whose model may use the calculator and Python."""
    await begin_anew(opened)
    screen = chat(opened)
    screen.chat.agent = REACT
    screen.tools.consent.forget()
    screen.query_one(PromptInput).focus()
    return opened


async def question(talk: Pilot[None], *lines: str) -> None:
    """Ask for these calls, without waiting for the answer."""
    chat(talk).query_one(PromptInput).put("\n".join(lines))
    await talk.press("enter")


async def answered(talk: Pilot[None]) -> None:
    await wait_until(talk, lambda: bool(turns(talk)) and not chat(talk)._answering and len(turns(talk)) > 1)


async def test_thought_call_result_and_time_are_shown_and_kept(talk: Pilot[None]) -> None:
    await question(talk, 'calculator {"expression": "6*7"}')
    await answered(talk)
    await see(talk, "▸ thought: I need calculator.", '▸ 1 calculator {"expression": "6*7"} → Response:42', "It is 42.")
    assert "Action Input" not in screen_text(talk)
    await talk.press("tab")
    await focus_in(talk, Transcript)
    await talk.press("enter")
    await see(talk, "tool: calculator", 'arguments: {"expression": "6*7"}', "result: Response:42", "time: ")
    kept = on_disk(talk)
    assert [turn.role for turn in kept.turns] == ["user", "assistant", "tool", "assistant"]
    assert (kept.turns[2].tool, kept.turns[2].failed) == ("calculator", False)
    assert kept.agent.read_as == "react"
    chat(talk).chat.reopen(kept)
    await chat(talk).repaint()
    await see(talk, '▸ 1 calculator {"expression": "6*7"} → Response:42', "It is 42.")


async def test_what_is_no_valid_json_is_shown_as_exactly_that(talk: Pilot[None]) -> None:
    await question(talk, "calculator query=[red]6*7", 'calculator {"expression": "1/0"}')
    await answered(talk)
    await see(talk, "▸ ✗ 1 calculator query=[red]6*7 → Response:invalid json format: query=[red]6*7")
    failed = [turn.failed for turn in turns_with_tools(talk)]
    assert failed == [True, True]


async def consent(talk: Pilot[None], *keys: str) -> None:
    """Go from the answer that the dialog begins on, no for this time, by these keys, and take the one there."""
    await see(talk, "May the model use python?")
    await focus_in(talk, OptionList)
    await talk.press(*keys, "enter")


def turns_with_tools(talk: Pilot[None]) -> list[ChatTurn]:
    return [turn for turn in chat(talk).chat.turns if turn.role == "tool"]


async def test_a_tool_that_touches_the_outside_asks_and_no_means_no(talk: Pilot[None]) -> None:
    code = '{"code": "print(6 * 7)\\nprint(\'[red]\\u001b[31m\')\\n\\n\\n\\n1"}'
    await question(talk, f"python {code}")
    await see(talk, "May the model use python?", "print(6 * 7)", "6 lines; tab goes there")
    assert isinstance(talk.app.screen, ConsentDialog)
    await focus_in(talk, OptionList)
    await talk.press(*"what is 2+1", "enter")  # typed for the next message when the dialog came
    await answered(talk)
    (result,) = turns_with_tools(talk)
    assert (result.failed, "did not allow" in result.content) == (True, True)
    await question(talk, f"python {code}")
    await consent(talk, "up")
    await wait_until(talk, lambda: len(turns_with_tools(talk)) == 2 and not chat(talk)._answering)
    assert "42" in turns_with_tools(talk)[-1].content
    assert "\x1b" not in screen_text(talk)


async def test_down_from_the_last_answer_leads_to_no_yes(talk: Pilot[None]) -> None:
    await question(talk, 'python {"code": "1"}')
    await consent(talk, "down", "down", "down")
    await answered(talk)
    assert "did not allow" in turns_with_tools(talk)[0].content
    assert chat(talk).tools.consent.known(BUILT_IN["python"].spec) is False


async def test_a_row_holds_what_the_model_was_told_not_what_is_chosen_now(talk: Pilot[None]) -> None:
    screen = chat(talk)
    data = screen.workbench.project / "data" / "chat.jsonl"

    async def kept() -> list[dict[str, str]]:
        await talk.press("ctrl+d")
        await see(talk, "Put this answer into a dataset")
        await talk.press("f10")
        await see(talk, "Kept: row")
        messages: list[dict[str, str]] = json.loads(data.read_text().splitlines()[-1])["messages"]
        return messages

    screen.chat.system = "A"
    await question(talk, 'calculator {"expression": "6*7"}')
    await answered(talk)
    screen.chat.system = "B"
    screen.chat.agent = screen.chat.agent.model_copy(update={"is_on": False})
    first = await kept()
    assert first[0]["content"].startswith("A\n\n") and "calculator" in first[0]["content"]
    assert [message["role"] for message in first] == ["system", "user", "assistant", "system", "assistant"]
    await question(talk, "calculator x")
    await wait_until(talk, lambda: len(turns(talk)) == 6 and not screen._answering)
    screen.chat.agent, screen.chat.system = REACT, "C"
    assert (await kept())[0] == {"role": "system", "content": "B"}
    data.unlink()


async def test_always_and_never_are_remembered(talk: Pilot[None]) -> None:
    for keys, asked_again in ((("down",), False), ((), True)):
        chat(talk).tools.consent.forget()
        await question(talk, 'python {"code": "1"}', 'python {"code": "2"}')
        await consent(talk, *keys)
        if asked_again:
            await wait_until(talk, lambda: "print" not in screen_text(talk) and "code: 2" in screen_text(talk))
            await talk.press("escape")
        await wait_until(talk, lambda: not chat(talk)._answering)
        if not asked_again:
            await talk.press("ctrl+k")
            await see(talk, "python (never allowed): ")
            await talk.press("f9")
            await see(talk, "python (asks first): ")
            await talk.press("escape")
            await wait_until(talk, lambda: talk.app.screen is chat(talk))


async def test_what_was_said_of_a_server_s_tool_is_shown_and_forgotten(talk: Pilot[None]) -> None:
    consent = chat(talk).tools.consent
    consent.take(ToolSpec("add", "", outside=True, origin="good@0123"), "never")
    await talk.press("ctrl+k")
    await see(talk, "good/add (never allowed)")
    await talk.press("f9")
    await wait_until(talk, lambda: "good/add" not in screen_text(talk))
    await talk.press("escape")
    assert not consent.is_kept


async def test_an_answer_is_stopped_in_the_middle_of_a_tool(talk: Pilot[None]) -> None:
    await question(talk, 'python {"code": "while True: pass"}')
    await consent(talk, "up")
    await see(talk, "1 python")
    await wait_until(talk, lambda: talk.app.screen is chat(talk))
    await talk.press("escape")
    await see(talk, "· stopped")
    (result,) = turns_with_tools(talk)
    assert (result.failed, "stopped" in result.content) == (True, True)
    await ask_plainly(talk)


async def test_tools_that_do_not_start_are_not_waited_for_for_ever(talk: Pilot[None], tmp_path: Path) -> None:
    never = {"command": sys.executable, "args": ["-c", "import time; time.sleep(600)"]}
    (tmp_path / "servers.json").write_text(json.dumps({"mcpServers": {"never": never}}))
    chat(talk).chat.agent = REACT.model_copy(update={"mcp": str(tmp_path / "servers.json")})
    await question(talk, 'calculator {"expression": "1"}')
    await see(talk, "Starting the tools …")
    await talk.press("escape")
    await see(talk, "Stopped before the tools had started; ctrl+r asks again.")
    await wait_until(talk, lambda: not chat(talk)._answering)
    chat(talk).chat.agent = REACT
    await talk.press("ctrl+r")
    await answered(talk)
    await see(talk, "It is 1.")


async def test_servers_that_were_not_there_are_tried_again_with_the_next_question(
    talk: Pilot[None], tmp_path: Path
) -> None:
    there = tmp_path / "there"
    run = f"import os, runpy; os.path.exists({str(there)!r}) or os._exit(1); runpy.run_path({server.__file__!r}, run_name='__main__')"
    file = tmp_path / "servers.json"
    file.write_text(json.dumps({"mcpServers": {"late": {"command": sys.executable, "args": ["-c", run]}}}))
    chat(talk).chat.agent = REACT.model_copy(update={"mcp": str(file)})
    await question(talk, 'calculator {"expression": "1"}')
    await answered(talk)
    await see(talk, "late:", "mcp.log")
    there.touch()
    await question(talk, 'calculator {"expression": "2"}')
    await wait_until(talk, lambda: len(turns_with_tools(talk)) == 2 and not chat(talk)._answering)
    assert "late:" not in screen_text(talk)
    toolbox, troubles = await chat(talk).tools.toolbox(chat(talk).chat.agent, chat(talk).rounds)
    assert not troubles and len(toolbox.specs) > len(REACT.tools)


async def test_answers_are_markdown_again_once_tools_are_off(talk: Pilot[None]) -> None:
    await question(talk, 'calculator {"expression": "6*7"}')
    await answered(talk)
    chat(talk).chat.agent = chat(talk).chat.agent.model_copy(update={"is_on": False})  # it knows how it was read
    await question(talk, "calculator <p> **x**")
    await wait_until(talk, lambda: len(turns(talk)) == 6 and not chat(talk)._answering)
    await wait_until(talk, lambda: len(chat(talk).query(AnswerMarkdown)) == 2)


async def ask_plainly(talk: Pilot[None]) -> None:
    """The conversation goes on without tools."""
    chat(talk).chat.agent = REACT.model_copy(update={"is_on": False})
    count = len(turns(talk))
    await question(talk, "x y")
    await wait_until(talk, lambda: len(turns(talk)) == count + 2 and not chat(talk)._answering)


async def test_a_model_that_never_answers_is_told_to_and_then_given_up(talk: Pilot[None]) -> None:
    chat(talk).chat.agent = REACT.model_copy(update={"max_turns": 2})
    await question(talk, *['calculator {"expression": "1"}'] * 9)
    await see(talk, "No answer after 2 turns.")
    await answered(talk)
    assert [turn.role for turn in chat(talk).chat.turns].count("assistant") == 2


async def test_tools_and_the_text_of_the_protocol_are_chosen_in_a_dialog(talk: Pilot[None]) -> None:
    await talk.press("ctrl+k")
    await see(talk, "Tools that the model may call", "calculator: ", "python (asks first): ")
    dialog = talk.app.screen
    assert isinstance(dialog, AgentDialog)
    ticks = {str(tick.name): tick for tick in dialog.query(".tool").results(CheckInput)}
    ticks["python"].value, ticks["clock"].value = False, True
    dialog.query_one("#agent-text", LinesInput).text = "Mine: {tool_names}"
    dialog.query_one("#agent-turns").value = "3"  # type: ignore[attr-defined]
    dialog.query_one("#agent-stop").value = "Now answer."  # type: ignore[attr-defined]
    path = dialog.query_one("PathInput")
    path.value = "nowhere.json"  # type: ignore[attr-defined]
    await talk.press("f10")
    await see(talk, "nowhere.json: The file", "Put it there, or name another file")
    await talk.resize_terminal(80, 24)
    await see(talk, "Put it there, or name another file")
    await talk.resize_terminal(100, 40)
    path.value = ""  # type: ignore[attr-defined]
    await talk.press("f10")
    await see(talk, "with tools (ctrl+k) · played", "The model may call: calculator, clock")
    agent = chat(talk).chat.agent
    assert (agent.tools, agent.text, agent.max_turns) == (("calculator", "clock"), "Mine: {tool_names}", 3)
    assert agent.force_stop == "Now answer."
    await talk.press("ctrl+k")
    await see(talk, "Mine: {tool_names}")
    how = talk.app.screen.query_one("#agent-protocol", Select)
    how.value = "tool_calls"
    await wait_until(talk, lambda: not talk.app.screen.query_one(ProtocolText).display)
    how.value = "react"
    await see(talk, "Mine: {tool_names}")
    await talk.press("escape")


async def test_the_tool_chat_of_the_quickstart_is_made_of_choices(talk: Pilot[None]) -> None:
    await talk.press("ctrl+k")
    await see(talk, "where arXiv is asked", "what the model is told of it")
    dialog = talk.app.screen
    ticks = {str(tick.name): tick for tick in dialog.query(".tool").results(CheckInput)}
    ticks["arxiv_search"].value, ticks["python"].value = True, False
    dialog.query_one("#agent-arxiv", Select).value = "sample:arxiv"
    name, box = dialog.query_one("#agent-text-name", Select), dialog.query_one("#agent-text", LinesInput)
    name.value = "chinese"
    await wait_until(talk, lambda: box.text == CHINESE_REACT_TEXT)
    box.text = "Mine"
    await wait_until(talk, lambda: name.value == "own")
    name.value = "sample:tool_protocol.txt"
    await wait_until(talk, lambda: box.text.startswith("Tools: {tool_names}"))
    name.value = "own"
    await wait_until(talk, lambda: box.text == "Mine")
    name.value = "sample:tool_protocol.txt"
    await wait_until(talk, lambda: box.text != "Mine")
    await talk.press("f10")
    await see(talk, "The model may call: calculator, arxiv_search")
    agent = chat(talk).chat.agent
    assert agent.text == (shipped("sample_data") / "tool_protocol.txt").read_text()
    await question(talk, 'arxiv_search {"query": "language models"}')
    await see(talk, "Tool Learning for Language Models", "An invented paper")
    await answered(talk)


async def test_the_row_of_an_answer_with_tools_has_its_steps(talk: Pilot[None]) -> None:
    await question(talk, 'calculator {"expression": "6*7"}')
    await answered(talk)
    await talk.press("ctrl+d")
    await see(talk, "Put this answer into a dataset", "Final Answer: It is **42**.")
    await talk.press("f10")
    await see(talk, "Kept: row 1 of data/chat.jsonl.")
    text = (Path(chats(talk)).parent / "data" / "chat.jsonl").read_text()
    roles = [said["role"] for said in json.loads(text)["messages"]]
    assert roles == ["system", "user", "assistant", "system", "assistant"]
    assert '"Response:42' in text
    assert "one of [calculator, python]" in text
