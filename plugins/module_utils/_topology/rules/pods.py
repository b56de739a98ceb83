# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint rules about what the pods of an API get beyond their stores: volumes, fields, and placeholders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import normpath
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import CONF_DIRECTORY
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._operators import webhook
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import volume_name
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import DNS_LABEL, STATE_DIRECTORY
from ansible_collections.dcn.glance.plugins.module_utils._operators.placeholders import REGION
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cache
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Api, Operators, Site
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.operators import apis
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.stores import datadirs, volume_at

_GLANCE_CONFIG = "/etc/glance"


def file_store_not_shared(context: Context) -> Hits:
    for site, api in apis(context):
        several = api.type == "split" or api.replicas > 1
        for store in site.stores if several else ():
            own = [each for each in datadirs(store) if volume_at(api, each) is None] if store.type == "file" else []
            if own:
                pods = "external and internal pods" if api.type == "split" else f"{api.replicas} workers"
                yield Hit(
                    f"sites.{site.name}.stores.{store.id}",
                    f"is the directory {own[0]}, of which each of the {pods} has its own, so most of them "
                    "cannot read an image. Mount a shared volume there with `glance.api.volumes`, such as NFS, or use "
                    "a single API with one worker",
                )


def volume_path(context: Context) -> Hits:
    for site, api in apis(context):
        seen: dict[str, str] = {}
        for volume in api.volumes:
            path = f"sites.{site.name}.glance.api.volumes.{volume.name}.mount_path"
            used = _used_by(context, site, volume.mount_path)
            other = seen.setdefault(volume.mount_path, volume.name)
            if used:
                yield Hit(path, f"{volume.mount_path} is {used}. Choose another directory")
            elif other != volume.name:
                yield Hit(path, f"{volume.mount_path} is also the mount path of volume {other}. Choose another one")


def _used_by(context: Context, site: Site, path: str) -> str:
    """What the operator or the collection mounts at or below a path; empty if nothing."""
    mounted = {
        STATE_DIRECTORY: "where the operator mounts the volume for staging",
        _GLANCE_CONFIG: "where the operator mounts the configuration",
    }
    if matrix.visible_clusters(context.topology, site):
        mounted[CONF_DIRECTORY] = "where the confs and keyrings of the clusters are mounted"
    for directory, use in mounted.items():
        if f"{directory}/".startswith(f"{normpath(path)}/") and path:
            return use
    return ""


def volume_name_long(context: Context) -> Hits:
    operators = context.topology.operators
    if operators is None:
        return
    for site, api in apis(context):
        for volume in api.volumes:
            name = volume_name(operators.mount, api.name, volume.name)
            if not DNS_LABEL.fullmatch(name):
                yield Hit(
                    f"sites.{site.name}.glance.api.volumes.{volume.name}",
                    f"the volume would be called {name}, and Kubernetes refuses its {len(name)} characters: 63 at "
                    "most. Shorten its name",
                )


def field_refused(context: Context) -> Hits:
    operators = context.topology.operators
    if operators is None:
        return
    for site, api in apis(context):
        # What an API is refused for without these fields is the subject of other rules.
        own = {"type": api.type, "replicas": api.replicas}
        known = set(_refused(operators, api, own, {}))
        for path, message in _refused(operators, api, {**cache.api_fields(site, api), **own}, operators.spec):
            if (path, message) not in known:
                yield Hit(f"sites.{site.name}.glance.api.{path}", message)


def _refused(
    operators: Operators, api: Api, fields: Mapping[str, Any], spec: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """(key below the API in the topology, message) for what the webhook or Kubernetes refuses."""
    stores = {"customServiceConfig": "[DEFAULT]\nenabled_backends=any:rbd\n"}
    glance = {
        **spec,
        "glanceAPIs": {api.name: {**fields, **stores}},
        "keystoneEndpoint": api.name if api.type != "edge" else "",
        "storage": {"storageRequest": api.storage_request},
    }
    base = f"spec.glanceAPIs.{api.name}"
    for problem in webhook.find_problems({}, glance, "spec", operators.glance or "glance", operators.namespace):
        if problem.path == base:
            yield "name", problem.message
        elif problem.path.startswith(f"{base}."):
            yield f"spec{problem.path[len(base) :]}", problem.message


def region_placeholder(context: Context) -> Hits:
    seen = set()
    for site, _api in apis(context):
        if site.name == context.topology.hub_name:
            continue
        for path, text in _texts(context, site):
            if REGION.search(text) and path not in seen:
                seen.add(path)
                yield Hit(
                    path,
                    f"has {{{{ .Region }}}}, but only the API in Keystone's catalog has a region: in the pods of "
                    f"{site.name} the operator replaces none of the placeholders. Write the name of the region",
                )


def _texts(context: Context, site: Site) -> Iterator[tuple[str, str]]:
    """(path, text) of everything that the topology states for the configuration of an API."""
    for owner, store in matrix.visible_stores(context.topology, site):
        for name, value in store.options.items():
            yield f"sites.{owner.name}.stores.{store.id}.options.{name}", value
    for section, options in site.glance.options.items():
        for name, found in options.items():
            for text in (found,) if isinstance(found, str) else found or ():
                yield f"sites.{site.name}.glance.options.{words.key(section)}.{name}", text


RULES = (
    Rule("file-store-not-shared", ERROR, "pods have their own directory of a file store", file_store_not_shared),
    Rule("volume-path", ERROR, "a volume hides a directory that is needed", volume_path),
    Rule("volume-name-long", ERROR, "Kubernetes refuses the name of a volume", volume_name_long),
    Rule("field-refused", ERROR, "the webhook or Kubernetes refuses a field of an API", field_refused),
    Rule("region-placeholder", ERROR, "an API without a region uses its placeholder", region_placeholder),
)
