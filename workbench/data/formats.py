"""Dataset formats: how a row of each becomes a conversation, and how a format is recognised.

Names are those of XTuner's map functions where it has one. A format is a row of the table at the end; recognising
looks at the columns of the first row only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.data.conversation import Conversation, Role, Turn
from workbench.data.wording import listed
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import N_, _

Row = Mapping[str, Any]
_ROLES: dict[str, Role] = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "tool": "tool",
    "observation": "tool",
    "function": "tool",
}


class RowError(Exception):
    """A row is not what its format says. ``field``: where in the row."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(what)
        self.field = field
        self.what = what


@dataclass(frozen=True)
class DatasetFormat:
    """One format. ``columns``: those a row must have, by which it is recognised too. ``about`` is translated later."""

    name: str
    columns: frozenset[str]
    to_conversation: Callable[[Row], Conversation]
    about: str
    example: dict[str, Any]
    recognised: bool = True


def text_of(row: Row, field: str, default: str | None = None, inside: str = "") -> str:
    """A text column of a row; None counts as missing. ``inside``: where in the row the column is, for errors."""
    value = row.get(field)
    if value is None:
        if default is None:
            raise RowError(inside + field, _("the field is missing"))
        return default
    if not isinstance(value, str):
        raise RowError(inside + field, _("the field must be text, not {kind}").format(kind=type(value).__name__))
    return value


def _exchange(question: str, answer: str, system: str = "") -> Conversation:
    before = (Turn("system", system),) if system else ()
    return Conversation((*before, Turn("user", question), Turn("assistant", answer)))


def _loss_flag(value: Any, field: str) -> bool | None:
    """``loss`` may be true/false, the text "True"/"False", or missing."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    raise RowError(field, _("loss is true or false"))


def _content(value: Any, field: str) -> tuple[str, tuple[str, ...]]:
    """Text and images of a message whose content is text, a list of parts, or empty."""
    if value is None:
        return "", ()
    if isinstance(value, str):
        return value, ()
    if not isinstance(value, list):
        raise RowError(field, _("content is text or a list of parts"))
    texts, images = [], []
    for number, part in enumerate(value):
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict) and part.get("type") == "text":
            texts.append(str(part.get("text", "")))
        elif isinstance(part, dict) and part.get("type") in {"image", "image_url"}:
            link = part.get("image") or part.get("path") or part.get("url") or part.get("image_url")
            images.append(str(link.get("url") if isinstance(link, dict) else link))
            texts.append("<image>\n")
        else:
            raise RowError(f"{field}[{number}]", _("unknown part of a message"))
    return "".join(texts), tuple(images)


def _turns(messages: Any, field: str, role_key: str, text_key: str) -> tuple[Turn, ...]:
    if not isinstance(messages, list):
        raise RowError(field, _("the field must be a list of messages"))
    turns = []
    for number, message in enumerate(messages):
        place = f"{field}[{number}]"
        if not isinstance(message, dict):
            raise RowError(place, _("a message must be an object"))
        role = _ROLES.get(str(message.get(role_key)))
        if role is None:
            known = listed(_ROLES)
            raise RowError(
                f"{place}.{role_key}",
                _("unknown role {role}; known are {known}").format(role=message.get(role_key), known=known),
            )
        if text_key not in message and not message.get("tool_calls"):
            raise RowError(f"{place}.{text_key}", _("the field is missing"))
        text, images = _content(message.get(text_key), f"{place}.{text_key}")
        turns.append(Turn(role, text, _loss_flag(message.get("loss"), f"{place}.loss"), images))
    return tuple(turns)


def _asked(turns: Sequence[Turn]) -> Conversation:
    """The conversation without answers before its first question: they answer nothing."""
    first = next((i for i, turn in enumerate(turns) if turn.role == "user"), len(turns))
    kept = tuple(turn for i, turn in enumerate(turns) if i >= first or turn.role != "assistant")
    return Conversation(kept, answers_left_out=len(turns) - len(kept))


def openai(row: Row) -> Conversation:
    """``messages`` of ``role`` and ``content``, with an optional ``loss`` per message."""
    return _asked(_turns(row.get("messages"), "messages", "role", "content"))


def sharegpt(row: Row) -> Conversation:
    """``conversations`` of ``from`` and ``value``, an optional ``system`` column."""
    field = "conversation" if "conversation" in row and "conversations" not in row else "conversations"
    messages = row.get(field)
    first = messages[0] if isinstance(messages, list) and messages and isinstance(messages[0], dict) else {}
    keys = ("from", "value") if "from" in first else ("role", "content")
    turns = _turns(messages, field, *keys)
    system = row.get("system")
    return _asked((Turn("system", system), *turns) if isinstance(system, str) and system else turns)


def xtuner(row: Row) -> Conversation:
    """XTuner's own intermediate form: ``conversation`` of ``system``, ``input``, ``output``, ``output_with_loss``."""
    exchanges = row.get("conversation")
    if not isinstance(exchanges, list):
        raise RowError("conversation", _("the field must be a list of messages"))
    turns: list[Turn] = []
    for number, exchange in enumerate(exchanges):
        place = f"conversation[{number}]"
        if not isinstance(exchange, dict):
            raise RowError(place, _("a message must be an object"))
        if system := text_of(exchange, "system", "", f"{place}."):
            turns.append(Turn("system", system))
        turns.append(Turn("user", text_of(exchange, "input", "", f"{place}.")))
        loss = _loss_flag(exchange.get("output_with_loss"), f"{place}.output_with_loss")
        turns.append(Turn("assistant", text_of(exchange, "output", None, f"{place}."), loss))
    return Conversation(tuple(turns))


