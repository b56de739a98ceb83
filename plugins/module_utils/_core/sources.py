# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources of this collection's modules, for programs that another Python runs."""

from __future__ import annotations

import ast
from types import ModuleType

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError


def source_of(module: ModuleType) -> str:
    """The source of a module, also from the archive in which Ansible transfers modules.

    The standard library's ``inspect`` is not safe with threads.
    """
    get_source = getattr(getattr(module.__spec__, "loader", None), "get_source", None)
    text = get_source(module.__name__) if get_source else None
    if text is None:
        raise DcnError(f"The source of {module.__name__} cannot be read, so no other Python can run it.")
    return str(text)


def plain_annotations(source: str) -> str:
    """The same program for Python 3.6 and later: its annotations are strings, which no Python evaluates."""
    return ast.unparse(ast.fix_missing_locations(_PlainAnnotations().visit(ast.parse(source))))


class _PlainAnnotations(ast.NodeTransformer):
    """Does what ``from __future__ import annotations`` does in Python 3.7 and later."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:
        return None if node.module == "__future__" else node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.annotation = ast.Constant(ast.unparse(node.annotation))
        return node
