# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of the module control_plane_glance, and its diff without secrets."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.catalog import TO_SCALE_BACK
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import MANAGED_ANNOTATION
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.merge import ApiChange
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import DesiredGlance
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import ControlPlanePlan
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import SecretPlan, key_name
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document, read_lines
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import Forecast
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import glance_spec, glance_spec_path
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import MASK

_CONFIG = "customServiceConfig"
_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./ :@%+,=-]*")
_NOT_TEXT = re.compile(r"(?i)true|false|null|yes|no|on|off|[0-9.+-][0-9_.eE+-]*")

#: The section and the name of an option, both in lower case.
Option = tuple[str, str]


def forecast_result(found: Collection[Forecast]) -> list[dict[str, Any]]:
    """What happens to each StatefulSet."""
    return [
        {
            "statefulset": each.statefulset,
            "api": each.api,
            "action": each.action,
            "reason": "; ".join(each.reasons),
            "ready": each.ready,
            "pvcs": [{"name": claim.name, "action": claim.action, "note": claim.note} for claim in each.claims],
        }
        for each in found
    ]


def api_result(found: Collection[ApiChange]) -> list[dict[str, Any]]:
    """What happens to each API."""
    return [
        {
            "name": each.key,
            "action": each.action,
            "reason": each.reason,
            "fields": list(each.fields),
            "stores": [
                {"id": store.id, "action": store.action, "reason": store.reason}
                for store in (each.config.actions if each.config is not None else ())
            ],
        }
        for each in found
    ]


def endpoint_result(plan: ControlPlanePlan) -> dict[str, Any]:
    """The API in Keystone's catalog, and what remains of a move with a second worker."""
    merge = plan.merge
    return {
        "before": merge.endpoint_before,
        "after": merge.endpoint_after,
        "reason": merge.endpoint_reason,
        "next": merge.next_step,
        "scale_back": dict(merge.managed.spare) if merge.next_step == TO_SCALE_BACK else {},
    }


def secret_result(found: Collection[SecretPlan], plan: ControlPlanePlan, purge: bool) -> list[dict[str, Any]]:
    """The change of each Secret, and of its keys by name."""
    result = [
        {
            "name": each.name,
            "api": each.api,
            "action": each.action,
            "keys": _keys(each, purge),
            "other_keys": list(each.other_keys),
            "stale_keys": [] if purge else list(each.stale_keys),
            "missing": sorted(each.missing),
        }
        for each in found
    ]
    gone = {"api": "", "action": "remove", "keys": [], "other_keys": [], "stale_keys": [], "missing": []}
    result += [{"name": name, **gone} for name in plan.removed]
    return result + [{"name": name, **gone, "action": "update"} for name in plan.emptied]


def _keys(plan: SecretPlan, purge: bool) -> list[dict[str, str]]:
    found = {
        key_name(item): {"key": key_name(item), "action": item.action, "reason": item.reason} for item in plan.files
    }
    kept = [{"key": key, "action": "none", "reason": "not stated in this run"} for key in plan.keys if key not in found]
    gone = [{"key": key, "action": "remove", "reason": "no longer needed"} for key in plan.stale_keys if purge]
    return [*found.values(), *kept, *gone]


def secret_diffs(
    found: Collection[SecretPlan], plan: ControlPlanePlan, purge: bool, namespace: str
) -> list[dict[str, str]]:
    """The keys of Secrets that change, with ids in the place of cephx keys; of what is removed only the name."""
    changes = [
        (f"{each.name}: {key_name(item)}", item.before, item.after)
        for each in found
        for item in each.files
        if item.action != "none"
    ]
    changes += [(f"{each.name}: {key}", f"{key}\n", "") for each in found for key in each.stale_keys if purge]
    changes += [(name, f"{name}\n", "") for name in plan.removed]
    changes += [(name, "keys of dcn.glance\n", "") for name in plan.emptied]
    return [
        {
            "before_header": f"Secret {namespace}/{title}",
            "after_header": f"Secret {namespace}/{title}",
            "before": before,
            "after": after,
        }
        for title, before, after in changes
    ]


def object_diff(desired: DesiredGlance, before: Object, after: Object) -> dict[str, str]:
    """The change of the object: its Glance spec, and the annotation that records what is managed."""
    header = f"{desired.kind} {desired.namespace}/{desired.name}"
    return spec_diff(header, *(shown_object(item, desired.control_plane) for item in (before, after)))


