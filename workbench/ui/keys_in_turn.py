"""Keys that arrive in one burst do what they would do one by one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from textual import events
from textual.app import App, ScreenStackError
from textual.dom import DOMNode

_LONGEST_TURN = 5.0
"""Seconds after which the next key no longer waits for a widget that does not answer."""


class KeysInTurn(App[None]):
    """An app in which no key overtakes the one before it.

    A key is handed to the widget with the focus, and by that to all it stands in, before the app looks for its command.
    Over a slow line, or on a busy machine, several arrive at once, and the later ones would go to a widget that the
    first is about to leave, or be done before it. Here the next key is taken when all of these have seen the one
    before it, and a dialog it has opened stands. Letters for the same text box go on without waiting.
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: deque[events.Key | events.Paste] = deque()
        self._turn: asyncio.Task[None] | None = None
        self._typed_into: DOMNode | None = None
        """The text box that may not have seen all of its letters yet."""

    def is_meant(self, key: events.Key | events.Paste) -> bool:
        """Whether a key, or what is pasted, is for what is on the screen now; else nothing is done with it."""
        return True

    @property
    def _is_ending(self) -> bool:
        """Whether there is nothing any more that a key could be for."""
        return self._exit or not self.screen_stack

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or (event.is_forwarded and not self._is_ending):
            await super().on_event(event)
        elif not event.is_forwarded:
            self._keys.append(event)
            await self._take_keys()

    async def _take_keys(self) -> None:
        while self._keys and self._turn is None and not self._is_ending:
            if self._typed_into is None and not self.is_meant(self._keys[0]):
                self._keys.popleft()
                continue
            focused = self.focused or self.screen
            is_letter = _is_letter(self._keys[0], focused)
            if self._typed_into is not None and not (is_letter and self._typed_into is focused):
                self._wait_for(self._typed_into)
                self._typed_into = None
                return
            await super().on_event(self._keys.popleft())
            if is_letter:
                self._typed_into = focused
            else:
                self._wait_for(focused)

    def _wait_for(self, focused: DOMNode) -> None:
        self._turn = asyncio.create_task(self._end_turn(focused))

    async def _end_turn(self, focused: DOMNode) -> None:
        with suppress(TimeoutError, ScreenStackError):  # the latter while the app ends
            async with asyncio.timeout(_LONGEST_TURN):
                screen = self.screen
                way = focused.ancestors_with_self
                for node in (
                    *way,
                    *way,
                ):  # the key to the app, which runs its command, and what that makes the widget say
                    await _reached(node.call_later)
                if self.screen is not screen:
                    await _reached(self.screen.call_after_refresh)
        self._turn = None
        self.call_later(self._take_keys)


def _is_letter(key: events.Key | events.Paste, focused: DOMNode) -> bool:
    """Whether it is only put into the text, which moves no focus and runs no command."""
    return isinstance(key, events.Key) and focused.check_consume_key(key.key, key.character)


async def _reached(call: Callable[[Callable[[], None]], bool]) -> None:
    """Wait until what came before has been seen there; at once if nothing is seen there any more."""
    seen = asyncio.Event()
    if call(seen.set):
        await seen.wait()
