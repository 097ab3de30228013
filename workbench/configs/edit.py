"""Change values in the text of a config file and leave every other character as it is.

Only the span of a value is replaced, found from the marks of the parsed nodes; so comments, quotes, order and blank
lines stay, which a load and dump cannot promise.
"""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from workbench.configs.render import to_yaml

_Pair = tuple[Node, Node]


def edit_config_text(text: str, changes: dict[str, Any]) -> str:
    """The text with some values changed.

    Args:
        text: valid YAML with a mapping at its root, or nothing.
        changes: new values by field; a dotted name (``lora.r``) reaches into a group. A field that the text does
            not have is appended.
    """
    for name, value in changes.items():
        text = _changed(text, name.split("."), value)
    return text


def _changed(text: str, path: list[str], value: Any) -> str:
    root = YAML(typ="rt").compose(text)
    if root is None:
        return text + to_yaml(_nested(path, value))
    if not isinstance(root, MappingNode) or root.flow_style:
        return _rewritten(text, path, value)
    parent, found = root, _find(root, path[0])
    for depth in range(1, len(path)):
        if found is None or not isinstance(found[1], MappingNode) or found[1].flow_style:
            break
        inner = _find(found[1], path[depth])
        if inner is None:
            return _inserted(text, found[1], path[depth:], value)
        parent, found = found[1], inner
    else:
        if found is not None:
            return _replaced(text, found, value, indent=parent.start_mark.column)
    if found is None:
        return _appended(text, path, value)
    return _rewritten(text, path, value)


def _find(mapping: MappingNode, key: str) -> _Pair | None:
    return next((pair for pair in mapping.value if pair[0].value == key), None)


def _nested(path: list[str], value: Any) -> dict[str, Any]:
    for key in reversed(path):
        value = {key: value}
    return dict(value)


def _replaced(text: str, pair: _Pair, value: Any, indent: int) -> str:
    key, old = pair
    start = text.index(":", key.end_mark.index) + 1
    lines = to_yaml({"k": value}).rstrip("\n").removeprefix("k:").split("\n")
    new = lines[0] + "".join(f"\n{' ' * indent}{line}" if line else "\n" for line in lines[1:])
    nothing_there = isinstance(old, ScalarNode) and old.start_mark.index == old.end_mark.index
    return text[:start] + new + text[start if nothing_there else _end(text, old) :]


def _end(text: str, node: Node) -> int:
    """Where the text of a value ends, before any comment or blank line that follows."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        return _end(text, node.value[-1] if isinstance(node, SequenceNode) else node.value[-1][1])
    end = int(node.end_mark.index)
    while end > node.start_mark.index and text[end - 1] in " \r\n":
        end -= 1
    return end


def _inserted(text: str, mapping: MappingNode, path: list[str], value: Any) -> str:
    indent = " " * mapping.start_mark.column
    block = "".join(f"\n{indent}{line}" for line in to_yaml(_nested(path, value)).rstrip("\n").split("\n"))
    line_end = text.find("\n", _end(text, mapping))
    at = len(text) if line_end < 0 else line_end
    return text[:at] + block + text[at:]


def _appended(text: str, path: list[str], value: Any) -> str:
    separator = "" if not text or text.endswith("\n") else "\n"
    return text + separator + to_yaml(_nested(path, value))


def _rewritten(text: str, path: list[str], value: Any) -> str:
    """Flow-style (JSON-like) mappings have no lines of their own: load, change, dump."""
    document = YAML(typ="rt").load(text)
    place = document
    for key in path[:-1]:
        if not isinstance(place.get(key), dict):
            place[key] = CommentedMap()
        place = place[key]
    place[path[-1]] = value
    return to_yaml(document)
