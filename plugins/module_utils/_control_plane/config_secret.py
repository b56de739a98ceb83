# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secret with the secret options of one API. The operator adds its content to the configuration.

The text in the control plane never has these options: everybody who can read the control plane could read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_plan import FilePlan
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import DesiredApi
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_object import decoded, managed_keys
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import (
    CREATE,
    NONE,
    UPDATE,
    SecretPlan,
    Secrets,
    is_marked,
    marked_for_another,
    not_writable,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState
from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_model import Desired, DesiredStore
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document, read_lines
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import ABSENT, EXACT, OptionEdit, SectionEdit
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits
from ansible_collections.dcn.glance.plugins.module_utils._operators.placeholders import TEMPLATE, is_placeholder

#: The key of the Secret. The operator reads the keys of a Secret in the order of their names.
KEY = "dcn-glance.conf"
_MODE = 0o600


def split_secrets(config: Desired) -> tuple[Desired, tuple[OptionEdit, ...]]:
    """(the configuration without secret options, these options). A placeholder of the operator is no secret."""
    secrets: list[OptionEdit] = []
    stores = []
    for store in config.stores:
        found = [(name, values) for name, values in store.options if _is_secret(name, values)]
        secrets += [OptionEdit(store.id, name, values, path=f"store {store.id}") for name, values in found]
        stores.append(_without(store, [name for name, _values in found]))
    options = []
    for edit in config.options:
        if edit.values is not None and _is_secret(edit.option, edit.values):
            secrets.append(edit)
            # An earlier release, or a person, may have written it there.
            options.append(replace(edit, values=None))
        else:
            options.append(edit)
    return replace(config, stores=tuple(stores), options=tuple(options)), tuple(secrets)


def _is_secret(name: str, values: Sequence[str]) -> bool:
    return is_secret_option(name) and not all(is_placeholder(value) or not value for value in values)


def _without(store: DesiredStore, names: Sequence[str]) -> DesiredStore:
    return replace(store, options=tuple(option for option in store.options if option[0] not in names))


def plan_config_secrets(apis: Sequence[DesiredApi], live: Secrets, namespace: str, purge: bool) -> list[SecretPlan]:
    """The Secrets of the APIs that have secret options. Raises ``InputErrors`` with everything that is wrong."""
    problems: list[Problem] = []
    plans = []
    for api in apis:
        found = live.get(api.config_secret) if api.config_secret else None
        if not api.config_secret or not (api.credentials or KEY in managed_keys(found)):
            continue
        wrong = [*_templates(api), *marked_for_another(api, found, namespace, api.config_secret, "config_secret_name")]
        problems += wrong
        planned = None if wrong else _plan(api, found, namespace, purge)
        if planned is None:
            continue
        fixed = not_writable(found or {}, "config_secret_name") if planned.action == UPDATE else ""
        problems += [Problem(f"Secret {namespace}/{api.config_secret}", fixed)] if fixed else []
        plans.append(planned)
    if problems:
        raise InputErrors(problems)
    return plans


def _templates(api: DesiredApi) -> list[Problem]:
    """The operator expands placeholders in the Secret, too, and leaves the text as it is where it cannot."""
    why = f"contains {TEMPLATE}, which begins an instruction to the operator's template. Use another value"
    return [
        Problem(f"sites.{api.site}: [{edit.section}] {edit.option}", why)
        for edit in api.credentials
        if any(TEMPLATE in value for value in edit.values or ())
    ]


def _plan(api: DesiredApi, live: Mapping[str, Any] | None, namespace: str, purge: bool) -> SecretPlan | None:
    """The Secret; None where nothing remains in it."""
    data = decoded(live)
    before = data.get(KEY) or b""
    path = f"Secret {namespace}/{api.config_secret}: {KEY}"
    after = apply_edits(before, api.credentials, _sections(api, before, path, purge), name=path).after
    if not Document.parse(after, "oslo", path).reading():
        return None
    action = CREATE if live is None else NONE
    if live is not None and (after != data.get(KEY) or not is_marked(live, api, {KEY})):
        action = UPDATE
    reason = "has other secret options" if live is not None and after != before else ""
    state = FileState(KEY, KEY, data.get(KEY), _MODE)
    changes = "none" if after == data.get(KEY) else "update" if KEY in data else "create"
    old, new = _shown(before, after, "(old)"), _shown(after, before, "(new)")
    file = FilePlan(state, changes, reason, _MODE, text=after, before=old, after=new)
    others = tuple(key for key in data if key != KEY)
    return SecretPlan(api.config_secret, api.key, api.site, action, live, (file,), (KEY,), others)


def _sections(api: DesiredApi, before: bytes, path: str, purge: bool) -> list[SectionEdit]:
    """Sections hold exactly what is desired. Those of stores that are kept without being desired stay."""
    wanted = {edit.section for edit in api.credentials}
    stores = {store.id for store in api.config.stores}
    there = {section for section, _option in Document.parse(before, "oslo", path).reading()}
    gone = [name for name in sorted(there) if name not in wanted and (purge or name in stores)]
    return [*(SectionEdit(name, ABSENT) for name in gone), *(SectionEdit(name, EXACT) for name in sorted(wanted))]


def _shown(text: bytes, other: bytes, note: str) -> str:
    """The text without its secrets, for a diff. The ``note`` follows those that the other text does not have."""
    mine, theirs = (Document.parse(each, "oslo", KEY).reading() for each in (text, other))
    notes = {key: note for key in mine if mine[key] != theirs.get(key)}
    return "".join(f"{line}\n" for line in redact.mask_lines(read_lines(text, DIALECTS["oslo"], KEY), (), notes))
