"""Rows of text as items to ask about; their answers become OpenAI rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from workbench.data.conversation import Conversation, Role, Sample, Turn
from workbench.data.files import data_files
from workbench.data.formats import FormatChoice
from workbench.data.read import open_file
from workbench.data.readers.problems import place
from workbench.data.sheets.client import Messages
from workbench.data.sheets.engine import Item, Row
from workbench.data.sheets.found_json import found_objects, is_writable
from workbench.data.sheets.prompts import Language, TextTask, text_prompt
from workbench.data.transform.targets import BY_NAME
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _

LeaveOut = Callable[[WorkbenchError], None]


@dataclass(frozen=True)
class TextQuestion:
    """What is asked about every row. ``pairs``: exchanges to add; ``target``: the language to translate into."""

    model: str
    task: TextTask
    language: Language
    pairs: int = 1
    target: str = "en"


def text_items(source: str, choice: FormatChoice, question: TextQuestion, leave_out: LeaveOut) -> Iterator[Item]:
    """An item for each row of a file or folder, read as they are asked for.

    Args:
        leave_out: is told of each row that cannot be asked about.

    Raises:
        WorkbenchError: a file cannot be read.
    """
    for name, conversation in dialogues(source, choice, question.task, leave_out):
        yield text_item(name, conversation, question)


def dialogues(
    source: str, choice: FormatChoice, task: TextTask, leave_out: LeaveOut
) -> Iterator[tuple[str, Conversation]]:
    """The rows that can be asked about, by what they are called in reports; as `text_items` reads them.

    Raises:
        WorkbenchError: a file cannot be read.
    """
    for path in data_files(source):
        bad: list[WorkbenchError] = []
        for row in open_file(path, choice, bad).rows:
            while bad:
                leave_out(bad.pop(0))
            name = place(path, row.number)
            reason = _unsuitable(row.sample, task)
            if reason:
                leave_out(WorkbenchError(_(reason), where=name))
            elif isinstance(row.sample, Conversation):
                yield name, row.sample
        for error in bad:
            leave_out(error)


def _unsuitable(sample: Sample, task: TextTask) -> str:
    """Why a row cannot be asked about, to be translated; empty if it can."""
    if not isinstance(sample, Conversation):
        return N_("The row is tokens already.")
    if sample.plain:
        return N_("The row is plain text, not a dialogue.")
    if sample.is_empty:
        return N_("The row has no answer to train on.")
    if sample.images:
        return N_("The row has pictures.")
    if sample.tools or any(turn.role == "tool" or turn.tool_calls for turn in sample.turns):
        return N_("The row calls tools.")
    if sample.rejected:
        return N_("The row is a pair to choose from.")
    if task == "extend" and sample.turns[-1].role != "assistant":
        return N_("The dialogue ends with a question.")
    return ""


def text_item(name: str, conversation: Conversation, question: TextQuestion) -> Item:
    """What is asked about a row."""
    turns = conversation.turns
    given = [{"role": turn.role, "content": turn.content} for turn in turns]
    new = ["user", "assistant"] * question.pairs
    roles = new if question.task == "extend" else [str(turn.role) for turn in turns]
    asked = text_prompt(question.task, given, roles, question.language, pairs=question.pairs, target=question.target)
    request: Messages = [{"role": "user", "content": asked}]
    return Item(name, text_digest(question.model, asked), lambda: request, TextReader(turns, roles, question.task))


def text_digest(model: str, asked: str) -> str:
    """What tells whether the very same was asked before. ``asked``: the whole prompt."""
    return hashlib.blake2b(f"{model}\n{asked}".encode(errors="surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True)
class TextReader:
    """Makes a row of the answer: its messages for those that were given, or behind them."""

    turns: tuple[Turn, ...]
    roles: list[str]
    task: TextTask

    def __call__(self, text: str) -> list[Row]:
        said = _said(text, self.roles)
        if self.task == "extend":
            new = [Turn(cast("Role", role), content) for role, content in zip(self.roles, said, strict=True)]
            return [_openai_row((*self.turns, *new))]
        return [_openai_row([replace(turn, content=new) for turn, new in zip(self.turns, said, strict=True)])]


def _openai_row(turns: Sequence[Turn]) -> Row:
    return BY_NAME["openai"].row(Conversation(tuple(turns)), 1) or {}


def _said(text: str, roles: list[str]) -> list[str]:
    """The texts of an answer's messages, whose roles must be these.

    Raises:
        WorkbenchError: they are not.
    """
    objects, complaints = found_objects(text, ("messages",))
    lists = [found.value["messages"] for found in objects if "messages" in found.value]
    if len(lists) != 1 or not isinstance(lists[0], list):
        reason = complaints[0].what if complaints else _("it has no single list of messages")
        raise _unusable(reason)
    messages = [message for message in lists[0] if isinstance(message, dict)]
    if [message.get("role") for message in messages] != roles:
        raise _unusable(_("its messages are not those that were asked for"))
    said = [message.get("content") for message in messages]
    texts = [content for content in said if isinstance(content, str) and content.strip()]
    if len(texts) != len(roles):
        raise _unusable(_("one of its messages is empty"))
    if not is_writable(texts):
        raise _unusable(_("it has half of a character"))
    return texts


def _unusable(reason: str) -> WorkbenchError:
    return WorkbenchError(_("The answer is not what was asked for: {reason}").format(reason=reason))
