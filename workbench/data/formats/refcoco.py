"""Sentences about a box in a picture, as RefCOCO has them: finding the box, and the inverse."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from typing import Any

from workbench.data.conversation import IMAGE, Conversation, Turn
from workbench.data.formats.images import image_path
from workbench.data.formats.row import DatasetFormat, Row, RowError, absent, as_list, as_text, columns
from workbench.i18n import N_, _

_REFER = (
    "[refer] {}",
    "[refer] Where is {}?",
    "[refer] Find {} in the picture.",
    "[refer] Which box holds {}?",
    "[refer] Show me the place of {}.",
    "[refer] In which part of the picture is {}?",
    "[refer] Give the corners of the box around {}.",
)
_IDENTIFY = (
    "[identify] {}",
    "[identify] What is at {}?",
    "[identify] Describe what the box {} holds.",
    "[identify] Name the thing inside {}.",
    "[identify] Which thing stands at {}?",
    "[identify] Say in a few words what {} shows.",
    "[identify] What would you call the part {} of the picture?",
)


def refcoco(row: Row) -> Conversation:
    """Each of ``sents`` as a question, the box ``bbox`` as its answer: ``{<x1><y1><x2><y2>}`` in 0 to 100.

    ``bbox`` is left, top, width and height in pixels of a picture of ``width`` and ``height``.
    """
    box = _box(row)
    return _about(row, ((_asked(_REFER, sentence, sentence), box) for sentence in _sentences(row)))


def inv_refcoco(row: Row) -> Conversation:
    """The box as the question, each of ``sents`` as its answer."""
    box = _box(row)
    return _about(row, ((_asked(_IDENTIFY, sentence, box), sentence) for sentence in _sentences(row)))


def _about(row: Row, pairs: Iterator[tuple[str, str]]) -> Conversation:
    if row.get("image") is None:
        raise absent(row, "image", "image")
    image = image_path(row["image"], "image")
    turns: list[Turn] = []
    for number, (question, answer) in enumerate(pairs):
        first = not turns
        place = f"sents[{number}]"
        content = f"{IMAGE}\n{question}" if first else question
        asked = Turn("user", content, images=(image,) if first else (), place=place)
        turns += [asked, Turn("assistant", answer, place=place)]
    return Conversation(tuple(turns))


def _asked(wordings: tuple[str, ...], sentence: str, about: str) -> str:
    """One of the wordings, the same for a sentence every time."""
    choice = zlib.crc32(sentence.encode("utf-8", "surrogatepass")) % len(wordings)
    return wordings[choice].replace("{}", about)


def _sentences(row: Row) -> list[str]:
    if row.get("sents") is None:
        raise absent(row, "sents", "sents")
    return [as_text(sentence, f"sents[{number}]") for number, sentence in enumerate(as_list(row["sents"], "sents"))]


def _box(row: Row) -> str:
    """The corners in hundredths of the picture, rounded down."""
    if row.get("bbox") is None:
        raise absent(row, "bbox", "bbox")
    sides = as_list(row["bbox"], "bbox")
    if len(sides) != 4:
        raise RowError("bbox", _("a box is four numbers: left, top, width and height"))
    left, top, across, down = (_number(side, f"bbox[{place}]") for place, side in enumerate(sides))
    width, height = _size(row, "width"), _size(row, "height")
    corners = (left / width, top / height, (left + across) / width, (top + down) / height)
    hundredths = [int(corner * 100) if abs(corner) < 100 else -1 for corner in corners]
    if not all(0 <= corner <= 100 for corner in hundredths):
        raise RowError("bbox", _("the box leaves the picture"))
    return "{" + "".join(f"<{corner}>" for corner in hundredths) + "}"


def _size(row: Row, field: str) -> float:
    if row.get(field) is None:
        raise absent(row, field, field)
    size = _number(row[field], field)
    if size < 1:
        raise RowError(field, _("the size must be at least 1"))
    return size


def _number(value: Any, place: str) -> float:
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.nan
    if not math.isfinite(number):
        raise RowError(place, _("the field must be a number"))
    return number


_EXAMPLE = {
    "id": 1,
    "image": "train2017/000000000009.jpg",
    "sents": ["the bowl on the left"],
    "bbox": [0, 120, 320, 240],
    "height": 480,
    "width": 640,
}
_COLUMNS = columns("image sents bbox height width")
FORMATS = (
    DatasetFormat("refcoco", _COLUMNS, refcoco, N_("sentences about a box in a picture: find the box"), _EXAMPLE),
    DatasetFormat(
        "inv_refcoco",
        _COLUMNS,
        inv_refcoco,
        N_("sentences about a box in a picture: describe the box"),
        _EXAMPLE,
        recognised=False,
    ),
)
