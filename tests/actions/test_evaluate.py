"""Scoring begins when it is known what to ask, and how."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.actions.evaluate import model_to_score, start_evaluate
from workbench.configs.provenance import Provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.evaluation.request import EvaluationRequest

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


def test_the_job_knows_what_to_do(project: Path) -> None:
    wanted = model_to_score("sample:model", None, None)
    record = start_evaluate([wanted], PROBES, project=project).record
    assert (record.kind, record.name) == ("evaluate", "evaluate-model")
    assert EvaluationRequest.model_validate(record.arguments) == EvaluationRequest(models=[wanted], probes=PROBES)
