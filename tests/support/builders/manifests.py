# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A valid control plane, and helpers to change and check it."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import Finding
from ansible_collections.dcn.glance.plugins.module_utils._manifests.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._manifests.read import read
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading import definitions, disk, yaml_nodes
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import InputFault, Node
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

ROOT = Path(__file__).resolve().parents[3]
DEFINITIONS = {
    "built-in": [],
    "reduced": [str(ROOT / "lab/roles/kubernetes/files/crds")],
    "real": [str(ROOT.parent / "shared/crds")],
}
CONF = "[global]\nfsid = 5f0d8a52-1111-4222-8333-444455556666\nmon_host = 192.0.2.1\n"
#: A key that no output may contain.
SECRET = "AQDsecretsecretsecretsecretsecretsecret=="
SITES = {"central": ["central", "dcn0", "dcn1"], "dcn0": ["dcn0", "central"], "dcn1": ["dcn1", "central"]}
TEMPLATE = "spec/glance/template"
APIS = f"{TEMPLATE}/glanceAPIs"


def config(site: str) -> str:
    """The glance-api.conf text of a site."""
    stores = SITES[site]
    text = "[DEFAULT]\nenabled_import_methods = [web-download,copy-image,glance-direct]\n"
    text += f"enabled_backends = {','.join(f'{store}:rbd' for store in stores)}\n"
    text += (
        "[image_import_opts]\nimage_import_plugins = ['image_conversion']\n[image_conversion]\noutput_format = raw\n"
    )
    text += f"[glance_store]\ndefault_backend = {stores[0]}\n"
    for store in stores:
        text += f"[{store}]\nrbd_store_ceph_conf = /etc/ceph/{store}.conf\nrbd_store_pool = images\n"
        text += f"rbd_store_user = glance.{site}\nrbd_thin_provisioning = True\n"
    return text


def api(site: str, address: str) -> dict[str, Any]:
    """An API of the control plane."""
    metadata = {"annotations": {"metallb.universe.tf/loadBalancerIPs": address}}
    return {
        "type": "split" if site == "central" else "edge",
        "replicas": 3,
        "customServiceConfig": config(site),
        "networkAttachments": ["storage"],
        "override": {"service": {"internal": {"metadata": metadata, "spec": {"type": "LoadBalancer"}}}},
    }


def extra_volume(site: str) -> dict[str, Any]:
    """The entry of extraVol for a site."""
    return {
        "propagation": [site, "CinderBackup"] if site == "central" else [site],
        "extraVolType": "Ceph",
        "volumes": [{"name": f"ceph-{site}", "secret": {"secretName": f"ceph-{site}"}}],
        "mounts": [{"name": f"ceph-{site}", "mountPath": "/etc/ceph", "readOnly": True}],
    }


def secret(site: str) -> dict[str, Any]:
    """The Secret for a site's pods."""
    data = {f"{store}.conf": CONF for store in SITES[site]}
    data.update(
        {f"{store}.client.glance.{site}.keyring": f"[client.glance.{site}]\nkey = {SECRET}\n" for store in SITES[site]}
    )
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"ceph-{site}"}, "stringData": data}


def good() -> dict[str, Any]:
    """A valid control plane."""
    addresses = dict(zip(SITES, ("172.17.0.80", "172.17.0.81", "172.17.0.82")))
    return {
        "apiVersion": "core.openstack.org/v1beta1",
        "kind": "OpenStackControlPlane",
        "metadata": {"name": "openstack", "namespace": "openstack", "annotations": {"note": "1"}},
        "spec": {
            "secret": "osp-secret",
            "storageClass": "local",
            "cinder": {"template": {"cinderVolumes": {"iscsi": {}}}},
            "glance": {
                "enabled": True,
                "template": {
                    "databaseInstance": "openstack",
                    "secret": "osp-secret",
                    "imageCache": {},
                    "keystoneEndpoint": "central",
                    "storage": {"storageRequest": "10G"},
                    "glanceAPIs": {site: api(site, addresses[site]) for site in SITES},
                },
            },
            "extraMounts": [{"name": "ceph", "region": "r1", "extraVol": [extra_volume(site) for site in SITES]}],
        },
    }


def topology() -> dict[str, Any]:
    """The topology of the valid control plane."""
    sites = {
        site: {"ceph": {}, "glance": {"endpoint": f"http://192.0.2.{number}:9292"}} for number, site in enumerate(SITES)
    }
    return {"hub": "central", "sites": sites}


def changed(document: dict[str, Any], *edits: tuple[Any, ...]) -> dict[str, Any]:
    """A copy with edits: ``(path, value)`` sets, ``(path,)`` removes, ``(site, old, new)`` replaces text of a site."""
    result = copy.deepcopy(document)
    for edit in edits:
        if len(edit) == 3:
            owner = result["spec"]["glance"]["template"]["glanceAPIs"][edit[0]]
            assert edit[1] in owner["customServiceConfig"], edit
            owner["customServiceConfig"] = owner["customServiceConfig"].replace(edit[1], edit[2], 1)
            continue
        *parents, last = (int(part) if part.isdigit() else part for part in edit[0].split("/"))
        node: Any = result
        for key in parents:
            node = node[key] if isinstance(node, list) else node.setdefault(key, {})
        if len(edit) == 1:
            del node[last]
        elif isinstance(node, list) and last == len(node):
            node.append(edit[1])
        else:
            node[last] = edit[1]
    return result


class Memory:
    """A file system in memory."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = dict(files)

    def read(self, path: str) -> str | None:
        return self.files.get(path)

    def is_directory(self, path: str) -> bool:
        return bool(self.walk(path))

    def parse(self, text: str, path: str, first_line: int) -> tuple[list[Node], list[InputFault]]:
        return yaml_nodes.load(text, path, first_line)

    def walk(self, path: str) -> list[str]:
        above = "" if path == "." else f"{path.rstrip('/')}/"
        return sorted(name for name in self.files if name.startswith(above) and name != path)


SCHEMAS = definitions.load(disk.Disk(), [])


def lint_objects(
    *objects: dict[str, Any], secrets: bool = True, with_topology: Any = None, schemas: Any = None
) -> tuple[Finding, ...]:
    """The findings on live objects, together with the Secrets of the sites."""
    beside = [secret(site) for site in SITES] if secrets else []
    expected = parse(with_topology) if with_topology is not None else None
    return lint(read(Memory({}), (), [*objects, *beside], schemas or SCHEMAS, expected))


def lint_files(files: Mapping[str, str], *paths: str, schemas: Any = None) -> tuple[Finding, ...]:
    """The findings on files."""
    return lint(read(Memory(files), paths or sorted(files), (), schemas or SCHEMAS))


def rules(findings: Iterable[Finding]) -> list[str]:
    """The ids of the rules with findings, without duplicates."""
    return list(dict.fromkeys(finding.rule for finding in findings))


KUSTOMIZE = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"


def dump(*documents: Any) -> str:
    """The documents as YAML."""
    return yaml.safe_dump_all(documents, sort_keys=False)


SECRETS = dump(*(secret(site) for site in SITES))


def built(entries: str, **more: str) -> tuple[Finding, ...]:
    """The findings on a kustomization of a valid control plane and its Secrets."""
    files = {name.replace("__", "/").replace("_yaml", ".yaml"): text for name, text in more.items()}
    files = {"over/cp.yaml": dump(good()), "over/secrets.yaml": SECRETS, **files}
    return lint_files({**files, "over/kustomization.yaml": KUSTOMIZE + entries}, "over")
