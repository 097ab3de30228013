"""The messages of a conversation, the newest at the bottom; a sentence in their place while there are none."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from workbench.ui.chat_exchange import QUESTION, Place, find_words, places_in
from workbench.ui.widgets import transcript_keys
from workbench.ui.widgets.chat_message import ModelMessage, UserMessage
from workbench.ui.widgets.exchange_view import Answers
from workbench.ui.widgets.growing_text import GrowingText
from workbench.ui.widgets.long_transcript import LongTranscript

_CHOSEN = "-chosen"
_ROWS_KEPT = 6
"""Of answers that grow side by side so much stays in view when room is made for what comes next, as a page turns."""
_ROWS_FOR_ONE = 3
"""An answer that grows alone has so much room ahead."""


class Transcript(LongTranscript):
    """Scrolls with what is said until the reader scrolls away. While it has the focus, a message is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = transcript_keys.BINDINGS
    _chosen: Place | None = None

    def tell(self, sentence: str) -> None:
        """Say what to do as long as nobody has said anything."""
        self.query_one(".transcript-empty").update(sentence)  # type: ignore[attr-defined]

    async def show(self, at: Place | None = None) -> None:
        """Show the conversations as they are now, from their end, or around a message that is chosen then."""
        self._chosen = None
        count = await self.build_around(None if at is None else at.exchange)
        self.anchor(at is None and count > 0)
        if not count:  # what an anchor had moved to the bottom is gone
            self.scroll_home(animate=False, force=True, immediate=True)
        if at is None and self.has_focus:
            self._choose_last()
        self.call_after_refresh(self._arrive, at)

    def _arrive(self, at: Place | None) -> None:
        """What was built is laid out: go to a message, if one was wanted."""
        if at is not None and self.view(at.exchange) is not None:
            self._choose(at)
        self.settle()

    async def add_question(self) -> None:
        """Show what the user asked just now, with room for the answers."""
        await self.build_last()
        self.anchor()

    async def begin_answer(self, from_end: int, column: int, speaker: str) -> ModelMessage:
        """An empty answer, to the question of this number from the end (-1: the last), that grows."""
        async with self.batch():
            rows = self.rows()
            number = len(rows) + from_end
            if (view := self.view(number)) is None:
                await self.build_around(number)
                self.call_after_refresh(self.settle)
                view = self.view(number)
            assert view is not None
            exchange = rows[number][column]
            message = ModelMessage(speaker, way=exchange.answer_way if exchange else None)
            await view.query_one(Answers).add(column, message)
        self.anchor()
        return message

    @property
    def lacks_room(self) -> bool:
        """Whether the end of an answer that grows is not seen."""
        return any(text.lacks_room for text in self.query(GrowingText))

    def make_room(self) -> None:
        """Make room for all answers that grow, in one layout."""
        growing = list(self.query(GrowingText))
        most = self.size.height - _ROWS_KEPT if len(growing) > 1 else _ROWS_FOR_ONE
        for text in growing:
            text.make_room(most)

    # -- the chosen message

    @property
    def chosen(self) -> Place | None:
        """The message that keys are about; None while the focus is elsewhere."""
        return self._chosen if self.has_focus else None

    def on_focus(self) -> None:
        if self._chosen is None:
            self._choose_last()
        else:
            self._mark(chosen=True)

    def on_blur(self) -> None:
        self._mark(chosen=False)

    async def action_choose(self, step: int) -> None:
        """Choose the next message, or scroll in one that goes on beyond the view."""
        message = self._message(self._chosen)
        if message is not None and self._goes_on(message, step):
            self.scroll_relative(y=step * max(self.size.height // 2, 1), animate=False)
            return
        if self._chosen is None:
            return
        rows, number = self._rows, self._chosen.exchange
        near = [
            place for at in range(max(number - 1, 0), min(number + 2, len(rows))) for place in places_in(rows[at], at)
        ]
        place = near.index(self._chosen) + step if self._chosen in near else -1
        if 0 <= place < len(near):
            await self._go_to(near[place])

    def action_unfold(self) -> None:
        """Unfold the thoughts and steps of the chosen message, or fold them."""
        message = self._message(self._chosen)
        if isinstance(message, ModelMessage):
            message.toggle()

    async def find(self, words: str, step: int) -> tuple[int, int] | None:
        """Choose the next message before (-1) or after (1) the chosen one in which some words stand, or the newest (0).

        Goes round at either end.

        Returns:
            which match it is, counted from 1, of how many; None if there is none.
        """
        found = find_words(self._rows, words)
        if not found:
            return None
        order = [(place.exchange, place.column) for place in found]
        here = (self._chosen.exchange, self._chosen.column) if self._chosen else (len(self._rows), QUESTION)
        if step == 0:
            number = len(order) - 1
        elif step < 0:
            number = max((at for at, place in enumerate(order) if place < here), default=len(order) - 1)
        else:
            number = min((at for at, place in enumerate(order) if place > here), default=0)
        self.focus()
        await self._go_to(found[number])
        return number + 1, len(found)

    async def action_go_home(self) -> None:
        """Go to the beginning of the conversation."""
        if self._rows and not self.is_growing:
            await self._go_to(places_in(self._rows[0], 0)[0])
        else:
            self.scroll_home(animate=False)

    async def action_go_end(self) -> None:
        """Go to the end of the conversation."""
        if self.is_growing:
            self.scroll_end(animate=False)
        else:
            await self.show()

    async def _go_to(self, place: Place) -> None:
        if self._message(place) is not None:  # an exchange may be there whose messages are not yet
            self._choose(place)
        elif not self.is_growing:
            await self.show(at=place)

    def _choose_last(self) -> None:
        """The view stays where it is, which is the end unless the reader has scrolled."""
        rows = self._rows
        places = places_in(rows[-1], len(rows) - 1) if rows else []
        self._chosen = places[-1] if places else None
        self._mark(chosen=self.has_focus)

    def _choose(self, place: Place) -> None:
        self._mark(chosen=False)
        self._chosen = place
        self._mark(chosen=self.has_focus)
        if (message := self._message(place)) is not None:
            self.release_anchor()
            is_long = message.region.height > self.size.height
            self.scroll_to_widget(message, animate=False, top=is_long, force=True)

    def _mark(self, *, chosen: bool) -> None:
        if (message := self._message(self._chosen)) is not None:
            message.set_class(chosen, _CHOSEN)

    def _message(self, place: Place | None) -> UserMessage | ModelMessage | None:
        view = self.view(place.exchange) if place is not None else None
        return view.message(place.column) if view is not None and place is not None else None

    def _goes_on(self, message: UserMessage | ModelMessage, step: int) -> bool:
        """Whether a message goes on beyond the view above (-1) or below (1)."""
        if step < 0:
            return message.region.y < self.region.y
        return message.region.bottom > self.region.bottom
