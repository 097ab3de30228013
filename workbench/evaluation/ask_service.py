"""Questions for a chat service, a few at a time. Light."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from workbench.chat.endpoint import ChatEndpoint
from workbench.chat.endpoints import endpoint_named
from workbench.chat.protocol import Answer as Given
from workbench.chat.protocol import GenerationSettings
from workbench.chat.turn import ChatTurn
from workbench.errors import WorkbenchError
from workbench.evaluation.question_set import Answer, Question
from workbench.evaluation.request import EvaluationRequest, ModelToScore
from workbench.i18n import _

_AT_A_TIME = 4
"""Requests that a service works on side by side."""
_LOOK_SECONDS = 0.5
"""Between looks whether the user has stopped it: a service may keep silent for long."""


class SomeUnansweredError(WorkbenchError):
    """Why some questions have no answer. ``answers``: in the order of the questions, None for those."""

    def __init__(self, error: WorkbenchError, answers: list[Answer | None]) -> None:
        super().__init__(error.what, where=error.where, fix=error.fix)
        self.answers = answers


def ask_service(
    wanted: ModelToScore, request: EvaluationRequest, questions: Sequence[Question], *, is_stopped: Callable[[], bool]
) -> list[Answer]:
    """The service's likeliest answers, in the order of the questions.

    Raises:
        WorkbenchError: there is no such service, or its key is not set.
        SomeUnansweredError: it gives no answer to some questions, or was stopped before.
    """
    return asyncio.run(_ask_all(wanted, request, questions, is_stopped))


async def _ask_all(
    wanted: ModelToScore, request: EvaluationRequest, questions: Sequence[Question], is_stopped: Callable[[], bool]
) -> list[Answer]:
    assert wanted.endpoint is not None
    endpoint = ChatEndpoint(endpoint_named(wanted.endpoint).opened())
    settings = GenerationSettings(
        temperature=0, max_new_tokens=request.max_new_tokens, stop_words=list(request.stop_words)
    )
    room = asyncio.Semaphore(_AT_A_TIME)

    async def ask(question: Question) -> Answer:
        system = question.system or wanted.system
        turns = [
            *([ChatTurn(role="system", content=system)] if system else []),
            ChatTurn(role="user", content=question.text, images=list(map(str, question.pictures))),
        ]
        async with room:
            async for reply in endpoint.generate(turns, settings):
                if isinstance(reply, Given):
                    return Answer(reply.text, is_cut=reply.ended_by == "length")
        raise AssertionError("a service's answer ends or fails")

    try:
        asked = [asyncio.create_task(ask(question)) for question in questions]
        left = set(asked)
        while left and not is_stopped():
            _done, left = await asyncio.wait(left, timeout=_LOOK_SECONDS)
        for task in left:
            task.cancel()
        given = await asyncio.gather(*asked, return_exceptions=True)
    finally:
        await endpoint.close()
    answers = [one if isinstance(one, Answer) else None for one in given]
    for one in given:
        if isinstance(one, WorkbenchError):
            raise SomeUnansweredError(one, answers)
        if isinstance(one, BaseException) and not isinstance(one, asyncio.CancelledError):
            raise one
    if left:
        raise SomeUnansweredError(WorkbenchError(_("It was stopped.")), answers)
    return [one for one in answers if one is not None]
