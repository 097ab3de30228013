"""What the app remembers from one start to the next: drafts, the last area, theme, language. On disk at every change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

from workbench.files import write_atomic
from workbench.paths import user_state


class AppState(MutableMapping[str, Any]):
    """A small mapping of plain values for one project. A connection may end at any moment, so nothing waits for exit.

    Another app on the same project writes the same file, so each change is put into what stands there now.

    A state folder that cannot be written costs the memory, not the work.
    """

    def __init__(self, project: Path) -> None:
        digest = hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:12]
        self._path = user_state() / "projects" / f"{digest}.json"
        self._values = self._read()

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        return values if isinstance(values, dict) else {}

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        if key in self._values and self._values[key] == value:
            return
        self._values = {**self._values, **self._read(), key: value}
        self._write()

    def __delitem__(self, key: str) -> None:
        self._values = {**self._values, **self._read()}
        del self._values[key]
        self._write()

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def save(self) -> None:
        """Put on disk what is not there; what another app has written since stays."""
        self._values = {**self._values, **self._read()}
        self._write()

    def _write(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            values = json.dumps(self._values, ensure_ascii=False, indent=1)
            write_atomic(self._path, values, survives_power_loss=False)  # at every key: nobody should wait for a disk
        except OSError:
            return
