"""Shares of groups of questions (kinds, languages, categories) in a file, and as lines for people. Light."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workbench.configs.evaluation_rules import score_text
from workbench.evaluation.question_set import Outcome
from workbench.i18n import _

TABLES_FILE = "tables.json"
Cells = tuple[str, ...]


def tables_json(outcomes: Mapping[str, Mapping[str, Outcome]]) -> dict[str, str]:
    """The file of all tables, if there are any: model → score → what is told apart → group → right, total and share.

    Args:
        outcomes: by model, then by score.
    """
    found: dict[str, dict[str, Any]] = {}
    for label, by_name in outcomes.items():
        for name, outcome in by_name.items():
            if outcome.tables:
                found.setdefault(label, {})[name] = {
                    column: {
                        group: {"right": share.right, "total": share.total, "share": share.value}
                        for group, share in shares.items()
                    }
                    for column, shares in outcome.tables.items()
                }
    return {TABLES_FILE: json.dumps(found, ensure_ascii=False, indent=1) + "\n"} if found else {}


def table_rows(file: Path) -> Iterator[list[Cells]]:
    """Of each table in a file its rows: a head, then a row for each group."""
    for label, by_name in json.loads(file.read_text(encoding="utf-8")).items():
        for name, by_column in by_name.items():
            for column, groups in by_column.items():
                title = _("{score} of {model}").format(score=score_text(name), model=label)
                rows = [
                    (group, f"{found['share']:.1%}", f"{found['right']}/{found['total']}")
                    for group, found in groups.items()
                ]
                yield [(column_text(column), title, ""), *rows]


def column_text(column: str) -> str:
    """The word for what is told apart; one that is not known is its own word."""
    return {"kind": _("kind"), "language": _("language"), "category": _("category")}.get(column, column)
