"""Which languages a dataset is made in."""

from __future__ import annotations

from workbench.data.identity.questions import Language
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _

KNOWN: tuple[Language, ...] = ("zh", "en")


def parse_languages(text: str) -> tuple[Language, ...]:
    """``zh,en`` → the languages in order, each once.

    Raises:
        WorkbenchError: one of them is not known, or there is none.
    """
    asked = [part.strip().lower() for part in text.split(",") if part.strip()]
    unknown = [part for part in asked if part not in KNOWN]
    if unknown or not asked:
        raise WorkbenchError(
            _("There are questions in zh and en, not in {languages}.").format(languages=listed(unknown) or text),
            where="lang",
            fix=_("For example: --lang zh,en"),
        )
    return tuple(language for language in KNOWN if language in asked)
