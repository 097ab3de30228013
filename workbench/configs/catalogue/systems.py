"""Named system texts: what the model is told to be in rows of some formats and before evaluation questions."""

from __future__ import annotations

REACT_PROTOCOL = (
    "需要工具时依次写出 Thought:、Action:、Action Input: 三行；工具的结果以 Response: 开头返回。\n"
    "知道答案后写出 Thought: 和 Final Answer: 两行。\n"
)
"""How a tool is called and an answer given, in words that the parser of replies knows."""
SYSTEMS = {
    "moss_sft": (
        "You are {bot_name}, an assistant that answers questions and may call plugins.\n"
        "- calculate: enabled. API: Calculate(expression)\n"
        "- solve: enabled. API: Solve(equation)\n"
        "- search: enabled. API: Search(query)\n"
    ),
    "agentflan": (
        "You may use this tool: ArxivSearch.get_arxiv_article_information, which searches arXiv for a query.\n"
        "To call it, write three lines: Thought:, Action: with its name, and Action Input: with a JSON object such as "
        '{"query": "text to search for"}. Its result comes back as Response:.\n'
        "When you know the answer, write Thought: and Final Answer:.\n"
    ),
    "alpaca": "Carry out the instruction below and answer with nothing but the result.",
    "arxiv_gentile": "Read the abstract of a paper and propose one fitting title for it.",
    "colorist": "Turn the description of a colour into its hexadecimal code, such as #1A2B3C.",
    "coder": "Solve the programming task and show the code.",
    "lawyer": "你是一名法律顾问，请依据中国法律清楚、准确地回答问题。",
    "medical": "你是一名医学助手，请谨慎地回答健康问题，必要时建议就医。",
    "sql": "Write one SQL query that answers the question about the given tables.",
    "msagent_react": (
        "你可以调用工具：GoogleSearch（搜索网页，输入为搜索词）和 PythonInterpreter（运行名为 solution 的 Python 函数）。\n"
        + REACT_PROTOCOL
    ),
}
