"""The line on top of the reader: which data is read, and a text to look for in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.timer import Timer
from textual.widgets import Input

from workbench.i18n import _
from workbench.ui.widgets.text_input import TextInput

_SECONDS_AFTER_TYPING = 0.2


class ReaderTop(Horizontal):
    """Two fields, which tell what is to be done."""

    DEFAULT_CSS = """
    ReaderTop {
        height: 1;
        Input { border: none; height: 1; background: $panel; margin: 0 1; padding: 0 1; }
        #reader-path { width: 2fr; }
        #reader-search { width: 1fr; }
    }
    """

    @dataclass
    class PathEntered(Message):
        """Data is to be read."""

        path: str

    @dataclass
    class SearchTyped(Message):
        """Rows that hold a text are to be shown, a moment ago; all without one."""

        words: str

    @dataclass
    class SearchEntered(Message):
        """Enter was pressed in the search."""

    def __init__(self, known: Sequence[str]) -> None:
        """``known``: the data files of the project, which are completed while typing."""
        super().__init__()
        self._known = known
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        suggester = SuggestFromList(self._known) if self._known else None
        asked = _("data file or folder, then enter")
        yield TextInput(placeholder=asked, suggester=suggester, id="reader-path", compact=True)
        yield TextInput(placeholder=_("search"), id="reader-search", compact=True)

    @property
    def is_asking_for_path(self) -> bool:
        """Whether the cursor is in the path."""
        return self._path.has_focus

    @property
    def _path(self) -> Input:
        return self.query_one("#reader-path", Input)

    @property
    def _words(self) -> Input:
        return self.query_one("#reader-search", Input)

    def show_path(self, path: str) -> None:
        """Show what is read."""
        self._path.value = path

    def ask_for_path(self, remembered: str) -> None:
        """Put the cursor into the path; an empty one begins with what was read last, or the project's first file."""
        self._path.value = self._path.value or remembered or next(iter(self._known), "")
        self._path.focus()

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self._words.focus()

    def end_search(self) -> None:
        """Look for nothing any more."""
        self._words.value = ""

    def forget_search(self) -> None:
        """Empty the search and tell nobody: the rows go elsewhere anyway."""
        if self._timer:
            self._timer.stop()
        with self.prevent(Input.Changed):
            self._words.value = ""

    @on(Input.Submitted, "#reader-path")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.post_message(self.PathEntered(event.value.strip()))

    @on(Input.Changed, "#reader-search")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer:
            self._timer.stop()
        tell = self.SearchTyped(event.value)
        self._timer = self.set_timer(_SECONDS_AFTER_TYPING, lambda: self.post_message(tell))

    @on(Input.Submitted, "#reader-search")
    def _search_entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.SearchEntered())
