"""Asking about many pictures or rows: several at a time, within limits, going on where an earlier start ended."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.data.sheets.client import AskingStoppedError, ChatClient, Messages
from workbench.data.sheets.kept import KeptAnswer, KeptAnswers
from workbench.data.sheets.limits import Limits, Spending
from workbench.data.sheets.refusal import EndpointDownError
from workbench.data.sheets.sheet_file import Appended, append_rows
from workbench.errors import WorkbenchError
from workbench.i18n import _

Row = dict[str, Any]
_ATTEMPTS = 3
_LOOK_SECONDS = 0.2
_FAILURES_IN_A_ROW = 10


@dataclass(frozen=True)
class Item:
    """One picture or row to ask about.

    Args:
        name: what it is called in reports; no other has the same.
        asked: a digest of all that the answer depends on.
        messages: makes the request; raises WorkbenchError if that cannot be.
        read: makes rows of the answer; raises WorkbenchError if it is not what was asked for.
    """

    name: str
    asked: str
    messages: Callable[[], Messages]
    read: Callable[[str], list[Row]]


@dataclass(frozen=True)
class Watcher:
    """Who wants to know, and who may stop the work. ``report``: items that are done."""

    report: Callable[[int], None]
    complain: Callable[[WorkbenchError], None]
    should_stop: Callable[[], bool]


@dataclass
class Outcome:
    """Items by what became of them. ``halted``: why the rest was not asked for, translated; empty if all were."""

    answered: int = 0
    known: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    halted: str = ""
    stopped: bool = False

    @property
    def seen(self) -> int:
        return self.answered + self.known + self.left_out.total()


@dataclass
class _Result:
    """What asking about one item came to. ``is_over``: False if it was interrupted and is to be asked for again."""

    answer: KeptAnswer
    is_over: bool = True
    fix: str | None = None
    down: EndpointDownError | None = None

    def leave_out(self, error: WorkbenchError) -> None:
        """There are no rows, for this reason."""
        self.answer.left_out, self.fix = error.what, error.fix


class SheetMaker:
    """Makes one sheet. ``run`` may end early; what was answered until then is in the sheet."""

    def __init__(
        self,
        sheet: Path,
        client: ChatClient,
        limits: Limits,
        watcher: Watcher,
        stopping: threading.Event,
        parallel: int,
    ) -> None:
        limits.check()
        self.spending = Spending(limits)
        self.outcome = Outcome()
        self._sheet, self._client, self._limits, self._watcher = sheet, client, limits, watcher
        self._stopping, self._parallel = stopping, parallel
        self._kept = KeptAnswers(sheet)
        self._asked = 0
        for answer in self._kept.all:
            self._asked += answer.was_asked
            self.spending.add(answer.tokens_in, answer.tokens_out)
        self._order: dict[str, int] = {}
        self._under_way: dict[Future[_Result], Item] = {}
        self._failures = 0
        self._down: EndpointDownError | None = None

    def run(self, items: Iterable[Item]) -> Appended:
        """Ask about all items and put the rows into the sheet.

        Raises:
            EndpointDownError: the service cannot be asked any more; what was answered is in the sheet nevertheless.
            WorkbenchError: the items cannot be read to their end (likewise), or a file cannot be written.
        """
        with ThreadPoolExecutor(self._parallel) as pool:
            try:
                self._ask_all(items, pool)
            finally:
                self._stopping.set()  # whatever ended the work ends all pauses between attempts too
                self._collect(wait_for=ALL_COMPLETED)
                appended = self._write()
        if self._down:
            raise self._down
        return appended

    def leave_out(self, error: WorkbenchError) -> None:
        """Count a picture or row that gives nothing, and say why."""
        self.outcome.left_out[error.what] += 1
        self._watcher.complain(error)

    def _ask_all(self, items: Iterable[Item], pool: ThreadPoolExecutor) -> None:
        for item in items:
            self._order[item.name] = len(self._order)
            if self._kept.has(item.name, item.asked):
                self.outcome.known += 1
                continue
            if not self._make_room():
                break
            self._under_way[pool.submit(self._answer, item)] = item
        while self._under_way and not self._should_end():
            self._collect()

    def _make_room(self) -> bool:
        """Wait until one more may be asked for; False if none may be any more."""
        while True:
            if self._should_end():
                return False
            reason = self._limit_reached()
            if not reason and len(self._under_way) < self._parallel:
                return True
            if reason and not self._under_way:
                self.outcome.halted = reason
                return False
            self._collect()

    def _limit_reached(self) -> str:
        """Why nothing more may be asked for while the answers under way are out; empty if something may."""
        asked = self._asked + len(self._under_way)
        if self._limits.max_rows is not None and asked >= self._limits.max_rows:
            return _("the limit of rows is reached")
        if not self.spending.allows(len(self._under_way)):
            return _("the limit of cost is reached")
        return ""

    def _should_end(self) -> bool:
        if not self.outcome.stopped and self._watcher.should_stop():
            self.outcome.stopped = True
            self.outcome.halted = _("it was stopped")
            self._stopping.set()
        return self._stopping.is_set()

    def _collect(self, *, wait_for: str = FIRST_COMPLETED) -> None:
        """Take in the answers that have come; waits for all of them, or for a short time for one."""
        done, _rest = wait(self._under_way, _LOOK_SECONDS if wait_for == FIRST_COMPLETED else None, wait_for)
        for future in sorted(done, key=lambda ended: self._order[self._under_way[ended].name]):
            self._under_way.pop(future)
            self._take(future.result())
        if done:
            self._watcher.report(self.outcome.seen)

    def _take(self, result: _Result) -> None:
        answer = result.answer
        if result.down:
            self._give_up(result.down)
        if not result.is_over and not (answer.tokens_in or answer.tokens_out):
            return
        self._kept.add(answer)
        self._asked += answer.was_asked
        self.spending.add(answer.tokens_in, answer.tokens_out)
        if not result.is_over:
            return
        if not answer.left_out:
            self.outcome.answered += 1
            self._failures = 0
            return
        self.leave_out(WorkbenchError(answer.left_out, where=answer.item, fix=result.fix))
        self._failures += answer.was_asked
        if self._failures >= _FAILURES_IN_A_ROW:
            what = _("{count} in a row had no usable answer.").format(count=self._failures)
            self._give_up(EndpointDownError(what, fix=_("Look at the warnings; try another model.")))

    def _give_up(self, error: EndpointDownError) -> None:
        self._down = self._down or error
        self.outcome.halted = error.what
        self._stopping.set()

    def _answer(self, item: Item) -> _Result:
        """Ask about one, again if the answer is not what was asked for. Runs in a thread of its own."""
        result = _Result(KeptAnswer(item=item.name, asked=item.asked, was_asked=False))
        try:
            messages = item.messages()
            result.answer.was_asked = True
            for _attempt in range(_ATTEMPTS):
                self._attempt(item, messages, result)
                answer = result.answer
                if not answer.left_out or not self.spending.allows_again(answer.tokens_in, answer.tokens_out):
                    break
        except AskingStoppedError:
            result.is_over = False
        except EndpointDownError as error:
            result.is_over, result.down = False, error
        except WorkbenchError as error:
            result.leave_out(error)
        if not result.is_over and not result.answer.left_out:
            result.answer.left_out = _("it was stopped")
        return result

    def _attempt(self, item: Item, messages: Messages, result: _Result) -> None:
        answer = self._client.ask(messages)
        if self._limits.max_cost is not None and (answer.tokens_in is None or answer.tokens_out is None):
            raise EndpointDownError(
                _("The chat service does not say how many tokens it took, so that the cost cannot be limited."),
                fix=_("Limit the rows instead: --max-rows."),
            )
        result.answer.tokens_in += answer.tokens_in or 0
        result.answer.tokens_out += answer.tokens_out or 0
        try:
            if answer.is_cut:
                raise WorkbenchError(_("The answer was cut off: it is longer than the model may write."))
            result.answer.rows, result.answer.left_out = item.read(answer.text), ""
        except WorkbenchError as error:
            result.leave_out(error)

    def _write(self) -> Appended:
        waiting = self._kept.unwritten(self._order)
        appended = append_rows(self._sheet, [row for answer in waiting for row in answer.rows])
        self._kept.note_written(answer.item for answer in waiting)
        return appended
