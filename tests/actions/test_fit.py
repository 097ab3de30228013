"""What --fit may be given."""

from __future__ import annotations

import pytest

from workbench.actions.fit import FitWish, fit_wish
from workbench.errors import WorkbenchError


@pytest.mark.parametrize(
    ("text", "most"), [("auto", None), ("3", 3 * 10**9), ("1.5", 15 * 10**8), ("500MB", 5 * 10**8)]
)
def test_a_wish_is_auto_or_a_size_and_a_number_alone_is_of_gigabytes(text: str, most: int | None) -> None:
    assert fit_wish(text) == FitWish(most)


def test_what_is_no_size_is_told_of_its_option() -> None:
    with pytest.raises(WorkbenchError, match="huge is no size") as caught:
        fit_wish("huge")
    assert caught.value.where == "--fit"
