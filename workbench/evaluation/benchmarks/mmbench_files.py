"""What is kept of an MMBench evaluation: every row with its answer, and the shares."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

from workbench.evaluation.scores import Share

PREDICTION = "prediction"
_FIRST = ("index", "question", "hint", "A", "B", "C", "D", "answer")


def result_table(rows: Sequence[Mapping[str, str]], answers: Sequence[str]) -> str:
    """A TSV of the rows' cells, and the answers in the column ``prediction``, as the test split is handed in."""
    known = list(dict.fromkeys(name for row in rows for name in row))
    columns = [name for name in _FIRST if name in known]
    columns += [PREDICTION, *(name for name in known if name not in {*_FIRST, PREDICTION})]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, PREDICTION: answer} for row, answer in zip(rows, answers, strict=True))
    return stream.getvalue()


def result_json(figures: Mapping[str, float], tables: Mapping[str, Mapping[str, Share]]) -> str:
    """All shares, 0–1."""
    by_group = {name: {group: share.value for group, share in shares.items()} for name, shares in tables.items()}
    return json.dumps({**figures, **by_group}, ensure_ascii=False, indent=1) + "\n"
