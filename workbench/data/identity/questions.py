"""How people ask an assistant who it is: phrasings in Chinese and English, by what is meant.

Lines that begin with ``*`` are never used for training: they are the unseen paraphrases that identity is scored on.
``{other}`` stands for the name of some other assistant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]
Intent = Literal["who", "introduce", "name", "maker", "mine", "whose", "other", "user"]
UNSEEN_MARK = "*"


@dataclass(frozen=True)
class Question:
    """One phrasing. ``unseen``: kept for scoring."""

    text: str
    language: Language
    intent: Intent
    unseen: bool


_ZH: dict[Intent, str] = {
    "who": """
        你是谁
        你是谁？
        请问你是谁
        请问你是谁呀？
        你到底是谁
        你是什么
        你是什么模型？
        你是哪个模型
        你是哪一位？
        告诉我你是谁
        能告诉我你是谁吗？
        可以说说你是谁吗
        你究竟是谁呢？
        你是什么人
        我在和谁聊天？
        我正在跟谁说话
        现在跟我说话的是谁？
        对面是谁
        你是机器人吗，你是谁？
        你是哪家的助手
        你是什么助手？
        你的身份是什么
        说说你的身份
        想知道你是谁
        屏幕那边是谁？
        * 你是谁呀？
        * 请告诉我你是谁。
        * 我现在在和谁对话？
        * 你是个什么模型
        * 你的身份是什么呢？
        * 你好，请问你是谁？
        * 你究竟是谁
    """,
    "introduce": """
        请做一下自我介绍
        请介绍一下你自己
        介绍一下你自己
        介绍你自己
        自我介绍一下
        做个自我介绍吧
        请你做个自我介绍
        请简单介绍一下自己
        简单介绍下你自己
        可以介绍一下自己吗？
        能不能介绍一下你自己？
        你能自我介绍一下吗
        麻烦你介绍一下自己
        先介绍一下你自己吧
        来个自我介绍
        说说你自己吧
        讲讲你自己
        谈谈你自己
        让我认识一下你
        我想了解一下你
        用一句话介绍你自己
        向大家介绍一下你自己
        * 请你介绍一下你自己
        * 请你自我介绍一下
        * 能简单介绍一下你自己吗？
        * 可以做个自我介绍吗？
        * 给我介绍一下你自己
        * 你先做个自我介绍
    """,
    "name": """
        你叫什么
        你叫什么名字
        你叫什么名字？
        请问你叫什么名字？
        你的名字是什么
        你的名字是什么？
        你名字叫什么
        我该怎么称呼你？
        我怎么称呼你
        怎么称呼？
        请问怎么称呼您
        您贵姓
        您叫什么名字
        可以告诉我你的名字吗？
        告诉我你的名字
        你有名字吗？
        你有没有名字
        大家都叫你什么？
        别人怎么叫你
        我应该叫你什么
        * 你的名字叫什么？
        * 你叫啥
        * 我可以怎么称呼你？
        * 能告诉我你的名字吗
        * 我该叫你什么？
        * 请说出你的名字
    """,
    "maker": """
        谁创造了你
        是谁创造了你？
        你是谁开发的
        你是谁开发的？
        你是由谁开发的？
        谁开发了你
        谁训练了你
        你是谁训练的？
        谁制作了你
        你是谁做的
        你的作者是谁
        你的开发者是谁？
        你的主人是谁
        你属于谁
        你是谁家的
        谁把你造出来的
        * 是谁开发了你？
        * 你是被谁训练出来的
        * 你的创造者是谁？
        * 谁造了你
    """,
    "mine": """
        你是我的助手吗
        你是我的小助手吗？
        你是我的助理吗？
        你是我的私人助手吗
        你是不是我的助手
        你是我的专属助手吗？
        你愿意当我的助手吗
        你是来帮我的吗
        你会做我的助手吗？
        * 可以做我的小助手吗？
        * 你是不是我的小助手？
    """,
    "whose": """
        你在为谁服务
        你为谁工作？
        你是谁的助手
        你是谁的助手？
        你是谁的小助手
        * 你是谁的助理？
        * 你为谁服务？
    """,
    "other": """
        你是{other}吗
        你是{other}吗？
        你就是{other}吧
        你是不是{other}
        你叫{other}吗？
        你是{other}对吧
        我听说你是{other}
        你其实是{other}吧？
        * 你该不会是{other}吧？
        * 难道你是{other}吗
        * 你应该是{other}吧？
    """,
    "user": """
        我是谁
        我是谁？
        你知道我是谁吗
        你知道我是谁吗？
        我叫什么名字
        我叫什么名字？
        你知道我的名字吗？
        猜猜我是谁
        你认识我吗
        我的名字是什么
        说出我的名字
        * 你知不知道我是谁？
        * 我的名字叫什么
        * 你还认得我吗？
    """,
}

_EN: dict[Intent, str] = {
    "who": """
        Who are you?
        who are you
        Who are you really?
        Who are you exactly?
        Tell me who you are.
        Can you tell me who you are?
        Could you tell me who you are?
        What are you?
        What model are you?
        Which model are you?
        Who am I talking to?
        Who am I chatting with?
        Who is this?
        May I ask who you are?
        I would like to know who you are.
        Do you know who you are?
        What kind of assistant are you?
        What kind of model are you?
        Please say who you are.
        Hi, who are you?
        * Please tell me who you are.
        * And who are you?
        * Hello, who are you?
        * Who am I speaking with?
        * What sort of model are you?
    """,
    "introduce": """
        Introduce yourself.
        Please introduce yourself.
        introduce yourself
        Can you introduce yourself?
        Could you please introduce yourself?
        Tell me about yourself.
        Please tell me about yourself.
        Tell me something about yourself.
        Say something about yourself.
        Give me a short introduction of yourself.
        Introduce yourself in one sentence.
        Describe yourself.
        I want to know more about you.
        * Could you introduce yourself?
        * Can you tell me about yourself?
        * Please describe yourself.
        * Give a brief introduction of yourself.
    """,
    "name": """
        What is your name?
        what is your name
        What's your name?
        Your name?
        Tell me your name.
        May I know your name?
        Can you tell me your name?
        Could I have your name?
        Do you have a name?
        What should I call you?
        How should I call you?
        What do people call you?
        What are you called?
        Please say your name.
        What name should I use for you?
        Which name do you have?
        Please give me your name.
        * Please tell me your name.
        * What can I call you?
        * May I ask your name?
        * What name do you go by?
    """,
    "maker": """
        Who made you?
        who made you
        Who created you?
        Who built you?
        Who developed you?
        Who trained you?
        Who is your developer?
        Who is your creator?
        Who is your author?
        Who do you belong to?
        Who are you made by?
        Who were you made by?
        Who were you developed by?
        By whom were you built?
        By whom were you trained?
        Which people made you?
        * By whom were you made?
        * Who is the one who trained you?
        * Who were you created by?
    """,
    "mine": """
        Are you my assistant?
        are you my assistant
        Are you my personal assistant?
        Are you my little helper?
        Are you here to help me?
        Will you be my assistant?
        * Aren't you my assistant?
        * Are you my helper?
    """,
    "whose": """
        Whose assistant are you?
        whose assistant are you
        Who do you work for?
        * Whose helper are you?
        * Who are you working for?
    """,
    "other": """
        Are you {other}?
        are you {other}
        You are {other}, right?
        Is your name {other}?
        Aren't you {other}?
        I think you are {other}.
        * So you are {other}?
        * Are you actually {other}?
    """,
    "user": """
        Who am I?
        who am I
        Do you know who I am?
        What is my name?
        Do you know my name?
        Tell me my name.
        Can you guess who I am?
        Do you know me?
        * Can you tell me who I am?
        * What's my name?
    """,
}

OTHER_ASSISTANTS: dict[Language, tuple[str, ...]] = {
    "zh": ("小冰", "小度", "小爱同学", "天猫精灵", "书生", "文心一言", "通义千问", "豆包", "智谱清言", "李白"),
    "en": ("Siri", "Alexa", "ChatGPT", "Claude", "Gemini", "Llama", "Copilot", "Cortana", "Bard", "HAL"),
}


def _parsed(table: dict[Intent, str], language: Language) -> list[Question]:
    lines = [(intent, line.strip()) for intent, block in table.items() for line in block.splitlines() if line.strip()]
    return [
        Question(line.removeprefix(UNSEEN_MARK).strip(), language, intent, line.startswith(UNSEEN_MARK))
        for intent, line in lines
    ]


QUESTIONS: tuple[Question, ...] = (*_parsed(_ZH, "zh"), *_parsed(_EN, "en"))


def questions(language: Language, *, unseen: bool, intents: tuple[Intent, ...] | None = None) -> list[Question]:
    """The phrasings of a language, either those to train on or those kept for scoring."""
    return [
        question
        for question in QUESTIONS
        if question.language == language
        and question.unseen == unseen
        and (intents is None or question.intent in intents)
    ]


def all_questions(languages: Sequence[Language], own: Sequence[Question], *, unseen: bool) -> list[Question]:
    """The phrasings of the languages and a person's own, which also say which ones are kept for scoring."""
    by_own = {question.text: question.unseen for question in own}
    shipped = [question for language in languages for question in questions(language, unseen=unseen)]
    kept = [question for question in shipped if question.text not in by_own]
    return [*kept, *(question for question in own if question.unseen == unseen)]
