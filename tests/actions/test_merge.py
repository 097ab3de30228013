"""Merging begins with the base that the adapter was trained on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.actions.merge import start_merge
from workbench.configs.provenance import Provenance, write_provenance
from workbench.errors import WorkbenchError
from workbench.paths import resolve_model


@pytest.fixture
def adapter(project: Path) -> Path:
    """An adapter folder that peft wrote."""
    folder = project / "adapter"
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "owner/base"}))
    return folder


def base_for(adapter: Path, **options: str) -> str:
    return str(start_merge(adapter, project=adapter.parent, **options).record.arguments["base"])


def test_the_base_is_the_one_that_workbench_noted(adapter: Path) -> None:
    write_provenance(adapter, Provenance(base_model="sample:model"))
    assert base_for(adapter) == resolve_model("sample:model")


def test_the_base_is_the_one_that_peft_noted(adapter: Path) -> None:
    assert base_for(adapter) == "owner/base"


def test_the_base_is_the_one_that_the_user_names(adapter: Path) -> None:
    write_provenance(adapter, Provenance(base_model="sample:model"))
    (adapter.parent / "mine").mkdir()
    assert base_for(adapter, base="mine") == str(adapter.parent / "mine")


def test_an_adapter_of_unknown_origin_is_told(adapter: Path) -> None:
    (adapter / "adapter_config.json").write_text('{"base_model_name_or_path": null}')
    with pytest.raises(WorkbenchError, match="does not say what its base is") as caught:
        base_for(adapter)
    assert caught.value.fix == "Name the base that it was trained on."


@pytest.mark.parametrize("config", [None, "{", "[]"])
def test_a_folder_without_an_adapter_is_told(adapter: Path, config: str | None) -> None:
    (adapter / "adapter_config.json").unlink()
    if config is not None:
        (adapter / "adapter_config.json").write_text(config)
    with pytest.raises(WorkbenchError, match="holds no adapter") as caught:
        base_for(adapter)
    assert "workbench convert" in (caught.value.fix or "")


def test_the_result_goes_beside_the_adapter(adapter: Path) -> None:
    (adapter.parent / "adapter-merged").mkdir()
    record = start_merge(adapter, project=adapter.parent, dtype="bf16", max_shard_bytes=5).record
    assert (record.kind, record.name) == ("merge", "merge-adapter")
    assert record.arguments == {
        "base": "owner/base",
        "adapter": str(adapter),
        "target": str(adapter.parent / "adapter-merged-2"),
        "dtype": "bf16",
        "max_shard_bytes": 5,
        "safe": True,
        "is_clip": False,
        "device": "cpu",
        "overwrite": False,
    }


@pytest.fixture
def llava(project: Path) -> Path:
    """A folder of a training that sees."""
    folder = project / "llava"
    (folder / "projector").mkdir(parents=True)
    (folder / "projector" / "config.json").write_text("{}")
    return folder


def test_a_llava_folder_is_merged_with_the_models_that_it_notes(llava: Path) -> None:
    write_provenance(llava, Provenance(base_model="sample:model", visual_encoder="owner/tower"))
    arguments = start_merge(llava, project=llava.parent).record.arguments
    assert (arguments["base"], arguments["visual_encoder"]) == (resolve_model("sample:model"), "owner/tower")
    assert (arguments["adapter"], arguments["save_format"]) == (str(llava), "huggingface")
    assert arguments["target"] == str(llava.with_name("llava-merged"))


def test_a_llava_folder_of_unknown_origin_is_told(llava: Path) -> None:
    with pytest.raises(WorkbenchError, match="which language model"):
        start_merge(llava, project=llava.parent)
    with pytest.raises(WorkbenchError, match="which vision tower"):
        start_merge(llava, project=llava.parent, base="owner/base")


def test_a_llava_folder_without_its_projector_is_told(llava: Path) -> None:
    (llava / "projector" / "config.json").unlink()
    with pytest.raises(WorkbenchError, match=r"projector/config\.json is missing"):
        start_merge(llava, project=llava.parent, base="owner/base", visual_encoder="owner/tower")
