"""Whether the pictures of a row and the ``<image>`` in its texts go together."""

from __future__ import annotations

from workbench.data.conversation import IMAGE, Conversation
from workbench.i18n import N_

UNPLACED = N_("rows with more or fewer <image> in their texts than pictures")
MISPLACED = N_("rows with pictures elsewhere than in questions")
PLACE_THEM = N_("Write <image> once for every picture, in the question where it belongs.")


def count_marks(conversation: Conversation) -> int:
    """How many ``<image>`` the data had."""
    if conversation.marks is not None:
        return conversation.marks
    return sum(turn.content.count(IMAGE) for turn in conversation.turns)


def are_unplaced(conversation: Conversation) -> bool:
    """Whether there are pictures, and more or fewer ``<image>`` than those."""
    images = conversation.images
    return bool(images) and count_marks(conversation) != len(images)


def are_misplaced(conversation: Conversation) -> bool:
    """Whether a picture stands in an answer or a system text, or in a question without its ``<image>``."""
    return any(
        turn.images and (turn.role in {"assistant", "system"} or turn.content.count(IMAGE) != len(turn.images))
        for turn in conversation.turns
    )
