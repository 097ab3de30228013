"""Rendering a row for the screen: with which template and tokenizer, and what of it is shown. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from workbench.data.checks import Measure
from workbench.data.conversation import Conversation, TokenRow
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.show import FoundRow, RowRenderer, Said, ShownRow, ShownToken, said_in
from workbench.data.show.row import shown_row
from workbench.data.templates import AUTO, get_template
from workbench.data.usual_template import usual_template
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.text import printable
from workbench.ui.known_models import known_models
from workbench.ui.pictures import Thumbnail, thumbnail
from workbench.ui.row_settings import TOKENS, Settings

_PICTURES_SHOWN = 4
_WITHOUT_TEMPLATE = "default"


@dataclass(frozen=True)
class SaidPart:
    """A message as far as it is trained or read, and the end of it that is cut."""

    said: Said
    kept: str
    cut: str = ""


@dataclass(frozen=True)
class RenderedRow:
    """A row ready to be painted.

    Args:
        template: its name, and why it is that one.
        problem: why the template or the tokenizer cannot be used.
        tokens: up to where the row is cut; only if they are what is to be seen.
        cut_tokens: the rest of them.
        pictures: its first pictures.
        more_pictures: how many it has beside them.
    """

    shown: ShownRow
    settings: Settings
    template: tuple[str, str] = ("", "")
    problem: str = ""
    tokens: list[ShownToken] = field(default_factory=list)
    cut_tokens: list[ShownToken] = field(default_factory=list)
    pictures: list[Thumbnail] = field(default_factory=list)
    more_pictures: int = 0

    @property
    def cut_text(self) -> str:
        """What is cut of the rendered text."""
        return "".join(token.text for token in self.cut_tokens)

    def said(self) -> list[SaidPart]:
        """The messages; those that are not in the rendered text as they stand are taken for kept."""
        messages = said_in(self.shown.sample) if self.shown.sample is not None else []
        if not self.cut_tokens:
            return [SaidPart(one, one.text) for one in messages]
        kept = "".join(token.text for token in self.shown.rendering.tokens)
        return _parted(messages, kept + self.cut_text, len(kept))


def _parted(messages: Sequence[Said], text: str, end: int) -> list[SaidPart]:
    """Each message where it stands in the text, parted at the character ``end`` of that."""
    parts, behind = [], 0
    for one in messages:
        begin = text.find(one.text, behind)
        if begin < 0:
            parts.append(SaidPart(one, one.text))
            continue
        behind = begin + len(one.text)
        length = max(min(end, behind) - begin, 0)
        parts.append(SaidPart(one, one.text[:length], one.text[length:]))
    return parts


def rendered(found: FoundRow, settings: Settings) -> RenderedRow:
    """Render a row; takes as long as its tokenizer and pictures take to read."""
    has_tokenizer = has_tokenizer_here(settings.tokenizer)
    try:
        template = template_of(settings)
        counts = has_tokenizer or _needs_tokenizer(found, settings, template[0])
        renderer = _renderer(template[0], settings.tokenizer if counts else "", settings.max_length)
    except WorkbenchError as error:
        shown = shown_row(found, RowRenderer(get_template(_WITHOUT_TEMPLATE)))
        return RenderedRow(shown, settings, problem=printable(str(error)))
    shown = shown_row(found, renderer)
    names = shown.sample.images if isinstance(shown.sample, Conversation) else ()
    folder = Path(settings.of_file.image_folder).expanduser() if settings.of_file.image_folder else found.path.parent
    pictures = [thumbnail(name, folder) for name in names[:_PICTURES_SHOWN]]
    return RenderedRow(
        shown,
        settings,
        template,
        tokens=shown.rendering.tokens if settings.view == TOKENS else [],
        cut_tokens=_cut_tokens(shown, renderer),
        pictures=pictures,
        more_pictures=len(names) - len(pictures),
    )


def _cut_tokens(shown: ShownRow, renderer: RowRenderer) -> list[ShownToken]:
    """What is behind the longest length of a sample."""
    if shown.sample is None or shown.encoded is None or not shown.encoded.cut_tokens:
        return []
    whole = RowRenderer(renderer.template, renderer.tokenizer).render(shown.sample)
    return whole.tokens[len(shown.encoded.input_ids) :]


def template_of(settings: Settings) -> tuple[str, str]:
    """The name of the prompt template that rows are rendered with, and why it is that one.

    Raises:
        WorkbenchError: the tokenizer is damaged.
    """
    if settings.of_file.template:
        return settings.of_file.template, _("chosen by you")
    if settings.template:
        return settings.template, settings.config
    light = light_tokenizer(settings.tokenizer) if has_tokenizer_here(settings.tokenizer) else None
    return usual_template(settings.tokenizer, light)


def measure_of(settings: Settings) -> Measure | None:
    """What tokens are counted with; None if the tokenizer is not on this machine.

    Raises:
        WorkbenchError: the tokenizer is damaged, or there is no such template.
    """
    if not has_tokenizer_here(settings.tokenizer):
        return None
    light = light_tokenizer(settings.tokenizer)
    template, reason = template_of(settings)
    return Measure(
        settings.tokenizer, light, get_template(template, light), settings.max_length, template_reason=reason
    )


def _needs_tokenizer(found: FoundRow, settings: Settings, template: str) -> bool:
    if settings.view == TOKENS or template == AUTO:
        return True
    try:
        return isinstance(found.sample(), TokenRow)
    except WorkbenchError:
        return False


def known_tokenizers(project: Path) -> list[str]:
    """The models of the project and the sample, as far as their tokenizers are on this machine."""
    models = dict.fromkeys(known.chosen.model for known in known_models(project))
    return [model for model in models if has_tokenizer_here(model)]


def has_tokenizer_here(model: str) -> bool:
    """Whether a model's tokenizer is on this machine."""
    return (Path(resolve_model(model)) / "tokenizer.json").is_file()


@lru_cache(maxsize=4)
def light_tokenizer(model: str) -> LightTokenizer:
    """The tokenizer of a model folder, read once.

    Raises:
        WorkbenchError: there is none.
    """
    return LightTokenizer.from_folder(Path(resolve_model(model)))


@lru_cache(maxsize=4)
def _renderer(template: str, tokenizer: str, max_length: int) -> RowRenderer:
    light = light_tokenizer(tokenizer) if tokenizer else None
    return RowRenderer(get_template(template, light), light, max_length if light else None)
