"""The Configs area: search the catalogue and the project's own configs, read, copy, edit, train."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import DataTable, Input

from workbench.configs.catalogue.filters import Wanted
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.config_rows import ConfigRow, catalogue_configs, copy_into, estimate_all, matching, project_configs
from workbench.ui.screens.area import AreaScreen
from workbench.ui.widgets.config_detail import ConfigDetail
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row
from workbench.ui.widgets.quiet_static import QuietStatic
from workbench.ui.widgets.text_input import TextInput

if TYPE_CHECKING:
    from workbench.ui.config_import import Imported

_COLUMNS = (Column(N_("config"), keeps_end=True), Column(N_("method"), 8, from_width=64))
_QUIET_SECONDS = 0.1
"""The detail is painted when the cursor has rested so long: running down the list stays cheap on a slow line."""


class FilterInput(TextInput):
    """Where words to search for are typed; enter and down lead into the list."""

    DEFAULT_CSS = "FilterInput { padding: 0 1; background: $panel; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave", N_("List"), id="configs.list", tooltip=N_("Into the list"), priority=True),
        Binding(
            "down", "leave", N_("List"), id="configs.list_below", tooltip=N_("Into the list"), show=False, priority=True
        ),
    ]

    def action_leave(self) -> None:
        """Into the list, before the next key is given to anything: over a slow line several come at once."""
        assert isinstance(self.screen, ConfigsScreen)
        self.screen.show_filtered()
        self.screen.set_focus(self.screen.query_one(FittedTable))


class ConfigsScreen(AreaScreen):
    """A filter, a table, and the chosen config beside it (in its place on a narrow terminal)."""

    AREA = "configs"
    CSS_PATH = "configs.tcss"
    AUTO_FOCUS = "FittedTable"  # from the first moment on: a key pressed early must not end in the filter
    BINDINGS: ClassVar[list[BindingType]] = [
        # with priority: what is typed at once after it goes to the filter, not to the keys of the table
        Binding(
            "slash",
            "filter",
            N_("Filter"),
            id="configs.filter",
            tooltip=N_("Words in any order; method:qlora family: dataset: stage:dpo fits:24"),
            priority=True,
        ),
        Binding("c", "copy", N_("Copy"), id="configs.copy", tooltip=N_("Copy it into the project")),
        Binding("e", "edit", N_("Edit"), id="configs.edit", tooltip=N_("Edit it; of the catalogue, a copy")),
        Binding("i", "import_config", N_("Import"), id="configs.import", tooltip=N_("Make one of an XTuner config")),
        Binding("t", "train", N_("Train"), id="configs.train", tooltip=N_("Train with it")),
        Binding("escape", "back", N_("Back"), id="configs.back", tooltip=N_("Back to the list")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._catalogue: list[ConfigRow] = []
        self._rows: list[ConfigRow] = []
        self._shown: dict[str, ConfigRow] = {}
        self._waiting: Timer | None = None
        self._estimated = False
        self._is_filtered = True

    def compose_area(self) -> ComposeResult:
        hint = _("/ to filter: words in any order, method: family: dataset: stage: fits:24")
        yield FilterInput(placeholder=hint, id="config-filter", compact=True)
        with Horizontal(id="config-body"):
            with Vertical(id="config-list"):
                yield FittedTable(_COLUMNS, id="config-table")
                yield QuietStatic(id="config-count")
            yield ConfigDetail(id="config-detail")

    def on_mount(self) -> None:
        self._fill()

    def recomposed(self) -> None:
        self._fill()

    def on_screen_resume(self) -> None:
        if self._catalogue:
            self._reload()

    def arrive(self, **context: Any) -> None:
        """Show the config ``path`` (or catalogue name), or the ones that match ``filter``."""
        self.query_one(FilterInput).value = str(context.get("filter") or "")
        self._reload(choose=str(context.get("path") or "") or None)

    def _fill(self) -> None:
        self._catalogue = catalogue_configs()
        with self.prevent(Input.Changed):
            self.query_one(FilterInput).value = str(self.workbench.state.get("configs.filter") or "")
        self._reload(choose=self.workbench.state.get("configs.chosen"))
        self.query_one(FittedTable).focus()

    def _reload(self, choose: str | None = None) -> None:
        """Look at the project's files again, and put the cursor on a config if one is named."""
        self._rows = [*project_configs(self.workbench.project), *self._catalogue]
        self._show_matching()
        if choose and not self.query_one(FittedTable).choose(choose) and Path(choose).is_absolute():
            self.notify(_("{path} is not in this project.").format(path=choose), markup=False)

    def _show_matching(self) -> None:
        self._is_filtered = True
        try:
            wanted = Wanted.of(self.query_one(FilterInput).value)
        except WorkbenchError as error:
            self._show([], f"{error.what} {error.fix}")
            return
        if wanted.fits is not None and not self._estimated:
            self._show([], _("estimating the memory of all configs …"))
            self._estimate()
            return
        shown = matching(self._rows, wanted)
        self._show(shown, _("{shown} of {total} configs").format(shown=len(shown), total=len(self._rows)))

    def _show(self, shown: list[ConfigRow], told: str) -> None:
        self._shown = {row.key: row for row in shown}
        self.query_one(FittedTable).set_rows([_table_row(row) for row in shown])
        self.query_one("#config-count", QuietStatic).tell(printable(told))
        self._show_soon()

    @work(thread=True, group="config-estimates", exclusive=True, exit_on_error=False)
    def _estimate(self) -> None:
        """Once: it takes longer than a key may."""
        estimate_all(self._catalogue)
        self.app.call_from_thread(self._show_estimated)

    def _show_estimated(self) -> None:
        self._estimated = True
        self._show_matching()

    @property
    def _chosen(self) -> ConfigRow | None:
        return self._shown.get(self.query_one(FittedTable).chosen_key or "")

    @on(Input.Changed, "#config-filter")
    def _filter(self, event: Input.Changed) -> None:
        self.workbench.state["configs.filter"] = event.value
        self._is_filtered = False
        self.call_after_refresh(self.show_filtered)  # the letter is seen first, then the rows

    def show_filtered(self) -> None:
        """Show the rows that match, if others are shown."""
        if not self._is_filtered:
            self._show_matching()

    @on(DataTable.RowHighlighted)
    def _show_soon(self) -> None:
        if self._waiting:
            self._waiting.stop()
        self._waiting = self.set_timer(_QUIET_SECONDS, self._show_detail)

    def _show_detail(self) -> None:
        chosen = self._chosen
        if chosen:
            self.workbench.state["configs.chosen"] = chosen.key
        self.query_one(ConfigDetail).show(chosen)

    # -- keys

    @on(DataTable.RowSelected)
    def _read(self) -> None:
        self._show_detail()
        self.add_class("-detail")
        self.query_one(ConfigDetail).focus()

    def action_back(self) -> None:
        """From the detail to the list; in the list, forget the filter."""
        if isinstance(self.focused, FittedTable):
            self.query_one(FilterInput).value = ""
        self.remove_class("-detail")
        self.query_one(FittedTable).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the filter a slash is a slash."""
        return not (action == "filter" and isinstance(self.focused, FilterInput))

    def action_filter(self) -> None:
        self.remove_class("-detail")
        self.set_focus(self.query_one(FilterInput))

    def action_train(self) -> None:
        if chosen := self._chosen:
            self.workbench.go("train", config=chosen.key)

    def action_copy(self) -> None:
        if path := self._copy():
            self.notify(_("Copied to {path}; e edits it.").format(path=path.name), markup=False)

    def _copy(self) -> Path | None:
        if (chosen := self._chosen) is None:
            return None
        try:
            path = copy_into(self.workbench.project, chosen)
        except WorkbenchError as error:
            self.workbench.show_error(error)
            return None
        self.query_one(FilterInput).value = ""
        self._reload(choose=str(path))
        return path

    def action_import_config(self) -> None:
        """Make a config of one of XTuner's, and say what could not be carried over."""
        from workbench.ui.screens.config_import import ImportPrompt

        self.app.push_screen(ImportPrompt(self.workbench.project), self._imported)

    def _imported(self, imported: Imported | None) -> None:
        if imported is None:
            return
        from workbench.ui.screens.config_import import ImportReport

        if imported.path:
            self.query_one(FilterInput).value = ""
            self._reload(choose=str(imported.path))
        self.app.push_screen(ImportReport(imported))

    def action_edit(self) -> None:
        """Edit the project's file; a config of the catalogue is copied first."""
        chosen = self._chosen
        path = (chosen.path or self._copy()) if chosen else None
        if path:
            from workbench.ui.screens.config_form import ConfigForm

            self.app.push_screen(ConfigForm(path))


@lru_cache(maxsize=4096)
def _table_row(row: ConfigRow) -> Row:
    return Row(row.key, _cells(row))


def _cells(row: ConfigRow) -> tuple[Any, ...]:
    if row.path:
        return (f"▪ {printable(row.name)}", "success"), ("file", "muted")
    if row.needs_code:
        return (printable(row.name), "warning"), ("own code", "warning")
    return printable(row.name), (row.method, "muted")
