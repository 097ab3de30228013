"""A real browser without a window, at the app that ``workbench serve`` gives it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.bench.screen import Screen
from tests.e2e.project import WORKBENCH, Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request, WebSocket

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
ARTIFACTS = Path(__file__).parents[2] / "build" / "test_artifacts"
"""Pictures of what the browser showed, for whoever looks at a test run."""
_KEYS = re.compile(r"F\d+|Enter|Escape|Tab|Control\+\w|Arrow\w+")
_SECONDS = 60.0


class ServedApp:
    """``workbench serve`` in a project; ``link`` opens it with the password, ``url`` without."""

    def __init__(self, project: Project, *options: str) -> None:
        self.process = subprocess.Popen(
            [WORKBENCH, "serve", "--port", "0", *options],
            cwd=project.folder,
            env=os.environ | project.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.said = ""
        while "Ctrl-C" not in self.said:
            line = self.process.stdout.readline()
            assert line, self.said
            self.said += line
        found = re.search(r"http://\S+", self.said)
        assert found is not None
        self.link = found[0]
        self.url = self.link.partition("?")[0]

    @property
    def password(self) -> str:
        return self.link.partition("password=")[2]

    def apps(self) -> list[psutil.Process]:
        """The apps of all tabs."""
        return psutil.Process(self.process.pid).children()

    def end(self) -> int:
        """Ctrl-C, and the exit code."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.said += self.process.communicate(timeout=60)[0]
        finally:
            self.process.kill()
        return self.process.returncode


class Tab:
    """A tab: what its app shows as text, and which addresses the page asked for."""

    def __init__(self, browser: Browser, size: tuple[int, int] = (1280, 800)) -> None:
        self.page: Page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        self.asked: list[str] = []
        self._screen = Screen(300, 100)
        self.page.on("request", self._note)
        self.page.on("websocket", self._listen)

    @property
    def text(self) -> str:
        return self._screen.text

    def wait(self, text: str) -> None:
        """Until the app shows something."""
        deadline = time.monotonic() + _SECONDS
        while text not in self.text:
            assert time.monotonic() < deadline, f"{text!r} is not shown:\n{self.text}"
            self.page.wait_for_timeout(50)

    def press(self, *keys: str) -> None:
        """Keys by their names, or text to type."""
        for key in keys:
            if _KEYS.fullmatch(key):
                self.page.keyboard.press(key)
            else:
                self.page.keyboard.type(key)

    def picture(self, name: str) -> Path:
        """Keep what is shown."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        path = ARTIFACTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def _note(self, request: Request) -> None:
        self.asked.append(request.url)

    def _listen(self, socket: WebSocket) -> None:
        self.asked.append(socket.url)
        socket.on("framereceived", lambda data: self._screen.feed(data) if isinstance(data, bytes) else None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium until the block ends."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
