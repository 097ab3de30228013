"""Pressing keys as people do, and seeing what they did."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.bench.screen import Screen
from tests.bench.terminal import Terminal

_SECONDS_OF_QUIET = 0.3
"""The detail of a config follows a tenth of a second after the cursor has come to rest."""
_SECONDS_OF_READING_EVENTS = 2.0
"""Until then the curve may have only its first points."""
_READING = re.compile(r"iteration (\d+) {3}(\S+)")
"""The top row of the plot while it is read."""


class Keys:
    """Presses keys at uneven intervals and tells how many milliseconds each paint took."""

    def __init__(self, app: Terminal, seed: int) -> None:
        self.app = app
        self._unevenness = random.Random(seed)

    def time(self, key: str, condition: Callable[[Screen], object]) -> float:
        """Press, and wait for the first complete frame in which the condition holds."""
        pressed = self.app.press(key)
        painted = self.app.wait(condition, f"what {key} does")
        self.app.bytes_within(self._unevenness.uniform(0.05, 0.25))
        return (painted - pressed) * 1000

    def time_twice(
        self, key: str, first: Callable[[Screen], object], then: Callable[[Screen], object]
    ) -> tuple[float, float]:
        """Press, and wait for two conditions, of which the second may take longer."""
        pressed = self.app.press(key)
        seen = self.app.wait(first, f"what {key} does")
        done = seen if then(self.app.screen) else self.app.wait(then, f"all that {key} does")
        self.app.bytes_within(self._unevenness.uniform(0.05, 0.25))
        return (seen - pressed) * 1000, (done - pressed) * 1000

    def time_alone(self, key: str) -> float:
        """The same on a screen where nothing else moves: whatever is painted next is what the key does."""
        self.app.wait_for_quiet(_SECONDS_OF_QUIET)
        return self.time(key, lambda screen: True)

    def begin_to_read(self) -> None:
        """In the Train area: put the reading line on the plot, away from the newest point."""
        self.app.bytes_within(_SECONDS_OF_READING_EVENTS)
        for _ in range(5):
            self.app.press("left")
            self.app.wait(differs(reading(self.app.screen)), "the reading line")
        self.app.bytes_within(_SECONDS_OF_QUIET)

    def time_reading(self, count: int) -> list[float]:
        """Move the reading line to and fro."""
        return [
            self.time("left" if number % 2 else "right", differs(reading(self.app.screen))) for number in range(count)
        ]


def reading(screen: Screen) -> tuple[str, str]:
    """The iteration under the reading line and the first word of the curve's title; blank if nothing is read."""
    found = _READING.search(screen.text)
    return (found[1], found[2]) if found else ("", "")


def differs(before: tuple[str, str]) -> Callable[[Screen], bool]:
    """Whether another iteration or another curve is read."""
    return lambda screen: reading(screen) not in {("", ""), before}
