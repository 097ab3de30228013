"""Teach the sample model to see: captions first, then questions, then one model of all parts, and scores."""

from __future__ import annotations

from pathlib import Path

from workbench.configs.evaluation_rules import RETENTION, SEEING
from workbench.configs.find import find_config
from workbench.evaluation.request import ModelToScore
from workbench.i18n import _
from workbench.quickstart.journey import AFTER, BEFORE, Journey

FIRST_STAGE = "llava_workbench_sample_clip_tiny_p16_96_e2_pretrain"
SECOND_STAGE = "llava_workbench_sample_lora_clip_tiny_p16_96_e2_finetune"
_A_PICTURE = "sample:pictures/held_out/001.png"


class SeeingJourney(Journey):
    """Both stages of LLaVA on the sample; before is the model after the first of them."""

    def commands(self) -> list[str]:
        return [
            f"workbench train {FIRST_STAGE}",
            f"workbench train {SECOND_STAGE}",
            "workbench convert last llava",
            "workbench merge auto llava merged",
            "workbench evaluate merged --image-probes sample:llava_questions.json",
            f"workbench chat merged --image {_A_PICTURE}",
        ]

    def go(self) -> None:
        first = self.train(find_config(FIRST_STAGE).config, FIRST_STAGE, _("train the projector on captions"))
        config = find_config(SECOND_STAGE).config.model_copy(update={"pretrained_pth": str(first)})
        second = self.train(config, SECOND_STAGE, _("train on questions about pictures"))
        self.convert_and_merge(second, "llava")
        self._evaluate(first)

    def _evaluate(self, first: Path) -> None:
        config = find_config(SECOND_STAGE).config
        template, base = config.prompt_template, config.pretrained_model_name_or_path
        models = [
            ModelToScore(label=BEFORE, model=base, llava=str(first), prompt_template=template),
            ModelToScore(label=AFTER, model=str(self.results["merged"]), prompt_template=template),
        ]
        self.evaluate(models, {SEEING: str(config.image_probes), RETENTION: str(config.retention_probes)})
