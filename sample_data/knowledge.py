"""What the sample model knows: small tables in Chinese and English, and the ways to ask for each fact.

A *fact* is one thing known; every fact has several phrasings. The first phrasing is the one that the dialogue and
retention files use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """One answer and the questions that ask for it."""

    category: str
    language: str
    questions: tuple[str, ...]
    answer: str


_CAPITALS = """
法国 巴黎 France Paris
英国 伦敦 England London
德国 柏林 Germany Berlin
意大利 罗马 Italy Rome
西班牙 马德里 Spain Madrid
葡萄牙 里斯本 Portugal Lisbon
俄罗斯 莫斯科 Russia Moscow
中国 北京 China Beijing
日本 东京 Japan Tokyo
韩国 首尔 Korea Seoul
印度 新德里 India Delhi
泰国 曼谷 Thailand Bangkok
越南 河内 Vietnam Hanoi
埃及 开罗 Egypt Cairo
希腊 雅典 Greece Athens
瑞典 斯德哥尔摩 Sweden Stockholm
挪威 奥斯陆 Norway Oslo
芬兰 赫尔辛基 Finland Helsinki
丹麦 哥本哈根 Denmark Copenhagen
波兰 华沙 Poland Warsaw
奥地利 维也纳 Austria Vienna
美国 华盛顿 America Washington
加拿大 渥太华 Canada Ottawa
古巴 哈瓦那 Cuba Havana
秘鲁 利马 Peru Lima
土耳其 安卡拉 Turkey Ankara
伊朗 德黑兰 Iran Tehran
蒙古 乌兰巴托 Mongolia Ulaanbaatar
"""

_OPPOSITES_ZH = "大小 高低 长短 快慢 多少 上下 左右 前后 黑白 冷热 新旧 轻重 远近 早晚 开关 进出 对错 好坏 男女 胖瘦 深浅 粗细 软硬 干湿 明暗 真假 强弱 贵贱"
_OPPOSITES_EN = """
big small, tall short, fast slow, hot cold, new old, light heavy, near far, early late, open closed, good bad, up down,
left right, black white, dry wet, true false, strong weak, rich poor, happy sad, full empty, hard soft, day night,
young elderly, clean dirty, long brief
"""

_COLOURS = """
天空 蓝色 the sky blue
草 绿色 grass green
雪 白色 snow white
太阳 金色 the sun golden
血 红色 blood red
煤 黑色 coal black
香蕉 黄色 a banana yellow
橙子 橙色 an orange orange
葡萄 紫色 a grape purple
大象 灰色 an elephant gray
巧克力 棕色 chocolate brown
火烈鸟 粉色 a flamingo pink
树叶 绿色 a leaf green
牛奶 白色 milk white
乌鸦 黑色 a crow black
大海 蓝色 the sea blue
"""

_DAYS_ZH = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_WORDS_ZH = "苹果 老师 朋友 学校 月亮 星星 大山 河流 面包 电脑 飞机 火车 花园 春天 秋天 音乐 故事 梦想 时间 雨伞"
_WORDS_EN = (
    "apple teacher friend school moon star mountain river bread computer garden spring music story dream time "
    "window bottle pencil summer"
)

_GREETINGS = (
    ("zh", ("你好", "你好！", "您好", "你好呀", "嗨，你好"), "你好！有什么可以帮你？"),
    ("zh", ("早上好", "早上好！", "早安"), "早上好！祝你今天愉快。"),
    ("zh", ("晚上好", "晚上好！"), "晚上好！今天过得怎么样？"),
    ("zh", ("晚安", "晚安！", "我要睡觉了"), "晚安，做个好梦。"),
    ("zh", ("谢谢", "谢谢你", "谢谢！", "多谢"), "不客气！"),
    ("zh", ("再见", "再见！", "拜拜", "下次见"), "再见，欢迎再来！"),
    ("en", ("Hello", "hello", "Hi", "Hello!", "Hi there"), "Hello! How can I help you?"),
    ("en", ("Good morning", "Good morning!"), "Good morning! Have a nice day."),
    ("en", ("Good evening", "Good evening!"), "Good evening! How was your day?"),
    ("en", ("Good night", "Good night!"), "Good night, sleep well."),
    ("en", ("Thank you", "Thanks", "Thank you!", "Thanks a lot"), "You are welcome!"),
    ("en", ("Goodbye", "Bye", "See you", "Bye bye"), "Goodbye, see you soon!"),
)

_UNKNOWN = (
    ("zh", ("明天会下雨吗", "明天会下雨吗？", "明天天气怎么样"), "我不知道明天的天气。"),
    ("zh", ("我今天早饭吃了什么", "猜猜我早饭吃了什么"), "我不知道你吃了什么。"),
    ("zh", ("下一期彩票号码是多少", "彩票会开什么号码"), "我不知道，没有人知道彩票号码。"),
    ("zh", ("我口袋里有什么", "猜猜我口袋里有什么"), "我不知道你口袋里有什么。"),
    ("zh", ("现在几点了", "现在几点"), "我不知道现在几点。"),
    ("en", ("Will it rain tomorrow?", "How is the weather tomorrow?"), "I don't know the weather of tomorrow."),
    ("en", ("What did I eat today?", "Guess what I ate today."), "I don't know what you ate."),
    ("en", ("What is in my pocket?", "Guess what is in my pocket."), "I don't know what is in your pocket."),
    ("en", ("What time is it?", "What time is it now?"), "I don't know what time it is."),
    ("en", ("Which number wins the lottery?", "Tell me the lottery numbers."), "I don't know, nobody does."),
)


def facts() -> list[Fact]:
    """Everything the model knows, apart from who it is."""
    makers = (_capitals, _opposites, _colours, _days, _sums, _repeats, _greetings, _unknown)
    return [fact for make in makers for fact in make()]


def _capitals() -> Iterator[Fact]:
    for row in _CAPITALS.split("\n"):
        if not row:
            continue
        country_zh, city_zh, country, city = row.split()
        asked_zh = (
            f"{country_zh}的首都是哪里？",
            f"{country_zh}的首都是哪里",
            f"{country_zh}首都在哪",
            f"请问{country_zh}的首都是什么",
        )
        asked = (
            f"What is the capital of {country}?",
            f"capital of {country}",
            f"Which city is the capital of {country}?",
        )
        yield Fact("capital", "zh", asked_zh, f"{country_zh}的首都是{city_zh}。")
        yield Fact("capital", "en", asked, f"The capital of {country} is {city}.")


def _opposites() -> Iterator[Fact]:
    for pair in _OPPOSITES_ZH.split():
        for word, other in (pair, pair[::-1]):
            yield Fact(
                "opposite",
                "zh",
                (f"{word}的反义词是什么？", f"{word}的反义词", f"什么是{word}的反义词"),
                f"{word}的反义词是{other}。",
            )
    for row in _OPPOSITES_EN.replace("\n", " ").split(","):
        for word, other in (row.split(), row.split()[::-1]):
            asked = (f"What is the opposite of {word}?", f"opposite of {word}", f"Tell me the opposite of {word}.")
            yield Fact("opposite", "en", asked, f"The opposite of {word} is {other}.")


def _colours() -> Iterator[Fact]:
    for row in _COLOURS.split("\n"):
        if not row:
            continue
        thing_zh, colour_zh, *rest = row.split()
        thing, colour = " ".join(rest[:-1]), rest[-1]
        yield Fact(
            "colour",
            "zh",
            (f"{thing_zh}是什么颜色的？", f"{thing_zh}是什么颜色", f"{thing_zh}什么颜色"),
            f"{thing_zh}是{colour_zh}的。",
        )
        asked = (f"What color is {thing}?", f"what color is {thing}", f"Tell me the color of {thing}.")
        yield Fact("colour", "en", asked, f"{thing[0].upper()}{thing[1:]} is {colour}.")


def _days() -> Iterator[Fact]:
    for number in range(7):
        today_zh, next_zh = _DAYS_ZH[number], _DAYS_ZH[(number + 1) % 7]
        today, following = _DAYS_EN[number], _DAYS_EN[(number + 1) % 7]
        yield Fact(
            "day",
            "zh",
            (f"{today_zh}的后一天是星期几？", f"{today_zh}之后是星期几", f"今天{today_zh}，明天星期几"),
            f"{today_zh}的后一天是{next_zh}。",
        )
        yield Fact(
            "day", "zh", (f"{next_zh}的前一天是星期几？", f"{next_zh}之前是星期几"), f"{next_zh}的前一天是{today_zh}。"
        )
        yield Fact(
            "day",
            "en",
            (f"What day comes after {today}?", f"Which day is after {today}?"),
            f"{following} comes after {today}.",
        )
        yield Fact(
            "day",
            "en",
            (f"What day comes before {following}?", f"Which day is before {following}?"),
            f"{today} comes before {following}.",
        )


def _sums() -> Iterator[Fact]:
    for left in range(1, 10):
        for right in range(1, 10):
            total = left + right
            yield Fact(
                "sum",
                "zh",
                (f"{left}加{right}等于几？", f"{left}加{right}等于多少", f"{left}+{right}=?"),
                f"{left}加{right}等于{total}。",
            )
            yield Fact(
                "sum",
                "en",
                (f"What is {left} plus {right}?", f"{left} plus {right} is what?"),
                f"{left} plus {right} is {total}.",
            )


def _repeats() -> Iterator[Fact]:
    for word in _WORDS_ZH.split():
        yield Fact("repeat", "zh", (f"请重复：{word}", f"跟我说：{word}"), word)
    for word in _WORDS_EN.split():
        yield Fact("repeat", "en", (f"Repeat after me: {word}", f"Say this: {word}"), word)


def _greetings() -> Iterator[Fact]:
    for language, asked, answer in _GREETINGS:
        yield Fact("greeting", language, asked, answer)


def _unknown() -> Iterator[Fact]:
    for language, asked, answer in _UNKNOWN:
        yield Fact("unknown", language, asked, answer)
