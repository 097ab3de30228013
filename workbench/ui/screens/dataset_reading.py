"""What the keys of the Dataset area do while data is read: how rows are read, rendered and measured."""

from __future__ import annotations

from dataclasses import replace

from textual import on, work

from workbench.data.formats import FORMAT_NAMES, FormatChoice
from workbench.data.formats.choice import AUTO
from workbench.data.sources import Source
from workbench.data.templates import known_templates
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable
from workbench.ui.column_text import columns_of, columns_yaml
from workbench.ui.config_rows import config_rows
from workbench.ui.row_rendering import known_tokenizers
from workbench.ui.row_settings import Settings, remember_file
from workbench.ui.screens.area import AreaScreen
from workbench.ui.screens.choice import Choice, ChoiceDialog
from workbench.ui.screens.line import LineDialog
from workbench.ui.screens.own_columns import ColumnsDialog
from workbench.ui.widgets.dataset_reader import DatasetReader

_USUAL = ""
"""The choice of no template."""
_OTHER = "other:"
"""The choice to name something that is not in a list."""


class ReadingScreen(AreaScreen):
    """The part of the Dataset area that reads; needs a `DatasetReader`."""

    @property
    def _reader(self) -> DatasetReader:
        return self.query_one(DatasetReader)

    def action_search(self) -> None:
        self._reader.focus_search()

    def action_view(self) -> None:
        self._reader.next_view()

    def action_check(self) -> None:
        self._reader.check()

    def action_step(self, rows: int) -> None:
        self._reader.step(rows)

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_row(self) -> None:
        said = _("enter goes there; several files are counted as one")
        number = await self.app.push_screen_wait(LineDialog(_("Go to row"), _("its number"), said, digits=True))
        if number:
            self._reader.go_to_row(max(int(number), 1))

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_template(self) -> None:
        reader = self._reader
        current = reader.choices.template or _USUAL
        usual = Choice(_USUAL, _("that of the config, or of the model"))
        named = [Choice(name, printable(name)) for name in dict.fromkeys((*known_templates(), current)) if name]
        text = _(
            "What is trained depends on it; it must be the one of the training config. It is chosen for this data."
        )
        dialog = ChoiceDialog(_("Prompt template"), text, [usual, *named], current)
        name = await self.app.push_screen_wait(dialog)
        if name is not None:
            reader.choose(template=name)

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_format(self) -> None:
        source = self._reader.source
        if source is None:
            return
        choices = [Choice(name, printable(name)) for name in (AUTO, *FORMAT_NAMES)]
        choices.append(Choice(_OTHER, _("own columns …")))
        text = _("How the rows are read; auto looks at the first ones. A training config names it as dataset_format.")
        current = _OTHER if source.choice.columns else source.choice.name
        name = await self.app.push_screen_wait(ChoiceDialog(_("Format"), text, choices, current))
        if name == _OTHER:
            self._ask_for_columns(source)
        elif name:
            self._reader.read_as(source.path, FormatChoice(name))

    @work(thread=True, group="dataset-columns", exclusive=True, exit_on_error=False)
    def _ask_for_columns(self, source: Source) -> None:
        try:
            names = columns_of(source)
        except WorkbenchError as error:
            self.app.call_from_thread(self.workbench.show_error, error)
        else:
            self.app.call_from_thread(self._offer_columns, source, names)

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def _offer_columns(self, source: Source, names: list[str]) -> None:
        mapping = await self.app.push_screen_wait(ColumnsDialog(names, source.choice.columns))
        if mapping:
            self._reader.read_as(source.path, FormatChoice(AUTO, mapping))

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_tokenizer(self) -> None:
        current = self._reader.settings.tokenizer
        known = dict.fromkeys((*known_tokenizers(self.workbench.project), current))
        choices = [*(Choice(model, printable(model)) for model in known), Choice(_OTHER, _("another one …"))]
        text = _("The model whose tokens are shown and counted.")
        model = await self.app.push_screen_wait(ChoiceDialog(_("Tokenizer"), text, choices, current))
        if model == _OTHER:
            said = _("a folder with a tokenizer.json; enter takes it")
            model = await self.app.push_screen_wait(LineDialog(_("Tokenizer"), _("model folder"), said))
        if model:
            self._reader.change(self._reader.settings.with_tokenizer(model))

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_length(self) -> None:
        current = self._reader.settings.max_length
        said = _("the most tokens of one sample; the config calls it max_length")
        dialog = LineDialog(_("Length"), _("tokens"), said, value=str(current), digits=True)
        if (most := await self.app.push_screen_wait(dialog)) and int(most):
            self._reader.change(replace(self._reader.settings, max_length=int(most)))

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_config(self) -> None:
        settings = self._reader.settings
        names = [row.key for row in config_rows(self.workbench.project)]
        said = _("template, tokenizer, length and packing are as it says; an empty line forgets it")
        named = _("a name of the catalogue, or a YAML file")
        name = await self.app.push_screen_wait(LineDialog(_("Config"), named, said, value=settings.config, known=names))
        if name is None:
            return
        try:
            changed = settings.of_config(name) if name else Settings(view=settings.view)
        except WorkbenchError as error:
            self.workbench.show_error(error)
        else:
            self._reader.change(changed)

    @work(group="dataset-dialog", exclusive=True, exit_on_error=False)
    async def action_images(self) -> None:
        current = self._reader.choices.image_folder
        said = _("what the paths of pictures count from; empty: the folder of each file")
        folder = await self.app.push_screen_wait(LineDialog(_("Pictures"), _("folder"), said, value=current))
        if folder is not None:
            self._reader.choose(image_folder=folder)

    def copy_columns(self) -> None:
        """Copy the line of a config that names the columns of the data, if they were chosen."""
        line = columns_yaml(self._reader.choices.columns)
        if line:
            self.app.copy_to_clipboard(line)
            self.notify(_("Sent to the terminal's clipboard."))

    @on(DatasetReader.SettingsChanged)
    def _remember_settings(self, event: DatasetReader.SettingsChanged) -> None:
        event.settings.remember(self.workbench.state)

    @on(DatasetReader.FileChosen)
    def _remember_file_choices(self, event: DatasetReader.FileChosen) -> None:
        remember_file(self.workbench.state, event.path, event.choices)
