"""The pictures of the rows: whether they are there, are pictures, and agree with the ``<image>`` in the texts."""

from __future__ import annotations

from pathlib import Path

from workbench.data.checks.finding import Finding
from workbench.data.checks.place import Place
from workbench.data.conversation import IMAGE, Conversation, Sample
from workbench.data.picture import Oddity, Picture, Problem, locate, look_at
from workbench.data.picture_words import ODDITIES, PROBLEMS
from workbench.i18n import _
from workbench.text import printable

PICTURES_DECODED = 1000
"""So many pictures are decoded whole; of the others, those whose end looks cut."""
_FILES_REMEMBERED = 100_000


class Pictures:
    """``folder``: what paths count from; None is the folder of each data file."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: dict[Path, Picture] = {}
        self._decoded = 0
        self.count = 0
        self._by_problem: dict[Problem | Oddity, Finding] = {
            problem: Finding("error", _(what), _(fix)) for problem, (_sentence, what, fix) in PROBLEMS.items()
        }
        for oddity, what in ODDITIES.items():
            self._by_problem[oddity] = Finding("note", _(what), _("Nothing, if they look right that way."))
        self._unplaced = Finding(
            "error",
            _("rows with more or fewer <image> in their texts than pictures"),
            _("Write <image> once for every picture, where it belongs."),
        )
        self._unmeant = Finding(
            "warning",
            _("texts with <image> in rows without a picture"),
            _("Name the pictures in the column image or images, or remove <image>."),
        )

    def look(self, place: Place, sample: Sample) -> None:
        if not isinstance(sample, Conversation):
            return
        images = sample.images
        marks = sample.marks
        if marks is None:
            marks = sum(turn.content.count(IMAGE) for turn in sample.turns)
        if images and marks != len(images):
            self._unplaced.add(place, f"{marks} <image> ≠ {len(images)}")
        elif marks and not images:
            self._unmeant.add(place)
        for number, name in enumerate(images):
            self.count += 1
            self._look_at(name, place, number)

    def _look_at(self, name: str, place: Place, number: int) -> None:
        picture = self._picture(name, self._folder or place.folder)
        shown = printable(name).replace("\n", " ")
        if picture.problem:
            self._by_problem[picture.problem].add(place.at(f"images[{number}]"), _with(shown, picture.detail))
        for oddity, detail in picture.oddities:
            self._by_problem[oddity].add(place.at(f"images[{number}]"), _with(shown, detail))

    def _picture(self, name: str, folder: Path) -> Picture:
        path = locate(name, folder)
        if not isinstance(path, Path):
            return Picture(path)
        if path in self._known:
            return self._known[path]
        picture = look_at(path, decode=self._decoded < PICTURES_DECODED)
        self._decoded += 1
        if len(self._known) < _FILES_REMEMBERED:
            self._known[path] = picture
        return picture

    def findings(self) -> list[Finding]:
        return [*self._by_problem.values(), self._unplaced, self._unmeant]


def _with(name: str, detail: str) -> str:
    return f"{name} ({detail})" if detail else name
