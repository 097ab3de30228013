"""The app's end of a tool host: start it, ask it, end it when a call does not come back."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import psutil
from pydantic import ValidationError

from workbench.agent.host_messages import REPLIES, Begun, CancelCall, Found, HostRequest, Result
from workbench.i18n import current_language

_LONGEST_LINE = 16 << 20
_LONGEST_LOG = 1 << 20
"""Bytes; a longer one is begun anew."""
_END_SECONDS = 2.0
_SCRATCH = "workbench-tools-"
"""How the names of temporary folders begin; the id of the app's process follows."""


class HostDiedError(Exception):
    """The host ended before it replied."""


class HostProcess:
    """A host that is started when it is first asked, and again after it ended.

    Args:
        module: what runs in it, with its ``arguments``.
        dies_with_call: a call that nobody waits for any more ends the host; else the host is told.
        log: gets the stderr of the host and of what it starts at its end; None leaves it out.
    """

    def __init__(self, module: str, *arguments: str, dies_with_call: bool, log: Path | None = None) -> None:
        self._command = (sys.executable, "-P", "-m", module, *arguments)
        self._dies_with_call = dies_with_call
        self._log = log or Path(os.devnull)
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._scratch: TemporaryDirectory[str] | None = None
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Found | Result]] = {}
        self._begun: dict[int, asyncio.Event] = {}
        self._starting = asyncio.Lock()

    def next_id(self) -> int:
        """A request id not used before."""
        return next(self._ids)

    async def ask(self, request: HostRequest, seconds: float, *, to_begin: float = 0.0) -> Found | Result:
        """The reply to a request.

        Args:
            to_begin: seconds that pass at most before its work begins, where the host tells that; they come on top.

        Raises:
            TimeoutError: it did not come in time; what was going on has been ended.
            HostDiedError: the host ended.
        """
        process = await self._running()
        assert process.stdin is not None
        reply: asyncio.Future[Found | Result] = asyncio.get_running_loop().create_future()
        self._waiting[request.id], self._begun[request.id] = reply, asyncio.Event()
        try:
            process.stdin.write(request.model_dump_json().encode() + b"\n")
            if to_begin:
                async with asyncio.timeout(to_begin):
                    await self._begun[request.id].wait()
            async with asyncio.timeout(seconds):
                return await reply
        except (TimeoutError, asyncio.CancelledError):
            await self._abandon(request.id)
            raise
        finally:
            self._waiting.pop(request.id, None)
            self._begun.pop(request.id, None)

    async def close(self) -> None:
        """End the host; it gets a moment to leave by itself."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(_END_SECONDS):
                    await self._process.wait()
        await self._end()

    async def _abandon(self, request_id: int) -> None:
        if self._dies_with_call:
            await self._end()
        elif self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(CancelCall(id=request_id).model_dump_json().encode() + b"\n")

    async def _end(self) -> None:
        """End the host and whatever it started, and remove its temporary files."""
        if self._process is None:
            return
        process, self._process = self._process, None
        started: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):
            started = psutil.Process(process.pid).children(recursive=True)
        for child in started:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await _ended(started)
        if self._reader is not None:
            await self._reader
        if self._scratch is not None:
            self._scratch.cleanup()

    async def _running(self) -> Process:
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                self._process = await self._start()
            return self._process

    async def _start(self) -> Process:
        await self._end()
        _remove_left_folders()
        self._scratch = TemporaryDirectory(prefix=f"{_SCRATCH}{os.getpid()}-", ignore_cleanup_errors=True)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab" if _is_short(self._log) else "wb") as log:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                limit=_LONGEST_LINE,
                process_group=0,  # ctrl+c on a plain terminal is for the chat; the host ends with its input
                env=os.environ | {"TMPDIR": self._scratch.name, "WORKBENCH_LANG": current_language()},
            )
        self._reader = asyncio.create_task(self._hear(process), name="tool-host-replies")
        return process

    async def _hear(self, process: Process) -> None:
        """Hand each reply to whoever asked; when the host ends, tell everybody still waiting."""
        assert process.stdout is not None
        with suppress(ValueError):  # a line that is longer than any reply
            async for line in process.stdout:
                try:
                    reply = REPLIES.validate_json(line)
                except ValidationError:
                    continue
                if (begun := self._begun.get(reply.id)) is not None:
                    begun.set()
                if isinstance(reply, Begun):
                    continue
                waiting = self._waiting.get(reply.id)
                if waiting is not None and not waiting.done():
                    waiting.set_result(reply)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(HostDiedError())
        for begun in self._begun.values():
            begun.set()


async def _ended(killed: list[psutil.Process]) -> None:
    """Wait until the kernel has ended processes that were killed: until then they may still write to their folder."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_END_SECONDS):
            while any(map(_lives, killed)):
                await asyncio.sleep(0.01)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_short(log: Path) -> bool:
    return not log.exists() or log.stat().st_size < _LONGEST_LOG


def _remove_left_folders() -> None:
    """Remove the temporary folders of apps that ended at once, as with a lost terminal."""
    for folder in Path(gettempdir()).glob(f"{_SCRATCH}*-*"):
        owner = folder.name.removeprefix(_SCRATCH).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
