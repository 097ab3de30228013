"""Running Python: a process of its own that `confined` shuts in, watched from here."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from workbench.agent.tools import confined
from workbench.agent.tools.settings import ToolError, ToolSettings

SECONDS = 20.0
MOST_OUTPUT_BYTES = 1 << 20
MOST_FOLDER_BYTES = 64 << 20
_MOST_FILES = 1000
_LOOK_SECONDS = 0.2
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def run(arguments: dict[str, Any], settings: ToolSettings) -> str:
    """What the program printed, its mistakes included.

    Raises:
        ToolError: it failed, was ended, or this system cannot confine it.
    """
    with TemporaryDirectory(prefix="workbench-python-") as place:
        folder = Path(place).resolve()
        process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", confined.__file__, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=_ENVIRONMENT | {"HOME": str(folder), "TMPDIR": str(folder)},
            start_new_session=True,
        )
        try:
            output, ended = _watched(process, arguments["code"], folder)
        finally:
            process.kill()
            process.wait()
    text = output.decode("utf-8", errors="replace").strip()
    if ended:
        raise _ended(ended, text)
    return _judged(process.returncode, text)


def _judged(status: int, text: str) -> str:
    if status == confined.REFUSED:
        raise ToolError(f"Python is not run: this system cannot confine it ({text})")
    if status == -signal.SIGXCPU or status == -signal.SIGKILL:
        raise _ended("it took more than its share of the processor or of memory", text)
    if status == -signal.SIGXFSZ:
        raise _ended(f"a file grew beyond {confined.FILE_BYTES >> 20} MB", text)
    if status != 0:
        raise ToolError(text or f"it ended with status {status}")
    return text or "[it printed nothing]"


def _ended(why: str, text: str) -> ToolError:
    """Why it was ended stands before what it printed, of which long ones lose their end."""
    return ToolError(f"[ended: {why}]\n{text}".strip())


def _watched(process: subprocess.Popen[bytes], code: str, folder: Path) -> tuple[bytes, str]:
    """What it prints until it ends; and why it was ended, empty if it ended by itself."""
    assert process.stdin is not None and process.stdout is not None
    _give(process, code)
    output, until = bytearray(), time.monotonic() + SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if time.monotonic() > until:
                return bytes(output), f"it took more than {SECONDS:.0f} seconds"
            if _is_full(folder):
                return bytes(output), f"it wrote more than {MOST_FOLDER_BYTES >> 20} MB or {_MOST_FILES} files"
            if not selector.select(_LOOK_SECONDS):
                continue
            piece = os.read(process.stdout.fileno(), 1 << 16)
            output += piece
            if len(output) > MOST_OUTPUT_BYTES:
                return bytes(output), f"it printed more than {MOST_OUTPUT_BYTES >> 20} MB"
            if not piece:
                process.wait(SECONDS)
                return bytes(output), ""


def _give(process: subprocess.Popen[bytes], code: str) -> None:
    """The program on its stdin; one that ended before reading it says why itself."""
    assert process.stdin is not None
    try:
        process.stdin.write(code.encode())
        process.stdin.close()
    except BrokenPipeError:
        return


def _is_full(folder: Path) -> bool:
    size, count = 0, 0
    for place, _folders, files in os.walk(folder):
        for name in files:
            count += 1
            try:
                size += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - many, and often
            except OSError:
                continue
            if size > MOST_FOLDER_BYTES or count > _MOST_FILES:
                return True
    return False
