"""Only whole characters are shown, and never a stop word."""

import pytest

from workbench.chat.streaming import IncrementalDecoder, StopWordFilter


class ByteTokenizer:
    """Every token is one byte of UTF-8, as in the worst case of a byte-level vocabulary."""

    def decode(self, token_ids: list[int], *, skip_special_tokens: bool = True) -> str:
        return bytes(token_ids).decode("utf-8", errors="replace")


@pytest.mark.parametrize("text", ["hello world", "我是小明的助手", "a😀b", "", "é\n\n中"])
def test_pieces_join_to_the_whole_text_without_broken_characters(text):
    decoder = IncrementalDecoder(ByteTokenizer())
    pieces = [decoder.step(byte) for byte in text.encode()]
    pieces.append(decoder.finish())
    assert "".join(pieces) == text
    assert all("\N{REPLACEMENT CHARACTER}" not in piece for piece in pieces)


def test_an_unfinished_character_at_the_end_is_given_out_by_finish():
    decoder = IncrementalDecoder(ByteTokenizer())
    shown = [decoder.step(byte) for byte in "中".encode()[:2]]
    assert shown == ["", ""]
    assert decoder.finish() != ""


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_text_ends_before_the_stop_word_however_it_arrives(size):
    text = "The answer is 4.<|im_end|>\nmore"
    stop = StopWordFilter(["<|im_end|>"])
    shown = "".join(stop.feed(text[i : i + size]) for i in range(0, len(text), size)) + stop.finish()
    assert shown == "The answer is 4."
    assert stop.stopped


def test_what_only_looked_like_a_stop_word_is_shown_in_the_end():
    stop = StopWordFilter(["<|im_end|>"])
    first = stop.feed("1 <|im")
    assert first == "1 "
    assert first + stop.feed(" < 2") + stop.finish() == "1 <|im < 2"
    assert not stop.stopped


def test_the_earliest_of_several_stop_words_counts():
    stop = StopWordFilter(["###", "</s>"])
    assert stop.feed("a</s>b###") == "a"
