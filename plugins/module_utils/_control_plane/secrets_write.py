# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make Secrets as planned: in place, never deleted to be made anew, and no key in any message."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_plan import FilePlan
from ansible_collections.dcn.glance.plugins.module_utils._ceph.recipient import private_path
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, unseal
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_names import (
    body,
    encoded,
    is_ours,
    without_ours,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secrets import CREATE, SecretPlan, key_of
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    FORBIDDEN,
    NOT_FOUND,
    SECRETS,
    KubeClient,
    KubeError,
)


@dataclass(frozen=True)
class Opener:
    """How sealed keys are opened on this host; ``guard`` is told every secret, so that no message repeats one."""

    directory: str
    openssl: Callable[[], Openssl]
    guard: Callable[[str], object]

    def contents(self, plan: SecretPlan) -> dict[str, bytes]:
        """The values to write, by key. All keys of a Secret are opened before it is written."""
        return {key_of(item): self._content(item) for item in plan.files if item.action != "none"}

    def _content(self, item: FilePlan) -> bytes:
        if item.sealed_key is None:
            return item.text or b""
        cluster, wanted = item.sealed_key
        where = private_path(self.directory)
        key = unseal(self.openssl(), where, str(wanted.sealed), cluster, wanted.client, str(wanted.key_id))
        self.guard(key)
        old = item.state.data.decode("utf-8", "replace") if item.state.data is not None else None
        content = keyring.with_key(old, wanted.client, key).encode("utf-8")
        self.guard(encoded(content))
        return content


def sample(plan: SecretPlan) -> dict[str, bytes]:
    """The keys to write with nothing in the place of what is sealed: enough for the server to judge a dry run."""
    return {key_of(item): item.text or b"" for item in plan.files if item.action != "none"}


class SecretWriter:
    """Writes the Secrets of one namespace."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    def write(self, plan: SecretPlan, contents: Mapping[str, bytes], dry_run: bool = False) -> None:
        """Create the Secret, or replace the version of it that was planned with. Stale keys stay for now."""
        keys = {*plan.ours, *plan.stale}
        content = body(plan.live, plan.name, self._namespace, plan.labels, keys, contents)
        if plan.action == CREATE:
            self._client.create(SECRETS, self._namespace, content, dry_run=dry_run, strict=True)
        elif content != plan.live:
            self._client.replace(SECRETS, self._namespace, plan.name, content, dry_run=dry_run, strict=True)

    def drop(self, plan: SecretPlan, stale: Collection[str]) -> None:
        """Take keys out that nobody needs any more."""
        live = self._client.get(SECRETS, self._namespace, plan.name)
        if live is not None and stale:
            content = body(live, plan.name, self._namespace, plan.labels, plan.ours, {}, stale)
            self._client.replace(SECRETS, self._namespace, plan.name, content, strict=True)

    def refuse_removal(self) -> None:
        """Find out before the first write that no Secret can be deleted."""
        if not self._client.allowed("delete", SECRETS, self._namespace):
            raise KubeError(
                FORBIDDEN,
                f"The Kubernetes API does not allow this account to delete secrets in namespace {self._namespace}, and "
                "with purge: managed some have to go. It needs the verb 'delete' on 'secrets', or purge: none.",
                verb="delete",
                resource=str(SECRETS),
                namespace=self._namespace,
            )

    def discard(self, name: str) -> None:
        """Delete a Secret of ours as it is now; where others keep something in it, take only ours out."""
        live = self._client.get(SECRETS, self._namespace, name)
        if live is None or not is_ours(live):
            return
        rest = without_ours(live)
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
