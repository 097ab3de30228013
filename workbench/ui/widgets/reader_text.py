"""What is said above the rows that are read: how many, of which format, and how they are rendered."""

from __future__ import annotations

from workbench.i18n import _
from workbench.text import printable
from workbench.ui.column_text import columns_yaml
from workbench.ui.dataset_rows import MATCHES_SHOWN, DatasetRows
from workbench.ui.row_settings import Settings
from workbench.ui.widgets.row_table import RowTable


def about_text(table: RowTable, data: DatasetRows, count: int | None, problem: str) -> str:
    """Which rows are listed, of what, and why what is behind them cannot be read.

    Args:
        count: how many rows there are; None while it is not known.
    """
    rows = _("rows: {count}") if count is not None else _("rows: more than {count}")
    said = _("{rows}, format {format}: {reason}.").format(
        rows=rows.format(count=count if count is not None else table.window.end),
        format=data.format_name,
        reason=data.reason,
    )
    if columns := columns_yaml(data.source.choice.columns):
        said += " " + _("y copies for the config: {line}").format(line=printable(columns))
    return "\n".join(filter(None, [_matches_text(table) or _listed_text(table), said, problem]))


def measure_text(settings: Settings, template: tuple[str, str]) -> str:
    """With what rows are rendered and cut: the line of title of all views. ``template``: its name, and why that one."""
    name, reason = template
    named = f"{printable(name)} ({printable(reason)})" if reason else printable(name) or "…"
    said = _("template {template}, tokens of {model}, at most {most} a sample; what is trained stands in ⟦ ⟧")
    parts = [said.format(template=named, model=printable(settings.tokenizer), most=settings.max_length)]
    if settings.config:
        parts.append(_("as in {config}").format(config=printable(settings.config)))
    if settings.of_file.image_folder:
        parts.append(_("pictures from {folder}").format(folder=printable(settings.of_file.image_folder)))
    return " · ".join(parts)


def _listed_text(table: RowTable) -> str:
    """Which rows the table holds, if it does not hold all."""
    window = table.window
    if window.start == 0 and window.is_last:
        return ""
    said = _("Rows {first}–{last} are listed, others as the cursor gets there; g goes to any row.")
    return said.format(first=window.start + 1, last=window.end)


def _matches_text(table: RowTable) -> str:
    """How many rows hold the text looked for; empty if none is looked for."""
    matches = table.matches
    if matches is None:
        return ""
    if len(matches.lines) == MATCHES_SHOWN and not matches.is_last:
        return _("Only the first {count} rows with this text are shown.").format(count=MATCHES_SHOWN)
    return _("rows with this text: {count}; escape shows all rows again").format(count=len(matches.lines))
