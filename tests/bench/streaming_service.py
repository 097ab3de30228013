"""``python -m tests.bench.streaming_service TOKENS_PER_SECOND``: a chat service that goes on and on, on this machine."""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle

_MARKDOWN = (
    "## A heading\n\nSome **strong** words of an answer, and a few more so that the line has to be wrapped.\n\n"
    "- a point\n- another point with `code` in it\n\n```python\nfor number in range(10):\n    print(number)\n```\n\n"
)
_SECONDS = 60.0
"""The longest answer."""


class _Handler(BaseHTTPRequestHandler):
    tokens_per_second = 30.0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.end_headers()
        words = cycle(part for part in _MARKDOWN.replace(" ", " \0").split("\0"))
        began = time.monotonic()
        try:
            for number, word in enumerate(words):
                time.sleep(max(began + number / self.tokens_per_second - time.monotonic(), 0))
                if time.monotonic() - began > _SECONDS:
                    break
                choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
                self.wfile.write(f"data: {json.dumps({'choices': [choice]})}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            return  # the app has gone

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is told of requests."""


def main() -> None:
    _Handler.tokens_per_second = float(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(json.dumps(server.server_address[1]), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
