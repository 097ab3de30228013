"""The fixed texts that a prompt template puts around what is said: what other programs' templates are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.data.conversation import Turn
from workbench.data.templates import ChatTemplate, PromptTemplate, Segment, Template
from workbench.errors import WorkbenchError

ROUND = "{round}"
_SYSTEM, _USER, _ANSWER, _LAST = "\ue001", "\ue002", "\ue003", "\ue004"


@dataclass(frozen=True)
class Pieces:
    """A conversation is, for every question: ``opening`` + question + ``asking`` + answer + ``closing``.

    With a system text the first opening is ``before_system`` + system text + ``after_system`` instead. ``begin``: the
    beginning of the text. ``has_system``: whether system texts are written at all. What is around a question may hold
    `ROUND`, which stands for its number.
    """

    begin: str
    opening: str
    before_system: str
    after_system: str
    asking: str
    closing: str
    has_system: bool

    def prompt(self, system: str, questions: Sequence[str], answers: Sequence[str]) -> str:
        """The text up to where the next answer begins; one question more than answers."""
        parts = [self.begin]
        for number, question in enumerate(questions):
            with_system = number == 0 and bool(system) and self.has_system
            opening = self.before_system + system + self.after_system if with_system else self.opening
            counted = (text.replace(ROUND, str(number + 1)) for text in (opening, self.asking))
            parts.append(question.join(counted))
            if number < len(answers):
                parts.append(answers[number] + self.closing)
        return "".join(parts)


def pieces_of(template: Template, bos: str, eos: str) -> Pieces | None:
    """The pieces of a template; None for a chat template that is no such sequence of them.

    Args:
        bos: the text of the tokenizer's beginning-of-text token, empty if it has none; ``eos`` likewise.
    """
    if isinstance(template, PromptTemplate):
        return _of_strings(template, bos, eos)
    return _of_chat_template(template, bos) if isinstance(template, ChatTemplate) else None


def begins_with(template: Template, bos: str) -> bool:
    """Whether a conversation begins with the beginning-of-text token."""
    if isinstance(template, PromptTemplate):
        return True
    try:
        return _text(template.render_prompt([Turn("user", _USER)])).startswith(bos)
    except WorkbenchError:
        return False


def _of_strings(template: PromptTemplate, bos: str, eos: str) -> Pieces:
    opening, asking = template.instruction.split("{input}")
    before, _mark, after = template.system.partition("{system}")
    end = template.suffix + template.sep if template.suffix_as_eos else template.suffix + eos + template.sep + bos
    return Pieces(bos, opening, before, after + opening, asking, end, bool(template.system))


def _of_chat_template(template: ChatTemplate, bos: str) -> Pieces | None:
    """Found by rendering marks; what the pieces make must then be what the template makes."""
    try:
        alone = _text(template.render_prompt([Turn("user", _USER)]))
        again = _text(template.render_prompt([Turn("user", _USER), Turn("assistant", _ANSWER), Turn("user", _LAST)]))
        told = _text(template.render_prompt([Turn("system", _SYSTEM), Turn("user", _USER)]))
    except WorkbenchError:
        return None
    begin = bos if bos and alone.startswith(bos) else ""
    opening, _mark, asking = alone.removeprefix(begin).partition(_USER)
    closing = again.partition(_ANSWER)[2].partition(_LAST)[0].removesuffix(opening)
    has_system = _SYSTEM in told
    before, _mark, rest = told.removeprefix(begin).partition(_SYSTEM)
    pieces = Pieces(begin, opening, before, rest.partition(_USER)[0], asking, closing, has_system)
    makes = (
        pieces.prompt("", [_USER], []),
        pieces.prompt("", [_USER, _LAST], [_ANSWER]),
        pieces.prompt(_SYSTEM if has_system else "", [_USER], []),
    )
    return pieces if makes == (alone, again, told) else None


def _text(segments: Sequence[Segment]) -> str:
    return "".join(segment.text for segment in segments)
