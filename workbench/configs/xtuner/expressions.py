"""The value of an expression, worked out from its syntax tree; whatever would have to be run becomes `Unreadable`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from workbench.configs.xtuner import limits, operators
from workbench.configs.xtuner.calls import FUNCTIONS, method
from workbench.configs.xtuner.limits import Budget, CannotReadError
from workbench.configs.xtuner.values import OwnFunction, Place, Reference, Settings, Source, Unreadable, Value
from workbench.i18n import _


class _AlreadyUnreadableError(Exception):
    """An operand has no value; what it is part of has none for the same reason."""

    def __init__(self, value: Unreadable) -> None:
        super().__init__()
        self.value = value


def _makes_a_dict(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "dict"


class Expressions:
    """Works out expressions of one file.

    Args:
        names: what the file has defined so far; read and, by methods such as ``update``, changed.
        source: the file, for the places of values.
        budget: shared by all files of a config.
        unread: every expression that has no value is added.
    """

    def __init__(self, names: Settings, source: Source, budget: Budget, unread: list[Unreadable]) -> None:
        self.names = names
        self.source = source
        self.budget = budget
        self.unread = unread
        self._scopes: list[dict[str, Value]] = []
        self._depth = 0

    def place(self, node: ast.AST) -> Place:
        """Where a node stands."""
        return Place(self.source.file, getattr(node, "lineno", 1))

    def unreadable(self, node: ast.AST, reason: str) -> Unreadable:
        """Note that a node has no value."""
        place = self.place(node)
        value = Unreadable(place, self.source.row(place.row), reason)
        self.unread.append(value)
        return value

    def value(self, node: ast.expr) -> Value:
        """The value of an expression; `Unreadable` if it has none."""
        return self.attempt(node, lambda: self._worked_out(node))

    def attempt(self, node: ast.AST, make: Callable[[], Value]) -> Value:
        """What ``make`` returns; `Unreadable`, at the place of a node, if it cannot be worked out."""
        self._depth += 1
        try:
            if self._depth > limits.MOST_DEPTH:
                raise CannotReadError(_("is nested too deeply"))
            value = make()
            self.budget.spend_on(value)
            return value
        except _AlreadyUnreadableError as error:
            lost = error.value
        except CannotReadError as error:
            lost = self.unreadable(node, str(error))
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            lost = self.unreadable(node, _("would fail: {reason}").format(reason=error))
        except (RecursionError, MemoryError):
            lost = self.unreadable(node, _("is nested too deeply"))
        finally:
            self._depth -= 1
        if isinstance(node, ast.Call) and not _makes_a_dict(node):
            self.lose_names(node, lost)
        return lost

    def lose_names(self, node: ast.AST, why: Unreadable) -> None:
        """Whatever running a node could set, or could change inside a list or dict, has no value any more."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and self._could_change(inner):
                self.names.put(inner.id, why, why.place)
            elif isinstance(inner, ast.alias):
                self.names.put(inner.asname or inner.name, why, why.place)

    def _could_change(self, name: ast.Name) -> bool:
        return not isinstance(name.ctx, ast.Load) or isinstance(self.names.get(name.id), dict | list)

    def plain(self, node: ast.expr) -> Value:
        """The value of an expression that is needed to go on; for use inside `value`."""
        value = self.value(node)
        if isinstance(value, Unreadable):
            raise _AlreadyUnreadableError(value)
        return value

    def _worked_out(self, node: ast.expr) -> Value:
        make = _KINDS.get(type(node))
        if make is None:
            raise CannotReadError(_("is Python code that would have to be run"))
        return make(self, node)

    def _constant(self, node: ast.Constant) -> Value:
        if node.value is None or isinstance(node.value, str | int | float):
            return node.value
        raise CannotReadError(_("is neither text nor number"))

    def _name(self, node: ast.Name) -> Value:
        for scope in (*reversed(self._scopes), self.names):
            if node.id in scope:
                return scope[node.id]
        raise CannotReadError(_("{name} is not defined in the config").format(name=node.id))

    def _is_defined(self, name: str) -> bool:
        return any(name in scope for scope in (*self._scopes, self.names))

    def _list(self, node: ast.List) -> list[Value]:
        return list(self._items(node.elts))

    def _tuple(self, node: ast.Tuple) -> tuple[Value, ...]:
        return tuple(self._items(node.elts))

    def _items(self, nodes: list[ast.expr]) -> Iterator[Value]:
        for node in nodes:
            if isinstance(node, ast.Starred):
                yield from self.sequence(node.value)
            else:
                yield self.value(node)

    def sequence(self, node: ast.expr) -> list[Value]:
        """The items of a list, tuple or text, or the keys of a dict; for use inside `value`."""
        value = self.plain(node)
        if isinstance(value, str | list | tuple | dict):
            return list(value)
        raise CannotReadError(_("goes through something that is not a list"))

    def _dict(self, node: ast.Dict) -> Settings:
        made = Settings()
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self._take_over(made, value)
            else:
                made.put(str(limits.scalar(self.plain(key))), self.value(value), self.place(key))
        return made

    def _take_over(self, made: Settings, node: ast.expr) -> None:
        other = self.plain(node)
        if not isinstance(other, dict):
            raise CannotReadError(_("uses a value that is not a dict"))
        made.take_over(other, self.place(node))

    def _call(self, node: ast.Call) -> Value:
        called = self._called(node.func)
        if isinstance(called, Reference) and called.path == "dict":
            return self._made_dict(node)
        if isinstance(called, OwnFunction) or (isinstance(called, Reference) and called.path not in FUNCTIONS):
            raise CannotReadError(_("calls {name}, and nothing of a config is run").format(name=called))
        function = FUNCTIONS[called.path] if isinstance(called, Reference) else called
        if not callable(function):
            raise CannotReadError(_("calls something that is not a function"))
        args = [self._operand(value) for value in self._items(node.args)]
        return function(*args, **self._keywords(node))

    def _called(self, node: ast.expr) -> Value:
        """A function by reference, or a method of a value."""
        if isinstance(node, ast.Name) and not self._is_defined(node.id):
            return Reference(node.id)  # a function of Python itself
        if isinstance(node, ast.Attribute):
            owner = self.plain(node.value)
            if isinstance(owner, str | list | dict):
                return method(owner, node.attr, self.place(node))
        return self.plain(node)

    def _operand(self, value: Value) -> Value:
        if isinstance(value, Unreadable):
            raise _AlreadyUnreadableError(value)
        return value

    def _keywords(self, node: ast.Call) -> Settings:
        made = Settings()
        for keyword in node.keywords:
            if keyword.arg is None:
                self._take_over(made, keyword.value)
            else:
                made.put(keyword.arg, self.value(keyword.value), self.place(keyword))
        return made

    def _made_dict(self, node: ast.Call) -> Settings:
        made = Settings()
        for argument in node.args:
            self._take_over(made, argument)
        made.take_over(self._keywords(node), self.place(node))
        return made

    def _attribute(self, node: ast.Attribute) -> Value:
        owner = self.plain(node.value)
        if isinstance(owner, Reference):
            return Reference(f"{owner.path}.{node.attr}")
        if isinstance(owner, dict) and node.attr in owner:
            return owner[node.attr]
        raise CannotReadError(_("has no part called {name}").format(name=node.attr))

    def _subscript(self, node: ast.Subscript) -> Value:
        owner, index = self.plain(node.value), self._index(node.slice)
        if isinstance(owner, str | list | tuple):
            return owner[index]
        if isinstance(owner, dict) and isinstance(index, str):
            return owner[index]
        raise CannotReadError(_("looks up something that is not in a list or dict"))

    def _index(self, node: ast.expr) -> Any:
        if not isinstance(node, ast.Slice):
            return self.plain(node)
        bounds = (None if bound is None else self.plain(bound) for bound in (node.lower, node.upper, node.step))
        return slice(*bounds)

    def _binary(self, node: ast.BinOp) -> Value:
        return operators.joined_by(node.op, self.plain(node.left), self.plain(node.right))

    def _unary(self, node: ast.UnaryOp) -> Value:
        return operators.changed_by(node.op, self.plain(node.operand))

    def _boolean(self, node: ast.BoolOp) -> Value:
        ends_early = isinstance(node.op, ast.Or)
        value: Value = None
        for part in node.values:
            value = self.plain(part)
            if bool(value) is ends_early:
                break
        return value

    def _comparison(self, node: ast.Compare) -> bool:
        left = self.plain(node.left)
        for how, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.plain(right_node)
            if not operators.holds(how, left, right):
                return False
            left = right
        return True

    def _conditional(self, node: ast.IfExp) -> Value:
        return self.value(node.body if self.plain(node.test) else node.orelse)

    def _filled_text(self, node: ast.JoinedStr) -> str:
        return limits.joined(self._filled_part(part) for part in node.values)

    def _filled_part(self, node: ast.expr) -> str:
        if not isinstance(node, ast.FormattedValue):
            return str(self.plain(node))
        spec = str(self.plain(node.format_spec)) if node.format_spec else ""
        return operators.written_as(self.plain(node.value), node.conversion, spec)

    def _listed(self, node: ast.ListComp | ast.GeneratorExp) -> list[Value]:
        return [self.value(node.elt) for _each in self._rounds(node.generators)]

    def _dict_made_by(self, node: ast.DictComp) -> Settings:
        made = Settings()
        for _each in self._rounds(node.generators):
            made.put(str(limits.scalar(self.plain(node.key))), self.value(node.value), self.place(node))
        return made

    def _rounds(self, loops: list[ast.comprehension]) -> Iterator[None]:
        """Once for every round of nested loops, with their names set."""
        if not loops:
            yield None
            return
        first, *inner = loops
        items = self.sequence(first.iter)
        for item in items:
            self._scopes.append(dict(self._bound(first.target, item)))
            try:
                if all(self.plain(condition) for condition in first.ifs):
                    yield from self._rounds(inner)
            finally:
                self._scopes.pop()

    def _bound(self, target: ast.expr, value: Value) -> Iterator[tuple[str, Value]]:
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, list | tuple):
            for inner_target, inner in zip(target.elts, value, strict=True):
                yield from self._bound(inner_target, inner)
        else:
            raise CannotReadError(_("is Python code that would have to be run"))


_KINDS: dict[type[ast.expr], Callable[[Expressions, Any], Value]] = {
    ast.Constant: Expressions._constant,
    ast.Name: Expressions._name,
    ast.List: Expressions._list,
    ast.Tuple: Expressions._tuple,
    ast.Dict: Expressions._dict,
    ast.Call: Expressions._call,
    ast.Attribute: Expressions._attribute,
    ast.Subscript: Expressions._subscript,
    ast.BinOp: Expressions._binary,
    ast.UnaryOp: Expressions._unary,
    ast.BoolOp: Expressions._boolean,
    ast.Compare: Expressions._comparison,
    ast.IfExp: Expressions._conditional,
    ast.JoinedStr: Expressions._filled_text,
    ast.ListComp: Expressions._listed,
    ast.GeneratorExp: Expressions._listed,
    ast.DictComp: Expressions._dict_made_by,
}
