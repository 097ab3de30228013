"""A LLaVA folder is asked about pictures, on its base and with its tower."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from tests.evaluation.test_job import job_of, scores_of
from tests.models.vision.tiny import clip_tower, sample_tokenizer, save_tower
from workbench.configs.provenance import Provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.evaluation.__main__ import work
from workbench.evaluation.answer_log import ANSWERS_FILE, AnswerLog
from workbench.evaluation.question_set import Answer, Question
from workbench.evaluation.request import Benchmark, EvaluationRequest, ModelToScore
from workbench.evaluation.tables import TABLES_FILE
from workbench.jobs.events import EventLog
from workbench.models.load import load_language_model
from workbench.models.vision.assembly import assemble
from workbench.models.vision.parts import PROJECTOR
from workbench.models.vision.projector import write_projector

pytestmark = pytest.mark.heavy


@pytest.fixture
def asked(tmp_path: Path) -> EvaluationRequest:
    """A projector nobody trained between the sample model and a tiny tower, and a question with any answer."""
    tower = clip_tower()
    torch.manual_seed(5)
    model = assemble(load_language_model("sample:model", precision="fp32"), tower, sample_tokenizer())
    write_projector(model, tmp_path / "llava" / PROJECTOR)
    write_provenance(tmp_path / "llava", Provenance(pad_image_to_square=False))
    model.save_pretrained(tmp_path / "whole")
    sample_tokenizer().save_pretrained(tmp_path / "whole")
    tower.processor.save_pretrained(tmp_path / "whole")
    Image.new("RGB", (20, 30), "red").save(tmp_path / "red.png")
    probe = {"question": "What is it?", "image": "red.png", "kind": "any", "language": "en"}
    text = {"question": "What is 3 plus 5?", "answers": ["8"], "kind": "sum"}
    rows = [{**probe, "answers": [""]}, {**probe, "answers": ["no such answer"]}, text]
    (tmp_path / "seeing.json").write_text(json.dumps(rows))
    wanted = ModelToScore(
        label="llava",
        model="sample:model",
        llava=str(tmp_path / "llava"),
        visual_encoder=str(save_tower(tower, tmp_path / "tower")),
        prompt_template="internlm2_chat",
    )
    return EvaluationRequest(models=[wanted], probes={"seeing": str(tmp_path / "seeing.json")}, max_new_tokens=8)


def test_it_is_scored_by_kind_and_language(asked: EvaluationRequest, tmp_path: Path) -> None:
    job = job_of(asked, tmp_path)
    finished = work(job, EventLog(job.path))
    assert scores_of(job) == [("llava", "seeing", 2, 3)]
    assert finished.results["seeing llava"] == pytest.approx(2 / 3)
    tables = json.loads((job.results_path / TABLES_FILE).read_text())["llava"]["seeing"]
    assert {kind: (share["right"], share["total"]) for kind, share in tables["kind"].items()} == {
        "any": (1, 2),
        "sum": (1, 1),
    }


def test_a_whole_model_answers_as_its_parts_do(asked: EvaluationRequest, tmp_path: Path) -> None:
    (parts,) = asked.models
    whole = ModelToScore(label="whole", model=str(tmp_path / "whole"), prompt_template="internlm2_chat")
    job = job_of(asked.model_copy(update={"models": [parts, whole]}), tmp_path)
    work(job, EventLog(job.path))
    lines = [json.loads(line) for line in (job.results_path / ANSWERS_FILE).read_text().split("\n") if line]
    answers = [[line["answer"] for line in lines if line["model"] == name] for name in ("llava", "whole")]
    assert len(answers[0]) == 3
    assert answers[0] == answers[1]


def test_a_benchmark_is_asked_with_probes(asked: EvaluationRequest, tmp_path: Path) -> None:
    row = {"question_id": 1, "image": "red.png", "text": "Is it red?", "label": "yes"}
    (tmp_path / "pope.jsonl").write_text(json.dumps(row))
    benchmark = Benchmark(kind="pope", data_path=str(tmp_path / "pope.jsonl"))
    job = job_of(asked.model_copy(update={"benchmark": benchmark, "stop_words": [" is"]}), tmp_path)
    finished = work(job, EventLog(job.path))
    assert [name for _model, name, _right, _total in scores_of(job)] == ["seeing", "pope"]
    assert {"pope llava", "pope_f1 llava", "pope_yes_ratio llava"} <= finished.results.keys()
    log = AnswerLog(Path(str(finished.results["answers"])))
    assert len(log) == 4
    answer = log.get("llava", "seeing", Question("3", "What is 3 plus 5?"))
    assert answer == Answer("3 plus 5")  # up to the stop word


def test_a_model_that_reads_text_only_is_told_so(asked: EvaluationRequest, tmp_path: Path) -> None:
    (wanted,) = asked.models
    text_only = wanted.model_copy(update={"llava": None, "visual_encoder": None})
    job = job_of(asked.model_copy(update={"models": [text_only]}), tmp_path)
    with pytest.raises(WorkbenchError, match="reads text only"):
        work(job, EventLog(job.path))
