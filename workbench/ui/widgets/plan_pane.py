"""What a training would do, and above it what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from workbench.errors import WorkbenchError
from workbench.text import printable
from workbench.ui.plan_text import plan_text
from workbench.ui.train_plan import TrainPlan
from workbench.ui.widgets.quiet_static import QuietStatic


class PlanPane(VerticalScroll):
    """Painted anew only where a text changes."""

    def compose(self) -> ComposeResult:
        yield QuietStatic(id="setup-problems")
        yield QuietStatic(id="setup-text")

    def show_plan(self, plan: TrainPlan) -> None:
        """Show what would run."""
        self.query_one("#setup-text", QuietStatic).tell(plan_text(plan))

    def say(self, text: str) -> None:
        """Show a sentence instead of a plan."""
        self.query_one("#setup-text", QuietStatic).tell(text)

    def show_problems(self, problems: Sequence[WorkbenchError]) -> None:
        """Show what would stop it."""
        text = "\n".join(f"✗ \t{printable(str(problem))}" for problem in problems)
        self.query_one("#setup-problems", QuietStatic).tell(text)
