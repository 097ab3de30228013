"""Formats with a column for the question and one for the answer, most with a fixed system text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from workbench.configs.catalogue.systems import SYSTEMS
from workbench.data.conversation import Conversation, Role, Turn
from workbench.data.formats.images import IMAGE_COLUMNS, row_images, with_images
from workbench.data.formats.messages import system_of
from workbench.data.formats.row import DatasetFormat, Row, RowError, as_text, columns, exchange, system_turn, text_of
from workbench.i18n import N_, _

_NO_OUTPUT = "<nooutput>"
_ASKED_AND_ANSWERED: tuple[Role, Role] = ("user", "assistant")


@dataclass(frozen=True)
class Columns:
    """A question that is one column, or several with a line break between them, and an answer column.

    Args:
        system: the text that every row gets.
        system_column: the column of the row's own system text.
    """

    question: tuple[str, ...]
    answer: str
    system: str = ""
    system_column: str = ""

    def __call__(self, row: Row) -> Conversation:
        question = "\n".join(text_of(row, column) for column in self.question)
        system = text_of(row, self.system_column, "") if self.system_column else self.system
        return exchange(question, text_of(row, self.answer), system, places=("+".join(self.question), self.answer))


def alpaca(row: Row, ending: str = "") -> Conversation:
    """``instruction``, ``input``, ``output``, an optional ``history`` of pairs, ``system`` and ``images``.

    ``ending``: what the names of the three columns end with. A row whose output is ``<nooutput>`` has no turns.
    """
    output = text_of(row, f"output{ending}")
    if output == _NO_OUTPUT:
        return Conversation()
    instruction, more = text_of(row, f"instruction{ending}"), text_of(row, f"input{ending}", "")
    asked = f"instruction{ending}+input{ending}" if more else f"instruction{ending}"
    exchanged = (
        Turn("user", f"{instruction}\n{more}", place=asked),
        Turn("assistant", output, place=f"output{ending}"),
    )
    turns = (*system_turn(system_of(row)), *_history(row), *exchanged)
    return Conversation(with_images(turns, row_images(row)))


def _history(row: Row) -> list[Turn]:
    pairs = row.get("history")
    if pairs is None or pairs == "":
        return []
    if not isinstance(pairs, list | tuple):
        raise _bad_history("history")
    turns: list[Turn] = []
    for number, pair in enumerate(pairs):
        place = f"history[{number}]"
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise _bad_history(place)
        for role, text, end in zip(_ASKED_AND_ANSWERED, pair, ("[0]", "[1]"), strict=True):
            turns.append(Turn(role, as_text(text, place + end), place=place + end))
    return turns


def _bad_history(place: str) -> RowError:
    return RowError(place, _("history is a list of question and answer pairs"))


def question_answer(row: Row) -> Conversation:
    """``question`` and ``answer``, with optional ``context`` before the question and ``system``."""
    context = text_of(row, "context", "")
    question = text_of(row, "question")
    asked, place = (f"{context}\n{question}", "context+question") if context else (question, "question")
    return exchange(asked, text_of(row, "answer"), system_of(row), places=(place, "answer"))


def _has_tables(row: Row) -> bool:
    context = row.get("context")
    return isinstance(context, str) and "create table" in context.lower()


def colors(row: Row) -> Conversation:
    """``description``, of which the part behind the first colon is the question, and ``color``."""
    description = text_of(row, "description")
    question = description.split(":", 1)[-1].strip()
    return exchange(question, text_of(row, "color"), SYSTEMS["colorist"], places=("description", "color"))


def _format(
    name: str, example: dict[str, Any], convert: Columns, about: str, *, recognised: bool = True
) -> DatasetFormat:
    return DatasetFormat(name, frozenset(example), convert, about, example, recognised)


_ALPACA_EXTRAS = columns("history system") | IMAGE_COLUMNS
FORMATS = (
    DatasetFormat(
        "alpaca",
        columns("instruction output"),
        alpaca,
        N_("instruction, input and output"),
        {"instruction": "Add.", "input": "1+1", "output": "2"},
        optional=_ALPACA_EXTRAS | columns("input"),
    ),
    DatasetFormat(
        "alpaca_zh",
        columns("instruction_zh output_zh"),
        partial(alpaca, ending="_zh"),
        N_("instruction, input and output in Chinese columns"),
        {"instruction_zh": "求和", "input_zh": "1+1", "output_zh": "2"},
        optional=_ALPACA_EXTRAS | columns("input_zh"),
    ),
    _format(
        "arxiv",
        {"abstract": "We add numbers.", "title": "On Addition"},
        Columns(("abstract",), "title", SYSTEMS["arxiv_gentile"]),
        N_("abstract and title, with a system text"),
    ),
    _format(
        "code_alpaca",
        {"prompt": "Add a and b.", "completion": "a + b"},
        Columns(("prompt",), "completion", SYSTEMS["coder"]),
        N_("coding task in prompt and completion, with a system text"),
        recognised=False,
    ),
    _format(
        "tiny_codes",
        {"prompt": "Add a and b.", "response": "a + b"},
        Columns(("prompt",), "response", SYSTEMS["coder"]),
        N_("coding task in prompt and response, with a system text"),
        recognised=False,
    ),
    DatasetFormat(
        "colors",
        columns("description color"),
        colors,
        N_("a description and its colour, with a system text"),
        {"description": "Sky Blue: a light blue like the sky", "color": "#00aaff"},
    ),
    _format(
        "openorca",
        {"system_prompt": "Be brief.", "question": "1+1?", "response": "2"},
        Columns(("question",), "response", system_column="system_prompt"),
        N_("system prompt, question and response"),
    ),
    _format(
        "stack_exchange",
        {"question": "1+1?", "response": "2"},
        Columns(("question",), "response"),
        N_("question and response"),
    ),
    DatasetFormat(
        "question_answer",
        columns("question answer"),
        question_answer,
        N_("question and answer"),
        {"question": "1+1?", "answer": "2"},
        optional=columns("context system"),
    ),
    DatasetFormat(
        "sql",
        columns("context question answer"),
        Columns(("context", "question"), "answer", SYSTEMS["sql"]),
        N_("table definitions, question and SQL, with a system text"),
        {"context": "CREATE TABLE t (n INT)", "question": "How many rows?", "answer": "SELECT COUNT(*) FROM t"},
        mark=_has_tables,
        because=N_("its context defines tables"),
    ),
    _format(
        "law_reference",
        {"question": "租房合同需要书面吗？", "answer": "建议采用书面形式。"},
        Columns(("question",), "answer", SYSTEMS["lawyer"]),
        N_("legal question and answer, with a system text"),
        recognised=False,
    ),
    _format("default", {"input": "1+1?", "output": "2"}, Columns(("input",), "output"), N_("input and output")),
    _format(
        "crime_kg_assitan",
        {"input": "租房合同需要书面吗？", "output": "建议采用书面形式。"},
        Columns(("input",), "output", SYSTEMS["lawyer"]),
        N_("legal input and output, with a system text"),
        recognised=False,
    ),
    _format(
        "medical",
        {"instruction": "小孩发烧怎么办？", "input": "", "output": "多喝水并测量体温，必要时就医。"},
        Columns(("instruction", "input"), "output", SYSTEMS["medical"]),
        N_("medical instruction, input and output, with a system text"),
        recognised=False,
    ),
)
