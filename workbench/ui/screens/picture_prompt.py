"""A dialog for the path of a picture."""

from __future__ import annotations

from collections.abc import Callable

from workbench.chat.image_path import PICTURE_ENDINGS
from workbench.i18n import _
from workbench.ui.screens.file_prompt import FilePrompt


class PicturePrompt(FilePrompt):
    """Gives the path as it was typed once ``check`` takes it, None on escape."""

    def __init__(self, check: Callable[[str], object]) -> None:
        super().__init__(
            _("Which picture?"),
            _("A file on this machine, or an address, which is then fetched. A path may also be pasted."),
            _("tab completes the path, enter takes the picture"),
            placeholder=_("path of the picture"),
            endings=PICTURE_ENDINGS,
            check=check,
        )
