"""A model card tells where a model came from, and nothing of this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from workbench.checkpoints.export.card import card_text, hub_name_of, write_card
from workbench.configs.files import dump_config
from workbench.configs.provenance import Provenance, write_provenance
from workbench.configs.schema import TrainConfig
from workbench.data.prepare.kept_report import keep_report
from workbench.data.prepare.report import DataReport
from workbench.data.templates import PromptTemplate, keep_template
from workbench.errors import WorkbenchError
from workbench.jobs.folder import JobFolder, JobRecord

Maker = Callable[..., Path]


def header(text: str) -> dict[str, object]:
    """The YAML between the first two lines of dashes."""
    return dict(YAML(typ="safe").load(text.split("---\n")[1]))


def trained(folder: Path, project: Path, **known: object) -> None:
    """A job that trained the model of a folder."""
    job = JobFolder(project / "work_dirs" / "my_config" / "20260101_000000")
    job.path.mkdir(parents=True)
    job.write_record(JobRecord(kind="train", name="my_config", command=[], project=str(project)))
    data = ["owner/questions@fine:train", str(project / "secret.json")]
    config = TrainConfig(
        pretrained_model_name_or_path="internlm/internlm2-chat-1_8b",
        data_path=data,
        dataset_format="messages",
        prompt_template="internlm2_chat",
    )
    job.config_path.write_text(dump_config(config), encoding="utf-8")
    keep_report(DataReport(read=10, kept=9, left_out={"bad": 1}, tokens=500, trained_tokens=200), job.results_path)
    write_provenance(folder, Provenance(job=job.id, base_model=config.pretrained_model_name_or_path, **known))  # type: ignore[arg-type]


def test_a_card_tells_base_data_scores_and_notes(light_model: Maker, tmp_path: Path) -> None:
    folder, project = light_model("assistant"), tmp_path / "project"
    trained(folder, project, method="qlora", step=40, scores={"identity": 0.925}, notes=["Trained in 4 bits."])
    text = write_card(folder, project=project).read_text(encoding="utf-8")
    assert header(text) == {
        "library_name": "transformers",
        "base_model": "internlm/internlm2-chat-1_8b",
        "base_model_relation": "finetune",
        "datasets": ["owner/questions"],
        "pipeline_tag": "text-generation",
    }
    for told in (
        "# assistant",
        "QLoRA",
        "read: 10, trained: 9",
        "identity: 92.5%",
        "Trained in 4 bits.",
        "own: 1",
        "steps: 40",
    ):
        assert told in text
    for kept in ("secret", str(tmp_path), "license:"):
        assert kept not in text


def test_a_card_of_an_adapter_says_so(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text('{"task_type": "CAUSAL_LM"}')
    write_provenance(tmp_path, Provenance(base_model="owner/base"))
    told = header(card_text(tmp_path, tmp_path))
    assert (told["library_name"], told["base_model_relation"]) == ("peft", "adapter")
    assert told["pipeline_tag"] == "text-generation"


def test_a_template_of_the_users_own_is_named_without_its_path(light_model: Maker) -> None:
    folder = light_model()
    kept = keep_template(PromptTemplate("our style", "Q: {input}"), folder)
    write_provenance(folder, Provenance(prompt_template=kept, base_model=str(folder)))
    text = card_text(folder, folder.parent)
    assert "Prompt template: our style" in text
    assert str(folder.parent) not in text


def test_a_readme_of_the_users_own_stays(light_model: Maker, tmp_path: Path) -> None:
    folder = light_model()
    (folder / "README.md").write_text("mine")
    with pytest.raises(WorkbenchError, match="did not write"):
        write_card(folder, project=tmp_path)
    assert (folder / "README.md").read_text() == "mine"
    write_card(folder, project=tmp_path, overwrite=True)
    write_card(folder, project=tmp_path)


@pytest.mark.heavy
def test_the_empty_form_that_peft_leaves_is_filled(tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from torch import nn

    adapted = get_peft_model(nn.Sequential(nn.Linear(2, 2)), LoraConfig(target_modules=["0"]))  # type: ignore[arg-type]
    adapted.save_pretrained(str(tmp_path))
    assert "Model Card for Model ID" in (tmp_path / "README.md").read_text()
    assert "What it is" in write_card(tmp_path, project=tmp_path).read_text()


def test_a_folder_without_a_model_gets_no_card(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="neither a model nor an adapter"):
        write_card(tmp_path, project=tmp_path)


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("owner/model", "owner/model"),
        ("/home/me/.cache/huggingface/hub/models--owner--my-model/snapshots/0a1b", "owner/my-model"),
        ("/home/me/model", None),
        ("sample:model", None),
        ("", None),
    ],
)
def test_only_names_on_the_hub_are_named(base: str, name: str | None) -> None:
    assert hub_name_of(base) == name


def test_parts_of_a_llava_model_have_a_card(tmp_path: Path) -> None:
    folder = tmp_path / "llava"
    (folder / "projector").mkdir(parents=True)
    write_provenance(folder, Provenance(base_model="owner/model", visual_encoder="owner/tower", method="lora"))
    text = write_card(folder, project=tmp_path).read_text(encoding="utf-8")
    assert 'pipeline_tag: "image-text-to-text"' in text
    assert 'base_model_relation: "adapter"' in text
    assert "library_name" not in text
    assert "Vision tower: owner/tower" in text
    assert "Parts of a LLaVA model" in text
