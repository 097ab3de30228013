"""Models that see (LLaVA): which are published under a name, how a name is taken apart, and what it stands for.

A name is ``llava_MODEL[_WAY]_TOWER[_TOWERWAY]_eEPOCHS[_gpuGPUS][_DATA]_STAGE``; RefCOCO stands behind the stage, and
the names of LLaVA 1.5's own trainings are listed with what they stand for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from workbench.configs.catalogue import models
from workbench.configs.catalogue import seeing_tables as tables
from workbench.configs.catalogue.entry import CatalogueEntry
from workbench.configs.catalogue.grammar import EPOCHS, one_of
from workbench.i18n import _

_WORK_DIRS = "./work_dirs"
_SAMPLES_PER_STEP = {tables.PRETRAIN: 256, tables.FINETUNE: 128}
_STAGES: dict[str, dict[str, Any]] = {
    tables.PRETRAIN: {"lr": 1e-3, "batch_size": 32},
    tables.FINETUNE: {"lr": 2e-4, "batch_size": 16, "pad_image_to_square": True, "group_by_length": True},
}
_COMMON: dict[str, Any] = {
    "dataset_format": "llava",
    "pack_to_max_length": False,
    "dataloader_num_workers": 4,
    "evaluation_inputs": ["请描述一下这张照片", "Please describe this picture"],
}


@dataclass(frozen=True)
class SeeingRecipe:
    """A config of a model that sees, in the words of the tables.

    Args:
        way: how the language model is trained.
        gpus: that a step of the usual number of samples is shared among; None makes every iteration a step.
        own: settings of this one name.
    """

    model: str
    way: str
    tower: str
    tower_way: str
    epochs: int
    stage: str
    data: str = ""
    gpus: int | None = 8
    own: tuple[tuple[str, Any], ...] = ()

    def settings(self) -> dict[str, Any]:
        """The fields of the config; later tables win."""
        language, tower = models.BY_KEY[self.model], tables.TOWER_BY_KEY[self.tower]
        seeing, data = tables.LANGUAGE_MODELS[self.model], tables.DATA_BY_KEY[self.data, self.stage]
        settings = {
            "pretrained_model_name_or_path": language.name_or_path,
            "prompt_template": language.prompt_template,
            "visual_encoder_name_or_path": tower.name_or_path,
            "visual_encoder_lora": {"r": 64, "lora_alpha": 16, "lora_dropout": 0.05},
            "max_epochs": self.epochs,
            "max_length": data.context - tower.patches,
            "pretrained_pth": f"{_WORK_DIRS}/{_name_before(self)}" if self.stage == tables.FINETUNE else None,
            **_COMMON,
            **_STAGES[self.stage],
            **tables.LANGUAGE_WAY_BY_KEY[self.way].settings,
            **tables.TOWER_WAY_BY_KEY[self.tower_way].settings,
            **seeing.settings,
            **seeing.settings_by_way.get(self.way, {}),
            **data.settings,
            **(tables.ONE_GPU if self.gpus == 1 else {}),
            **dict(self.own),
        }
        together = settings["batch_size"] * (self.gpus or _SAMPLES_PER_STEP[self.stage])
        return {**settings, "accumulative_counts": max(_SAMPLES_PER_STEP[self.stage] // together, 1)}

    def entry(self, name: str) -> CatalogueEntry:
        """Its row of the catalogue."""
        language, tower = models.BY_KEY[self.model], tables.TOWER_BY_KEY[self.tower]
        data = tables.DATA_BY_KEY[self.data, self.stage]
        way, tower_way = tables.LANGUAGE_WAY_BY_KEY[self.way], tables.TOWER_WAY_BY_KEY[self.tower_way]
        trained = [_(one.title) for one in (way, tower_way) if one.title]
        settings = self.settings()
        return CatalogueEntry(
            name,
            "llava",
            language.name_or_path,
            "frozen" if settings.get("freeze_llm") else str(settings["method"]),
            data.key or "llava",
            f"llava_{self.stage}",
            " · ".join((f"LLaVA: {language.title} + {tower.title}", *trained, _(data.title))),
        )


_CLIP = "clip_vit_large_p14_336"
_PUBLISHED = {
    "internlm2_chat_1_8b": "CLIP_e1_gpu8_pretrain qlora_CLIP_lora_e1_gpu8_finetune",
    "internlm2_chat_7b": "CLIP_e1_gpu8_pretrain qlora_CLIP_lora_e1_gpu8_finetune CLIP_e1_gpu8_finetune",
    "internlm2_chat_20b": "CLIP_e1_gpu8_pretrain qlora_CLIP_lora_e1_gpu8_finetune CLIP_e1_gpu8_finetune",
    "internlm_chat_7b": "CLIP_e1_gpu8_pretrain qlora_CLIP_lora_e1_gpu8_finetune",
    "llama3_8b_instruct": """CLIP_e1_gpu8_pretrain CLIP_e1_gpu8_sharegpt4v_pretrain quant_CLIP_e1_gpu1_pretrain
        full_CLIP_e1_gpu8_finetune full_CLIP_lora_e1_gpu8_finetune full_CLIP_lora_e1_gpu8_internvl_finetune
        qlora_CLIP_e1_gpu1_finetune""",
    "llama3_70b_instruct": "quant_CLIP_e1_gpu8_pretrain",
    "phi3_mini_4k_instruct": """CLIP_e1_gpu8_pretrain CLIP_e1_gpu8_sharegpt4v_pretrain full_CLIP_e1_gpu8_finetune
        full_CLIP_full_e2_gpu8_internvl_finetune""",
    "vicuna_7b_v15": """CLIP_e1_gpu8_pretrain qlora_CLIP_lora_e1_gpu8_finetune
        qlora_CLIP_lora_e1_gpu8_finetune_refcoco""",
    "vicuna_13b_v15": "CLIP_e1_gpu8_pretrain qlora_CLIP_lora_e1_gpu8_finetune",
    tables.SAMPLE_MODEL: "clip_tiny_p16_96_e2_pretrain lora_clip_tiny_p16_96_e2_finetune",
}
_REGULAR = [
    f"llava_{model}_{rest.replace('CLIP', _CLIP)}" for model, rests in _PUBLISHED.items() for rest in rests.split()
]
_OWN: dict[str, dict[str, Any]] = {
    f"llava_llama3_8b_instruct_full_{_CLIP}_lora_e1_gpu8_internvl_finetune": {"batch_size": 4},
}


def _version_15(size: str) -> dict[str, SeeingRecipe]:
    """The trainings of LLaVA 1.5 as its authors have them, for Vicuna of a size."""
    name = f"llava_v15_{size}"
    first = SeeingRecipe(f"vicuna_{size}_v15", "frozen", _CLIP, "frozen", 1, tables.PRETRAIN)
    own = (("pretrained_pth", f"{_WORK_DIRS}/{name}_pretrain"), ("batch_size", 16))
    second = replace(first, stage=tables.FINETUNE, own=own)
    return {
        f"{name}_pretrain": first,
        f"{name}_finetune": replace(second, way="full"),
        f"{name}_finetune_lora": replace(second, way="lora"),
    }


_IRREGULAR = {**_version_15("7b"), **_version_15("13b")}


def published_names() -> list[str]:
    """All names of models that see."""
    return [*_REGULAR, *_IRREGULAR]


def parse_name(name: str) -> SeeingRecipe | None:
    """The recipe of a name, published or merely well-formed; None if it is neither."""
    if name in _IRREGULAR:
        return _IRREGULAR[name]
    match = _GRAMMAR.fullmatch(name)
    if match is None:
        return None
    model, stage = match["model"], match["stage"]
    usual_way = tables.LANGUAGE_MODELS[model].frozen if stage == tables.PRETRAIN else "full"
    usual_data = tables.SAMPLE_DATA if model == tables.SAMPLE_MODEL else ""
    recipe = SeeingRecipe(
        model,
        match["way"] or usual_way,
        match["tower"],
        match["tower_way"] or "frozen",
        int(match["epochs"]),
        stage,
        match["behind"] or match["data"] or usual_data,
        int(match["gpus"]) if match["gpus"] else None,
        tuple(_OWN.get(name, {}).items()),
    )
    return recipe if (recipe.data, stage) in tables.DATA_BY_KEY else None


def _name_before(recipe: SeeingRecipe) -> str:
    """The config whose projector a second stage begins from."""
    wanted = replace(recipe, stage=tables.PRETRAIN, data=tables.DATA_BY_KEY[recipe.data, recipe.stage].follows)
    for name in _REGULAR:
        found = parse_name(name)
        if found is not None and _has_same_parts(found, wanted):
            return name
    words = (wanted.model, wanted.tower, "e1", f"gpu{wanted.gpus}" if wanted.gpus else "", wanted.data, wanted.stage)
    return "_".join(("llava", *filter(None, words)))


def _has_same_parts(one: SeeingRecipe, other: SeeingRecipe) -> bool:
    """Whether both are about one model, trained on the same."""
    parts = ("model", "tower", "stage", "data", "gpus")
    return all(getattr(one, part) == getattr(other, part) for part in parts)


_BEHIND = "refcoco"
_GRAMMAR = re.compile(
    rf"llava_(?P<model>{one_of(tables.LANGUAGE_MODELS)})(?:_(?P<way>{one_of(tables.LANGUAGE_WAY_BY_KEY)}))?"
    rf"_(?P<tower>{one_of(tables.TOWER_BY_KEY)})(?:_(?P<tower_way>{one_of(tables.TOWER_WAY_BY_KEY)}))?"
    rf"{EPOCHS}(?:_gpu(?P<gpus>[1-9]\d{{0,3}}))?"
    rf"(?:_(?P<data>{one_of({data.key for data in tables.DATA} - {_BEHIND})}))?"
    rf"_(?P<stage>{tables.PRETRAIN}|{tables.FINETUNE})(?:_(?P<behind>{_BEHIND}))?"
)
