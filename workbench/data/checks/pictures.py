"""The pictures of the rows: whether they are there, are pictures, and agree with the ``<image>`` in the texts."""

from __future__ import annotations

from pathlib import Path

from workbench.data.checks.finding import Finding, Severity
from workbench.data.checks.place import Place
from workbench.data.checks.tally import Reason
from workbench.data.conversation import Sample
from workbench.data.picture import PICTURES_DECODED, Oddity, Picture, PictureFolders, Problem, look_at
from workbench.data.picture_marks import PLACE_THEM, are_misplaced, are_unplaced, count_marks
from workbench.data.picture_words import ODDITIES, PROBLEMS
from workbench.i18n import _
from workbench.text import printable

_FILES_REMEMBERED = 100_000


class Pictures:
    """Pictures, and their places in the texts.

    Args:
        unusable: how bad a picture is that cannot be used.
        unplaced: how bad a row is whose pictures and ``<image>`` do not go together.
    """

    def __init__(self, unusable: Severity = "error", unplaced: Severity = "error") -> None:
        self._folders: dict[tuple[Path, ...], PictureFolders] = {}
        self._known: dict[Path, Picture] = {}
        self._decoded = 0
        self.count = 0
        self.why_left_out: Reason | None = None
        """Why a model that sees is not trained on the last row; None if it is."""
        self._by_problem: dict[Problem | Oddity, Finding] = {
            problem: Finding(unusable, _(what), _(fix)) for problem, (_sentence, what, fix) in PROBLEMS.items()
        }
        for oddity, what in ODDITIES.items():
            self._by_problem[oddity] = Finding("note", _(what), _("Nothing, if they look right that way."))
        self._unplaced = Finding(
            unplaced, _("rows with more or fewer <image> in their texts than pictures"), _(PLACE_THEM)
        )
        self._misplaced = Finding(unplaced, _("rows with pictures elsewhere than in questions"), _(PLACE_THEM))
        self._unmeant = Finding(
            "warning",
            _("texts with <image> in rows without a picture"),
            _("Name the pictures in the column image or images, or remove <image>."),
        )

    def look(self, place: Place, sample: Sample) -> None:
        self.why_left_out = None
        images = sample.images
        for number, name in enumerate(images):
            self.count += 1
            if self._look_at(name, place, number):
                self.why_left_out = "bad_image"
        if are_unplaced(sample):
            self._unplaced.add(place, f"{count_marks(sample)} <image> ≠ {len(images)}")
            self.why_left_out = "bad"
        elif are_misplaced(sample):
            self._misplaced.add(place)
            self.why_left_out = "bad"
        elif not images and count_marks(sample):
            self._unmeant.add(place)

    def _look_at(self, name: str, place: Place, number: int) -> Problem | None:
        """What is wrong with a picture, noted with everything unusual about it."""
        picture = self._picture(name, place.folders)
        shown = printable(name).replace("\n", " ")
        if picture.problem:
            self._by_problem[picture.problem].add(place.at(f"images[{number}]"), _with(shown, picture.detail))
        for oddity, detail in picture.oddities:
            self._by_problem[oddity].add(place.at(f"images[{number}]"), _with(shown, detail))
        return picture.problem

    def _picture(self, name: str, folders: tuple[Path, ...]) -> Picture:
        if folders not in self._folders:
            self._folders[folders] = PictureFolders(*folders)
        path = self._folders[folders].locate(name)
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
        return [*self._by_problem.values(), self._unplaced, self._misplaced, self._unmeant]


def _with(name: str, detail: str) -> str:
    return f"{name} ({detail})" if detail else name
