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
from workbench.data.read import DataFile, data_files, read_file
from workbench.data.templates import get_template
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
        lines = [_("{rows} rows, format {formats}").format(rows=self.rows, formats=", ".join(self.formats))]
        if self.tokens is not None:
            lines.append(_("{tokens} tokens, longest row {longest}").format(tokens=self.tokens, longest=self.longest))
        for found in self.findings:
            places = ", ".join(found.places[:_PLACES_SHOWN])
            more = f" (+{len(found.places) - _PLACES_SHOWN})" if len(found.places) > _PLACES_SHOWN else ""
            lines.append(f"{words[found.severity]}: {found.what} [{len(found.places)}] {places}{more}\n  → {found.fix}")
        if not self.findings:
            lines.append(_("Nothing wrong was found."))
        return "\n".join(lines)


def check_data(path: str, config: TrainConfig | None = None, format_name: str = "auto") -> CheckReport:
    """Check a file or folder; with a config also against its template, tokenizer and length.

    Raises:
        WorkbenchError: the config's template or the folder itself is not there.
    """
    report = CheckReport()
    files: list[DataFile] = []
    for file in data_files(path):
        try:
            files.append(read_file(file, format_name if config is None else config.dataset_format))
        except WorkbenchError as error:
            report.findings.append(Finding("error", error.what, error.fix or "", [error.where or str(file)]))
    report.rows = sum(len(file.rows) for file in files)
    report.formats = list(dict.fromkeys(file.format.name for file in files))
    placed = [(f"{file.path.name}:{row.number}", row.conversation) for file in files for row in file.rows]
    report.findings += [found for found in _row_findings(placed) if found.places]
    if config is not None:
        report.findings += [found for found in _token_findings(placed, config, report) if found.places]
    return report


def _row_findings(placed: list[tuple[str, Conversation]]) -> Iterator[Finding]:
    empty = [place for place, conversation in placed if conversation.is_empty]
    yield Finding(
        "warning", _("rows without an answer; they are left out"), _("Add the answers or remove the rows."), empty
    )
    counts = Counter(conversation.turns for _place, conversation in placed)
    most_common = counts.most_common(1)[0] if counts else ((), 0)
    stock = [place for place, conversation in placed if conversation.turns == most_common[0]]
    if len(stock) > max(len(placed) * _STOCK_SHARE, 1):
        yield Finding(
            "warning",
            _("one row makes up much of the data; a model learns to answer everything with it"),
            _("Vary questions and answers, and mix in ordinary dialogue."),
            stock,
        )
    repeated = [place for place, conversation in placed if counts[conversation.turns] > 1]
    yield Finding("note", _("repeated rows"), _("Keep them only if they are meant."), repeated)
    disordered = [place for place, conversation in placed if not _in_order(conversation)]
    yield Finding(
        "warning",
        _("rows whose turns are not in order; questions in a row are joined"),
        _("A question is followed by an answer, and the last turn is an answer."),
        disordered,
    )


def _in_order(conversation: Conversation) -> bool:
    """Questions and answers take turns and the last word is the assistant's."""
    if conversation.plain:
        return True
    spoken = [turn.role for turn in conversation.turns if turn.role in {"user", "assistant"}]
    return all(left != right for left, right in pairwise(spoken)) and spoken[-1:] == ["assistant"]


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
            len(encode(conversation, template, tokenizer).input_ids),
            length_limit(conversation, config.max_length, packed=packed),
        )
        for place, conversation in placed
    ]
    report.tokens = sum(length for _place, length, _limit in measured)
    report.longest = max((length for _place, length, _limit in measured), default=0)
    overlong = [place for place, length, limit in measured if limit is not None and length > limit]
    yield Finding(
        "warning",
        _("rows longer than max_length; their ends are cut"),
        _("Raise max_length to {longest}, or shorten them.").format(longest=report.longest),
        overlong,
    )
