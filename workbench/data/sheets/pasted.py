"""Taking a chat service's answer back: LLaVA rows about one picture, out of whatever text was pasted.

That is rows, their turns, or pairs of question and answer in JSON; or text as `written_pairs` reads it. What is harmless is mended and counted; everything else is a complaint that names the line and how to mend it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from workbench.data.conversation import IMAGE
from workbench.data.sheets.found_json import DECODER, Complaint, FoundObject, found_objects, is_writable, line_of
from workbench.data.sheets.written_pairs import ANSWER_NAMES, QUESTION_NAMES, written_turns
from workbench.data.wording import listed
from workbench.i18n import N_, _

Row = dict[str, Any]
_TURN_LISTS = ("conversations", "conversation")
_TURNS_OPEN = re.compile(r'"conversations?"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_SPEAKERS = {"human": "human", "user": "human", "gpt": "gpt", "assistant": "gpt", "bot": "gpt", "model": "gpt"}
MISSPELT = N_("conversation was read as conversations")
IMAGE_SET = N_("image was set to the picture's name")
ID_SET = N_("a missing id was filled in")
PLACE_SET = N_("a missing <image> was put before the first question")
WRAPPED = N_("questions and answers without a row around them were made one")


@dataclass
class PastedResult:
    """What a pasted text holds. ``mended``: how many rows needed which harmless repair, by translated sentence."""

    rows: list[Row] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    mended: Counter[str] = field(default_factory=Counter)

    @property
    def is_sound(self) -> bool:
        return bool(self.rows) and not self.complaints


@dataclass(frozen=True)
class _Turn:
    """A turn as it was pasted, and the line it begins in."""

    value: Any
    line: int


def parse_pasted(text: str, image: str) -> PastedResult:
    """The LLaVA rows of a pasted answer.

    Args:
        text: the answer; code fences and sentences around its JSON do no harm.
        image: the picture's path as the rows shall name it, relative to the image folder.
    """
    objects, complaints = found_objects(text, _TURN_LISTS)
    result = PastedResult(complaints=complaints)
    loose: list[_Turn] = []
    for found in objects:
        if any(name in found.value for name in _TURN_LISTS):
            _take(result, found.value, _turns_of(text, found), line_of(text, found.start), image)
        elif turns := _loose_turns(text, found):
            loose += turns
        else:
            result.complaints.append(_no_row(found.value, line_of(text, found.start)))
    if not objects and not complaints:
        loose = _written(text, result)
    if loose:
        result.mended[_(WRAPPED)] += 1
        _take(result, {}, loose, loose[0].line, image)
    if not result.rows and not result.complaints:
        fix = _("Paste the whole answer: JSON from its first bracket to its last, lines with Q: and A:, or a list.")
        result.complaints.append(Complaint(1, _("There are no questions and answers in the text."), fix))
    result.complaints.sort(key=lambda complaint: complaint.line)
    return result


def _take(result: PastedResult, row: Row, turns: list[_Turn] | None, line: int, image: str) -> None:
    """Add the row, or complaints if it is not sound."""
    if turns is None or not turns:
        fix = _('Give it "conversations": [{"from": "human", …}, {"from": "gpt", …}].')
        result.complaints.append(Complaint(line, _("The row has no list of questions and answers."), fix))
        return
    said = [_said(turn) for turn in turns]
    wrong = [piece for piece in said if isinstance(piece, Complaint)]
    sound = [piece for piece in said if isinstance(piece, dict)]
    wrong = wrong or _wrong_order(sound, turns) or _wrong_places(sound, turns)
    if wrong:
        result.complaints += wrong
        return
    if not any(IMAGE in turn["value"] for turn in sound):
        sound[0] = {**sound[0], "value": f"{IMAGE}\n{sound[0]['value']}"}
        result.mended[_(PLACE_SET)] += 1
    others = {name: value for name, value in row.items() if name not in {"id", "image", *_TURN_LISTS}}
    made = {"id": _id_of(result, row, image), "image": image, **others, "conversations": sound}
    if not is_writable(made):
        what = _("The row has half of a character, which cannot be written.")
        result.complaints.append(Complaint(line, what, _("Remove the \\ud… behind which its other half is missing.")))
        return
    result.mended[_(MISSPELT)] += "conversation" in row
    result.mended[_(IMAGE_SET)] += row.get("image") != image
    result.mended += Counter()  # drops what was not needed
    result.rows.append(made)


def _id_of(result: PastedResult, row: Row, image: str) -> str:
    known = row.get("id")
    if isinstance(known, str | int) and str(known).strip():
        return str(known)
    result.mended[_(ID_SET)] += 1
    return image if not result.rows else f"{image}#{len(result.rows) + 1}"


def _turns_of(text: str, found: FoundObject) -> list[_Turn] | None:
    """The turns of a row with their lines; None if it has no list of them."""
    opening = _TURNS_OPEN.search(text, found.start, found.end)
    values = found.value.get("conversations", found.value.get("conversation"))
    if opening is None or not isinstance(values, list):
        return None
    turns, position = [], opening.end()
    for value in values:
        between = _BETWEEN.match(text, position)
        position = between.end() if between else position
        turns.append(_Turn(value, line_of(text, position)))
        _value, position = DECODER.raw_decode(text, position)
    return turns


def _said(turn: _Turn) -> dict[str, str] | Complaint:
    """A turn in LLaVA's spelling, or what is wrong with it."""
    value = turn.value
    if not isinstance(value, dict):
        what = _("A question or answer must be an object with from and value.")
        return Complaint(turn.line, what, _('Write {"from": "human", "value": "…"}.'))
    speaker = value.get("from", value.get("role"))
    known = _SPEAKERS.get(speaker.strip().lower()) if isinstance(speaker, str) else None
    if known is None:
        what = _("It is not clear who speaks: from is {speaker}.").format(speaker=speaker)
        return Complaint(turn.line, what, _('Write "from": "human" for a question and "from": "gpt" for an answer.'))
    said = value.get("value", value.get("content"))
    if not isinstance(said, str) or not said.replace(IMAGE, "").strip():
        return Complaint(turn.line, _("The text of a question or answer is missing."), _("Fill it in."))
    return {"from": known, "value": said.strip()}


