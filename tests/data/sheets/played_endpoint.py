"""A chat service on this machine: a real HTTP server that says what a test tells it to."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-secret-0123456789abcdef"
_IMAGE_NAME = re.compile(r'"image": "([^"]+)"')


@dataclass
class Reply:
    """One HTTP answer. ``claims``: the length that is announced, if it is not the true one."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    claims: int | None = None
    before: Callable[[], object] = lambda: None


@dataclass
class Asked:
    """One request as it came."""

    path: str
    body: dict[str, Any]
    authorization: str | None

    @property
    def text(self) -> str:
        content = self.body["messages"][-1]["content"]
        return content if isinstance(content, str) else str(content[0]["text"])

    @property
    def image(self) -> str:
        """The picture's name in the prompt."""
        found = _IMAGE_NAME.search(self.text)
        assert found is not None
        return found.group(1)


Script = Callable[[Asked], Reply]


class PlayedEndpoint:
    """The server, its address and all that it was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                endpoint.serve(self)

            def do_GET(self) -> None:
                endpoint.serve(self)

            def log_message(self, format: str, *arguments: object) -> None:
                """Keep the test's output quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("content-length") or 0)
        body = json.loads(handler.rfile.read(length) or b"{}")
        asked = Asked(handler.path, body, handler.headers.get("authorization"))
        with self._lock:
            self.asked.append(asked)
        reply = self.script(asked)
        reply.before()
        data = reply.body.encode()
        try:
            handler.send_response(reply.status)
            for name, value in reply.headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(data) if reply.claims is None else reply.claims))
            handler.end_headers()
            handler.wfile.write(data)
        except OSError:
            return  # the client has gone, which is what some tests are about


@contextmanager
def playing(script: Script) -> Iterator[PlayedEndpoint]:
    """Serve until the block ends."""
    endpoint = PlayedEndpoint(script)
    thread = threading.Thread(target=endpoint.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.server.shutdown()
        endpoint.server.server_close()
        thread.join()


def completion(text: str, *, tokens: tuple[int, int] | None = (100, 50), finish: str = "stop") -> Reply:
    """A chat completion as OpenAI puts it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    content: dict[str, Any] = {"id": "1", "object": "chat.completion", "choices": [choice]}
    if tokens:
        content["usage"] = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]}
    return Reply(body=json.dumps(content))


def sheet_about(asked: Asked) -> Reply:
    """A sound answer about the picture that was asked about."""
    turns = [{"from": "human", "value": f"<image>\nWhat is {asked.image}?"}, {"from": "gpt", "value": "A picture."}]
    return completion(json.dumps([{"id": asked.image, "image": asked.image, "conversations": turns}]))


def in_turn(*replies: Script | Reply) -> Script:
    """One after the other; the last one for ever."""
    waiting = list(replies)
    lock = threading.Lock()

    def script(asked: Asked) -> Reply:
        with lock:
            reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return reply if isinstance(reply, Reply) else reply(asked)

    return script
