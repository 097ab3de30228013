"""Question files: questions with the answers that count as right, and the rule that says so.

A question file is a JSON list of ``{"question", "answers", "match", "options", "tolerance", "forbidden", "system",
"image", "tools", "protocol", "kind", "language"}``, or any other file of rows (JSON lines, CSV …) with such columns; only the first two are
required, and ``answer`` is one answer. A picture's path counts from the folder of the file, unless another is given.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.configs.problems import sentence
from workbench.data.asked_pictures import AskedPictures
from workbench.data.judging import CallProtocol, Match, is_expected, rule_problem
from workbench.data.read import raw_rows
from workbench.errors import WorkbenchError, mend_file, system_reason
from workbench.files import write_atomic
from workbench.i18n import _

_EXAMPLE = '[{"question": "What is 3 plus 5?", "answers": ["8"]}]'


class AskedTool(BaseModel):
    """A tool that may be called. ``parameters``: a JSON schema of its arguments."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1)
    description: str = ""
    parameters: dict[str, Any] = {"type": "object", "properties": {}}


class Probe(BaseModel):
    """One question. It is right if any of ``answers`` matches and nothing of ``forbidden`` occurs.

    Args:
        match: the rule; see `Match`.
        options: what an answer can be, for ``one_of``.
        tolerance: how far a ``number`` may be off.
        image: the picture that it is about; a whole path once the file has been read.
        tools: what may be called, for ``call``; ``answers`` are the names of those that count, and ``protocol`` how a
            model writes calls.
        kind: what is asked for, as ``colour``, and the ``language`` it is asked in; scores are told for each.
    """

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1)
    answers: list[str] = Field(min_length=1)
    match: Match = "contains"
    options: list[str] = []
    tolerance: float = Field(0.0, ge=0)
    forbidden: list[str] = []
    system: str = ""
    image: str | None = None
    tools: list[AskedTool] = []
    protocol: CallProtocol = "react"
    kind: str = ""
    language: str = ""

    @property
    def pictures(self) -> list[Path]:
        """What `generate_answers` takes for this question."""
        return [Path(self.image)] if self.image else []

    def is_right(self, answer: str) -> bool:
        """Compare by the rule; words without regard to case and surrounding white space."""
        given = answer.casefold()
        return not any(word.casefold() in given for word in self.forbidden) and is_expected(self, answer)


class OpenProbe(Probe):
    """A question that need not say what is right; only those that do are scored."""

    answers: list[str] = []


Asked = TypeVar("Asked", bound=Probe)


def read_open_probes(path: Path, images: Path | None = None) -> list[OpenProbe]:
    """The questions of a file, with or without answers; also of a text file with one a line. See `read_probes`."""
    return _read(OpenProbe, path, images)


def read_probes(path: Path, images: Path | None = None) -> list[Probe]:
    """The probes of a file.

    Args:
        images: the folder that pictures' paths count from; else that of the file.

    Raises:
        WorkbenchError: the file is missing, not a JSON list, empty, or a row lacks a field or its picture, or its
            rule cannot work with its answers (names file:row:field).
    """
    return _read(Probe, path, images)


def _read(kind: type[Asked], path: Path, images: Path | None) -> list[Asked]:
    pictures = AskedPictures(path, images or path.parent)
    rows = _json_rows(path) if path.suffix == ".json" or not path.is_file() else list(raw_rows(path, None))
    if not rows:
        raise WorkbenchError(_("There is no question in it."), where=str(path), fix=_as_questions())
    return [_probe_of(kind, path, number, row, pictures) for number, row in rows]


def _json_rows(path: Path) -> list[tuple[int, Any]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise WorkbenchError(
            _("The file of questions cannot be read: {reason}").format(reason=system_reason(error)),
            where=str(path),
            fix=mend_file(path),
        ) from error
    except ValueError as error:
        said = _("The file of questions is not JSON: {reason}").format(reason=error)
        raise WorkbenchError(said, where=str(path), fix=_as_questions()) from error
    return list(enumerate(rows, start=1)) if isinstance(rows, list) else []


def _probe_of(kind: type[Asked], path: Path, number: int, row: object, pictures: AskedPictures) -> Asked:
    try:
        probe = kind.model_validate(_with_answers(row))
    except ValidationError as error:
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")  # why another key is missing
        field = ".".join(map(str, first["loc"]))
        is_unknown = first["type"] == "extra_forbidden"
        fix = _("Known keys: {names}").format(names=", ".join(kind.model_fields)) if is_unknown else _as_questions()
        said = sentence(first) if field else _("This is no question.")
        place = f"{path}:{number}"
        raise WorkbenchError(said, where=f"{place}:{field}" if field else place, fix=fix) from error
    if problem := rule_problem(probe):
        name, reason = problem
        mend = _("Mend the pattern, or take match: contains.") if probe.match == "regex" else None
        raise WorkbenchError(reason, where=f"{path}:{number}:{name}", fix=mend)
    if probe.image is None:
        return probe
    return probe.model_copy(update={"image": str(pictures.find(probe.image, number))})


def _as_questions() -> str:
    return _("Questions are written as {example}.").format(example=_EXAMPLE)


def _with_answers(row: Any) -> Any:
    """A text as a question, and one answer as a list of one; of a table, cells with nothing in them are left out."""
    if isinstance(row, str):
        row = {"question": row}
    if not isinstance(row, dict):
        return row
    row = {name: value for name, value in row.items() if value is not None and (value != "" or name == "question")}
    if set(row) == {"text"}:  # a line of a text file
        row = {"question": row["text"]}
    if "answer" in row and "answers" not in row:
        row["answers"] = row.pop("answer")
    answers = row.get("answers")
    if isinstance(answers, str | int | float) and not isinstance(answers, bool):
        row["answers"] = [str(answers)]
    return row


def write_probes(path: Path, probes: list[Probe]) -> None:
    """Write a probe file that a person can read and edit."""
    rows = [probe.model_dump(exclude_defaults=True) for probe in probes]
    write_atomic(path, json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
