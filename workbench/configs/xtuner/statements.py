"""The statements of a config file: what they would define, without running them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from workbench.configs.xtuner.bases import Bases
from workbench.configs.xtuner.calls import merged
from workbench.configs.xtuner.expressions import Expressions
from workbench.configs.xtuner.limits import CannotReadError
from workbench.configs.xtuner.operators import joined_by
from workbench.configs.xtuner.values import OwnFunction, Reference, Settings, Unreadable, Value
from workbench.i18n import _

OLD_BASES = "_base_"


class Statements:
    """Follows the statements of one file in their order.

    Args:
        expressions: works out values; holds the names that are defined.
        bases: reads other files of the config's folder that this one builds on.
    """

    def __init__(self, expressions: Expressions, bases: Bases) -> None:
        self.expressions = expressions
        self.names = expressions.names
        self.bases = bases
        self.row = 1

    def follow(self, body: Iterable[ast.stmt]) -> None:
        """Do what each statement does to the names."""
        for statement in body:
            self.row = statement.lineno
            _KINDS.get(type(statement), Statements._leave_out)(self, statement)

    def _leave_out(self, node: ast.stmt) -> None:
        """Name a statement that would have to be run; whatever it might set has no value from then on."""
        self.expressions.lose_names(
            node, self.expressions.unreadable(node, _("is Python code that would have to be run"))
        )

    def _nothing(self, node: ast.stmt) -> None:
        """``pass``."""

    def _define(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        place = self.expressions.place(node)
        self.names.put(node.name, OwnFunction(node.name, place), place)
        for decorator in node.decorator_list:
            self.expressions.unreadable(decorator, _("is Python code that would have to be run"))
        if isinstance(node, ast.ClassDef):
            self.expressions.unreadable(node, _("is a class of your own"))

    def _assign(self, node: ast.Assign) -> None:
        value = self.expressions.value(node.value)
        for target in node.targets:
            self._set(target, value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._set(node.target, self.expressions.value(node.value))

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            done = self.expressions.attempt(target, partial(self._deleted, target))
            if isinstance(done, Unreadable):
                self.expressions.lose_names(target, done)

    def _deleted(self, target: ast.expr) -> None:
        if isinstance(target, ast.Name):
            del self.names[target.id]
        elif isinstance(target, ast.Subscript):
            del self.expressions.plain(target.value)[self.expressions.plain(target.slice)]
        else:
            raise CannotReadError(_("is Python code that would have to be run"))

    def _augmented(self, node: ast.AugAssign) -> None:
        expressions = self.expressions
        before = ast.copy_location(_as_read(node.target), node)

        def result() -> Value:
            old, more = expressions.plain(before), expressions.plain(node.value)
            return joined_by(node.op, old, more)

        self._set(node.target, expressions.attempt(node, result))

    def _set(self, target: ast.expr, value: Value) -> None:
        """Give a value to a name, to the names of a tuple, or to an entry of a dict or list."""
        problem = self.expressions.attempt(target, lambda: self._setting(target, value))
        if isinstance(problem, Unreadable):
            self.expressions.lose_names(target, problem)

    def _setting(self, target: ast.expr, value: Value) -> None:
        place = self.expressions.place(target)
        if isinstance(target, ast.Name):
            self.names.put(target.id, value, place)
        elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, list | tuple):
            for inner_target, inner in zip(target.elts, value, strict=True):
                self._setting(inner_target, inner)
        elif isinstance(target, ast.Subscript):
            self._put_into(self.expressions.plain(target.value), self.expressions.plain(target.slice), value, target)
        elif isinstance(target, ast.Attribute):
            self._put_into(self.expressions.plain(target.value), target.attr, value, target)
        else:
            raise CannotReadError(_("is Python code that would have to be run"))

    def _put_into(self, owner: Value, key: Value, value: Value, target: ast.expr) -> None:
        if isinstance(owner, Settings) and isinstance(key, str):
            owner.put(key, value, self.expressions.place(target))
        elif isinstance(owner, list) and isinstance(key, int):
            owner[key] = value
        else:
            raise CannotReadError(_("sets something that is not in a list or dict"))

    def _alone(self, node: ast.Expr) -> None:
        """An expression of its own: a comment in quotes, or a method such as ``model.update(…)``."""
        if not isinstance(node.value, ast.Constant):
            self.expressions.value(node.value)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            path = alias.name if alias.asname else name
            self.names.put(name, Reference(path), self.expressions.place(node))

    def _import_from(self, node: ast.ImportFrom) -> None:
        if node.level:
            self._set_all(node, self.expressions.attempt(node, lambda: self.bases.imported(node)))
            return
        for alias in node.names:
            if alias.name == "*":
                self.expressions.unreadable(node, _("takes all names of a package that is not read"))
            else:
                found = Reference(f"{node.module}.{alias.name}")
                self.names.put(alias.asname or alias.name, found, self.expressions.place(node))

    def _set_all(self, node: ast.ImportFrom, found: Value) -> None:
        if isinstance(found, Settings):
            self.names.take_over(found, self.expressions.place(node))
            return
        for alias in node.names:  # the file cannot be read, or may not be
            if alias.name != "*":
                self.names.put(alias.asname or alias.name, found, self.expressions.place(node))

    def _either(self, node: ast.If) -> None:
        test = self.expressions.value(node.test)
        if isinstance(test, Unreadable):
            self._leave_out(node)
        else:
            self.follow(node.body if test else node.orelse)

    def _with(self, node: ast.With) -> None:
        """``with read_base():`` only marks imports of other config files."""
        opened = [item.context_expr for item in node.items]
        if all(isinstance(call, ast.Call) and ast.unparse(call.func).endswith("read_base") for call in opened):
            self.follow(node.body)
        else:
            self._leave_out(node)

    def _loop(self, node: ast.For) -> None:
        if node.orelse or any(isinstance(inner, ast.Break | ast.Continue) for inner in ast.walk(node)):
            self._leave_out(node)
            return
        items = self.expressions.attempt(node.iter, lambda: self.expressions.sequence(node.iter))
        if isinstance(items, Unreadable):
            self._leave_out(node)
            return
        for item in items:
            self._set(node.target, item)
            self.follow(node.body)

    def take_base_files(self) -> None:
        """Lay the names over those of the files named in ``_base_``, the older way of building on other configs."""
        if OLD_BASES not in self.names:
            return
        named, place = self.names.pop(OLD_BASES), self.names.places[OLD_BASES]
        node = ast.Pass(lineno=place.row)
        below = Settings()
        for path in named if isinstance(named, list | tuple) else [named]:
            found = self.expressions.attempt(node, partial(self.bases.old_style, path))
            below.take_over(found if isinstance(found, Settings) else {}, place)
        merged(below, self.names, place)
        self.names.take_over(below, place)


def _as_read(target: ast.expr) -> ast.expr:
    """A target of an assignment as an expression."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    return target


_KINDS: dict[type[ast.stmt], Callable[[Statements, Any], None]] = {
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Expr: Statements._alone,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import_from,
    ast.If: Statements._either,
    ast.With: Statements._with,
    ast.For: Statements._loop,
    ast.FunctionDef: Statements._define,
    ast.ClassDef: Statements._define,
    ast.Delete: Statements._delete,
    ast.Pass: Statements._nothing,
}
