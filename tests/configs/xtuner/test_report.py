"""What is told of an import: each finding once, with its row and reason, what matters first."""

from __future__ import annotations

from pathlib import Path

from tests.configs.xtuner.samples import changed, written
from workbench.configs.xtuner.imported import import_config
from workbench.configs.xtuner.wording import report_lines


def test_the_report_names_rows_and_reasons(tmp_path: Path) -> None:
    made = import_config(written(tmp_path, changed("start_factor=1e-5", "start_factor=0.1")))
    lines = report_lines(made)
    row = next(one.row for one in made.lost)
    assert f"  {row}: param_scheduler[0].start_factor = 0.1" in lines
    assert "      the rise begins at zero" in lines


def test_what_no_field_takes_is_not_needed_and_nothing_is_told_twice(tmp_path: Path) -> None:
    text = changed("lr = 1e-4", "lr = float(input())\nnobody = input()").replace(
        "visualizer = None", "visualizer = dict(type='V', a=input(), b=input())"
    )
    made = import_config(written(tmp_path, text))
    lines = report_lines(made)
    assert sum("visualizer" in line for line in lines) == 1
    assert [one.value for one in made.lost] == ["float(input())", "dict(type=V, …)"]
    assert [one.value for one in made.not_carried if "nobody" in one.value] == ["nobody = input()"]
    refusing = import_config(written(tmp_path, changed("data_files=rows", "data_files=input()")))
    assert not any("input()" in line for line in report_lines(refusing))
    assert len(refusing.refusals) == 1
