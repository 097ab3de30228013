"""What became of the rows. The totals always add up: read = trained + left out, by reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel

from workbench.data.picture import Oddity, Problem
from workbench.data.picture_words import counted_problems, counted_repairs
from workbench.data.wording import listed
from workbench.i18n import N_, _

Reason = Literal["not_drawn", "no_answer", "nothing_left", "no_preference", "bad", "bad_image"]
REASONS: dict[Reason, str] = {
    "not_drawn": N_("{count} not drawn (max_dataset_length)"),
    "no_answer": N_("{count} without an answer to train on"),
    "nothing_left": N_("{count} without a trained token once their end is cut"),
    "no_preference": N_("{count} without two different answers to compare"),
    "bad": N_("{count} not of their format"),
    "bad_image": N_("{count} with a picture that cannot be used"),
}
LEFT_OUT: tuple[Reason, ...] = ("no_answer", "nothing_left", "no_preference")
"""The reasons that are counted together with the rows that are kept."""
PLACES_KEPT = 20
ADDED_UP = (
    "kept",
    "divided",
    "cut",
    "cut_tokens",
    "trained_tokens",
    "pairs",
    "compared",
    "shortened",
    "shortened_answers",
    "unmeant",
)
"""The counts that are the sum of what each part of the rows has."""


class DataReport(BaseModel):
    """Counts of rows unless named otherwise.

    Args:
        kept: rows that are trained.
        left_out: rows that are not, by reason.
        bad_places: file:row:field and reason of the first rows that are not of their format.
        cut: rows whose end was cut; ``cut_tokens`` how much in all.
        divided: plain texts longer than ``max_length`` that were divided into several samples.
        shortened: rows with answers of which the chat template leaves words out; ``shortened_answers`` how many answers,
            ``shortened_places`` the first of these rows.
        bad_images: rows with a picture that cannot be used, by what is wrong; ``bad_image_places`` the first of them.
        pictures: different pictures of the rows that are trained.
        repaired: how many of them are turned into something usual when they are read.
        unmeant: rows without a picture, but with ``<image>`` in their texts, where the model sees.
        pairs: rows with a preferred and a rejected answer, of which only the preferred one is trained.
        compared: rows whose two answers are compared.
        samples: what the kept rows became, before packing.
        packs: training rows.
        fill: the share (0–1) of the packs' room that holds tokens; None if nothing was packed.
        held_out: samples for validation, which are not trained; ``held_out_apart``: they are of other files, and not
            among those read; ``held_out_tokens``
            those of their tokens that have loss, ``held_out_copies`` samples of the whole data that are equal to
            another one, ``held_out_known`` validation samples that are trained all the same.
    """

    formats: list[str] = []
    read: int = 0
    kept: int = 0
    left_out: dict[Reason, int] = {}
    bad_places: list[str] = []
    bad_images: dict[Problem, int] = {}
    bad_image_places: list[str] = []
    pictures: int = 0
    repaired: dict[Oddity, int] = {}
    unmeant: int = 0
    cut: int = 0
    cut_tokens: int = 0
    divided: int = 0
    shortened: int = 0
    shortened_answers: int = 0
    shortened_places: list[str] = []
    pairs: int = 0
    compared: int = 0
    samples: int = 0
    tokens: int = 0
    trained_tokens: int = 0
    packs: int = 0
    fill: float | None = None
    held_out: int = 0
    held_out_apart: bool = False
    held_out_tokens: int = 0
    held_out_copies: int = 0
    held_out_known: int = 0

    @property
    def adds_up(self) -> bool:
        return self.read == self.kept + sum(self.left_out.values())

    def count_bad(self, rows: Sequence[tuple[str | None, str]]) -> None:
        """Take in where and what is wrong with rows that are not of their format."""
        if not rows:
            return
        self.read += len(rows)
        self.left_out["bad"] = self.left_out.get("bad", 0) + len(rows)
        self.bad_places += [f"{where}: {what}" for where, what in rows][: PLACES_KEPT - len(self.bad_places)]

    def count_bad_images(self, places: Sequence[str], kinds: Mapping[Problem, int]) -> None:
        """Take in rows that are left out for a picture: where and what of the first ones, and how many of each kind."""
        if not kinds:
            return
        self.left_out["bad_image"] = self.left_out.get("bad_image", 0) + sum(kinds.values())
        for problem, count in kinds.items():
            self.bad_images[problem] = self.bad_images.get(problem, 0) + count
        self.bad_image_places += places[: PLACES_KEPT - len(self.bad_image_places)]

    def count_shortened(self, places: Sequence[str]) -> None:
        """Take in where rows stand that have shortened answers."""
        self.shortened_places += places[: PLACES_KEPT - len(self.shortened_places)]

    def sentences(self) -> list[str]:
        """The report as facts for a person, without those that are nothing."""
        said = [self._totals(), self._tokens()]
        if self.cut:
            text = _("{count} rows were longer than max_length; {tokens} tokens were cut.")
            said.append(text.format(count=self.cut, tokens=self.cut_tokens))
        if self.divided:
            said.append(_("{count} texts were longer than max_length and were divided.").format(count=self.divided))
        if self.shortened:
            said.append(self._shortening())
        if self.pairs:
            said.append(
                _("{count} rows are preference pairs: their chosen answers are trained.").format(count=self.pairs)
            )
        if self.compared:
            count = self.compared if self.held_out_apart else self.compared - self.held_out
            said.append(_("{count} pairs of a chosen and a rejected answer are compared.").format(count=count))
        if self.pictures:
            said.append(self._pictures())
        if self.held_out:
            said.append(self._validation())
        if self.unmeant:
            text = _("{count} rows have <image> in their texts, but no picture: it is trained as text.")
            said.append(text.format(count=self.unmeant))
        said += [_("Left out: {place}").format(place=place) for place in (*self.bad_places, *self.bad_image_places)]
        return said

    def _totals(self) -> str:
        text = _("Data: {read} rows read ({formats}) = {kept} trained + {left_out} left out")
        if self.held_out and not self.held_out_apart:
            text = _("Data: {read} rows read ({formats}) = {kept} for training and validation + {left_out} left out")
        text = text.format(
            read=self.read, formats=listed(self.formats), kept=self.kept, left_out=sum(self.left_out.values())
        )
        reasons = [self._reason(reason, count) for reason, count in self.left_out.items() if count]
        return (
            _("{text} ({reasons}).").format(text=text, reasons=listed(reasons))
            if reasons
            else _("{text}.").format(text=text)
        )

    def _reason(self, reason: Reason, count: int) -> str:
        text = _(REASONS[reason]).format(count=count)
        if reason != "bad_image":
            return text
        return _("{text}: {kinds}").format(text=text, kinds=counted_problems(self.bad_images))

    def _pictures(self) -> str:
        """How many there are, and what is done to some of them."""
        text = _("{count} different pictures").format(count=self.pictures)
        if self.repaired:
            text = _("{text}, of them {kinds}").format(text=text, kinds=counted_repairs(self.repaired))
        return _("{text}.").format(text=text)

    def _validation(self) -> str:
        """What the validation loss is measured on, and whether training has seen it."""
        text = _("Validation: {count} samples with {tokens} tokens that have loss are not trained.")
        if self.held_out_known:
            text = _(
                "Validation: {count} samples with {tokens} tokens that have loss; {known} of them are in the training "
                "data too, which makes the validation loss too low."
            )
        elif self.held_out_copies:
            text = _(
                "Validation: {count} samples with {tokens} tokens that have loss are not trained; {copies} samples of "
                "the data are copies, and stay on the side of their like."
            )
        return text.format(
            count=self.held_out, tokens=self.held_out_tokens, known=self.held_out_known, copies=self.held_out_copies
        )

    def _shortening(self) -> str:
        text = _(
            "The chat template leaves words out of {answers} answers in {rows} rows ({places}); 'data check' has all."
        )
        more = ["…"] if self.shortened > len(self.shortened_places) else []
        places = listed([*self.shortened_places, *more])
        return text.format(answers=self.shortened_answers, rows=self.shortened, places=places)

    def _tokens(self) -> str:
        text = _("{packs} training rows of {tokens} tokens in all, {trained} of them with loss{filled}.")
        filled = "" if self.fill is None else _("; {share:.1%} of their room is filled").format(share=self.fill)
        return text.format(packs=self.packs, tokens=self.tokens, trained=self.trained_tokens, filled=filled)
