"""Pictures of a plain chat, which go with the next message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.chat.given_picture import checked_picture
from workbench.chat.turn import ChatTurn
from workbench.chat.typed_lines import tell
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.vision.marks import reads_text_only
from workbench.text import printable


@dataclass
class PlainPictures:
    """Those that were given and not sent yet.

    Args:
        project: what relative paths count from.
        are_told: whether somebody types, and is told what was taken.
        may_be_sent: whether the model takes pictures.
    """

    project: Path
    are_told: bool
    may_be_sent: bool = False
    _waiting: list[str] = field(default_factory=list, init=False)

    def take(self, typed: Sequence[str]) -> None:
        """
        Raises:
            WorkbenchError: one of them is no picture, or the model takes none.
        """
        found = [checked_picture(one, self.project) for one in typed]
        if found and not self.may_be_sent:
            raise reads_text_only(", ".join(found))
        self._waiting += found
        if self.are_told:
            for picture in found:
                tell(_("With the next message: {path}").format(path=printable(picture)))

    def begin_again(self, given: Sequence[str]) -> None:
        """Only these are left, which were taken before."""
        self._waiting = list(given)

    def give_out(self) -> list[str]:
        """All of them; none are left."""
        given, self._waiting = self._waiting, []
        return given

    def take_back(self, question: ChatTurn, error: WorkbenchError) -> None:
        """Those of a question that got no answer go with the next one, but for a bad one."""
        self._waiting = [picture for picture in question.images if picture != error.where]

    def tell_all(self, turns: Sequence[ChatTurn]) -> None:
        """Name those of the conversation, and those that wait."""
        asked = [picture for turn in turns for picture in turn.images]
        if not asked and not self._waiting:
            tell(_("There is no picture yet: /image PATH adds one."))
        for text, pictures in (
            (_("In the conversation: {path}"), asked),
            (_("With the next message: {path}"), self._waiting),
        ):
            for picture in pictures:
                tell(text.format(path=printable(picture)))
