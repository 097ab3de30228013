"""The Configs area: search the catalogue and the project's own configs, read, copy, edit, train."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import DataTable, Input, Label, Static

from workbench.configs.describe import fields
from workbench.configs.files import dump_config
from workbench.configs.find import find_config
from workbench.configs.setting import explanation
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.config_rows import ConfigRow, config_rows, matching
from workbench.ui.screens.area import AreaScreen
from workbench.ui.widgets.field_values import text_of_value


class ConfigsScreen(AreaScreen):
    """A filter, a table, and the chosen config beside it (in its place on a narrow terminal)."""

    AREA = "configs"
    CSS_PATH = "configs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", N_("Filter"), id="configs.filter", tooltip=N_("Type words in any order")),
        Binding("enter", "read", N_("Read"), id="configs.read", tooltip=N_("Read the chosen config")),
        Binding("c", "copy", N_("Copy"), id="configs.copy", tooltip=N_("Copy it into the project and edit it")),
        Binding("e", "edit", N_("Edit"), id="configs.edit", tooltip=N_("Edit a config of the project")),
        Binding("t", "train", N_("Train"), id="configs.train", tooltip=N_("Train with it")),
        Binding("escape", "back", N_("Back"), id="configs.back", tooltip=N_("Back to the list"), show=False),
        Binding(
            "question_mark",
            "app.help",
            N_("Help"),
            id="configs.help",
            tooltip=N_("Every key of this screen"),
            show=False,
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[ConfigRow] = []
        self._shown: list[ConfigRow] = []

    def compose_area(self) -> ComposeResult:
        yield Input(
            placeholder=_("filter: words in any order, such as  internlm2 qlora alpaca"),
            id="config-filter",
            compact=True,
        )
        with Horizontal(id="config-body"):
            yield DataTable[str](cursor_type="row", id="config-table")
            with VerticalScroll(id="config-detail", can_focus=False):
                yield Static("", id="config-text", markup=False)
        yield Label("", id="config-count", markup=False)

    def on_mount(self) -> None:
        self._fill()
        self.query_one(DataTable).focus()

    def recomposed(self) -> None:
        self._fill()

    def on_screen_resume(self) -> None:
        if self.query(DataTable) and self._rows:
            self._reload()

    def arrive(self, **context: Any) -> None:
        """Show the config ``path``, or the ones that match ``filter``."""
        self._reload()
        if words := context.get("filter"):
            self.query_one("#config-filter", Input).value = str(words)
        if path := context.get("path"):
            self._select(str(path))

    def _fill(self) -> None:
        table = self.query_one(DataTable)
        table.clear(columns=True)
        table.add_columns(_("config"), _("method"), _("what it is"))
        self.query_one("#config-filter", Input).value = str(self.workbench.state.get("configs.filter") or "")
        self._reload()

    def _reload(self) -> None:
        chosen = self._chosen()
        self._rows = config_rows(self.workbench.project)
        self._show_matching()
        if chosen:
            self._select(chosen.key)

    def _show_matching(self) -> None:
        words = self.query_one("#config-filter", Input).value
        self._shown = matching(self._rows, words)
        table = self.query_one(DataTable)
        table.clear()
        for row in self._shown:
            table.add_row(printable(row.name), row.method or row.family, printable(row.summary), key=row.key)
        count = _("{shown} of {total} configs").format(shown=len(self._shown), total=len(self._rows))
        self.query_one("#config-count", Label).update(count)
        self._show_detail()

    def _select(self, key: str) -> None:
        position = next((number for number, row in enumerate(self._shown) if row.key == key), None)
        if position is not None:
            self.query_one(DataTable).move_cursor(row=position)

    def _chosen(self) -> ConfigRow | None:
        if not self._shown:
            return None
        return self._shown[min(self.query_one(DataTable).cursor_row, len(self._shown) - 1)]

    @on(Input.Changed, "#config-filter")
    def _filter(self, event: Input.Changed) -> None:
        self.workbench.state["configs.filter"] = event.value
        self._show_matching()

    @on(Input.Submitted, "#config-filter")
    def _to_table(self) -> None:
        self.query_one(DataTable).focus()

    @on(DataTable.RowHighlighted)
    def _show_detail(self) -> None:
        row = self._chosen()
        text = self.query_one("#config-text", Static)
        if row is None:
            text.update(_("No config has all these words. Delete some of them."))
            return
        try:
            text.update(_detail(row))
        except WorkbenchError as error:
            text.update(printable(str(error)))

    @on(DataTable.RowSelected)
    def action_read(self) -> None:
        self.add_class("-detail")
        self.query_one("#config-detail").scroll_home(animate=False)

    def action_back(self) -> None:
        self.remove_class("-detail")
        self.query_one(DataTable).focus()

    def action_filter(self) -> None:
        self.remove_class("-detail")
        self.query_one("#config-filter", Input).focus()

    def action_train(self) -> None:
        if row := self._chosen():
            self.workbench.go("train", config=row.key)

    def action_copy(self) -> None:
        row = self._chosen()
        if row is None:
            return
        try:
            path = _copy_into(self.workbench.project, row)
        except WorkbenchError as error:
            self.workbench.show_error(error)
            return
        self.notify(_("Copied to {path}").format(path=path.name), markup=False)
        self._reload()
        self._select(str(path))
        self._edit(path)

    def action_edit(self) -> None:
        row = self._chosen()
        if row is None:
            return
        if row.path is None:
            self.action_copy()
            return
        self._edit(row.path)

    @work(group="configs-edit", exclusive=True, exit_on_error=False)
    async def _edit(self, path: Path) -> None:
        from workbench.ui.screens.config_form import ConfigForm

        await self.app.push_screen_wait(ConfigForm(path))
        self._reload()
        self._select(str(path))


def _detail(row: ConfigRow) -> Content:
    """A config in words: each field that is not at its default first, then the others."""
    config = find_config(row.key).config
    parts: list[Any] = [(printable(row.name) + "\n", "bold $text-primary"), printable(row.summary) + "\n\n"]
    values = config.model_dump()
    for path, info in fields():
        value: Any = values
        for key in path.split("."):
            value = value[key]
        parts += [(path, "bold"), f" = {printable(text_of_value(value)) or '–'}\n"]
        parts += [(f"   {explanation(info)}\n", "$text-muted")]
    return Content.assemble(*parts)


def _copy_into(project: Path, row: ConfigRow) -> Path:
    """Write a copy under a name that is still free.

    Raises:
        WorkbenchError: the config is wrong, or the project cannot be written.
    """
    found = find_config(row.key)
    stem = f"{found.name.removesuffix('_copy')}_copy"
    number, path = 1, project / f"{stem}.yaml"
    while path.exists():
        number += 1
        path = project / f"{stem}{number}.yaml"
    header = _("Copied from {name}. Train with: workbench train {path}").format(name=found.name, path=path.name)
    try:
        write_atomic(path, dump_config(found.config, header))
    except OSError as error:
        raise WorkbenchError(
            _("The config cannot be written: {reason}").format(reason=error.strerror), where=str(path)
        ) from error
    return path
