"""Rows as long as those of real instruction data, of words made from the sample project's; deterministic by seed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from itertools import accumulate, islice
from pathlib import Path

from sample_data.knowledge import facts

_WORDS = 80_000
_DIFFERENT_ROWS = 100_000
_CHINESE_SHARE = 0.15
_WITH_INPUT = 0.4
_COMMA_SHARE = 0.06
_NEW_SHARE = 0.01
"""Words that stand nowhere else: with them 7 of 100 words are new in a text of 4 million, as in English docs."""
_SENTENCE = (5, 20)
_MOST_WORDS = 350
"""So that no row is longer than what is trained at once: engines differ in what they do to such rows."""
# the median number of words and the spread of its logarithm
_INSTRUCTION, _INPUT, _OUTPUT = (10, 0.4), (14, 0.9), (38, 1.0)
_ENDS = (". ", ".\n", "? ", ": ", ".\n\n- ")
_END_WEIGHTS = (70, 12, 8, 6, 4)


class RowMaker:
    """Draws rows with ``instruction``, ``input`` (empty in most) and ``output``."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        texts = [text for fact in facts() for text in (*fact.questions, fact.answer)]
        self._english = _many_words(texts)
        self._chinese = sorted({part for text in texts for part in re.findall(r"[\u4e00-\u9fff]{1,3}", text)})
        # the second word of a language is about half as frequent as the first, the third a third (Zipf)
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self._english))))

    def rows(self) -> Iterator[dict[str, str]]:
        """Rows without end."""
        while True:
            chinese = self._random.random() < _CHINESE_SHARE
            with_input = self._random.random() < _WITH_INPUT
            yield {
                "instruction": self._text(_INSTRUCTION, chinese),
                "input": self._text(_INPUT, chinese) if with_input else "",
                "output": self._text(_OUTPUT, chinese),
            }

    def _text(self, length: tuple[float, float], chinese: bool) -> str:
        median, spread = length
        words = max(1, min(round(median * self._random.lognormvariate(0, spread)), _MOST_WORDS))
        sentences = []
        while words > 0:
            count = min(words, self._random.randint(*_SENTENCE))
            sentences.append(self._chinese_sentence(count) if chinese else self._sentence(count))
            words -= count
        return "".join(sentences).rstrip("\n- ")

    def _sentence(self, count: int) -> str:
        words = self._random.choices(self._english, cum_weights=self._weights, k=count)
        words[0] = words[0].capitalize()
        if self._random.random() < _COMMA_SHARE * count:
            words[count // 2] += ","
        if self._random.random() < _NEW_SHARE * count:
            words[-1] = "".join(self._random.choices(self._english, k=3)).lower()
        return " ".join(words) + self._random.choices(_ENDS, _END_WEIGHTS)[0]

    def _chinese_sentence(self, count: int) -> str:
        return "".join(self._random.choices(self._chinese, k=count)) + "。"


def write_rows(path: Path, count: int, seed: int = 1) -> None:
    """Write JSONL. Of very many rows all after the first ones repeat those, or writing would take longer than reading."""
    rows = islice(RowMaker(seed).rows(), min(count, _DIFFERENT_ROWS))
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    with path.open("w", encoding="utf-8") as stream:
        for begin in range(0, count, _DIFFERENT_ROWS):
            stream.writelines(lines[: count - begin])


def _many_words(texts: list[str]) -> list[str]:
    """The words of the texts first, then numbers and words put together from parts of them, in a fixed order."""
    known = list(dict.fromkeys(word for text in texts for word in re.findall("[A-Za-z]+", text)))
    draw = random.Random(0)
    words = dict.fromkeys(known)
    while len(words) < _WORDS:
        first, second = draw.choice(known), draw.choice(known)
        made = first[: draw.randint(1, 5)].lower() + second[-draw.randint(1, 5) :].lower()
        words[str(draw.randint(0, 9999)) if draw.random() < 0.02 else made] = None
    return list(words)
