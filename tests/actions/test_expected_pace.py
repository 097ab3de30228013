"""How long a training may take, where no earlier run tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.actions import expected_pace
from workbench.actions.expected_pace import expected_seconds
from workbench.configs.catalogue import resolve
from workbench.configs.flops import Iteration, iteration_flops
from workbench.configs.overrides import apply_overrides
from workbench.devices import Gpu
from workbench.durations import about_time
from workbench.ui.plan_text import plan_lines
from workbench.ui.train_plan import plan_of

SAMPLE, ITERATION = "workbench_sample_lora_identity_e2", Iteration(4096, 4, 1024)


def test_a_training_without_an_earlier_run_has_a_time_and_says_what_it_rests_on(project: Path) -> None:
    row = {"messages": [{"role": "user", "content": "Who are you?"}, {"role": "assistant", "content": "Bolt. " * 20}]}
    (project / "rows.jsonl").write_text((json.dumps(row) + "\n") * 40)
    assignments = ["data_path=rows.jsonl", "dataset_format=openai"]
    plan = plan_of(SAMPLE, [*assignments, "max_epochs=2"], project)
    assert plan.seconds is not None and not plan.by_earlier_run
    assert 0.1 < plan.seconds < 600
    longer = plan_of(SAMPLE, [*assignments, "max_epochs=8"], project)
    assert longer.seconds == pytest.approx(4 * plan.seconds)
    assert f"about {about_time(plan.seconds)} (by this machine's rate now" in plan_lines(plan)


def test_processes_share_a_cpu() -> None:
    alone, shared = (
        expected_seconds(resolve(SAMPLE), ITERATION, processes=count, on_cpu=True) or 0 for count in (1, 2)
    )
    assert alone < shared < 2 * alone


def test_a_rate_holds_for_a_while_and_is_measured_anew_then(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = iter((1e9, 2e9))
    monkeypatch.setattr(expected_pace, "_measured_cpu_rate", lambda: next(measured))
    rate = expected_pace.CpuRate()
    assert [rate.now(), rate.now()] == [1e9, 1e9]
    monkeypatch.setattr(expected_pace, "_SECONDS_A_RATE_HOLDS", -1)
    assert rate.now() == 2e9


@pytest.mark.parametrize(
    ("changes", "names", "peak"),
    [
        ([], ["NVIDIA H100 80GB HBM3"], 989.4e12),
        ([], ["NVIDIA H100 80GB HBM3", "Tesla T4"], 65e12),
        (["devices=[0]"], ["NVIDIA H100 80GB HBM3", "Tesla T4"], 989.4e12),
        ([], ["NVIDIA H100 80GB HBM3", "Unheard Of"], None),
        (["precision=fp32"], ["NVIDIA H100 80GB HBM3"], None),
    ],
)
def test_a_gpu_reaches_a_share_of_its_peak_if_that_is_known(
    changes: list[str], names: list[str], peak: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus = [Gpu(number, name, 80, 80) for number, name in enumerate(names)]
    monkeypatch.setattr(expected_pace, "list_gpus", lambda: gpus)
    config = apply_overrides(resolve("internlm2_7b_qlora_alpaca_e3"), changes)
    seconds = expected_seconds(config, ITERATION, processes=len(names), on_cpu=False)
    if peak is None:
        assert seconds is None
        return
    flops = iteration_flops(config, ITERATION, on_cpu=False)
    assert seconds is not None and flops is not None
    assert seconds - flops / peak / 0.35 == pytest.approx(32 * 0.0015)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.2, "1 s"), (3.94, "3.9 s"), (47.6, "48 s"), (100, "1.7 min"), (3000, "50 min"), (9000, "2.5 h"), (1e6, "12 days")],
)  # fmt: skip
def test_a_time_is_as_precise_as_an_estimate(seconds: float, told: str) -> None:
    assert about_time(seconds) == told
