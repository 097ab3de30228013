"""What tools that touch the outside may do: asked once, remembered per project where the user wants that.

The file lies in the user's state folder and not in the project: a project that came from elsewhere allows nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from workbench.agent.tool import ToolSpec, behind_server
from workbench.files import write_atomic
from workbench.paths import user_state

Reply = Literal["once", "always", "no", "never"]
"""What a user says to a call: this one, every one of the tool, not this one, none of the tool."""
_KEPT = {"always": True, "never": False}


@dataclass
class Consent:
    """The user's consents for one project.

    Args:
        allowed: names of tools that are allowed for this session without being remembered.
    """

    project: Path
    allowed: frozenset[str] = frozenset()
    _kept: dict[str, bool] = field(init=False)

    def __post_init__(self) -> None:
        self._kept = _of(self.project)

    def known(self, tool: ToolSpec) -> bool | None:
        """Whether a call may be made; None if the user has to be asked."""
        if not tool.outside or tool.name in self.allowed:
            return True
        return self._kept.get(_key(tool))

    @property
    def is_kept(self) -> bool:
        """Whether anything was said for always or never."""
        return bool(self._kept)

    @property
    def of_servers(self) -> dict[str, bool]:
        """What was said for always (True) or never of tools of servers: ``SERVER/TOOL``."""
        parted = ((*key.rpartition("/")[::2], said) for key, said in self._kept.items())
        return {behind_server(origin, name): said for origin, name, said in parted if origin}

    def take(self, tool: ToolSpec, reply: Reply) -> bool:
        """Whether the call may be made after this reply, which is remembered if it is for always or never.

        A state folder that cannot be written only costs the memory beyond this session.
        """
        if reply in _KEPT:
            self._kept |= {_key(tool): _KEPT[reply]}
            _keep(self.project, _of(self.project) | {_key(tool): _KEPT[reply]})
        return reply in {"once", "always"}

    def forget(self) -> None:
        """Ask again for every tool."""
        self._kept = {}
        _keep(self.project, {})


def _key(tool: ToolSpec) -> str:
    """The name with where the tool comes from: another server's tool of the same name is another tool."""
    return f"{tool.origin}/{tool.name}" if tool.origin else tool.name


def _file() -> Path:
    return user_state() / "tool_consent.json"


def _read() -> dict[str, dict[str, bool]]:
    """By project; a missing or damaged file means that nothing was said."""
    try:
        kept = json.loads(_file().read_bytes())
    except (OSError, ValueError):
        return {}
    projects = kept.items() if isinstance(kept, dict) else ()
    return {
        project: {tool: said for tool, said in tools.items() if isinstance(said, bool)}
        for project, tools in projects
        if isinstance(tools, dict)
    }


def _of(project: Path) -> dict[str, bool]:
    return _read().get(str(project.resolve()), {})


def _keep(project: Path, said: dict[str, bool]) -> None:
    kept = _read() | {str(project.resolve()): said}
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_atomic(_file(), json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
    except OSError:
        return
