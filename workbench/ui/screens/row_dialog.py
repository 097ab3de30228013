"""A dialog in which an answer is corrected, and put into a dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label, TextArea

from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable
from workbench.ui.screens.area import TranslatedModal
from workbench.ui.widgets.blank_when_gone import BlankWhenGone
from workbench.ui.widgets.fitted_footer import FittedFooter
from workbench.ui.widgets.path_input import PathInput
from workbench.ui.widgets.quiet_static import QuietStatic

_ENDINGS = (".jsonl",)


@dataclass(frozen=True)
class KeptRow:
    """What is kept: the answer as it should be, the file, and whether it is a pair with the answer that was given."""

    answer: str
    file: str
    is_pair: bool


class _AnswerText(BlankWhenGone, TextArea):
    """The answer, to be corrected."""


class RowDialog(TranslatedModal[str | None]):
    """Gives a sentence on what was kept, None on escape; stays open with the reason while it cannot be kept.

    Args:
        question: what was asked.
        answer: as it was given.
        files: where rows go at first, and where pairs go.
        keep: writes the row, and gives the sentence; raises `WorkbenchError`.
        speaker: whose answer it is, where others stand beside it.
        is_cut: whether the answer ended before the model was done with it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10,ctrl+s", "keep(False)", N_("Keep"), id="row.keep", tooltip=N_("Put the answer into the dataset")),
        Binding(
            "f9",
            "keep(True)",
            N_("As a pair"),
            id="row.pair",
            tooltip=N_("Prefer this answer to the one that was given"),
        ),
        Binding("escape", "dismiss(None)", N_("Back"), id="dialog.back", tooltip=N_("Change nothing")),
    ]
    DEFAULT_CSS = """
    RowDialog {
        .dialog { max-width: 110; }
        _AnswerText { height: auto; min-height: 3; max-height: 25vh; border: round $border-blurred; padding: 0 1; }
        _AnswerText:focus { border: round $border; }
        PathInput { background: $panel; padding: 0 1; }
        QuietStatic { color: $text-error; }
        .row-way { width: 1fr; }
    }
    """

    def __init__(
        self,
        question: str,
        answer: str,
        files: tuple[str, str],
        keep: Callable[[KeptRow], str],
        *,
        speaker: str = "",
        is_cut: bool = False,
    ) -> None:
        super().__init__()
        self._question, self._answer, self._files, self._keep = question, answer, files, keep
        self._speaker, self._is_cut = speaker, is_cut

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            title = _("Put this answer into a dataset")
            yield Label(
                printable(f"{title}: {self._speaker}" if self._speaker else title), classes="dialog-title", markup=False
            )
            yield Label(printable(" ".join(self._question[:400].split())[:200]), classes="muted", markup=False)
            yield _AnswerText(self._answer, soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
            yield Label(_("f10: as a row with the answer as it stands here, in"), classes="row-way", markup=False)
            yield PathInput("data/chat.jsonl", _ENDINGS, value=self._files[0])
            preferred = _("f9: as a pair, preferred to the answer that was given, in")
            if self._speaker:
                preferred = _("f9: as a pair, preferred to what was given; unchanged, to the others' answers, in")
            yield Label(preferred, classes="row-way", markup=False)
            yield PathInput("data/chat_pairs.jsonl", _ENDINGS, value=self._files[1])
            yield QuietStatic(id="row-problem")
        yield FittedFooter()

    def on_mount(self) -> None:
        text = self.query_one(_AnswerText)
        text.move_cursor(text.document.end)
        text.focus()
        if self._is_cut:
            self._tell(_("This answer was cut before its end: complete it first."))

    @on(PathInput.Ways)
    def _show_ways(self, event: PathInput.Ways) -> None:
        self._tell("  ".join(event.names))

    def action_keep(self, is_pair: bool) -> None:
        """Write the row."""
        file = list(self.query(PathInput))[is_pair].value.strip()
        answer = self.query_one(_AnswerText).text.rstrip()
        if not file or not answer:
            self._tell(_("There must be an answer, and a file to put it into."))
            return
        if not file.endswith(_ENDINGS):
            self._tell(
                _("Rows are written one a line: the file's name must end in {ending}.").format(ending=_ENDINGS[0])
            )
            return
        try:
            said = self._keep(KeptRow(answer, file, is_pair))
        except WorkbenchError as error:
            self._tell(str(error))
        else:
            self.dismiss(said)

    def _tell(self, text: str) -> None:
        self.query_one(QuietStatic).tell(printable(text))
