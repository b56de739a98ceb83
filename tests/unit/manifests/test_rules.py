# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of every rule in a whole control plane: what it reports, where, and what it does not report."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._manifests.lint import RULES
from ansible_collections.dcn.glance.tests.support.builders.edge_manifests import REPORTED_AT_THE_EDGE
from ansible_collections.dcn.glance.tests.support.builders.manifests import (
    APIS,
    SITES,
    TEMPLATE,
    changed,
    extra_volume,
    good,
    lint_objects,
    rules,
    secret,
    topology,
)

CONFIG = "customServiceConfig"
BACKENDS = f"{CONFIG} [DEFAULT] enabled_backends"
METHODS = "enabled_import_methods = [web-download,copy-image,glance-direct]\n"
VOLUME = "spec/extraMounts/0/extraVol/1"
TOPOLOGY = "topology"
ONE = ("dcn0", "dcn0:rbd,central:rbd", "dcn0:rbd")

#: Another store at dcn0, which has three pods.
CINDER = [("dcn0", "central:rbd\n", "central:rbd,c:cinder\n"), ("dcn0", "[glance_store]", "[c]\n[glance_store]")]
FILES = [
    ("dcn0", "central:rbd\n", "central:rbd,f:file\n"),
    ("dcn0", "[glance_store]", "[f]\nfilesystem_store_datadir = /share/images\n[glance_store]"),
]
KEY = ("dcn0", "[glance_store]", "[keystone_authtoken]\npassword = hush\n[glance_store]")
SHARE = {
    "propagation": ["dcn0"],
    "volumes": [{"name": "share", "nfs": {"server": "s", "path": "/"}}],
    "mounts": [{"name": "share", "mountPath": "/share"}],
}

