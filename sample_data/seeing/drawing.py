"""Painting a picture: every thing is made of polygons, drawn large and scaled down so that its edges are smooth."""

from __future__ import annotations

import math
from collections.abc import Callable

from PIL import Image, ImageDraw

from sample_data.seeing.world import COLOURS, Picture, Thing

SIDE = 96
"""Pixels of a picture's side."""
_OVERSIZE = 2
_CANVAS = SIDE * _OVERSIZE
_SKY, _GRASS, _ROAD, _SEA = (205, 228, 250), (175, 215, 145), (150, 150, 155), (150, 200, 240)
_WOOD, _LEAVES, _SUN, _DARK, _LIGHT = (125, 85, 50), (60, 140, 70), (250, 205, 60), (45, 45, 50), (250, 250, 250)

Points = list[tuple[float, float]]
"""Corners of a polygon around (0, 0), in a circle of radius 1."""
Colour = tuple[int, int, int]


def paint(picture: Picture) -> Image.Image:
    """The picture, RGB, ``SIDE`` pixels square."""
    image = Image.new("RGB", (_CANVAS, _CANVAS), picture.background)
    pen = ImageDraw.Draw(image)
    if picture.kind == "scene":
        _SURROUNDINGS[picture.things[0].name](pen)
    for thing in picture.things:
        _draw(pen, thing, _shaded(thing.colour, picture.shade))
        for points, colour in _DETAILS.get(thing.name, ()):
            _polygon(pen, thing, points, colour)
    return image.reduce(_OVERSIZE)


def mask(picture: Picture) -> Image.Image:
    """Which thing each pixel belongs to: 0 none, else the thing's number from 1; ``SIDE`` pixels square."""
    image = Image.new("L", (_CANVAS, _CANVAS), 0)
    pen = ImageDraw.Draw(image)
    for number, thing in enumerate(picture.things, start=1):
        _draw(pen, thing, number)
    return image.resize((SIDE, SIDE), Image.Resampling.NEAREST)


def _shaded(colour: str, shade: Colour) -> Colour:
    red, green, blue = (
        min(255, max(0, channel + moved)) for channel, moved in zip(COLOURS[colour], shade, strict=True)
    )
    return red, green, blue


def _draw(pen: ImageDraw.ImageDraw, thing: Thing, colour: Colour | int) -> None:
    for points in _OUTLINES[thing.name]:
        _polygon(pen, thing, points, colour)


def _polygon(pen: ImageDraw.ImageDraw, thing: Thing, points: Points, colour: Colour | int) -> None:
    angle = math.radians(thing.turned)
    cosine, sine = math.cos(angle), math.sin(angle)
    placed = [
        (
            _CANVAS * (thing.x + thing.radius * (x * cosine - y * sine)),
            _CANVAS * (thing.y + thing.radius * (x * sine + y * cosine)),
        )
        for x, y in points
    ]
    pen.polygon(placed, fill=colour)


def _ring(corners: int, *radii: float, x: float = 0.0, y: float = 0.0) -> Points:
    """Corners on circles around a point, from the top on; several radii take turns."""
    return [
        (
            x + radii[number % len(radii)] * math.sin(2 * math.pi * number / corners),
            y - radii[number % len(radii)] * math.cos(2 * math.pi * number / corners),
        )
        for number in range(corners)
    ]


def _box(left: float, top: float, right: float, bottom: float) -> Points:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _heart() -> Points:
    """https://mathworld.wolfram.com/HeartCurve.html, the sixth curve, made smaller and moved up."""
    steps = [2 * math.pi * number / 48 for number in range(48)]
    return [
        (
            math.sin(step) ** 3,
            -(13 * math.cos(step) - 5 * math.cos(2 * step) - 2 * math.cos(3 * step) - math.cos(4 * step)) / 16 - 0.1,
        )
        for step in steps
    ]


