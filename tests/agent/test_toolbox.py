"""Tools in a process of their own: what they are kept from, what ends them, and what of it is told."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from workbench.agent.host_messages import MOST_CHARACTERS
from workbench.agent.tool import ToolResult
from workbench.agent.toolbox import Toolbox
from workbench.agent.tools import confined
from workbench.agent.tools import python as python_tool
from workbench.agent.tools.builtin import BUILT_IN
from workbench.agent.tools.settings import SAMPLE_ARXIV, ToolError, ToolSettings
from workbench.chat.turn import ChatCall
from workbench.errors import WorkbenchError


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> ToolSettings:
    return ToolSettings(tmp_path_factory.mktemp("project"), arxiv_url=SAMPLE_ARXIV)


@pytest.fixture
async def toolbox(settings: ToolSettings) -> AsyncIterator[Toolbox]:
    toolbox = Toolbox(["calculator", "clock", "python", "arxiv_search", "read_file"], settings)
    yield toolbox
    await toolbox.close()


async def run(toolbox: Toolbox, tool: str, **arguments: object) -> ToolResult:
    return await toolbox.run(ChatCall(name=tool, arguments=json.dumps(arguments)))


def python(code: str, settings: ToolSettings) -> str:
    """What a program prints, or why it failed."""
    try:
        return python_tool.run({"code": code}, settings)
    except ToolError as error:
        return f"failed: {error}"


async def test_calls_are_carried_out_and_what_is_wrong_is_told(toolbox: Toolbox, settings: ToolSettings) -> None:
    added = await run(toolbox, "calculator", expression="1+1")
    assert (added.text, added.failed) == ("2", False) and added.seconds > 0
    assert (await run(toolbox, "calculator", expression="1+")).failed
    assert (await run(toolbox, "calculator", sum="1")).text == "unknown arguments: sum; known: expression"
    assert (await run(toolbox, "web_search", query="x")).text.startswith("unknown tool: web_search; tools: calculator")
    assert "Tool Learning" in (await run(toolbox, "arxiv_search", query="tool learning")).text
    (settings.project / "long.txt").write_text("y" * 15_000)
    long = await run(toolbox, "read_file", path="long.txt")
    assert len(long.text) < MOST_CHARACTERS + 50 and long.text.endswith("[7000 more characters left out]")
    assert not {spec.name: spec.outside for spec in toolbox.specs}["arxiv_search"]


def test_a_tool_that_there_is_not(settings: ToolSettings) -> None:
    with pytest.raises(WorkbenchError, match="no tool called calculater") as caught:
        Toolbox(["calculater"], settings)
    assert "calculator" in (caught.value.fix or "")


async def test_a_call_that_nobody_waits_for_ends_with_all_it_started(toolbox: Toolbox) -> None:
    code = "import time\nwhile True:\n    time.sleep(1)"
    hanging = asyncio.create_task(run(toolbox, "python", code=code))
    mine = psutil.Process(os.getpid())

    def programs() -> list[psutil.Process]:
        return [one for one in mine.children(recursive=True) if "confined.py" in " ".join(one.cmdline())]

    while not programs():
        await asyncio.sleep(0.05)
    (program,) = programs()
    assert (await run(toolbox, "calculator", expression="1+2")).text == "3"  # meanwhile
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    assert not program.is_running() or program.status() == psutil.STATUS_ZOMBIE
    assert (await run(toolbox, "calculator", expression="2*3")).text == "6"


async def test_the_start_of_a_tool_is_no_time_of_its_work(
    toolbox: Toolbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine whose cores are all busy, Python takes longer to start than a sum may take."""
    (tmp_path / "sitecustomize.py").write_text("import time\ntime.sleep(2.5)\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]))
    monkeypatch.setitem(BUILT_IN, "calculator", replace(BUILT_IN["calculator"], seconds=2.0))
    assert (await run(toolbox, "calculator", expression="2*3")).text == "6"


async def test_a_tool_that_takes_too_long_is_ended(
    toolbox: Toolbox, settings: ToolSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run(toolbox, "clock")
    monkeypatch.setitem(BUILT_IN, "read_file", replace(BUILT_IN["read_file"], seconds=0.0))
    late = await run(toolbox, "read_file", path="long.txt")
    assert (late.text, late.failed) == ("it took too long and was ended", True)
    assert not (await run(toolbox, "clock")).failed


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("print(1 + 1)", "2"),
        ("x = 20\nx + 1", "21"),
        ("def solution():\n    return '解'", "解"),
        ("x = 1", "[it printed nothing]"),
        ("open('a.txt', 'w').write('hi')\nprint(open('a.txt').read())", "hi"),
        ("import math, json, decimal, datetime\nprint(math.pi > 3)", "True"),
        ("import threading\nt = threading.Thread(target=print, args=('thread',))\nt.start()\nt.join()", "thread"),
    ],
)
def test_python_runs(code: str, printed: str, settings: ToolSettings) -> None:
    assert python(code, settings) == printed


