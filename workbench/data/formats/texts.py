"""Formats of plain text: for continued pre-training, or with a conversation written into it."""

from __future__ import annotations

import re

from workbench.data.conversation import Conversation, Role, Turn
from workbench.data.formats.row import DatasetFormat, Row, RowError, columns, text_of
from workbench.i18n import N_, _

_SPEAKER = re.compile(r"###\s*(Human|Assistant):")
_ROLES: dict[str, Role] = {"Human": "user", "Assistant": "assistant"}


def pretrain(row: Row) -> Conversation:
    """``text`` for continued pre-training, without blanks around it, trained whole."""
    return _plain(text_of(row, "text").strip())


def text(row: Row) -> Conversation:
    """``text`` for continued pre-training, exactly as it is, trained whole."""
    return _plain(text_of(row, "text"))


def _plain(content: str) -> Conversation:
    return Conversation((Turn("assistant", content, place="text"),), plain=True)


def oasst1(row: Row) -> Conversation:
    """``text`` of ``### Human: …`` and ``### Assistant: …`` parts; a last question without an answer is left out.

    Other headings inside a part belong to it.
    """
    before, *parts = _SPEAKER.split(text_of(row, "text"))
    if not parts:
        raise RowError("text", _("the text has no ### Human: or ### Assistant: in it"))
    if before.strip():
        raise RowError("text", _("the text does not begin with ### Human: or ### Assistant:"))
    turns = [Turn(_ROLES[name], said.strip(), place="text") for name, said in zip(parts[::2], parts[1::2], strict=True)]
    while turns and turns[-1].role == "user":
        turns.pop()
    return Conversation(tuple(turns))


def _has_speakers(row: Row) -> bool:
    content = row.get("text")
    return isinstance(content, str) and _SPEAKER.search(content) is not None


FORMATS = (
    DatasetFormat(
        "pretrain",
        columns("text"),
        pretrain,
        N_("plain text for continued pre-training"),
        {"text": "One and one is two."},
    ),
    DatasetFormat(
        "text",
        columns("text"),
        text,
        N_("plain text for continued pre-training, blanks around it kept"),
        {"text": "One and one is two.\n"},
        recognised=False,
    ),
    DatasetFormat(
        "text_paragraphs",
        columns("text"),
        text,
        N_("plain text for continued pre-training; of a text file, empty lines part the rows"),
        {"text": "One and one is two.\nTwo and two is four."},
        recognised=False,
    ),
    DatasetFormat(
        "text_file",
        columns("text"),
        text,
        N_("plain text for continued pre-training; a text file is one row"),
        {"text": "One and one is two.\n\nTwo and two is four.\n"},
        recognised=False,
    ),
    DatasetFormat(
        "oasst1",
        columns("text"),
        oasst1,
        N_("text of ### Human and ### Assistant parts"),
        {"text": "### Human: 1+1?### Assistant: 2"},
        mark=_has_speakers,
        because=N_("its text has ### Human and ### Assistant parts"),
    ),
)
