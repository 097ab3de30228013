"""The tools that weights have learned to call, by the config that they were trained with."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.agent.chosen import USUAL_TOOLS
from workbench.agent.learned import fitted, learned_choice
from workbench.agent.protocols import CHINESE_REACT_TEXT
from workbench.agent.tools.settings import SAMPLE_ARXIV
from workbench.chat.agent_choice import AgentChoice
from workbench.configs.provenance import Provenance, write_provenance


def learned(folder: Path, config: str | None) -> tuple[str, tuple[str, ...], str] | None:
    write_provenance(folder, Provenance(config_name=config))
    choice = learned_choice(folder)
    assert choice is None or not choice.is_on
    return (choice.protocol, choice.tools, choice.text) if choice else None


def test_the_sample_model_learns_react_with_the_invented_papers(tmp_path: Path) -> None:
    found = learned(tmp_path, "workbench_sample_lora_tools_e4_copy")
    assert found and found[:2] == ("react", ("calculator", "clock", "arxiv_search")) and "{tool_" in found[2]
    choice = learned_choice(tmp_path)
    assert choice and choice.arxiv_url == SAMPLE_ARXIV


@pytest.mark.parametrize(
    ("config", "protocol", "text"),
    [
        ("internlm_7b_qlora_msagent_react_e3_gpu8", "react", CHINESE_REACT_TEXT),
        ("internlm_7b_qlora_moss_sft_plugins_e1", "moss", ""),
        ("llama3_8b_instruct_qlora_agentflan_3e", "react", ""),
    ],
)
def test_configs_for_tools_say_which_protocol_they_teach(tmp_path: Path, config: str, protocol: str, text: str) -> None:
    found = learned(tmp_path, config)
    assert found and (found[0], found[2]) == (protocol, text)


def test_what_a_command_leaves_open_is_what_was_learned(tmp_path: Path) -> None:
    learned(tmp_path, "workbench_sample_lora_tools_e4")
    left_open = AgentChoice(is_on=True, tools=USUAL_TOOLS)
    found = fitted(left_open, tmp_path)
    assert (
        found.is_on and found.protocol == "react" and found.arxiv_url == SAMPLE_ARXIV and "arxiv_search" in found.tools
    )
    named = left_open.model_copy(update={"tools": ("clock",), "text": "mine"})
    assert (fitted(named, tmp_path).tools, fitted(named, tmp_path).text) == (("clock",), "mine")
    moss = left_open.model_copy(update={"protocol": "moss"})
    assert fitted(moss, tmp_path) == moss
    assert fitted(left_open, tmp_path / "nowhere") == left_open


@pytest.mark.parametrize("config", ["workbench_sample_qlora_identity_e2", "my_own", None])
def test_others_say_nothing(tmp_path: Path, config: str | None) -> None:
    assert learned(tmp_path, config) is None
    assert learned_choice(tmp_path / "nowhere") is None
