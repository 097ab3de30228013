"""The pictures of a row as its tokens have them: checked against ``<image>``, named by absolute paths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from workbench.data.conversation import Conversation, Sample, TokenRow
from workbench.data.encode import IMAGE_TOKEN, Encoded
from workbench.data.picture import is_address
from workbench.data.picture_marks import PLACE_THEM, are_misplaced, are_unplaced, count_marks
from workbench.errors import WorkbenchError
from workbench.i18n import _


class RowFacts(NamedTuple):
    """What is kept beside the tokens of a sample for a model that sees, to leave it out later.

    Args:
        place: its row, as file:row.
        cut_tokens: how many of its tokens did not fit.
        pairs: 1 for a preference pair, else 0.
        shortened: its answers of which the chat template leaves words out.
    """

    place: str
    cut_tokens: int
    pairs: int
    shortened: int


def require_marks(sample: Sample, where: str) -> None:
    """
    Raises:
        WorkbenchError: the pictures of a row and the ``<image>`` in its texts do not go together.
    """
    if are_unplaced(sample):
        what = _("The row has <image> {marks} times in its texts, and {pictures} pictures.")
        what = what.format(marks=count_marks(sample), pictures=len(sample.images))
        raise WorkbenchError(what, where=where, fix=_(PLACE_THEM))
    if are_misplaced(sample):
        raise WorkbenchError(_("A picture stands elsewhere than in a question."), where=where, fix=_(PLACE_THEM))


def require_written(sample: Sample, encoded: Encoded, where: str) -> None:
    """
    Raises:
        WorkbenchError: the prompt template left a place of a picture out, or repeated one.
    """
    if not sample.images:
        return
    expected = _asked_about(sample)
    written = encoded.input_ids.count(IMAGE_TOKEN)
    if written > expected or (written < expected and not encoded.cut_tokens):
        raise WorkbenchError(
            _("The row has {expected} pictures, and the prompt template writes the places of {written}.").format(
                expected=expected, written=written
            ),
            where=where,
            fix=_("Choose another prompt_template, or split the row."),
        )


def _asked_about(sample: Sample) -> int:
    """The pictures up to the last answer: a question behind it is not written."""
    if isinstance(sample, TokenRow):
        return len(sample.images)
    answers = [number for number, turn in enumerate(sample.turns) if turn.role == "assistant"]
    return len(Conversation(sample.turns[: answers[-1]]).images) if answers else 0


def picture_paths(sample: Sample, folder: Path) -> list[str]:
    """The pictures of a row as absolute paths, links not followed; addresses as they are."""
    return [name if is_address(name) else os.path.join(folder, name) for name in sample.images]  # noqa: PTH118
