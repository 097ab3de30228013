"""With which tools, and in which protocol, weights have learned to answer, by the ready-made config that stands beside them."""

from __future__ import annotations

from pathlib import Path

from workbench.agent.chosen import USUAL_TOOLS
from workbench.agent.protocols import Moss, React
from workbench.agent.protocols.choice import AUTO
from workbench.agent.protocols.texts import CHINESE, REACT_TEXTS, SAMPLE, texts_of
from workbench.agent.tools.settings import SAMPLE_ARXIV
from workbench.chat.agent_choice import AgentChoice
from workbench.configs.catalogue import resolve
from workbench.configs.catalogue.systems import SYSTEMS
from workbench.configs.provenance import read_provenance
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError

_SAMPLE_DIALOGUES = "sample:tool_dialogues.json"
_COPY = "_copy"
"""What ``copy-cfg`` puts behind a name."""


def learned_choice(weights: Path) -> AgentChoice | None:
    """What suits a model or an adapter, not switched on; None if it was taught no tools, or nothing is known of it."""
    known = read_provenance(weights)
    if known is None or not known.config_name:
        return None
    try:
        config = resolve(known.config_name.removesuffix(_COPY))
    except WorkbenchError:
        return None
    return _choice_of(config)


def fitted(choice: AgentChoice, weights: Path) -> AgentChoice:
    """A choice that leaves the protocol open with what the weights have learned; what was chosen stays."""
    learned = learned_choice(weights) if choice.protocol == AUTO else None
    if learned is None:
        return choice
    suits = {
        "protocol": learned.protocol,
        "text": choice.text or learned.text,
        "tools": learned.tools if choice.tools == USUAL_TOOLS else choice.tools,
        "arxiv_url": choice.arxiv_url or learned.arxiv_url,
    }
    return choice.model_copy(update=suits)


def _choice_of(config: TrainConfig) -> AgentChoice | None:
    if _SAMPLE_DIALOGUES in config.data_paths:
        tools, text = ("calculator", "clock", "arxiv_search"), texts_of(React.name)[SAMPLE]
        return AgentChoice(protocol=React.name, text=text, tools=tools, arxiv_url=SAMPLE_ARXIV)
    if "msagent_react" in config.dataset_formats:
        return AgentChoice(protocol=React.name, text=REACT_TEXTS[CHINESE])
    if "moss_sft" in config.dataset_formats:
        return AgentChoice(protocol=Moss.name, tools=("calculator", "equation_solver"))
    return AgentChoice(protocol=React.name) if config.system == SYSTEMS["agentflan"] else None