def _wrong_order(said: list[dict[str, str]], turns: list[_Turn]) -> list[Complaint]:
    """Questions and answers must take turns, beginning with a question and ending with an answer."""
    for i, turn in enumerate(said):
        expected = "human" if i % 2 == 0 else "gpt"
        if turn["from"] != expected:
            what = _("A question (human) and its answer (gpt) must take turns; here {expected} should speak.")
            fix = _("Put the missing one in, or remove this one.")
            return [Complaint(turns[i].line, what.format(expected=expected), fix)]
    if len(said) % 2:
        fix = _("Add the answer, or remove the question.")
        return [Complaint(turns[-1].line, _("The last question has no answer."), fix)]
    return []


def _wrong_places(said: list[dict[str, str]], turns: list[_Turn]) -> list[Complaint]:
    """One picture has one ``<image>``, in a question."""
    lines = [turn.line for piece, turn in zip(said, turns, strict=True) for _i in range(piece["value"].count(IMAGE))]
    if len(lines) > 1:
        return [Complaint(lines[1], _("<image> stands more than once, but the row has one picture."), _keep_first())]
    answers = [turn.line for piece, turn in zip(said[1::2], turns[1::2], strict=True) if IMAGE in piece["value"]]
    return [Complaint(line, _("<image> stands in an answer."), _keep_first()) for line in answers]


def _keep_first() -> str:
    return _("Keep only the one in the first question.")


def _loose_turns(text: str, found: FoundObject) -> list[_Turn]:
    """The turn that an object is, or the two of a pair; none if it is something else."""
    value = found.value
    if ("from" in value or "role" in value) and ("value" in value or "content" in value):
        return [_Turn(value, line_of(text, found.start))]
    names = {str(name).strip().lower(): str(name) for name in value}
    asked = next((names[name] for name in QUESTION_NAMES if name in names), None)
    answered = next((names[name] for name in ANSWER_NAMES if name in names), None)
    if asked is None and answered is None:
        return []
    return [_of_pair(text, found, "human", asked), _of_pair(text, found, "gpt", answered)]


def _of_pair(text: str, found: FoundObject, speaker: str, name: str | None) -> _Turn:
    place = found.start if name is None else max(text.find(f'"{name}"', found.start, found.end), found.start)
    return _Turn({"from": speaker, "value": found.value.get(name) if name else None}, line_of(text, place))


def _written(text: str, result: PastedResult) -> list[_Turn]:
    """The turns of a text without JSON."""
    turns, complaints = written_turns(text)
    result.complaints += complaints
    return [_Turn({"from": "human" if turn.is_question else "gpt", "value": turn.text}, turn.line) for turn in turns]


def _no_row(value: Row, line: int) -> Complaint:
    what = _("An object with {names} is no row.").format(names=listed([str(name)[:40] for name in value]))
    return Complaint(line, what, _('A row has "id", "image" and "conversations"; remove what is something else.'))
