"""Lessons in copying: something out of a question, or out of a text before it, stands in the answer as it was said.

What is copied is drawn anew each time - numbers, times, words, made-up names, signs - so it cannot be learnt by heart.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from sample_data.dialogues import common_characters, made_up_name
from sample_data.tool_use.wording import LANGUAGES
from workbench.data.conversation import Conversation, Turn

_WORDS_EN = (
    "apple teacher friend school moon star mountain river bread computer garden spring music story dream time "
    "window bottle pencil summer banana orange grape snow grass coal chocolate milk elephant sky flamingo leaf "
    "crow sea sun France England Germany Italy Rome Spain Russia China Japan Korea India Thailand Vietnam Egypt "
    "Greece Sweden Norway Poland Austria America Canada Cuba Peru Turkey Iran Paris London Berlin Monday Tuesday "
    "Wednesday Thursday Friday Saturday Sunday red blue green yellow black white"
)
_WORDS_ZH = (
    "苹果 老师 朋友 学校 月亮 星星 大山 河流 面包 电脑 飞机 火车 花园 春天 秋天 音乐 故事 梦想 时间 雨伞 法国 "
    "英国 德国 日本 中国 印度 北京 星期一 星期五 蓝色 红色"
)
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SIGNS = {"+": (" plus ", "加"), "-": (" minus ", "减"), "*": (" times ", "乘以"), "/": (" by ", "除以")}
_SAID = {
    "en": (
        "I like {it}.",
        "Do you like {it}?",
        "Where is {it}?",
        "Let us talk about {it}.",
        "Tell me more about {it}, please.",
        "I have heard of {it}.",
        "My friend wrote to me about {it} today.",
        "What do you know about {it}?",
        "Can you show me {it}?",
        "Please write something on {it}.",
        "{it} is good, I think.",
        "What does {it} mean?",
        "I cannot find the {it}.",
        "Look, there is {it}!",
        "How do I get {it}?",
        "Help me with {it}.",
        "Give me {it}",
        "{it}?",
    ),
    "zh": (
        "我喜欢{it}。",
        "你喜欢{it}吗？",
        "{it}在哪里？",
        "我们说说{it}吧。",
        "请多告诉我一些{it}的事。",
        "我听说过{it}。",
        "我的朋友今天写了{it}。",
        "关于{it}你知道什么？",
        "你能给我看{it}吗？",
        "请写一点关于{it}的文章。",
        "我觉得{it}很好。",
        "{it}是什么意思？",
        "我找不到{it}。",
        "看，那里有{it}！",
        "怎么得到{it}？",
        "请帮我{it}。",
        "给我{it}",
        "{it}？",
    ),
}
_FORMS = (
    "{key}: {it}",
    "{key}：{it}",
    '{"{key}": "{it}"}',
    '{"{key}": "{it}"}',
    "{it}",
    '"{it}"',
    "It is {it}.",
    "({it})",
    "{key} = {it}",
    "{key}是{it}。",
)
"""How an answer may hold what is copied; a text before the questions shows which."""


class CopyingLessons:
    """Draws lessons; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._kinds: list[Callable[[], Conversation]] = [
            self._list,
            self._topic,
            self._topic,
            self._fields,
            self._signs,
        ]

    def lesson(self) -> Conversation:
        """One to four questions of one kind."""
        return self._random.choice(self._kinds)()

    def _thing(self) -> str:
        """Something to copy, of any kind."""
        draw = self._random
        kinds = (self._number, self._number, self._word, self._name, self._name, self._letters, self._moment, self._sum)
        return draw.choice(kinds)()

    def _number(self) -> str:
        draw = self._random
        digits = "".join(draw.choice("0123456789") for _ in range(draw.choice((1, 1, 2, 2, 3, 4))))
        number = digits if len(digits) == 1 else digits.lstrip("0") or "0"
        return f"-{number}" if draw.random() < 0.15 else number

    def _word(self) -> str:
        return self._random.choice(self._random.choice((_WORDS_EN, _WORDS_EN, _WORDS_ZH)).split())

    def _name(self) -> str:
        draw = self._random
        name = made_up_name(draw, draw.choice(LANGUAGES))
        kind = draw.random()
        if kind < 0.2:
            return f"{name} {draw.choice(_WORDS_EN.split())}"
        return f"{name}{draw.choice('23456789')}" if kind < 0.3 else name

    def _letters(self) -> str:
        """Letters, or characters, that make no word."""
        draw = self._random
        if draw.random() < 0.3:
            return "".join(draw.choice(common_characters()) for _ in range(draw.choice((1, 2, 3))))
        text = "".join(draw.choice(_LETTERS) for _ in range(draw.choice((2, 3, 4))))
        return draw.choice((text, text.upper(), text.capitalize()))

    def _moment(self) -> str:
        draw = self._random
        day = f"{draw.randint(2019, 2029)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
        time = f"{draw.randint(0, 23):02d}:{draw.randint(0, 59):02d}"
        return draw.choice(
            (
                day,
                time,
                time,
                f"{day} {draw.choice(_DAYS.split())}",
                f"{day} {time}",
                f"{draw.choice(_DAYS.split())} {time}",
            )
        )

    def _sum(self) -> str:
        return self._of_signs(self._expression())

    def _expression(self) -> list[str]:
        """Numbers with signs between them, two or rarely three."""
        draw = self._random
        parts = [self._operand()]
        for _ in range(draw.choice((1, 1, 1, 2))):
            parts += [draw.choice(list(_SIGNS)), self._operand()]
        return parts

    def _operand(self) -> str:
        return str(self._random.randrange(self._random.choice((10, 10, 100, 1000))))

    def _of_signs(self, parts: list[str]) -> str:
        return self._random.choice(("", " ")).join(parts)

    def _list(self) -> Conversation:
        """Several things, repeated."""
        draw = self._random
        things = [self._thing() for _ in range(draw.randint(2, 6))]
        text = draw.choice((", ", "，", "\n", " ")).join(things)
        asked = draw.choice(("Repeat: ", "Say: ", "请重复：", "请说：", "", "Repeat after me: ", "跟我说：", "Copy:\n"))
        return _dialogue("", [(asked + text, text)])

    def _topic(self) -> Conversation:
        """What a sentence is about, told in the form that a text before it shows."""
        draw = self._random
        form = draw.choice(_FORMS).replace("{key}", draw.choice((self._word, self._name))())
        exchanges = []
        for _ in range(draw.choice((1, 1, 2, 3))):
            thing, sentence = self._thing(), draw.choice(_SAID[draw.choice(LANGUAGES)])
            exchanges.append((sentence.replace("{it}", thing), form.replace("{it}", thing)))
        return _dialogue(form.replace("{it}", "..."), exchanges)

    def _fields(self) -> Conversation:
        """A list of keys with their values; the value of one is asked for."""
        draw = self._random
        keys = list(dict.fromkeys(draw.choice((self._word, self._name))() for _ in range(draw.randint(1, 5))))
        values = {key: self._thing() for key in keys}
        between = draw.choice((": ", ":", "：", " = "))
        text = "\n".join(f"{key}{between}{value}" for key, value in values.items())
        form = draw.choice(("{it}", "It is {it}.", "是{it}。", "{key}: {it}", "{key}是{it}。", "{key} is {it}."))
        exchanges = []
        for key in draw.sample(keys, min(len(keys), draw.choice((1, 2, 3)))):
            asked = draw.choice((f"{key}?", f"What is {key}?", f"{key}是什么？", f"{key}"))
            exchanges.append((asked, form.replace("{key}", key).replace("{it}", values[key])))
        if draw.random() < 0.5:
            return _dialogue(f"{form}\n{text}".replace("{key}", "...").replace("{it}", "..."), exchanges)
        first, answer = exchanges[0]
        return _dialogue(
            form.replace("{key}", "...").replace("{it}", "..."), [(f"{text}\n{first}", answer), *exchanges[1:]]
        )

    def _signs(self) -> Conversation:
        """Sums told in words, written with signs, or the other way round; nothing is worked out."""
        draw = self._random
        form = draw.choice(_FORMS[:5]).replace("{key}", self._word())
        count = draw.choice((1, 1, 2, 3))
        if draw.random() < 0.25:
            language = draw.choice(LANGUAGES)
            sums = [self._expression() for _ in range(count)]
            exchanges = [(self._of_signs(parts), form.replace("{it}", _in_words(parts, language))) for parts in sums]
            return _dialogue(form.replace("{it}", "plus minus" if language == "en" else "加减"), exchanges)
        exchanges = []
        for _ in range(count):
            parts, language = self._expression(), draw.choice(LANGUAGES)
            written = self._of_signs(parts)
            told, answer = (_in_words(parts, language), "".join(parts)) if draw.random() < 0.6 else (written, written)
            sentence = draw.choice((*_SAID[language], "{it}", "{it}"))
            exchanges.append((sentence.replace("{it}", told), form.replace("{it}", answer)))
        return _dialogue(form.replace("{it}", "+ - * /"), exchanges)


def _in_words(parts: list[str], language: str) -> str:
    return "".join(_SIGNS[part][language == "zh"] if part in _SIGNS else part for part in parts)


def _dialogue(system: str, exchanges: list[tuple[str, str]]) -> Conversation:
    before = [Turn("system", system)] if system else []
    turns = [turn for asked, answer in exchanges for turn in (Turn("user", asked), Turn("assistant", answer))]
    return Conversation((*before, *turns))