def alpaca(row: Row) -> Conversation:
    """``instruction``, ``input``, ``output``, an optional ``history`` of pairs and ``system``."""
    return _alpaca(row, "")


def _alpaca(row: Row, ending: str) -> Conversation:
    output = text_of(row, f"output{ending}")
    if output == "<nooutput>":
        return Conversation()
    question = f"{text_of(row, f'instruction{ending}')}\n{text_of(row, f'input{ending}', '')}"
    history = row.get("history") or []
    if not isinstance(history, list | tuple):
        raise RowError("history", _("history is a list of question and answer pairs"))
    earlier: list[Turn] = []
    for number, pair in enumerate(history):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise RowError(f"history[{number}]", _("history is a list of question and answer pairs"))
        earlier += [Turn("user", str(pair[0])), Turn("assistant", str(pair[1]))]
    system = text_of(row, "system", "")
    before = (Turn("system", system),) if system else ()
    return Conversation((*before, *earlier, Turn("user", question), Turn("assistant", output)))


def oasst1(row: Row) -> Conversation:
    """``text`` of ``### Human: …`` and ``### Assistant: …`` parts; a last question without an answer is left out."""
    turns: list[Turn] = []
    for part in text_of(row, "text").split("###"):
        label, _colon, content = part.strip().partition(":")
        role: Role | None = {"human": "user", "assistant": "assistant"}.get(label.strip().lower())  # type: ignore[assignment]
        if role:
            turns.append(Turn(role, content.strip()))
    if turns and turns[-1].role == "user":
        turns.pop()
    return Conversation(tuple(turns))


def pretrain(row: Row) -> Conversation:
    """``text`` for continued pre-training, trained whole."""
    return Conversation((Turn("assistant", text_of(row, "text").strip()),), plain=True)


def _columns(question: str, answer: str, system: str | None = None) -> Callable[[Row], Conversation]:
    """A format of one question and one answer column."""

    def convert(row: Row) -> Conversation:
        return _exchange(text_of(row, question), text_of(row, answer), text_of(row, system, "") if system else "")

    return convert


def _colorist(row: Row) -> Conversation:
    """The description's part behind its first colon is the question."""
    description = text_of(row, "description")
    return _exchange(description.split(":", 1)[-1].strip(), text_of(row, "color"))


def _sql(row: Row) -> Conversation:
    return _exchange(f"{text_of(row, 'context')}\n{text_of(row, 'question')}", text_of(row, "answer"))


def _medical(row: Row) -> Conversation:
    return _exchange(f"{text_of(row, 'instruction', '')}\n{text_of(row, 'input', '')}".strip(), text_of(row, "output"))


def _format(
    name: str,
    columns: Iterable[str],
    convert: Callable[[Row], Conversation],
    about: str,
    example: dict[str, Any],
    recognised: bool = True,
) -> DatasetFormat:
    return DatasetFormat(name, frozenset(columns), convert, about, example, recognised)


