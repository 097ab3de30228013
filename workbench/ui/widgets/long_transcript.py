"""The messages of a conversation of any length: only those near the view are built."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from workbench.i18n import _
from workbench.ui.chat_exchange import Column, Row
from workbench.ui.widgets.exchange_view import ExchangeView
from workbench.ui.widgets.quiet_static import QuietStatic

_AT_ONCE = 3
"""Exchanges that are built at a time; one takes about 30 ms."""
_MOST_BUILT = 40
"""Exchanges that stay built while the reader scrolls."""


class LongTranscript(VerticalScroll):
    """Builds more as the reader comes near the end of what is built, and lets go of what is far away.

    Args:
        source: gives the conversations to show, side by side; the questions are those of the first.
    """

    DEFAULT_CSS = """
    LongTranscript {
        height: 1fr;
        padding: 0 1;
        .transcript-empty { padding: 2 4; color: $text-muted; width: 1fr; }
        .transcript-rest { color: $text-muted; padding: 0 1; }
    }
    """

    def __init__(self, source: Callable[[], Sequence[Column]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._source = source
        self._speakers: list[str] = []
        self._rows: list[Row] = []
        self._built = range(0)
        self._is_building = False
        self._generation = 0
        """How often everything was built anew: what was begun before means nothing then."""

    def compose(self) -> ComposeResult:
        yield Static("", classes="transcript-empty", markup=False)
        yield QuietStatic(id="transcript-earlier", classes="transcript-rest")
        yield QuietStatic(id="transcript-later", classes="transcript-rest")

    def rows(self) -> list[Row]:
        """What is said, as it is now. For ten thousand messages that takes longer than a key should."""
        columns = self._source()
        self._speakers = [column.speaker for column in columns]
        self._rows = list(zip_longest(*(column.exchanges for column in columns)))
        return self._rows

    @property
    def _views(self) -> list[ExchangeView]:
        """What is built."""
        return [child for child in self.children if isinstance(child, ExchangeView)]

    @property
    def is_growing(self) -> bool:
        """Whether an answer is being written."""
        return any(view.is_growing for view in self._views)

    async def build_around(self, number: int | None) -> int:
        """Build the exchange of this number and those about it and no others, or the last ones; gives the count of all.

        `settle` follows once they are laid out.
        """
        self._is_building = True
        self._generation += 1
        rows = self.rows()
        stop = len(rows) if number is None else min(max(number + _AT_ONCE // 2, _AT_ONCE), len(rows))
        built = range(max(stop - _AT_ONCE, 0), stop)
        async with self.batch():  # one after the other: else two at once would show everything twice
            await self.remove_children(ExchangeView)
            await self.mount_all(self._new_views(built, rows), before="#transcript-later")
            self._note_rest(built, len(rows))
        return len(rows)

    async def build_last(self) -> None:
        """Build the exchange that was begun just now."""
        async with self.batch():
            rows = self.rows()
            if self._built.stop != len(rows) - 1:
                await self.build_around(None)
                self.call_after_refresh(self.settle)
                return
            last = range(self._built.stop, len(rows))
            await self.mount_all(self._new_views(last, rows), before="#transcript-later")
            self._note_rest(range(self._built.start, len(rows)), len(rows))

    @property
    def follows_end(self) -> bool:
        """Whether what comes is to be seen: the reader has not scrolled away from the end."""
        return self.is_anchored and not self._anchor_released

    def view(self, number: int) -> ExchangeView | None:
        """An exchange, if it is built."""
        return next((view for view in self._views if view.number == number), None)

    def mark_view(self) -> None:
        """Say where the view of the models begins now."""
        rows = self.rows()
        for view in self._views:
            view.mark_view(rows[view.number])

    def _new_views(self, numbers: range, rows: Sequence[Row]) -> list[ExchangeView]:
        return [ExchangeView(number, rows[number], self._speakers) for number in numbers]

    def _note_rest(self, built: range, count: int) -> None:
        self._built = built
        self.query_one(".transcript-empty").display = not count
        earlier, later = built.start, count - built.stop
        text = _("↑ {count} earlier questions").format(count=earlier) if earlier else None
        self.query_one("#transcript-earlier", QuietStatic).tell(text)
        text = _("↓ {count} later questions").format(count=later) if later else None
        self.query_one("#transcript-later", QuietStatic).tell(text)

    # -- more of it

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.fill()

    def settle(self) -> None:
        """What was built is laid out: more may be built."""
        self._is_building = False
        self.call_after_refresh(self.fill)

    def fill(self) -> None:
        """Build more if the view is near the end of what is built."""
        if self._is_building or not self.is_attached:
            return
        near = self.size.height / 2
        if self._built.start > 0 and self.scroll_y < near:
            self._is_building = True
            self.call_after_refresh(self._build_more, self._generation, before=True)
        elif self.query_one("#transcript-later").display and self.max_scroll_y - self.scroll_y < near:
            self._is_building = True
            self.call_after_refresh(self._build_more, self._generation, before=False)

    async def _build_more(self, generation: int, *, before: bool) -> None:
        """Build more on one side, and let go of what is too much on the other; what is in view stays where it is."""
        async with self.batch():  # within it nothing else builds, so that what is built stays what it is
            if generation != self._generation:
                return
            rows, built = self._rows, self._built
            if before:
                new = range(max(built.start - _AT_ONCE, 0), built.start)
                most = range(built.start, min(built.stop, new.start + _MOST_BUILT))
            else:
                new = range(built.stop, min(built.stop + _AT_ONCE, len(rows)))
                most = range(max(built.start, new.stop - _MOST_BUILT), built.stop)
            kept = built if self.is_growing else most
            seen = self._first_seen()
            above = seen.virtual_region.y - self.scroll_y if seen else 0
            await self.remove_children([view for view in self._views if view.number not in kept])
            await self.mount_all(
                self._new_views(new, rows),
                **{"after": "#transcript-earlier"} if before else {"before": "#transcript-later"},
            )
            self._note_rest(range(new.start, kept.stop) if before else range(kept.start, new.stop), len(rows))
        self.call_after_refresh(self._put_back, generation, seen, above)

    def _first_seen(self) -> ExchangeView | None:
        return next((view for view in self._views if view.virtual_region.bottom > self.scroll_y), None)

    def _put_back(self, generation: int, seen: ExchangeView | None, above: float) -> None:
        """Scroll so that an exchange is so many rows below the top of the view; who follows the end goes on doing so."""
        if generation != self._generation:
            return
        if seen is not None and seen.is_attached and not self.follows_end:
            self.scroll_to(y=seen.virtual_region.y - above, animate=False, immediate=True, force=True)
        self.settle()  # what is above may still not fill the view
