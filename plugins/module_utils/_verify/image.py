# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a verification, and its report from the results of all hosts.

Every step registers its result, and failures do not stop the run, so the test image is always deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.tables import table
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._verify import api_plan, api_report
from ansible_collections.dcn.glance.plugins.module_utils._verify.boot_report import boot_cell

Answer = Mapping[str, Any]
COLUMNS = (
    *("site", "store", "image copied", "fsid", "object", "snapshot"),
    *("clone at edge", "copy by a user", "boot at edge", "own Glance", "Glance of Nova", "removed"),
)
#: Longer cells are cut; the problems contain the full text.
CELL_WIDTH = 30
_NOT_RUN = "not tested"
_CLIENT_STEPS = ("stores", "import", "placement", "deleted")


def verify_plan(
    topology: Topology,
    endpoints: Mapping[str, str],
    zones: Mapping[str, str] | None = None,
    sites: Collection[str] = (),
) -> dict[str, Any]:
    """The plan: import to the stores of the hub and of the first spoke, copy to those of the other sites.

    ``endpoints`` maps a site to the URL of its Glance where the client does not use the endpoint of the topology.
    ``zones`` maps a site to the zone of its instances where it is not that of the topology. With ``sites``, only these
    are tested; the image is then imported to the store of the hub and copied from there. Returns ``import_stores``,
    ``copy_stores``, ``hub_store``, ``hub_endpoint``, ``boot_sites``, ``asks_nova``, ``copies`` (for
    glance_copy_probe), and ``sites``: one row per site whose default store is of type rbd.
    """
    rows = [row for site in api_plan.chosen(topology, sites) if (row := _row(topology, site, endpoints))]
    hub_store = topology.hub.default_store.id if topology.hub.default_store else ""
    stores = [row["store"] for row in rows]
    if sites and hub_store:
        imported = [hub_store]
    else:
        imported = stores[:2]
    boots = [
        {"site": row["site"], "zone": (zones or {}).get(row["site"]) or row["zone"], "store": row["store"]}
        for row in rows
        if row["spoke"]
    ]
    return {
        "hub": topology.hub_name,
        "hub_endpoint": endpoints.get(topology.hub_name) or topology.hub.glance.endpoint,
        "hub_store": hub_store,
        "import_stores": imported,
        "copy_stores": [store for store in stores if store not in imported],
        "boot_sites": boots,
        "asks_nova": topology.platform != "operators",
        "copies": api_plan.verify_copies(topology, endpoints, sites),
        "sites": rows,
    }


def _row(topology: Topology, site: Site, endpoints: Mapping[str, str]) -> dict[str, Any] | None:
    """What to test at one site; None where the default store is not in a Ceph cluster."""
    store = site.default_store
    if site.ceph is None or store is None or store.type != "rbd":
        return None
    client = topology.client("glance", site)
    spoke = site.name != topology.hub_name
    return {
        "site": site.name,
        "spoke": spoke,
        "store": store.id,
        "endpoint": endpoints.get(site.name) or site.glance.endpoint,
        "conf": site.ceph.conf,
        "as_admin": not site.glance.enabled,
        "client": client,
        "keyring": site.ceph.keyring(client),
        "nova_client": topology.client("nova", site),
        "pool": store.pool or site.ceph.pools.images,
        "vms_pool": site.ceph.pools.vms,
        "volumes_pool": site.ceph.pools.volumes,
        "zone": site.availability_zone,
        "nova_endpoint": api_plan.nova_endpoint(site),
    }


def verify_report(plan: Mapping[str, Any], client: Mapping[str, Any], sites: Mapping[str, Mapping[str, Any]]) -> Any:
    """The report: ``table`` and ``workers`` (text), ``rows``, ``problems`` and ``notes`` (sentences), and ``image_id``.

    ``client`` has the results of the OpenStack client host: ``stores``, ``import``, ``placement``, ``probed``,
    ``copies``, ``deleted``, ``boots``, ``boots_removed``. ``sites`` has, per site, ``rbd`` and ``gone`` (rbd_image_info
    before and after deletion), ``clone``, ``nova``, whether it has ``nova_hosts``, and of a test boot ``disks``,
    ``volumes`` and ``evidence``.
    """
    problems = list(_client_problems(client))
    image = _first(client.get("import"), "images")
    placement = _first(client.get("placement"), "placements")
    placed = placement.get("after") or image.get("stores") or ()
    probed, copying = client.get("probed"), {item["site"] for item in plan["copies"]}
    rows = []
    for plan_row in plan["sites"]:
        site = plan_row["site"]
        answers, asked = sites.get(site, {}), api_report.endpoint(probed, site)
        cells = {
            "site": site,
            "store": plan_row["store"],
            "image copied": "yes" if plan_row["store"] in placed else _why(client.get("placement"), "no"),
            **_rbd_cells(answers.get("rbd"), asked),
            "clone at edge": _clone_cell(answers.get("clone"), plan_row, image.get("id")),
            "copy by a user": api_report.copy_cell(client.get("copies"), site, site in copying),
            "boot at edge": boot_cell(client.get("boots"), site, answers),
            "own Glance": _asked_cell(probed, asked),
            "Glance of Nova": api_report.nova_cell(answers.get("nova"), bool(answers.get("nova_hosts"))),
            "removed": _gone_cell(answers.get("gone")),
        }
        rows.append(cells)
        problems += [f"{site}: {column}: {text}" for column, text in cells.items() if _is_bad(column, text)]
    return {
        "image_id": image.get("id"),
        "rows": rows,
        "table": table(COLUMNS, rows, CELL_WIDTH),
        "workers": api_report.workers_table(probed or {}),
        "notes": [f"Deleted, left by a killed run: {text}" for text in (probed or {}).get("removed") or ()],
        # Without the client, everything else is missing, too.
        "problems": _lost_client(client) or [*problems, *api_report.probe_problems(probed)],
    }


