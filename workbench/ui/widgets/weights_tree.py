"""A project's checkpoints and results as a tree: trainings with their checkpoints, then what was made of them."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from workbench.evaluation.recommend import score_text
from workbench.i18n import _
from workbench.jobs.checkpoints import CheckpointInfo
from workbench.text import printable
from workbench.ui.project_weights import RESULT_TITLES, Made, ProjectWeights, Training


@dataclass(frozen=True)
class CheckpointRow:
    """A checkpoint (or the base) of a training."""

    training: Training
    info: CheckpointInfo

    @property
    def is_best(self) -> bool:
        return self.training.best is not None and self.info.name == self.training.best.checkpoint


Row = Training | CheckpointRow | Made


class WeightsTree(Tree[Row | None]):
    """Rows carry what they stand for; the cursor stays on its row when the tree is filled again."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self.show_root = False
        self.guide_depth = 2

    def fill(self, weights: ProjectWeights) -> None:
        """Show the weights as they are now."""
        before = self.cursor_node
        key_before = _key(before) if before is not None else None
        folded = {_key(node) for node in self.root.children if not node.is_expanded}
        is_first = not self.root.children
        self.clear()
        for number, training in enumerate(weights.trainings):
            node = self.root.add(_training_label(training), training)
            width = max(cell_len(info.name) for info in training.infos)
            for info in training.infos:
                node.add_leaf(_checkpoint_label(training, info, width), CheckpointRow(training, info))
            if (number == 0) if is_first else (_key(node) not in folded):
                node.expand()
        for kind, title in RESULT_TITLES.items():
            if made := [one for one in weights.made if one.kind == kind]:
                group = self.root.add(_(title), None, expand=True)
                for one in made:
                    group.add_leaf(Text(f"{printable(one.path.name)}  {one.job.path.name}"), one)
        self.call_after_refresh(self._go_to, key_before)

    def _go_to(self, key: str | None) -> None:
        nodes = [node for top in self.root.children for node in (top, *top.children)]
        target = next((node for node in nodes if _key(node) == key), None) or _best_node(nodes)
        if target is not None:
            self.move_cursor(target)

    def choose_training(self, job_id: str) -> None:
        """Put the cursor on a training's recommended checkpoint."""
        for top in self.root.children:
            if isinstance(top.data, Training) and top.data.job.id == job_id:
                top.expand()
                self.call_after_refresh(self.move_cursor, _best_node([top, *top.children]))

    def choose_made(self, path: str) -> None:
        """Put the cursor on a result."""
        for top in self.root.children:
            for node in top.children:
                if isinstance(node.data, Made) and str(node.data.path) == path:
                    self.call_after_refresh(self.move_cursor, node)

    @property
    def chosen(self) -> Row | None:
        """What the cursor is on."""
        return self.cursor_node.data if self.cursor_node is not None else None


def _best_node(nodes: list[TreeNode[Row | None]]) -> TreeNode[Row | None] | None:
    best = next((node for node in nodes if isinstance(node.data, CheckpointRow) and node.data.is_best), None)
    return best or (nodes[0] if nodes else None)


def _key(node: TreeNode[Row | None]) -> str:
    match node.data:
        case Training():
            return node.data.job.id
        case CheckpointRow():
            return f"{node.data.training.job.id}/{node.data.info.name}"
        case Made():
            return str(node.data.path)
        case None:
            return str(node.label)


def _training_label(training: Training) -> Text:
    return Text.assemble((printable(training.job.id), "bold"), f"  {training.state.symbol} {_(training.state.word)}")


def _checkpoint_label(training: Training, info: CheckpointInfo, width: int) -> Text:
    """Name, scores and whether it is still there; names take ``width`` cells, so that scores stand in columns."""
    is_best = training.best is not None and info.name == training.best.checkpoint
    scores = "".join(f"  {printable(score_text(name))} {score.value:>4.0%}" for name, score in info.scores.items())
    gone = "" if info.path is None or info.exists else "  " + _("(removed)")
    label = f"{'★' if is_best else ' '} {set_cell_size(info.name, width)}{scores}{gone}"
    return Text(label, style="bold" if is_best else "")
