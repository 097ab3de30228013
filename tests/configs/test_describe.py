"""The schema in words is current and complete."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.configs.describe import fields, generated_documents, json_schema, settings_in_words
from workbench.configs.schema import TrainConfig
from workbench.configs.setting import GROUP_TITLES, UNITS, explanation, group_of, unit_of
from workbench.i18n import set_language

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["config.md", "config.schema.json"])
def test_the_generated_documents_are_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == generated_documents()[name], (
        "run: python -m workbench.configs.describe docs"
    )


def test_every_field_is_explained_in_both_languages_and_sorted_into_a_known_group() -> None:
    try:
        for name, info in fields():
            set_language("en")
            english = explanation(info)
            set_language("zh_CN")
            chinese = explanation(info)
            assert english.endswith("."), name
            assert chinese.endswith("。") and chinese != english, name
            assert group_of(info) in GROUP_TITLES, name
            assert unit_of(info) is None or unit_of(info) in UNITS, name
    finally:
        set_language("en")


def test_the_schema_for_editors_lists_the_fields_and_refuses_others() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert set(schema["properties"]) == set(TrainConfig.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["lr"]["exclusiveMinimum"] == 0


def test_the_help_lists_nested_settings_by_dotted_name() -> None:
    named = dict(settings_in_words())
    assert "[64]" in named["lora.r"]
    assert "[required]" in named["data_path"]
    assert "lora" not in named
