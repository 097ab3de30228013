"""Many questions on a plain terminal: one that has no answer does not end the others."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
from asyncio.subprocess import PIPE
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path

import psutil
import pytest

from tests.chat.services import failing, falling_silent, said, streamed
from tests.data.sheets.played_endpoint import Asked, Reply, playing
from workbench.chat.conversations import saved_conversations
from workbench.chat.endpoints import KnownEndpoint, keep_endpoint
from workbench.chat.protocol import GenerationSettings, Load
from workbench.chat.repl import PlainChat, chat_plainly
from workbench.errors import WorkbenchError


def moody(asked: Asked) -> Reply:
    """Has no answer to ``X``."""
    return failing(500, "overloaded") if asked.text == "X" else streamed(said(f"Yes, {asked.text}."))


def test_the_others_are_asked_and_the_failure_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "config"))
    load = Load(id=0, model="endpoint:moody")
    with playing(moody) as service:
        keep_endpoint(KnownEndpoint(name="moody", url=service.url, model="m"))

        def chat(typed: str) -> PlainChat:
            log = tmp_path / "chat.log"
            return PlainChat(load, "", GenerationSettings(), tmp_path, log, as_json=True, questions=StringIO(typed))

        assert chat_plainly(chat("hi\nX\nho\n"), []) == 1
        first, failed, third = map(json.loads, capsys.readouterr().out.splitlines())
        assert (first["answer"], third["answer"]) == ("Yes, hi.", "Yes, ho.")
        assert (failed["question"], "overloaded" in failed["error"]["what"]) == ("X", True)
        ((_path, kept),) = saved_conversations(tmp_path)
        assert [turn.content for turn in kept.turns] == ["hi", "Yes, hi.", "ho", "Yes, ho."]
        assert chat_plainly(chat(""), ["X"]) == 1
        assert json.loads(capsys.readouterr().out)["question"] == "X"
        text = chat("")
        text.as_json = False
        with pytest.raises(WorkbenchError, match="overloaded"):
            chat_plainly(text, ["X"])

        assert chat_plainly(chat("\udcc4\udce3\nho\n"), []) == 1  # as bytes that are no UTF-8 come in
        failed, second = map(json.loads, capsys.readouterr().out.splitlines())
        assert (failed["question"], failed["error"]["what"]) == ("??", "This is no text in UTF-8.")
        assert chat_plainly(chat("\ufeffhi\n\udcc4\n"), []) == 1
        first, failed = map(json.loads, capsys.readouterr().out.splitlines())
        assert (first["question"], "answer" in failed) == ("hi", False)
        assert second["answer"] == "Yes, ho."


def test_what_came_of_an_answer_that_broke_off_is_kept_and_the_error_has_its_own_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "config"))
    with playing(lambda _asked: streamed(said("Half an ans"), end=False)) as service:
        keep_endpoint(KnownEndpoint(name="moody", url=service.url, model="m"))
        load = Load(id=0, model="endpoint:moody")
        with pytest.raises(WorkbenchError, match="broke off"):
            chat_plainly(PlainChat(load, "", GenerationSettings(), tmp_path, tmp_path / "chat.log"), ["hi"])
        assert capsys.readouterr().out == "Half an ans\n"
        plain = PlainChat(load, "", GenerationSettings(), tmp_path / "json", tmp_path / "chat.log", as_json=True)
        assert chat_plainly(plain, ["hi"]) == 1
        row = json.loads(capsys.readouterr().out)
        assert (row["question"], row["answer"]) == ("hi", "Half an ans") and "broke off" in row["error"]["what"]
    ((_path, kept),) = saved_conversations(tmp_path)
    assert [turn.content for turn in kept.turns] == ["hi", "Half an ans"]
    assert kept.turns[-1].figures is not None and kept.turns[-1].figures.ended_by == "broken"


def test_a_conversation_that_begins_anew_leaves_the_one_before_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "config"))
    with playing(lambda asked: streamed(said(f"Heard {asked.text}"))) as service:
        keep_endpoint(KnownEndpoint(name="played", url=service.url, model="m"))
        load, typed = Load(id=0, model="endpoint:played"), StringIO("one\nRESET\nRESET\ntwo\nthree\n")
        chat = PlainChat(load, "", GenerationSettings(), tmp_path, tmp_path / "chat.log", questions=typed)
        assert chat_plainly(chat, []) == 0
        assert len(service.asked[1].body["messages"]) == 1, "what was said before is forgotten"
    newest, oldest = (kept for _path, kept in saved_conversations(tmp_path))
    assert [turn.content for turn in oldest.turns] == ["one", "Heard one"]
    assert [turn.content for turn in newest.turns] == ["two", "Heard two", "three", "Heard three"]


def test_ctrl_c_where_nobody_types_ends_all_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "config"))
    before = signal.getsignal(signal.SIGINT)

    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1.0)

    with playing(lambda _asked: replace(streamed(said("Yes.")), before=interrupt)) as service:
        keep_endpoint(KnownEndpoint(name="slow", url=service.url, model="m"))
        load, typed = Load(id=0, model="endpoint:slow"), StringIO("one\ntwo\n")
        chat = PlainChat(load, "", GenerationSettings(), tmp_path, tmp_path / "chat.log", questions=typed)
        try:
            with pytest.raises(SystemExit) as ended:
                chat_plainly(chat, [])
        finally:
            signal.signal(signal.SIGINT, before)
        assert ended.value.code == 130
        assert [asked.text for asked in service.asked] == ["one"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_what_came_is_kept_if_the_process_is_asked_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """As by a line that is cut."""
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("WORKBENCH_STATE_DIR", str(tmp_path / "state"))
    async with falling_silent(said("Half ")) as url:
        keep_endpoint(KnownEndpoint(name="slow", url=url, model="m"))
        command = (sys.executable, "-m", "workbench", "chat", "endpoint:slow", "-m", "one", "-m", "two")
        usual = partial(signal.signal, number, signal.SIG_DFL)  # which whoever runs the tests may have changed
        chat = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, stdout=PIPE, stderr=PIPE, preexec_fn=usual)
        assert chat.stdout is not None
        assert await chat.stdout.readexactly(5) == b"Half "
        chat.send_signal(number)
        assert await asyncio.wait_for(chat.wait(), 30) == 128 + number
    ((_path, kept),) = saved_conversations(tmp_path)
    assert [turn.content for turn in kept.turns] == ["one", "Half "]


class _Typed(StringIO):
    """The same question three times; the engine is ended before the second, or while that is answered."""

    def __init__(self, *, by_hand: bool, while_answered: bool) -> None:
        super().__init__()
        self._by_hand, self._while_answered, self._typed = by_hand, while_answered, 0

    def isatty(self) -> bool:
        return self._by_hand

    def readline(self, _size: int | None = -1, /) -> str:
        self._typed += 1
        if self._typed == 2:
            (engine,) = (child for child in psutil.Process().children() if "workbench.chat.engine" in child.cmdline())
            if self._while_answered:
                engine.suspend()
                threading.Timer(0.5, engine.kill).start()
            else:
                engine.kill()
                engine.wait()
        return "Who are you?\n" if self._typed <= 3 else ""


def _asked_thrice(folder: Path, typed: _Typed) -> int:
    load = Load(id=0, model="sample:model")
    log = folder / "chat.log"
    return chat_plainly(PlainChat(load, "", GenerationSettings(), folder, log, as_json=True, questions=typed), [])


@pytest.mark.heavy
@pytest.mark.parametrize("by_hand", [True, False])
def test_a_model_whose_engine_was_killed_is_loaded_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], by_hand: bool
) -> None:
    assert _asked_thrice(tmp_path, _Typed(by_hand=by_hand, while_answered=True)) == (0 if by_hand else 1)
    out, err = capsys.readouterr()
    first, lost, again = map(json.loads, out.splitlines())
    assert first["answer"] == again["answer"] == "I am the sample model of workbench."
    assert (lost["question"], "ended unexpectedly" in lost["error"]["what"]) == ("Who are you?", True)
    assert "answer" not in lost
    assert err.count("Ready:") == 2
    assert ("loads the model again" in err) == by_hand
    ((_path, kept),) = saved_conversations(tmp_path)
    assert [turn.role for turn in kept.turns] == ["user", "assistant"] * 2


@pytest.mark.heavy
def test_a_question_behind_the_end_of_the_engine_is_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _asked_thrice(tmp_path, _Typed(by_hand=True, while_answered=False)) == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["answer"] for line in out.splitlines()] == ["I am the sample model of workbench."] * 3
    assert err.count("Ready:") == 2
