"""``auto``: the tokenizer's own chat template, with the answers found in what it makes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from workbench.data.conversation import IMAGE, Conversation, Turn
from workbench.data.templates import jinja
from workbench.data.templates.answers import UnclearError, free_character, has_thought
from workbench.data.templates.messages import PICTURES, Message, messages_of, tools_of
from workbench.data.templates.picture_parts import beginning_of, in_parts, mark_in, with_surroundings
from workbench.data.templates.segment import Segment, plain_segments, with_pictures, without_loss
from workbench.data.templates.shortened import is_shortened, texts_of
from workbench.data.templates.spans import AnswerFinder, Span, Writers, marked_spans
from workbench.data.templates.special_tokens import SpecialTokens
from workbench.data.templates.tools import calls_as_text, results_said_by, tools_as_text
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

AUTO = "auto"
"""The name of the tokenizer's own chat template."""
_GENERATION = re.compile(r"\{%[-+]?\s*generation\b")
_PROBE = "\ue000"
_SHAPES_KEPT = 1000
_CALL: Message = {"id": "call00000", "type": "function", "function": {"name": _PROBE, "arguments": {}}}


@dataclass(frozen=True)
class ChatTemplate:
    """A chat template as transformers' tokenizers have it: a Jinja text, or several by name.

    Args:
        beginning: put before a text that does not begin with it, if the template is one for pictures too.
    """

    chat_template: Any
    tokens: SpecialTokens
    name: str = AUTO
    reference: str = AUTO
    beginning: str = ""

    @classmethod
    def of(cls, tokenizer: Any) -> ChatTemplate:
        """The chat template of a tokenizer.

        Raises:
            WorkbenchError: it has none.
        """
        chat_template = getattr(tokenizer, "chat_template", None)
        if jinja.source_of(chat_template, has_tools=False) is None:
            raise WorkbenchError(
                _("The tokenizer has no chat template of its own."),
                where="prompt_template",
                fix=_("Choose a prompt template by name."),
            )
        found = cls(chat_template, SpecialTokens.of(tokenizer))
        return found if found.picture_mark is None else replace(found, beginning=beginning_of(tokenizer))

    def render(self, conversation: Conversation) -> list[Segment]:
        """The whole conversation with its answers, as trained; a last question without an answer is left out.

        Raises:
            WorkbenchError: the template refuses the conversation, or changes its answers.
        """
        if conversation.plain:
            return plain_segments(conversation)
        text, spans, answers = self._written(conversation)
        if len(spans) != len(answers) and not all(turn.is_trained for turn in answers):
            raise _changed()
        trained = spans if len(spans) != len(answers) else _chosen(spans, answers)
        return _segments(text, trained, self._mark_of(conversation))

    def shortened(self, conversation: Conversation) -> tuple[int, ...]:
        """The positions of the answers among the turns of which the template leaves words out."""
        answers = [number for number, turn in enumerate(conversation.turns) if turn.role == "assistant"]
        if conversation.plain or not (
            self._has_marks or any(has_thought(conversation.turns[number].content) for number in answers)
        ):
            return ()
        try:
            text, spans, written = self._written(conversation)
        except WorkbenchError:  # refused as a whole
            return ()
        texts = texts_of(text, spans, len(written))
        found = zip(answers, written, texts, strict=True)
        return tuple(number for number, turn, where in found if is_shortened(turn.content, where))

    def render_prompt(self, turns: Sequence[Turn], tools: str = "") -> list[Segment]:
        """Everything up to where the assistant's next answer begins; nothing of it carries loss."""
        conversation = self._spelled_out(Conversation(tuple(turns), tools=tools))
        text = self._write(messages_of(conversation.turns), tools_of(conversation.tools), asks=True)
        return without_loss(_pieces(text, self._mark_of(conversation)))

    @property
    def whole_text(self) -> bool:
        """The text is tokenised as one, as transformers does."""
        return True

    @cached_property
    def picture_mark(self) -> str | None:
        """What the template writes where a picture goes; None if it was made for text only."""
        parts = [{"type": "image"}, {"type": "text", "text": _PROBE}]
        try:
            text = self._rendered([{"role": "user", "content": parts}], None)
        except WorkbenchError:
            return None
        return None if "'type'" in text else mark_in(text)  # a list that was written as it is

    def _mark_of(self, conversation: Conversation) -> str | None:
        """What stands in a text for pictures; None if there are none."""
        return (self.picture_mark or IMAGE) if conversation.images else None

    @cached_property
    def has_system(self) -> bool:
        """Whether the template writes system texts; some leave them out, some refuse them."""
        return self._writes({"role": "system", "content": _PROBE}, {"role": "user", "content": "?"})

    @cached_property
    def trains_ends(self) -> bool:
        """Whether a special token stands behind the last answer, so that a model learns where to end."""
        return self._ends[1] is not None

    @cached_property
    def stop_words(self) -> tuple[str, ...]:
        """The special tokens behind an answer that another question follows, and behind a last one."""
        return tuple(dict.fromkeys(end for end in self._ends if end))

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """The special tokens that the template writes around messages."""
        text = self._try([_question(), _answer(), _question(), _answer()])
        return tuple(token for token in self.tokens.all if token in text)

    @cached_property
    def _ends(self) -> tuple[str | None, str | None]:
        between = self._try([_question(), _answer(_PROBE), _question(), _answer()])
        last = self._try([_question(), _answer(_PROBE)])
        return self._end_behind_probe(between), self._end_behind_probe(last)

    def _end_behind_probe(self, text: str) -> str | None:
        return self.tokens.behind(text, text.index(_PROBE) + 1) if _PROBE in text else None

    def _spelled_out(self, conversation: Conversation) -> Conversation:
        """Without markup for tools in the template they are part of the texts."""
        if conversation.tools and not self._writes_tools:
            conversation = tools_as_text(conversation, "system" if self.has_system else "user")
        if not self._writes_calls:
            conversation = calls_as_text(conversation)
        return conversation if self._writes_results else results_said_by(conversation, "user")

    @cached_property
    def _writes_tools(self) -> bool:
        function = {"name": _PROBE, "description": "", "parameters": {"type": "object", "properties": {}}}
        return _PROBE in self._try([_question()], [{"type": "function", "function": function}])

    @cached_property
    def _writes_calls(self) -> bool:
        return self._writes(_question(), {**_answer(""), "tool_calls": [_CALL]})

    @cached_property
    def _writes_results(self) -> bool:
        called = {**_answer(""), "tool_calls": [_CALL | {"function": {"name": "f", "arguments": {}}}]}
        result = {"role": "tool", "content": _PROBE, "name": "f", "tool_call_id": _CALL["id"]}
        return self._writes(_question(), called, result, _answer())

    def _writes(self, *messages: Message) -> bool:
        return _PROBE in self._try(list(messages))

    def _try(self, messages: list[Message], tools: list[Any] | None = None) -> str:
        """What the template makes of a small conversation; nothing if it refuses."""
        try:
            return self._write(messages, tools)
        except WorkbenchError:
            return ""

    def _written(self, conversation: Conversation) -> tuple[str, list[Span], list[Turn]]:
        """The text, where answers stand in it, and the answers."""
        written = self._spelled_out(conversation)
        turns = _up_to_last_answer(written.turns)
        if not turns:
            return "", [], []
        text, spans = self._spans(messages_of(turns), tools_of(written.tools))
        return text, spans, [turn for turn in turns if turn.role == "assistant"]

    @cached_property
    def _has_marks(self) -> bool:
        source = jinja.source_of(self.chat_template, has_tools=False) or ""
        return _GENERATION.search(source) is not None

    def _spans(self, messages: list[Message], tools: list[Any] | None) -> tuple[str, list[Span]]:
        """The text, and where its answers stand."""
        source = jinja.source_of(self.chat_template, has_tools=bool(tools)) or ""
        try:
            if _GENERATION.search(source):
                mark = free_character("".join(message["content"] for message in messages))
                return marked_spans(self._write(messages, tools, mark=mark), mark, self.tokens)
            finder = AnswerFinder(messages, self._writers(tools), self.tokens)
            return finder.text, finder.spans()
        except UnclearError as error:
            raise _changed() from error

    def _writers(self, tools: list[Any] | None) -> Writers:
        return Writers(
            text=lambda messages: self._write(messages, tools),
            asking=lambda messages: self._write(messages, tools, asks=True),
            shape=lambda messages: self._write_shape(messages, tools),
        )

    def _write_shape(self, messages: Sequence[Message], tools: list[Any] | None) -> str:
        key = repr((messages, tools))
        if key not in self._shapes:
            if len(self._shapes) >= _SHAPES_KEPT:
                self._shapes.clear()
            self._shapes[key] = self._write(messages, tools)
        return self._shapes[key]

    @cached_property
    def _shapes(self) -> dict[str, str]:
        """What the template made of placeholders, which is half of its work."""
        return {}

    def _write(
        self, messages: Sequence[Message], tools: list[Any] | None, *, asks: bool = False, mark: str = ""
    ) -> str:
        if self.picture_mark is None:
            return self._rendered(messages, tools, asks=asks, mark=mark)
        text = self._rendered(in_parts(messages), tools, asks=asks, mark=mark)
        text = with_surroundings(text, self.picture_mark)
        return text if text.startswith(self.beginning) else self.beginning + text

    def _rendered(
        self, messages: Sequence[Message], tools: list[Any] | None, *, asks: bool = False, mark: str = ""
    ) -> str:
        source = jinja.source_of(self.chat_template, has_tools=bool(tools)) or ""
        variables = {
            **self.tokens.named,
            "messages": [{name: value for name, value in one.items() if name != PICTURES} for one in messages],
            "tools": tools,
            "documents": None,
            "add_generation_prompt": asks,
            jinja.GENERATION_MARK: mark,
        }
        try:
            return jinja.render(source, variables)
        except jinja.RefusedError as error:
            raise WorkbenchError(
                _("The chat template refuses this conversation: {reason}").format(reason=printable(str(error))),
                fix=_("Choose a prompt template by name, or write the conversation another way."),
            ) from error


