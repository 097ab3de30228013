"""Rendering a row for the screen: with which template and tokenizer, and what of it is shown. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from workbench.data.conversation import Conversation
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.show import FoundRow, RowRenderer, ShownRow
from workbench.data.show.row import shown_row
from workbench.data.templates import AUTO, get_template
from workbench.errors import WorkbenchError
from workbench.paths import resolve_model
from workbench.text import printable
from workbench.ui.pictures import Thumbnail, thumbnail

CONVERSATION, TEXT, TOKENS = "conversation", "text", "tokens"
VIEWS = (CONVERSATION, TEXT, TOKENS)
_PICTURES_SHOWN = 4


@dataclass(frozen=True)
class Settings:
    """How rows are rendered. ``tokenizer``: a model folder as configs name it."""

    template: str
    tokenizer: str
    view: str = TEXT

    @property
    def needs_tokenizer(self) -> bool:
        return self.view == TOKENS or self.template == AUTO


@dataclass(frozen=True)
class RenderedRow:
    """A row ready to be painted.

    Args:
        problem: why the template or the tokenizer cannot be used.
        pictures: its first pictures.
        more_pictures: how many it has beside them.
    """

    shown: ShownRow
    settings: Settings
    problem: str = ""
    pictures: list[Thumbnail] = field(default_factory=list)
    more_pictures: int = 0


def rendered(found: FoundRow, settings: Settings) -> RenderedRow:
    """Render a row; takes as long as its tokenizer and pictures take to read."""
    try:
        renderer = _renderer(settings.template, settings.tokenizer if settings.needs_tokenizer else "")
    except WorkbenchError as error:
        shown = shown_row(found, RowRenderer(get_template("default")))
        return RenderedRow(shown, settings, problem=printable(str(error)))
    shown = shown_row(found, renderer)
    if settings.view != TOKENS and shown.sample is not None and not shown.segments and not settings.needs_tokenizer:
        shown = _decoded(found, settings) or shown
    _ = shown.rendering.tokens  # decoded here, where it may take a while
    names = shown.sample.images if isinstance(shown.sample, Conversation) else ()
    pictures = [thumbnail(name, found.path.parent) for name in names[:_PICTURES_SHOWN]]
    return RenderedRow(shown, settings, "", pictures, len(names) - len(pictures))


@lru_cache(maxsize=4)
def _renderer(template: str, tokenizer: str) -> RowRenderer:
    light = LightTokenizer.from_folder(Path(resolve_model(tokenizer))) if tokenizer else None
    return RowRenderer(get_template(template, light), light)
