"""A prompt template of fixed strings, and which parts of its text are trained.

The beginning-of-text token comes before the first exchange and again after an exchange that ended with the
tokenizer's end-of-text token; system and user text carry no loss; an answer carries loss together with its suffix and
end-of-text token, unless the turn says otherwise; the separator behind an answer never carries loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.data.conversation import Conversation, Turn
from workbench.data.templates.segment import Segment, plain_segments, with_pictures, without_loss
from workbench.data.templates.tools import AS_TEXT, ToolMarkup, calls_as_text, results_said_by, tools_as_text


@dataclass(frozen=True)
class PromptTemplate:
    """One dialogue format. ``{system}``, ``{input}`` and ``{round}`` are filled in literally.

    Args:
        suffix_as_eos: the suffix ends an answer instead of the tokenizer's end-of-text token.
        reference: how configs name it, if that is not its name.
        markup: how tools are written.
    """

    name: str
    instruction: str
    system: str = ""
    suffix: str = ""
    suffix_as_eos: bool = False
    sep: str = ""
    stop_words: tuple[str, ...] = ()
    reference: str = ""
    markup: ToolMarkup = AS_TEXT

    def __post_init__(self) -> None:
        if not self.reference:
            object.__setattr__(self, "reference", self.name)

    def render(self, conversation: Conversation) -> list[Segment]:
        """The whole conversation with its answers, as trained."""
        if conversation.plain:
            return plain_segments(conversation)
        segments: list[Segment] = []
        spelled_out = self._spelled_out(conversation)
        rounds = spelled_out.rounds()
        tools = self.markup.tools_written(spelled_out.tools)
        follows = [*(self._is_result(asked) for asked, _answer in rounds[1:]), False]
        for number, ((asked, answer), called) in enumerate(zip(rounds, follows, strict=False), start=1):
            if answer is None:
                break
            segments += self._asked(asked, number, tools if number == 1 else "", pictures=bool(conversation.images))
            segments += self._answered(answer, called=called)
        return segments

    def shortened(self, conversation: Conversation) -> tuple[int, ...]:
        """No answer loses a word."""
        return ()

    def render_prompt(self, turns: Sequence[Turn], tools: str = "") -> list[Segment]:
        """Everything up to where the assistant's next answer begins; nothing of it carries loss."""
        if not turns or turns[-1].role == "assistant":
            return without_loss(self.render(Conversation(tuple(turns), tools=tools)))
        answer = Turn("assistant", "")
        segments = self.render(Conversation((*turns, answer), tools=tools))
        return without_loss(segments[: -len(self._answered(answer))])

    def _spelled_out(self, conversation: Conversation) -> Conversation:
        """Without markup for tools they are part of the texts; without a system text, of what the user says."""
        if not self.markup.listed:
            conversation = tools_as_text(conversation, "system" if self.system else "user")
        with_calls = calls_as_text(conversation, self.markup.call_written if self.markup.call else None)
        return with_calls if self.system or self.markup.result else results_said_by(with_calls, "user")

    def _is_result(self, asked: Sequence[Turn]) -> bool:
        """Whether an answer is asked for with nothing but results, which the template has markup for."""
        return bool(self.markup.result and asked) and all(turn.role == "tool" for turn in asked)

    def _asked(self, asked: Sequence[Turn], number: int, tools: str, *, pictures: bool) -> list[Segment]:
        if number > 1 and self._is_result(asked):
            return [Segment(self.markup.results_written("\n".join(turn.content for turn in asked)), False)]
        begun = [Segment("", False, "bos")] if number == 1 or not self.suffix_as_eos else []
        system = "\n".join(turn.content for turn in asked if turn.role in {"system", "tool"})
        user = "".join(turn.content for turn in asked if turn.role == "user")
        text = self._question(system, user, number, tools)
        return [*begun, *(with_pictures(text, loss=False) if pictures else [Segment(text, False)])]

    def _question(self, system: str, user: str, number: int, tools: str) -> str:
        filled = tools + self.instruction.replace("{round}", str(number)).replace("{input}", user)
        return self.system.replace("{system}", system) + filled if system and self.system else filled

    def _answered(self, answer: Turn, *, called: bool = False) -> list[Segment]:
        loss = answer.is_trained
        ends_own_way = called and bool(self.markup.call_end)
        text = answer.content + (self.markup.call_end if ends_own_way else self.suffix)
        segments = with_pictures(text, loss=loss) if answer.images else [Segment(text, loss)]
        if ends_own_way:
            return segments
        if not self.suffix_as_eos:
            segments.append(Segment("", loss, "eos"))
        if self.sep:
            segments.append(Segment(self.sep, False))
        return segments

    @property
    def whole_text(self) -> bool:
        """Segments are tokenised one by one."""
        return False

    @property
    def has_system(self) -> bool:
        """Whether system texts are written; without it they are left out."""
        return bool(self.system)

    @property
    def trains_ends(self) -> bool:
        """A suffix or the end-of-text token is trained with every answer."""
        return True

    @property
    def marks(self) -> tuple[str, ...]:
        """Texts that only this template's markup contains, to recognise it by."""
        return tuple(part for part in (self.suffix, *self.stop_words) if part)
