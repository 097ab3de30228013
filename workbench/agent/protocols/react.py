"""ReAct as Lagent 0.2 has it: thoughts, actions and answers as lines of text that begin with their name.

Words and rules are those of Lagent 0.2.2; the sentences around them are the user's to write.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from workbench.agent.protocols.filled_text import filled_text
from workbench.agent.protocols.protocol import AgentProtocol, Step
from workbench.agent.tool import ToolResult, ToolSpec
from workbench.chat.agent_choice import BOT_NAME
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.configs.catalogue.systems import REACT_PROTOCOL

REACT_TEXT = """\
You can use tools. These are the tools:
{tool_description}

To use one, write these three lines and nothing behind them:
Thought: what has to be found out
Action: the name of the tool, one of [{tool_names}]
Action Input: the arguments, one JSON object

The tool's result comes back as
Response: the result

Use as many tools as needed, one at a time. As soon as you know the answer, write:
Thought: the answer is known
Final Answer: the answer to the question
"""
"""Its placeholders are those of `filled_text`."""
SHORT_REACT_TEXT = """\
Tools:
{tool_lines}
Write Thought:, Action: (a tool's name), Action Input: (JSON), or Final Answer:
"""
"""For models whose context is short."""
CHINESE_REACT_TEXT = "可以使用的工具：\n{tool_lines}\n" + REACT_PROTOCOL
"""As training on MSAgent-Bench has it."""
FORMAT = "Please follow the format"
"""What a model is told that writes neither a whole action nor an answer."""
_THOUGHT, _FINISH = "Thought:", "FinishAction"
_ACTION = re.compile(r"^[ \t]*Action:(.*)$", re.MULTILINE)
_INPUT = re.compile(r"^[ \t]*Action Input:", re.MULTILINE)
_FINAL_LINE = re.compile(r"^[ \t]*Final Answer:", re.MULTILINE)
_FINAL_ANYWHERE = re.compile(r"Final Answer:")


@dataclass(frozen=True)
class React(AgentProtocol):
    """``text``: the system text, with the placeholders of `filled_text`."""

    name: ClassVar[str] = "react"
    text: str = REACT_TEXT
    bot_name: str = BOT_NAME
    stop_words: ClassVar[tuple[str, ...]] = ("\nResponse:",)

    def system_text(self, tools: Sequence[ToolSpec]) -> str:
        return filled_text(self.text, tools, self.bot_name)

    def read(self, answer: str) -> Step:
        """The last action of an answer, unless it has a final answer; text without any of the words is one."""
        action, words = _last(_ACTION, answer), _last(_INPUT, answer)
        final = _FINAL_LINE.search(answer)
        if final is None and action is None:
            final = _FINAL_ANYWHERE.search(answer)
        if final:
            return Step(_thought(answer[: final.start()]), answer=answer[final.end() :].strip())
        if action is None and words is None and _THOUGHT not in answer and answer.strip():
            return Step(answer=answer.strip())
        if action is None or words is None or words.start() < action.end():
            return Step(_thought(answer), told=FORMAT, failed=True)
        thought, name = _thought(answer[: action.start()]), action[1].strip()
        arguments = answer[words.end() :].strip()
        if name == _FINISH:
            return Step(thought, answer=arguments)
        return Step(thought, (ChatCall(name=name, arguments=arguments),))

    def result_text(self, result: ToolResult, call: ChatCall | None) -> str:
        return f"Response:{result.text}\n"

    def sent(self, turns: Sequence[ChatTurn]) -> list[ChatTurn]:
        """Results are said by the system, as in the data that such models learn from."""
        return [turn.model_copy(update={"role": "system"}) if turn.role == "tool" else turn for turn in turns]

    def last_chance(self, turns: Sequence[ChatTurn]) -> list[ChatTurn]:
        return [*turns, ChatTurn(role="system", content=self.force_stop)]


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(reversed(list(pattern.finditer(text))), None)


def _thought(text: str) -> str:
    return text.strip().removeprefix(_THOUGHT).strip()
