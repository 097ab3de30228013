"""Probe files: questions with the answers that count as right.

A probe file is a JSON list of ``{"question", "answers", "match", "forbidden", "system", "image", "kind", "language"}``;
only the first two are required. A picture's path counts from the folder of the file, unless another is given.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.configs.problems import sentence
from workbench.data.asked_pictures import AskedPictures
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _

PROBES_ENDING = ".probes.json"
"""How probe files beside a dataset are named; they are never trained on."""


class Probe(BaseModel):
    """One question. It is right if any of ``answers`` matches and nothing of ``forbidden`` occurs.

    Args:
        image: the picture that it is about; a whole path once the file has been read.
        kind: what is asked for, as ``colour``, and the ``language`` it is asked in; scores are told for each.
    """

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1)
    answers: list[str] = Field(min_length=1)
    match: Literal["exact", "contains"] = "contains"
    forbidden: list[str] = []
    system: str = ""
    image: str | None = None
    kind: str = ""
    language: str = ""

    @property
    def pictures(self) -> list[Path]:
        """What `generate_answers` takes for this question."""
        return [Path(self.image)] if self.image else []

    def is_right(self, answer: str) -> bool:
        """Compare without regard to case and surrounding white space."""
        given = answer.strip().casefold()
        if any(word.casefold() in given for word in self.forbidden):
            return False
        expected = [text.strip().casefold() for text in self.answers]
        return given in expected if self.match == "exact" else any(text in given for text in expected)


def read_probes(path: Path, images: Path | None = None) -> list[Probe]:
    """The probes of a file.

    Args:
        images: the folder that pictures' paths count from; else that of the file.

    Raises:
        WorkbenchError: the file is missing, not a JSON list, empty, or a row lacks a field or its picture
            (names file:row:field).
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise WorkbenchError(
            _("The probe file cannot be read: {reason}").format(reason=error.strerror), where=str(path)
        ) from error
    except ValueError as error:
        raise WorkbenchError(_("The probe file is not JSON: {reason}").format(reason=error), where=str(path)) from error
    if not isinstance(rows, list) or not rows:
        raise WorkbenchError(_("A probe file is a JSON list with at least one question."), where=str(path))
    pictures = AskedPictures(path, images or path.parent)
    return [_probe_of(path, number, row, pictures) for number, row in enumerate(rows, start=1)]


def _probe_of(path: Path, number: int, row: object, pictures: AskedPictures) -> Probe:
    try:
        probe = Probe.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise WorkbenchError(sentence(first), where=f"{path}:{number}:{field}") from error
    if probe.image is None:
        return probe
    return probe.model_copy(update={"image": str(pictures.find(probe.image, number))})


def write_probes(path: Path, probes: list[Probe]) -> None:
    """Write a probe file that a person can read and edit."""
    rows = [probe.model_dump(exclude_defaults=True) for probe in probes]
    write_atomic(path, json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
