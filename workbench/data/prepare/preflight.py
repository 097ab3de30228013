"""Before the first step: every picture of the data is looked at, also when the tokens come from an earlier run."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workbench.data.encode import NOT_TRAINED
from workbench.data.picture import Oddity, Picture, Problem
from workbench.data.picture_words import PROBLEMS, counted_problems, go_on_without, problem_sentence
from workbench.data.prepare.mentions import Mentions
from workbench.data.prepare.picture_looks import PICTURES_A_PIECE, all_looks, looks_folder, note
from workbench.data.prepare.report import PLACES_KEPT, DataReport
from workbench.data.prepare.store import TokenStore
from workbench.errors import WorkbenchError
from workbench.file_lock import locked
from workbench.i18n import _
from workbench.text import printable

if TYPE_CHECKING:
    from workbench.data.prepare.write import OnProgress

OnBadImage = Literal["error", "skip"]


def look_through(
    store: TokenStore, on_bad_image: OnBadImage, on_progress: OnProgress | None = None
) -> tuple[frozenset[int], DataReport]:
    """Look at every picture once. What is known of an earlier run is used again for files not written since.

    Returns:
        The samples to leave out, and the store's report without them.

    Raises:
        WorkbenchError: a picture cannot be used, and its rows are not to be left out; or no row is left.
    """
    pictures = _Pictures(store, on_progress)
    if pictures.bad_rows and on_bad_image == "error":
        raise pictures.refusal()
    left_out = pictures.samples_of_bad_rows()
    report = store.record.report.model_copy(deep=True)
    _take_away(report, store, left_out)
    report.count_bad_images([f"{where}: {what}" for where, what in pictures.said()], pictures.kinds())
    report.pictures, report.repaired = pictures.used_without(left_out)
    if not report.kept:
        raise pictures.nothing_left()
    return left_out, report


class _Pictures:
    """What the pictures of a store are. ``bad_rows``: by place, a row's first sample and picture that cannot be used."""

    def __init__(self, store: TokenStore, on_progress: OnProgress | None) -> None:
        self._store = store
        self._mentions = Mentions(store)
        self._bad: dict[int, tuple[Problem, str]] = {}
        self._odd: dict[Oddity, set[int]] = {}
        self._look(on_progress)
        self.bad_rows: dict[str, tuple[int, int]] = {}
        for sample, picture in self._mentions.samples_with(self._bad).items():
            self.bad_rows.setdefault(store.facts(sample).place, (sample, picture))

    def _look(self, on_progress: OnProgress | None) -> None:
        done, total = 0, len(self._mentions)

        def tell() -> None:
            if on_progress and total:
                on_progress(done, total)

        looks_folder().mkdir(parents=True, exist_ok=True)
        folders = [Path(folder) for folder in self._store.record.picture_folders or ()]
        names = self._mentions.some_at_a_time(PICTURES_A_PIECE)
        tell()
        with locked(looks_folder()), closing(all_looks(names, folders, tell)) as found:
            for looks in found:
                note(looks)
                for look in looks:
                    self._take(done, look.picture)
                    done += 1
                tell()

    def _take(self, number: int, picture: Picture) -> None:
        if picture.problem:
            self._bad[number] = (picture.problem, picture.detail)
        for kind, _detail in picture.oddities:
            self._odd.setdefault(kind, set()).add(number)

    def samples_of_bad_rows(self) -> frozenset[int]:
        """All samples of the rows with a picture that cannot be used."""
        return self._store.samples_at(self.bad_rows) if self.bad_rows else frozenset()

    def kinds(self) -> Counter[Problem]:
        """Rows by what is wrong with their first picture that cannot be used."""
        return Counter(self._bad[picture][0] for _sample, picture in self.bad_rows.values())

    def said(self) -> list[tuple[str, str]]:
        """Where and what is wrong, of the first rows."""
        first = list(self.bad_rows.items())[:PLACES_KEPT]
        return [self._said(place, sample, picture) for place, (sample, picture) in first]

    def _said(self, place: str, sample: int, picture: int) -> tuple[str, str]:
        name = self._mentions.name(picture)
        problem, detail = self._bad[picture]
        where = f"{place}:images[{self._store.row(sample).images.index(name)}]"
        shown = printable(name).replace("\n", " ")
        return where, f"{shown}: {problem_sentence(problem, printable(detail))}"

    def used_without(self, samples: frozenset[int]) -> tuple[int, dict[Oddity, int]]:
        """How many different pictures the other samples have, and how many of them are unusual."""
        used = self._mentions.used_without(samples)
        return len(used), {kind: count for kind, pictures in self._odd.items() if (count := len(pictures & used))}

    def refusal(self) -> WorkbenchError:
        """Names the first row, and how many others there are."""
        (where, what), *_others = self.said()
        if len(self.bad_rows) > 1:
            text = _("{what} In all, {count} rows have pictures that cannot be used: {kinds}.")
            what = text.format(what=what, count=len(self.bad_rows), kinds=counted_problems(self.kinds()))
        return WorkbenchError(what, where=where, fix=go_on_without(self._first_problem()))

    def nothing_left(self) -> WorkbenchError:
        """If no row is left without them."""
        (where, what), *_others = self.said()
        text = _("No row is left to train on: {kinds}. The first: {what}")
        what = text.format(kinds=counted_problems(self.kinds()), what=what)
        return WorkbenchError(what, where=where, fix=_(PROBLEMS[self._first_problem()][2]))

    def _first_problem(self) -> Problem:
        _sample, picture = next(iter(self.bad_rows.values()))
        return self._bad[picture][0]


def _take_away(report: DataReport, store: TokenStore, samples: frozenset[int]) -> None:
    """Count samples that are left out no longer among the kept ones."""
    for sample in samples:
        labels = store.row(sample).labels
        report.samples -= 1
        report.tokens -= len(labels)
        report.trained_tokens -= len(labels) - labels.count(NOT_TRAINED)
    for row in {store.facts(sample) for sample in samples}:
        report.kept -= 1
        report.cut -= row.cut_tokens > 0
        report.cut_tokens -= row.cut_tokens
        report.pairs -= row.pairs
        report.shortened -= row.shortened > 0
        report.shortened_answers -= row.shortened
        report.shortened_places = [place for place in report.shortened_places if place != row.place]
