"""Events as text: readable by people and by scripts made for XTuner's log."""

from __future__ import annotations

import re

from workbench.jobs.event_text import EventText
from workbench.jobs.events import Checkpoint, Failed, Finished, Progress, Sample, Score, Step, Validation, Warned

XTUNER_LINE = re.compile(
    r"Iter\(train\) \[\s*(\d+)/(\d+)\]\s+lr: (\S+)\s+eta: (.+?)\s+time: (\S+)\s+data_time: (\S+)\s+memory: (\d+)\s+loss: (\S+)"
)


def step(iteration: int, time: float, total: int = 720) -> Step:
    return Step(
        time=time,
        iter=iteration,
        total_iters=total,
        step=iteration // 2,
        total_steps=total // 2,
        loss=2.69,
        lr=9.0001e-5,
        grad_norm=0.9361,
        tokens_per_s=1234.5,
        data_time=0.0077,
        memory=12762.0,
        eta=1906.0,
    )


def test_a_step_reads_like_xtuners_log() -> None:
    text = EventText()
    text.lines(step(10, 100.0))
    (line,) = text.lines(step(20, 126.851))
    match = XTUNER_LINE.search(line)
    assert match is not None
    assert match.groups() == ("20", "720", "9.0001e-05", "0:31:46", "2.6851", "0.0077", "12762", "2.6900")
    assert line.endswith("grad_norm: 0.9361  tokens_per_sec: 1234.5  step: 10/360")


def test_what_is_known_of_speed_is_said() -> None:
    known = step(10, 100.0).model_copy(update={"trained_tokens_per_s": 400.25, "mfu": 0.4321})
    (line,) = EventText().lines(known)
    assert "tokens_per_sec: 1234.5  trained_tokens_per_sec: 400.2  mfu: 43.2%  step:" in line


def test_a_validation_is_a_line_of_its_own() -> None:
    (line,) = EventText().lines(Validation(time=1.0, iter=40, step=20, loss=2.5, tokens=189, train_loss=1.75))
    assert line.endswith("Iter(val) [40]  loss: 2.5000  tokens: 189  train_loss: 1.7500")


def test_stages_that_compare_tell_their_figures_and_count_pairs() -> None:
    measured = {"reward_acc": 0.75, "reward_margin": 0.5}
    (line,) = EventText().lines(step(10, 100.0).model_copy(update={"figures": measured}))
    assert "loss: 2.6900  reward_acc: 0.7500  reward_margin: 0.5000  grad_norm" in line
    (line,) = EventText().lines(Validation(time=1.0, iter=4, step=2, loss=2.5, tokens=48, figures=measured))
    assert line.endswith("loss: 2.5000  reward_acc: 0.7500  reward_margin: 0.5000  pairs: 48")


def test_steps_are_thinned_to_one_a_second_but_the_last_is_shown() -> None:
    text = EventText()
    shown = [iteration for iteration in range(1, 101) if text.lines(step(iteration, 50 + iteration / 10, total=100))]
    assert shown[0] == 1
    assert shown[-1] == 100
    assert len(shown) == 11


def test_progress_of_each_stage_is_thinned_by_itself_and_its_end_is_shown() -> None:
    text = EventText()
    assert text.lines(Progress(time=5.0, stage="read", done=1, total=4, unit="rows")) == ["read: 25% (1/4 rows)"]
    assert text.lines(Progress(time=5.1, stage="read", done=2, total=4, unit="rows")) == []
    assert text.lines(Progress(time=5.1, stage="pack", done=0, total=4)) == ["pack: 0%"]
    assert text.lines(Progress(time=5.2, stage="read", done=4, total=4, unit="rows")) == ["read: 100% (4/4 rows)"]


def test_answers_cannot_change_the_terminal() -> None:
    lines = EventText().lines(Sample(iter=300, prompt="你是谁\x1b]0;x\x07", output="我是小明\x1b[2J\n的助手"))
    assert lines == ["Sample output at iteration 300:", "  > 你是谁]0;x", "  我是小明[2J", "  的助手"]


def test_scores_checkpoints_and_ends_are_told() -> None:
    text = EventText()
    (score,) = text.lines(Score(name="identity", value=0.96, right=48, total=50, target="checkpoints/checkpoint-40"))
    assert score == "Score identity: 96.0% (48 of 50) checkpoints/checkpoint-40"
    (saved,) = text.lines(Checkpoint(iter=80, step=40, path="checkpoints/checkpoint-40"))
    assert saved == "Saved checkpoints/checkpoint-40 at iteration 80 (optimiser step 40)."
    assert text.lines(Warned(message="batch_size 1 → 2", is_note=True)) == ["Note: batch_size 1 → 2"]
    assert text.lines(Failed(reason="no memory", where="log.txt", hint="use qlora")) == [
        "Failed: log.txt: no memory",
        "  → use qlora",
    ]
    assert text.lines(Finished(results={"adapter": "a/b", "identity": 0.9})) == [
        "Finished.",
        "  adapter: a/b",
        "  identity: 0.9",
    ]
