"""JSON objects in a text that a chat service wrote, whatever stands around them, and what is wrong with those that
cannot be read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from workbench.i18n import N_, _

DECODER = json.JSONDecoder()
_OBJECT_START = re.compile(r"\{\s*(?:[\"'“”‘’]|\w+\s*:)")
_ROW_START = re.compile(r"\{\s*[\"'“]?(?:id|image|conversations?|messages|question|answer|问题?)[\"'”]?\s*:")


@dataclass(frozen=True)
class Complaint:
    """Something that must be mended in a text. ``line`` counts from 1."""

    line: int
    what: str
    fix: str


@dataclass(frozen=True)
class FoundObject:
    """A JSON object and from which to which character it stands."""

    value: dict[str, Any]
    start: int
    end: int


@dataclass(frozen=True)
class _Fault:
    """Where reading stopped. ``char``: what stands there; ``before``: the last thing in front of it but white space."""

    text: str
    position: int
    reason: str
    char: str
    before: str


_FAULTS: tuple[tuple[Callable[[_Fault], bool], str, str], ...] = (
    (
        lambda fault: fault.reason.startswith("Unterminated string") or not fault.text[fault.position :].strip("` \n"),
        N_("The text ends in the middle: the answer was cut off."),
        N_("Ask the service to go on or for fewer pairs, and paste the whole answer."),
    ),
    (
        lambda fault: fault.char in "'‘’“”" or (fault.char.isalpha() and "property name" in fault.reason),
        N_("Names and texts must stand in straight double quotes."),
        N_("Write \"from\": \"human\", not 'from': 'human' or “from”: “human”."),
    ),
    (
        lambda fault: (fault.char in "}]" and fault.before == ",") or "trailing comma" in fault.reason,
        N_("There is a comma behind the last part of a list or object."),
        N_("Remove that comma."),
    ),
    (
        lambda fault: fault.reason.startswith("Invalid control character"),
        N_("A text goes over the end of the line."),
        N_("Write the text in one line, with \\n where a new line begins."),
    ),
    (
        lambda fault: fault.reason.startswith("Invalid \\"),
        N_("A backslash stands alone in a text."),
        N_("Write two backslashes, or leave it out."),
    ),
    (
        lambda fault: fault.text.startswith(("True", "False", "None"), fault.position),
        N_("True, False and None are words of Python, not of JSON."),
        N_("Write true, false or null."),
    ),
    (
        lambda fault: fault.char in "，：、；",
        N_("Parts must be separated by the comma and colon of the Latin keyboard."),
        N_("Write , and : between the parts."),
    ),
    (
        lambda fault: fault.reason.startswith("Expecting ',' delimiter"),
        N_("A text ends too early here, or a comma is missing."),
        N_('Write \\" for a quotation mark inside a text, and a comma between two parts.'),
    ),
)


def found_objects(text: str, wanted: Collection[str]) -> tuple[list[FoundObject], list[Complaint]]:
    """The outermost objects that can be read, in order, and a complaint for each that cannot.

    Args:
        wanted: names of which an object has one if it is a row; objects without any are opened if rows are inside.
    """
    objects: list[FoundObject] = []
    complaints: list[Complaint] = []
    position = 0
    while match := _OBJECT_START.search(text, position):
        start = match.start()
        try:
            value, end = DECODER.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            complaints.append(_complaint(text, start, error))
            following = _ROW_START.search(text, start + 1)
            position = following.start() if following else len(text)
            continue
        is_row = any(name in value for name in wanted)
        if not is_row and _ROW_START.search(text, start + 1, end):
            position = start + 1
            continue
        objects.append(FoundObject(value, start, end))
        position = end
    return objects, list(dict.fromkeys(complaints))


def line_of(text: str, position: int) -> int:
    """The line in which a character stands, counted from 1."""
    return text.count("\n", 0, position) + 1


def is_writable(value: Any) -> bool:
    """Whether a value can be written as UTF-8: JSON can spell halves of characters, files cannot hold them."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _complaint(text: str, start: int, error: Exception) -> Complaint:
    if not isinstance(error, json.JSONDecodeError):
        return Complaint(
            line_of(text, start), _("This cannot be read: {reason}.").format(reason=error), _("Write it anew.")
        )
    position = error.pos
    before = text[start:position].rstrip()[-1:]
    fault = _Fault(text, position, error.msg, text[position : position + 1] or "\n", before)
    line = line_of(text, position)
    for holds, what, fix in _FAULTS:
        if holds(fault):
            return Complaint(line, _(what), _(fix))
    return Complaint(line, _("This is not JSON: {reason}.").format(reason=error.msg), _("Compare it with the prompt."))
