# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts from the results of modules. A result that is missing or failed makes its system unreachable, never empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._audit.facts import (
    POD,
    ClientFile,
    Cluster,
    Facts,
    Host,
    Instance,
    RbdObject,
    SeenImage,
    Service,
    Snapshot,
    StagedFile,
    StoreProblem,
)
from ansible_collections.dcn.glance.plugins.module_utils._audit.model import Unreachable
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, looks_like_id
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology

Answer = Mapping[str, Any]
#: {attribute of an image: its key in the result of glance_image_info}, where they differ.
_KEYS = {"importing": "importing_stores", "failed": "failed_stores"}


@dataclass(frozen=True)
class Results:
    """The results of the modules, as they were registered.

    ``before`` and ``after`` are of glance_image_info, ``apis`` of glance_store_info by site, ``clusters`` of
    ceph_cluster_info by site, ``hosts`` of consumer_info by host, ``pods`` of glance_pod_info.
    """

    before: Answer | None = None
    after: Answer | None = None
    apis: Mapping[str, Answer | None] = field(default_factory=dict)
    clusters: Mapping[str, Answer | None] = field(default_factory=dict)
    hosts: Mapping[str, Answer | None] = field(default_factory=dict)
    pods: Answer | None = None


def read_facts(
    topology: Topology, hosts: Mapping[str, tuple[str, tuple[str, ...]]], results: Results, made_at: str, **options: Any
) -> Facts:
    """The facts. ``hosts`` maps every host of the inventory to its site and groups."""
    images, gone = _images(results)
    return Facts(
        made_at=made_at,
        topology=topology,
        hosts=hosts,
        images=images,
        gone=gone,
        clusters={site: _cluster(answer) for site, answer in results.clusters.items() if answered(answer)},
        apis={site: _problems(answer) for site, answer in results.apis.items() if answered(answer)},
        answered={host.name: host for host in (*_hosts(hosts, results), *_pods(topology, results.pods))},
        unreachable=tuple(_unreachable(topology, hosts, results)),
        **options,
    )


def answered(answer: Answer | None) -> bool:
    """Whether a registered result is that of a module that succeeded."""
    return bool(answer) and not any(_flag(answer, key) for key in ("failed", "unreachable", "skipped", "msg"))


def _flag(answer: Answer | None, key: str) -> bool:
    return bool((answer or {}).get(key))


def why_not(answer: Answer | None) -> str:
    """Why there is no usable result."""
    text = " ".join(str((answer or {}).get("msg") or "").split())
    return text or "it was not asked in this run: it is outside of --limit, or an earlier step failed"


def image_of(data: Answer) -> Image:
    """The image from an item of glance_image_info."""
    found: dict[str, Any] = {}
    for item in fields(Image):
        value = data.get(_KEYS.get(item.name, item.name))
        if value is not None:
            found[item.name] = tuple(value) if isinstance(value, (list, tuple)) else value
    return Image(**found)


def _images(results: Results) -> tuple[dict[str, SeenImage] | None, frozenset[str]]:
    """The images of the last list with those of the first, and the ids that only the first has."""
    if results.before is None or results.after is None:
        return None, frozenset()
    if not (answered(results.before) and answered(results.after)):
        return None, frozenset()
    before = {item["id"]: item for item in results.before["images"]}
    found = {}
    for item in results.after["images"]:
        earlier = before.get(item["id"])
        found[item["id"]] = SeenImage(
            image_of(item),
            item["state"],
            item["explanation"],
            image_of(earlier) if earlier else None,
            earlier["state"] if earlier else "",
        )
    return found, frozenset(before) - frozenset(found)


def _cluster(answer: Answer | None) -> Cluster:
    data = answer or {}
    pools = {
        pool["name"]: {item["name"]: _object(item) for item in pool["images"]}
        for pool in data["pools"]
        if pool["exists"]
    }
    missing = tuple(pool["name"] for pool in data["pools"] if not pool["exists"])
    names = data.get("clients")
    sessions = data.get("sessions")
    return Cluster(
        str(data["fsid"]),
        pools,
        missing,
        None if names is None else tuple(names),
        data.get("keys_created") or {},
        None if sessions is None else {name: tuple(found) for name, found in sessions.items()},
    )


