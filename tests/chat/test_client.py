"""The app's end of the engine: several answers at once, and an engine that is killed."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from tests.chat.seeing import BASE, GREEDY, said
from workbench.chat import client
from workbench.chat.client import ChatEngine
from workbench.chat.protocol import Answer, Delta, GenerationSettings, Load, Loaded, Loading
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.heavy
_ENDLESS = GenerationSettings(temperature=5, top_k=0, top_p=1, max_new_tokens=900, seed=2)


async def test_an_engine_answers_several_at_once_and_tells_that_it_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = ChatEngine(tmp_path / "chat.log")
    try:
        assert (await _loaded(engine)).prompt_template == "internlm2_chat"
        await _one_that_nobody_hears_ends(engine)
        await _killed_in_the_middle(engine)
        monkeypatch.setattr(client, "_STOP_SECONDS", 0.5)
        await _loaded(engine)
        await _hung_in_the_middle(engine)
    finally:
        await engine.close()


async def _one_that_nobody_hears_ends(engine: ChatEngine) -> None:
    async with aclosing(engine.generate(said("你是谁"), _ENDLESS)) as left_alone:
        assert isinstance(await anext(left_alone), Delta)
    number = engine.next_id()
    endless = engine.generate(said("你是谁"), _ENDLESS, request_id=number)
    assert isinstance(await anext(endless), Delta)
    assert (await _answer(engine, GREEDY)).ended_by in {"model", "length"}
    await engine.stop(number)
    assert [reply.ended_by async for reply in endless if isinstance(reply, Answer)] == ["stopped"]


async def _killed_in_the_middle(engine: ChatEngine) -> None:
    heard = ""
    with pytest.raises(WorkbenchError) as died:
        async for reply in engine.generate(said("你是谁"), _ENDLESS):
            if isinstance(reply, Delta) and not heard:
                _process().kill()
            heard += reply.text
    assert heard
    assert "ended unexpectedly" in died.value.what
    assert "4 bits" in str(died.value.fix)
    assert not engine.running
    with pytest.raises(WorkbenchError, match="ended unexpectedly"):
        await _answer(engine, GREEDY)
    assert not engine.running, "a new one would have no model"


async def _hung_in_the_middle(engine: ChatEngine) -> None:
    """Nobody waits for an engine that does not even hear that it is to stop."""
    heard = ""
    with pytest.raises(WorkbenchError, match="did not react, and was ended"):
        async for reply in engine.generate(said("你是谁"), _ENDLESS):
            if isinstance(reply, Delta) and not heard:
                _process().suspend()
                again = asyncio.create_task(_stopped_later(engine))
                await engine.stop()
                await again
            heard += reply.text
    assert heard and not engine.running


async def _stopped_later(engine: ChatEngine) -> None:
    """As by a user who asks again."""
    await asyncio.sleep(0.2)
    await engine.stop()


def _process() -> psutil.Process:
    (process,) = (child for child in psutil.Process().children() if "workbench.chat.engine" in child.cmdline())
    return process


async def _loaded(engine: ChatEngine) -> Loaded:
    shares = []
    async for reply in engine.load(Load(id=engine.next_id(), model=BASE)):
        if isinstance(reply, Loading):
            shares.append(reply.share)
        else:
            assert 1 in shares
            return reply
    raise AssertionError


async def _answer(engine: ChatEngine, settings: GenerationSettings) -> Answer:
    async for reply in engine.generate(said("你是谁"), settings):
        if isinstance(reply, Answer):
            return reply
    raise AssertionError
