"""The full-screen app: areas, navigation, theme, language, keys. It holds nothing that is not on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from textual import events, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from workbench.errors import WorkbenchError
from workbench.i18n import LANGUAGES, N_, _, current_language, set_language
from workbench.preferences import keep_preferences, read_preferences
from workbench.text import printable
from workbench.ui.areas import AREA_NAMES, AREAS, HOME
from workbench.ui.keymap import load_keymap
from workbench.ui.keys_in_turn import KeysInTurn
from workbench.ui.screens.area import SMALLEST, AreaScreen, WorkbenchScreen
from workbench.ui.screens.error import ErrorDialog
from workbench.ui.state import AppState
from workbench.ui.terminal import has_sixteen_colours
from workbench.ui.themes import DEFAULT_THEME, SIXTEEN_COLOUR_THEME, load_themes


class WorkbenchApp(KeysInTurn):
    """One project, seven areas.

    Args:
        project: the folder that work happens in.
        area: where to begin; where it was left the last time if it is None.
        context: handed to that area's ``arrive``.
    """

    TITLE = "workbench"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-too-narrow"), (SMALLEST[0], "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-too-low"), (SMALLEST[1], "-high")]  # noqa: RUF012 - as Textual declares them
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", N_("Help"), id="app.help", tooltip=N_("Every key of this screen"), priority=True),
        *(
            Binding(
                area.key,
                f"go('{area.name}')",
                area.title,
                id=f"app.{area.name}",
                tooltip=area.about,
                show=False,
                priority=True,  # a text box has keys of its own on f6 and f7
            )
            for area in AREAS
        ),
        Binding("ctrl+q", "quit", N_("Quit"), id="app.quit", tooltip=N_("Leave; running jobs go on"), priority=True),
    ]

    def __init__(self, project: Path, area: str | None = None, context: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.project = project
        self.state = AppState(project)
        self.savers: list[Callable[[], None]] = [self.state.save]
        """What has to be kept when the terminal goes, each of which may fail by itself."""
        self._first_area = area
        self._first_context = context or {}
        for known in AREAS:
            self.add_mode(known.name, known.build)

    # -- beginning

    def on_mount(self) -> None:
        self._take_themes()
        self._take_keymap()
        remembered = self.state.get("area")
        area = self._first_area or (remembered if remembered in AREA_NAMES else HOME)
        self.go(str(area), **self._first_context)

    def _take_themes(self) -> None:
        themes, problems = load_themes()
        for theme in themes:
            self.register_theme(theme)
        for problem in problems:
            self.notify(printable(str(problem)), severity="warning", markup=False)
        fallback = SIXTEEN_COLOUR_THEME if has_sixteen_colours() else DEFAULT_THEME
        wanted = os.environ.get("TEXTUAL_THEME") or read_preferences().theme or fallback
        self.theme = wanted if wanted in self.available_themes else fallback

    def _take_keymap(self) -> None:
        try:
            self.set_keymap(load_keymap(self))
        except WorkbenchError as error:
            self.notify(printable(str(error)), severity="warning", markup=False)

    def save_at_once(self) -> None:
        """Keep everything, as there may be no other moment."""
        for save in self.savers:
            with suppress(Exception):
                save()

    # -- going about

    def is_meant(self, key: events.Key | events.Paste) -> bool:
        return not isinstance(self.screen, WorkbenchScreen) or self.screen.takes(key)

    def go(self, area: str, **context: Any) -> None:
        """Show an area; its screen gets the context in ``arrive``. Nothing happens while the app closes its screens."""
        if not self.is_running:
            return
        self.state["area"] = area
        self.switch_mode(area)
        if context:
            screen = self.screen_stack[0]
            assert isinstance(screen, AreaScreen)
            screen.call_after_refresh(screen.arrive, **context)

    def action_go(self, area: str) -> None:
        if not isinstance(self.screen, AreaScreen):
            return  # a dialog is open: it is answered first
        self.go(area)

    def action_help(self) -> None:
        from workbench.ui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    # -- one place for what goes wrong

    def show_error(self, error: WorkbenchError) -> None:
        """Show what is wrong, where, and the mend, until the user has read it."""
        self.push_screen(ErrorDialog(error))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.show_failed_worker(event)

    def show_failed_worker(self, event: Worker.StateChanged) -> None:
        """Show why a background task failed; screens hand their workers' news here, as these do not bubble."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or error is None:
            return
        if not isinstance(error, WorkbenchError):
            self.log.error(error)
            error = WorkbenchError(
                f"{type(error).__name__}: {error}", fix=_("Try again; running jobs are not affected.")
            )
        self.show_error(error)

    # -- language, theme, palette

    def switch_language(self, language: str) -> None:
        """Show everything in another language from now on; areas that are out of sight follow when they are shown."""
        set_language(language)
        keep_preferences(language=current_language())
        for screen in self.screen_stack:
            if isinstance(screen, AreaScreen):
                screen.call_later(screen.follow_language)

    def action_next_language(self) -> None:
        names = list(LANGUAGES)
        self.switch_language(names[(names.index(current_language()) + 1) % len(names)])

    def action_change_theme(self) -> None:
        from workbench.ui.screens.theme_picker import ThemePicker

        def keep(name: str | None) -> None:
            if name:
                keep_preferences(theme=name)

        self.push_screen(ThemePicker(), keep)

    @work(group="app-dialog", exclusive=True, exit_on_error=False)
    async def action_pictures(self) -> None:
        """Ask how pictures are to be shown; those shown already stay as they are."""
        from workbench.ui.screens.choice import Choice, ChoiceDialog
        from workbench.ui.terminal_pictures import WAYS, way_here

        current = way_here(os.environ, read_preferences().pictures)
        ways = [Choice(name, _(text)) for name, text in WAYS.items()]
        title, said = _("Pictures"), _("How this terminal shows pictures, from the next one on:")
        if chosen := await self.push_screen_wait(ChoiceDialog(title, said, ways, current)):
            keep_preferences(pictures=chosen)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, CommandPalette):
            from workbench.ui.screens.palette import Palette

            self.push_screen(Palette(placeholder=_("Type what you want to do…"), id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every key of the screen, the areas, languages, themes, help and the way out."""
        actions: set[str] = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            is_own = binding.id and binding.description and not binding.id.startswith("app.")
            if active.enabled and is_own and binding.action not in actions:
                actions.add(binding.action)
                yield SystemCommand(
                    binding.description,
                    binding.tooltip or binding.description,
                    lambda action=binding.action, node=active.node: self.run_later(action, node),
                )
        for area in AREAS:
            title = _("{area} (area)").format(area=_(area.title))
            yield SystemCommand(title, _(area.about), lambda name=area.name: self.action_go(name))
        for language, title in LANGUAGES.items():
            if language != current_language():
                yield SystemCommand(title, _("Switch the language"), lambda name=language: self.switch_language(name))
        yield SystemCommand(_("Theme"), _("Choose colours, with a preview"), self.action_change_theme)
        yield SystemCommand(_("Pictures"), _("How this terminal shows them"), self.action_pictures)
        yield SystemCommand(_("Help"), _("Every key of this screen"), self.action_help)
        yield SystemCommand(_("Quit"), _("Leave; running jobs go on"), self.exit)

    def run_later(self, action: str, node: Any) -> None:
        """Run an action of the palette once the palette has closed."""

        async def run() -> None:
            await self.run_action(action, node)

        self.call_later(run)

    # -- quiet on the line: nothing blinks, nothing spins

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False

    def get_loading_widget(self) -> Widget:
        return Static(_("Loading…"))
