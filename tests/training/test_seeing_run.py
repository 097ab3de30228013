"""What a training that sees learns, writes and goes on from."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.training.runs import Run, killed_after, new_job, run
from tests.training.seeing_runs import seeing_config, write_picture_rows
from workbench.configs.provenance import read_provenance
from workbench.jobs.events import Failed, Progress, Sample, Score, Started
from workbench.models.load import load_language_model, load_tokenizer
from workbench.models.vision.open import open_seeing
from workbench.paths import shipped
from workbench.weights.seeing import seeing_folder

pytestmark = pytest.mark.heavy
_PICTURE = "sample:pictures/held_out/002.png"


def train(folder: Path, rows: Path, ranks: int = 1, **changes: Any) -> Run:
    done = run(new_job(folder / "job", seeing_config(rows, **changes)), ranks=ranks)
    assert done.returncode == 0, done.job.log_path.read_text()[-3000:]
    return done


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_picture_rows(tmp_path_factory.mktemp("seen"))


@pytest.fixture(scope="module")
def first(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The first stage: the projector alone, features computed once."""
    return train(
        tmp_path_factory.mktemp("first"),
        rows,
        method="full",
        freeze_llm=True,
        evaluation_inputs=["这是什么颜色？"],
        evaluation_images=[_PICTURE],
        evaluation_max_new_tokens=4,
    )


