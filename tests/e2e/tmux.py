"""The app in a real terminal: tmux keeps the screen, takes keys, and can be killed like a connection."""

from __future__ import annotations

import shlex
import subprocess
import time
from pathlib import Path

from tests.e2e.project import WORKBENCH, Project, wait_for

_SECONDS_BETWEEN_KEYS = 0.2


class Tmux:
    """One tmux server with the app in it.

    Args:
        socket: a path for the server of its own.
        command: instead of the app.
    """

    def __init__(self, project: Project, socket: Path, size: tuple[int, int] = (100, 30), command: str = "") -> None:
        self._socket = str(socket)
        settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in project.environment.items())
        inner = f"cd {shlex.quote(str(project.folder))} && exec env {settings} {command or shlex.quote(WORKBENCH)}"
        self._run("-f", "/dev/null", "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), inner)

    def _run(self, *arguments: str, check: bool = True) -> str:
        command = ["tmux", "-S", self._socket, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=check, timeout=20).stdout

    def press(self, *keys: str) -> None:
        """Keys by tmux's names (``F5``, ``Enter``, ``C-q``), or text to type; no faster than a person."""
        for key in keys:
            self._run("send-keys", key)
            time.sleep(_SECONDS_BETWEEN_KEYS)

    def screen(self) -> str:
        return self._run("capture-pane", "-p", check=False)

    def wait(self, text: str, seconds: float = 20.0) -> str:
        """The screen as soon as the text is on it."""
        try:
            return str(wait_for(lambda: (seen := self.screen()) and text in seen and seen, seconds, text))
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen is\n{self.screen()}") from None

    @property
    def pid(self) -> int:
        """The process in the terminal."""
        return int(self._run("display-message", "-p", "#{pane_pid}"))

    @property
    def is_over(self) -> bool:
        """Whether the command has ended, and the server with it."""
        return not self._run("list-sessions", check=False)

    def kill(self) -> None:
        """End the server as a lost terminal does: its processes are hung up."""
        self._run("kill-server", check=False)
