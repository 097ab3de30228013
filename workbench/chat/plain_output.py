"""What a plain chat prints: answers to stdout, as text or as JSON, and everything else to stderr."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from workbench.chat.plain_answers import Given
from workbench.chat.turn import ChatTurn
from workbench.chat.typed_lines import tell
from workbench.chat.wording import figures_text, left_out, not_whole
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import json_text, printable


@dataclass(frozen=True)
class PlainOutput:
    """``as_json``: one object a question instead of text."""

    as_json: bool

    def show(self, text: str) -> None:
        """A piece of an answer; a terminal that is gone meanwhile costs nothing but that."""
        if not self.as_json:
            try:
                print(text, end="", flush=True)  # noqa: T201
            except OSError as error:
                if error.errno != errno.EIO:
                    raise

    def close(self, question: ChatTurn, given: Given, *, by_hand: bool) -> None:
        """The answer is whole; who types is told how fast it came."""
        figures = given.figures.figures
        if self.as_json:
            print(json_text(given.row(question)), flush=True)  # noqa: T201
        elif said := figures_text(figures) if by_hand else not_whole(figures):
            tell(f"({said})")
        if unseen := left_out(given.figures):
            tell(unseen)

    def tell_why(self, question: str, error: WorkbenchError, *, by_hand: bool, came: str = "") -> None:
        """There is no answer, or only what came of it; the questions behind it are asked all the same."""
        said = printable(str(error))
        tell(said if by_hand else _("Error: {message}").format(message=said))
        if self.as_json:
            told = {"what": error.what, "where": error.where, "fix": error.fix}
            readable = question.encode(errors="replace").decode()
            row = {"question": readable, **({"answer": came} if came else {}), "error": told}
            print(json_text(row), flush=True)  # noqa: T201
