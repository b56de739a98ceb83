# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set the managed options in the text of a service. All other bytes stay unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import ABSENT, OptionEdit, SectionEdit
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits

_BACKENDS = ("DEFAULT", "enabled_backends")


def nova_text(text: str, edits: Sequence[OptionEdit], path: str) -> tuple[str, tuple[str, ...]]:
    """(the text with the options of Nova, warnings)."""
    # The file is one of several that Nova reads, so a reference to an option elsewhere is right.
    result = apply_edits(text.encode("utf-8"), edits, name=path, check_references=False)
    return result.after.decode("utf-8"), result.warnings


def volume_text(text: str, edits: Sequence[OptionEdit], path: str) -> tuple[str, tuple[str, ...]]:
    """(the text with the backend of a site, warnings). Backends of others stay enabled."""
    enabled = _enabled(text, path)
    edits = [_with_others(edit, enabled) for edit in edits]
    result = apply_edits(text.encode("utf-8"), edits, name=path, check_references=False)
    return result.after.decode("utf-8"), result.warnings


def without_backend(text: str, backend: str, path: str) -> str:
    """The text without a backend; empty if no other one is enabled."""
    rest = [name for name in _enabled(text, path) if name != backend]
    if not rest:
        return ""
    edits = [OptionEdit(*_BACKENDS, (",".join(rest),))]
    sections = [SectionEdit(backend, ABSENT, path=path)]
    result = apply_edits(text.encode("utf-8"), edits, sections, name=path, check_references=False)
    return result.after.decode("utf-8")


def _enabled(text: str, path: str) -> list[str]:
    value = Document.parse(text.encode("utf-8"), "oslo", path).get(*_BACKENDS) or ""
    return [name.strip() for name in value.split(",") if name.strip()]


def _with_others(edit: OptionEdit, enabled: Sequence[str]) -> OptionEdit:
    if (edit.section, edit.option) != _BACKENDS or not edit.values:
        return edit
    wanted = [name.strip() for name in edit.values[0].split(",") if name.strip()]
    return replace(edit, values=(",".join(dict.fromkeys([*enabled, *wanted])),))