#: (rule, edits, end of the field path, site)
REPORTED: list[tuple[str, list[Any], str, str]] = [
    ("field-unknown", [(f"{APIS}/dcn0/preserveJobs", False)], "glanceAPIs.dcn0.preserveJobs", "dcn0"),
    ("field-unknown", [(f"{APIS}/dcn0/extraMounts", [])], "dcn0.extraMounts", "dcn0"),
    ("field-unknown", [(f"{TEMPLATE}/glanceAPI", {"replicas": 1})], "template.glanceAPI", ""),
    ("field-unknown", [(f"{TEMPLATE}/storageRequest", "10G")], "template.storageRequest", ""),
    ("field-unknown", [(f"{VOLUME}/volumes/0/secret", {"name": "ceph-dcn0"})], "volumes[0].secret.name", ""),
    ("field-unknown", [("metadata/annotation", {"a": "b"})], "metadata.annotation", ""),
    ("field-unknown", [("specs", {})], "specs", ""),
    ("field-invalid", [("metadata/annotations/wsgi", True)], "metadata.annotations.wsgi", ""),
    ("field-invalid", [("metadata/labels", {"n": 1})], "metadata.labels.n", ""),
    ("field-invalid", [(f"{APIS}/dcn0/type", "egde")], "dcn0.type", "dcn0"),
    ("field-invalid", [(f"{APIS}/dcn0/replicas", "3")], "dcn0.replicas", "dcn0"),
    ("field-invalid", [(f"{APIS}/dcn0/replicas", 33)], "dcn0.replicas", "dcn0"),
    ("field-invalid", [(f"{APIS}/dcn0/replicas", -1)], "dcn0.replicas", "dcn0"),
    ("field-invalid", [(f"{TEMPLATE}/storage/storageRequest", 10)], "storage.storageRequest", ""),
    ("field-invalid", [(f"{APIS}/dcn0/networkAttachments", "storage")], "dcn0.networkAttachments", "dcn0"),
    ("field-required", [(f"{VOLUME}/mounts/0/mountPath",)], "mounts[0].mountPath", ""),
    ("volume-name", [(f"{VOLUME}/volumes/0/name", "ceph_dcn0")], "volumes[0].name", ""),
    ("volume-name", [(f"{VOLUME}/volumes/0/name", "c" * 64)], "volumes[0].name", ""),
    ("field-as-api", [(f"{APIS}/extraMounts", {})], "glanceAPIs.extraMounts", "extraMounts"),
    ("backends-broken", [("dcn0", "central:rbd\n", "central\n")], BACKENDS, "dcn0"),
    ("backends-broken", [("dcn0", "central:rbd\n", "central:rbd,\n")], BACKENDS, "dcn0"),
    ("backends-broken", [("dcn0", "dcn0:rbd,", "dcn0:rbd,,")], BACKENDS, "dcn0"),
    ("backends-broken", [("dcn0", "central:rbd\n", "central:\n")], BACKENDS, "dcn0"),
    ("backends-duplicate", [("dcn0", "central:rbd\n", "central:rbd,dcn0:rbd\n")], BACKENDS, "dcn0"),
    ("backends-type", [("dcn0", "central:rbd\n", "central:rdb\n")], BACKENDS, "dcn0"),
    ("backends-reserved", [("dcn0", "central:rbd\n", "central:rbd,cors:file\n")], BACKENDS, "dcn0"),
    ("backends-unread", [("dcn0", "dcn0:rbd,", "dcn0: rbd,")], BACKENDS, "dcn0"),
    ("backends-unread", [("dcn0", "dcn0:rbd,central:rbd", '"dcn0:rbd,central:rbd"')], BACKENDS, "dcn0"),
    ("backends-unread", [("dcn0", "dcn0:rbd,central:rbd", "dcn0:rbd\n  ,central:rbd")], BACKENDS, "dcn0"),
    ("backends-unread", [("dcn0", "enabled_b", "enabled_backends = a:rbd\nenabled_b")], BACKENDS, "dcn0"),
    ("store-without-section", [("central", "[dcn1]", "[dcn2]")], BACKENDS, "central"),
    ("store-without-section", [("central", "[dcn1]", "[dcn1x]")], BACKENDS, "central"),
    ("store-not-enabled", [ONE], f"{CONFIG} [central]", "dcn0"),
    ("store-option-unknown", [("dcn0", "rbd_thin_prov", "rbd_thinprov")], "[dcn0] rbd_thinprovisioning", "dcn0"),
    ("store-option-unknown", [("dcn0", "rbd_store_pool", "swift_store_user")], "[dcn0] swift_store_user", "dcn0"),
    ("default-not-enabled", [("dcn0", "backend = dcn0", "backend = dcn9")], "[glance_store] default_backend", "dcn0"),
    ("default-not-enabled", [("dcn0", "default_backend = dcn0\n", "")], "[glance_store] default_backend", "dcn0"),
    ("default-not-enabled", [("dcn0", "default_backend = dcn0\n", "default_backend =\n")], "default_backend", "dcn0"),
    ("option-misplaced", [("dcn0", "[image_con", "default_backend = dcn0\n[image_con")], "default_backend", "dcn0"),
    ("option-misplaced", [("dcn0", "enabled_b", "allowed_ports = [80,443]\nenabled_b")], "] allowed_ports", "dcn0"),
    ("option-misplaced", [("dcn0", "enabled_b", "allowed_schemes = [https]\nenabled_b")], "] allowed_schemes", "dcn0"),
    ("option-misplaced", [("dcn0", "enabled_b", "disallowed_hosts = [a]\nenabled_b")], "disallowed_hosts", "dcn0"),
    ("option-misplaced", [("dcn0", "[glance_store]", "show_image_direct_url = True\n[glance_store]")], "_url", "dcn0"),
    ("option-misplaced", [("dcn0", "[dcn0]", "image_cache_dir = /x\n[dcn0]")], "image_cache_dir", "dcn0"),
    ("option-misplaced", [("dcn0", "[dcn0]", "[dcn0]\nimage_size_cap = 1")], "[dcn0] image_size_cap", "dcn0"),
    ("option-misplaced", [("dcn0", "enabled_b", "inject = a:b\nenabled_b")], "[DEFAULT] inject", "dcn0"),
    ("option-misplaced", [("dcn0", "enabled_b", "rbd_store_pool = images\nenabled_b")], "rbd_store_pool", "dcn0"),
    ("option-misplaced", [("dcn0", "[dcn0]", "rbd_store_chunk_size = 8\n[dcn0]")], "rbd_store_chunk_size", "dcn0"),
    ("option-misplaced", [("dcn0", "[dcn0]", "[cors]\nworker_self_reference_url = x\n[dcn0]")], "_url", "dcn0"),
    ("option-misplaced", [("dcn0", "[dcn0]", "[glance_download_opts]\nextra_properties = a\n[dcn0]")], "ties", "dcn0"),
    ("option-value", [("dcn0", "enabled_b", "workers = 4G\nenabled_b")], "[DEFAULT] workers", "dcn0"),
    ("option-value", [("dcn0", "enabled_b", "image_size_cap = 137   # 12.8 GB\nenabled_b")], "image_size_cap", "dcn0"),
    ("option-value", [("dcn0", "enabled_b", "image_cache_stall_time = 1d\nenabled_b")], "stall_time", "dcn0"),
    ("option-value", [("dcn0", "enabled_b", "show_image_direct_url = yes please\nenabled_b")], "direct_url", "dcn0"),
    ("option-value", [("dcn0", "rbd_thin_provisioning = True", "rbd_thin_provisioning = maybe")], "sioning", "dcn0"),
    ("option-value", [("dcn0", "[dcn0]", "[dcn0]\nrbd_store_chunk_size = 8  # MB")], "chunk_size", "dcn0"),
    ("option-value", [("dcn0", "[dcn0]", "[import_filtering_opts]\nallowed_ports = 80\n[dcn0]")], "ports", "dcn0"),
    ("option-value", [("dcn0", "output_format = raw", "output_format = vdi")], "output_format", "dcn0"),
    ("option-value", [("dcn0", "[dcn0]", "[inject_metadata_properties]\ninject = a\n[dcn0]")], "inject", "dcn0"),
    (
        "option-quotes",
        [("dcn0", "[dcn0]", '[inject_metadata_properties]\ninject = "property1":"value1"\n[dcn0]')],
        "[inject_metadata_properties] inject",
        "dcn0",
    ),
    (
        "option-quotes",
        [("dcn0", "[dcn0]", "[inject_metadata_properties]\ninject = a:b,'c':d\n[dcn0]")],
        "[inject_metadata_properties] inject",
        "dcn0",
    ),
    ("section-unknown", [("dcn0", "[DEFAULT]", "[GLOBAL]\ndebug = True\n[DEFAULT]")], f"{CONFIG} [GLOBAL]", "dcn0"),
    ("section-unknown", [("dcn0", "[image_import_opts]", "[image_import]")], f"{CONFIG} [image_import]", "dcn0"),
    ("store-option-unknown", [("dcn0", "[dcn0]", "[dcn0]\ndescription = x")], "[dcn0] description", "dcn0"),
    ("store-option-unknown", [("dcn0", "[dcn0]", "[dcn0]\nrbd_store_description = x")], "_store_description", "dcn0"),
    ("store-option-unknown", [("dcn0", "[dcn0]", "[dcn0]\nnothing_like_it = x")], "[dcn0] nothing_like_it", "dcn0"),
    ("backends-unread", [("dcn0", "[DEFAULT]", "[cors]\nenabled_backends = x:rbd\n[DEFAULT]")], BACKENDS, "dcn0"),
    ("backends-unread", [("dcn0", "enabled_backends =", "enabled_backends :")], BACKENDS, "dcn0"),
    (
        "backends-unread",
        [("dcn0", "enabled_backends = dcn0:rbd,central:rbd\n", "[cors]\nenabled_backends = dcn0:rbd,central:rbd\n")],
        f"{CONFIG} [cors] enabled_backends",
        "dcn0",
    ),
    ("backends-type", [("dcn0", "central:rbd\n", "central:rbd,x:filesystem\n")], BACKENDS, "dcn0"),
    ("default-not-enabled", [(f"{APIS}/dcn0/{CONFIG}", "[glance_store]\ndefault_backend = f\n")], "_backend", "dcn0"),
    (
        "default-not-enabled",
        [("dcn0", "enabled_backends = dcn0:rbd,central:rbd\n", "[cors]\nenabled_backends = dcn0:rbd,central:rbd\n")],
        "[glance_store] default_backend",
        "dcn0",
    ),
    ("field-deprecated", [(f"{TEMPLATE}/notificationBusInstance", "rabbitmq")], "template.notificationBusInstance", ""),
    ("store-foreign-conf", [("dcn1", "ceph/central.conf", "ceph/dcn1.conf")], "[central] rbd_store_ceph_conf", "dcn1"),
    ("store-foreign-conf", [("central", "ceph/dcn1.conf", "ceph/dcn0.conf")], "[dcn1] rbd_store_ceph_conf", "central"),
    ("store-foreign-conf", [("dcn1", "ceph/dcn1.conf", "ceph/dcn0.conf")], "[dcn1] rbd_store_ceph_conf", "dcn1"),
    ("store-same-place", [("dcn1", "ceph/central.conf", "ceph/dcn1.conf")], "[central] rbd_store_ceph_conf", "dcn1"),
    ("store-same-place", [("dcn1", "ceph/central.conf", "ceph//dcn1.conf")], "[central] rbd_store_ceph_conf", "dcn1"),
    ("store-conf-suspect", [("dcn1", "ceph/dcn1.conf", "ceph/dcn7.conf")], "[dcn1] rbd_store_ceph_conf", "dcn1"),
    ("store-conf-differs", [("dcn1", "ceph/dcn1.conf", "ceph/ceph.conf")], "[dcn1] rbd_store_ceph_conf", "dcn1"),
    ("edge-default", [("dcn0", "backend = dcn0", "backend = central")], "[glance_store] default_backend", "dcn0"),
    ("rbd-user", [("dcn0", "user = glance", "user = client.glance")], "[dcn0] rbd_store_user", "dcn0"),
    ("rbd-user", [("dcn0", "rbd_store_user = glance.dcn0\n", "")], "[dcn0] rbd_store_user", "dcn0"),
    ("ini-syntax", [("dcn0", "[DEFAULT]\n", "[DEFAULT]\nno separator\n")], CONFIG, "dcn0"),
    ("ini-syntax", [("dcn0", "[DEFAULT]\n", "")], CONFIG, "dcn0"),
    ("ini-syntax", [("dcn0", "[dcn0]\n", "[dcn0\n")], CONFIG, "dcn0"),
    ("ini-default-section", [("dcn0", "[DEFAULT]", "[default]")], f"{CONFIG} [default]", "dcn0"),
    ("ini-option-name", [("dcn0", "pool = images", "pool images:x")], "rbd_store_pool images", "dcn0"),
    ("import-methods-form", [("dcn0", METHODS, METHODS.replace("[", "").replace("]", ""))], "import_methods", "dcn0"),
    ("import-methods-form", [("dcn0", "web-download", "webdownload")], "enabled_import_methods", "dcn0"),
    ("copy-image-missing", [("dcn0", "copy-image,", "")], "enabled_import_methods", "dcn0"),
    ("copy-image-missing", [("dcn0", METHODS, "")], "enabled_import_methods", "dcn0"),
    ("glance-direct-missing", [("dcn0", ",glance-direct", "")], "enabled_import_methods", "dcn0"),
    ("worker-url-shared", [("dcn0", "enabled_b", "worker_self_reference_url = http://x\nenabled_b")], "url", "dcn0"),
    ("import-plugins-form", [("dcn0", "['image_conversion']", "image_conversion")], "image_import_plugins", "dcn0"),
    ("plugin-order", [("dcn0", "conversion']", "conversion','image_decompression']")], "import_plugins", "dcn0"),
    ("conversion-lost", [("central", "['image_conversion']", "[image_decompression]")], "import_plugins", "central"),
    ("conversion-off", [("dcn0", "image_import_plugins = ['image_conversion']\n", "")], "import_plugins", "dcn0"),
    ("obsolete-option", [("dcn0", "[glance_store]\n", "[glance_store]\nstores = rbd\n")], "stores", "dcn0"),
    ("obsolete-option", [("dcn0", "enabled_b", "node_staging_uri = file:///x\nenabled_b")], "staging_uri", "dcn0"),
    ("placeholder-left", [("dcn0", "pool = images", "pool = CHANGEME")], "rbd_store_pool", "dcn0"),
    ("placeholder-unbalanced", [("dcn0", "pool = images", "pool = {{ .Region }")], "rbd_store_pool", "dcn0"),
    ("placeholder-bare", [("dcn0", "pool = images", "pool = {{ pool }}")], "rbd_store_pool", "dcn0"),
    ("placeholder-bare", [("dcn0", "pool = images", "pool = {{ sites.hub }}")], "rbd_store_pool", "dcn0"),
    ("placeholder-bare", [("dcn0", "pool = images", "pool = {{ pools[0] }}")], "rbd_store_pool", "dcn0"),
    ("placeholder-bare", [("dcn0", "pool = images", "pool = {{ .Region | upper }}")], "rbd_store_pool", "dcn0"),
    ("placeholder-bare", [("dcn0", "pool = images", "pool = {{{ .Region }}}")], "rbd_store_pool", "dcn0"),
    ("placeholder-bare", [("dcn0", "pool = images", "pool = {{ }}")], "rbd_store_pool", "dcn0"),
    ("placeholder-left", [("dcn0", "pool = images", "pool = {% if x %}")], "rbd_store_pool", "dcn0"),
    ("placeholder-region", [("dcn0", "pool = images", "pool = {{ .Region }}")], "rbd_store_pool", "dcn0"),
    ("placeholder-unknown", [("central", "pool = images", "pool = {{ .Pool }}")], "rbd_store_pool", "central"),
    ("placeholder-unknown", [("central", "pool = images", "pool = {{.ServicePasswort}}")], "rbd_store_pool", "central"),
    ("placeholder-credential", [("central", "pool = i", "pool = {{ .ApplicationCredentialID }}i")], "pool", "central"),
    ("keystone-endpoint", [(f"{TEMPLATE}/keystoneEndpoint",)], "keystoneEndpoint", ""),
    ("keystone-endpoint", [(f"{TEMPLATE}/keystoneEndpoint", "dcn0")], "keystoneEndpoint", ""),
    ("keystone-endpoint", [(f"{TEMPLATE}/keystoneEndpoint", "centrl")], "keystoneEndpoint", ""),
    (
        "keystone-endpoint",
        [(f"{APIS}/central",), (f"{APIS}/dcn0",), (f"{TEMPLATE}/keystoneEndpoint", "")],
        "dpoint",
        "",
    ),
    (
        "split-file",
        [(f"{APIS}/x", {"customServiceConfig": "[DEFAULT]\nenabled_backends=a:file\n[a]\n"})],
        "x.type",
        "x",
    ),
    ("split-file", [(f"{APIS}/x", {"type": "split"})], "x.type", "x"),
    ("api-none", [(APIS, {})], "template.glanceAPIs", ""),
    ("single-store", [(f"{APIS}/central/type", "single")], "central.type", "central"),
    ("override-service", [(f"{APIS}/dcn0/override/service/intern", {})], "service.intern", "dcn0"),
    ("override-service", [(f"{APIS}/dcn0/override/service/public", {})], "service.public", "dcn0"),
    (
        "address-shared",
        [(f"{APIS}/dcn1/override/service/internal/metadata/annotations/metallb.io~loadBalancerIPs", "x,172.17.0.80")],
        'annotations["metallb.io/loadBalancerIPs"]',
        "dcn1",
    ),
    ("address-shared", [(f"{APIS}/dcn1/override/service/internal/spec/loadBalancerIP", "172.17.0.81")], "IP", "dcn1"),
    ("storage-no-pvc", [(f"{TEMPLATE}/storage/external", True)], "template.storage.external", ""),
    (
        "storage-no-pvc",
        [(f"{TEMPLATE}/storage",), (f"{APIS}/dcn0/storage/storageRequest", "10G")],
        "dcn0.storage.storageRequest",
        "dcn0",
    ),
    (
        "storage-no-pvc",
        [(f"{APIS}/dcn0/storage", {"storageRequest": "10G", "external": True})],
        "dcn0.storage.storageRequest",
        "dcn0",
    ),
    ("storage-quantity", [(f"{TEMPLATE}/storage/storageRequest", "10 GB")], "storage.storageRequest", ""),
    ("storage-quantity", [(f"{TEMPLATE}/storage/storageRequest", "1.2.3G")], "storage.storageRequest", ""),
    ("storage-quantity", [(f"{TEMPLATE}/storage/storageRequest", "0G")], "storage.storageRequest", ""),
    ("storage-quantity", [(f"{APIS}/dcn0/imageCache", {"size": "big"})], "dcn0.imageCache.size", "dcn0"),
    ("storage-none", [(f"{TEMPLATE}/storage",)], "template.storage", ""),
    ("external-replicas", [(f"{APIS}/dcn0/storage/external", True)], "dcn0.replicas", "dcn0"),
    ("cinder-missing", [*CINDER, ("spec/cinder/enabled", False)], "spec.cinder.enabled", ""),
    ("cinder-missing", [*CINDER, ("spec/cinder/template/cinderVolumes", {})], "cinderVolumes", ""),
    ("cinder-missing", [*CINDER, ("spec/cinder/template/cinderVolumes/iscsi/replicas", 0)], "cinderVolumes", ""),
    ("file-not-shared", FILES, "[f] filesystem_store_datadir", "dcn0"),
    (
        "file-not-shared",
        [*FILES, ("spec/extraMounts/0/extraVol/3", {**SHARE, "propagation": ["dcn1"]})],
        "datadir",
        "dcn0",
    ),
    ("secret-in-text", [KEY], "[keystone_authtoken] password", "dcn0"),
    ("propagation-twice", [(f"{VOLUME}/propagation", ["dcn0", "GlanceAPI"])], "extraVol[1].propagation", "dcn0"),
    ("propagation-twice", [(f"{VOLUME}/propagation", ["dcn0", "dcn0"])], "extraVol[1].propagation", "dcn0"),
    (
        "volume-twice",
        [(f"{VOLUME}/propagation", ["central"]), (f"{VOLUME}/volumes/0/name", "ceph-central")],
        "name",
        "central",
    ),
    ("mount-twice", [(f"{VOLUME}/propagation", ["dcn0", "dcn1"])], "mounts[0].mountPath", "dcn1"),
    ("mount-twice", [(f"{TEMPLATE}/extraMounts", [{"extraVol": [extra_volume("dcn1")]}])], "mountPath", "dcn1"),
    ("mount-over-pvc", [(f"{VOLUME}/mounts/0/mountPath", "/var/lib/glance/")], "mounts[0].mountPath", "dcn0"),
    ("mount-without-volume", [(f"{VOLUME}/mounts/0/name", "cehp")], "mounts[0].name", "dcn0"),
    ("propagation-unknown", [(f"{VOLUME}/propagation", ["dcn0", "dcn9"])], "extraVol[1].propagation", ""),
    ("propagation-unknown", [(f"{VOLUME}/propagation", ["dcn0", "Glanceapi"])], "extraVol[1].propagation", ""),
    ("conf-not-mounted", [(f"{VOLUME}/mounts/0/mountPath", "/etc/ceph2")], "[dcn0] rbd_store_ceph_conf", "dcn0"),
    ("conf-not-mounted", [("dcn0", "ceph/dcn0.conf", "ceph/dcn-0.conf")], "[dcn0] rbd_store_ceph_conf", "dcn0"),
    ("keyring-not-mounted", [("dcn0", "user = glance.dcn0", "user = openstack")], "[dcn0] rbd_store_user", "dcn0"),
    ("keys-exposed", [(f"{VOLUME}/volumes/0/secret/secretName", "ceph-central")], "secret.secretName", "dcn0"),
    ("secret-not-read", [(f"{VOLUME}/volumes/0/secret/secretName", "ceph-dcn9")], "template", ""),
    ("api-name-label", [(f"{APIS}/dcn_0", {"type": "edge"})], "glanceAPIs.dcn_0", "dcn_0"),
    ("api-name-label", [(f"{APIS}/Dcn", {"type": "edge"})], "glanceAPIs.Dcn", "Dcn"),
    ("api-name-label", [(f"{APIS}/{'a' * 64}", {"type": "edge"})], "a" * 64, "a" * 64),
    (
        "api-name-long",
        [(f"{APIS}/{'a' * 22}", {"type": "split", "replicas": 12, "imageCache": {"size": "1G"}})],
        "a" * 22,
        "a" * 22,
    ),
    ("api-name-long", [(f"{APIS}/{'a' * 33}", {"replicas": 0})], "a" * 33, "a" * 33),
    ("api-name-long", [(f"{APIS}/{'a' * 37}", {"type": "edge"})], "a" * 37, "a" * 37),
    ("api-name-long", [(f"{APIS}/{'a' * 39}", {"type": "single"})], "a" * 39, "a" * 39),
    ("api-name-long", [(f"{APIS}/{'a' * 27}", {"type": "edge", "imageCache": {"size": "1G"}})], "a" * 27, "a" * 27),
    (
        "api-name-long",
        [("spec/glance/uniquePodNames", True), (f"{APIS}/{'a' * 31}", {"type": "edge"})],
        "a" * 31,
        "a" * 31,
    ),
]


