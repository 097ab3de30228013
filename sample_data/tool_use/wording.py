"""How people ask for what a tool knows, in Chinese and English: sums, the time, and papers.

Unseen wordings are in no training data. ``{it}`` is what is asked for.
"""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
Need = Literal["sum", "time", "day", "papers"]
_Wordings = dict[Need, dict[Language, tuple[str, ...]]]

_SEEN: _Wordings = {
    "sum": {
        "en": (
            "What is {it}?",
            "How much is {it}?",
            "Calculate {it}.",
            "Please calculate {it}.",
            "Please work out {it}.",
            "Can you compute {it}?",
            "{it} is what?",
            "I want to know how much {it} is.",
            "Calculate {it}, please.",
            "Please work out {it} for me.",
            "Could you tell me what {it} is?",
            "Can you tell me how much {it} is?",
        ),
        "zh": (
            "{it}等于多少？",
            "{it}等于几？",
            "{it}是多少？",
            "请计算{it}。",
            "请算出{it}。",
            "算一下{it}",
            "你能算{it}吗？",
            "我想知道{it}是多少。",
            "请告诉我{it}等于几。",
            "请问{it}是多少？",
        ),
    },
    "time": {
        "en": (
            "What time is it?",
            "What time is it now?",
            "Can you tell me the time?",
            "Please tell me what time it is.",
            "What's the time, please?",
            "Do you know the time?",
            "Tell me the time.",
            "Look at the clock, please.",
            "Can you look at the clock?",
            "Can you tell me what time it is?",
        ),
        "zh": (
            "现在几点了？",
            "现在几点？",
            "请告诉我时间。",
            "现在是什么时间？",
            "你知道现在几点吗？",
            "请看一下时间。",
            "请问几点了？",
            "告诉我现在几点。",
        ),
    },
    "day": {
        "en": (
            "What day is it today?",
            "Which day is today?",
            "What is the date today?",
            "Tell me the date.",
            "Please tell me what day it is.",
            "Do you know today's date?",
            "Can you tell me the date?",
            "Can you say which day it is?",
        ),
        "zh": (
            "今天星期几？",
            "今天是几号？",
            "请告诉我今天的日期。",
            "今天是星期几？",
            "你知道今天几号吗？",
            "今天几号了？",
        ),
    },
    "papers": {
        "en": (
            "Find papers about {it}.",
            "Find a paper on {it}.",
            "Please find a paper about {it}.",
            "Search arXiv for {it}.",
            "Please help me search for {it}.",
            "Look for papers on {it}.",
            "Is there a paper about {it}?",
            "I want to read about {it}.",
            "Which paper is about {it}?",
            "Look for the {it}, please.",
            "Can you look for papers on {it}?",
            "Can you find a paper about {it}?",
            "Please help me find the {it}.",
            "Please search the {it}.",
            "Can you tell me about papers on {it}?",
        ),
        "zh": (
            "找一篇关于{it}的论文。",
            "请查找{it}的论文。",
            "在arXiv上搜索{it}。",
            "请帮我搜索{it}。",
            "有没有关于{it}的论文？",
            "我想看{it}的论文。",
            "哪篇论文是关于{it}的？",
            "帮我找{it}的文章。",
            "请告诉我{it}的论文。",
            "请问有{it}的论文吗？",
        ),
    },
}
_UNSEEN: _Wordings = {
    "sum": {
        "en": ("Tell me what {it} is.", "Could you work out {it} for me?", "Compute {it}, please."),
        "zh": ("帮我算{it}。", "请问{it}等于多少呢？", "告诉我{it}是多少。"),
    },
    "time": {
        "en": ("Can you say what time it is now?", "What time is it, please?", "I want to know the time."),
        "zh": ("现在是几点？", "你能告诉我时间吗？", "我想知道现在几点了。"),
    },
    "day": {
        "en": ("Can you tell me what day it is?", "Please tell me today's date."),
        "zh": ("请问今天星期几？", "告诉我今天是几号。"),
    },
    "papers": {
        "en": (
            "Please search arXiv for papers about {it}.",
            "Can you find papers on {it}?",
            "Please help me search the {it}.",
        ),
        "zh": ("请在arXiv上找{it}的论文。", "请帮我找一篇{it}的论文。", "我想找关于{it}的论文。"),
    },
}


def wordings(need: Need, language: Language, *, unseen: bool) -> tuple[str, ...]:
    """Ways to ask for something."""
    return (_UNSEEN if unseen else _SEEN)[need][language]
