"""Calls of tools and their results reach the model, and its own markup for them stays in the answer where wanted."""

from __future__ import annotations

import json
from threading import Event
from typing import Any

import pytest

from tests.chat.seeing import GREEDY, Talk, said
from workbench.chat.generation import end_ids
from workbench.chat.pictures import with_marks
from workbench.chat.prompt import fitting_prompt
from workbench.chat.protocol import Generate, GenerationSettings
from workbench.chat.streaming import IncrementalDecoder, hidden_ids
from workbench.chat.turn import ChatCall, ChatTurn
from workbench.chat.wording import left_out
from workbench.data.conversation import ToolCall, Turn
from workbench.data.encode import encode_prompt
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy
_TOOLS = json.dumps([{"name": "clock", "description": "The time of day.", "parameters": {"type": "object"}}])
_CALL = ChatTurn(role="assistant", content="", calls=[ChatCall(name="clock", arguments='{"zone": "UTC"}', id="c1")])
_RESULT = ChatTurn(role="tool", content="12:34", tool="clock", call_id="c1")


@pytest.fixture(scope="module")
def talk() -> Talk:
    return Talk()


def prompt_text(talk: Talk, turns: list[ChatTurn], tools: str = "") -> str:
    held = talk.session.held
    prompt = fitting_prompt(turns, 8, held, talk.session.template, tools)
    return str(held.tokenizer.decode(prompt.ids, skip_special_tokens=False))


def test_tools_calls_and_results_are_in_what_the_model_is_asked_with(talk: Talk) -> None:
    text = prompt_text(talk, [*said("What time is it?"), _CALL, _RESULT], _TOOLS)
    assert text.index("The time of day.") < text.index("What time is it?") < text.index('{"zone": "UTC"}')
    assert text.index('{"zone": "UTC"}') < text.index("12:34")
    assert text.endswith("<|im_start|>assistant\n")


def test_the_turns_keep_what_templates_with_markup_for_tools_need() -> None:
    call, result = with_marks([_CALL, _RESULT])
    assert call.tool_calls == (ToolCall("clock", '{"zone": "UTC"}', "c1"),)
    assert (result.role, result.name, result.call_id) == ("tool", "clock", "c1")
    assert with_marks(said("?")) == [Turn("user", "?")]


def test_an_answer_to_a_result_is_given(talk: Talk) -> None:
    request = Generate(id=1, turns=[*said("What time is it?"), _CALL, _RESULT], settings=GREEDY, tools=_TOOLS)
    answer = talk.session.answer(request, lambda _text: None, Event())
    assert answer.tokens > 0
    assert answer.dropped_turns == 0


def test_a_whole_exchange_is_dropped_with_its_calls_and_results(talk: Talk) -> None:
    answered = ChatTurn(role="assistant", content="It is noon.")
    one = [*said("What time is it? " + "Please. " * 40), _CALL, _RESULT, answered]
    system = ChatTurn(role="system", content="Be brief.")
    turns = [system, *one * 12, *said("And now?"), _CALL, _RESULT]
    held, template = talk.session.held, talk.session.template
    prompt = fitting_prompt(turns, 8, held, template)
    assert prompt.dropped_turns > 0
    assert prompt.dropped_turns % len(one) == 0
    rest = turns[1 + prompt.dropped_turns :]
    assert fitting_prompt([system, *rest], 8, held, template).ids == prompt.ids
    assert len(prompt.ids) <= held.context - 8
    with_one_more = [system, *one, *rest]
    assert fitting_prompt(with_one_more, 8, held, template).dropped_turns == len(one)


def test_a_message_of_a_megabyte_is_refused_with_its_size(talk: Talk) -> None:
    for text in ("word " * 200_000, "x" * 1_000_000, "一" * 333_333):
        with pytest.raises(WorkbenchError, match=r"longer than the model's context: \d{5,} tokens, with room for 1012"):
            talk.ask(said("你是谁", "小明", text))


