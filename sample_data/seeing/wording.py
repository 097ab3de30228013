"""How the pictures are talked about: captions, and questions with short answers, in Chinese and English.

A question that a picture is asked is always one that it can answer; the first answer is the one that is trained.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sample_data.seeing.world import Picture, Thing

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_ZH = {
    "red": "红色",
    "orange": "橙色",
    "yellow": "黄色",
    "green": "绿色",
    "blue": "蓝色",
    "purple": "紫色",
    "black": "黑色",
    "pink": "粉色",
    "circle": "圆形",
    "square": "方形",
    "triangle": "三角形",
    "star": "五角星",
    "heart": "心形",
    "cross": "十字",
    "house": "房子",
    "car": "汽车",
    "boat": "小船",
    "face": "笑脸",
    "flower": "花",
    "fish": "鱼",
    "top left": "左上角",
    "top": "上面",
    "top right": "右上角",
    "left": "左边",
    "middle": "中间",
    "right": "右边",
    "bottom left": "左下角",
    "bottom": "下面",
    "bottom right": "右下角",
}
_NUMBERS_ZH = "零一两三四五"
_NUMBERS = ("zero", "one", "two", "three", "four", "five")
_PLURALS = {"cross": "crosses"}
_MEASURE_ZH = {"house": "座", "car": "辆", "boat": "条", "face": "张", "flower": "朵", "fish": "条"}
_DESCRIBE: dict[Language, tuple[str, ...]] = {
    "zh": ("描述这张图片。", "图片里有什么？", "请说说这张图。"),
    "en": ("Describe the picture.", "What is in this picture?", "Tell me about this picture."),
}


@dataclass(frozen=True)
class Asked:
    """A question about a picture, and the answers that are right."""

    kind: str
    language: Language
    question: str
    answers: tuple[str, ...]


def describing_question(draw: random.Random, language: Language) -> str:
    """One of the ways to ask for a caption."""
    return draw.choice(_DESCRIBE[language])


def caption(picture: Picture, language: Language) -> str:
    """One sentence that says everything that can be asked."""
    return _CAPTIONS[language][picture.kind](picture)


def named(word: str, language: Language) -> str:
    """A colour, thing or place in that language."""
    return _ZH[word] if language == "zh" else word


def questions_about(picture: Picture, draw: random.Random, language: Language) -> list[Asked]:
    """All the questions that a picture can answer, each in one of its phrasings; a pair is only captioned."""
    return [
        Asked(kind, language, draw.choice(phrasings), answers)
        for kind, phrasings, answers in _ASK[picture.kind](picture, language)
    ]


_Row = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Kind, phrasings, answers."""


def _ask_shapes(picture: Picture, language: Language) -> list[_Row]:
    """One shape, once or several times; where it is, if it is there once."""
    rows = [_colour_row(picture.things[0], language, alone=True), _shape_row(picture.things[0], language)]
    rows.append(_count_row(picture, language))
    if picture.kind == "single":
        rows.append(_place_row(picture, language))
    return rows


def _ask_scene(picture: Picture, language: Language) -> list[_Row]:
    thing = picture.things[0]
    name = named(thing.name, language)
    what = ("这是什么？", "图里画的是什么？") if language == "zh" else ("What is this?", "What does the picture show?")
    answers = (name,) if language == "zh" else (f"It is a {name}.", f"a {name}", name)
    return [("scene", what, answers), _colour_row(thing, language, alone=False)]


def _colour_row(thing: Thing, language: Language, *, alone: bool) -> _Row:
    name, colour = named(thing.name, language), named(thing.colour, language)
    if language == "zh":
        asked = ("这是什么颜色？", "图形是什么颜色的？") if alone else (f"{name}是什么颜色的？", f"{name}什么颜色？")
        return "colour", asked, (colour, f"{colour}的", colour.removesuffix("色"))
    asked = ("What color is it?", "What color do you see?") if alone else (f"What color is the {name}?",)
    return "colour", asked, (f"It is {colour}.", colour)


def _shape_row(thing: Thing, language: Language) -> _Row:
    name = named(thing.name, language)
    if language == "zh":
        return "shape", ("这是什么形状？", "图形是什么形状的？"), (name,)
    return (
        "shape",
        ("What shape is it?", "What shape do you see?"),
        (f"It is a {name}.", f"a {name}", name, _plural(name)),
    )


def _count_row(picture: Picture, language: Language) -> _Row:
    number = picture.count
    if language == "zh":
        word = _NUMBERS_ZH[number]
        return "count", ("有几个？", "图里有几个图形？"), (f"{number}", f"{number}个", f"{word}个", word)
    answers = (f"There {'is' if number == 1 else 'are'} {number}.", f"{number}", _NUMBERS[number])
    return "count", ("How many are there?", "How many shapes are there?"), answers


def _place_row(picture: Picture, language: Language) -> _Row:
    where = named(picture.place, language)
    if language == "zh":
        return "place", ("它在哪里？", "图形在什么地方？"), (where,)
    return "place", ("Where is it?", "Where in the picture is it?"), (f"It is {where}.", where)


def _sides(picture: Picture) -> tuple[str, str]:
    first, second = picture.things
    return ("left", "right") if abs(first.x - second.x) > abs(first.y - second.y) else ("top", "bottom")


def _plural(name: str) -> str:
    return _PLURALS.get(name, f"{name}s")


def _one(thing: Thing) -> str:
    article = "an" if thing.colour == "orange" else "a"
    return f"{article} {thing.colour} {thing.name}"


def _one_zh(thing: Thing) -> str:
    return f"一{_MEASURE_ZH.get(thing.name, '个')}{_ZH[thing.colour]}的{_ZH[thing.name]}"


def _caption_single(picture: Picture) -> str:
    return f"There is {_one(picture.things[0])}, {picture.place}."


def _caption_single_zh(picture: Picture) -> str:
    return f"{_ZH[picture.place]}有{_one_zh(picture.things[0])}。"


def _caption_group(picture: Picture) -> str:
    thing = picture.things[0]
    return f"There are {picture.count} {thing.colour} {_plural(thing.name)}."


def _caption_group_zh(picture: Picture) -> str:
    thing = picture.things[0]
    return f"有{picture.count}个{_ZH[thing.colour]}的{_ZH[thing.name]}。"


def _caption_pair(picture: Picture) -> str:
    (first, second), sides = picture.things, _sides(picture)
    return f"There is {_one(first)} {sides[0]}, and {_one(second)} {sides[1]}."


def _caption_pair_zh(picture: Picture) -> str:
    (first, second), sides = picture.things, _sides(picture)
    return f"{_ZH[sides[0]]}有{_one_zh(first)}，{_ZH[sides[1]]}有{_one_zh(second)}。"


def _caption_scene(picture: Picture) -> str:
    return f"The picture shows {_one(picture.things[0])}."


def _caption_scene_zh(picture: Picture) -> str:
    return f"这是{_one_zh(picture.things[0])}。"


_CAPTIONS: dict[Language, dict[str, Callable[[Picture], str]]] = {
    "zh": {
        "single": _caption_single_zh,
        "group": _caption_group_zh,
        "pair": _caption_pair_zh,
        "scene": _caption_scene_zh,
    },
    "en": {"single": _caption_single, "group": _caption_group, "pair": _caption_pair, "scene": _caption_scene},
}
_ASK: dict[str, Callable[[Picture, Language], list[_Row]]] = {
    "single": _ask_shapes,
    "group": _ask_shapes,
    "scene": _ask_scene,
}
QUESTION_KINDS = ("colour", "shape", "count", "place", "scene")
