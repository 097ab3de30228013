"""The chat engine process: ``python -m workbench.chat.engine``.

Reads requests from stdin and writes replies to stdout, a JSON object a line (`workbench.chat.protocol`). Answers are
generated on a thread of their own so that ``stop`` is heard at once. The engine ends when its stdin ends.
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

if TYPE_CHECKING:
    from workbench.chat.session import ChatSession

Send = Callable[[Reply], None]


class Engine:
    """Carries out requests one after another; only ``stop`` overtakes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._session: ChatSession | None = None
        self._stop = threading.Event()
        self._queue: SimpleQueue[Request | None] = SimpleQueue()
        self._worker = threading.Thread(target=self._work, name="chat-engine")

    def start(self) -> None:
        self._worker.start()

    def take(self, request: Request) -> None:
        """Accept a request from the reading thread."""
        if isinstance(request, Stop):
            self._stop.set()
            self._send(Done(id=request.id))
        else:
            self._queue.put(request)

    def finish(self) -> None:
        """No more requests will come: end the running answer and wait for the worker."""
        self._stop.set()
        self._queue.put(None)
        self._worker.join()

    def _work(self) -> None:
        while (request := self._queue.get()) is not None:
            self._stop.clear()
            try:
                self._carry_out(request)
            except WorkbenchError as error:
                self._send(Refused(id=request.id, what=error.what, where=error.where, fix=error.fix))
            except Exception as error:  # the edge of the process: the reason travels, the traceback goes to the log
                traceback.print_exc()
                hint = _("The engine's log has the details; a smaller model or 4-bit loading may fit better.")
                self._send(Refused(id=request.id, what=f"{type(error).__name__}: {error}", fix=hint))

    def _carry_out(self, request: Request) -> None:
        match request:
            case Load():
                self._load(request)
            case AttachAdapter():
                self._need_session().attach(request, self._stages(request.id))
                self._send(self._loaded(request.id))
            case Generate():
                answer = self._need_session().answer(
                    request, lambda text: self._send(Delta(id=request.id, text=text)), self._stop
                )
                self._send(answer)
            case Reset():
                self._session = None
                self._send(Done(id=request.id))

    def _load(self, request: Load) -> None:
        self._send(Loading(id=request.id, stage=_("Starting torch")))
        from workbench.chat.session import ChatSession

        self._session = None  # the old model's memory is free before the new one comes
        session = ChatSession(request)
        session.load(self._stages(request.id))
        self._session = session
        self._send(self._loaded(request.id))

    def _stages(self, request_id: int) -> Callable[[str], None]:
        return lambda stage: self._send(Loading(id=request_id, stage=stage))

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
