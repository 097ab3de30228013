"""Settings that go by another name elsewhere are told ours, and ours exist."""

from __future__ import annotations

import pytest

from workbench.configs import other_names
from workbench.configs.problems import fields_at
from workbench.configs.schema import TrainConfig


@pytest.mark.parametrize("ours", sorted(set(other_names._OURS.values())))
def test_what_is_named_is_a_setting(ours: str) -> None:
    *group, name = ours.split(".")
    assert name in fields_at(tuple(group))


def test_no_name_of_ours_is_sent_elsewhere() -> None:
    assert not set(TrainConfig.model_fields) & set(other_names._OURS)


def test_dashes_and_capitals_do_not_matter() -> None:
    assert other_names.our_name("Learning-Rate") == "lr"
    assert other_names.our_name("colour") is None
