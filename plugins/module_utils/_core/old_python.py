# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rewrites sources of the collection for Python 3.6 to 3.8, which containers of old OpenStack releases have."""

from __future__ import annotations

import ast

#: What the name of a type may be subscripted with in newer versions only.
_GENERICS = frozenset(
    "dict list set frozenset tuple type Callable Iterable Iterator Mapping Sequence Collection".split()
)


def rewrite(source: str) -> str:
    """The same program without annotations, except those that a dataclass needs, as text, and without type aliases."""
    return ast.unparse(ast.fix_missing_locations(_Rewriter().visit(ast.parse(source))))


class _Rewriter(ast.NodeTransformer):
    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:
        return None if node.module == "__future__" else node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(ast.unparse(node.annotation))
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """An alias of a type, such as ``Result = dict[str, Any]``, is used in annotations only."""
        value = node.value
        if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name) and value.value.id in _GENERICS:
            node.value = ast.Constant(None)
        return self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """From Python 3.12 on, ``ast.unparse`` writes quotes inside an f-string that older ones cannot read."""
        self.generic_visit(node)
        parts = [_formatted(part) if isinstance(part, ast.FormattedValue) else part for part in node.values]
        return ast.Call(ast.Attribute(ast.Constant(""), "join", ast.Load()), [ast.List(parts, ast.Load())], [])


def _formatted(part: ast.FormattedValue) -> ast.Call:
    """The value in braces as a call of ``str.format``."""
    conversion = "" if part.conversion == -1 else f"!{chr(part.conversion)}"
    text = f"{{0{conversion}{':{1}' if part.format_spec else ''}}}"
    values = [part.value, *([part.format_spec] if part.format_spec else [])]
    return ast.Call(ast.Attribute(ast.Constant(text), "format", ast.Load()), values, [])


#: The module ``dataclasses`` for Python 3.6: what the collection uses of it.
DATACLASSES = """
class _Field:
    def __init__(self, default, factory, shown):
        self.default, self.factory, self.shown = default, factory, shown


_MISSING = object()


def field(default=_MISSING, default_factory=None, repr=True):
    return _Field(default, default_factory, repr)


def dataclass(cls=None, frozen=False):
    return (lambda found: _made(found, frozen)) if cls is None else _made(cls, frozen)


def _made(cls, frozen):
    fields = {}
    for base in reversed(cls.__mro__):
        for name in base.__dict__.get("__annotations__", {}):
            value = base.__dict__.get(name, fields.get(name, _MISSING))
            fields[name] = value if isinstance(value, _Field) else _Field(value, None, True)
    for name, made in fields.items():
        if made.default is not _MISSING:
            setattr(cls, name, made.default)
        elif name in cls.__dict__:
            delattr(cls, name)

    def __init__(self, *values, **named):
        if len(values) > len(fields) or set(named) - set(fields):
            raise TypeError("unexpected arguments of " + cls.__name__)
        given = dict(zip(fields, values), **named)
        for name, made in fields.items():
            if name in given:
                value = given[name]
            elif made.factory is not None:
                value = made.factory()
            elif made.default is not _MISSING:
                value = made.default
            else:
                raise TypeError("missing argument " + name + " of " + cls.__name__)
            object.__setattr__(self, name, value)
        if hasattr(self, "__post_init__"):
            self.__post_init__()

    def values(self):
        return tuple(getattr(self, name) for name in fields)

    def __eq__(self, other):
        return type(other) is type(self) and values(self) == values(other)

    def __repr__(self):
        shown = ", ".join(name + "=" + repr(getattr(self, name)) for name, made in fields.items() if made.shown)
        return cls.__name__ + "(" + shown + ")"

    def __setattr__(self, name, value):
        raise AttributeError("cannot assign to field " + name)

    cls.__init__, cls.__eq__ = __init__, __eq__
    cls.__hash__ = (lambda self: hash(values(self))) if frozen else None
    if "__repr__" not in cls.__dict__:
        cls.__repr__ = __repr__
    if frozen:
        cls.__setattr__ = __setattr__
    return cls
"""
