"""One row with everything that is shown of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.data.conversation import Sample, TokenRow
from workbench.data.encode import Encoded
from workbench.data.show.found import FoundRow
from workbench.data.show.rendering import Rendering, RowRenderer
from workbench.data.show.segments import plain_text
from workbench.data.templates import Segment
from workbench.errors import WorkbenchError
from workbench.i18n import _

_NOTHING = Rendering([])


@dataclass(frozen=True)
class ShownRow:
    """A row rendered.

    Args:
        sample: None for a row that cannot be read.
        left_out: why it is not trained; None if it is.
        stops: whether a training stops at it, unless ``bad_rows`` says to leave such rows out.
        file: how its file is called in what is printed.
        is_of_several: whether rows of several files are counted through.
        rejected: of a pair, the conversation with the answer that is not wanted.
    """

    found: FoundRow
    sample: Sample | None = None
    rendering: Rendering = _NOTHING
    left_out: str | None = None
    stops: bool = False
    rejected: Rendering | None = None
    file: str = ""
    is_of_several: bool = False

    @property
    def number(self) -> int:
        """As the reader counts in its file; of several files, counted from 1 through all of them."""
        return self.found.position + 1 if self.is_of_several else self._own_number

    @property
    def where(self) -> str:
        """The row as ``file:number``, as `check_data` names it."""
        return f"{self.file}:{self._own_number}"

    @property
    def sentence(self) -> str:
        """What becomes of a row that is not trained, and why; empty if it is."""
        if self.left_out is None:
            return ""
        if self.stops:
            said = _("Training stops at this row, unless bad_rows: leave_out. {reason}")
            return said.format(reason=self.left_out)
        return _("This row will be left out: {reason}").format(reason=self.left_out)

    @property
    def _own_number(self) -> int:
        return self.found.number or self.found.position + 1

    @property
    def segments(self) -> list[Segment]:
        return self.rendering.segments

    @property
    def encoded(self) -> Encoded | None:
        return self.rendering.encoded

    def as_json(self) -> dict[str, Any]:
        """``row`` counts from 0, as list indices do."""
        place = {"row": self.found.position, "where": self.where}
        if self.left_out is not None:
            return place | {"left_out": self.left_out}
        shown = place | _rendering_json(self.rendering)
        return shown | ({"rejected": _rendering_json(self.rejected)} if self.rejected else {})


def shown_row(found: FoundRow, renderer: RowRenderer) -> ShownRow:
    """A row rendered; what is wrong with it is its reason to be left out."""
    sample: Sample | None = None
    try:
        sample = found.sample()
        rendering, rejected = renderer.render(sample), renderer.render_rejected(sample)
    except WorkbenchError as error:
        return ShownRow(found, sample, left_out=_reason(error), stops=True)
    return ShownRow(found, sample, rendering, _why_left_out(sample, rendering), rejected=rejected)


def _why_left_out(sample: Sample, rendering: Rendering) -> str | None:
    if sample.is_empty:
        if isinstance(sample, TokenRow):
            return _("none of its tokens is trained")
        return _("it has no answer to train on")
    if rendering.encoded and rendering.encoded.trained_tokens == 0:
        return _("no trained token is left after cutting")
    return None


def _reason(error: WorkbenchError) -> str:
    return f"{error.where}: {error.what}" if error.where else error.what


def _rendering_json(rendering: Rendering) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if rendering.segments:
        shown["text"] = plain_text(rendering.segments)
    if rendering.encoded:
        shown |= {"input_ids": rendering.encoded.input_ids, "labels": rendering.encoded.labels}
    if rendering.pieces:
        shown["samples"] = list(rendering.pieces)
    if rendering.shortened:
        shown["shortened"] = list(rendering.shortened)
    return shown