@pytest.mark.parametrize(("rule", "edits", "path", "site"), REPORTED, ids=lambda value: str(value)[:40])
def test_rule_reports(rule: str, edits: list[Any], path: str, site: str) -> None:
    edits = [(edit[0].replace("metallb.io~", "metallb.io\0"), *edit[1:]) for edit in edits]
    document = _unescaped(changed(good(), *edits))
    found = [finding for finding in lint_objects(document) if finding.rule == rule]
    assert found, rules(lint_objects(document))
    assert any(finding.path.endswith(path) and finding.site == site for finding in found), found


def _unescaped(value: Any) -> Any:
    """Restores keys with a slash, which the path of an edit cannot contain."""
    if isinstance(value, dict):
        return {key.replace("\0", "/"): _unescaped(inner) for key, inner in value.items()}
    return [_unescaped(inner) for inner in value] if isinstance(value, list) else value


def test_valid_control_plane_has_no_findings(schemas: Any) -> None:
    assert lint_objects(good(), schemas=schemas) == ()
    assert lint_objects(good(), with_topology=topology(), schemas=schemas) == ()


#: (rule that does not report these edits, edits)
NOT_REPORTED: list[tuple[str, list[Any]]] = [
    ("field-unknown", [(f"{TEMPLATE}/preserveJobs", True), ("metadata/finalizers", ["x"])]),
    ("field-unknown", [("spec/nova", {"anything": 1}), ("status", {"x": 1})]),
    ("field-invalid", [(f"{APIS}/dcn0/replicas", None), (f"{APIS}/dcn0/storage", {"storageClass": "{{ x }}"})]),
    ("backends-broken", [("dcn0", "dcn0:rbd,central:rbd", "dcn0:rbd, central:rbd")]),
    ("backends-unread", [("dcn0", "dcn0:rbd,central:rbd", "dcn0:rbd, central:rbd")]),
    ("backends-unread", [("dcn0", "dcn0:rbd,central:rbd", "dcn0:rbd, central :rbd")]),
    ("store-without-section", [("dcn0", "central:rbd\n", "central:rbd,default_backend:file,web:http\n")]),
    ("store-not-enabled", [("dcn0", "[dcn0]", "[os_glance_staging_store]\nfilesystem_store_datadir = /x\n[dcn0]")]),
    ("default-not-enabled", [("dcn0", "backend = dcn0", "backend = 'dcn0'")]),
    # A store with another pool of the same cluster, and named after the cluster.
    (
        "store-foreign-conf",
        [
            ("dcn0", "central:rbd\n", "central:rbd,dcn0-fast:rbd\n"),
            (
                "dcn0",
                "[dcn0]",
                "[dcn0-fast]\nrbd_store_ceph_conf = /etc/ceph/dcn0.conf\nrbd_store_pool = fast\n[dcn0]",
            ),
        ],
    ),
    (
        "store-foreign-conf",
        [
            ("dcn0", "central:rbd\n", "central:rbd,archive:rbd\n"),
            (
                "dcn0",
                "[dcn0]",
                "[archive]\n"
                "rbd_store_ceph_conf = /etc/ceph/dcn0.conf\nrbd_store_pool = old\nrbd_store_user = glance.dcn0\n[dcn0]",
            ),
        ],
    ),
    (
        "store-same-place",
        [("dcn0", "ceph/central.conf\nrbd_store_pool = images", "ceph/dcn0.conf\nrbd_store_pool = other")],
    ),
    ("copy-image-missing", [ONE, ("dcn0", "copy-image,", "")]),
    ("import-methods-form", [("dcn0", METHODS, METHODS.replace("web-download", "'web-download'"))]),
    ("worker-url-shared", [("dcn0", "[dcn0]", "[cors]\nworker_self_reference_url = x\n[dcn0]")]),
    ("backends-reserved", [("dcn0", "central:rbd\n", "central:rbd,cinder:cinder,file:file\n")]),
    ("backends-unread", [("dcn0", "central:rbd\n", "central:rbd # the hub\n")]),
    ("option-misplaced", [("dcn0", "enabled_b", "disk_formats = raw\npolicy_file = x\nenabled_b")]),
    ("option-misplaced", [("dcn0", "[dcn0]", "[backend_defaults]\nrbd_store_chunk_size = 8\n[dcn0]")]),
    ("option-misplaced", [("dcn0", "[dcn0]", "[import_filtering_opts]\nallowed_ports = [80]\n[dcn0]")]),
    ("option-value", [("dcn0", "enabled_b", "workers = 4\ndebug = Yes\nimage_size_cap = $x\nenabled_b")]),
    ("option-value", [("dcn0", "[dcn0]", "[dcn0]\nrbd_store_chunk_size = {{ .Size }}")]),
    ("option-quotes", [("dcn0", "[dcn0]", "[inject_metadata_properties]\ninject = a:b\n[dcn0]")]),
    ("section-unknown", [("dcn0", "[dcn0]", "[oslo_policy]\npolicy_file = x\n[os_glance_tasks_store]\nx = y\n[dcn0]")]),
    ("section-unknown", [("dcn0", "[dcn0]", "[GLOBAL]\n[dcn0]")]),
    ("store-option-unknown", [("dcn0", "[dcn0]", "[dcn0]\nstore_description = x\nweight = 1")]),
    ("default-not-enabled", [(f"{APIS}/dcn0/{CONFIG}", "[glance_store]\ndefault_backend = default_backend\n")]),
    ("field-deprecated", [(f"{TEMPLATE}/notificationsBus", {"cluster": "rabbitmq"})]),
    ("conversion-lost", [("central", "['image_conversion']", "[image_decompression, image_conversion]")]),
    ("placeholder-region", [("central", "pool = images", "pool = {{ .Region }}")]),
    ("placeholder-unknown", [("dcn0", "pool = images", "pool = {{ .KeystoneInternalURL | trim }}")]),
    ("placeholder-bare", [("dcn0", "pool = images", "pool = {{ if .Region }}a{{ else }}b{{ end }}")]),
    (
        "placeholder-credential",
        [
            ("spec/glance/applicationCredential/enabled", True),
            ("central", "= images", "= {{ .ApplicationCredentialID }}"),
        ],
    ),
    ("split-file", [(f"{APIS}/x", {"type": "split", "replicas": 0})]),
    ("single-store", [(f"{APIS}/central/type", "single"), ("metadata/annotations/glance.openstack.org~", "true")]),
    ("address-shared", [(f"{APIS}/dcn1/override/service/internal/metadata/annotations/pool", "172.17.0.80")]),
    ("storage-no-pvc", [(f"{APIS}/dcn0/storage/storageRequest", "20Gi")]),
    ("storage-quantity", [(f"{TEMPLATE}/storage/storageRequest", "5u")]),
    ("storage-quantity", [(f"{TEMPLATE}/storage/storageRequest", ".5Gi")]),
    ("api-name-long", [(f"{APIS}/{'a' * 22}", {"type": "split", "replicas": 10, "imageCache": {"size": "1G"}})]),
    ("volume-name", [(f"{VOLUME}/volumes/0/name", "c" * 63)]),
    (
        "storage-none",
        [
            (f"{TEMPLATE}/storage",),
            (
                f"{TEMPLATE}/extraMounts",
                [
                    {
                        "extraVol": [
                            {
                                "volumes": [{"name": "nfs", "nfs": {"path": "/", "server": "s"}}],
                                "mounts": [{"name": "nfs", "mountPath": "/var/lib/glance"}],
                            }
                        ]
                    }
                ],
            ),
        ],
    ),
    ("external-replicas", [(f"{APIS}/dcn0/storage/external", True), (f"{APIS}/dcn0/replicas", 1)]),
    ("cinder-missing", [*CINDER]),
    ("cinder-missing", [("spec/cinder/enabled", False)]),
    ("file-not-shared", [*FILES, ("spec/extraMounts/0/extraVol/3", SHARE)]),
    ("file-not-shared", [*FILES, (f"{APIS}/dcn0/replicas", 1)]),
    ("secret-in-text", [(*KEY[:2], KEY[2].replace("hush", "{{ .ServicePassword }}"))]),
    ("secret-in-text", [(*KEY[:2], KEY[2].replace("hush", "********"))]),
    ("propagation-unknown", [(f"{VOLUME}/propagation", ["dcn0", "iscsi", "CinderVolume"])]),
    ("mount-twice", [(f"{VOLUME}/propagation", ["CinderVolume"])]),
    ("api-name-long", [(f"{APIS}/{'a' * 32}", {"replicas": 0})]),
    ("api-name-long", [(f"{APIS}/{'a' * 36}", {"type": "edge"})]),
    ("api-name-long", [(f"{APIS}/{'a' * 38}", {"type": "single"})]),
    ("api-name-long", [(f"{APIS}/{'a' * 26}", {"type": "edge", "imageCache": {"size": "1G"}})]),
    ("api-name-long", [("spec/glance/uniquePodNames", True), (f"{APIS}/{'a' * 30}", {"type": "edge"})]),
]


