"""The template is the one the weights were trained with, and another one is warned about."""

import json

from workbench.chat.template_choice import FALLBACK_TEMPLATE, choose_template
from workbench.configs.provenance import Provenance, write_provenance


def test_the_trained_template_is_taken_when_nothing_is_asked(tmp_path):
    write_provenance(tmp_path, Provenance(prompt_template="vicuna"))
    assert choose_template(str(tmp_path), None, None) == ("vicuna", [])


def test_the_adapter_knows_better_than_its_base(tmp_path):
    base, adapter = tmp_path / "base", tmp_path / "adapter"
    base.mkdir()
    adapter.mkdir()
    write_provenance(base, Provenance(prompt_template="vicuna"))
    write_provenance(adapter, Provenance(prompt_template="internlm2_chat"))
    assert choose_template(str(base), str(adapter), None)[0] == "internlm2_chat"


def test_another_template_than_the_trained_one_is_used_and_warned_about(tmp_path):
    write_provenance(tmp_path, Provenance(prompt_template="default"))
    name, warnings = choose_template(str(tmp_path), None, "internlm2_chat")
    assert name == "internlm2_chat"
    assert len(warnings) == 1
    assert "default" in warnings[0]


def test_the_tokenizers_own_template_is_recognised(tmp_path):
    settings = {"chat_template": "{% for m in messages %}<|start_header_id|>{{ m.role }}{% endfor %}"}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    assert choose_template(str(tmp_path), None, None) == ("llama3_chat", [])


def test_a_model_that_says_nothing_gets_the_fallback_and_a_warning(tmp_path):
    name, warnings = choose_template(str(tmp_path), None, None)
    assert name == FALLBACK_TEMPLATE
    assert warnings
