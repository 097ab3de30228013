"""The app's end of the chat engine: start it, ask it, hear its replies."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from workbench.chat.protocol import (
    REPLIES,
    Answer,
    AttachAdapter,
    Delta,
    Done,
    Generate,
    GenerationSettings,
    Load,
    Loaded,
    Loading,
    Parts,
    Refused,
    Reply,
    Request,
    Reset,
    Stop,
)
from workbench.chat.turn import ChatTurn
from workbench.errors import WorkbenchError
from workbench.i18n import _, current_language

_LONGEST_LINE = 64 * 1024 * 1024
_STOP_SECONDS = 15.0
"""The engine hears requests also while it answers; one that does not say so for so long hangs."""


class ChatEngine:
    """A running engine process. Use one per chat pane; `close` ends it.

    Args:
        log_path: the engine's stderr goes there, tracebacks included.
    """

    def __init__(self, log_path: Path) -> None:
        self._log_path = log_path
        self._process: Process | None = None
        self._hung: Process | None = None
        """The process that was ended as it did not react."""
        self._reader: asyncio.Task[None] | None = None
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Queue[Reply]] = {}
        """Of the process that runs now: one that has ended tells nobody who waits for the next."""

    async def load(self, request: Load | AttachAdapter) -> AsyncIterator[Loading | Loaded]:
        """Load a model, or change what is on the loaded one; yields each stage, then what was loaded.

        Raises:
            WorkbenchError: it could not be loaded, or the engine died.
        """
        async for reply in self._ask(request):
            if isinstance(reply, Loading | Loaded):
                yield reply

    async def attach(self, request: AttachAdapter) -> Loaded:
        """Change what is on the loaded model.

        Raises:
            WorkbenchError: it does not fit, or the engine died.
        """
        async for reply in self.load(request):
            if isinstance(reply, Loaded):
                return reply
        raise self._died()

    async def generate(
        self,
        turns: list[ChatTurn],
        settings: GenerationSettings,
        *,
        parts: Parts | None = None,
        tools: str = "",
        kept_tokens: Sequence[str] = (),
        request_id: int | None = None,
    ) -> AsyncGenerator[Delta | Answer, None]:
        """Answer the last turn; yields pieces of text, then the whole answer with its figures.

        Several may be asked for at once; see `Generate`. One that is no longer listened to ends.

        Args:
            request_id: one from `next_id`, to `stop` this answer alone.

        Raises:
            WorkbenchError: there is no answer, or the engine died.
        """
        request = Generate(
            id=self.next_id() if request_id is None else request_id,
            turns=turns,
            settings=settings,
            parts=parts,
            tools=tools,
            kept_tokens=list(kept_tokens),
        )
        async for reply in self._ask(request):
            if isinstance(reply, Delta | Answer):
                yield reply

    async def stop(self, answer: int | None = None) -> None:
        """End the answer to a request, or all that are running; an engine that does not react is ended."""
        with suppress(TimeoutError, WorkbenchError):  # one that has ended answers nothing any more
            async with asyncio.timeout(_STOP_SECONDS):
                async for _reply in self._ask(Stop(id=self.next_id(), answer=answer)):
                    return
        if self._process is not None and self.running:
            self._hung = self._process
            self._process.kill()

    async def reset(self) -> None:
        """Unload the model."""
        async for _reply in self._ask(Reset(id=self.next_id())):
            return

    def next_id(self) -> int:
        """A request id not used before."""
        return next(self._ids)

    @property
    def running(self) -> bool:
        """Whether the engine process lives."""
        return self._process is not None and self._process.returncode is None

    async def settle(self) -> None:
        """Learn of an end of the process that came while the loop stood still."""
        if self._process is not None and self.running and _has_ended(self._process.pid):
            await self._process.wait()

    async def close(self) -> None:
        """End the engine; it gets a moment to leave by itself."""
        if self._process is None:
            return
        if self._process.stdin:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(2):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._reader:
            await self._reader
        self._process = None

    async def _ask(self, request: Request) -> AsyncIterator[Reply]:
        if isinstance(request, Load):
            await self._ensure_running()
        elif not self.running:  # a new process would have no model, and be taken for the one that had
            raise (
                self._died()
                if self._process
                else WorkbenchError(_("No model is loaded."), fix=_("Load a model first."))
            )
        assert self._process is not None and self._process.stdin is not None
        replies: asyncio.Queue[Reply] = asyncio.Queue()
        waiting = self._waiting
        waiting[request.id] = replies
        ended = False
        try:
            self._write(request)
            await self._process.stdin.drain()
            while True:
                reply = await replies.get()
                ended = isinstance(reply, Loaded | Answer | Done | Refused)
                if isinstance(reply, Refused):
                    raise WorkbenchError(reply.what, where=reply.where, fix=reply.fix)
                yield reply
                if ended:
                    return
        except (BrokenPipeError, ConnectionResetError) as error:
            raise self._died() from error
        finally:
            waiting.pop(request.id, None)
            if isinstance(request, Generate) and not ended and self.running:
                self._write(Stop(id=self.next_id(), answer=request.id))

    def _write(self, request: Request) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(request.model_dump_json().encode() + b"\n")

    async def _ensure_running(self) -> None:
        if self.running:
            return
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        with self._log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # a folder called workbench in the project must not shadow the package
                "-m",
                "workbench.chat.engine",
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                limit=_LONGEST_LINE,
                process_group=0,  # ctrl+c on a plain terminal is for the chat; the engine ends with its input
                env=os.environ | {"WORKBENCH_LANG": current_language()},
            )
        self._waiting = {}
        hearing = self._hear(self._process, self._waiting)
        self._reader = asyncio.create_task(hearing, name="chat-engine-replies")

    async def _hear(self, process: Process, waiting: dict[int, asyncio.Queue[Reply]]) -> None:
        """Hand each reply to whoever asked; when the engine ends, tell everybody still waiting."""
        assert process.stdout is not None
        async for line in process.stdout:
            try:
                reply = REPLIES.validate_json(line)
            except ValidationError:
                continue
            if reply.id in waiting:
                waiting[reply.id].put_nowait(reply)
        await process.wait()  # whoever is told must also find that it no longer runs
        error = self._died()
        for request_id, replies in waiting.items():
            replies.put_nowait(Refused(id=request_id, what=error.what, where=error.where, fix=error.fix))

    def _died(self) -> WorkbenchError:
        if self._hung is not None and self._hung is self._process:
            return WorkbenchError(
                _("The chat engine did not react, and was ended."),
                where=str(self._log_path),
                fix=_("Ask again: the model is loaded anew."),
            )
        killed = self._process is not None and self._process.returncode == -signal.SIGKILL
        return WorkbenchError(
            _("The chat engine ended unexpectedly."),
            where=str(self._log_path),
            fix=_(
                "It was killed, as a system does when memory runs out: load the model in 4 bits or choose a smaller one."
            )
            if killed
            else _("Its log says why; if memory ran out, load the model in 4 bits or choose a smaller one."),
        )


def _has_ended(pid: int) -> bool:
    import psutil

    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
