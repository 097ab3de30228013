"""Rows that were tokenised elsewhere."""

from __future__ import annotations

import pytest

from workbench.data.checks.place import Place
from workbench.data.checks.token_rows import TokenRows
from workbench.data.conversation import Conversation, TokenRow, Turn

LENGTHS = "rows of tokens whose labels are more or fewer than their tokens"
PARTS = "rows of tokens whose parts are longer or shorter than the row"
RANGE = "rows of tokens with ids that the tokenizer does not have"
SHIFTED = "rows of tokens whose labels are other tokens than those in their place"


def findings(sample: TokenRow | Conversation, size: int | None = 100) -> dict[str, tuple[list[str], list[str]]]:
    check = TokenRows(size)
    check.look(Place("a.jsonl", 7), sample)
    return {found.what: (found.places, found.details) for found in check.findings() if found.count}


@pytest.mark.parametrize(
    "sample",
    [
        TokenRow((1, 2, 3), (-100, 2, 3)),
        TokenRow((1, 2, 3), (-100, 2, 3), (2, 1)),
        TokenRow((-200, 99), (-100, 99)),
        TokenRow((), ()),
        Conversation((Turn("user", "Q"),)),
    ],
)
def test_sound_rows_have_no_findings(sample: TokenRow | Conversation) -> None:
    assert findings(sample) == {}


@pytest.mark.parametrize(
    ("sample", "what", "place", "detail"),
    [
        (TokenRow((1, 2), (1,)), LENGTHS, "a.jsonl:7:labels", "1 ≠ 2"),
        (TokenRow((1, 2), (1, 2), (1, 2)), PARTS, "a.jsonl:7", "3 ≠ 2"),
        (TokenRow((1, 100), (1, 100)), RANGE, "a.jsonl:7:input_ids", "100"),
        (TokenRow((-5, 1), (-100, 1)), RANGE, "a.jsonl:7:input_ids", "-5"),
        (TokenRow((1, 2, 3), (2, 3, -100)), SHIFTED, "a.jsonl:7:labels", ""),
    ],
)
def test_numbers_that_disagree_are_found(sample: TokenRow, what: str, place: str, detail: str) -> None:
    assert findings(sample) == {what: ([place], [detail])}


def test_without_a_tokenizer_only_negative_ids_are_out_of_range() -> None:
    assert findings(TokenRow((10**6,), (10**6,)), None) == {}
    assert RANGE in findings(TokenRow((-1,), (-100,)), None)
