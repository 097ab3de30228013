"""Scoring begins when it is known what to ask, and how."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from workbench.actions.evaluate import model_to_score, named_files, start_evaluate
from workbench.configs.provenance import Provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.evaluation.answer_log import ANSWERS_FILE, AnswerLog
from workbench.evaluation.question_set import Answer, Question
from workbench.evaluation.request import Benchmark, EvaluationRequest
from workbench.jobs.events import EventLog, Finished
from workbench.jobs.folder import JobFolder
from workbench.paths import resolve_model

PROBES = {"retention": "sample:retention.probes.json"}


@pytest.fixture
def adapter(project: Path) -> Path:
    """An adapter that tells how it was trained."""
    folder = project / "adapter"
    folder.mkdir()
    write_provenance(folder, Provenance(prompt_template="qwen_chat", system="Be brief."))
    return folder


def test_the_sample_model_knows_its_template() -> None:
    wanted = model_to_score("sample:model", None, None)
    assert (wanted.model, wanted.prompt_template) == ("sample:model", "internlm2_chat")


def test_an_adapter_is_asked_as_it_was_trained(adapter: Path) -> None:
    wanted = model_to_score("sample:model", "adapter", None)
    assert (wanted.prompt_template, wanted.system) == ("qwen_chat", "Be brief.")
    assert (wanted.label, wanted.adapter) == ("adapter", str(adapter))


def test_what_the_user_says_goes_first(adapter: Path) -> None:
    wanted = model_to_score("sample:model", "adapter", "default", "Be long.")
    assert (wanted.prompt_template, wanted.system) == ("default", "Be long.")


def test_weights_of_unknown_origin_need_a_template(project: Path) -> None:
    (project / "model").mkdir()
    with pytest.raises(WorkbenchError, match="which prompt template") as caught:
        model_to_score("model", None, None)
    assert caught.value.where == "model"
    assert "--prompt-template" in (caught.value.fix or "")
    assert model_to_score("model", None, "default").model == str(project / "model")


def test_without_probes_there_is_nothing_to_ask(project: Path) -> None:
    with pytest.raises(WorkbenchError, match="nothing to ask"):
        start_evaluate([model_to_score("sample:model", None, None)], {}, project=project)


@pytest.mark.parametrize(
    ("probes", "template", "said"),
    [({"identity": "nowhere.json"}, None, "cannot be read"), (PROBES, "internlm_chatt", "internlm_chat")],
)
def test_mistakes_are_found_before_a_job_is_made(
    project: Path, probes: dict[str, str], template: str | None, said: str
) -> None:
    with pytest.raises(WorkbenchError) as caught:
        start_evaluate([model_to_score("sample:model", None, template)], probes, project=project)
    assert said in str(caught.value)
    assert list(project.iterdir()) == []


def test_a_reward_model_is_refused_before_a_job_is_made(adapter: Path, project: Path) -> None:
    (adapter / "adapter_config.json").write_text('{"task_type": "SEQ_CLS"}')
    with pytest.raises(WorkbenchError, match="reward model"):
        start_evaluate([model_to_score("sample:model", "adapter", None)], PROBES, project=project)
    assert not (project / "work_dirs").exists()


def test_the_job_knows_what_to_do(project: Path) -> None:
    wanted = model_to_score("sample:model", None, None)
    record = start_evaluate([wanted], PROBES, project=project).record
    assert (record.kind, record.name) == ("evaluate", "evaluate-model")
    asked = EvaluationRequest.model_validate(record.arguments)
    assert asked == EvaluationRequest(models=[wanted], probes=PROBES, as_of=asked.as_of)


def _stopped_with_answers(job: JobFolder) -> None:
    log = AnswerLog(job.results_path / ANSWERS_FILE)
    log.add("model", "retention", [Question("1", "Q")], [Answer("A")])
    job.exit_path.write_text('{"returncode": 1}')


def test_the_same_request_goes_on_where_it_was(project: Path) -> None:
    wanted = model_to_score("sample:model", None, None)
    first = start_evaluate([wanted], PROBES, project=project)
    _stopped_with_answers(first)
    assert start_evaluate([wanted], PROBES, project=project) == first
    assert not first.exit_path.exists()


def test_what_is_asked_otherwise_or_of_other_files_begins_anew(project: Path) -> None:
    wanted = model_to_score("sample:model", None, None)
    probes = {"retention": str(project / "text.json")}
    (project / "text.json").write_text('[{"question": "Q", "answers": ["A"]}]')
    first = start_evaluate([wanted], probes, project=project)
    _stopped_with_answers(first)
    other = start_evaluate([wanted.model_copy(update={"system": "Be brief."})], probes, project=project)
    _stopped_with_answers(other)
    (project / "text.json").write_text('[{"question": "Q", "answers": ["B"]}]')
    changed = start_evaluate([wanted], probes, project=project)
    assert len({first.path, other.path, changed.path}) == 3


def test_what_has_finished_begins_anew(project: Path) -> None:
    wanted = model_to_score("sample:model", None, None)
    first = start_evaluate([wanted], PROBES, project=project)
    _stopped_with_answers(first)
    EventLog(first.path).write(Finished())
    first.exit_path.write_text('{"returncode": 0}')
    assert start_evaluate([wanted], PROBES, project=project) != first


@pytest.fixture
def llava(project: Path) -> Path:
    """A LLaVA folder that says what it goes with; what is in its parts does not matter here."""
    (project / "llava" / "projector").mkdir(parents=True)
    (project / "llava" / "projector" / "config.json").write_text("{}")
    known = Provenance(
        prompt_template="internlm2_chat",
        base_model="sample:model",
        visual_encoder="sample:vision_tower",
        visual_select_layer=-3,
    )
    write_provenance(project / "llava", known)
    return project / "llava"


@pytest.fixture
def image_probes(project: Path) -> Path:
    """One question about a picture."""
    Image.new("RGB", (4, 4)).save(project / "a.png")
    (project / "probes.json").write_text('[{"question": "Q", "answers": ["A"], "image": "a.png"}]')
    return project / "probes.json"


@pytest.mark.parametrize("names", [("llava", None), ("sample:model", "llava")])
def test_a_llava_folder_stands_for_its_parts(llava: Path, names: tuple[str, str | None]) -> None:
    wanted = model_to_score(*names, None)
    assert (wanted.label, resolve_model(wanted.model)) == ("llava", resolve_model("sample:model"))
    assert wanted.adapter is None
    assert (wanted.llava, wanted.visual_encoder) == (str(llava), "sample:vision_tower")
    assert (wanted.visual_select_layer, wanted.prompt_template) == (-3, "internlm2_chat")


def test_what_the_user_says_of_a_llava_folder_goes_first(llava: Path, project: Path) -> None:
    (project / "tower").mkdir()
    wanted = model_to_score("sample:model", None, None, llava="llava", visual_encoder="tower", visual_select_layer=-1)
    assert (wanted.visual_encoder, wanted.visual_select_layer) == (str(project / "tower"), -1)


def test_pictures_are_for_models_that_see(llava: Path, image_probes: Path, project: Path) -> None:
    probes = {"seeing": str(image_probes)}
    with pytest.raises(WorkbenchError, match="reads text only") as caught:
        start_evaluate([model_to_score("sample:model", None, None)], probes, project=project)
    assert caught.value.where == "sample:model"
    assert (
        start_evaluate([model_to_score("llava", None, None)], probes, project=project).record.name == "evaluate-llava"
    )


def test_a_picture_that_is_not_there_is_named_before_a_job_is_made(
    llava: Path, image_probes: Path, project: Path
) -> None:
    (project / "a.png").unlink()
    with pytest.raises(WorkbenchError, match="not there") as caught:
        start_evaluate([model_to_score("llava", None, None)], {"seeing": str(image_probes)}, project=project)
    assert caught.value.where == f"{image_probes}:1:image"
    assert not (project / "work_dirs").exists()


def test_a_benchmark_is_named_by_its_file(llava: Path, project: Path) -> None:
    (project / "pope.jsonl").touch()
    wanted, benchmark = model_to_score("llava", None, None), Benchmark(kind="pope", data_path="pope.jsonl")
    job = start_evaluate([wanted], {}, project=project, benchmark=benchmark, image_folder=".")
    assert job.record.name == "pope"
    assert job.record.arguments["benchmark"] == {"kind": "pope", "data_path": str(project / "pope.jsonl")}
    assert job.record.arguments["image_folder"] == str(project)


def test_a_benchmark_that_is_not_there_is_named(llava: Path, project: Path) -> None:
    benchmark = Benchmark(kind="mmbench", data_path="mmbench.tsv")
    with pytest.raises(WorkbenchError, match="no such file") as caught:
        start_evaluate([model_to_score("llava", None, None)], {}, project=project, benchmark=benchmark)
    assert caught.value.where == "mmbench.tsv"


def test_question_files_are_named_for_their_score() -> None:
    assert named_files(["sums=a=b.json", "facts=facts.csv"]) == {"sums": "a=b.json", "facts": "facts.csv"}
    with pytest.raises(WorkbenchError, match="Two files of questions have the name sums"):
        named_files(["sums=a.json", "sums=b.json"])


@pytest.mark.parametrize("given", ["sums", "=a.json", "sums=", "identity=a.json"])
def test_what_is_no_name_and_file_is_refused(given: str) -> None:
    with pytest.raises(WorkbenchError, match="no name for a score") as caught:
        named_files([given])
    assert caught.value.where == "--questions"
