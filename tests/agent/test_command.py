"""``workbench chat --agent``: the options, and a real model behind a plain terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.chat.services import said, streamed
from tests.commands.run_command import workbench
from tests.data.sheets.played_endpoint import playing
from workbench.agent.protocols import SHORT_REACT_TEXT
from workbench.chat.conversations import saved_conversations
from workbench.chat.endpoints import KnownEndpoint, keep_endpoint
from workbench.commands.agent_options import chosen_agent, moss_templates, plain_agent
from workbench.errors import WorkbenchError

NOTHING: dict[str, Any] = {
    "agent": None,
    "tools": None,
    "mcp": None,
    "text": None,
    "force_stop": None,
    "max_turns": 7,
    "arxiv_url": None,
    "plugins": None,
    "more_plugins": None,
    "lagent": False,
    "bot_name": "BOT",
    "allowed": [],
}


def test_the_options_make_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen_agent(**NOTHING) is None
    usual = chosen_agent(**NOTHING | {"agent": "auto"})
    assert usual and usual.is_on and usual.tools == ("calculator", "equation_solver", "clock")
    named = chosen_agent(**NOTHING | {"tools": ["clock, calculator", "python"], "max_turns": 3})
    short = chosen_agent(**NOTHING | {"agent": "react", "text": "short"})
    assert short and short.text == SHORT_REACT_TEXT
    assert named and (named.protocol, named.tools, named.max_turns) == ("auto", ("clock", "calculator", "python"), 3)
    monkeypatch.setenv("SERPER_API_KEY", "k")
    lagent = chosen_agent(**NOTHING | {"lagent": True})
    assert lagent and (lagent.protocol, lagent.tools) == ("react", ("web_search",)) and "可以使用的工具" in lagent.text
    moss = chosen_agent(**NOTHING | {"plugins": ["calculate"], "more_plugins": ["search"], "bot_name": "Ada"})
    assert moss and (moss.protocol, moss.tools, moss.bot_name) == ("moss", ("calculator", "web_search"), "Ada")
    assert moss_templates(None, "moss_sft") == ("moss_sft", None)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"agent": "react", "lagent": True}, "Only one kind of agent"),
        ({"plugins": ["calc"]}, "no plugin called calc"),
        ({"lagent": True}, "no key for web searches"),
        ({"plugins": ["search"]}, "no key for web searches"),
        ({"tools": ["clock,web_search"]}, "no key for web searches"),
        ({"agent": "reakt"}, "no protocol called reakt"),
        ({"tools": ["calclator"]}, "no tool called calclator"),
        ({"mcp": Path("gone.json")}, "MCP servers cannot be read"),
        ({"agent": "react", "text": "gone.txt"}, "text cannot be read"),
        ({"agent": "react", "text": "empty.txt"}, "empty.txt: The text is empty"),
        ({"agent": "react", "arxiv_url": "sample:nope"}, "sample:nope: arXiv cannot be asked there"),
        ({"agent": "react", "allowed": ["pyton"]}, "no tool called pyton"),
        ({"text": "gone.txt", "max_turns": 3, "allowed": ["python"]}, "--agent-text --max-turns --allow: It is for a"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_loaded(
    options: dict[str, Any], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SERPER_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("empty.txt").write_text("\n")
    with pytest.raises(WorkbenchError) as caught:
        choice = chosen_agent(**NOTHING | options)
        assert choice
        plain_agent(choice, tmp_path, frozenset())
    assert told in str(caught.value)
    assert caught.value.fix


def test_what_the_command_line_cannot_mean(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter):
        chosen_agent(**NOTHING | {"more_plugins": ["solve"]})
    with pytest.raises(WorkbenchError, match="template moss_sft"):
        moss_templates("qwen_chat", None)


def test_turns_without_an_answer_are_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "config"))
    call = said("Thought: t\nAction: clock\nAction Input: {}")
    with playing(lambda _asked: streamed(call)) as service:
        keep_endpoint(KnownEndpoint(name="restless", url=service.url, model="m"))
        options = ("--agent", "react", "--tools", "clock", "--max-turns", "1")
        result = workbench("chat", "endpoint:restless", *options, "-m", "What time is it?", cwd=tmp_path)
    assert (result.returncode, len(service.asked)) == (1, 1)
    assert "No answer after 1 turn.\n" in result.stderr


@pytest.mark.heavy
def test_a_model_with_tools_on_a_plain_terminal(tmp_path: Path) -> None:
    options = ("--agent", "react", "--tools", "clock,python", "--temperature", "0", "--max-new-tokens", "8")
    result = workbench("chat", "sample:model", *options, "-m", "Hi", "-m", "Bye", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["steps"][0] == {"role": "assistant", "content": first["answer"]}
    assert (first["ended_by"], second["question"]) == ("answer", "Bye")
    ((_path, kept),) = saved_conversations(tmp_path)
    assert (kept.agent.is_on, kept.agent.read_as, kept.agent.tools) == (True, "react", ("clock", "python"))