def _changed() -> WorkbenchError:
    return WorkbenchError(
        _("The chat template changes the answers of this conversation, so that it is not certain what to train."),
        fix=_("Choose a prompt template by name, or write the conversation another way."),
    )


def _question() -> Message:
    return {"role": "user", "content": "?"}


def _answer(content: str = "!") -> Message:
    return {"role": "assistant", "content": content}


def _up_to_last_answer(turns: Sequence[Turn]) -> list[Turn]:
    length = max((number for number, turn in enumerate(turns, start=1) if turn.role == "assistant"), default=0)
    return list(turns[:length])


def _chosen(spans: Sequence[Span], answers: Sequence[Turn]) -> list[Span]:
    return [span for span, turn in zip(spans, answers, strict=True) if turn.is_trained]


def _segments(text: str, trained: Sequence[Span], mark: str | None) -> list[Segment]:
    segments: list[Segment] = []
    position = 0
    for begin, end in trained:
        segments += _pieces(text[position:begin], mark)
        segments.append(Segment(text[begin:end], True))
        position = end
    segments += _pieces(text[position:], mark)
    return [segment for segment in segments if segment.text]


def _pieces(text: str, mark: str | None) -> list[Segment]:
    return [Segment(text, False)] if mark is None else with_pictures(text, loss=False, mark=mark)