def test_a_mistake_is_told_as_python_tells_it(settings: ToolSettings) -> None:
    told = python("def f():\n    return 1 / 0\nf()", settings)
    assert told.startswith('failed: File "program", line 3') and told.endswith("ZeroDivisionError: division by zero")
    assert "confined" not in told
    assert "SyntaxError" in python("print(", settings)


@pytest.mark.parametrize(
    "code",
    [
        "print(open('/etc/hostname').read())",
        "import os; print(os.listdir('/'))",
        "import os; print(os.listdir('..'))",
        "import os; print(os.listdir('/proc'))",
        "open('/tmp/never', 'w')",
        "import os; os.symlink('/etc/passwd', 'p'); print(open('p').read())",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.socket(socket.AF_UNIX)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
        "import os; os.fork()",
        "import subprocess; subprocess.run(['/bin/ls'])",
        "import os; os.execv('/bin/ls', ['ls'])",
        "import os; os.system('ls') and 1/0",
        "import multiprocessing; multiprocessing.Process(target=print).start()",
        "import os; os.kill(os.getppid(), 9)",
        "import os; os.chown('/etc/passwd', 0, 0)",
        "import os; os.chmod('/etc/passwd', 0o644)",
        "import os; os.utime('/etc/passwd')",
        "import os; os.truncate('/etc/never', 0)",
        "import os; os.setxattr('/etc/passwd', 'user.a', b'b')",
        "import os; os.link('/etc/passwd', 'p'); print(open('p').read())",
        "import os; os.nice(-5)",
        "import os; os.setuid(0); os.chroot('/')",
        "bytearray(4 << 30)",
        "open('big', 'wb').write(bytes(100 << 20))",
        "for n in range(200): globals()[f'f{n}'] = open(f'f{n}', 'w')",
        "import ctypes; ctypes.CDLL(None).syscall(165, 0, 0, 0, 0, 0) and 1/0",
    ],
)
def test_a_program_has_nothing_but_its_own_folder(code: str, settings: ToolSettings) -> None:
    told = python(code, settings)
    assert told.startswith("failed:"), told
    assert "root:" not in told


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("while True: print('x' * 10000)", "it printed more than 1 MB"),
        ("n = 0\nwhile True:\n    open(f'{n}', 'wb').write(bytes(8 << 20)); n += 1", "it wrote more than 64 MB"),
    ],
)
def test_a_program_that_prints_or_writes_without_end_is_ended(code: str, told: str, settings: ToolSettings) -> None:
    assert python(code, settings).startswith(f"failed: [ended: {told}")  # long ones lose their end


def test_where_nothing_confines_nothing_runs(
    settings: ToolSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Path(confined.__file__).read_text().replace("platform.machine()", "'unknown'")
    copy = tmp_path / "confined.py"
    copy.write_text(source)
    monkeypatch.setattr(confined, "__file__", str(copy))
    told = python("print('ran')", settings)
    assert told == "failed: Python is not run: this system cannot confine it (seccomp)"


async def test_folders_of_apps_that_were_killed_are_removed(
    toolbox: Toolbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone = subprocess.Popen(["true"])
    gone.wait()
    left, other = (tmp_path / f"workbench-tools-{owner}-x" for owner in (gone.pid, os.getpid()))
    for folder in (left, other):
        (folder / "inside").mkdir(parents=True)
    assert (await run(toolbox, "calculator", expression="1+1")).text == "2"
    assert (left.exists(), other.exists()) == (False, True)
