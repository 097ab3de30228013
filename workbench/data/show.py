"""Rows as they will be trained: text with the trained parts marked in their place, ids, labels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.data.conversation import Conversation
from workbench.data.encode import Encoded, encode
from workbench.data.files import data_files
from workbench.data.formats import FormatChoice
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.read import DataRow, read_file
from workbench.data.templates import Segment, Template, get_template
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.text import printable

TRAINED_BEGIN, TRAINED_END = "⟦", "⟧"
_SPECIAL = {"bos": "<s>", "eos": "</s>"}


@dataclass(frozen=True)
class ShowRequest:
    """What to show. ``row``: a number from 1, or ``all``."""

    path: str
    row: str
    what: str
    format_name: str
    tokenizer: str | None
    prompt_template: str
    max_length: int | None


@dataclass(frozen=True)
class ShownRow:
    """One row rendered. ``encoded`` is None without a tokenizer, ``left_out`` the reason if it is not trained."""

    number: int
    segments: list[Segment]
    encoded: Encoded | None
    left_out: str | None
    what: str

    def as_json(self) -> dict[str, Any]:
        """``row`` counts from 0, as list indices do."""
        if self.left_out:
            return {"row": self.number - 1, "left_out": self.left_out}
        shown: dict[str, Any] = {"row": self.number - 1, "text": plain_text(self.segments)}
        if self.encoded:
            shown |= {"input_ids": self.encoded.input_ids, "labels": self.encoded.labels}
        return shown

    def as_text(self) -> str:
        title = _("row {number}").format(number=self.number)
        head = f"── {title} " + "─" * 40
        if self.left_out:
            return head + "\n" + _("left out: {reason}").format(reason=self.left_out)
        parts = [head]
        if self.what in {"text", "all"}:
            parts.append(printable(marked_text(self.segments)))
        if self.what == "masked_text":
            parts.append(printable(masked_text(self.segments)))
        if self.encoded and self.what in {"input_ids", "all"}:
            parts.append(f"input_ids: {json.dumps(self.encoded.input_ids)}")
        if self.encoded and self.what in {"labels", "all"}:
            parts.append(f"labels: {json.dumps(self.encoded.labels)}")
        if self.encoded and self.encoded.cut_tokens:
            parts.append(_("{count} tokens are cut").format(count=self.encoded.cut_tokens))
        return "\n".join(parts)


def plain_text(segments: list[Segment]) -> str:
    """The rendered text, the tokenizer's own tokens written ``<s>`` and ``</s>``."""
    return "".join(_SPECIAL[segment.special] if segment.special else segment.text for segment in segments)


def marked_text(segments: list[Segment]) -> str:
    """The rendered text with brackets around what is trained."""
    pieces = []
    for segment in segments:
        text = plain_text([segment])
        pieces.append(f"{TRAINED_BEGIN}{text}{TRAINED_END}" if segment.loss and text else text)
    return "".join(pieces).replace(TRAINED_END + TRAINED_BEGIN, "")


def masked_text(segments: list[Segment]) -> str:
    """What is trained in its place, one ``·`` for every character that is not."""
    return "".join(text if segment.loss else "·" * len(text) for segment in segments if (text := plain_text([segment])))


def shown_rows(request: ShowRequest) -> Iterator[ShownRow]:
    """The rows asked for.

    Raises:
        WorkbenchError: the file, the row, the tokenizer or the template is not there.
    """
    template = get_template(request.prompt_template)
    tokenizer = LightTokenizer.from_folder(Path(resolve_model(request.tokenizer))) if request.tokenizer else None
    choice = FormatChoice(request.format_name)
    rows = [row for file in data_files(request.path) for row in read_file(file, choice).rows]
    for index in _wanted(request, len(rows)):
        yield _shown(rows[index], index + 1, template, tokenizer, request)


def _wanted(request: ShowRequest, count: int) -> range:
    if request.row == "all":
        return range(count)
    if not request.row.isdecimal() or not 1 <= int(request.row) <= count:
        raise WorkbenchError(
            _("There is no row {row}; the file has rows 1 to {count}.").format(row=request.row, count=count),
            where=request.path,
        )
    return range(int(request.row) - 1, int(request.row))


def _shown(
    row: DataRow, number: int, template: Template, tokenizer: LightTokenizer | None, request: ShowRequest
) -> ShownRow:
    segments = template.render(row.sample) if isinstance(row.sample, Conversation) else []
    encoded = encode(row.sample, template, tokenizer, request.max_length) if tokenizer else None
    left_out = None
    if row.sample.is_empty:
        left_out = _("it has no answer to train on")
    elif encoded and encoded.trained_tokens == 0:
        left_out = _("no trained token is left after cutting")
    return ShownRow(number, segments, encoded, left_out, request.what)
