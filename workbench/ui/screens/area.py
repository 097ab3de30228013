"""The frame of every area: the line of areas on top, the keys at the bottom, texts in the user's language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical
from textual.events import Key, Paste
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker

from workbench.errors import WorkbenchError
from workbench.i18n import N_, _, current_language
from workbench.ui.widgets.area_tabs import AreaTabs
from workbench.ui.widgets.fitted_footer import FittedFooter

if TYPE_CHECKING:
    from workbench.jobs.folder import JobFolder
    from workbench.ui.app import WorkbenchApp

Result = TypeVar("Result")
SMALLEST = (70, 20)
"""Columns and rows below which nothing useful fits."""


def translated(bindings: dict[str, ActiveBinding], names: Mapping[str, str] | None = None) -> dict[str, ActiveBinding]:
    """The bindings with their texts in the current language, as the footer, the help and the palette show them.

    Args:
        names: action → what it is called now, as a message id.
    """
    return {
        key: active._replace(
            binding=replace(
                active.binding,
                description=_((names or {}).get(active.binding.action, active.binding.description)),
                tooltip=_(active.binding.tooltip),
            ),
            tooltip=_(active.tooltip),
        )
        for key, active in bindings.items()
    }


class WorkbenchScreen(Screen[Result], Generic[Result]):
    """A screen whose keys are described in the user's language, and whose failed workers are shown."""

    @property
    def workbench(self) -> WorkbenchApp:
        """The app, by its own type."""
        return cast("WorkbenchApp", self.app)

    def takes(self, key: Key | Paste) -> bool:
        """Whether a key, or what is pasted, is for this screen; else nothing is done with it."""
        return True

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        return translated(super().active_bindings, self.key_names)

    @property
    def key_names(self) -> Mapping[str, str]:
        """Action → its name, as a message id, where that depends on what is on screen."""
        return {}

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.workbench.show_failed_worker(event)


class TranslatedModal(WorkbenchScreen[Result], ModalScreen[Result], Generic[Result]):
    """A dialog over the area it was opened from."""

    DEFAULT_CSS = "TranslatedModal { align: center middle; background: $background 60%; }"


class TooSmall(Static):
    """What stands in place of an area when the terminal has too few cells; ``app.tcss`` shows and hides it."""

    class Gone(Message):
        """There is room again."""

    def on_hide(self) -> None:
        self.post_message(self.Gone())

    def render(self) -> str:
        columns, rows = self.app.size
        text = _("This terminal has {columns}×{rows} cells; at least {least_columns}×{least_rows} are needed.")
        return text.format(columns=columns, rows=rows, least_columns=SMALLEST[0], least_rows=SMALLEST[1])


class AreaScreen(WorkbenchScreen[None]):
    """An area. Subclasses name their area and give their widgets in `compose_area`."""

    AREA = ""
    HELP_BESIDE: ClassVar[str] = ""
    """A selector of the widget whose keys the help lists too while another one has the focus."""
    DEFAULT_CSS = "AreaScreen { background: $background; }"
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
        yield FittedFooter()

    def compose_area(self) -> ComposeResult:
        """The widgets between the line of areas and the footer."""
        yield from ()

    def arrive(self, **context: Any) -> None:
        """Somebody came here with something in mind, such as a job to show."""

    def __init__(self) -> None:
        super().__init__()
        self._language = current_language()
        self._looking: Timer | None = None
        self._last_focused: Widget | None = None

    def look_every(self, seconds: float, look: Callable[[], object]) -> None:
        """Look at the disk now and then, but not while another area is on screen."""
        self._looking = self.set_interval(seconds, look)

    def job_meant(self, job: JobFolder | str) -> JobFolder | None:
        """The job of this project that is named; None if there is none, which the user is told."""
        from workbench.jobs.find import find_job  # here: the first paint does without it

        try:
            return find_job(self.workbench.project, job) if isinstance(job, str) else job
        except WorkbenchError as error:
            self.workbench.show_error(error)
            return None

    def takes(self, key: Key | Paste) -> bool:
        """While the terminal is too small to show what a key does, there is only the way out."""
        if not (self.has_class("-too-narrow") or self.has_class("-too-low")):
            return True
        active = self.active_bindings.get(key.key) if isinstance(key, Key) else None
        return active is not None and active.binding.id == "app.quit"

    def take_typed(self, text: str) -> None:
        """A text was typed just before a dialog opened; empty for other keys. It is lost where there is no box for it."""

    def recomposed(self) -> Awaitable[None] | None:
        """Everything was composed anew, in another language: fill the widgets again."""

    def watch_focused(self, before: Widget | None, now: Widget | None) -> None:
        if now is None:
            self._last_focused = before

    @on(TooSmall.Gone)
    def _focus_again(self) -> None:
        """There is room again: the keys go where they went before there was none."""
        if self.focused is None:
            self.set_focus(self._last_focused or next(iter(self.focus_chain), None))

    def on_screen_suspend(self) -> None:
        if self._looking:
            self._looking.pause()

    def on_screen_resume(self) -> None:
        if self._looking:
            self._looking.resume()
        self.call_later(self.follow_language)

    async def follow_language(self) -> None:
        """Compose everything anew if the language is another one than before."""
        if self._language == current_language():
            return
        self._language = current_language()
        await self.recompose()
        if (filled := self.recomposed()) is not None:
            await filled

    def on_area_tabs_clicked(self, event: AreaTabs.Clicked) -> None:
        self.workbench.action_go(event.area)
