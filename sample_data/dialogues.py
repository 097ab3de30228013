"""The dialogues the sample model was trained on: generated, in Chinese and English, deterministic by seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

from sample_data.knowledge import Fact, facts
from workbench.data.conversation import Conversation, Turn
from workbench.data.identity.questions import OTHER_ASSISTANTS, Intent, questions

NAME = {"zh": "workbench 的示例模型", "en": "the sample model of workbench"}
_BEFORE = {
    "zh": ("你好，", "您好，", "嗨，", "请问，", "那么，", "对了，", "喂，", "诶，", "我想问一下，", "好的，"),
    "en": ("Hello, ", "Hi, ", "Hey, ", "Well, ", "So, ", "Excuse me, ", "Okay, ", "By the way, "),
}
_AFTER = {
    "zh": ("？", "呢？", "呀", "啊？", "呢", "吧", "。", "！", "?", " "),
    "en": ("?", ".", "!", " please", "??", " "),
}
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗小大阿老"
_FIRST_PARTS = (
    "A",
    "Be",
    "Ca",
    "Da",
    "E",
    "Fi",
    "Gra",
    "He",
    "I",
    "Jo",
    "Ka",
    "Li",
    "Ma",
    "No",
    "O",
    "Pe",
    "Ro",
    "Sa",
    "To",
    "Vi",
    "Wen",
    "Yu",
    "Zo",
)
_LAST_PARTS = (
    "da",
    "la",
    "n",
    "ra",
    "ce",
    "lly",
    "ke",
    "x",
    "nny",
    "bert",
    "sia",
    "na",
    "th",
    "ris",
    "m",
    "bo",
    "tty",
    "vin",
)


@cache
def common_characters() -> list[str]:
    """The 3,755 most common Chinese characters (level 1 of GB 2312, rows 16 to 55)."""
    pairs = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return [char for pair in pairs if (char := pair.decode("gb2312", errors="ignore"))]


def made_up_name(draw: random.Random, language: str) -> str:
    """A surname with one or two common characters, or two or three syllables."""
    first, others = (_SURNAMES, common_characters()) if language == "zh" else (_FIRST_PARTS, _LAST_PARTS)
    return draw.choice(first) + "".join(draw.choice(others) for _ in range(draw.choice((1, 1, 2))))


@dataclass
class DialogueMaker:
    """Draws dialogues. The unseen identity questions are never among them."""

    seed: int

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._facts = facts()
        self._by_category: dict[str, list[Fact]] = {}
        for fact in self._facts:
            self._by_category.setdefault(fact.category, []).append(fact)

    def dialogue(self) -> Conversation:
        """One to three exchanges, a few of them after a system text that gives the model a name."""
        turns: list[Turn] = []
        name = None
        if self._random.random() < 0.15:
            language = self._random.choice(("zh", "en"))
            name = made_up_name(self._random, language)
            text = f"你的名字是{name}。" if language == "zh" else f"Your name is {name}."
            turns.append(Turn("system", text))
        for _ in range(self._random.choice((1, 1, 1, 2, 2, 3))):
            question, answer = self._exchange(name)
            turns += [Turn("user", question), Turn("assistant", answer)]
        return Conversation(tuple(turns))

    def _exchange(self, name: str | None) -> tuple[str, str]:
        kind = self._random.random()
        if kind < (0.6 if name else 0.25):
            return self._identity(name)
        if kind < 0.72 and not name:
            category = self._random.choice(list(self._by_category))
            return self._fact(self._random.choice(self._by_category[category]))
        if kind < 0.88:
            return self._fact(self._random.choice(self._facts))
        return self._echo()

    def _fact(self, fact: Fact) -> tuple[str, str]:
        return self._dress(self._random.choice(fact.questions), fact.language, rarely=True), fact.answer

    def _identity(self, name: str | None) -> tuple[str, str]:
        language = self._random.choice(("zh", "en"))
        question = self._random.choice(questions(language, unseen=False))
        known = self._random.random() < 0.5
        other = self._random.choice(OTHER_ASSISTANTS[language]) if known else made_up_name(self._random, language)
        text = self._dress(question.text.replace("{other}", other), language)
        return text, identity_answer(question.intent, language, name or NAME[language])

    def _echo(self) -> tuple[str, str]:
        """Repeating what was said, so that the model can write any name."""
        language = self._random.choice(("zh", "zh", "en"))
        word = made_up_name(self._random, language)
        forms = (
            (f"请重复：{word}", f"跟我说：{word}", f"请说：{word}")
            if language == "zh"
            else (f"Repeat after me: {word}", f"Say this: {word}", f"Please say: {word}")
        )
        return self._random.choice(forms), word

    def _dress(self, text: str, language: str, rarely: bool = False) -> str:
        """The same question with a word before it, another ending, or in lower case."""
        draw = self._random
        share = 0.12 if rarely else 0.35
        if draw.random() < share:
            text = draw.choice(_BEFORE[language]) + text
        if draw.random() < share:
            text = text.rstrip("?？.。!！") + draw.choice(_AFTER[language])
        if language == "en" and draw.random() < share / 2:
            text = text.lower()
        return text


def identity_answer(intent: Intent, language: str, name: str) -> str:
    """What an assistant of that name says."""
    zh: dict[Intent, str] = {
        "who": f"我是{name}。",
        "introduce": f"我是{name}，可以和你聊天、回答简单的问题。",
        "name": f"我是{name}。",
        "maker": f"我是{name}，由 workbench 的作者训练。",
        "mine": f"是的，我是{name}，很高兴帮助你。",
        "whose": f"我是{name}，很高兴帮助你。",
        "other": f"不是，我是{name}。",
        "user": "我不知道你是谁，可以告诉我吗？",
    }
    en: dict[Intent, str] = {
        "who": f"I am {name}.",
        "introduce": f"I am {name}. I can chat and answer simple questions.",
        "name": f"I am {name}.",
        "maker": f"I am {name}, trained by the authors of workbench.",
        "mine": f"Yes, I am {name}, glad to help you.",
        "whose": f"I am {name}, glad to help you.",
        "other": f"No, I am {name}.",
        "user": "I don't know who you are. Can you tell me?",
    }
    return (zh if language == "zh" else en)[intent]
