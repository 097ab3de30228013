"""What a model wrote is shown whole."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from tests.ui.driving import screen_text, wait_until
from workbench.ui.widgets.answer_markdown import AnswerMarkdown

_ANSWER = """Use <div> and std::vector<int>; a<b and b>c. **Bold**

<p>a paragraph</p>

<script>alert(1)</script>

one &lt;x&gt; <!-- note -->
two
three
"""


class OneAnswer(App[None]):
    def __init__(self, text: str = _ANSWER) -> None:
        super().__init__()
        self._answer = text

    def compose(self) -> ComposeResult:
        yield AnswerMarkdown(self._answer)


@pytest.mark.asyncio
async def test_tags_are_text_and_lines_end_where_the_model_ended_them() -> None:
    async with OneAnswer().run_test(size=(80, 30)) as pilot:
        await wait_until(pilot, lambda: "three" in screen_text(pilot))
        lines = [line.strip() for line in screen_text(pilot).splitlines() if line.strip()]
    assert lines == [
        "Use <div> and std::vector<int>; a<b and b>c. Bold",
        "<p>a paragraph</p>",
        "<script>alert(1)</script>",
        "one <x> <!-- note -->",
        "two",
        "three",
    ]


@pytest.mark.asyncio
async def test_long_lines_of_code_are_wrapped() -> None:
    code = "    rows = [json.loads(line) for line in open(path) if line.strip() and not line.startswith('#')]  # end"
    async with OneAnswer(f"```python\n{code}\n{'x' * 90}\n```").run_test(size=(40, 30)) as pilot:
        await wait_until(pilot, lambda: "json" in screen_text(pilot))
        shown = screen_text(pilot)
    assert "".join(shown.split()) == "".join(code.split()) + "x" * 90