def _object(item: Answer) -> RbdObject:
    snapshots = {
        str(entry["name"]): Snapshot(bool(entry["protected"]), tuple(entry["children"])) for entry in item["snapshots"]
    }
    plain = {key: item[key] for key in ("name", "size", "created", "watchers", "format", "digest")}
    return RbdObject(**plain, snapshots=snapshots, error=str(item.get("error") or ""))


def _problems(answer: Answer | None) -> tuple[StoreProblem, ...]:
    return tuple(
        StoreProblem(str(item.get("store") or ""), str(item["severity"]), str(item["message"]))
        for item in (answer or {}).get("problems") or ()
    )


def _hosts(hosts: Mapping[str, tuple[str, tuple[str, ...]]], results: Results) -> Iterator[Host]:
    for name, answer in results.hosts.items():
        if answer is None or not answered(answer):
            continue
        site, groups = hosts[name]
        yield Host(
            name,
            site,
            groups,
            tuple(_staged(answer["staging"])),
            tuple(ClientFile(item["name"], item["path"], item["days"]) for item in answer["client_files"]),
            tuple(_service(item) for item in answer["services"]),
            **_libvirt(answer["libvirt"]),
        )


def _service(item: Answer) -> Service:
    named = tuple((each["client"], each["path"]) for each in item["clients"])
    return Service(item["name"], item["exists"], item["active"], tuple(item["newer_files"]), named)


def _libvirt(found: Answer) -> dict[str, Any]:
    return {
        "instances": tuple(
            Instance(
                item["name"],
                item["uuid"],
                item["running"],
                tuple((each["client"], each["secret"]) for each in item["clients"]),
            )
            for item in found["instances"]
        ),
        "secrets": tuple((item["uuid"], item["usage"]) for item in found["secrets"]),
        "libvirt_error": found["error"],
    }


def _staged(directories: Sequence[Answer]) -> Iterator[StagedFile]:
    for directory in directories:
        for item in directory["files"]:
            yield StagedFile(item["path"], item["image"], item["size"], item["age"])


def _pods(topology: Topology, answer: Answer | None) -> Iterator[Host]:
    """The workers in pods; which files they have not read yet. glance_pod_info checks the rest itself."""
    spokes = {site.glance.api.name: site.name for site in topology.spokes if site.glance.api is not None}
    for pod in (answer or {}).get("pods") or ():
        unit = Service("glance-api", True, True, tuple(str(path) for path in pod.get("stale_files") or ()))
        staged = tuple(_staged_in_pod(pod.get("staging") or {}))
        # The API of the hub has another name after a change of its stores.
        site = spokes.get(pod.get("api"), topology.hub_name)
        yield Host(str(pod["name"]), site, (POD,), staged, units=(unit,))


def _staged_in_pod(directory: Answer) -> Iterator[StagedFile]:
    for item in directory.get("files") or ():
        image = item["image"] if looks_like_id(item["image"]) else ""
        yield StagedFile(f"{directory['path']}/{item['name']}", image, item["size"], item["age"])


def _must_answer(site: Site, results: Results) -> bool:
    """Whether the silence of a site's cluster is a finding. An external one without a Glance host is not asked."""
    return site.ceph is not None and (not site.ceph.external or site.name in results.clusters)


def _unreachable(
    topology: Topology, hosts: Mapping[str, tuple[str, tuple[str, ...]]], results: Results
) -> Iterator[Unreachable]:
    hub = topology.hub
    for answer in (results.before, results.after):
        if not answered(answer):
            yield Unreachable("api", hub.name, hub.glance.endpoint or hub.name, f"no images: {why_not(answer)}")
            break
    for site in topology.sites:
        if _must_answer(site, results) and not answered(results.clusters.get(site.name)):
            why = why_not(results.clusters.get(site.name))
            yield Unreachable("cluster", site.name, site.ceph.cluster if site.ceph else "", why)
        if site.name in results.apis and not answered(results.apis[site.name]):
            yield Unreachable("api", site.name, site.glance.endpoint or site.name, why_not(results.apis[site.name]))
    for name, answer in results.hosts.items():
        if not answered(answer):
            yield Unreachable("host", hosts[name][0], name, why_not(answer))
    # The module fails when a worker has a problem, and returns the workers all the same.
    if topology.operators is not None and "pods" not in (results.pods or {}):
        namespace = f"pods in the namespace {topology.operators.namespace}"
        yield Unreachable("host", hub.name, namespace, why_not(results.pods))
