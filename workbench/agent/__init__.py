"""Models that call tools: how calls are written, the loop of question, call and result, the tools, and consent.

Light: no torch. What others need:

- `workbench.agent.tool`: ``ToolSpec`` (how a tool is described), ``ToolResult``.
- `workbench.agent.protocols`: ``protocol_named(name, prompt_template)`` gives an ``AgentProtocol`` (``react``, ``moss``,
  ``internlm2_plugin``, ``tool_calls``, ``auto``), ``read(answer)`` of which gives a ``Step``; ``is_valid_call``.
- `workbench.agent.loop`: ``Agent(protocol, toolbox, …).answer(source, turns, settings)`` yields events; ``source`` is
  anything with ``generate`` and ``stop``, the chat engine or an endpoint.
- `workbench.agent.toolbox`: ``Toolbox`` with the built-in tools and those of MCP servers, run in processes of their own.
- `workbench.agent.consent`: ``Consent``, which remembers per project what may be run without asking.
"""
