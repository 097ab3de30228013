"""What became of the rows that a command read: every one of them is kept, or left out for a reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.text import printable

BAD_SHOWN = 10
BAD_KEPT = 1000
REASONS = {
    "bad": N_("{count} bad rows were left out."),
    "inexpressible": N_("{count} rows that the format cannot hold were left out."),
    "duplicate": N_("{count} rows equal to an earlier one were left out."),
    "near_duplicate": N_("{count} rows nearly equal to an earlier one were left out."),
    "category": N_("{count} papers of other categories were left out."),
    "date": N_("{count} papers from before the start date were left out."),
    "split": N_("{count} descriptions outside the training split were left out."),
    "image_missing": N_("{count} descriptions were left out because their picture is missing."),
    "not_drawn": N_("{count} rows were not drawn."),
}
"""Why rows are left out: a name for programs, and the sentence for a person."""


@dataclass
class BadRows:
    """What is wrong with single rows: how many there are, and the first thousand errors."""

    count: int = 0
    first: list[WorkbenchError] = field(default_factory=list)

    def append(self, error: WorkbenchError) -> None:
        """Take what is wrong with one more row."""
        self.count += 1
        if len(self.first) < BAD_KEPT:
            self.first.append(error)


@dataclass
class Totals:
    """Counts of rows. ``written`` differs from those kept where rows are repeated."""

    read: int = 0
    written: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    bad: BadRows = field(default_factory=BadRows)

    @property
    def kept(self) -> int:
        return self.read - self.left_out.total()

    def leave_out(self, reason: str, count: int = 1) -> None:
        """Count rows as read and left out. ``reason``: a key of `REASONS`."""
        self.read += count
        self.left_out[reason] += count

    def leave_out_bad(self, error: WorkbenchError) -> None:
        """Count a row as read and left out because of what is wrong with it."""
        self.leave_out("bad")
        self.bad.append(error)

    def take_bad(self, bad: BadRows) -> None:
        """Count the bad rows that were gathered while reading."""
        self.leave_out("bad", bad.count)
        for error in bad.first:
            self.bad.append(error)

    def require_written(self, source: str) -> None:
        """Raise if no row was written, with what became of those that were read.

        Raises:
            WorkbenchError: none was.
        """
        if not self.written:
            raise WorkbenchError("\n".join([_("No row is left to write."), *self.sentences()]), where=source)

    def as_json(self) -> dict[str, Any]:
        """The counts for programs."""
        left_out = {reason: count for reason, count in self.left_out.items() if count}
        bad = [{"where": error.where, "what": error.what} for error in self.bad.first]
        return {"read": self.read, "kept": self.kept, "left_out": left_out, "written": self.written, "bad": bad}

    def sentences(self) -> list[str]:
        """The counts for a person, without those that are nothing; the first bad rows by name."""
        said = [_("{read} rows read, {kept} kept.").format(read=self.read, kept=self.kept)]
        for reason, count in self.left_out.items():
            if count:
                said.append(_(REASONS[reason]).format(count=count))
        return said + [f"  {printable(f'{error.where}: {error.what}')}" for error in self.bad.first[:BAD_SHOWN]]


@dataclass(frozen=True)
class Written:
    """A command's result: the counts, the files, and more facts, for people and for programs."""

    totals: Totals
    files: dict[str, Path]
    sentences: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        files = {name: str(path) for name, path in self.files.items()}
        return {**files, **self.totals.as_json(), **self.facts}

    def as_text(self) -> str:
        made = [_("Written: {path}").format(path=printable(str(path))) for path in self.files.values()]
        return "\n".join([*self.totals.sentences(), *self.sentences, *made])
