"""Ctrl+c while an answer comes, and at a prompt in the middle of it."""

from __future__ import annotations

import asyncio
import os
import signal
from io import StringIO

from workbench.chat.interrupts import Interrupts


class _Interrupting(StringIO):
    """Somebody presses ctrl+c instead of typing."""

    def readline(self, size: int | None = -1, /) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return super().readline()


async def test_an_interrupt_asks_the_answer_to_stop() -> None:
    stopped = asyncio.Event()

    async def stop() -> None:
        stopped.set()

    with Interrupts(stop) as interrupts:
        assert interrupts.typed(StringIO("yes\n")) == "yes\n"
        assert not stopped.is_set()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(stopped.wait(), 60)
        stopped.clear()
        assert interrupts.typed(_Interrupting("never\n")) == ""
        await asyncio.wait_for(stopped.wait(), 60)
        stopped.clear()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(stopped.wait(), 60)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
