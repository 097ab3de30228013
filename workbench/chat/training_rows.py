"""An answer of a chat as a row of training data: good as it is or corrected, or as a pair with the one that was given."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workbench.chat.pictures import picture_files, with_marks
from workbench.chat.turn import ChatTurn
from workbench.data.conversation import Sample, Turn
from workbench.data.formats.chat import openai
from workbench.data.formats.preference import preference
from workbench.data.formats.row import Row, RowError
from workbench.errors import WorkbenchError, system_reason
from workbench.files import write_atomic
from workbench.i18n import _


def answer_row(turns: Sequence[ChatTurn], answer: str, tools: str = "") -> dict[str, Any]:
    """A row of the format ``openai``: the conversation up to an answer, of whose turns only that answer's are trained.

    Args:
        turns: from the system text, if there is one, to the last turn of the answer.
        answer: what its last turn shall say.
        tools: the functions that the model could call, a JSON list as text.
    """
    messages = _messages(turns)
    for message in messages[: _begin_of_answer(turns)]:
        if message["role"] == "assistant":
            message["loss"] = False
    messages[-1] = {"role": "assistant", "content": answer}
    return _with_rest({"messages": messages}, turns, tools)


def preference_rows(
    turns: Sequence[ChatTurn], chosen: str, tools: str = "", others: Sequence[Sequence[ChatTurn]] = ()
) -> list[dict[str, Any]]:
    """Rows of the format ``preference``: what the answer should have been, and what it was, each with its steps.

    Args:
        turns: from the system text, if there is one, to the last turn of the answer.
        chosen: what its last turn shall say.
        others: the same conversation with the answers of other models; an answer that was not changed is preferred to
            each that differs and is whole.

    Raises:
        WorkbenchError: there is none such.
    """
    messages = _messages(turns)
    begin = _begin_of_answer(turns)
    given, wanted = messages[begin:], [*messages[begin:-1], {"role": "assistant", "content": chosen}]
    if chosen.strip() != turns[-1].content.strip():
        rejected = [given]
    else:
        answers = [_messages(one)[_begin_of_answer(one) :] for one in others if _is_whole(one[-1])]
        rejected = [one for number, one in enumerate(answers) if one not in [given, *answers[:number]]]
    if not rejected:
        raise WorkbenchError(
            _("A pair needs two whole answers that differ, and this one was not changed."),
            fix=_("Correct the answer first, or keep it as a plain row."),
        )
    rows = [{"prompt": messages[:begin], "chosen": wanted, "rejected": one} for one in rejected]
    return [_with_rest(row, turns, tools) for row in rows]


def _begin_of_answer(turns: Sequence[ChatTurn]) -> int:
    """The number of the first turn of the last answer, which may have steps with tools."""
    return 1 + max((number for number, turn in enumerate(turns) if turn.role == "user"), default=-1)


def _is_whole(answer: ChatTurn) -> bool:
    return answer.figures is None or answer.figures.ended_by == "model"


def with_kept_pictures(turns: Sequence[ChatTurn], dataset: Path) -> list[ChatTurn]:
    """The turns with their pictures copied beside a dataset, so that both can be moved, and named from there.

    Raises:
        WorkbenchError: a picture is not there any more, or cannot be copied.
    """
    folder = dataset.with_name(f"{dataset.stem}_pictures")
    kept = []
    for turn in turns:
        names = [f"{folder.name}/{_copied(picture, folder)}" for picture in picture_files([turn])]
        kept.append(turn.model_copy(update={"images": names}))
    return kept


def _copied(picture: Path, folder: Path) -> str:
    """The name of a copy in a folder, by what is in the picture."""
    try:
        data = picture.read_bytes()
        name = hashlib.sha256(data).hexdigest()[:16] + picture.suffix.lower()
        if not (folder / name).exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_atomic(folder / name, data)
    except OSError as error:
        raise WorkbenchError(
            _("The picture cannot be kept: {reason}").format(reason=system_reason(error)), where=str(picture)
        ) from error
    return name


def append_row(path: Path, row: dict[str, Any]) -> int:
    """Add a row to a JSONL file, which is made if it is not there, whole or not at all; gives the row's number from 1.

    A row that stands in the file already is not added once more.

    Raises:
        WorkbenchError: the file holds rows of another form, or cannot be written.
    """
    _require_readable(row)
    line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            stream.seek(0)
            before = stream.read()
            _require_same_form(path, before, row)
            lines = before.split(b"\n")
            if line[:-1] in lines:
                return lines.index(line[:-1]) + 1
            ended = b"" if not before or before.endswith(b"\n") else b"\n"
            try:
                _write_whole(stream.fileno(), ended + line)
            except OSError:
                os.ftruncate(stream.fileno(), len(before))
                raise
    except OSError as error:
        raise WorkbenchError(
            _("The row cannot be written: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error
    return (before + ended).count(b"\n") + 1


def _write_whole(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
    os.fsync(descriptor)


def _require_same_form(path: Path, before: bytes, row: Row) -> None:
    """
    Raises:
        WorkbenchError: the first row of the file has other columns that matter.
    """
    first = before.split(b"\n", 1)[0].strip()
    if not first:
        return
    key = "messages" if "messages" in row else "chosen"
    try:
        known = json.loads(first)
        is_same = isinstance(known, dict) and key in known
    except ValueError:
        is_same = False
    if not is_same:
        raise WorkbenchError(
            _("The file holds rows of another form: its first row has no {key}.").format(key=key),
            where=f"{path}:1",
            fix=_("Name another file."),
        )


def _require_readable(row: Row) -> None:
    """
    Raises:
        WorkbenchError: the row would be refused when it is read.
    """
    read: Callable[[Row], Sample] = openai if "messages" in row else preference
    try:
        read(row)
    except RowError as error:
        raise WorkbenchError(error.what, where=error.field) from error


def _with_rest(row: dict[str, Any], turns: Sequence[ChatTurn], tools: str) -> dict[str, Any]:
    images = [image for turn in turns for image in turn.images]
    return {**row, **({"images": images} if images else {}), **({"tools": tools} if tools else {})}


def _messages(turns: Sequence[ChatTurn]) -> list[dict[str, Any]]:
    return [_message(turn) for turn in with_marks(turns)]


def _message(turn: Turn) -> dict[str, Any]:
    message: dict[str, Any] = {"role": turn.role, "content": turn.content}
    if turn.tool_calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in turn.tool_calls
        ]
    if turn.role == "tool":
        message |= {"name": turn.name, "tool_call_id": turn.call_id}
    return message