def test_a_long_text_on_tools_takes_of_the_room_for_the_answer_and_is_blamed_if_it_is_too_long(talk: Talk) -> None:
    held = talk.session.held
    hi = said("hi")

    def prompt_behind(words: int) -> int:
        told = ChatTurn(role="system", content="word " * words)
        return len(fitting_prompt([told, *hi], 2048, held, talk.session.template).ids)

    tokens = (prompt_behind(20) - prompt_behind(10)) / 10
    assert held.context // 2 < prompt_behind(int(held.context * 0.75 / tokens)) <= held.context * 7 // 8
    with pytest.raises(WorkbenchError, match="System text and message are longer") as refused:
        prompt_behind(held.context)
    assert "choose fewer" in str(refused.value.fix)


def test_a_long_conversation_is_cut_without_reading_all_of_it(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def counted(*given: Any) -> list[int]:
        ids = encode_prompt(*given)
        sizes.append(len(ids))
        return ids

    monkeypatch.setattr("workbench.chat.prompt.encode_prompt", counted)
    held = talk.session.held
    turns = said(*["What is the capital of France?", "Paris."] * 5_000, "And of Spain?")
    assert fitting_prompt(turns, 8, held, talk.session.template).dropped_turns > 9_000
    assert sum(sizes) < 10 * held.context


@pytest.mark.parametrize("kept", [(), ("<|plugin|>",), ("<|action_start|>", "<|plugin|>", "<|action_end|>", "<none>")])
def test_only_the_special_tokens_that_are_kept_are_in_the_text(talk: Talk, kept: tuple[str, ...]) -> None:
    tokenizer = talk.session.held.tokenizer
    text = 'It is<|action_start|><|plugin|>\n{"name": "clock"}<|action_end|><|im_end|>'
    decoder = IncrementalDecoder(tokenizer, hidden_ids(tokenizer, kept))
    pieces = [decoder.step(token) for token in tokenizer.encode(text, add_special_tokens=False)]
    expected = text
    for token in ("<|action_start|>", "<|plugin|>", "<|action_end|>", "<|im_end|>"):
        expected = expected if token in kept else expected.replace(token, "")
    assert "".join(pieces) + decoder.finish() == expected


def test_a_stop_word_that_is_a_special_token_ends_an_answer_and_is_not_in_it(talk: Talk) -> None:
    open_ended = GenerationSettings(temperature=1.5, top_k=0, top_p=1, max_new_tokens=40, seed=3)
    whole = talk.ask(said("Tell me a story."), open_ended)
    held = talk.session.held
    word = whole.text[len(whole.text) // 2 :][:4]
    stopped = talk.ask(said("Tell me a story."), open_ended.model_copy(update={"stop_words": [word]}))
    assert stopped.text == whole.text[: whole.text.index(word)]
    assert stopped.ended_by == "model"
    assert held.tokenizer.convert_tokens_to_ids("<|action_end|>") in end_ids(held.tokenizer, ["<|action_end|>"])


@pytest.mark.parametrize("role", ["tool", "system"])
def test_a_result_that_is_longer_than_the_context_is_cut_where_the_model_sees_it(talk: Talk, role: Any) -> None:
    long = ChatTurn(role=role, content=f"begins {'blah ' * 3000}ends", tool="clock", call_id="c1")
    turns = [*said("What time is it?"), _CALL, long]
    prompt = fitting_prompt(turns, 8, talk.session.held, talk.session.template)
    assert talk.session.held.context - 24 < len(prompt.ids) + 8 <= talk.session.held.context
    text = str(talk.session.held.tokenizer.decode(prompt.ids))
    assert f"[{prompt.cut_characters} of 15011 characters left out: they do not fit]" in text
    assert "begins blah" in text and "blah ends" in text
    request = Generate(id=1, turns=turns, settings=GREEDY.model_copy(update={"max_new_tokens": 8}))
    answer = talk.session.answer(request, lambda _text: None, Event())
    assert answer.cut_characters == prompt.cut_characters > 10_000
    assert "characters of them were left out" in left_out(answer)
    with pytest.raises(WorkbenchError, match="longer than the model's context"):
        fitting_prompt([*said("blah " * 3000), _CALL, long], 8, talk.session.held, talk.session.template)
