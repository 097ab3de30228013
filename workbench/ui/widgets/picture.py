"""The pictures of a row in half blocks, beside its text."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label

from workbench.i18n import _
from workbench.ui.pictures import Thumbnail, half_block_image


class PictureSlot(Vertical):
    """One picture with its name, or the sentence why it cannot be shown."""

    DEFAULT_CSS = """
    PictureSlot {
        height: auto;
        margin-bottom: 1;
        Label { width: 100%; color: $text-muted; }
        Label.-problem { color: $text-warning; }
        HalfcellImage { width: 100%; height: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        yield half_block_image()()
        yield Label("", markup=False)

    def show(self, picture: Thumbnail) -> None:
        """Show this one instead."""
        image: Any = self.query_one("HalfcellImage")
        image.display = picture.image is not None
        image.image = picture.image
        # seen on a slow machine: a picture in place of a sentence keeps the height 0 until something else is laid out
        image.call_after_refresh(image.refresh, layout=True)
        label = self.query_one(Label)
        label.set_class(bool(picture.problem), "-problem")
        label.update(f"{picture.name}: {picture.problem}" if picture.problem else picture.name)


class PicturePane(VerticalScroll):
    """Hidden while a row has no pictures; its slots are made when a row first has that many."""

    DEFAULT_CSS = """
    PicturePane { width: 40; height: 1fr; padding: 0 1; display: none; }
    """

    def compose(self) -> ComposeResult:
        yield Label("", id="more-pictures", classes="muted", markup=False)

    async def show(self, pictures: list[Thumbnail], more: int) -> None:
        """Show these pictures, and say how many more there are."""
        self.display = bool(pictures)
        slots = list(self.query(PictureSlot))
        missing = [PictureSlot() for _number in pictures[len(slots) :]]
        if missing:
            await self.mount_all(missing, before="#more-pictures")
            slots += missing
        for number, slot in enumerate(slots):
            slot.display = number < len(pictures)
            if slot.display:
                slot.show(pictures[number])
        label = self.query_one("#more-pictures", Label)
        label.display = more > 0
        label.update(_("and {count} more").format(count=more))
        self.scroll_home(animate=False)
