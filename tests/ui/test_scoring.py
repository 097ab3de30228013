"""Scoring weights from the app: what is asked for, the scores, and where the wrong answers stand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.ui import recorded
from tests.ui.driving import NARROW, WIDE, running, screen_text, see, type_text, wait_until
from tests.ui.weights_driving import chosen, on
from workbench.configs.provenance import Provenance, write_provenance
from workbench.data.probes import Probe, write_probes
from workbench.evaluation.request import EvaluationRequest
from workbench.jobs import launch
from workbench.jobs.events import Finished, Score, Warned
from workbench.jobs.find import list_jobs
from workbench.jobs.stop import stop_now
from workbench.paths import resolve_model
from workbench.ui.weights_rows import CheckpointRow, Found
from workbench.ui.weights_scoring import scoring_of
from workbench.ui.widgets.weights_tree import WeightsTree
from workbench.weights.look import look_at


@pytest.fixture(autouse=True)
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.mark.heavy
async def test_a_model_is_asked_the_questions_of_a_file(project: Path) -> None:
    recorded.training(project)
    known = Probe(question="What is 3 plus 5?", answers=["8"])
    write_probes(project / "sums.probes.json", [known, Probe(question="Hi", answers=["no such answer"])])
    async with running(project, "checkpoints", NARROW) as pilot:
        await wait_until(pilot, lambda: isinstance(chosen(pilot), CheckpointRow) and chosen(pilot).is_best)
        await pilot.press("up", "up")
        await see(pilot, "The base, before training")
        await pilot.press("s")
        await see(pilot, "Score sample:model")
        await type_text(pilot, "su")
        await pilot.press("x", "enter")
        await see(pilot, "sux: The file of questions cannot be read")
        await pilot.press("backspace", "tab")
        await see(pilot, "sums.probes.json")
        await pilot.press("enter")
        scores = "✓ sample:model: sums 50.0%, 1 of 2 right"
        await wait_until(pilot, lambda: scores in screen_text(pilot), seconds=180)  # torch takes its time under load
        await see(pilot, "f5 and j show the job: evaluate-model")
        await pilot.press("s")
        await see(pilot, "sums.probes.json")  # as it was named before
        await pilot.press("escape")
    (job,) = list_jobs(project, "evaluate")
    async with running(project, "checkpoints", WIDE) as pilot:
        await wait_until(pilot, lambda: isinstance(chosen(pilot), CheckpointRow) and chosen(pilot).is_best)
        await pilot.press("up", "up")
        await see(pilot, f"sums: 50.0% {job.id}")
    async with running(project, "train", WIDE, job=job) as pilot:
        await see(pilot, "sums sample:model 50.0%", "❯ Hi", "expected  no such answer")


async def test_a_reward_model_is_asked_for_the_scores_of_pairs(project: Path) -> None:
    folder = project / "judge"
    folder.mkdir()
    settings = {"peft_type": "LORA", "r": 2, "task_type": "SEQ_CLS", "base_model_name_or_path": "sample:model"}
    (folder / "adapter_config.json").write_text(json.dumps(settings))
    (folder / "adapter_model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    write_provenance(folder, Provenance(prompt_template="internlm2_chat", base_model="sample:model"))
    async with running(project, "checkpoints", WIDE) as pilot:
        await on(pilot, "judge")
        await see(pilot, "s scores it.")
        await pilot.press("t")
        await see(pilot, "→ Score answers with it: s in Checkpoints (f6).")
        await pilot.press("escape", "s")
        await see(pilot, "Name a file of pairs")
        await type_text(pilot, "sample:preferences.held_out.jsonl")
        await pilot.press("enter")
        await wait_until(pilot, lambda: bool(list_jobs(project, "score")))
    (job,) = list_jobs(project, "score")
    stop_now(job, 1.0)
    asked = job.record.arguments
    assert (asked["adapter"], asked["data_path"]) == (str(folder), "sample:preferences.held_out.jsonl")


async def test_only_weights_can_be_scored(project: Path) -> None:
    recorded.training(project)
    async with running(project, "checkpoints", WIDE) as pilot:
        await wait_until(pilot, lambda: isinstance(chosen(pilot), CheckpointRow))
        tree = pilot.app.screen.query_one(WeightsTree)
        tree.move_cursor(tree.root.children[0])
        await wait_until(pilot, lambda: not isinstance(chosen(pilot), CheckpointRow))
        await pilot.press("s")
        await see(pilot, "Choose a checkpoint or a model to score.")
    assert list_jobs(project, "evaluate") == []


async def test_an_evaluation_shows_its_scores_what_was_cut_and_every_wrong_answer(project: Path) -> None:
    job = recorded.job_folder(project, "evaluate", "evaluate-mine", "20260921_170000")
    file = job.results_path / "wrong_answers.json"
    file.parent.mkdir()
    wrong = {"question": "[bold]Who?", "expected": ["me", "I"], "answer": "Nobody\nelse"}
    file.write_text(json.dumps({"mine": {"facts": [wrong]}}))
    recorded.write(
        job,
        Score(name="facts", value=0.5, right=1, total=2, target="mine"),
        Warned(message="1 of 2 answers were cut.", where="mine", fix="Allow longer ones."),
        Finished(results={"facts mine": 0.5, "facts_cut mine": 1, "wrong_answers": str(file)}),
    )
    async with running(project, "train", NARROW, job=job) as pilot:
        await see(pilot, "facts mine 50.0%", "! 1 of 2 answers were cut. → Allow longer ones.", "✓ wrong_answers")
        await see(pilot, "❯ [bold]Who?  mine, facts", "said  Nobody ⏎ else", "expected  me | I")
        await pilot.press("2")
        await see(pilot, "✓ mine: facts 50.0%, 1 of 2 right")


def test_a_model_that_nobody_trained_here_is_asked_in_the_format_it_was_made_for(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(resolve_model("sample:model"), project / "mine", ignore=shutil.ignore_patterns("workbench.json"))
    facts = look_at(project / "mine")
    assert facts is not None
    scoring = scoring_of(Found("mine", facts, "project"), facts, project)
    monkeypatch.setattr(launch, "_launch", lambda job, record, _env: job.write_record(record))
    job = scoring.start("sample:retention.probes.json", scoring.base, scoring.tower)
    asked = EvaluationRequest.model_validate(job.record.arguments)
    assert (asked.models[0].prompt_template, list(asked.probes)) == ("auto", ["retention"])
