"""What an evaluation found, in words; no widgets here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from textual.content import Content

from workbench.configs.evaluation_rules import score_text
from workbench.i18n import _
from workbench.jobs.events import Score, Warned
from workbench.text import printable

_MOST_SHOWN = 200
"""Wrong answers on the screen; the file has them all."""


def scored_text(scores: Sequence[Score], warnings: Iterable[Warned]) -> Content:
    """A line for each score of each model, then what is to be known of them."""
    newest = {(score.target, score.name): score for score in scores}  # a job that went on tells them again
    return Content("\n").join([*map(_score_line, newest.values()), *map(warned_line, warnings)])


def _score_line(score: Score) -> Content:
    share = _("{right} of {total} right").format(right=score.right, total=score.total)
    model = f"{printable(score.target)}: " if score.target else ""
    return Content(f"✓ {model}{printable(score_text(score.name))} {score.value:.1%}, {share}")


def warned_line(warned: Warned) -> Content:
    """A warning with what to do about it."""
    fix = f" → {printable(warned.fix)}" if warned.fix else ""
    return Content.assemble(("! ", "bold $text-warning"), "\t", f"{printable(warned.message)}{fix}")


def wrong_text(found: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]) -> Content:
    """Questions that were answered wrong, with the answer and what would have been right.

    Args:
        found: model → score → ``{"question", "expected", "answer"}`` of each, as an evaluation writes it.
    """
    wrong = [
        (f"{model}, {score_text(name)}", one) for model, sets in found.items() for name in sets for one in sets[name]
    ]
    if not wrong:
        return Content(_("Every answer is right."))
    lines = [line for place, one in wrong[:_MOST_SHOWN] for line in _wrong_lines(place, one)]
    if len(wrong) > _MOST_SHOWN:
        lines.append(Content(_("… and {count} more").format(count=len(wrong) - _MOST_SHOWN)))
    return Content("\n").join(lines)


def _wrong_lines(place: str, one: Mapping[str, Any]) -> Iterator[Content]:
    yield Content.assemble(
        (f"❯ \t{_one_line(one['question'])}", "bold $text-primary"), (f"  {printable(place)}", "dim")
    )
    yield _labelled(_("said"), one["answer"] or _("(empty)"))
    yield _labelled(_("expected"), " | ".join(one["expected"]))


def _labelled(label: str, text: str) -> Content:
    return Content.assemble("  ", (f"{label}  ", "dim"), "\t", _one_line(text))


def _one_line(text: str) -> str:
    return " ⏎ ".join(printable(text).strip().splitlines())