_OUTLINES: dict[str, tuple[Points, ...]] = {
    "circle": (_ring(48, 0.95),),
    "square": (_box(-0.82, -0.82, 0.82, 0.82),),
    "triangle": ([(0, -1), (0.95, 0.8), (-0.95, 0.8)],),
    "star": (_ring(10, 1.1, 0.45),),
    "heart": (_heart(),),
    "cross": (_box(-0.3, -1, 0.3, 1), _box(-1, -0.3, 1, 0.3)),
    "house": (_box(-0.8, -0.2, 0.8, 0.9), [(-1, -0.2), (0, -1), (1, -0.2)]),
    "car": (_box(-1.1, 0.0, 1.1, 0.5), [(-0.7, 0.0), (-0.45, -0.5), (0.45, -0.5), (0.75, 0.0)]),
    "boat": ([(-1.1, 0.3), (1.1, 0.3), (0.7, 0.85), (-0.7, 0.85)], [(0.1, -1), (0.9, 0.15), (0.1, 0.15)]),
    "face": (_ring(48, 1.0),),
    "flower": tuple(_ring(24, 0.4, x=0.48 * x, y=0.48 * y - 0.4) for x, y in _ring(6, 1.0)),
    "fish": ([(1.0 * x - 0.2, 0.6 * y) for x, y in _ring(48, 0.9)], [(0.5, 0), (1.2, -0.5), (1.2, 0.5)]),
}
"""What of a thing has its colour."""

_DETAILS: dict[str, tuple[tuple[Points, Colour], ...]] = {
    "house": ((_box(-0.2, 0.3, 0.2, 0.9), _WOOD), (_box(0.35, 0.05, 0.65, 0.35), _LIGHT)),
    "car": (
        (_ring(32, 0.28, x=-0.6, y=0.5), _DARK),
        (_ring(32, 0.28, x=0.6, y=0.5), _DARK),
        ([(-0.4, -0.08), (-0.28, -0.38), (0.3, -0.38), (0.45, -0.08)], _LIGHT),
    ),
    "boat": ((_box(-0.06, -1, 0.06, 0.3), _WOOD),),
    "face": (
        (_ring(20, 0.15, x=-0.38, y=-0.25), _LIGHT),
        (_ring(20, 0.15, x=0.38, y=-0.25), _LIGHT),
        ([(-0.5, 0.25), (0.5, 0.25), (0.25, 0.6), (-0.25, 0.6)], _LIGHT),
    ),
    "flower": ((_ring(24, 0.26, y=-0.4), _SUN), (_box(-0.06, 0.4, 0.06, 1.3), _LEAVES)),
    "fish": ((_ring(16, 0.13, x=-0.7, y=-0.15), _LIGHT), (_ring(12, 0.06, x=-0.72, y=-0.15), _DARK)),
}


def _fill(pen: ImageDraw.ImageDraw, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
    pen.rectangle([_CANVAS * side for side in (left, top, right, bottom)], fill=colour)


def _garden(pen: ImageDraw.ImageDraw) -> None:
    """Sky, sun, grass and a tree."""
    _fill(pen, 0, 0, 1, 1, _SKY)
    _fill(pen, 0, 0.72, 1, 1, _GRASS)
    pen.ellipse([_CANVAS * side for side in (0.8, 0.05, 0.95, 0.2)], fill=_SUN)
    _fill(pen, 0.06, 0.55, 0.1, 0.8, _WOOD)
    pen.ellipse([_CANVAS * side for side in (0.0, 0.35, 0.17, 0.6)], fill=_LEAVES)


def _road(pen: ImageDraw.ImageDraw) -> None:
    _fill(pen, 0, 0, 1, 1, _SKY)
    _fill(pen, 0, 0.65, 1, 1, _ROAD)
    for left in (0.05, 0.4, 0.75):
        _fill(pen, left, 0.88, left + 0.2, 0.91, _LIGHT)


def _sea(pen: ImageDraw.ImageDraw) -> None:
    _fill(pen, 0, 0, 1, 1, _SKY)
    _fill(pen, 0, 0.72, 1, 1, _SEA)
    pen.ellipse([_CANVAS * side for side in (0.05, 0.05, 0.2, 0.2)], fill=_SUN)


def _water(pen: ImageDraw.ImageDraw) -> None:
    _fill(pen, 0, 0, 1, 1, _SEA)
    _fill(pen, 0, 0.92, 1, 1, _SUN)


def _nothing(pen: ImageDraw.ImageDraw) -> None:
    """The background alone."""


_SURROUNDINGS: dict[str, Callable[[ImageDraw.ImageDraw], None]] = {
    "house": _garden,
    "car": _road,
    "boat": _sea,
    "face": _nothing,
    "flower": _garden,
    "fish": _water,
}
