"""A project's weights as a tree: trainings with their checkpoints, what was made of them, and what else lies there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from workbench.configs.evaluation_rules import score_text
from workbench.i18n import _
from workbench.jobs.checkpoints import CheckpointInfo
from workbench.sizes import in_words
from workbench.text import printable
from workbench.ui.project_weights import ProjectWeights
from workbench.ui.shown_path import end_of, shown_path
from workbench.ui.weights_rows import (
    CACHE,
    PLACE_TITLES,
    PROJECT,
    RESULT_TITLES,
    TRASH,
    CheckpointRow,
    Found,
    Made,
    Row,
    Section,
    Training,
    path_of,
)
from workbench.weights.facts import WeightsFacts, described, precision_text
from workbench.weights.trash import Trashed

Node = TreeNode[Row | None]


_FOLDED_AT_FIRST = {CACHE}
_LONGEST_NAME = 34
"""Cells for a path; kind, size and number format stand beside it."""
_MARK = "A "
"""Stands before the first of two to compare."""


class WeightsTree(Tree[Row | None]):
    """Rows carry what they stand for; the cursor stays on its row when the tree is filled again."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self.show_root = False
        self.guide_depth = 2
        self._marked: Row | None = None

    def mark(self, row: Row | None) -> None:
        """Show a row as the first of two to compare; None for no row."""
        self._marked = row
        for node in self._all_nodes():
            label = node.label if isinstance(node.label, Text) else Text(str(node.label))
            bare = label[len(_MARK) :] if label.plain.startswith(_MARK) else label
            wanted = Text(_MARK, "bold") + bare if _is_same(node.data, row) else bare
            if wanted.plain != label.plain:
                node.set_label(wanted)

    def fill(self, weights: ProjectWeights, words: str = "") -> None:
        """Show the weights as they are now; those of which every word is said, if there are words."""
        before = self.cursor_node
        key_before = _key(before) if before is not None else None
        place_before = self._all_nodes().index(before) if before in self._all_nodes() else 0
        opened = {_key(node): node.is_expanded for node in self.root.children}
        self.clear()
        wanted = words.lower().split()
        for number, (title, heading, rows) in enumerate(_headings(weights)):
            fitting = [(label, row) for label, row in rows if _fits(wanted, title, label, weights.facts_of(row))]
            if wanted and not fitting:
                continue
            node = self.root.add(title, heading)
            for label, row in fitting:
                node.add_leaf(label, row)
            if wanted or opened.get(_key(node), _is_open_at_first(heading, number)):
                node.expand()
        self.mark(self._marked)
        self._go_to(key_before, place_before)

    def on_resize(self) -> None:
        """The line of a job below takes rows away: the cursor stays in sight."""
        self.scroll_to_line(self.cursor_line, animate=False)

    def _all_nodes(self) -> list[Node]:
        return [node for top in self.root.children for node in (top, *top.children)]

    def _go_to(self, key: str | None, place: int) -> None:
        """The row with this key; if it has gone the one that came into its place; at first the recommended one."""
        nodes = self._all_nodes()
        target = next((node for node in nodes if _key(node) == key), None)
        if target is None:
            target = nodes[min(place, len(nodes) - 1)] if nodes and key is not None else _best_node(nodes)
        self._put_cursor(target)

    def _put_cursor(self, node: Node | None) -> None:
        """Move the cursor now, as a key may be next; it is scrolled into sight once there is a place for the new rows."""
        if node is not None and self.last_line >= 0:  # which builds the lines, without which a node has no place
            self.move_cursor(node)
            self.call_after_refresh(lambda: self.scroll_to_line(self.cursor_line, animate=False))

    def choose_training(self, job_id: str) -> None:
        """Put the cursor on a training's recommended checkpoint."""
        for top in self.root.children:
            if isinstance(top.data, Training) and top.data.job.id == job_id:
                top.expand()
                self._put_cursor(_best_node([top, *top.children]))

    def choose_path(self, path: str) -> None:
        """Put the cursor on the weights that lie there."""
        for top in self.root.children:
            for node in top.children:
                if (place := path_of(node.data)) is not None and str(place) == path:
                    top.expand()
                    self._put_cursor(node)

    @property
    def chosen(self) -> Row | None:
        """What the cursor is on."""
        return self.cursor_node.data if self.cursor_node is not None else None


def _headings(weights: ProjectWeights) -> Iterator[tuple[Text, Row, list[tuple[Text, Row]]]]:
    """Everything on top with its label and what is below it."""
    for training in weights.trainings:
        width = max(cell_len(info.name) for info in training.infos)
        rows: list[tuple[Text, Row]] = [
            (_checkpoint_label(weights, training, info, width), CheckpointRow(training, info))
            for info in training.infos
        ]
        yield _training_label(training), training, rows
    for section, rows in _sections(weights):
        yield Text(section.title, "bold"), section, rows


