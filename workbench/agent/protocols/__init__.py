"""The ways in which models write calls of tools."""

from workbench.agent.protocols.choice import PROTOCOLS, fitting_protocol, protocol_named
from workbench.agent.protocols.internlm2_plugin import Internlm2Plugin
from workbench.agent.protocols.moss import PLUGINS, Moss
from workbench.agent.protocols.protocol import FORCE_STOP, AgentProtocol, Step, is_valid_call
from workbench.agent.protocols.react import CHINESE_REACT_TEXT, REACT_TEXT, SHORT_REACT_TEXT, React
from workbench.agent.protocols.tool_calls import ToolCalls

__all__ = [
    "CHINESE_REACT_TEXT",
    "FORCE_STOP",
    "PLUGINS",
    "PROTOCOLS",
    "REACT_TEXT",
    "SHORT_REACT_TEXT",
    "AgentProtocol",
    "Internlm2Plugin",
    "Moss",
    "React",
    "Step",
    "ToolCalls",
    "fitting_protocol",
    "is_valid_call",
    "protocol_named",
]
