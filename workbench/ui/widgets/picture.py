"""Pictures with their names, one by one and those of a row."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label

from workbench.i18n import _
from workbench.ui.pictures import Thumbnail
from workbench.ui.terminal_pictures import picture_widget


class PictureSlot(Vertical):
    """One picture with its name, or the sentence why it cannot be shown; the name alone where pictures are not shown.

    Args:
        most_cells: the most columns and rows that it takes; its whole width, and as many rows as it needs, by default.
    """

    DEFAULT_CSS = """
    PictureSlot {
        height: auto;
        margin-bottom: 1;
        Label { width: 100%; color: $text-muted; }
        Label.-problem { color: $text-warning; }
        .picture { width: 100%; height: auto; }
    }
    """

    def __init__(self, picture: Thumbnail | None = None, most_cells: tuple[int, int] | None = None) -> None:
        super().__init__()
        self._most_cells = most_cells
        self._first = picture
        self._image = widget(classes="picture") if (widget := picture_widget()) else None

    def compose(self) -> ComposeResult:
        if self._image is not None:
            yield self._image
        yield Label("", markup=False)

    def on_mount(self) -> None:
        if self._first is not None:
            self.show(self._first)

    def show(self, picture: Thumbnail) -> None:
        """Show this one instead."""
        if self._image is not None:
            self._show_image(self._image, picture)
        label = self.query_one(Label)
        label.set_class(bool(picture.problem), "-problem")
        label.update(f"{picture.name}: {picture.problem}" if picture.problem else picture.name)

    def _show_image(self, image: Any, picture: Thumbnail) -> None:
        image.display = picture.image is not None
        if self._most_cells is not None and picture.image is not None:
            image.styles.width, image.styles.height = _fitted(picture.image.size, self._most_cells)
        image.image = picture.image
        # seen on a slow machine: a picture in place of a sentence keeps the height 0 until something else is laid out
        image.call_after_refresh(image.refresh, layout=True)


def _fitted(pixels: tuple[int, int], most_cells: tuple[int, int]) -> tuple[int, int]:
    """Columns and rows of a picture in its own proportions; a cell is about twice as high as it is wide."""
    columns, rows = most_cells
    scale = min(columns / pixels[0], 2 * rows / pixels[1])
    return max(1, round(pixels[0] * scale)), max(1, round(pixels[1] * scale / 2))


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
