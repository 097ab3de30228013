"""Rows as they will be trained: as a conversation, as text with the trained parts marked, token by token with ids."""

from workbench.data.show.found import FoundRow, found_rows
from workbench.data.show.rendering import Rendering, RowRenderer
from workbench.data.show.request import ShowRequest, shown_rows
from workbench.data.show.row import ShownRow
from workbench.data.show.said import Said, said_in
from workbench.data.show.segments import marked_text, masked_text, plain_text
from workbench.data.show.tokens import ShownToken

__all__ = [
    "FoundRow",
    "Rendering",
    "RowRenderer",
    "Said",
    "ShowRequest",
    "ShownRow",
    "ShownToken",
    "found_rows",
    "marked_text",
    "masked_text",
    "plain_text",
    "said_in",
    "shown_rows",
]
