"""Names of models that stand side by side are short, and never the same."""

from __future__ import annotations

import pytest

from workbench.told_apart import alike_told_apart, told_apart


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["sample:model", "identity/work_dirs/a/20260921/checkpoint-20"], ["sample:model", "checkpoint-20"]),
        (["a/x/checkpoint-20", "a/y/checkpoint-20"], ["x/checkpoint-20", "y/checkpoint-20"]),
        (["sample:model", "sample:model+work/adapter"], ["sample:model", "adapter"]),
        (
            ["/models/base", "/models/base+/a/one", "/models/base+/b/one"],
            ["models/base", "a/one", "b/one"],
        ),
        (["base+x/adapter", "other"], ["base+adapter", "other"]),
        (["org/model", "endpoint:mine"], ["model", "endpoint:mine"]),
        (["x", "x+x"], ["x", "x+x"]),
        ([], []),
    ],
)
def test_the_ends_that_differ_are_kept(names: list[str], short: list[str]) -> None:
    assert told_apart(names) == short


def test_only_labels_that_several_have_are_longer() -> None:
    labels = ["base", "base + r/a", "base + r/a", "other"]
    names = ["base", "base+x/r/a", "base+y/r/a", "far/other"]
    assert alike_told_apart(labels, names) == ["base", "x/r/a", "y/r/a", "other"]
