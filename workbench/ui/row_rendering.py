"""Rendering a row for the screen: with which template and tokenizer, and what of it is shown. No Textual here."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.data.conversation import Conversation, TokenRow
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.show import FoundRow, RowRenderer, ShownRow, ShownToken
from workbench.data.show.row import shown_row
from workbench.data.templates import AUTO, get_template
from workbench.errors import WorkbenchError
from workbench.paths import resolve_model
from workbench.text import printable
from workbench.ui.known_models import SAMPLE, known_models
from workbench.ui.pictures import Thumbnail, thumbnail

CONVERSATION, TEXT, TOKENS = "conversation", "text", "tokens"
VIEWS = (CONVERSATION, TEXT, TOKENS)
DEFAULT_TEMPLATE = "internlm2_chat"
_TEMPLATE, _TOKENIZER, _VIEW = "dataset.template", "dataset.tokenizer", "dataset.view"
_PICTURES_SHOWN = 4
_WITHOUT_TEMPLATE = "default"


@dataclass(frozen=True)
class Settings:
    """How rows are rendered. ``tokenizer``: a model folder as configs name it."""

    template: str
    tokenizer: str
    view: str = TEXT

    @classmethod
    def remembered(cls, state: Mapping[str, Any]) -> Settings:
        """What was chosen the last time."""
        view = str(state.get(_VIEW) or TEXT)
        return cls(
            template=str(state.get(_TEMPLATE) or DEFAULT_TEMPLATE),
            tokenizer=str(state.get(_TOKENIZER) or SAMPLE.chosen.model),
            view=view if view in VIEWS else TEXT,
        )

    def remember(self, state: MutableMapping[str, Any]) -> None:
        """Keep what is chosen."""
        state[_TEMPLATE], state[_TOKENIZER], state[_VIEW] = self.template, self.tokenizer, self.view


@dataclass(frozen=True)
class RenderedRow:
    """A row ready to be painted.

    Args:
        problem: why the template or the tokenizer cannot be used.
        tokens: only if they are what is to be seen.
        pictures: its first pictures.
        more_pictures: how many it has beside them.
    """

    shown: ShownRow
    settings: Settings
    problem: str = ""
    tokens: list[ShownToken] = field(default_factory=list)
    pictures: list[Thumbnail] = field(default_factory=list)
    more_pictures: int = 0


def rendered(found: FoundRow, settings: Settings) -> RenderedRow:
    """Render a row; takes as long as its tokenizer and pictures take to read."""
    try:
        renderer = _renderer(settings.template, settings.tokenizer if _needs_tokenizer(found, settings) else "")
    except WorkbenchError as error:
        shown = shown_row(found, RowRenderer(get_template(_WITHOUT_TEMPLATE)))
        return RenderedRow(shown, settings, printable(str(error)))
    shown = shown_row(found, renderer)
    names = shown.sample.images if isinstance(shown.sample, Conversation) else ()
    pictures = [thumbnail(name, found.path.parent) for name in names[:_PICTURES_SHOWN]]
    tokens = shown.rendering.tokens if settings.view == TOKENS else []
    return RenderedRow(shown, settings, "", tokens, pictures, len(names) - len(pictures))


def _needs_tokenizer(found: FoundRow, settings: Settings) -> bool:
    if settings.view == TOKENS or settings.template == AUTO:
        return True
    try:
        return isinstance(found.sample(), TokenRow)
    except WorkbenchError:
        return False


def known_tokenizers(project: Path) -> list[str]:
    """The models of the project and the sample, as far as their tokenizers are on this machine."""
    models = dict.fromkeys(known.chosen.model for known in known_models(project))
    return [model for model in models if _has_tokenizer(model)]


def chosen_tokenizer(state: Mapping[str, Any]) -> str | None:
    """The model whose tokenizer was chosen, if one was and it is still on this machine."""
    chosen = str(state.get(_TOKENIZER) or "")
    return chosen if chosen and _has_tokenizer(chosen) else None


def _has_tokenizer(model: str) -> bool:
    return (Path(resolve_model(model)) / "tokenizer.json").is_file()


@lru_cache(maxsize=4)
def light_tokenizer(model: str) -> LightTokenizer:
    """The tokenizer of a model folder, read once.

    Raises:
        WorkbenchError: there is none.
    """
    return LightTokenizer.from_folder(Path(resolve_model(model)))


@lru_cache(maxsize=4)
def _renderer(template: str, tokenizer: str) -> RowRenderer:
    light = light_tokenizer(tokenizer) if tokenizer else None
    return RowRenderer(get_template(template, light), light)
