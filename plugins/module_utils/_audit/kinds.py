# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of findings: how severe each is, what mends it, and whether the audit does so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._audit.model import Finding
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, INFO, WARNING

#: Who repairs a kind: nobody, the audit, or the audit when audit_repair_kinds names the kind.
BY_HAND, SAFE, ASKED = "by hand", "safe", "asked"


@dataclass(frozen=True)
class Kind:
    """A kind of finding. ``repair`` is what mends it, by hand or by the audit; ``by`` says which."""

    name: str
    severity: str
    repair: str
    by: str = BY_HAND


_KINDS = (
    Kind(
        "unreachable_cluster",
        ERROR,
        "make the cluster answer, then audit again: nothing is concluded from its silence",
    ),
    Kind("unreachable_api", ERROR, "make the API answer, then audit again: nothing is concluded from its silence"),
    Kind("unreachable_host", ERROR, "make the host answer, then audit again: nothing is concluded from its silence"),
    Kind("api_stores", ERROR, "run dcn.glance.site, or correct the topology"),
    Kind("missing_pool", ERROR, "create the pool, or correct the topology"),
    # Copies
    Kind("object_missing", ERROR, "remove the location, and copy the image to the store again", ASKED),
    Kind("snapshot_missing", ERROR, "create the snapshot, and protect it", ASKED),
    Kind("snapshot_unprotected", ERROR, "protect the snapshot", SAFE),
    Kind("unreadable_object", ERROR, "check the cluster with 'ceph health detail' and 'rbd info'"),
    Kind("size_mismatch", ERROR, "remove the copy from the store, and copy the image again"),
    Kind("checksum_mismatch", ERROR, "remove the copy from the store, and copy the image again"),
    Kind("wrong_content", ERROR, "import the image again with the conversion to raw"),
    Kind("wrong_format", WARNING, "import the image again with the conversion to raw"),
    Kind("wrong_location", ERROR, "import the image again: the cluster was replaced, and its images with it"),
    Kind("removed_store", WARNING, "remove the copy, or add the store to the topology", ASKED),
    Kind("copy_wanted", WARNING, "copy the image to the store", SAFE),
    Kind("copy_unwanted", WARNING, "remove the copy from the store", ASKED),
    # Objects
    Kind("orphan", WARNING, "remove the RBD image", ASKED),
    Kind("partial_object", WARNING, "remove the RBD image: it prevents every later copy to the store", SAFE),
    Kind("untracked_copy", WARNING, "remove the RBD image: it prevents every later copy to the store", ASKED),
    Kind("foreign_object", INFO, "none if somebody uses it, otherwise remove it with 'rbd rm'"),
    # Imports
    Kind("stuck_import", ERROR, "delete the image, and import it again", ASKED),
    Kind("stalled_import", WARNING, "check the Glance worker that runs the task"),
    Kind("leaked_lock", WARNING, "copy the image to another store 60 minutes after the last update of the task"),
    Kind("external_cluster", INFO, "ask its owner which clients the cluster has, if one may be left over"),
    Kind("unfinished_image", INFO, "import it, or delete it"),
    Kind("failed_copy", INFO, "copy the image to the store again"),
    Kind("empty_image", INFO, "delete it, if nobody boots from the volume snapshot that it stands for"),
    # Hosts
    Kind("stale_staging", WARNING, "remove the file", SAFE),
    Kind("leftover_staging", WARNING, "remove the file; a failed copy that is tried again uses it", ASKED),
    Kind("foreign_file", INFO, "none if somebody uses it, otherwise remove it"),
    Kind("stale_config", WARNING, "restart the service: dcn.glance.site restarts Glance, one worker after another"),
    Kind("stopped_service", ERROR, "start the service, and read its log"),
    Kind("stray_keyring", WARNING, "remove the file, if nothing else on the host uses it", ASKED),
    Kind("stray_conf", WARNING, "remove the file, if nothing else on the host uses it", ASKED),
    Kind("stray_secret", WARNING, "remove the secret from libvirt, if nothing else on the host uses it", ASKED),
    # Clients
    Kind("key_old", WARNING, "give the client a new key, as the page of dcn.glance.rotate_keys describes"),
    Kind("stray_client", WARNING, "remove the client from the cluster, if nothing else uses it", ASKED),
)
KINDS = {kind.name: kind for kind in _KINDS}
#: The kinds that the audit repairs only when audit_repair_kinds names them.
ASKED_KINDS = tuple(kind.name for kind in _KINDS if kind.by == ASKED)


def finding(kind: str, why: str, where: Mapping[str, str], repairable: bool = True, severity: str = "") -> Finding:
    """A finding of one kind. ``where`` has site, store, host, image, name and object, as far as they apply.

    ``repairable`` false: in this case the audit cannot repair what it else could.
    """
    known = KINDS[kind]
    can = repairable and known.by != BY_HAND
    repair = known.repair
    if can and known.by == ASKED:
        repair = f"{repair} (audit_repair_kinds: [{kind}])"
    return Finding(
        kind, severity or known.severity, why, repair, **where, repairable=can, safe=can and known.by == SAFE
    )
