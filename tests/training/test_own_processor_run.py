"""Trainings of models that see by themselves, tiny ones of each family, through their own processors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from PIL import Image
from safetensors.torch import load_file

from tests.models.vision.own_models import write_own_model
from tests.training.runs import Run, killed_after, new_job, run, tiny_config
from workbench.configs.method_settings import LoraSettings
from workbench.configs.provenance import read_provenance
from workbench.data.templates import get_template
from workbench.evaluation.generate import generate_answers
from workbench.evaluation.open_model import open_model
from workbench.evaluation.request import ModelToScore
from workbench.jobs.events import Failed, Sample
from workbench.models.adapters import load_adapter
from workbench.models.vision.open import is_whole, load_whole, open_whole

pytestmark = pytest.mark.heavy
_COLOURS = ["red", "green", "blue", "white", "black", "yellow"]
Models = Callable[[str], Path]


def start(folder: Path, rows: Path, model: Path | str, ranks: int = 1, **changes: Any) -> Run:
    settings: dict[str, Any] = {
        "own_processor": True,
        "pretrained_model_name_or_path": str(model),
        "prompt_template": "auto",
        "dataset_format": "llava",
        "max_length": 256,
        "max_epochs": 1,
        "save_steps": 2,
        "deepspeed": "none",
        "method": "lora",
        "lr": 2e-2,
    }
    return run(new_job(folder / "job", tiny_config(rows, **(settings | changes))), ranks=ranks)


def train(folder: Path, rows: Path, model: Path, **changes: Any) -> Run:
    done = start(folder, rows, model, **changes)
    assert done.returncode == 0, done.job.log_path.read_text()[-3000:]
    return done


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """18 rows: one in three without a picture, one with two."""
    folder = tmp_path_factory.mktemp("seen")
    rows: list[dict[str, Any]] = []
    for number, colour in enumerate(_COLOURS):
        Image.new("RGB", (40 + 9 * number, 60), colour).save(folder / f"{colour}.png")
        rows.append(row("<image>\nWhat colour is it?", f"It is {colour}.", f"{colour}.png"))
        rows.append(row("Is it large?\n<image>", "No, it is small.", f"{colour}.png"))
        rows.append(row("What is the capital of France?", "Paris."))
    rows[0] = row("<image><image>\nAre they the same?", "No.", "red.png", "blue.png")
    path = folder / "seen.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def row(question: str, answer: str, *pictures: str) -> dict[str, Any]:
    turns = [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
    return {"conversations": turns, **({"image": list(pictures)} if pictures else {})}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    made: dict[str, Path] = {}

    def of(kind: str) -> Path:
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp("own") / kind
            write_own_model(kind, made[kind])
        return made[kind]

    return of


@pytest.fixture(scope="module")
def whole(rows: Path, models: Models, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Every weight but the tower's."""
    return train(tmp_path_factory.mktemp("whole"), rows, models("qwen2_5_vl"), method="full", lr=1e-3)


