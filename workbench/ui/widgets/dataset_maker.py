"""Making a self-identity dataset: a form, and the rows it would write, live."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Label

from workbench.data.identity.choices import IdentityChoices
from workbench.data.identity.generate import IdentityDataset, write_dataset
from workbench.data.identity.mixture import MixtureTokens, mixture_tokens
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.row_rendering import measure_of
from workbench.ui.row_settings import Settings
from workbench.ui.widgets.fitted_table import Column, FittedTable, Row
from workbench.ui.widgets.model_form import FieldRow, ModelForm

_SECONDS_AFTER_TYPING = 0.3
_PREVIEWED = 200
_FIELD_TITLES = {
    "name": N_("name"),
    "author": N_("author"),
    "description": N_("description"),
    "persona": N_("persona"),
    "questions": N_("own questions"),
    "languages": N_("languages"),
    "count": N_("count"),
    "mix": N_("mix"),
    "ratio": N_("ratio"),
    "out": N_("out"),
    "seed": N_("seed"),
}
_OF_ONE_PERSONA = ("name", "author", "description")


class DatasetMaker(Horizontal):
    """The form on the left, the rows on the right (below each other on a narrow terminal)."""

    DEFAULT_CSS = """
    DatasetMaker {
        height: 1fr;
        #identity-form { width: 1fr; }
        #identity-rows { width: 1fr; border-left: solid $border-blurred; padding: 0 1; }
        #identity-summary { width: 1fr; height: auto; color: $text-muted; padding: 0 1; }
        FittedTable { height: 1fr; }
    }
    """

    @dataclass
    class Written(Message):
        """A dataset was written."""

        path: Path

    @dataclass
    class Edited(Message):
        """The choices changed; ``values`` are those to remember."""

        values: dict[str, Any]

    def __init__(self, project: Path, remembered: dict[str, Any], settings: Settings, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._settings = settings
        self._project = project
        try:
            self._choices = IdentityChoices.model_validate(remembered)
        except ValueError:
            self._choices = IdentityChoices()
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield ModelForm(self._choices, list(IdentityChoices.model_fields), titles=_FIELD_TITLES, id="identity-form")
        with Vertical(id="identity-rows"):
            yield Label("", id="identity-summary", markup=False)
            yield FittedTable((Column(N_("question")), Column(N_("answer"))), id="identity-table")

    def on_mount(self) -> None:
        self._use_persona(self._choices)
        self._preview(self._choices)

    def count_with(self, settings: Settings) -> None:
        """Count tokens by other settings."""
        self._settings = settings
        self._look_again()

    def focus_form(self) -> None:
        """Put the cursor into the form."""
        self.query_one(ModelForm).focus_first()

    def _current(self) -> IdentityChoices | None:
        """What the form says; None if a value is refused."""
        changes = self.query_one(ModelForm).changes()
        return None if changes is None else self._choices.model_copy(update=changes)

    @on(FieldRow.Changed)
    def _typed(self, event: FieldRow.Changed) -> None:
        event.stop()
        if self._timer:
            self._timer.stop()
        self._timer = self.set_timer(_SECONDS_AFTER_TYPING, self._look_again)

    def _look_again(self) -> None:
        form = self.query_one(ModelForm)
        choices = self._choices.model_copy(update=form.sound_changes())
        self.post_message(self.Edited(choices.model_dump()))
        self._use_persona(choices)
        if form.refused:
            self._say(_("A value is refused; the reason stands under it."))
        else:
            self._preview(choices)

    def _use_persona(self, choices: IdentityChoices) -> None:
        """A file of personas takes the place of some fields."""
        self.query_one(ModelForm).disable(_OF_ONE_PERSONA, disabled=bool(choices.persona))

    @work(thread=True, group="identity-preview", exclusive=True, exit_on_error=False)
    def _preview(self, choices: IdentityChoices) -> None:
        try:
            dataset = choices.generate()
            tokens = mixture_tokens(dataset, measure_of(self._settings))
        except WorkbenchError as error:
            self.app.call_from_thread(self._say, printable(str(error)))
        else:
            self.app.call_from_thread(self._show, dataset, tokens, choices.persona)

    def _say(self, text: str) -> None:
        self.query_one("#identity-summary", Label).update(text)

    def _show(self, dataset: IdentityDataset, tokens: MixtureTokens, persona: str) -> None:
        summary = _("{identity} identity rows + {mixed} of ordinary dialogue, {probes} unseen questions to score with")
        rows = summary.format(identity=dataset.identity_rows, mixed=dataset.mixed_rows, probes=len(dataset.probes))
        names = _("Name, author and description come from {path}, not from the form.").format(path=printable(persona))
        self._say("\n".join([rows, tokens.sentence(), *([names] if persona else [])]))
        previewed = enumerate(dataset.rows[:_PREVIEWED])
        self.query_one(FittedTable).set_rows([Row(str(number), _cells(row)) for number, row in previewed])

    def write(self, *, overwrite: bool = False) -> None:
        """Write the files; posts `Written`.

        Raises:
            WorkbenchError: a value is refused, a file exists, or the folder cannot be written.
        """
        choices = self._current()
        if choices is None:
            fields = ", ".join(self.query_one(ModelForm).refused)
            raise WorkbenchError(
                _("A field has a value that is refused."), where=fields, fix=_("The reason stands under the field.")
            )
        path = self._project / choices.out
        write_dataset(choices.generate(), path, overwrite=overwrite)
        self.post_message(self.Written(path))


def _cells(row: dict[str, Any]) -> tuple[str, str]:
    """First question and answer, on one line each."""
    first: dict[str, str] = {}
    for message in row["messages"]:
        first.setdefault(message["role"], printable(" ".join(message["content"].split())))
    return first.get("user", ""), first.get("assistant", "")
