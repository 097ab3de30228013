"""Finding what is wrong with data before it is trained on. Light: no torch, no datasets library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from workbench.configs.schema import TrainConfig
from workbench.data.conversation import Conversation
from workbench.data.encode import encode, length_limit
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.read import convert, data_files, empty_file, format_of, raw_rows
from workbench.data.templates import get_template
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model

Severity = Literal["error", "warning", "note"]
_PLACES_SHOWN = 3
_STOCK_SHARE = 0.2


@dataclass
class Finding:
    """One kind of thing found. ``places``: file:row of each."""

    severity: Severity
    what: str
    fix: str
    places: list[str] = field(default_factory=list)


@dataclass
class CheckReport:
    """All findings, and the figures of the data."""

    rows: int = 0
    formats: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    tokens: int | None = None
    longest: int | None = None

    @property
    def has_errors(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        findings = [
            {
                "severity": found.severity,
                "what": found.what,
                "fix": found.fix,
                "count": len(found.places),
                "places": found.places,
            }
            for found in self.findings
        ]
        figures = {"rows": self.rows, "formats": self.formats, "tokens": self.tokens, "longest": self.longest}
        return {**figures, "findings": findings}

    def as_text(self) -> str:
        words = {"error": _("error"), "warning": _("warning"), "note": _("note")}
        lines = []
        if self.formats:
            lines.append(_("{rows} rows, format {formats}").format(rows=self.rows, formats=listed(self.formats)))
        elif self.rows:
            lines.append(_("{rows} rows").format(rows=self.rows))
        if self.tokens is not None:
            lines.append(_("{tokens} tokens, longest row {longest}").format(tokens=self.tokens, longest=self.longest))
        for found in self.findings:
            places = ", ".join(found.places[:_PLACES_SHOWN])
            more = f" (+{len(found.places) - _PLACES_SHOWN})" if len(found.places) > _PLACES_SHOWN else ""
            lines.append(f"{words[found.severity]}: {found.what} [{len(found.places)}] {places}{more}")
            if found.fix:
                lines.append(f"  → {found.fix}")
        if not self.findings:
            lines.append(_("Nothing wrong was found."))
        return "\n".join(lines)


def check_data(path: str, config: TrainConfig | None = None, format_name: str = "auto") -> CheckReport:
    """Check a file or folder; with a config also against its template, tokenizer and length.

    Raises:
        WorkbenchError: the config's template or the folder itself is not there.
    """
    report = CheckReport()
    placed: list[tuple[str, Conversation]] = []
    for file in data_files(path):
        placed += _read(file, format_name if config is None else config.dataset_format, report)
    report.findings += [found for found in _row_findings(placed) if found.places]
    if config is not None:
        report.findings += [found for found in _token_findings(placed, config, report) if found.places]
    return report


def _read(file: Path, format_name: str, report: CheckReport) -> list[tuple[str, Conversation]]:
    """The good rows with their places. What is wrong with the file or its other rows goes into the report."""
    bad: list[WorkbenchError] = []
    good: list[tuple[str, Conversation]] = []
    try:
        rows = list(raw_rows(file, bad))
        if rows:
            kind, _reason = format_of(file, rows[0][1], format_name)
            report.formats = list(dict.fromkeys([*report.formats, kind.name]))
        elif not bad:
            raise empty_file(file)
    except WorkbenchError as error:
        report.findings.append(_finding_of(error, file))
        rows = []
    for number, row in rows:
        try:
            good.append((f"{file.name}:{number}", convert(file, number, row, kind)))
        except WorkbenchError as error:
            bad.append(error)
    report.rows += len(good) + len(bad)
    for wrong in bad:
        _add(report, _finding_of(wrong, file))
    return good


def _finding_of(error: WorkbenchError, file: Path) -> Finding:
    return Finding("error", error.what, error.fix or "", [error.where or str(file)])


def _add(report: CheckReport, new: Finding) -> None:
    """Add a finding, or its places to one that says the same."""
    same = next((known for known in report.findings if (known.what, known.fix) == (new.what, new.fix)), None)
    if same:
        same.places += new.places
    else:
        report.findings.append(new)


def _row_findings(placed: list[tuple[str, Conversation]]) -> Iterator[Finding]:
    yield from _untrained_findings(placed)
    counts = Counter(conversation.turns for _place, conversation in placed if not conversation.is_empty)
    most_common = counts.most_common(1)[0] if counts else ((), 0)
    stock = [place for place, conversation in placed if counts and conversation.turns == most_common[0]]
    if len(stock) > max(len(placed) * _STOCK_SHARE, 1):
        yield Finding(
            "warning",
            _("one row makes up much of the data; a model learns to answer everything with it"),
            _("Vary questions and answers, and mix in ordinary dialogue."),
            stock,
        )
    repeated = [place for place, conversation in placed if counts[conversation.turns] > 1]
    yield Finding("note", _("repeated rows"), _("Keep them only if they are meant."), repeated)
    yield from _order_findings(placed)


def _untrained_findings(placed: list[tuple[str, Conversation]]) -> Iterator[Finding]:
    """Rows of which nothing is trained, by the reason; an error if that is all of them."""
    empty = [(place, conversation) for place, conversation in placed if conversation.is_empty]
    if len(empty) == len(placed):
        yield Finding(
            "error",
            _("No row has anything to train on."),
            _("Every row needs an answer, after a question and not excluded with loss: false."),
            [place for place, _conversation in empty],
        )
    excluded = [place for place, conversation in empty if _has_answer(conversation)]
    unanswered = [
        place for place, conversation in empty if not _has_answer(conversation) and not conversation.answers_left_out
    ]
    yield Finding(
        "warning", _("rows without an answer; they are left out"), _("Add the answers or remove the rows."), unanswered
    )
    yield Finding(
        "warning",
        _("rows whose answers are all excluded with loss: false; they are left out"),
        _("Remove loss: false from an answer, or remove the rows."),
        excluded,
    )


def _has_answer(conversation: Conversation) -> bool:
    return any(turn.role == "assistant" and turn.content.strip() for turn in conversation.turns)


def _order_findings(placed: list[tuple[str, Conversation]]) -> Iterator[Finding]:
    """Rows whose turns do not alternate, by what becomes of them."""
    yield Finding(
        "warning",
        _("rows with answers before the first question; those answers are left out"),
        _("Begin with a question."),
        [place for place, conversation in placed if conversation.answers_left_out],
    )
    spoken = [
        (place, [turn.role for turn in conversation.turns if turn.role != "system"])
        for place, conversation in placed
        if not conversation.plain and not conversation.is_empty
    ]
    yield Finding(
        "warning",
        _("rows with an answer to no question; it is trained as the answer to an empty one"),
        _("Put a question before every answer, or join the answers to one."),
        [place for place, roles in spoken if roles[0] == "assistant" or ("assistant", "assistant") in pairwise(roles)],
    )
    yield Finding(
        "warning",
        _("rows with questions in a row; they are joined"),
        _("Put an answer after every question, or join the questions to one."),
        [place for place, roles in spoken if ("user", "user") in pairwise(roles)],
    )
    yield Finding(
        "warning",
        _("rows that end without an answer; what follows the last answer is left out"),
        _("Let the last turn be an answer."),
        [place for place, roles in spoken if roles[-1] != "assistant"],
    )


def _token_findings(
    placed: list[tuple[str, Conversation]], config: TrainConfig, report: CheckReport
) -> Iterator[Finding]:
    folder = Path(resolve_model(config.pretrained_model_name_or_path))
    template = get_template(config.prompt_template)
    if not folder.is_dir():
        return
    tokenizer = LightTokenizer.from_folder(folder)
    packed = config.pack_to_max_length
    measured = [
        (
            place,
            encode(conversation, template, tokenizer, length_limit(conversation, config.max_length, packed=packed)),
        )
        for place, conversation in placed
    ]
    lengths = [len(encoded.input_ids) + encoded.cut_tokens for _place, encoded in measured]
    report.tokens = sum(lengths)
    report.longest = max(lengths, default=0)
    cut = [(place, encoded) for place, encoded in measured if encoded.cut_tokens]
    if cut and not any(encoded.trained_tokens for _place, encoded in measured):
        yield Finding(
            "error",
            _("No row has anything to train on once its end is cut."),
            _("Raise max_length to {longest}, or shorten them.").format(longest=report.longest),
            [place for place, _encoded in cut],
        )
    yield Finding(
        "warning",
        _("rows longer than max_length; their ends are cut"),
        _("Raise max_length to {longest}, or shorten them.").format(longest=report.longest),
        [place for place, _encoded in cut],
    )