def _is_bad(column: str, text: str) -> bool:
    return column not in ("site", "store") and not text.startswith(("yes", "-"))


def _client_problems(client: Mapping[str, Any]) -> Iterator[str]:
    for step in _CLIENT_STEPS:
        answer = client.get(step)
        if not answer:
            yield f"{step}: {_NOT_RUN}: the OpenStack client host was not reached"
        elif answer.get("msg"):
            yield f"{step}: {answer['msg']}"
        elif step == "stores":
            wrong = (item for item in answer.get("problems") or () if item["severity"] == "error")
            yield from (f"{step}: {item['store']}: {item['message']}" for item in wrong)
    # Not run where verify_boot is never.
    for step, what in (("boots", "test boots"), ("boots_removed", "removal of the test boots")):
        answer = client.get(step) or {}
        if answer.get("msg"):
            yield f"{what}: {answer['msg']}"
        yield from (f"{what}: {text}" for text in answer.get("left") or ())


def _lost_client(client: Mapping[str, Any]) -> list[str]:
    """That the client could not be reached; empty if it could."""
    for step in _CLIENT_STEPS:
        answer = client.get(step) or {}
        if answer.get("unreachable"):
            why = str(answer.get("msg")).strip().removeprefix("Task failed: ").rstrip(".")
            return [
                f"The host of group dcn_openstack_client, which asks the APIs, cannot be reached: {why}."
                " So nothing was imported and tested. It is contacted also with a --limit that excludes it."
            ]
    return []


def _first(answer: Answer | None, key: str) -> Mapping[str, Any]:
    items = (answer or {}).get(key) or [{}]
    first: Mapping[str, Any] = items[0]
    return first


def _why(answer: Answer | None, text: str) -> str:
    reason = (answer or {}).get("msg")
    return f"{text}: {reason}" if reason else text


def _rbd_cells(answer: Answer | None, asked: Answer | None) -> dict[str, str]:
    if not answer:
        return {"fsid": _NOT_RUN, "object": _NOT_RUN, "snapshot": _NOT_RUN}
    found = _first(answer, "images")
    if not found.get("exists"):
        text = _why(answer, "missing")
        return {"fsid": text, "object": text, "snapshot": text}
    snap = next((item for item in found.get("snapshots") or () if item["name"] == "snap"), None)
    return {
        "fsid": _fsid_cell(str(answer.get("fsid")), asked),
        "object": f"yes, {found['size'] / 2**20:.1f} MiB",
        "snapshot": "missing" if snap is None else ("yes, protected" if snap.get("protected") else "not protected"),
    }


def _fsid_cell(fsid: str, asked: Answer | None) -> str:
    """One of the image's locations must name the cluster that the client of the site has reached."""
    locations = (asked or {}).get("locations") or ()
    named = [str(url).partition("://")[2].partition("/")[0] for url in locations]
    if named and fsid not in named:
        return f"no location in cluster {fsid}, only in {', '.join(named)}"
    return f"yes, {fsid[:8]}"


def _clone_cell(answer: Answer | None, row: Mapping[str, Any], image_id: str | None) -> str:
    if not row["spoke"]:
        return "-"
    if not answer:
        return _NOT_RUN
    found = _first(answer, "clones")
    parent = found.get("parent") or {}
    if found.get("ok") and parent.get("image") == image_id:
        return f"yes, from {parent['pool']}/{str(image_id)[:8]}@{parent['snapshot']}"
    return str(found.get("error") or _why(answer, "no parent"))


def _asked_cell(probed: Answer | None, asked: Answer | None) -> str:
    if asked is None:
        return _why(probed, _NOT_RUN)
    return "yes, active" if asked["ok"] else str(asked["error"])


def _gone_cell(answer: Answer | None) -> str:
    if not answer:
        return _NOT_RUN
    images: Sequence[Mapping[str, Any]] = answer.get("images") or ()
    if not images:
        return _why(answer, "unknown")
    return "still exists" if any(image.get("exists") for image in images) else "yes"
