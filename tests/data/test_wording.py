"""Lists of names in a sentence."""

from __future__ import annotations

import pytest

from workbench.data.wording import listed


@pytest.mark.parametrize(("names", "text"), [([], ""), (["a"], "a"), (["a", "{b}", "c"], "a, {b}, c")])
def test_names_stand_with_commas_between_them(names: list[str], text: str) -> None:
    assert listed(names) == text
