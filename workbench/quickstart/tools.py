"""Teach the sample model to use tools: training, conversion, merge, and how many of its calls are valid."""

from __future__ import annotations

from workbench.actions.quickstart import CHAT_OPTIONS, SMALL_TALK, VALID_CALLS
from workbench.configs.evaluation_rules import RETENTION
from workbench.configs.find import find_config
from workbench.evaluation.request import ModelToScore
from workbench.i18n import _
from workbench.quickstart.journey import AFTER, BEFORE, Journey

CONFIG = "workbench_sample_lora_tools_e4"
SMALL_TALK_QUESTIONS = "sample:tool_small_talk.json"
"""Questions for no tool."""


class ToolsJourney(Journey):
    """The ReAct protocol with a calculator, a clock and a search for papers."""

    def commands(self) -> list[str]:
        return [
            f"workbench train {CONFIG}",
            "workbench convert last adapter",
            "workbench merge auto adapter merged",
            f"workbench evaluate merged --questions {VALID_CALLS}=sample:tool_questions.json"
            f" --questions {SMALL_TALK}={SMALL_TALK_QUESTIONS}",
            f"workbench chat merged {CHAT_OPTIONS}",
        ]

    def go(self) -> None:
        config = find_config(CONFIG).config
        quick = config.model_copy(update={"retention_probes": None})  # asked at the end, of both models
        self.convert_and_merge(self.train(quick, CONFIG, _("train")), "adapter")
        template, base = config.prompt_template, config.pretrained_model_name_or_path
        models = [
            ModelToScore(label=label, model=model, prompt_template=template, system=config.system)
            for label, model in ((BEFORE, base), (AFTER, str(self.results["merged"])))
        ]
        probes = {
            VALID_CALLS: config.question_sets[VALID_CALLS],
            RETENTION: str(config.retention_probes),
            SMALL_TALK: SMALL_TALK_QUESTIONS,
        }
        self.evaluate(models, probes, max_new_tokens=config.evaluation_max_new_tokens)
