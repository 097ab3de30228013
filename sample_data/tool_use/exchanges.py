"""Exchanges in which a tool is used: question, call, result and answer, by the ReAct protocol."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sample_data.tool_use.papers import as_text, draw_papers
from sample_data.tool_use.sums import draw_sum
from sample_data.tool_use.topics import draw_topic
from sample_data.tool_use.wording import LANGUAGES, Language, Need, wordings
from workbench.agent.protocols import React
from workbench.agent.tool import ToolResult
from workbench.agent.tools import calculator, clock
from workbench.agent.tools.builtin import built_in_specs
from workbench.agent.tools.settings import SAMPLE_ARXIV, ToolSettings

Message = dict[str, str]
SETTINGS = ToolSettings(Path(), arxiv_url=SAMPLE_ARXIV)
TOOLS = built_in_specs(["calculator", "clock", "arxiv_search"], SETTINGS)
PROTOCOL = React((Path(__file__).resolve().parent.parent / "tool_protocol.txt").read_text(encoding="utf-8"))
SYSTEM = PROTOCOL.system_text(TOOLS)
_FIRST_MINUTE = datetime(2024, 1, 1, tzinfo=UTC)
_SECONDS = 60 * 60 * 24 * 365 * 4
_DAYS_ZH = "一二三四五六日"
_THOUGHTS: dict[str, dict[Language, str]] = {
    "+": {"en": "I add.", "zh": "做加法。"},
    "-": {"en": "I subtract.", "zh": "做减法。"},
    "*": {"en": "I multiply.", "zh": "做乘法。"},
    "clock": {"en": "I look at the clock.", "zh": "看一下时间。"},
    "arxiv_search": {"en": "I search arXiv.", "zh": "搜索arXiv。"},
}


@dataclass(frozen=True)
class Exchange:
    """A question with the call that it needs, the tool's result, and the answer."""

    need: Need
    language: Language
    question: str
    tool: str
    arguments: dict[str, Any]
    result: str
    answer: str

    def messages(self) -> list[Message]:
        """As rows of dialogue have it; results are said by the system."""
        thought = _THOUGHTS[self._thinks_of()][self.language]
        arguments = json.dumps(self.arguments, ensure_ascii=False)
        return [
            {"role": "user", "content": self.question},
            {
                "role": "assistant",
                "content": f"Thought: {thought}\nAction: {self.tool}\nAction Input: {arguments}",
            },
            {"role": "system", "content": PROTOCOL.result_text(ToolResult(self.result), None)},
            {"role": "assistant", "content": final(self.answer)},
        ]

    def _thinks_of(self) -> str:
        """The sign of a sum, else the tool."""
        return next((sign for sign in "+-*" if sign in self.arguments.get("expression", "")), self.tool)


def final(answer: str) -> str:
    """An answer as the protocol has it."""
    return f"Final Answer: {answer}"


def draw_exchange(need: Need, draw: random.Random, *, unseen: bool) -> Exchange:
    """One exchange; ``unseen``: with a wording, and numbers or a topic, that no training data has."""
    language = draw.choice(LANGUAGES)
    wording = draw.choice(wordings(need, language, unseen=unseen))
    return _MAKERS[need](draw, language, wording, unseen)


def _sum(draw: random.Random, language: Language, wording: str, unseen: bool) -> Exchange:
    asked = draw_sum(draw, language, unseen=unseen)
    arguments = {"expression": asked.expression}
    result = calculator.run(arguments, SETTINGS)
    answer = f"It is {result}." if language == "en" else f"等于{result}。"
    return Exchange("sum", language, wording.replace("{it}", asked.said), "calculator", arguments, result, answer)


def _time(draw: random.Random, language: Language, wording: str, unseen: bool) -> Exchange:
    now = _moment(draw)
    answer = f"It is {now:%H:%M}." if language == "en" else f"现在是{now:%H:%M}。"
    return Exchange("time", language, wording, "clock", {}, clock.as_text(now), answer)


def _day(draw: random.Random, language: Language, wording: str, unseen: bool) -> Exchange:
    now = _moment(draw)
    en, zh = f"It is {now:%A}, {now:%Y-%m-%d}.", f"今天是{now:%Y-%m-%d}，星期{_DAYS_ZH[now.weekday()]}。"
    return Exchange("day", language, wording, "clock", {}, clock.as_text(now), en if language == "en" else zh)


def _moment(draw: random.Random) -> datetime:
    passed = timedelta(seconds=draw.randrange(_SECONDS))
    return (_FIRST_MINUTE + passed).astimezone(timezone(timedelta(hours=draw.choice((-5, 0, 0, 1, 8)))))


def _papers(draw: random.Random, language: Language, wording: str, unseen: bool) -> Exchange:
    topic = draw_topic(draw, unseen=unseen)
    papers = draw_papers(topic, draw)
    if not papers:
        answer = "I found no paper." if language == "en" else "没有找到论文。"
    else:
        answer = f"I found: {papers[0].title}" if language == "en" else f"找到了：{papers[0].title}"
    arguments = {"query": topic}
    question = wording.replace("{it}", topic)
    return Exchange("papers", language, question, "arxiv_search", arguments, as_text(papers), answer)


_MAKERS: dict[Need, Callable[[random.Random, Language, str, bool], Exchange]] = {
    "sum": _sum,
    "time": _time,
    "day": _day,
    "papers": _papers,
}
