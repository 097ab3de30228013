"""The frame of every area: the line of areas on top, the keys at the bottom, texts in the user's language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Static

from workbench.i18n import _
from workbench.ui.areas import AREAS

if TYPE_CHECKING:
    from workbench.ui.app import WorkbenchApp

Result = TypeVar("Result")
SMALLEST = (60, 18)
"""Columns and rows below which nothing useful fits."""


def translated(bindings: dict[str, ActiveBinding]) -> dict[str, ActiveBinding]:
    """The bindings with their texts in the current language, as the footer, the help and the palette show them."""
    return {
        key: active._replace(
            binding=replace(
                active.binding, description=_(active.binding.description), tooltip=_(active.binding.tooltip)
            ),
            tooltip=_(active.tooltip),
        )
        for key, active in bindings.items()
    }


class TranslatedModal(ModalScreen[Result], Generic[Result]):
    """A dialog whose keys are described in the user's language."""

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        return translated(super().active_bindings)


class AreaTabs(Static):
    """One line: every area with its key, the current one marked by brackets as well as by colour."""

    DEFAULT_CSS = "AreaTabs { height: 1; background: $panel; color: $text-muted; }"

    def __init__(self, current: str) -> None:
        super().__init__(markup=False)
        self._current = current

    def render(self) -> Content:
        roomy = self.size.width >= 100
        parts: list[Content | tuple[str, str] | str] = [(" workbench " if roomy else " ", "bold $text-primary")]
        for area in AREAS:
            key, title = area.key, _(area.title)
            if area.name == self._current:
                parts.append((f"[{key} {title}]", "bold $text-accent"))
            else:
                parts.append(f" {key} {title} " if roomy else f" {key} {title}"[: None if roomy else 13])
        return Content.assemble(*parts)


class AreaScreen(Screen[None]):
    """An area. Subclasses name their area and give their widgets in `compose_area`."""

    AREA = ""

    def compose(self) -> ComposeResult:
        yield AreaTabs(self.AREA)
        with Vertical(id="area"):
            yield from self.compose_area()
        yield Static("", id="too-small", markup=False)
        yield Footer(show_command_palette=False)

    def compose_area(self) -> ComposeResult:
        """The widgets between the line of areas and the footer."""
        yield from ()

    def arrive(self, **context: Any) -> None:
        """Somebody came here with something in mind, such as a job to show."""

    def recomposed(self) -> None:
        """Everything was composed anew, in another language: fill the widgets again."""

    @property
    def workbench(self) -> WorkbenchApp:
        """The app, by its own type."""
        return cast("WorkbenchApp", self.app)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        return translated(super().active_bindings)

    def on_resize(self) -> None:
        columns, rows = self.app.size
        fits = columns >= SMALLEST[0] and rows >= SMALLEST[1]
        self.query_one("#area").display = fits
        notice = self.query_one("#too-small", Static)
        notice.display = not fits
        if not fits:
            text = _("This terminal has {columns}×{rows} cells; at least {least_columns}×{least_rows} are needed.")
            notice.update(text.format(columns=columns, rows=rows, least_columns=SMALLEST[0], least_rows=SMALLEST[1]))