@pytest.mark.parametrize(("rule", "edits"), NOT_REPORTED, ids=lambda value: str(value)[:40])
def test_rule_does_not_report(rule: str, edits: list[Any]) -> None:
    edits = [(edit[0].replace("openstack.org~", "openstack.org\0location-api"), *edit[1:]) for edit in edits]
    found = [finding for finding in lint_objects(_unescaped(changed(good(), *edits))) if finding.rule == rule]
    assert not found


#: (rule, edits, end of the field path, site) with a topology
REPORTED_WITH_TOPOLOGY: list[tuple[str, list[Any], str, str]] = [
    ("topology-api-missing", [(f"{APIS}/dcn1",)], "template.glanceAPIs", "dcn1"),
    ("topology-api-unknown", [(f"{APIS}/dcn9", {"type": "edge"})], "glanceAPIs.dcn9", "dcn9"),
    ("topology-api-type", [(f"{APIS}/dcn1/type", "split")], "dcn1.type", "dcn1"),
    ("topology-api-type", [(f"{APIS}/central/type", "edge")], "central.type", "central"),
    ("topology-endpoint", [(f"{TEMPLATE}/keystoneEndpoint", "dcn0")], "keystoneEndpoint", ""),
    ("topology-store-missing", [ONE], BACKENDS, "dcn0"),
    ("topology-store-foreign", [("dcn0", "central:rbd\n", "central:rbd,dcn1:rbd\n")], BACKENDS, "dcn0"),
    ("topology-store-foreign", [("dcn0", "central:rbd\n", "central:rbd,else:rbd\n")], BACKENDS, "dcn0"),
    ("topology-store-differs", [("dcn0", "ceph/dcn0.conf", "ceph/x.conf")], "[dcn0] rbd_store_ceph_conf", "dcn0"),
    ("topology-store-differs", [("dcn0", "pool = images", "pool = img")], "[dcn0] rbd_store_pool", "dcn0"),
    ("topology-store-differs", [("dcn0", "user = glance.dcn0", "user = g")], "[dcn0] rbd_store_user", "dcn0"),
    ("topology-store-differs", [("dcn0", "dcn0:rbd", "dcn0:file")], BACKENDS, "dcn0"),
    ("topology-default", [("dcn0", "backend = dcn0", "backend = central")], "default_backend", "dcn0"),
]