@pytest.fixture(scope="module")
def second(first: Run, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The second stage: adapters on a 4-bit language model and on the tower, rows grouped by length."""
    return train(
        tmp_path_factory.mktemp("second"),
        rows,
        method="qlora",
        pretrained_pth=str(first.checkpoint(3)),
        visual_encoder_method="lora",
        visual_encoder_lora={"r": 4, "lora_alpha": 8, "lora_dropout": 0.0},
        group_by_length=True,
        deepspeed="zero2",
    )


def weights(checkpoint: Path, part: str = "projector/model") -> dict[str, torch.Tensor]:
    return load_file(checkpoint / f"{part}.safetensors")


def test_the_first_stage_writes_the_projector_and_nothing_of_the_models(first: Run) -> None:
    assert {path.name for path in first.checkpoint(3).iterdir() if path.is_dir()} == {"projector"}
    assert not list(first.checkpoint(3).glob("*.safetensors"))
    assert any("does not run" in fact for fact in first.of(Started)[0].facts)


def test_a_checkpoint_says_what_it_goes_with(first: Run) -> None:
    known = read_provenance(first.checkpoint(3))
    assert known is not None
    assert (known.base_model, known.visual_encoder) == ("sample:model", "sample:vision_tower")
    assert (known.visual_select_layer, known.pad_image_to_square) == (-2, True)


def test_sample_answers_are_about_a_picture(first: Run) -> None:
    assert {(sample.image, sample.asked) for sample in first.of(Sample)} == {(_PICTURE, "[002.png] 这是什么颜色？")}


def test_with_the_tower_in_every_step_the_same_is_learned(first: Run, rows: Path, tmp_path: Path) -> None:
    again = train(tmp_path, rows, method="full", freeze_llm=True, cache_image_features=False)
    assert any("runs with every step" in fact for fact in again.of(Started)[0].facts)
    for step, (loss, norm) in first.losses.items():
        assert again.losses[step] == (pytest.approx(loss, rel=1e-4), pytest.approx(norm, rel=1e-3))
    for name, tensor in weights(first.checkpoint(3)).items():
        torch.testing.assert_close(weights(again.checkpoint(3))[name], tensor, rtol=1e-3, atol=1e-4)


def test_a_second_run_finds_the_features_of_the_first(first: Run, rows: Path, tmp_path: Path) -> None:
    again = train(tmp_path, rows, method="full", freeze_llm=True)
    assert again.losses == first.losses
    assert "features" in "".join(event.stage for event in first.of(Progress))
    assert "features" not in "".join(event.stage for event in again.of(Progress))


def test_features_without_room_on_the_disk_are_told(first: Run, rows: Path, tmp_path: Path) -> None:
    config = seeing_config(rows, method="full", freeze_llm=True, visual_select_layer=-1, cache_image_features=True)
    done = run(new_job(tmp_path / "job", config), file_limit=60_000)
    (failed,) = done.of(Failed)
    assert "features of the pictures cannot be kept" in failed.reason
    assert "cache_image_features: false" in (failed.hint or "")


def test_two_processes_learn_the_same_as_one(rows: Path, tmp_path: Path) -> None:
    """Also where a process has a batch without any picture."""
    settings: dict[str, Any] = {"method": "full", "freeze_llm": True, "save_steps": -1, "max_dataset_length": 16}
    alone = train(tmp_path / "one", rows, accumulative_counts=4, **settings)
    both = train(tmp_path / "two", rows, ranks=2, accumulative_counts=2, nproc=2, group_by_length=True, **settings)
    (one,), (two,) = alone.losses.values(), both.losses.values()
    assert two == (pytest.approx(one[0], rel=1e-4), pytest.approx(one[1], rel=1e-3))


def test_the_second_stage_begins_from_the_first_and_trains_all_three(first: Run, second: Run) -> None:
    folders = {path.name for path in second.checkpoint(3).iterdir() if path.is_dir()}
    assert {"projector", "llm_adapter", "visual_encoder_adapter"} <= folders
    before, after = weights(first.checkpoint(3)), weights(second.checkpoint(3))
    moved = (after["model.0.weight"].float() - before["model.0.weight"]).abs().max()
    fresh = torch.nn.Linear(128, 256).weight.abs().max()
    assert 0 < moved < fresh / 2
    for part in ("llm_adapter", "visual_encoder_adapter"):
        made = weights(second.checkpoint(3), f"{part}/adapter_model")
        assert any(name.endswith("lora_B.weight") and tensor.abs().max() > 0 for name, tensor in made.items())


def test_frozen_weights_are_not_in_deepspeeds_part_either(second: Run) -> None:
    states = next(second.checkpoint(3).glob("global_step*/mp_rank_00_model_states.pt"))
    held = torch.load(states, map_location="cpu", weights_only=False)["module"]
    assert not [name for name in held if name.endswith("embed_tokens.weight")]
    assert [name for name in held if "multi_modal_projector" in name]


@pytest.mark.parametrize("stage", ["first", "second"])
def test_it_goes_on_as_if_nothing_had_happened(stage: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    whole: Run = request.getfixturevalue(stage)
    again = run(killed_after(whole, 1, tmp_path / "job"), "--resume", "auto")
    assert again.returncode == 0, again.job.log_path.read_text()[-3000:]
    assert {step: again.losses[step] for step in (2, 3)} == {step: whole.losses[step] for step in (2, 3)}
    for name, tensor in weights(whole.checkpoint(3)).items():
        torch.testing.assert_close(weights(again.checkpoint(3))[name], tensor, rtol=0, atol=0)


def test_a_checkpoint_with_a_part_cut_off_is_passed_over(first: Run, tmp_path: Path) -> None:
    job = killed_after(first, 2, tmp_path / "job")
    torn = job.checkpoints_path / "checkpoint-2" / "projector" / "model.safetensors"
    torn.write_bytes(torn.read_bytes()[:1000])
    again = run(job, "--resume", "auto")
    assert again.returncode == 0, again.job.log_path.read_text()[-3000:]
    assert again.of(Started)[0].resumed_from_iter == 2
    assert sorted(again.losses) == [2, 3]


def test_the_model_that_was_trained_is_the_one_that_is_opened(second: Run) -> None:
    folder = seeing_folder(second.checkpoint(3))
    seeing = open_seeing(
        folder,
        lambda name: load_language_model(name, method="qlora", precision="fp32"),
        load_tokenizer("sample:model"),
        precision="fp32",
    )
    look = seeing.sight.look(Path(str(shipped("sample_data")), "pictures/held_out/002.png"))
    ids = torch.tensor([[1, *look.ids, 50, 51, 52]])
    with torch.no_grad():
        seen = seeing.model(input_ids=ids, **look.inputs).logits
        unseen = seeing.model(input_ids=ids, pixel_values=torch.zeros_like(look.inputs["pixel_values"])).logits
    assert torch.isfinite(seen).all()
    assert (seen - unseen).abs().max() > 1e-3


@pytest.mark.parametrize("tower", ["frozen", "lora", "full"])
@pytest.mark.parametrize("method", ["full", "lora"])
def test_any_way_of_the_language_model_goes_with_any_of_the_tower(
    method: str, tower: str, rows: Path, tmp_path: Path
) -> None:
    done = train(tmp_path, rows, method=method, visual_encoder_method=tower, max_iters=2, save_steps=-1)
    made = {path.name for path in done.checkpoint(1).iterdir()}
    assert ("llm_adapter" in made, "config.json" in made) == (method == "lora", method == "full")
    assert ("visual_encoder_adapter" in made, "visual_encoder" in made) == (tower == "lora", tower == "full")


def test_questions_about_pictures_score_a_checkpoint(rows: Path, tmp_path: Path) -> None:
    questions = shipped("sample_data") / "llava_questions.json"
    some = tmp_path / "some"
    some.mkdir()
    text = "[" + ",".join(questions.read_text(encoding="utf-8").strip().strip("[]").strip().split(",\n")[:3]) + "]"
    (some / "questions.json").write_text(text, encoding="utf-8")
    shutil.copytree(shipped("sample_data") / "pictures" / "held_out", some / "pictures" / "held_out")
    done = train(tmp_path, rows, max_iters=2, save_steps=-1, image_probes=str(some / "questions.json"))
    assert [(score.name, score.total, score.target) for score in done.of(Score)] == [
        ("seeing", 3, "base"), ("seeing", 3, "checkpoints/checkpoint-1"),
    ]  # fmt: skip


def test_an_adapter_that_would_not_be_trained_is_not_passed_over(second: Run, rows: Path, tmp_path: Path) -> None:
    config = seeing_config(rows, method="full", pretrained_pth=str(second.checkpoint(3)))
    done = run(new_job(tmp_path / "job", config))
    (failed,) = done.of(Failed)
    assert "holds an adapter" in failed.reason
    assert failed.where == str(second.checkpoint(3) / "llm_adapter")
