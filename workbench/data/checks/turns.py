"""Rows of which nothing is trained, and turns that are out of order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from workbench.data.checks.finding import Finding
from workbench.data.checks.place import Place
from workbench.data.checks.tally import Reason, why_empty
from workbench.data.conversation import Conversation, Sample
from workbench.i18n import _


class EmptyRows:
    """Rows of which nothing can be trained, by the reason; an error if that is all of them."""

    def __init__(self) -> None:
        self._rows = 0
        self._all = Finding(
            "error",
            _("No row has anything to train on."),
            _("Every row needs an answer, after a question and not excluded with loss: false or weight: 0."),
        )
        self._by_reason = {
            "system_only": Finding(
                "warning",
                _("rows with nothing but a system text; they are left out"),
                _("Add questions and answers, or remove the rows."),
            ),
            "no_answer": Finding(
                "warning",
                _("rows without an answer; they are left out"),
                _("Add the answers or remove the rows."),
            ),
            "excluded": Finding(
                "warning",
                _("rows whose answers are all excluded with loss: false or weight: 0; they are left out"),
                _("Remove loss: false or weight: 0 from an answer, or remove the rows."),
            ),
            "no_labels": Finding(
                "warning",
                _("rows of tokens of which none is trained; they are left out"),
                _("Give them labels that are not -100, or remove the rows."),
            ),
        }

    def look(self, place: Place, sample: Sample) -> None:
        self._rows += 1
        reason: Reason | None = why_empty(sample)
        if reason is None:
            return
        self._all.add(place)
        if reason in self._by_reason:
            self._by_reason[reason].add(place)

    def findings(self) -> Iterator[Finding]:
        if self._all.count == self._rows:
            yield self._all
        yield from self._by_reason.values()


class TurnOrder:
    """Rows whose turns do not alternate, by what becomes of them."""

    def __init__(self) -> None:
        self._leading = Finding(
            "warning",
            _("rows with answers before the first question; those answers are left out"),
            _("Begin with a question."),
        )
        self._unasked = Finding(
            "warning",
            _("rows with an answer to no question; it is trained as the answer to an empty one"),
            _("Put a question before every answer, or join the answers to one."),
        )
        self._joined = Finding(
            "warning",
            _("rows with questions in a row; they are joined"),
            _("Put an answer after every question, or join the questions to one."),
        )
        self._unended = Finding(
            "warning",
            _("rows that end without an answer; what follows the last answer is left out"),
            _("Let the last turn be an answer."),
        )

    def look(self, place: Place, sample: Sample) -> None:
        if not isinstance(sample, Conversation):
            return
        if sample.answers_left_out:
            self._leading.add(place)
        if sample.plain or sample.is_empty:
            return
        roles = _roles(sample)
        neighbours = set(pairwise(roles))
        if roles[0] == "assistant" or ("assistant", "assistant") in neighbours:
            self._unasked.add(place)
        if ("user", "user") in neighbours:
            self._joined.add(place)
        if roles[-1] != "assistant":
            self._unended.add(place)

    def findings(self) -> list[Finding]:
        return [self._leading, self._unasked, self._joined, self._unended]


def _roles(conversation: Conversation) -> list[str]:
    """Who speaks in turn; what the system says behind an answer is the result of a call in it."""
    roles: list[str] = []
    for turn in conversation.turns:
        if turn.role != "system":
            roles.append(turn.role)
        elif roles and roles[-1] == "assistant":
            roles.append("tool")
    return roles