@pytest.fixture(scope="module")
def adapted(rows: Path, models: Models, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """An adapter on the language model, under DeepSpeed."""
    return train(tmp_path_factory.mktemp("adapted"), rows, models("gemma3"), deepspeed="zero2")


@pytest.mark.parametrize("kind", ["llava", "llava_next", "qwen2_5_vl", "qwen3_vl", "internvl", "gemma3", "idefics3"])
def test_an_adapter_on_the_language_model_learns(kind: str, rows: Path, models: Models, tmp_path: Path) -> None:
    done = train(
        tmp_path, rows, models(kind), max_epochs=3, save_steps=-1,
        evaluation_inputs=["What is it?"], evaluation_images=[str(rows.parent / "red.png")], evaluation_max_new_tokens=4,
    )  # fmt: skip
    losses = [loss for loss, _norm in done.losses.values()]
    assert losses[-1] < losses[0] - 0.1
    assert {sample.image for sample in done.of(Sample)} == {str(rows.parent / "red.png")}
    checkpoint = done.checkpoint(len(losses))
    names = load_file(checkpoint / "adapter_model.safetensors")
    assert all(".language_model." in name or ".text_model." in name for name in names)
    known = read_provenance(checkpoint)
    assert known is not None
    assert (known.base_model, known.prompt_template, known.visual_encoder) == (str(models(kind)), "auto", None)
    adapted = load_adapter(load_whole(str(models(kind)), precision="fp32"), checkpoint).eval()
    with torch.no_grad(), adapted.disable_adapter():
        before = adapted(input_ids=torch.tensor([[1, 50, 51, 52]])).logits
    with torch.no_grad():
        after = adapted(input_ids=torch.tensor([[1, 50, 51, 52]])).logits
    assert (after - before).abs().max() > 1e-2


@pytest.mark.parametrize("kind", ["qwen2_5_vl", "internvl"])
def test_the_tower_gets_an_adapter_of_its_own_rank(kind: str, rows: Path, models: Models, tmp_path: Path) -> None:
    done = train(
        tmp_path, rows, models(kind), method="qlora", visual_encoder_method="lora", save_steps=-1, max_iters=2,
        visual_encoder_lora={"r": 2, "lora_alpha": 4},
    )  # fmt: skip
    made = load_file(done.checkpoint(1) / "adapter_model.safetensors")
    ranks = {("language_model" in name, tensor.shape[0]) for name, tensor in made.items() if "lora_A" in name}
    assert ranks == {(True, 8), (False, 2)}


def test_every_weight_but_the_towers_is_trained(whole: Run, models: Models) -> None:
    before = load_whole(str(models("qwen2_5_vl")), precision="fp32").state_dict()
    after = load_whole(str(whole.checkpoint(3)), precision="fp32").state_dict()
    same = {name for name, tensor in after.items() if torch.equal(tensor, before[name])}
    assert {name for name in after if ".visual." in name and ".merger." not in name} == same


def test_a_whole_checkpoint_is_a_model_with_its_processor(whole: Run) -> None:
    assert is_whole(str(whole.checkpoint(3)))
    seeing = open_whole(str(whole.checkpoint(3)), precision="fp32")
    assert type(seeing.sight).__name__ == "ProcessorSight"


@pytest.mark.parametrize("which", ["whole", "adapted"])
def test_it_goes_on_as_if_nothing_had_happened(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    first: Run = request.getfixturevalue(which)
    again = run(killed_after(first, 1, tmp_path / "job"), "--resume", "auto")
    assert again.returncode == 0, again.job.log_path.read_text()[-3000:]
    assert {step: again.losses[step] for step in (2, 3)} == {step: first.losses[step] for step in (2, 3)}


def test_two_processes_learn_the_same_as_one(rows: Path, models: Models, tmp_path: Path) -> None:
    """Also where a process has a batch without any picture."""
    settings: dict[str, Any] = {"save_steps": -1, "lora": LoraSettings(r=8, lora_dropout=0.0), "batch_size": 1}
    tower = {"visual_encoder_method": "lora", "visual_encoder_lora": LoraSettings(r=2, lora_dropout=0.0)}
    alone = train(tmp_path / "one", rows, models("qwen2_5_vl"), accumulative_counts=6, **settings, **tower)
    both = train(
        tmp_path / "two", rows, models("qwen2_5_vl"), ranks=2, accumulative_counts=3, nproc=2, **settings, **tower
    )
    for step, (loss, norm) in alone.losses.items():
        assert both.losses[step] == (pytest.approx(loss, rel=1e-3), pytest.approx(norm, rel=1e-2))


def test_an_evaluation_asks_the_model_with_its_adapter(adapted: Run, rows: Path, models: Models) -> None:
    opened = open_model(
        ModelToScore(
            label="it", model=str(models("gemma3")), adapter=str(adapted.checkpoint(3)), prompt_template="auto"
        )
    )
    assert isinstance(opened.model, PeftModel)
    answers = generate_answers(
        opened.model, opened.tokenizer, get_template("auto", opened.tokenizer), ["What is it?", "Who?"],
        pictures=[[rows.parent / "red.png"], []], sight=opened.sight, max_new_tokens=4,
    )  # fmt: skip
    assert len(answers) == 2


def test_the_projector_alone_can_be_trained(rows: Path, models: Models, tmp_path: Path) -> None:
    done = train(tmp_path, rows, models("gemma3"), method="full", freeze_llm=True, save_steps=-1, max_iters=2)
    before = load_whole(str(models("gemma3")), precision="fp32").state_dict()
    after = load_whole(str(done.checkpoint(1)), precision="fp32").state_dict()
    changed = {name for name, tensor in after.items() if not torch.equal(tensor, before[name])}
    assert changed
    assert all("multi_modal_projector" in name for name in changed)


def test_a_model_that_reads_text_only_is_refused_before_its_data_is_read(rows: Path, tmp_path: Path) -> None:
    (failed,) = start(tmp_path, rows, "sample:model").of(Failed)
    assert "does not see by itself" in failed.reason


def test_marks_around_a_picture_are_not_left_out(rows: Path, models: Models, tmp_path: Path) -> None:
    (failed,) = start(tmp_path, rows, models("qwen2_5_vl"), prompt_template="internlm2_chat").of(Failed)
    assert failed.hint is not None
    assert "prompt_template: auto" in failed.hint
