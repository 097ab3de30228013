"""Tokens and labels of a conversation."""

from __future__ import annotations

from tests.data.characters import BOS, EOS, CharacterTokenizer, dialogue, marked
from tests.data.conftest import SAMPLE
from workbench.data.conversation import Conversation, Turn
from workbench.data.encode import NOT_TRAINED, encode, encode_prompt
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.read import read_file
from workbench.data.templates import get_template

CHATML = get_template("internlm2_chat")


class QWenTokenizer(CharacterTokenizer):
    """Known by its name not to begin texts with a token."""


class ChatGLMTokenizer(CharacterTokenizer):
    """Known by its name to begin texts with two tokens of its own."""


class WholeTexts(CharacterTokenizer):
    """Every text it is given is one token: its place in ``texts``."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, text: str, *, add_special_tokens: bool = False) -> list[int]:
        self.texts.append(text)
        return [len(self.texts) - 1]


class WithoutSpecialTokens(CharacterTokenizer):
    bos_token_id = None
    eos_token_id = None


def test_question_answer_and_separator_are_tokenised_each_on_its_own() -> None:
    tokenizer = WholeTexts()
    encoded = encode(dialogue("Q1", "A1", system="SYS"), get_template("internlm2_chat"), tokenizer)
    question = "<|im_start|>system\nSYS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n"
    assert tokenizer.texts == [question, "A1<|im_end|>", "\n"]
    assert encoded.input_ids == [BOS, 0, 1, 2]
    assert encoded.labels == [NOT_TRAINED, NOT_TRAINED, 1, NOT_TRAINED]


def test_labels_are_the_trained_ids_and_nothing_else(light: LightTokenizer) -> None:
    encoded = encode(dialogue("hi", "hello"), CHATML, light)
    answer = light.encode("hello<|im_end|>")
    separator = light.encode("\n")
    before = len(encoded.input_ids) - len(answer) - len(separator)
    assert encoded.labels == [NOT_TRAINED] * before + answer + [NOT_TRAINED] * len(separator)
    assert encoded.trained_tokens == len(answer)


def test_the_trained_ids_decode_to_exactly_the_answers(light: LightTokenizer) -> None:
    rows = read_file(SAMPLE / "general_dialogue.json").rows
    for row in rows:
        encoded = encode(row.sample, CHATML, light)
        trained = [label for label in encoded.labels if label != NOT_TRAINED]
        answers = [turn.content + "<|im_end|>" for turn in row.sample.turns if turn.role == "assistant"]
        assert light.decode(trained) == "".join(answers)


def test_a_sample_longer_than_allowed_loses_its_end_and_says_how_much() -> None:
    whole = encode(dialogue("Q1", "A1"), CHATML, CharacterTokenizer())
    cut = encode(dialogue("Q1", "A1"), CHATML, CharacterTokenizer(), max_length=len(whole.input_ids) - 3)
    assert whole.cut_tokens == 0
    assert cut.cut_tokens == 3
    assert (cut.input_ids, cut.labels) == (whole.input_ids[:-3], whole.labels[:-3])


def test_a_sample_of_exactly_the_length_allowed_is_whole() -> None:
    whole = encode(dialogue("Q1", "A1"), CHATML, CharacterTokenizer())
    assert encode(dialogue("Q1", "A1"), CHATML, CharacterTokenizer(), max_length=len(whole.input_ids)) == whole


def test_a_cut_that_takes_the_whole_answer_leaves_nothing_trained() -> None:
    assert encode(dialogue("Q1", "A1"), CHATML, CharacterTokenizer(), max_length=10).trained_tokens == 0


def test_tokenizers_without_a_beginning_of_text_get_none() -> None:
    with_bos = encode(dialogue("Q1", "A1"), CHATML, CharacterTokenizer()).input_ids
    assert with_bos[0] == BOS
    for tokenizer in (QWenTokenizer(), WithoutSpecialTokens()):
        assert encode(dialogue("Q1", "A1"), CHATML, tokenizer).input_ids == with_bos[1:]


def test_chatglm_begins_with_its_own_two_tokens() -> None:
    ids = encode(dialogue("Q1", "A1"), get_template("chatglm3"), ChatGLMTokenizer()).input_ids
    assert ids[:2] == [64790, 64792]
    assert BOS not in ids


def test_a_tokenizer_without_an_end_of_text_adds_none() -> None:
    template = get_template("vicuna")
    with_end = encode(dialogue("Q1", "A1"), template, CharacterTokenizer()).input_ids
    without = encode(dialogue("Q1", "A1"), template, WithoutSpecialTokens()).input_ids
    assert without == [token for token in with_end if token not in {BOS, EOS}]


def test_a_prompt_is_the_beginning_of_the_trained_sample(light: LightTokenizer) -> None:
    whole = encode(dialogue("你是谁？", "我是小明。", system="你好"), CHATML, light)
    prompt = encode_prompt(dialogue("你是谁？", system="你好").turns, CHATML, light)
    assert prompt == whole.input_ids[: len(prompt)]
    assert whole.labels[len(prompt)] != NOT_TRAINED
    assert set(whole.labels[: len(prompt)]) == {NOT_TRAINED}


def test_an_answer_that_follows_an_answer_is_an_exchange_of_its_own() -> None:
    conversation = Conversation((Turn("user", "Q"), Turn("assistant", "A"), Turn("assistant", "B")))
    assert marked(encode(conversation, get_template("vicuna"), CharacterTokenizer())) == (
        "<s>USER: Q ASSISTANT:[[A</s>]]\n<s>USER:  ASSISTANT:[[B</s>]]\n"
    )
