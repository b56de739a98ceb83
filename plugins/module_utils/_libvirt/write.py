# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads, plans and writes the secrets of libvirt, and decrypts the keys that they need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import SEALING_FAILED, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import HideSecret
from ansible_collections.dcn.glance.plugins.module_utils._ceph.recipient import private_path
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, unseal
from ansible_collections.dcn.glance.plugins.module_utils._core import files
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._libvirt.model import DesiredSecret
from ansible_collections.dcn.glance.plugins.module_utils._libvirt.plan import UNKNOWN, SecretPlan, plan_secrets
from ansible_collections.dcn.glance.plugins.module_utils._libvirt.virsh import LibvirtError, Virsh


class Keys:
    """The keys for the secrets: from the keyrings of this host, else encrypted for this host."""

    def __init__(self, recipient_directory: str, openssl: Callable[[], Openssl], hide: HideSecret) -> None:
        self._private = private_path(recipient_directory)
        self._openssl = openssl
        self._hide = hide

    def in_keyring(self, secret: DesiredSecret) -> str | None:
        """The client's key in the keyring; None without the file, the client, or a file that Ceph accepts."""
        data = files.read_file(secret.keyring).data if secret.present and secret.keyring else None
        try:
            key = keyring.key_of((data or b"").decode("utf-8", "replace"), secret.client)
        except keyring.KeyringError:
            return None
        if key:
            self._hide(key)
        return key

    def key(self, secret: DesiredSecret, expected: str) -> str:
        """The key with the id ``expected``."""
        found = self.in_keyring(secret)
        if found and key_id(found) == expected:
            return found
        if not secret.sealed or not secret.key_id:
            where = (
                f"{secret.keyring} has {'another key' if found else 'none'}" if secret.keyring else "no keyring is set"
            )
            raise CephError(
                SEALING_FAILED,
                f"The key of {secret.client} for the secret {secret.uuid} is not on this host: {where}, and no "
                "encrypted key was given. Run dcn.glance.key_recipient and dcn.glance.ceph_client again.",
            )
        cluster = str(secret.cluster)
        key = unseal(self._openssl(), self._private, secret.sealed, cluster, secret.client, secret.key_id)
        self._hide(key)
        return key


def manage(
    desired: Sequence[DesiredSecret], virsh: Virsh, keys: Keys, hide: HideSecret, check: bool
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Make the secrets as desired, or with ``check`` only predict the changes. Returns their results and the diff."""
    usages = virsh.usages()
    found = {secret.uuid: virsh.find(secret.uuid) for secret in desired if secret.uuid in usages}
    for each in found.values():
        if each.value:
            hide(each.value)
    present = {secret.uuid: keys.in_keyring(secret) for secret in desired}
    plans = plan_secrets(desired, found, usages, {uuid: key_id(key) for uuid, key in present.items() if key})
    if not check:
        # Every key is known before the first secret is changed.
        values = {plan.desired.uuid: keys.key(plan.desired, _known(plan)) for plan in plans if plan.key_id}
        _write(plans, virsh, values)
    changes = [plan for plan in plans if plan.action != "none"]
    return [_result(plan) for plan in plans], [_diff(plan) for plan in changes]


def _known(plan: SecretPlan) -> str:
    """The id of the key to set. Without an id or a keyring, the error of the missing key says so."""
    return "" if plan.key_id == UNKNOWN else plan.key_id


def _write(plans: Sequence[SecretPlan], virsh: Virsh, values: dict[str, str]) -> None:
    """Removals come first, because a usage that another secret gets may become free."""
    done: list[str] = []
    steps: list[tuple[str, str, Callable[[], None]]] = []
    for plan in plans:
        if plan.removes:
            steps.append((plan.desired.uuid, "removed", partial(virsh.undefine, plan.desired.uuid)))
    for plan in plans:
        secret = plan.desired
        if plan.define:
            steps.append((secret.uuid, "defined", partial(virsh.define, secret.uuid, secret.xml())))
        if plan.key_id:
            steps.append((secret.uuid, "set", partial(virsh.set_value, secret.uuid, values[secret.uuid])))
    for uuid, word, step in steps:
        try:
            step()
        except DcnError as error:
            state = f"Already done: {'; '.join(done)}. Run again." if done else "Nothing was changed."
            raise LibvirtError(error.reason, f"{error} {state}") from error
        done.append(f"{uuid} {word}")


def _result(plan: SecretPlan) -> dict[str, Any]:
    return {
        "uuid": plan.desired.uuid,
        "client": plan.desired.client,
        "action": plan.action,
        "changed": plan.action != "none",
        "reason": plan.reason,
    }


def _diff(plan: SecretPlan) -> dict[str, str]:
    header = f"libvirt secret {plan.desired.uuid}"
    return {"before_header": header, "after_header": header, "before": plan.before, "after": plan.after}
