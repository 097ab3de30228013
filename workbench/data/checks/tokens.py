"""Rows in tokens: what is cut, what is left without loss, what the template refuses."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.data.checks.finding import Finding, Severity
from workbench.data.checks.lengths import Lengths, compares
from workbench.data.checks.measure import Measure
from workbench.data.checks.place import Place
from workbench.data.checks.tally import Tally
from workbench.data.conversation import Conversation, Sample
from workbench.data.encode import Encoded, encode_all
from workbench.data.prepare.pairs import encode_both, has_preference, joined
from workbench.errors import WorkbenchError
from workbench.i18n import _

_ROWS_AT_ONCE = 256
Answers = tuple[Encoded] | tuple[Encoded, Encoded]
"""A row in tokens; of a pair that is compared, both answers behind the question."""


class Tokens:
    """Measures rows that have something to train, some at a time.

    Args:
        tally: counts the rows that are refused, and those of which nothing is left.
        refused: how bad a row is that the template refuses: an error if the training stops there.
    """

    def __init__(self, measure: Measure, tally: Tally, refused: Severity = "error") -> None:
        self._measure = measure
        self._tally = tally
        self._waiting: list[tuple[Place, Sample]] = []
        self.lengths = Lengths()
        self._longest = 0
        self._overlong = Finding("warning", _("rows longer than max_length; their ends are cut"), "")
        self._nothing_left = Finding(
            "warning",
            _("rows without a trained token once their end is cut; they are left out"),
            "",
        )
        self._divided = Finding(
            "note",
            _("texts longer than max_length; they are divided and trained whole"),
            _("Nothing, if that is meant."),
        )
        self._no_preference = Finding(
            "warning",
            _("pairs whose answers are the same, or of which one is gone, once their ends are cut; they are left out"),
            "",
        )
        self._refused = Finding(
            refused,
            _("rows that the prompt template refuses; the training stops at them")
            if refused == "error"
            else _("rows that the prompt template refuses; they are left out"),
            _("Mend them for this template, or choose another prompt_template."),
        )

    def look(self, place: Place, sample: Sample) -> None:
        self._waiting.append((place, sample))
        if len(self._waiting) == _ROWS_AT_ONCE:
            self._measure_waiting()

    def findings(self) -> list[Finding]:
        self._measure_waiting()
        remedy = _("Raise max_length to {longest}, or shorten them.").format(longest=self._longest)
        self._overlong.fix = self._nothing_left.fix = self._no_preference.fix = remedy
        if not self.lengths.trained:
            self._nothing_left.severity = "error"
            self._nothing_left.what = _("No row has anything to train on once its end is cut.")
        return [self._refused, self._nothing_left, self._no_preference, self._overlong, self._divided]

    def _measure_waiting(self) -> None:
        for (place, sample), encoded in self._encoded(self._waiting):
            self._count(place, sample, encoded)
        self._waiting = []

    def _encoded(self, rows: list[tuple[Place, Sample]]) -> list[tuple[tuple[Place, Sample], Answers]]:
        """All at once, or one by one to find those that the template refuses."""
        try:
            return list(zip(rows, self._encode([sample for _place, sample in rows]), strict=True))
        except WorkbenchError as error:
            if len(rows) == 1:
                self._refused.add(rows[0][0], error.what)
                self._tally.leave_out("refused")
                return []
        return [pair for row in rows for pair in self._encoded([row])]

    def _encode(self, samples: list[Sample]) -> Sequence[Answers]:
        measure = self._measure
        if compares(measure.config):
            return encode_both(samples, measure.template, measure.tokenizer, measure.max_length)
        return [(one,) for one in encode_all(samples, measure.template, measure.tokenizer, measure.max_length)]

    def _count(self, place: Place, sample: Sample, answers: Answers) -> None:
        lengths, most = self.lengths, self._measure.max_length
        whole = max(len(answer.input_ids) + answer.cut_tokens for answer in answers)
        encoded = answers[0] if len(answers) == 1 else joined(*answers)
        self._longest = max(self._longest, whole)
        if encoded.cut_tokens:
            self._overlong.add(place, _("+{count} tokens").format(count=encoded.cut_tokens))
        if not encoded.trained_tokens:
            self._nothing_left.add(place)
            self._tally.leave_out("nothing_left")
            return
        if len(answers) > 1 and not has_preference(encoded):
            self._no_preference.add(place)
            self._tally.leave_out("no_preference")
            return
        lengths.rows[whole] += 1
        lengths.tokens += len(encoded.input_ids)
        lengths.cut += encoded.cut_tokens
        lengths.trained += encoded.trained_tokens
        if len(answers) > 1:
            lengths.pairs += 1
            lengths.samples.append(len(encoded.input_ids))
            return
        if isinstance(sample, Conversation) and sample.plain and whole > most:
            self._divided.add(place, _("{count} tokens").format(count=whole))
        lengths.samples.extend(len(piece.input_ids) for piece in encoded.pieces(most))
