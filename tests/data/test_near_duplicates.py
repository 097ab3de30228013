"""What counts as the same row, and as nearly the same text."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from workbench.data.conversation import Conversation, TokenRow, ToolCall, Turn
from workbench.data.near_duplicates import SIGNATURE_LENGTH, NearDuplicates, fingerprint, signature, similarity, text_of

WORDS = [f"word{number}" for number in range(2000)]


def _text(draw: random.Random, words: int = 100) -> str:
    return " ".join(draw.choices(WORDS, k=words))


def _with_one_word_changed(text: str, place: int) -> str:
    words = text.split()
    words[place] = "another"
    return " ".join(words)


def test_the_place_of_the_earlier_text_is_told():
    texts = NearDuplicates(0.9)
    assert texts.seen("Tell me in one sentence what a tide is, please.", "a.jsonl:3") is None
    assert texts.seen("Write a poem about the sea and its many ships.", "a.jsonl:4") is None
    assert texts.seen("tell me in one sentence  what a tide is, PLEASE.", "a.jsonl:5") == "a.jsonl:3"


def test_marks_that_part_sentences_make_no_difference_and_those_of_arithmetic_do():
    texts = NearDuplicates(0.9)
    assert texts.seen("What is 1+2, please? It is 3.", "1") is None
    assert texts.seen("What is 1+2 please: it is 3!") == "1"
    assert texts.seen("What is 1-2, please? It is 3.") is None


def test_long_texts_differ_by_their_words_and_not_by_blanks():
    words = " ".join(["word"] * 300_000)
    spread = Conversation((Turn("user", f"\n {words.replace(' ', chr(0x3000) + chr(9), 9)} "),))
    assert fingerprint(spread) == fingerprint(Conversation((Turn("user", words),)))
    assert fingerprint(spread) != fingerprint(Conversation((Turn("user", words.replace(" ", "", 1)),)))


def test_a_changed_word_in_a_hundred_is_nearly_the_same_and_five_are_not():
    draw = random.Random(7)
    originals = [_text(draw) for _row in range(300)]
    texts = NearDuplicates(0.9)
    for row, text in enumerate(originals):
        assert texts.seen(text, f"row {row}") is None
    found = [texts.seen(_with_one_word_changed(text, 50)) for text in originals]
    assert found == [f"row {row}" for row in range(300)]
    for row, text in enumerate(originals):
        for place in (5, 25, 45, 65, 85):
            text = _with_one_word_changed(text, place)
        assert texts.seen(text) != f"row {row}"


def test_chinese_is_compared_by_characters():
    texts = NearDuplicates(0.8)
    assert texts.seen("请用一句话解释一下什么是潮汐现象，谢谢你的帮助", "1") is None
    assert texts.seen("请用一句话解释一下什么是潮汐现象，谢谢您的帮助啊") is None
    assert texts.seen("请用一句话解释一下什么是潮汐现象，谢谢你的帮助！") == "1"


@pytest.mark.parametrize("text", ["", "  \n", "\t"])
def test_a_text_without_words_resembles_nothing(text: str):
    texts = NearDuplicates()
    assert (texts.seen(text), texts.seen(text)) == (None, None)


def test_sums_that_differ_in_a_sign_are_not_the_same():
    texts = NearDuplicates(0.9)
    assert [texts.seen(question) for question in ("3+4?", "3-4?", "3+4?")] == [None, None, "1"]


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9, 0.95, 1.0])
def test_every_threshold_finds_what_is_above_it(threshold: float):
    """Short texts, where the similarity is exact: the earlier one is found if and only if it is similar enough."""
    draw = random.Random(3)
    found = missed = wrong = 0
    for _pair in range(300):
        original = _text(draw, 60)
        words = original.split()
        for _change in range(draw.randrange(6)):
            words[draw.randrange(60)] = "another"
        texts = NearDuplicates(threshold)
        texts.seen(original)
        similar = similarity(signature(original), signature(" ".join(words))) >= threshold
        seen = texts.seen(" ".join(words)) is not None
        found, missed, wrong = (
            found + (seen and similar),
            missed + (similar and not seen),
            wrong + (seen and not similar),
        )
    assert wrong == 0
    assert missed <= 0.01 * found


def test_the_similarity_of_long_texts_is_estimated():
    draw = random.Random(5)
    shared = _text(draw, 2000)
    one, other = f"{shared} {_text(draw, 200)}", f"{shared} {_text(draw, 200)}"
    assert len(signature(one)) == SIGNATURE_LENGTH
    assert similarity(signature(one), signature(other)) == pytest.approx(2000 / 2400, abs=0.07)


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.1])
def test_a_threshold_that_is_no_share_is_refused(threshold: float):
    with pytest.raises(ValueError, match="threshold"):
        NearDuplicates(threshold)


def test_signatures_are_the_same_in_another_process():
    program = "from workbench.data.near_duplicates import signature; print(signature('One two three four. 你好吗'))"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == str(signature("One two three four. 你好吗"))


def _pair(question: str, answer: str, **answer_facts: object) -> Conversation:
    return Conversation((Turn("user", question), Turn("assistant", answer, **answer_facts)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "same",
    [
        _pair("1+1 ?", "two\nor 2"),
        _pair("1+1 ?", "two or  2 "),
        _pair("1+1 ?", "two or 2", loss=True),
    ],
)
def test_rows_that_train_the_same_have_one_fingerprint(same: Conversation):
    assert fingerprint(same) == fingerprint(_pair("1+1 ?", "two or 2"))


@pytest.mark.parametrize(
    "other",
    [
        _pair("1+1 ?", "Two or 2"),
        _pair("1+1 ?", "two or 2", loss=False),
        _pair("1+1 ?", "two or 2", tool_calls=(ToolCall("add", "{}"),)),
        _pair("1+1 ?", "two or 2", images=("a.png",)),
        Conversation(_pair("1+1 ?", "two or 2").turns, plain=True),
        Conversation(_pair("1+1 ?", "two or 2").turns, rejected=(Turn("assistant", "3"),)),
        Conversation((Turn("system", "1+1 ?"), Turn("assistant", "two or 2"))),
    ],
)
def test_rows_that_train_otherwise_have_another(other: Conversation):
    assert fingerprint(other) != fingerprint(_pair("1+1 ?", "two or 2"))


def test_rows_of_tokens_are_told_apart_too():
    row = TokenRow((1, 2, 3), (-100, 2, 3))
    assert fingerprint(row) == fingerprint(TokenRow((1, 2, 3), (-100, 2, 3)))
    assert fingerprint(row) != fingerprint(TokenRow((1, 2, 3), (-100, -100, 3)))
    assert text_of(row) == "1 2 3"


def test_all_words_of_a_row_are_compared():
    row = Conversation((Turn("user", "Q"), Turn("assistant", "A")), rejected=(Turn("assistant", "B"),))
    assert text_of(row) == "Q\nA\nB"
