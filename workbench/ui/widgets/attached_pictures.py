"""The pictures that go with the next message, by their names above it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from workbench.i18n import _
from workbench.ui.chat_pictures import picture_name
from workbench.ui.widgets.quiet_static import QuietStatic


class AttachedPictures(QuietStatic):
    """Hidden while there are none."""

    DEFAULT_CSS = "AttachedPictures { height: auto; max-height: 4; padding: 0 1; }"

    def show(self, pictures: Sequence[str]) -> None:
        """Name these."""
        if not pictures:
            self.tell(None)
            return
        chips = Content(" ").join(Content.styled(f" {picture_name(one)} ", "$text on $panel") for one in pictures)
        hint = _("backspace takes the last one away")
        self.tell(Content.assemble((_("Pictures:"), "bold"), " ", chips, "  ", (hint, "$text-muted")))
