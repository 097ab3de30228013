"""Where model, rows and prompt template do not go together: other markup, markup in the texts, system texts that the template leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbench.data.checks.finding import Finding
from workbench.data.checks.measure import Measure
from workbench.data.checks.place import Place, turn_field
from workbench.data.checks.texts import texts_of
from workbench.data.conversation import IMAGE, Conversation, Sample
from workbench.data.templates.mismatch import markup_in, template_warnings, trained_template
from workbench.data.wording import listed
from workbench.i18n import _

_MARKS_SHOWN = 3
_WRITTEN_ON_PURPOSE = {IMAGE, "<think>", "</think>", "<tool_call>", "</tool_call>"}
"""Some tokenizers have them as special tokens, and texts are meant to be read so."""


class TemplateFit:
    """``measure``: what the rows are rendered and tokenised with; None if that is not known."""

    def __init__(self, measure: Measure | None) -> None:
        self._measure = measure
        self._has_system = measure is None or measure.template.has_system
        self._markup = Finding(
            "warning",
            _("texts that already contain the markup of a prompt template; it would stand there twice"),
            _("Remove the markup and keep the words: the prompt template adds its own."),
        )
        self._special_tokens = _any_of(measure.tokenizer.all_special_tokens) if measure else None
        self._special = Finding(
            "warning",
            _("texts with special tokens of the tokenizer; they are trained as these tokens, not as their letters"),
            _("Remove them, or write them otherwise, unless they are meant."),
        )
        self._no_system = Finding(
            "warning",
            _("rows with a system text, which the prompt template leaves out"),
            _("Put it into the first question, or choose a template that has system texts."),
        )
        self._shortened = Finding(
            "warning",
            "",
            _("Choose a prompt template by name, or divide the conversations so that each such answer is a last one."),
        )
        self._shortened_rows = 0

    def look(self, place: Place, sample: Sample) -> None:
        if not isinstance(sample, Conversation) or sample.plain:
            return
        for field, text in texts_of(sample):
            markup = markup_in(text)
            if markup:
                self._markup.add(place.at(field), listed(markup[:_MARKS_SHOWN]))
            special = [token for token in self._special_in(text) if token not in markup]
            if special:
                self._special.add(place.at(field), listed(special[:_MARKS_SHOWN]))
        if not self._has_system and any(turn.role == "system" and turn.content.strip() for turn in sample.turns):
            self._no_system.add(place)
        self._look_for_shortened(place, sample)

    def _special_in(self, text: str) -> list[str]:
        """Special tokens of the tokenizer that a text contains, each once, in order."""
        return list(dict.fromkeys(self._special_tokens.findall(text))) if self._special_tokens else []

    def _look_for_shortened(self, place: Place, sample: Conversation) -> None:
        if self._measure is None:
            return
        shortened = self._measure.template.shortened(sample)
        self._shortened_rows += bool(shortened)
        for number in shortened:
            self._shortened.add(place.at(turn_field(number, sample.turns[number])))

    def findings(self) -> list[Finding]:
        what = _("answers (in {rows} rows) of which the chat template leaves words out; they are trained without them")
        self._shortened.what = what.format(rows=self._shortened_rows)
        of_template = _of_template(self._measure) if self._measure else []
        return [*of_template, self._shortened, self._markup, self._special, self._no_system]


def _any_of(tokens: Sequence[str]) -> re.Pattern[str] | None:
    """What finds the tokens in a text, the longest first; None if there is nothing to find."""
    looked_for = sorted({*tokens} - _WRITTEN_ON_PURPOSE, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, looked_for))) if looked_for else None


def _of_template(measure: Measure) -> Iterator[Finding]:
    """What speaks against using this template with this model."""
    name = measure.template.reference
    trained = trained_template(measure.model)
    for warning in template_warnings(name, "train", model=measure.model, trained=trained, tokenizer=measure.tokenizer):
        finding = Finding("warning", warning, _("Choose another prompt_template, unless this one is meant."))
        finding.add(f"prompt_template: {name}")
        yield finding
