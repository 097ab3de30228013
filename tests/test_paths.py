"""The embedded sample goes by its name wherever it lies."""

from __future__ import annotations

import pytest

from workbench.paths import by_sample_name, resolve_model


@pytest.mark.parametrize("name", ["sample:model", "owner/model", "./model", "/elsewhere/sample_data/model", ""])
def test_a_path_in_the_sample_is_its_name_and_others_stay(name: str) -> None:
    assert by_sample_name(resolve_model(name)) == name
