# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report with every state of a store and every severity; ``tests/unit/audit/data/sample.json`` is made from it."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._audit import model
from ansible_collections.dcn.glance.plugins.module_utils._audit.model import (
    ClientKey,
    Finding,
    HostRow,
    ImageRow,
    Key,
    Repair,
    Report,
    SiteRow,
    StoreRow,
    StoreState,
    Unreachable,
)

_FSIDS = {
    "central": "6f7cbd9f-0c8d-4b2e-9d3e-0c4b5ff4b2a1",
    "dcn0": "5f0ad2a8-1a3f-4a0e-9c57-6f7a6d2f9f10",
    "dcn1": "",
}
_CIRROS = "2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e"
_DEBIAN = "7d3b2b0a-5a5d-4a3c-8a55-0b6f6a1f9a11"
_BROKEN = "0b4e8a4e-6f0e-4a35-9dc5-2f1f2d0d7c55"
_ORPHAN = "c1f8a2de-94b1-4f0a-a6f7-3f3e52b7f0aa"
_GROUPS = ("ceph_admin", "glance_api", "nova_compute", "cinder_volume")


def _site(name: str, hub: bool = False) -> SiteRow:
    stores = [StoreRow(name, "rbd", True, "images", _FSIDS[name], name != "dcn1")]
    hosts = [HostRow(name, _GROUPS[: 2 if hub else 4], name != "dcn1")]
    if hub:
        stores.append(StoreRow("archive", "swift"))
        hosts.append(HostRow("central2", ("glance_api",)))
    endpoint = f"http://glance.{name}:9292" if hub else f"http://{name}:9292"
    return SiteRow(name, hub, name, name, endpoint, tuple(stores), tuple(hosts))


def _image(image_id: str, name: str, states: dict[str, tuple[str, bool | None]], **fields: object) -> ImageRow:
    stores = {store: StoreState(state, wanted) for store, (state, wanted) in states.items()}
    known = {"owner": "8a3f0c1d2e4b4c5d9e6f7a8b9c0d1e2f", "status": "active", "state": "active", "format": "raw"}
    return ImageRow(image_id, name, **{**known, "created_at": "2026-11-01T08:00:00Z", **fields}, stores=stores)  # type: ignore[arg-type]


SAMPLE = Report(
    made_at="2026-11-29T12:00:00Z",
    hub="central",
    platform="packages",
    sites=(_site("central", True), _site("dcn0"), _site("dcn1")),
    images=(
        _image(
            _CIRROS,
            "cirros",
            {
                "central": (model.OK, True),
                "archive": (model.UNCHECKED, None),
                "dcn0": (model.BROKEN, True),
                "dcn1": (model.UNKNOWN, True),
            },
            size=117440512,
        ),
        _image(
            _DEBIAN,
            "debian-12",
            {
                "central": (model.OK, True),
                "archive": (model.ABSENT, False),
                "dcn0": (model.WANTED, True),
                "dcn1": (model.COPYING, True),
                "old": (model.EXTRA, False),
            },
            size=2147483648,
        ),
        _image(
            _BROKEN,
            "<b>windows & co</b>",
            {
                "central": (model.ABSENT, None),
                "archive": (model.ABSENT, None),
                "dcn0": (model.ABSENT, None),
                "dcn1": (model.ABSENT, None),
            },
            status="importing",
            state="import_failed",
            format="qcow2",
            hidden=True,
        ),
    ),
    findings=(
        Finding(
            "unreachable_cluster",
            "error",
            "the cluster dcn1 did not answer within 15 seconds",
            "make the cluster answer, then audit again; nothing is concluded from its silence",
            site="dcn1",
            object="dcn1",
        ),
        Finding(
            "unprotected_snapshot",
            "error",
            "the snapshot images/2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e@snap is not protected, so it cannot be cloned",
            "protect the snapshot",
            site="dcn0",
            store="dcn0",
            image=_CIRROS,
            name="cirros",
            object=f"images/{_CIRROS}",
            repairable=True,
            safe=True,
        ),
        Finding(
            "stuck_import",
            "error",
            "its import failed for dcn0, and its status remains importing",
            "delete the image and import it again; audit_repair_kinds=[stuck_import] deletes it",
            image=_BROKEN,
            name="<b>windows & co</b>",
            repairable=True,
        ),
        Finding(
            "copy_wanted",
            "warning",
            "a rule of dcn_images wants a copy in the store dcn0, and there is none",
            "copy the image to the store",
            site="dcn0",
            store="dcn0",
            image=_DEBIAN,
            name="debian-12",
            repairable=True,
            safe=True,
        ),
        Finding(
            "orphan",
            "warning",
            f"Glance has no image with the id {_ORPHAN}",
            "remove the RBD image; audit_repair_kinds=[orphan] removes it",
            site="central",
            store="central",
            object=f"images/{_ORPHAN}",
            repairable=True,
        ),
        Finding(
            "foreign_object",
            "info",
            "its name is not the id of an image, so it was not made by Glance",
            "none, if somebody uses it; otherwise remove it with rbd rm",
            site="central",
            store="central",
            object="images/golden-master",
        ),
    ),
    unreachable=(
        Unreachable("cluster", "dcn1", "dcn1", "the cluster dcn1 did not answer within 15 seconds"),
        Unreachable("host", "dcn1", "dcn1", "Failed to connect to the host via ssh"),
    ),
    keys=(
        Key("central", "central", "dcn0", "client.glance.central", "/etc/ceph/dcn0.client.glance.central.keyring", 41),
        Key("dcn0", "dcn0", "dcn0", "client.glance.dcn0", "/etc/ceph/dcn0.client.glance.dcn0.keyring", 3),
    ),
    client_keys=(
        ClientKey("central", "central", "client.glance.central", "2026-10-19T08:00:00Z", 41),
        ClientKey("dcn0", "dcn0", "client.glance.dcn0", "", None),
    ),
    repairs=(
        Repair("stale_staging/dcn0/dcn0/var/lib/glance/staging/x", "removed the file", True),
        Repair(f"orphan/central/central/images/{_ORPHAN}", "remove the RBD image", False, "it has 2 clones"),
    ),
)
