# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what Glance cannot read in a ``customServiceConfig``: it does not start, or answers requests with HTTP 500.

The text can come from anywhere: the API itself, the top of the Glance spec, a webhook, a user.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.glance_options import (
    DEFAULT_BACKEND,
    ENABLED_BACKENDS,
    glance_option,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import type_problem
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import STORE_TYPES, options_of
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_plan import read_backends
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document

#: What a text has in the place of a value that the operator fills in.
_PLACEHOLDER = "{{"


def find_unreadable(text: str, path: str) -> list[Problem]:
    """Everything that Glance cannot read in a text that oslo.config can parse."""
    document = Document.parse(text.encode("utf-8"), "oslo", path)
    found = [f"Glance cannot load [DEFAULT] enabled_backends: {why}" for why in _stores(document)]
    found += [*_default_store(document), *_values(document)]
    return [Problem(path, why) for why in dict.fromkeys(found)]


def _stores(document: Document) -> Iterator[str]:
    value = document.get(*ENABLED_BACKENDS) or ""
    seen = set()
    for entry in value.split(",") if value.strip() else ():
        store, _colon, kind = (part.strip() for part in entry.partition(":"))
        if _PLACEHOLDER in entry:
            continue
        if not store or not kind:
            yield f"{entry.strip()!r} is not id:type. Remove or correct this entry"
        elif store.lower() in seen:
            yield f"the store {store} is listed twice. Remove one of the entries"
        elif kind not in STORE_TYPES:
            listed = ", ".join(STORE_TYPES)
            yield f"the store {store} has the type {kind!r}, which is not one of {listed}. Remove or correct this entry"
        seen.add(store.lower())


def _default_store(document: Document) -> Iterator[str]:
    stated = (document.get(*DEFAULT_BACKEND) or "").strip()
    enabled = read_backends(document.get(*ENABLED_BACKENDS) or "")[0]
    if stated and enabled and stated not in enabled and _PLACEHOLDER not in stated:
        yield (
            f"[glance_store] default_backend is {stated!r}, which [DEFAULT] enabled_backends does not have "
            f"({', '.join(enabled)}), so Glance does not start. Set it to one of these stores"
        )


def _values(document: Document) -> Iterator[str]:
    """Options whose values oslo.config cannot convert. No message repeats a value, which can be a secret."""
    types = {store.lower(): kind for store, kind in read_backends(document.get(*ENABLED_BACKENDS) or "")[0].items()}
    for (section, name), values in document.reading().items():
        known = glance_option(section, name) or options_of(types.get(section.lower(), "")).get(name)
        if known is None or (section, name) == ENABLED_BACKENDS or not values or _PLACEHOLDER in values[-1]:
            continue
        problem = type_problem(known, values[-1])
        if problem:
            yield (
                f"[{section}] {name} {problem}. oslo.config cannot convert the value, so Glance does not start, or "
                "fails with HTTP 500. Correct it"
            )
