"""One pass over the rows, which feeds every check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from workbench.configs.schema import TrainConfig
from workbench.data.checks.asked_sources import asked_sources
from workbench.data.checks.bad_rows import BadRows
from workbench.data.checks.checker import Checker
from workbench.data.checks.duplicates import Duplicates
from workbench.data.checks.empty_texts import EmptyTexts
from workbench.data.checks.encoding import EncodingTrouble
from workbench.data.checks.finding import Finding, Severity, found
from workbench.data.checks.languages import Languages
from workbench.data.checks.leakage import ProbeLeakage, SystemTexts
from workbench.data.checks.lengths import pack_figures
from workbench.data.checks.measure import Measure
from workbench.data.checks.numbers import Numbers
from workbench.data.checks.pictures import Pictures
from workbench.data.checks.place import Place
from workbench.data.checks.preferences import Preferences
from workbench.data.checks.report import CheckReport, Recognised
from workbench.data.checks.tally import Reason, Tally, why_empty
from workbench.data.checks.template_fit import TemplateFit
from workbench.data.checks.token_rows import TokenRows
from workbench.data.checks.tokens import Tokens
from workbench.data.checks.turns import EmptyRows, TurnOrder
from workbench.data.checks.unused import UnusedColumns, unread
from workbench.data.conversation import Sample
from workbench.data.formats import FormatChoice
from workbench.data.prepare.offline import prepared_folder
from workbench.data.prepare.store import tokenizer_digest
from workbench.data.read import open_file
from workbench.data.shown_names import shown_name
from workbench.data.sources import SourceFile
from workbench.data.stage_fit import refuse_unmeant_pairs
from workbench.errors import WorkbenchError
from workbench.i18n import _

_FORMATS_NAMED = 50
_ROWS_BETWEEN_TELLING = 1000
_WORST_FIRST: tuple[Severity, ...] = ("error", "warning", "note")


def check_data(
    path: str | Sequence[str] = (),
    config: TrainConfig | None = None,
    choice: FormatChoice | None = None,
    *,
    measure: Measure | None = None,
    image_folder: Path | None = None,
    processes: int = 1,
    tell_rows: Callable[[int], None] | None = None,
) -> CheckReport:
    """Check files, folders, patterns, or datasets of a hub, which are fetched first.

    Memory stays bounded, whatever the number of rows: about 60 bytes a row, and at most 500 MB beside them.

    Args:
        path: one or several; none means the config's own.
        config: check against its format, template, tokenizer, length and evaluation too.
        choice: how to read the rows, with commas between a format for each path; None takes the config's, or looks at
            the first rows.
        measure: count tokens with this; None takes the config's model, if it is on this machine.
        image_folder: what the paths of pictures count from; None is what the config says, or the folder of each data file.
        processes: how many train together, on all machines; steps are counted for them.
        tell_rows: gets the number of rows that were looked at, now and then.

    Raises:
        WorkbenchError: the template, the tokenizer or the data itself is not there.
    """
    sources = asked_sources([path] if isinstance(path, str) else list(path), config, choice)
    files = [(source.path, file) for source in sources for file in source.files()]
    if measure is None and config is not None:
        measure = Measure.of_config(config)
    check = _Check(config, measure, image_folder, tell_rows)
    if config is not None and len(sources) == 1:
        check.refusal = _refusal(config.model_copy(update={"data_path": sources[0].path}), measure)
    check.unread_files = unread([source.path for source in sources])
    for named, file in files:
        check.read(file, shown_name(file.path, named, among_others=len(sources) > 1))
    return check.report(processes)


def _refusal(config: TrainConfig, measure: Measure | None) -> list[Finding]:
    """Why the training refuses data that was prepared for something else."""
    try:
        if measure:
            prepared_folder(config, tokenizer_digest(measure.tokenizer), measure.template)
        else:
            prepared_folder(config, None)
    except WorkbenchError as error:
        return [Finding("error", error.what, error.fix or "", 1, [error.where or ""], [""])]
    return []


class _Check:
    """The state of one check."""

    def __init__(
        self,
        config: TrainConfig | None,
        measure: Measure | None,
        image_folder: Path | None,
        tell_rows: Callable[[int], None] | None,
    ) -> None:
        self.config, self.measure, self.tell_rows = config, measure, tell_rows
        leave_out = config is not None and config.bad_rows == "leave_out"
        severity: Severity = "warning" if leave_out else "error"
        self.tally = Tally()
        self.formats: Counter[tuple[str, str]] = Counter()
        self.bad = BadRows(self.tally, severity)
        self.unread = BadRows(None, "error")
        self.unread_count = 0
        self.unseen = Finding(
            severity,
            _("rows with a picture, and this config trains on text only"),
            _("Leave such rows out with bad_rows: leave_out, or train a model that sees."),
        )
        self.unused_columns = UnusedColumns()
        self.unread_files = unread([])
        self.refusal: list[Finding] = []
        self.duplicates = Duplicates()
        self.languages = Languages()
        self.image_folder = image_folder
        self.sees = config is not None and config.sees
        self.skips_pictures = config is not None and config.sees and config.on_bad_image == "skip"
        self.pictures = Pictures("warning" if self.skips_pictures else "error", severity)
        self.tokens = Tokens(measure, self.tally, severity) if measure else None
        self.preferences = Preferences(config.stage if config else None, severity)
        self.checkers = list(self._checkers())

    def _checkers(self) -> Iterator[Checker]:
        """All topics, in the order in which their findings are told."""
        yield EmptyRows()
        yield TurnOrder()
        yield EmptyTexts()
        yield Numbers()
        yield self.pictures
        yield EncodingTrouble()
        yield TemplateFit(self.measure)
        yield TokenRows(self.measure.tokenizer.vocabulary_size if self.measure else None)
        yield self.preferences
        yield self.duplicates
        yield self.languages
        if self.config is not None:
            yield ProbeLeakage(self.config)
            yield SystemTexts(self.config)

    def read(self, file: SourceFile, shown_name: str) -> None:
        """Look at the rows of a file."""
        self.bad.of_file(file.path, shown_name)
        self.unread.of_file(file.path, shown_name)
        try:
            opened = open_file(file.path, file.choice, self.bad)
            self._recognise(opened.format.name, opened.reason)
            if self.config is not None:
                refuse_unmeant_pairs(opened.format, file, self.config.stage)
            folders = (self.image_folder,) if self.image_folder else file.picture_folders
            for row in opened.rows:
                self._look(Place(shown_name, row.number, folders), row.sample)
            self.unused_columns.look(file, shown_name, opened.format)
        except WorkbenchError as error:
            self.unread.append(error)
            self.unread_count += 1

    def _recognise(self, name: str, reason: str) -> None:
        if (name, reason) in self.formats or len(self.formats) < _FORMATS_NAMED:
            self.formats[name, reason] += 1

    def _look(self, where: Place, sample: Sample) -> None:
        self.tally.read += 1
        if self.tell_rows and self.tally.read % _ROWS_BETWEEN_TELLING == 0:
            self.tell_rows(self.tally.read)
        for checker in self.checkers:
            checker.look(where, sample)
        reason = (
            self._why_unplaced()
            or why_empty(sample)
            or self.preferences.why_left_out
            or self._why_unread(where, sample)
        )
        if reason:
            self.tally.leave_out(reason)
        elif self.tokens:
            self.tokens.look(where, sample)

    def _why_unplaced(self) -> Reason | None:
        """Trainings of models that see count rows whose pictures have no places among the bad ones."""
        return "bad" if self.sees and self.pictures.why_left_out == "bad" else None

    def _why_unread(self, where: Place, sample: Sample) -> Reason | None:
        """Trainings of text refuse rows with pictures, or leave them out, as their ``bad_rows`` says."""
        if self.config is None or not sample.images:
            return None
        if self.sees:
            return self.pictures.why_left_out
        self.unseen.add(where)
        return "picture"

    def report(self, processes: int) -> CheckReport:
        """What was found, the worst first."""
        findings = self._findings()
        lengths = self.tokens.lengths if self.tokens else None
        return CheckReport(
            tally=self.tally,
            unread=self.unread_count,
            stops=self.bad.severity == "error",
            stops_at_pictures=not self.skips_pictures,
            recognised=[Recognised(name, reason, files) for (name, reason), files in self.formats.items()],
            findings=findings,
            languages=self.languages.rows,
            pictures=self.pictures.count,
            near_rows_compared=self.duplicates.near_rows_compared,
            different_rows=self.duplicates.different_rows,
            template=self.measure.template.reference if self.measure else None,
            template_reason=self.measure.template_reason if self.measure else "",
            lengths=lengths,
            packs=pack_figures(lengths, self.measure, processes)
            if lengths and self.measure and lengths.samples
            else None,
        )

    def _findings(self) -> list[Finding]:
        findings = [*self.refusal, *self.unread.findings(), *self.bad.findings(), self.unseen]
        for checker in (*self.checkers, *([self.tokens] if self.tokens else [])):
            findings += checker.findings()
        findings += [*self.unused_columns.findings(), *self.unread_files]
        findings = found(findings)
        if self.tally.read and not self.tally.kept and all(known.severity != "error" for known in findings):
            findings.append(_nothing_kept(self.tally.read))
        return sorted(findings, key=lambda finding: _WORST_FIRST.index(finding.severity))


def _nothing_kept(rows: int) -> Finding:
    return Finding("error", _("No row is left to train on."), _("Mend what is named below."), rows)
