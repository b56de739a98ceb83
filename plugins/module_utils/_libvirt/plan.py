# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans what must be done so that the secrets of libvirt are as desired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._libvirt.model import DesiredSecret, FoundSecret

UNKNOWN = "(not known yet)"


@dataclass(frozen=True)
class SecretPlan:
    """What happens to one secret.

    Attributes:
        desired: The secret.
        found: The secret as it is, None if it does not exist.
        action: none, create, replace (remove and create), update, or remove.
        reason: Why, in words that follow the uuid.
        define: Whether the definition is written.
        key_id: Id of the key to set as the value, '' if the value stays.
        before, after: What a diff shows.
    """

    desired: DesiredSecret
    found: FoundSecret | None
    action: str
    reason: str
    define: bool = False
    key_id: str = ""
    before: str = ""
    after: str = ""

    @property
    def removes(self) -> bool:
        return self.action in ("replace", "remove")


def plan_secrets(
    desired: Sequence[DesiredSecret],
    found: Mapping[str, FoundSecret],
    usages: Mapping[str, str],
    keyring_ids: Mapping[str, str],
) -> list[SecretPlan]:
    """Plan the secrets in their order.

    ``usages`` has the usage of every secret of libvirt by uuid. ``keyring_ids`` has the ids of the keys in the keyrings
    by the uuid of the secret. Raises InputErrors if a usage belongs to a secret that stays.
    """
    plans = [_plan(secret, found.get(secret.uuid), keyring_ids.get(secret.uuid)) for secret in desired]
    gone = {plan.desired.uuid for plan in plans if plan.removes}
    owners = {usage: uuid for uuid, usage in usages.items() if uuid not in gone}
    problems = []
    for index, plan in enumerate(plans):
        owner = owners.get(f"ceph {plan.desired.usage}") if plan.desired.present else None
        if owner not in (None, plan.desired.uuid):
            text = (
                f"{plan.desired.usage!r} is the usage of the secret {owner} of libvirt. Set another one, or remove it"
            )
            problems.append(Problem(f"secrets[{index}].usage", f"{text} in this call with state: absent"))
    if problems:
        raise InputErrors(problems)
    return plans


def _plan(desired: DesiredSecret, found: FoundSecret | None, keyring_id: str | None) -> SecretPlan:
    before = _shown(found)
    if not desired.present:
        if found is None:
            return SecretPlan(desired, found, "none", "does not exist")
        return SecretPlan(desired, found, "remove", "is not wanted", before=before)
    wanted = desired.key_id or keyring_id or UNKNOWN
    after = _described(desired.usage, "no", "no", wanted)
    if found is None:
        return SecretPlan(desired, found, "create", "does not exist", True, wanted, before, after)
    if reasons := _final(desired, found):
        return SecretPlan(desired, found, "replace", " and ".join(reasons), True, wanted, before, after)
    reasons = ["is lost when libvirt restarts (ephemeral)"] if found.ephemeral else []
    if found.value is None:
        reasons.append("has no value")
    elif key_id(found.value) != wanted:
        reasons.append(f"has another value (key {key_id(found.value)})")
    if not reasons:
        return SecretPlan(desired, found, "none", "is as desired", before=before, after=after)
    is_wrong = found.value is None or key_id(found.value) != wanted
    return SecretPlan(
        desired, found, "update", " and ".join(reasons), found.ephemeral, wanted if is_wrong else "", before, after
    )


def _final(desired: DesiredSecret, found: FoundSecret) -> list[str]:
    """What libvirt cannot change in a secret."""
    reasons = []
    if found.private:
        reasons.append("is private, so that its value cannot be compared")
    if (found.usage_type, found.usage) != ("ceph", desired.usage):
        reasons.append(f"has the usage {found.usage_type} {found.usage!r}")
    return reasons


def _shown(found: FoundSecret | None) -> str:
    if found is None:
        return ""
    value = key_id(found.value) if found.value is not None else "(private)" if found.private else "(none)"
    usage = found.usage if found.usage_type == "ceph" else f"{found.usage} ({found.usage_type})"
    return _described(usage, "yes" if found.ephemeral else "no", "yes" if found.private else "no", value)


def _described(usage: str, ephemeral: str, private: str, value: str) -> str:
    return f"usage: {usage}\nephemeral: {ephemeral}\nprivate: {private}\nkey: {value}\n"
