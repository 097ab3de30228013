"""What came of an import, in lines of text for the terminal and for the app."""

from __future__ import annotations

from workbench.configs.xtuner.imported import ImportedConfig
from workbench.configs.xtuner.report import Carried, NotCarried
from workbench.configs.xtuner.values import as_text
from workbench.i18n import _
from workbench.text import printable


def summary(imported: ImportedConfig) -> str:
    """How many settings were carried over, in one sentence."""
    return _("{carried} settings carried over, {changed} of them changed; {lost} lost.").format(
        carried=len(imported.carried), changed=len(imported.changed), lost=len(imported.lost)
    )


def report_lines(imported: ImportedConfig) -> list[str]:
    """The changed and the missing settings, those that matter first, each with its reason; ready to be printed."""
    told = [one for one in imported.not_carried if not _is_refusal(one, imported)]
    lost, harmless = [one for one in told if one.matters], [one for one in told if not one.matters]
    lines: list[str] = []
    if lost:
        lines += ["", _("Not carried over; training may differ without it:")]
        lines += [line for one in lost for line in _missing(one, imported)]
    if imported.config is not None and imported.changed:
        lines += ["", _("Carried over with a change:")]
        lines += [line for one in imported.changed for line in _changed(one)]
    if harmless:
        lines += ["", _("Not needed here:")]
        lines += [line for one in harmless for line in _missing(one, imported)]
    return [printable(line) for line in lines]


def _is_refusal(one: NotCarried, imported: ImportedConfig) -> bool:
    """Whether the refusal of the config says the same already."""
    place = f"{one.file}:{one.row}"
    return any(refusal.place == place and one.reason in refusal.reason for refusal in imported.refusals)


def _missing(one: NotCarried, imported: ImportedConfig) -> list[str]:
    of_a_row = one.field == _("row {row}").format(row=one.row)
    what = one.value if of_a_row else f"{one.field} = {one.value}"
    return [f"  {_place(one, imported)}{what}", f"      {one.reason}"]


def _place(one: NotCarried, imported: ImportedConfig) -> str:
    """``12: `` in the config itself, ``base.py:12: `` in a file that it builds on."""
    if one.row is None:
        return ""
    return f"{one.row}: " if one.file == imported.file else f"{one.file.name}:{one.row}: "


def _changed(one: Carried) -> list[str]:
    return [f"  {one.field}: {as_text(one.value)}", f"      {one.note} ({one.source})"]
