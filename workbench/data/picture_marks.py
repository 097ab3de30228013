"""Whether the pictures of a row and the ``<image>`` in its texts go together."""

from __future__ import annotations

from workbench.data.conversation import IMAGE, Sample, TokenRow
from workbench.data.encode import IMAGE_TOKEN
from workbench.i18n import N_

PLACE_THEM = N_("Write <image> once for every picture, in the question where it belongs.")


def count_marks(sample: Sample) -> int:
    """How many ``<image>`` the data had, or tokens that stand for a picture."""
    if isinstance(sample, TokenRow):
        return sample.input_ids.count(IMAGE_TOKEN)
    if sample.marks is not None:
        return sample.marks
    return sum(turn.content.count(IMAGE) for turn in sample.turns)


def are_unplaced(sample: Sample) -> bool:
    """Whether there are pictures, and more or fewer ``<image>`` than those."""
    return bool(sample.images) and count_marks(sample) != len(sample.images)


def are_misplaced(sample: Sample) -> bool:
    """Whether a picture stands in an answer or a system text, or in a question without its ``<image>``."""
    if isinstance(sample, TokenRow):
        return False
    return any(
        turn.images and (turn.role in {"assistant", "system"} or turn.content.count(IMAGE) != len(turn.images))
        for turn in sample.turns
    )
