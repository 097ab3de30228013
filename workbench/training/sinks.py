"""The figures of a training, sent elsewhere too (``report_to``).

Each place has a thread of its own with a short queue: it can be slow, fail or hang, and the training goes on as without
it. The first failure is told in one warning, and nothing more is sent there.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Full, Queue

from workbench.i18n import _
from workbench.jobs.events import Event, Score, Step, Validation, Warned
from workbench.training.ranks import rank
from workbench.training.session import Session
from workbench.training.sink_adapters import OPENERS, Sink

_MOST_WAITING = 1000
_SECONDS_AT_THE_END = 15.0
Figures = tuple[int, dict[str, float]]
"""Optimiser step, and values by name."""
_OF_A_STEP = ("loss", "lr", "grad_norm", "tokens_per_s", "trained_tokens_per_s", "mfu", "data_time", "memory")


@contextmanager
def reported(session: Session) -> Iterator[None]:
    """While this lasts, what the session says goes to the places that its config names."""
    senders = [_Sender(name, session) for name in session.config.report_to] if rank() == 0 else []
    session.listeners += [sender.take for sender in senders]
    try:
        yield
    finally:
        for sender in senders:
            sender.close()


class FiguresOf:
    """What of each event is a figure. Scores belong to the newest step."""

    def __init__(self) -> None:
        self._step = 0

    def __call__(self, event: Event) -> Figures | None:
        match event:
            case Step():
                self._step = event.step
                known = {name: value for name in _OF_A_STEP if (value := getattr(event, name)) is not None}
                return event.step, {f"train/{name}": value for name, value in (known | (event.figures or {})).items()}
            case Validation():
                return event.step, {"validation/loss": event.loss}
            case Score():
                return self._step, {f"score/{event.name}": event.value}
            case _:
                return None


class _Sender:
    """One place, and the thread that sends to it."""

    def __init__(self, name: str, session: Session) -> None:
        self._name = name
        self._session = session
        self._figures_of = FiguresOf()
        self._queue: Queue[Figures | None] = Queue(_MOST_WAITING)
        self._has_complained = False
        self._thread = threading.Thread(target=self._send_all, name=f"report to {name}", daemon=True)
        self._thread.start()

    def take(self, event: Event) -> None:
        """Put the figures of an event into the queue; does not wait."""
        found = self._figures_of(event)
        if found is None or not self._thread.is_alive():
            return
        try:
            self._queue.put_nowait(found)
        except Full:
            self._complain(_("{name} is slower than the training: some of its figures were not sent."))

    def close(self) -> None:
        """Send what waits, for a few seconds at most."""
        with suppress(Full):
            self._queue.put(None, timeout=_SECONDS_AT_THE_END)
        self._thread.join(_SECONDS_AT_THE_END)
        if self._thread.is_alive():
            self._complain(_("{name} did not take the last figures in time."))

    def _send_all(self) -> None:
        try:
            sink = OPENERS[self._name](self._session)
            try:
                self._send(sink)
            finally:
                sink.close()
        except (Exception, SystemExit) as error:  # whatever a package of others does
            reason = str(error).strip().split("\n")[0][:300] or type(error).__name__
            self._complain(_("The figures cannot be sent to {name}: {reason}"), reason)

    def _send(self, sink: Sink) -> None:
        while (found := self._queue.get()) is not None:
            step, values = found
            sink.send(values, step)

    def _complain(self, message: str, reason: str = "") -> None:
        if not self._has_complained:
            self._has_complained = True
            said = message.format(name=self._name, reason=reason)
            self._session.write(Warned(message=said, where="report_to", fix=_("The training itself goes on.")))
