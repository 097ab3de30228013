"""What can go wrong with an endpoint, in words: what, where, and how to mend it; never with the key in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.chat.endpoint_stream import NonsenseError, ServiceFailedError
from workbench.data.sheets.patience import AGAIN, asked_wait
from workbench.data.sheets.refusal import OUT_OF_MONEY, error_text, refusal, sent_elsewhere
from workbench.errors import WorkbenchError
from workbench.i18n import _

if TYPE_CHECKING:
    import httpx2

_QUOTED = 300
"""Characters of what a service says that are shown."""


_NOBODY = "All connection attempts failed"
"""What the library says of a host that is there, and a port at which nothing is."""


@dataclass(frozen=True)
class Troubles:
    """Those of the service at ``url``, which is given up after ``silence`` seconds without a sign."""

    url: str
    key: str = field(repr=False)
    silence: float

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """While it lasts, errors of the network and of what comes over it are `WorkbenchError`."""
        import httpx2

        try:
            yield
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.InvalidURL) as error:
            said = str(error) or type(error).__name__
            raise self._nobody_there(_("nothing listens there") if said == _NOBODY else said) from error
        except httpx2.TimeoutException as error:
            what = _("The chat service has said nothing for {seconds} s.").format(seconds=round(self.silence))
            raise WorkbenchError(what, where=self.url, fix=_("Look whether it still works, and ask again.")) from error
        except (NonsenseError, httpx2.SSEError) as error:
            raise self.nonsense(str(error)) from error
        except ServiceFailedError as error:
            what = _("The chat service failed: {reason}").format(reason=self._quoted(str(error)))
            raise WorkbenchError(what, where=self.url, fix=_("Its own log says more; ask again.")) from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise self.broke_off(str(error)) from error

    def refused(self, response: httpx2.Response, body: str) -> WorkbenchError:
        """The error for an answer that is none, by its status and what it says."""
        said, status = self._quoted(error_text(body)), response.status_code
        if response.has_redirect_location:
            target = response.url.join(response.headers["location"])
            return sent_elsewhere(f"{target.scheme}://{target.netloc.decode(errors='replace')}", self.url)
        if status in AGAIN and OUT_OF_MONEY not in body:
            wait = asked_wait(dict(response.headers))
            what = _("The chat service gives no answer now: HTTP {status} {reason}").format(status=status, reason=said)
            later = _("Ask again later.") if wait is None else _("Ask again in {count} s.").format(count=round(wait))
            return WorkbenchError(what.strip(), where=self.url, fix=later)
        error = refusal(status, said, self.url)
        if status in {401, 403} and not self.key:
            error.fix = _("It wants a key: put it into an environment variable, and name the variable.")
        return error

    def broke_off(self, reason: str = "") -> WorkbenchError:
        """The error for an answer that ends before its end."""
        what = _("The connection to the chat service broke off before the answer was whole.")
        return WorkbenchError(
            f"{what} ({self._quoted(reason)})" if reason else what,
            where=self.url,
            fix=_("Look whether it still works, and ask again."),
        )

    def nonsense(self, said: str) -> WorkbenchError:
        """The error for what no such service sends."""
        return WorkbenchError(
            _("What the chat service sends is no answer: {text}").format(text=self._quoted(said)),
            where=self.url,
            fix=_("Check the address: it must be that of an OpenAI-compatible service, and often ends in /v1."),
        )

    def _nobody_there(self, reason: str) -> WorkbenchError:
        return WorkbenchError(
            _("No chat service answers at this address: {reason}").format(reason=self._quoted(reason)),
            where=self.url,
            fix=_("Start it, or check address and port."),
        )

    def _quoted(self, text: str) -> str:
        """The beginning on one line; without the key, which a service may send back."""
        shown = text.replace(self.key, "***") if self.key else text
        return " ".join(shown.split())[:_QUOTED]
