# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file of module_utils imports what, read from the sources."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

PREFIX = "ansible_collections.dcn.glance.plugins.module_utils."
#: Modules that read a clock, a file, a process or a network, and Ansible itself. Submodules are included.
FORBIDDEN = (
    "ansible concurrent fcntl glob http keystoneauth1 kubernetes multiprocessing openstack os pathlib rados rbd select "
    "requests shutil signal socket ssl subprocess tempfile threading time urllib.error urllib.request urllib3 yaml"
).split()
#: The parts of forbidden modules that touch nothing.
ALLOWED = ("os.path",)
BUILTINS = ("open", "print", "input", "exec", "eval")


def imports(source: str) -> Iterator[str]:
    """The dotted names that a source imports, each as long as the import statement spells it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def calls(source: str) -> Iterator[str]:
    """The builtins with effects that a source calls."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUILTINS:
            yield node.func.id


def files(root: Path) -> dict[str, str]:
    """The sources of module_utils by their path below it, such as ``_ini/document.py``."""
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.py"))}


def file_of(name: str, known: Collection[str]) -> str:
    """The file that an imported name of this collection comes from, or '' when it is not in module_utils."""
    if not name.startswith(PREFIX):
        return ""
    path = name[len(PREFIX) :].replace(".", "/")
    for candidate in (path, path.rpartition("/")[0]):
        if f"{candidate}.py" in known:
            return f"{candidate}.py"
    return ""


def effects(source: str) -> list[str]:
    """What makes a source impure by itself: forbidden modules and builtins."""
    found = set()
    for name in imports(source):
        if any(name == module or name.startswith(f"{module}.") for module in ALLOWED):
            continue
        found |= {module for module in FORBIDDEN if name == module or name.startswith(f"{module}.")}
    return sorted(found | {f"{name}()" for name in calls(source)})


def impurities(sources: Mapping[str, str], impure: Collection[str]) -> list[str]:
    """One sentence for each pure file that has effects or imports an impure file."""
    found = []
    for path, source in sources.items():
        if path in impure:
            continue
        found += [f"{path} uses {effect}" for effect in effects(source)]
        targets = {file_of(name, sources) for name in imports(source)} & set(impure)
        found += [f"{path} imports the impure file {target}" for target in sorted(targets)]
    return found


def needlessly_impure(sources: Mapping[str, str], impure: Collection[str]) -> list[str]:
    """The listed files that do not exist, or have no effect and import no impure file."""
    found = []
    for path in sorted(impure):
        source = sources.get(path, "")
        targets = {file_of(name, sources) for name in imports(source)} & set(impure)
        if not effects(source) and not targets:
            found.append(path)
    return found


def arrows(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """The packages that each package imports from."""
    found: dict[str, set[str]] = {}
    for path, source in sources.items():
        package = path.partition("/")[0]
        targets = {file_of(name, sources).partition("/")[0] for name in imports(source)}
        found.setdefault(package, set()).update(targets - {package, ""})
    return found


def unknown_imports(sources: Mapping[str, str]) -> list[str]:
    """Imports of module_utils that lead to no file."""
    return [
        f"{path} imports {name}"
        for path, source in sources.items()
        for name in imports(source)
        if name.startswith(PREFIX) and not file_of(name, sources)
    ]
