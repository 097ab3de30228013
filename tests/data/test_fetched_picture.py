"""A picture by its address is fetched once, within limits, and nothing else is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from workbench.data import fetched_picture
from workbench.data.fetched_picture import fetched, kept_at
from workbench.errors import WorkbenchError

_PICTURE = b"P6 1 1 255\nabc"


class _Site(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/cat.ppm")
            self.end_headers()
            return
        self.send_response(200 if self.path == "/cat.ppm" else 404)
        self.end_headers()
        self.wfile.write(_PICTURE)

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("WORKBENCH_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(fetched_picture, "_fetched_here", {})
    _Site.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_it_is_fetched_once_and_kept(site: str, tmp_path: Path) -> None:
    address = f"{site}/cat.ppm"
    assert [fetched(address).read_bytes() for _again in range(2)] == [_PICTURE] * 2
    assert kept_at(address).is_relative_to(tmp_path)
    assert _Site.asked == ["/cat.ppm"]


def test_an_address_that_moved_is_followed(site: str) -> None:
    assert fetched(f"{site}/moved").read_bytes() == _PICTURE


def test_a_site_without_it_is_told(site: str) -> None:
    with pytest.raises(WorkbenchError, match="404") as refused:
        fetched(f"{site}/none.png")
    assert refused.value.where == f"{site}/none.png"
    assert not kept_at(f"{site}/none.png").exists()


def test_more_than_a_picture_is_not_read(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetched_picture, "_MOST_BYTES", len(_PICTURE) - 1)
    with pytest.raises(WorkbenchError, match="larger than"):
        fetched(f"{site}/cat.ppm")
    assert not kept_at(f"{site}/cat.ppm").exists()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/cat.png", "http://", "http://[::1/cat.png", "https:///x"])
def test_what_cannot_be_reached_is_told(address: str, site: str) -> None:
    with pytest.raises(WorkbenchError, match="cannot be fetched"):
        fetched(address)
