"""The sample data for tools is what its script makes, its calls are valid, and its questions are new."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sample_data.tool_use.build import QUESTIONS, ROWS, small_talk, tool_data
from sample_data.tool_use.exchanges import PROTOCOL, SETTINGS, SYSTEM, TOOLS
from sample_data.tool_use.papers import Paper, as_text
from workbench.agent.arguments import arguments_of
from workbench.agent.protocols import is_valid_call
from workbench.agent.tools import arxiv, calculator
from workbench.agent.tools.arxiv_sample import papers
from workbench.configs.catalogue import published_names, resolve
from workbench.data.checks import check_data
from workbench.data.probes import read_probes
from workbench.paths import shipped

DIALOGUES, ASKED, SMALL_TALK = (
    shipped("sample_data") / f"tool_{name}.json" for name in ("dialogues", "questions", "small_talk")
)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """The shipped rows."""
    found: list[dict[str, Any]] = json.loads(DIALOGUES.read_text(encoding="utf-8"))
    return found


def test_the_files_are_what_the_script_makes(rows: list[dict[str, Any]]) -> None:
    made, questions = tool_data()
    assert made == rows
    assert questions == json.loads(ASKED.read_text(encoding="utf-8"))
    assert (len(rows), len(questions)) == (ROWS, sum(QUESTIONS.values()))
    assert small_talk() == json.loads(SMALL_TALK.read_text(encoding="utf-8"))


def test_what_needs_no_tool_is_answered_at_once_also_as_the_first_thing_said(rows: list[dict[str, Any]]) -> None:
    """And of none of it is a question in the small talk that is asked at the end."""
    plain = [
        (place, row["messages"][place]["content"], row["messages"][place + 1]["content"])
        for row in rows
        for place, message in enumerate(row["messages"])
        if message["role"] == "user" and "Action:" not in row["messages"][place + 1]["content"]
    ]
    assert len(plain) > ROWS / 2 and sum(place == 1 for place, _asked, _said in plain) > ROWS / 5
    assert all((step := PROTOCOL.read(said)).answer == said and not step.calls for _place, _asked, said in plain)
    assert any("sample model" in said for _place, _asked, said in plain)
    asked = read_probes(SMALL_TALK)
    assert len(asked) > 50 and {probe.system for probe in asked} == {SYSTEM}
    assert not {probe.question for probe in asked} & {question for _place, question, _said in plain}
    assert not any(sign in probe.question for probe in asked for sign in ("plus", "等于", "time is it", "几点"))


def test_every_call_is_valid_and_every_result_is_what_the_calculator_gives(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert row["messages"][0] == {"role": "system", "content": SYSTEM}
        for message, result in zip(row["messages"], [*row["messages"][1:], None], strict=True):
            for call in PROTOCOL.read(message["content"]).calls if message["role"] == "assistant" else ():
                assert is_valid_call(PROTOCOL, message["content"], TOOLS)
                if call.name == "calculator":
                    given = calculator.run(arguments_of(call, TOOLS), SETTINGS)
                    assert result == {"role": "system", "content": f"Response:{given}\n"}


def test_papers_are_told_as_the_search_tells_them() -> None:
    paper = next(one for one in papers() if len(one["authors"]) > 1)
    told = Paper(paper["published"], paper["title"], ", ".join(paper["authors"]), paper["summary"])
    assert arxiv.run({"query": paper["title"]}, SETTINGS).startswith(as_text([told]))
    assert as_text([]) == arxiv.run({"query": "zzz"}, SETTINGS)


def test_no_question_no_pair_of_numbers_and_no_topic_of_the_unseen_ones_is_trained_on(
    rows: list[dict[str, Any]],
) -> None:
    trained = [message["content"] for row in rows for message in row["messages"]]
    questions = read_probes(ASKED)
    assert not {probe.question for probe in questions} & set(trained)
    assert {probe.system for probe in questions} == {SYSTEM}
    topics = ("elephant", "Norway", "pencil", "InternLM2", "Zora")
    assert all(any(topic in probe.question for probe in questions) for topic in topics)
    calls = [text for text in trained if "Action:" in text]
    called = {tuple(re.findall(r"\d", text)) for text in calls if "Action: calculator" in text}
    sums = [tuple(re.findall(r"\d", probe.question)) for probe in questions if probe.kind == "sum"]
    assert len(sums) == QUESTIONS["sum"]
    assert not called & set(sums)
    every_digit = set("123456789")
    assert all({pair[place] for pair in called} == every_digit for place in (0, 1))
    assert not any(topic in text for topic in topics for text in calls)


def test_the_config_finds_data_without_faults_and_asks_the_unseen_questions() -> None:
    names = [f"workbench_sample_{method}_tools_e4" for method in ("lora", "qlora")]
    assert set(names) <= set(published_names())
    config = resolve("workbench_sample_lora_tools_e4")
    assert config.question_sets == {"valid_calls": "sample:tool_questions.json"}
    report = check_data(str(DIALOGUES))
    assert not (report.has_errors or report.has_warnings)
