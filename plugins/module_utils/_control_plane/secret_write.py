# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write Secrets as planned. They are replaced in place, and no message contains a key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_plan import FilePlan
from ansible_collections.dcn.glance.plugins.module_utils._ceph.recipient import private_path
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, unseal
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_object import (
    encoded,
    is_managed,
    secret_body,
    without_managed,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import CREATE, SecretPlan, key_name
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FORBIDDEN, NOT_FOUND, SECRETS, KubeError


@dataclass(frozen=True)
class KeyOpener:
    """Opens sealed keys on this host. ``guard`` gets every secret, so that no message repeats one.

    ``directory`` holds the private key of this host.
    """

    directory: str
    openssl: Callable[[], Openssl]
    guard: Callable[[str], object]

    def contents(self, plan: SecretPlan) -> dict[str, bytes]:
        """The values to write, by key. All keys of a Secret are opened before it is written."""
        return {key_name(item): self._content(item) for item in plan.files if item.action != "none"}

    def _content(self, item: FilePlan) -> bytes:
        if item.sealed_key is None:
            self.guard(encoded(item.text or b""))
            return item.text or b""
        cluster, wanted = item.sealed_key
        where = private_path(self.directory)
        key = unseal(self.openssl(), where, str(wanted.sealed), cluster, wanted.client, str(wanted.key_id))
        self.guard(key)
        old = item.state.data.decode("utf-8", "replace") if item.state.data is not None else None
        content = keyring.with_key(old, wanted.client, key).encode("utf-8")
        self.guard(encoded(content))
        return content


def dry_run_contents(plan: SecretPlan) -> dict[str, bytes]:
    """The keys to write, sealed ones empty: enough for a dry run on the server."""
    return {key_name(item): item.text or b"" for item in plan.files if item.action != "none"}


class SecretWriter:
    """Writes the Secrets of one namespace."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    def write(self, plan: SecretPlan, contents: Mapping[str, bytes], dry_run: bool = False) -> None:
        """Create the Secret, or replace the version that the plan was made for. Stale keys are removed later."""
        keys = {*plan.keys, *plan.stale_keys}
        content = secret_body(plan.live, plan.name, self._namespace, plan.labels, keys, contents)
        if plan.action == CREATE:
            self._client.create(SECRETS, self._namespace, content, dry_run=dry_run, strict=True)
        elif content != plan.live:
            self._client.replace(SECRETS, self._namespace, plan.name, content, dry_run=dry_run, strict=True)

    def remove_keys(self, plan: SecretPlan, stale: Collection[str]) -> None:
        """Remove keys that are no longer needed."""
        live = self._client.get(SECRETS, self._namespace, plan.name)
        if live is not None and stale:
            content = secret_body(live, plan.name, self._namespace, plan.labels, plan.keys, {}, stale)
            self._client.replace(SECRETS, self._namespace, plan.name, content, strict=True)

    def require_delete_permission(self) -> None:
        """Raise ``KubeError`` before the first write if this account cannot delete Secrets."""
        if not self._client.allowed("delete", SECRETS, self._namespace):
            raise KubeError(
                FORBIDDEN,
                f"The Kubernetes API does not allow this account to delete secrets in namespace {self._namespace}, and "
                "purge: managed must delete some. Allow the verb 'delete' on 'secrets', or use purge: none.",
                verb="delete",
                resource=str(SECRETS),
                namespace=self._namespace,
            )

    def remove(self, name: str) -> None:
        """Delete a managed Secret; one that holds keys of others only loses the managed ones."""
        live = self._client.get(SECRETS, self._namespace, name)
        if live is None or not is_managed(live):
            return
        rest = without_managed(live)
        if rest["data"]:
            self._client.replace(SECRETS, self._namespace, name, rest, strict=True)
            return
        metadata = live["metadata"]
        uid, version = str(metadata.get("uid", "")), str(metadata.get("resourceVersion", ""))
        try:
            self._client.delete(SECRETS, self._namespace, name, uid=uid, resource_version=version)
        except KubeError as error:
            if error.reason != NOT_FOUND:
                raise
