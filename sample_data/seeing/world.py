"""What the drawn pictures show, and how they are drawn by lot: shapes in colours, counts and places, and scenes.

Lengths are shares of the picture's side; ``x`` grows to the right and ``y`` downwards.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["single", "group", "pair", "scene"]

COLOURS = {
    "red": (220, 30, 35),
    "orange": (245, 140, 20),
    "yellow": (240, 215, 30),
    "green": (35, 150, 60),
    "blue": (35, 80, 210),
    "purple": (130, 45, 160),
    "black": (25, 25, 28),
    "pink": (250, 150, 190),
}
SHAPES = ("circle", "square", "triangle", "star", "heart", "cross")
SCENES = ("house", "car", "boat", "face", "flower", "fish")
PLACES = ("top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right")
"""The nine parts of a picture, row by row."""
BACKGROUNDS = ((255, 255, 255), (240, 240, 240), (252, 246, 230), (232, 242, 250), (236, 248, 236))
_APART = 4
"""One colour of so many is kept, for each shape and scene, for the pictures that training never sees."""


@dataclass(frozen=True)
class Thing:
    """One shape, or the main thing of a scene: its middle, and the radius of the circle around it."""

    name: str
    colour: str
    x: float
    y: float
    radius: float
    turned: float = 0.0
    """Degrees."""


@dataclass(frozen=True)
class Picture:
    """What is in one picture. ``shade`` moves its colours a little, each channel by so many of 256 steps."""

    kind: Kind
    things: tuple[Thing, ...]
    background: tuple[int, int, int]
    shade: tuple[int, int, int]

    @property
    def count(self) -> int:
        return len(self.things)

    @property
    def place(self) -> str:
        """In which of the nine parts the first thing lies."""
        first = self.things[0]
        return PLACES[3 * int(first.y * 3) + int(first.x * 3)]


def is_held_out(name: str, colour: str) -> bool:
    """Whether this thing in this colour is only in the held-out pictures."""
    number = (*SHAPES, *SCENES).index(name)
    return (number + list(COLOURS).index(colour)) % _APART == 0


@dataclass
class PictureMaker:
    """Draws pictures by lot; of things and colours only those together that are held out, or only the others."""

    seed: int
    held_out: bool = False

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def draw(self, kind: Kind) -> Picture:
        """A picture of that kind."""
        makers = {"single": self._single, "group": self._group, "pair": self._pair, "scene": self._scene}
        channels = [self._random.randint(-14, 14) for _ in range(3)]
        return Picture(
            kind,
            makers[kind](),
            self._random.choice(BACKGROUNDS),
            (channels[0], channels[1], channels[2]),
        )

    def endless(self, shares: dict[Kind, float]) -> Iterator[Picture]:
        """Pictures without end, the kinds in these shares."""
        while True:
            yield self.draw(self._random.choices(list(shares), list(shares.values()))[0])

    def _single(self) -> tuple[Thing, ...]:
        return (self._in_cell(self._thing(SHAPES, 0.11, 0.15), self._random.randrange(9)),)

    def _group(self) -> tuple[Thing, ...]:
        thing = self._thing(SHAPES, 0.09, 0.14)
        cells = self._random.sample(range(9), self._random.randint(2, 5))
        return tuple(self._in_cell(thing, cell) for cell in cells)

    def _pair(self) -> tuple[Thing, ...]:
        """Two unlike things: the first left of the second, or above it."""
        first = self._thing(SHAPES, 0.13, 0.19)
        second = first
        while second.name == first.name or second.colour == first.colour:
            second = self._thing(SHAPES, 0.13, 0.19)
        along, aside = (0.26, 0.74), self._random.uniform(0.4, 0.6)
        if self._random.random() < 0.5:
            return replace(first, x=along[0], y=aside), replace(second, x=along[1], y=aside)
        return replace(first, x=aside, y=along[0]), replace(second, x=aside, y=along[1])

    def _scene(self) -> tuple[Thing, ...]:
        thing = self._thing(SCENES, 0.26, 0.3)
        return (replace(thing, x=self._random.uniform(0.4, 0.6), y=self._random.uniform(0.55, 0.6), turned=0.0),)

    def _thing(self, names: tuple[str, ...], smallest: float, largest: float) -> Thing:
        allowed = [(name, colour) for name in names for colour in COLOURS if is_held_out(name, colour) == self.held_out]
        name, colour = self._random.choice(allowed)
        return Thing(
            name, colour, 0.5, 0.5, self._random.uniform(smallest, largest), turned=self._random.uniform(-12, 12)
        )

    def _in_cell(self, thing: Thing, cell: int) -> Thing:
        row, column = divmod(cell, 3)
        x, y = ((place + 0.5) / 3 + self._random.uniform(-0.02, 0.02) for place in (column, row))
        return replace(thing, x=x, y=y)
