"""A hub on this machine: the part of the Hugging Face hub's interface that its own library needs, with faults on wish."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 1000
"""Files of more bytes are kept apart, with their SHA-256."""


@dataclass
class Request:
    """What was asked for, and with which token."""

    method: str
    path: str
    token: str | None
    range: str | None


@dataclass
class Repo:
    """Files by path. ``gated``: refused with the hub's word for it."""

    files: dict[str, bytes]
    gated: bool = False
    private: bool = False


@dataclass
class Hub:
    """What the server holds, what it was asked, and how it misbehaves.

    ``cut_after``: bytes of a file after which the connection is lost, once for each number in the list.
    ``hold_after``: bytes after which nothing comes until ``release``. ``spoilt``: how often a file comes with a wrong last byte. ``busy``: how many requests are answered with 503.
    """

    url: str = ""
    repos: dict[str, Repo] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    cut_after: dict[str, list[int]] = field(default_factory=dict)
    spoilt: dict[str, int] = field(default_factory=dict)
    busy: int = 0
    hold_after: dict[str, int] = field(default_factory=dict)
    release: threading.Event = field(default_factory=threading.Event)
    no_ranges: bool = False
    stored: dict[str, bytes] = field(default_factory=dict)
    refuse_upload_after: int | None = None

    def ranges_of(self, path: str) -> list[str | None]:
        """The parts that were asked for of a file."""
        return [one.range for one in self.requests if one.method == "GET" and one.path.endswith(path)]


@contextmanager
def running_hub(**repos: dict[str, bytes]) -> Iterator[Hub]:
    """The server while the block runs; ``owner__name`` stands for ``owner/name``."""
    hub = Hub(repos={name.replace("__", "/"): Repo(files) for name, files in repos.items()})
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = _Server(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_args: Any) -> None:
        """A client that was killed or has given up is what is wanted here."""


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        token = self.headers.get("Authorization")
        self.hub.requests.append(Request(self.command, path, token, self.headers.get("Range")))
        self._body = (
            self.rfile.read(int(self.headers.get("Content-Length") or 0)) if self.command in {"POST", "PUT"} else b""
        )
        if self._body == b"" and self.headers.get("Transfer-Encoding") == "chunked":
            self._body = b"".join(self._chunks())
        if self.hub.busy and "/resolve/" in path:
            self.hub.busy -= 1
            self._json({"error": "busy"}, 503)
        elif path == "/api/repos/create":
            wanted = json.loads(self._body)
            name = f"{wanted['organization']}/{wanted['name']}"
            self.hub.repos.setdefault(
                name, Repo({}, private=wanted.get("visibility") == "private" or bool(wanted.get("private")))
            )
            self._json({"url": f"{self.hub.url}/{name}"})
        elif path == "/api/whoami-v2":
            self._json({"name": "owner"}) if token else self._json({"error": "Invalid credentials"}, 401)
        elif path == "/api/validate-yaml":
            self._json({"errors": [], "warnings": []})
        elif path.startswith("/lfs/"):
            self.hub.stored[path.removeprefix("/lfs/")] = self._body
            self._json({})
        elif ".git/info/lfs/objects/batch" in path:
            self._lfs_batch()
        elif path.startswith("/api/"):
            self._api(path.split("/")[3:])
        else:
            self._file(path.removeprefix("/datasets"))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().strip() or b"0", 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _repo(self, name: str) -> Repo | None:
        repo = self.hub.repos.get(name)
        if repo is None:
            self._json({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})
        elif repo.gated:
            self._json({"error": "gated"}, 403, {"X-Error-Code": "GatedRepo"})
            return None
        return repo

    def _api(self, parts: list[str]) -> None:
        repo = self._repo("/".join(parts[:2]))
        if repo is None:
            return
        what = parts[2] if len(parts) > 2 else "revision"
        if len(parts) > 3 and parts[3] not in {"main", COMMIT}:
            self._json({"error": "Invalid rev id"}, 404, {"X-Error-Code": "RevisionNotFound"})
        elif what == "tree":
            self._json([_entry(path, content) for path, content in repo.files.items()])
        elif what == "preupload":
            files = json.loads(self._body)["files"]
            modes = [
                {"path": one["path"], "uploadMode": "lfs" if one["size"] > LARGE else "regular", "shouldIgnore": False}
                for one in files
            ]
            self._json({"files": modes})
        elif what == "commit":
            self._commit(repo)
        else:
            siblings = [{"rfilename": path} for path in repo.files]
            self._json({"id": "/".join(parts[:2]), "sha": COMMIT, "siblings": siblings, "private": repo.private})

    def _lfs_batch(self) -> None:
        objects = []
        for one in json.loads(self._body)["objects"]:
            known = one["oid"] in self.hub.stored
            if self.hub.refuse_upload_after is not None and not known:
                if self.hub.refuse_upload_after == 0:
                    self._json({"error": "quota"}, 403)
                    return
                self.hub.refuse_upload_after -= 1
            actions = {} if known else {"actions": {"upload": {"href": f"{self.hub.url}/lfs/{one['oid']}"}}}
            objects.append({**one, **actions})
        self._json({"transfer": "basic", "objects": objects}, kind="application/vnd.git-lfs+json")

    def _commit(self, repo: Repo) -> None:
        for line in self._body.splitlines():
            item = json.loads(line)
            value = item["value"]
            if item["key"] == "file":
                repo.files[value["path"]] = base64.b64decode(value["content"])
            elif item["key"] == "lfsFile":
                repo.files[value["path"]] = self.hub.stored[value["oid"]]
        self._json(
            {"commitUrl": f"{self.hub.url}{self.path.removeprefix('/api/models')[:-5]}/{COMMIT}", "commitOid": COMMIT}
        )

    def _file(self, path: str) -> None:
        owner, name, _resolve, _revision, *rest = path.strip("/").split("/")
        repo = self._repo(f"{owner}/{name}")
        if repo is None:
            return
        file = "/".join(rest)
        if file not in repo.files:
            self._json({"error": "Entry not found"}, 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
            return
        self._send_file(file, repo.files[file])

    def _send_file(self, path: str, content: bytes) -> None:
        begin = 0
        asked = self.headers.get("Range")
        if asked and not self.hub.no_ranges:
            begin = int(asked.removeprefix("bytes=").partition("-")[0])
        headers = {
            "ETag": f'"{_digest(content)}"',
            "X-Repo-Commit": COMMIT,
            "Content-Length": str(len(content) - begin),
        }
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        body = content[begin:]
        if self.hub.spoilt.get(path, 0):
            self.hub.spoilt[path] -= 1
            body = body[:-1] + b"?"
        if path in self.hub.hold_after and not self.hub.release.is_set():
            held = self.hub.hold_after[path]
            self.wfile.write(body[:held])
            self.wfile.flush()
            self.hub.release.wait(30)
            body = body[held:]
        if cuts := self.hub.cut_after.get(path):
            self.wfile.write(body[: cuts.pop(0)])
            self.close_connection = True
            return
        self.wfile.write(body)

    def _json(
        self, answer: Any, status: int = 200, headers: dict[str, str] | None = None, kind: str = "application/json"
    ) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _entry(path: str, content: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": _git(content)}
    if len(content) > LARGE:
        entry["lfs"] = {"oid": _digest(content), "size": len(content), "pointerSize": 130}
    return entry


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if len(content) > LARGE else _git(content)


def _git(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
