"""A check's report as text of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.data.checks.finding import Finding
from workbench.data.checks.lengths import Lengths, PackFigures
from workbench.data.checks.report import CheckReport
from workbench.data.checks.tally import REASONS, STOPPING, Tally
from workbench.data.languages import LANGUAGES
from workbench.data.wording import listed
from workbench.i18n import N_, _
from workbench.wrapping import wrapped

_PLACES_SHOWN = 3
_BAR_CELLS = 40
_SEVERITIES = {"error": N_("error"), "warning": N_("warning"), "note": N_("note")}
_PACKING = {
    "best_fit": N_("{packs} packs of {length} tokens (whole samples), {fill:.1%} full"),
    "concat": N_("{packs} packs of {length} tokens (joined and cut), {fill:.1%} full"),
    "none": N_("{packs} training rows of up to {length} tokens, one a sample; {fill:.1%} of the room is filled"),
}


def report_text(report: CheckReport) -> str:
    """Totals, figures, then the findings by severity, each with some places and what to do."""
    lines = [*figures(report)]
    for found in report.findings:
        lines += ["", *_finding_lines(found)]
    if not report.findings:
        lines += ["", _("Nothing wrong was found.")]
    return "\n".join(lines)


def figures(report: CheckReport) -> Iterator[str]:
    """Totals, formats, languages, and what was measured in tokens, as lines."""
    yield from _tally_lines(report.tally)
    if report.unread:
        text = _("files not read, or not to their end: {count}; what is not read is not counted")
        yield from wrapped(text.format(count=report.unread), indent="  ")
    if report.stops and not STOPPING.isdisjoint(report.tally.left_out):
        yield from wrapped(_("training stops at the first bad row, unless bad_rows: leave_out"), indent="  ")
    if report.stops_at_pictures and "bad_image" in report.tally.left_out:
        yield from wrapped(_("training does not begin with such pictures, unless on_bad_image: skip"), indent="  ")
    for known in report.recognised:
        text = _("format {name}: {reason}").format(name=known.format, reason=known.reason)
        if len(report.recognised) > 1:
            text = _("{text} (files: {count})").format(text=text, count=known.files)
        yield from wrapped(text, indent="  ")
    if report.languages:
        yield from wrapped(_language_text(report), indent="  ")
    if report.pictures:
        yield _("pictures: {count}").format(count=report.pictures)
    if 0 < report.near_rows_compared < report.different_rows:
        text = _("near-duplicates were looked for among the first {compared} of {rows} different rows")
        yield from wrapped(text.format(compared=report.near_rows_compared, rows=report.different_rows), indent="  ")
    if report.template:
        yield from wrapped(_template_text(report), indent="  ")
    if report.lengths and report.lengths.rows:
        yield from _length_lines(report.lengths)
    if report.packs:
        yield from _pack_lines(report.packs)


def _tally_lines(tally: Tally) -> Iterator[str]:
    left_out = sum(tally.left_out.values())
    text = _("{rows} rows read = {kept} kept + {left_out} left out")
    yield text.format(rows=tally.read, kept=tally.kept, left_out=left_out)
    for reason, count in tally.reasons():
        yield "  " + _("left out: {count} {reason}").format(count=count, reason=_(REASONS[reason]))


def _language_text(report: CheckReport) -> str:
    total = report.languages.total()
    shares = [
        f"{_(LANGUAGES[language])} {count / total:.1%}" for language, count in report.languages.most_common() if count
    ]
    return _("languages: {shares}").format(shares=listed(shares))


def _template_text(report: CheckReport) -> str:
    if report.template_reason:
        text = _("tokens are counted with the prompt template {name}: {reason}")
        return text.format(name=report.template, reason=report.template_reason)
    return _("tokens are counted with the prompt template {name}").format(name=report.template)


def _length_lines(lengths: Lengths) -> Iterator[str]:
    text = _("{tokens} tokens, {trained} of them with loss; {cut} more are cut")
    yield from wrapped(text.format(tokens=lengths.tokens, trained=lengths.trained, cut=lengths.cut), indent="  ")
    if lengths.pairs:
        text = _("both answers of {count} pairs are counted, each with its question")
        yield from wrapped(text.format(count=lengths.pairs), indent="  ")
    text = _("a row before cutting: half up to {median}, 95 % up to {p95}, longest {most} tokens")
    if lengths.pairs:
        text = _("the longer answer of a pair: half up to {median}, 95 % up to {p95}, longest {most} tokens")
    yield from wrapped(
        text.format(
            median=lengths.share_below(0.5),
            p95=lengths.share_below(0.95),
            most=lengths.longest,
        ),
        indent="  ",
    )
    buckets = lengths.histogram()
    labels = [f"{bucket.least}–{bucket.most}" for bucket in buckets]
    widest = max(map(len, labels))
    most_rows = max(bucket.rows for bucket in buckets)
    for number, (label, bucket) in enumerate(zip(labels, buckets, strict=True)):
        if not bucket.rows:
            if buckets[number - 1].rows:
                yield f"  {'…':>{widest}}"
            continue
        bar = "█" * round(_BAR_CELLS * bucket.rows / most_rows) or "▏"
        yield f"  {label:>{widest}} {bar} {bucket.rows}"


def _pack_lines(packs: PackFigures) -> Iterator[str]:
    text = _(_PACKING[packs.how]).format(packs=packs.packs, length=packs.max_length, fill=packs.fill)
    yield from wrapped(text, indent="  ")
    if packs.steps is not None:
        text = _("{steps} optimiser steps (epochs: {epochs}, devices: {devices})")
        yield from wrapped(text.format(steps=packs.steps, epochs=packs.epochs, devices=packs.devices), indent="  ")


def _finding_lines(found: Finding) -> Iterator[str]:
    title = f"{_(_SEVERITIES[found.severity])}: {found.what} [{found.count}]"
    yield from wrapped(title, indent="  ")
    for place, detail in list(zip(found.places, found.details, strict=True))[:_PLACES_SHOWN]:
        yield f"    {place}  {detail}".rstrip()
    if found.count > _PLACES_SHOWN:
        yield "    " + _("and {count} more").format(count=found.count - _PLACES_SHOWN)
    if found.fix:
        yield from wrapped(f"  → {found.fix}", indent="    ")