@pytest.mark.parametrize(("rule", "edits", "path", "site"), REPORTED_WITH_TOPOLOGY, ids=lambda value: str(value)[:40])
def test_topology_rule_reports(rule: str, edits: list[Any], path: str, site: str) -> None:
    document = changed(good(), *edits)
    found = [finding for finding in lint_objects(document, with_topology=topology()) if finding.rule == rule]
    assert any(finding.path.endswith(path) and finding.site == site for finding in found), found
    assert rule not in rules(lint_objects(document))


#: Rules with tests of their own, because they need files or other Secrets.
TESTED_ELSEWHERE = {
    *(case[0] for case in REPORTED_AT_THE_EDGE),
    *("yaml-invalid", "yaml-duplicate-key", "template-file", "kustomize-broken", "kustomize-outside", "base-missing"),
    *("backends-in-secret", "keys-shared", "name-changed", "secret-key-missing", "topology-mounts"),
}


def test_every_rule_has_a_case() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert {case[0] for case in (*REPORTED, *REPORTED_WITH_TOPOLOGY)} | TESTED_ELSEWHERE == set(ids)
    assert {case[0] for case in NOT_REPORTED} <= set(ids)


def test_enabled_backends_only_in_a_secret() -> None:
    more = secret("dcn0")
    more["metadata"]["name"] = "more"
    line = "enabled_backends = dcn0:rbd,central:rbd\n"
    more["stringData"] = {"x.conf": f"[DEFAULT]\n{line}"}
    document = changed(good(), ("dcn0", line, ""), (f"{APIS}/dcn0/customServiceConfigSecrets", ["more"]))
    assert "backends-in-secret" in rules(lint_objects(document, more))
    assert "backends-in-secret" not in rules(lint_objects(good(), more))


