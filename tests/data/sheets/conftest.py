"""Small pictures, requests, and someone who watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from workbench.data.sheets.engine import Watcher
from workbench.data.sheets.make import SheetRequest
from workbench.errors import WorkbenchError
from workbench.i18n import set_language

Photos = Callable[..., Path]
Request = Callable[..., SheetRequest]


@pytest.fixture(autouse=True)
def english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of English without settings and keys of their own."""
    set_language("en")
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "user"))
    for name in ("WORKBENCH_API_URL", "WORKBENCH_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def photos(tmp_path: Path) -> Photos:
    """Makes a folder of pictures, each of another colour."""

    def make(*names: str, size: tuple[int, int] = (32, 24)) -> Path:
        folder = tmp_path / "photos"
        for number, name in enumerate(names):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", size, (number * 20 % 256, 80, 160)).save(path)
        return folder

    return make


@pytest.fixture
def request_for(tmp_path: Path) -> Request:
    """A request about pictures unless the test says otherwise."""

    def make(source: Path, url: str, **changes: Any) -> SheetRequest:
        known = {
            "task": "pictures",
            "source": str(source),
            "sheet": str(tmp_path / "out" / "sheet.json"),
            "url": url,
            "model": "seer",
            "pairs": 1,
            "language": "en",
            "parallel": 1,
        }
        (tmp_path / "out").mkdir(exist_ok=True)
        return SheetRequest(**known | changes)

    return make


@dataclass
class Notes:
    """What a watcher was told; ``stop_after``: how many reports it lets pass before it asks to stop."""

    reports: list[int] = field(default_factory=list)
    complaints: list[WorkbenchError] = field(default_factory=list)
    stop_after: int | None = None

    @property
    def watcher(self) -> Watcher:
        return Watcher(
            self.reports.append,
            self.complaints.append,
            lambda: self.stop_after is not None and len(self.reports) >= self.stop_after,
        )


@pytest.fixture
def notes() -> Notes:
    """Somebody who watches and never stops the work."""
    return Notes()
