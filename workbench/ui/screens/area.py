"""The frame of every area: the line of areas on top, the keys at the bottom, texts in the user's language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.style import Style
from textual.widgets import Footer, Static
from textual.worker import Worker

from workbench.i18n import N_, _
from workbench.ui.areas import AREAS

if TYPE_CHECKING:
    from workbench.ui.app import WorkbenchApp

Result = TypeVar("Result")
SMALLEST = (60, 16)
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
    """A dialog whose keys are described in the user's language, and whose failed workers are shown."""

    @property
    def workbench(self) -> WorkbenchApp:
        """The app, by its own type."""
        return cast("WorkbenchApp", self.app)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        return translated(super().active_bindings)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.workbench.show_failed_worker(event)


class AreaTabs(Static):
    """One line: every area with its key, the current one marked by brackets as well as by colour."""

    DEFAULT_CSS = "AreaTabs { height: 1; background: $panel; color: $text-muted; }"

    def __init__(self, current: str) -> None:
        super().__init__(markup=False)
        self._current = current

    def render(self) -> Content:
        full = Content.assemble((" workbench  ", "bold $text-primary"), self._areas(titles=True, gap=" "))
        if full.cell_length <= self.size.width:
            return full
        plain = self._areas(titles=True, gap="")
        return plain if plain.cell_length <= self.size.width else self._areas(titles=False, gap=" ")

    def _areas(self, titles: bool, gap: str) -> Content:
        """The areas; with little room only the current one has its title."""
        parts = []
        for area in AREAS:
            is_current = area.name == self._current
            text = f"{area.key} {_(area.title)}" if titles or is_current else area.key
            part = Content.styled(f"[{text}]", "bold $text-accent") if is_current else Content(f" {text} ")
            parts.append(part.stylize(Style.from_meta({"@click": f"app.go('{area.name}')"})))
        return Content(gap).join(parts) if gap else _joined_tightly(parts)


def _joined_tightly(parts: list[Content]) -> Content:
    """Neighbours share one blank."""
    return Content.assemble(*(part if part.plain.startswith("[") else part[:-1] for part in parts))


class AreaScreen(Screen[None]):
    """An area. Subclasses name their area and give their widgets in `compose_area`."""

    AREA = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "question_mark", "app.help", N_("Help"), id="app.keys", tooltip=N_("Every key of this screen"), show=False
        ),
    ]

    def compose(self) -> ComposeResult:
        yield AreaTabs(self.AREA)
        with Vertical(id="area"):
            yield from self.compose_area()
        yield TooSmall(markup=False)
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

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.workbench.show_failed_worker(event)


class TooSmall(Static):
    """What stands in place of an area when the terminal has too few cells; ``app.tcss`` shows and hides it."""

    def render(self) -> str:
        columns, rows = self.app.size
        text = _("This terminal has {columns}×{rows} cells; at least {least_columns}×{least_rows} are needed.")
        return text.format(columns=columns, rows=rows, least_columns=SMALLEST[0], least_rows=SMALLEST[1])