_QUESTION = {"role": "user", "content": "1+1?"}
_ANSWER = {"role": "assistant", "content": "2", "loss": True}
FORMATS: tuple[DatasetFormat, ...] = (
    _format("openai", ["messages"], openai, N_("messages with role and content"), {"messages": [_QUESTION, _ANSWER]}),
    _format(
        "xtuner",
        ["conversation"],
        xtuner,
        N_("XTuner's conversation of input and output"),
        {"conversation": [{"system": "", "input": "1+1?", "output": "2"}]},
    ),
    _format(
        "sharegpt",
        ["conversations"],
        sharegpt,
        N_("conversations with from and value"),
        {"conversations": [{"from": "human", "value": "1+1?"}, {"from": "gpt", "value": "2"}]},
    ),
    _format(
        "alpaca",
        ["instruction", "output"],
        alpaca,
        N_("instruction, input and output"),
        {"instruction": "Add.", "input": "1+1", "output": "2"},
    ),
    _format(
        "alpaca_zh",
        ["instruction_zh", "output_zh"],
        lambda row: _alpaca(row, "_zh"),
        N_("instruction, input and output in Chinese columns"),
        {"instruction_zh": "求和", "input_zh": "1+1", "output_zh": "2"},
    ),
    _format("arxiv", ["abstract", "title"], _columns("abstract", "title"), N_("abstract and title"), {"abstract": "…", "title": "…"}),
    _format("code_alpaca", ["prompt", "completion"], _columns("prompt", "completion"), N_("prompt and completion"), {"prompt": "…", "completion": "…"}),
    _format("tiny_codes", ["prompt", "response"], _columns("prompt", "response"), N_("prompt and response"), {"prompt": "…", "response": "…"}),
    _format("colors", ["description", "color"], _colorist, N_("a description and its colour"), {"description": "A colour: sky", "color": "#00aaff"}),
    _format("openorca", ["system_prompt", "question", "response"], _columns("question", "response", "system_prompt"), N_("system prompt, question and response"), {"system_prompt": "", "question": "…", "response": "…"}),
    _format("stack_exchange", ["question", "response"], _columns("question", "response"), N_("question and response"), {"question": "…", "response": "…"}),
    _format("sql", ["context", "question", "answer"], _sql, N_("table definitions, question and SQL"), {"context": "…", "question": "…", "answer": "…"}),
    _format("law_reference", ["question", "answer"], _columns("question", "answer"), N_("question and answer"), {"question": "…", "answer": "…"}),
    _format("default", ["input", "output"], _columns("input", "output"), N_("input and output"), {"input": "1+1?", "output": "2"}),
    _format("crime_kg_assitant", ["input", "output"], _columns("input", "output"), N_("legal input and output"), {"input": "…", "output": "…"}, False),
    _format("medical", ["instruction", "input", "output"], _medical, N_("medical instruction, input and output"), {"instruction": "…", "input": "…", "output": "…"}, False),
    _format("oasst1", ["text"], oasst1, N_("text of ### Human and ### Assistant parts"), {"text": "### Human: 1+1? ### Assistant: 2"}, False),
    _format("wizardlm", ["conversations"], sharegpt, N_("conversations with from and value"), {"conversations": [{"from": "human", "value": "1+1?"}, {"from": "gpt", "value": "2"}]}, False),
    _format("pretrain", ["text"], pretrain, N_("plain text for continued pre-training"), {"text": "…"}),
)  # fmt: skip
_BY_NAME = {known.name: known for known in FORMATS}
FORMAT_NAMES = tuple(_BY_NAME)


def get_format(name: str) -> DatasetFormat:
    """The format of a name.

    Raises:
        WorkbenchError: there is none; the nearest names are given.
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    close = listed(nearest(name, FORMAT_NAMES) or FORMAT_NAMES)
    raise WorkbenchError(
        _("There is no dataset format {name}.").format(name=name),
        where="dataset_format",
        fix=_("Did you mean {names}?").format(names=close),
    )


def recognise(row: Row) -> tuple[DatasetFormat, str] | None:
    """The format that a row looks like, and the reason; None if no format fits."""
    columns = set(row)
    if _looks_like_oasst1(row):
        return _BY_NAME["oasst1"], _("its text has ### Human and ### Assistant parts")
    if _is_chat_in_conversation(row):
        return _BY_NAME["sharegpt"], _("conversation holds messages with roles")
    fitting = [known for known in FORMATS if known.recognised and known.columns <= columns]
    if not fitting:
        return None
    best = max(fitting, key=lambda known: len(known.columns))
    names = listed(sorted(best.columns))
    return best, _("the first row has {columns}").format(columns=names)


def _looks_like_oasst1(row: Row) -> bool:
    text = row.get("text")
    return isinstance(text, str) and "### Human:" in text and "### Assistant:" in text


def _is_chat_in_conversation(row: Row) -> bool:
    messages = row.get("conversation")
    first = messages[0] if isinstance(messages, list) and messages else None
    return isinstance(first, dict) and ("from" in first or "role" in first)