def shown_object(item: Object, control_plane: bool) -> dict[str, Any]:
    """The part of an object that a diff shows."""
    annotations = (item.get("metadata") or {}).get("annotations") or {}
    managed = {MANAGED_ANNOTATION: annotations[MANAGED_ANNOTATION]} if MANAGED_ANNOTATION in annotations else {}
    return {"annotations": managed, glance_spec_path(control_plane): glance_spec(item, control_plane)}


def spec_diff(header: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """A change as Ansible shows it: only the lines that change, secrets hidden, a secret that changes marked."""
    changed = _changed_secrets(before, after)
    old = list(yaml_lines(before, notes=dict.fromkeys(changed, "(old)")))
    new = list(yaml_lines(after, notes=dict.fromkeys(changed, "(new)")))
    found = difflib.unified_diff(old, new, f"before: {header}", f"after: {header}", lineterm="")
    return {"prepared": "".join(f"{line}\n" for line in found)}


def yaml_lines(content: Any, indent: str = "", notes: Mapping[Option, str] | None = None) -> Iterator[str]:
    """Plain data as lines of YAML, with configurations without secrets. ``notes`` follow hidden values, by option."""
    if not isinstance(content, Mapping):
        for item in content:
            yield from _item_lines(item, indent, notes)
        return
    for name, value in content.items():
        head = f"{indent}{name}:"
        if isinstance(value, str) and (name == _CONFIG or "\n" in value):
            text = _config_lines(value, notes or {}) if name == _CONFIG else value.splitlines()
            yield f"{head} {'|' if value.endswith(chr(10)) else '|-'}"
            yield from (f"{indent}  {line}" if line else "" for line in text)
        elif isinstance(value, (Mapping, list)) and value:
            yield head
            yield from yaml_lines(value, f"{indent}  ", notes)
        else:
            yield f"{head} {_scalar(value)}"


def _item_lines(item: Any, indent: str, notes: Mapping[Option, str] | None) -> Iterator[str]:
    if not isinstance(item, Mapping) or not item:
        yield f"{indent}- {_scalar(item)}"
        return
    first, *more = yaml_lines(item, f"{indent}  ", notes)
    yield f"{indent}- {first.lstrip()}"
    yield from more


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and not _NOT_TEXT.fullmatch(value) and ": " not in value:
        return value
    return json.dumps(value)


def _config_lines(text: str, notes: Mapping[Option, str]) -> list[str]:
    """A configuration without secrets; nothing of one that cannot be parsed."""
    try:
        return redact.mask_lines(read_lines(text.encode("utf-8"), DIALECTS["oslo"], _CONFIG), (), notes)
    except InputErrors:
        return ["(not shown: oslo.config cannot parse this text)"]


def _changed_secrets(before: Mapping[str, Any], after: Mapping[str, Any]) -> Collection[Option]:
    old, new = (_options(content) for content in (before, after))
    return {option for option in {*old, *new} if old.get(option) != new.get(option)}


def _options(content: Mapping[str, Any]) -> dict[Option, list[tuple[str, ...]]]:
    found: dict[Option, list[tuple[str, ...]]] = {}
    for text in config_texts(content):
        try:
            reading = Document.parse(text.encode("utf-8"), "oslo").reading()
        except InputErrors:
            continue
        for (section, option), values in reading.items():
            found.setdefault((section.lower(), option.lower()), []).append(values)
    return found


def config_texts(content: Any) -> Iterator[str]:
    """Every customServiceConfig in plain data."""
    items = content.items() if isinstance(content, Mapping) else ((None, item) for item in content)
    for name, value in items:
        if name == _CONFIG and isinstance(value, str):
            yield value
        elif isinstance(value, (Mapping, list)):
            yield from config_texts(value)


def config_secrets(text: str) -> set[str]:
    """The values of secret options in a configuration."""
    try:
        return redact.secret_values(read_lines(text.encode("utf-8"), DIALECTS["oslo"], _CONFIG))
    except InputErrors:
        return set()


def hidden_values(data: Any, masked: Any) -> set[str]:
    """The texts of ``data`` that its masked copy does not show."""
    if isinstance(data, Mapping) and isinstance(masked, Mapping):
        return {text for name in data if name in masked for text in hidden_values(data[name], masked[name])}
    if isinstance(data, (list, tuple)) and isinstance(masked, (list, tuple)):
        return {text for one, two in zip(data, masked) for text in hidden_values(one, two)}
    if data == masked or data is None:
        return set()
    text = str(data)
    if isinstance(masked, str) and MASK in masked and masked != MASK:
        head, _mask, tail = masked.partition(MASK)
        text = text[len(head) : len(text) - len(tail)] if text.startswith(head) and text.endswith(tail) else text
    return {text} if len(text) > 3 else set()