def _is_open_at_first(heading: Row, number: int) -> bool:
    """Of the trainings the newest one, and what lies on this machine for this project."""
    return heading.place not in _FOLDED_AT_FIRST if isinstance(heading, Section) else number == 0


def _fits(words: list[str], title: Text, label: Text, facts: WeightsFacts | None) -> bool:
    """Whether each word stands in the row, in its heading, or in what is known of its weights."""
    if not words:
        return True
    known = " ".join(value for _name, value in described(facts)) if facts is not None else ""
    said = f"{title.plain} {label.plain} {known}".lower()
    return all(word in said for word in words)


def _sections(weights: ProjectWeights) -> Iterator[tuple[Section, list[tuple[Text, Row]]]]:
    """What stands below the trainings: headings with their rows; places without weights have none."""
    for kind, title in RESULT_TITLES.items():
        if made := [one for one in weights.made if one.kind == kind]:
            yield Section(kind, _(title)), [(_made_label(weights, one), one) for one in made]
    for place in (PROJECT, *map(str, weights.added), CACHE):
        rows = _found_rows([one for one in weights.found if one.place == place])
        if rows or place not in PLACE_TITLES:
            title = _(PLACE_TITLES[place]) if place in PLACE_TITLES else shown_path(Path(place))
            yield Section(place, title), rows
    if weights.trash:
        size = in_words(sum(item.bytes for item in weights.trash))
        deleted: list[tuple[Text, Row]] = [(_trash_label(item, weights.project), item) for item in weights.trash]
        yield Section(TRASH, f"{_(PLACE_TITLES[TRASH])}  {size}"), deleted


def _best_node(nodes: list[Node]) -> Node | None:
    best = next((node for node in nodes if isinstance(node.data, CheckpointRow) and node.data.is_best), None)
    return best or (nodes[0] if nodes else None)


def _key(node: Node) -> str:
    return _key_of(node.data)


def _key_of(row: Row | None) -> str:
    match row:
        case Training():
            return row.job.id
        case CheckpointRow():
            return f"{row.training.job.id}/{row.info.name}"
        case Made() | Found():
            return str(path_of(row))
        case Trashed():
            return str(row.place)
        case Section():
            return f"section {row.place}"
        case None:
            return ""


def _is_same(one: Row | None, other: Row | None) -> bool:
    return one is not None and other is not None and _key_of(one) == _key_of(other)


def _training_label(training: Training) -> Text:
    return Text.assemble((printable(training.job.id), "bold"), f"  {training.state.symbol} {_(training.state.word)}")


def _checkpoint_label(weights: ProjectWeights, training: Training, info: CheckpointInfo, width: int) -> Text:
    """Name, scores, size and whether it is there; names take ``width`` cells, so that scores stand in columns."""
    is_best = training.best is not None and info.name == training.best.checkpoint
    scores = "".join(f"  {printable(score_text(name))} {score.value:>4.0%}" for name, score in info.scores.items())
    gone = "" if info.path is None or info.exists else "  " + _("(removed)")
    label = f"{'★' if is_best else ' '} {set_cell_size(info.name, width)}{scores}{gone}"
    facts = weights.facts.get(info.path) if info.path is not None else None
    return Text(label, style="bold" if is_best else "") + _size_label(facts)


def _made_label(weights: ProjectWeights, made: Made) -> Text:
    """Path, as folders may have the same name, when it was made, and size."""
    path = end_of(shown_path(made.path, weights.project), _LONGEST_NAME)
    return Text(f"{path}  {printable(made.job.path.name)}") + _size_label(weights.facts_of(made))


def _found_rows(found: list[Found]) -> list[tuple[Text, Row]]:
    """Name, kind, size and number format, under each other."""
    names = [end_of(printable(one.name), _LONGEST_NAME) for one in found]
    name_width = max(map(cell_len, names), default=0)
    kind_width = max((cell_len(one.facts.kind.word) for one in found), default=0)
    return [
        (_found_label(one, set_cell_size(name, name_width), kind_width), one)
        for name, one in zip(names, found, strict=True)
    ]


def _found_label(found: Found, name: str, kind_width: int) -> Text:
    facts = found.facts
    told = Text("✗", "bold") if facts.trouble else Text(precision_text(facts), "dim")
    size = Text(f"  {in_words(facts.bytes):>8}  ", "dim")
    return Text(f"{name}  {set_cell_size(facts.kind.word, kind_width)}") + size + told


def _size_label(facts: WeightsFacts | None) -> Text:
    """The size, and whether something is wrong with the files."""
    if facts is None:
        return Text("")
    return Text(f"  {in_words(facts.bytes)}", "dim") + Text("  ✗" if facts.trouble else "", "bold")


def _trash_label(item: Trashed, project: Path) -> Text:
    return Text(shown_path(item.origin, project)) + Text(f"  {in_words(item.bytes)}", "dim")
