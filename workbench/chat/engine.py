"""The chat engine process: ``python -m workbench.chat.engine``.

Reads requests from stdin and writes replies to stdout, a JSON object a line (`workbench.chat.protocol`). Answers are
generated on threads of their own, so that several come side by side and ``stop`` is heard at once. The engine ends
when its stdin ends.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING, BinaryIO

from pydantic import ValidationError

from workbench.chat.protocol import (
    REQUESTS,
    AttachAdapter,
    Delta,
    Done,
    Generate,
    Load,
    Loaded,
    Loading,
    Refused,
    Reply,
    Request,
    Reset,
    Stop,
)
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import user_cache

if TYPE_CHECKING:
    from workbench.chat.session import ChatSession

Send = Callable[[Reply], None]
_MEMORY_SIGNS = ("out of memory", "can't allocate memory")
"""In what torch raises on a GPU, and on a CPU."""
_KEPT_CODE = "TORCHINDUCTOR_CACHE_DIR"
"""The folder in which torch keeps what it compiled."""


class _Stages:
    """What is told while something is loaded."""

    def __init__(self, send: Send, request_id: int) -> None:
        self._send = send
        self._request_id = request_id
        self._stage = ""

    def begin(self, stage: str) -> None:
        self._stage = stage
        self._send(Loading(id=self._request_id, stage=stage))

    def go_on(self, share: float) -> None:
        self._send(Loading(id=self._request_id, stage=self._stage, share=share))


class Engine:
    """Carries out requests one after another, but for answers, which come side by side; ``stop`` overtakes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._session: ChatSession | None = None
        self._stops: dict[int, threading.Event] = {}
        self._queue: SimpleQueue[Request | None] = SimpleQueue()
        self._worker = threading.Thread(target=self._work, name="chat-engine")
        self._answering: list[threading.Thread] = []

    def start(self) -> None:
        self._worker.start()

    def take(self, request: Request) -> None:
        """Accept a request from the reading thread."""
        if isinstance(request, Stop):
            self._stop(request.answer)
            self._send(Done(id=request.id))
            return
        if isinstance(request, Generate):
            self._stops[request.id] = threading.Event()
        self._queue.put(request)

    def finish(self) -> None:
        """No more requests will come: end the running answers and wait for the worker."""
        self._stop(None)
        self._queue.put(None)
        self._worker.join()

    def _stop(self, answer: int | None) -> None:
        for request_id, stop in list(self._stops.items()):
            if answer in {None, request_id}:
                stop.set()

    def _work(self) -> None:
        while (request := self._queue.get()) is not None:
            if isinstance(request, Generate):
                thread = threading.Thread(target=self._attempt, args=(request,), name=f"chat-answer-{request.id}")
                self._answering = [other for other in self._answering if other.is_alive()] + [thread]
                thread.start()
            else:
                self._wait_for_answers()
                self._attempt(request)
        self._wait_for_answers()

    def _wait_for_answers(self) -> None:
        for thread in self._answering:
            thread.join()

    def _attempt(self, request: Request) -> None:
        try:
            self._carry_out(request)
        except WorkbenchError as error:
            self._send(Refused(id=request.id, what=error.what, where=error.where, fix=error.fix))
        except Exception as error:  # the edge of the process: the reason travels, the traceback goes to the log
            traceback.print_exc()
            hint = _("The engine's log has the details; a smaller model or 4-bit loading may fit better.")
            self._send(Refused(id=request.id, what=_reason(error), fix=hint))
        finally:
            self._stops.pop(request.id, None)

    def _carry_out(self, request: Request) -> None:
        match request:
            case Load():
                self._load(request)
            case AttachAdapter():
                stages = _Stages(self._send, request.id)
                self._need_session().attach(request, stages.begin, stages.go_on)
                self._send(self._loaded(request.id))
            case Generate():
                stages = _Stages(self._send, request.id)
                answer = self._need_session().answer(
                    request,
                    lambda text: self._send(Delta(id=request.id, text=text)),
                    self._stops[request.id],
                    stages.begin,
                )
                self._send(answer)
            case Reset():
                self._session = None
                self._send(Done(id=request.id))

    def _load(self, request: Load) -> None:
        stages = _Stages(self._send, request.id)
        stages.begin(_("Starting torch"))
        os.environ.setdefault(_KEPT_CODE, str(user_cache() / "compiled"))  # torch takes a temporary one as it starts
        from workbench.chat.session import ChatSession

        self._session = None  # the old model's memory is free before the new one comes
        session = ChatSession(request)
        session.load(stages.begin, stages.go_on)
        self._session = session
        self._send(self._loaded(request.id))

    def _need_session(self) -> ChatSession:
        if self._session is None:
            raise WorkbenchError(_("No model is loaded."), fix=_("Load a model first."))
        return self._session

    def _loaded(self, request_id: int) -> Loaded:
        session = self._need_session()
        return Loaded(
            id=request_id,
            model=session.parts.home,
            adapter=session.parts.adapter,
            llava=str(session.parts.llava.path) if session.parts.llava else None,
            sees=session.held.eyes is not None,
            prompt_template=session.template.reference,
            device=session.device,
            parameters=session.parameter_count(),
            memory_mb=session.memory_mb(),
            warnings=session.warnings,
        )


def _reason(error: Exception) -> str:
    if isinstance(error, MemoryError) or any(sign in str(error) for sign in _MEMORY_SIGNS):
        return _("The memory ran out.")
    return f"{type(error).__name__}: {error}"


def _reply_stream() -> BinaryIO:
    """The real stdout, kept for replies alone: whatever a library prints goes to stderr."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return replies


def main() -> None:
    stream, lock = _reply_stream(), threading.Lock()

    def send(reply: Reply) -> None:
        with lock:
            stream.write(reply.model_dump_json().encode() + b"\n")

    engine = Engine(send)
    engine.start()
    for line in sys.stdin.buffer:
        try:
            engine.take(REQUESTS.validate_json(line))
        except ValidationError as error:
            send(Refused(id=-1, what=str(error.errors()[0]["msg"])))
    engine.finish()


if __name__ == "__main__":
    main()
