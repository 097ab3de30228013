"""Asking a chat service that speaks the OpenAI protocol, patiently, and without ever letting the key out."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from workbench.data.sheets.endpoint import Endpoint
from workbench.data.sheets.patience import AGAIN, Patience, asked_wait
from workbench.data.sheets.refusal import OUT_OF_MONEY, EndpointDownError, error_text, refusal, sent_elsewhere
from workbench.errors import WorkbenchError
from workbench.i18n import _

if TYPE_CHECKING:
    import httpx2

Messages = list[dict[str, Any]]
_MOST_BYTES = 8 * 1024 * 1024
_MOST_REDIRECTS = 3
_QUOTED = 300
_CONNECT_SECONDS = 15.0


class AskingStoppedError(Exception):
    """Somebody wants the work to end while an answer was waited for."""


class _AskAgainError(Exception):
    """The same request may succeed after a pause of ``wait`` seconds, if the service said how long."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True)
class Answer:
    """What the service said. ``is_cut``: it had to stop in the middle. Tokens are None if it does not count them."""

    text: str
    is_cut: bool
    tokens_in: int | None
    tokens_out: int | None


class ChatClient:
    """One service; used by several threads at once. ``stopping``: set by whoever wants all waiting to end."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        max_tokens: int | None = None,
        patience: Patience | None = None,
        stopping: threading.Event | None = None,
    ) -> None:
        import httpx2

        self._endpoint = endpoint
        self._max_tokens = max_tokens
        self._patience = patience or Patience()
        self._stopping = stopping or threading.Event()
        self._key = endpoint.key.get_secret_value() if endpoint.key else ""
        timeout = httpx2.Timeout(self._patience.answer, connect=min(_CONNECT_SECONDS, self._patience.answer))
        self._client = httpx2.Client(timeout=timeout, follow_redirects=False)

    def __enter__(self) -> ChatClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, messages: Messages) -> Answer:
        """One answer; asks again after pauses while the service is busy.

        Raises:
            EndpointDownError: the service refuses everything, or cannot be reached.
            WorkbenchError: it refuses this request.
            AskingStoppedError: the wait was ended.
        """
        reason = ""
        for attempt in range(self._patience.attempts):
            if self._stopping.is_set():
                raise AskingStoppedError
            try:
                return self._once(messages)
            except _AskAgainError as busy:
                reason = str(busy)
                self._pause(attempt, busy)
        raise EndpointDownError(
            _("The chat service gives no answer after {count} attempts: {reason}").format(
                count=self._patience.attempts, reason=reason
            ),
            where=self._endpoint.url,
            fix=_("Start again later: what is done is kept."),
        )

    def _pause(self, attempt: int, busy: _AskAgainError) -> None:
        wait = self._patience.wait(attempt) if busy.wait is None else busy.wait
        if wait > self._patience.longest_wait:
            what = _("The chat service asks to wait {seconds} s.").format(seconds=round(wait))
            fix = _("Start again later: what is done is kept.")
            raise EndpointDownError(what, where=self._endpoint.url, fix=fix)
        if attempt + 1 < self._patience.attempts and self._stopping.wait(wait):
            raise AskingStoppedError

    def _once(self, messages: Messages) -> Answer:
        import httpx2

        try:
            status, headers, body = self._posted(messages)
        except httpx2.TimeoutException as error:
            raise _AskAgainError(_("it took too long")) from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise _AskAgainError(self._clean(str(error) or type(error).__name__)) from error
        except httpx2.InvalidURL as error:
            raise EndpointDownError(
                _("The address cannot be asked: {reason}").format(reason=error), where="url"
            ) from error
        if status == 200:
            return self._read(body)
        said = self._clean(error_text(body))[:_QUOTED]
        if status in AGAIN and OUT_OF_MONEY not in body:
            raise _AskAgainError(f"HTTP {status} {said}".strip(), asked_wait(headers))
        raise refusal(status, said, self._endpoint.url)

    def _posted(self, messages: Messages) -> tuple[int, dict[str, str], str]:
        """Status, headers and text; goes along with redirects to the same place, and with no other."""
        request: dict[str, Any] = {"model": self._endpoint.model, "messages": messages}
        if self._max_tokens is not None:
            request["max_tokens"] = self._max_tokens
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        url = self._client.build_request("POST", f"{self._endpoint.url}/chat/completions").url
        for _redirect in range(_MOST_REDIRECTS + 1):
            with self._client.stream("POST", url, json=request, headers=headers) as response:
                if not response.has_redirect_location:
                    return response.status_code, dict(response.headers), self._text(response)
                target = url.join(response.headers["location"])
            if (target.scheme, target.host, target.port) != (url.scheme, url.host, url.port):
                raise sent_elsewhere(f"{target.scheme}://{target.host}", self._endpoint.url)
            url = target
        raise sent_elsewhere(str(url.host), self._endpoint.url)

    def _text(self, response: httpx2.Response) -> str:
        """The body, of which no more is taken than an answer can have, for no longer than is waited for one."""
        deadline = time.monotonic() + self._patience.answer
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > _MOST_BYTES:
                raise WorkbenchError(_("The chat service sends more than an answer can be."), where=self._endpoint.url)
            if time.monotonic() > deadline:
                raise _AskAgainError(_("it took too long"))
        return body.decode("utf-8", errors="replace")

    def _read(self, body: str) -> Answer:
        try:
            content = json.loads(body)
            choice = content["choices"][0]
            text = choice["message"]["content"]
            cut = choice.get("finish_reason") == "length"
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise _AskAgainError(_("what came back is no chat completion")) from error
        usage = content.get("usage")
        counted = usage if isinstance(usage, dict) else {}
        return Answer(
            self._clean(text) if isinstance(text, str) else "",
            cut,
            _count(counted.get("prompt_tokens")),
            _count(counted.get("completion_tokens")),
        )

    def _clean(self, text: str) -> str:
        """The text without the key, which a service may send back."""
        return text.replace(self._key, "***") if self._key else text


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