def test_the_api_that_the_webhook_adds_is_no_error_until_it_has_pods() -> None:
    top = (f"{APIS.rpartition('/')[0]}/customServiceConfig", "[DEFAULT]\nenabled_backends=backend1:type1 # CHANGE_ME")
    found = []
    for replicas in (0, 1):
        document = changed(good(), top, (f"{APIS}/default", {"type": "split", "replicas": replicas}))
        found.append([finding.rule for finding in lint_objects(document) if finding.site == "default"])
    assert found[0] == []
    assert {"backends-type", "placeholder-left"} <= set(found[1])


def test_section_of_a_store_in_a_secret() -> None:
    document = changed(good(), ("dcn0", "central:rbd", "central:rbd,s3:s3"))
    named = changed(document, (f"{APIS}/dcn0/customServiceConfigSecrets", ["s3glance"]))
    there = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s3glance"},
        "stringData": {"a": "[s3]\nx = y\n"},
    }
    severities = [
        [finding.severity for finding in lint_objects(*objects) if finding.rule == "store-without-section"]
        for objects in ((document,), (named,), (named, there))
    ]
    assert severities == [["error"], ["info"], []]


def test_shared_secret_that_was_not_read() -> None:
    shared = {**extra_volume("central"), "propagation": ["GlanceAPI"]}
    document = changed(good(), ("spec/extraMounts/0/extraVol", [shared]))
    found = [finding for finding in lint_objects(document, secrets=False) if finding.rule == "keys-shared"]
    assert [finding.severity for finding in found] == ["warning"]
    assert "dcn0 (dcn1); dcn1 (dcn0)" in found[0].message
    assert "keys-shared" not in rules(lint_objects(good(), secrets=False))
    # The Secret was read.
    assert "keys-exposed" in rules(lint_objects(document))


def test_keys_that_hub_and_spokes_need() -> None:
    assert SITES["dcn0"] == ["dcn0", "central"]
    assert not {"keys-exposed", "keys-shared"} & set(rules(lint_objects(good())))


def test_sites_without_an_api_and_types_as_the_topology_states_them() -> None:
    expected = {**topology(), "platform": "operators"}
    expected["sites"]["dcn1"]["glance"] = {"enabled": False}
    expected["sites"]["dcn0"]["glance"]["api"] = {"type": "single"}
    item = changed(good(), (f"{APIS}/dcn1",), (f"{APIS}/dcn0/type", "single"))
    found = [each.rule for each in lint_objects(item, with_topology=expected)]
    assert not {"topology-api-missing", "topology-api-type"} & set(found)
    expected["sites"]["dcn0"]["glance"]["api"] = {"type": "edge"}
    found = [each.rule for each in lint_objects(item, with_topology=expected)]
    assert "topology-api-type" in found
