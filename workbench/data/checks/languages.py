"""Which scripts the rows are written in."""

from __future__ import annotations

from collections import Counter

from workbench.data.checks.finding import Finding
from workbench.data.checks.place import Place
from workbench.data.checks.texts import texts_of
from workbench.data.conversation import Sample
from workbench.data.languages import Language, language_of

_LETTERS_LOOKED_AT = 2000


class Languages:
    """Counts rows by language; finds nothing wrong. Looks at the first 2,000 characters of each text."""

    def __init__(self) -> None:
        self.rows: Counter[Language] = Counter()

    def look(self, place: Place, sample: Sample) -> None:
        texts = [text[:_LETTERS_LOOKED_AT] for _field, text in texts_of(sample)]
        if texts:
            self.rows[language_of("\n".join(texts))] += 1

    def findings(self) -> list[Finding]:
        return []
