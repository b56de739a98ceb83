# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule: input that it reports, the path of the finding, and similar input that it does not report."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import RULES, lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

Changed = Callable[..., dict[str, Any]]

FSID = "aaaaaaaa-1111-4222-8333-444455556666"
HUB = "sites/central/stores/central/options"
SWIFT = "sites/central/stores/archive/options"
PLUGINS = "sites/central/glance/import/plugins"
CACHE = "sites/edge/glance/cache"
DCN1 = "sites/dcn1/stores/dcn1"


def extra(store_type: str, options: dict[str, Any] | None = None, **rest: Any) -> dict[str, Any]:
    """A second store."""
    return {"type": store_type, "options": options or {}, **rest}


S3 = {"s3_store_host": "h", "s3_store_access_key": "a", "s3_store_secret_key": "s", "s3_store_bucket": "b"}
CINDER = {
    "cinder_store_auth_address": "http://k",
    "cinder_store_user_name": "u",
    "cinder_store_password": "p",
    "cinder_store_project_name": "s",
}
SECURE = {"https_insecure": False}

#: (rule, changes, path of the finding)
REPORTED: list[tuple[str, list[Any], str]] = [
    ("fsid-shared", ["sites/dcn0/ceph/fsid", FSID], "sites.dcn0.ceph.fsid"),
    ("fsid-shared", ["sites/dcn0/ceph/fsid", FSID.upper()], "sites.dcn0.ceph.fsid"),
    ("mon-host-shared", ["sites/dcn0/ceph/mon_host", "192.0.2.12:6789"], "sites.dcn0.ceph.mon_host"),
    ("ceph-half-stated", ["sites/dcn1/ceph/mon_host", "192.0.2.99"], "sites.dcn1.ceph.fsid"),
    (
        "ceph-timeout-missing",
        ["sites/dcn1/ceph/options", {"client_mount_timeout": None}],
        "sites.dcn1.ceph.options.client_mount_timeout",
    ),
    (
        "ceph-timeout-missing",
        ["sites/dcn1/ceph/options", {"client_mount_timeout": 0}],
        "sites.dcn1.ceph.options.client_mount_timeout",
    ),
    ("images-pool-mixed", ["sites/dcn1/ceph/pools", {"vms": "images"}], "sites.dcn1.ceph.pools.vms"),
    ("images-pool-mixed", [f"{DCN1}/pool", "volumes"], "sites.dcn1.ceph.pools.volumes"),
    ("zone-shared", ["sites/dcn1/availability_zone", "dcn0"], "sites.dcn1.availability_zone"),
    ("name-long", ["sites/" + "x" * 23, {}], "sites." + "x" * 23),
    ("placeholder", [SWIFT, {"swift_store_config_file": "CHANGEME"}], "sites.central.stores.archive.options."),
    ("placeholder", [f"{HUB}/store_description", "TODO: say more"], "sites.central.stores.central.options."),
    ("placeholder", ["sites/dcn0/nova/options", {"x": {"y": "_FSID_"}}], "sites.dcn0.nova.options.x.y"),
    ("placeholder", ["sites/dcn0/nova/options", {"x": {"y": "<url>"}}], "sites.dcn0.nova.options.x.y"),
    ("placeholder", ["sites/dcn0/nova/options", {"x": {"y": ["{{ z }}"]}}], "sites.dcn0.nova.options.x.y[0]"),
    ("placeholder", ["sites/dcn0/nova/options", {"x": {"y": "http://{site}"}}], "sites.dcn0.nova.options.x.y"),
    ("placeholder", ["sites/dcn0/nova/options", {"x": {"y": "http://{SITE}"}}], "sites.dcn0.nova.options.x.y"),
    ("placeholder", ["sites/dcn1/ceph/fsid", "0" * 8 + "-0000-0000-0000-" + "0" * 12], "sites.dcn1.ceph.fsid"),
    ("placeholder", ["sites/dcn0/glance/endpoint", "http://changeme"], "sites.dcn0.glance.endpoint"),
    ("placeholder", ["sites/central/stores/s", extra("s3", {**S3, "s3_store_secret_key": "CHANGEME"})], "sites."),
    ("store-foreign-conf", [HUB, {"rbd_store_ceph_conf": "/etc/ceph/dcn0.conf"}], "sites.central.stores.central."),
    ("store-foreign-conf", [HUB, {"rbd_store_ceph_conf": "/etc/ceph//dcn0.conf"}], "sites.central.stores.central."),
    ("store-derived-option", [HUB, {"rbd_store_ceph_conf": "/etc/ceph/ceph.conf"}], "sites.central.stores.central."),
    ("store-derived-option", [HUB, {"rbd_store_user": "openstack"}], "sites.central.stores.central."),
    ("store-derived-option", [HUB, {"rbd_store_pool": "other"}], "sites.central.stores.central."),
    ("store-shared-pool", ["sites/dcn1/stores/two", extra("rbd")], "sites.dcn1.stores.two"),
    ("store-shared-pool", ["sites/dcn0/ceph/fsid", FSID], "sites.dcn0.stores.dcn0"),
    ("default-read-only", ["sites/edge/stores", {"web": extra("http", SECURE)}], "sites.edge.stores.web.default"),
    ("default-not-rbd", ["sites/dcn1/stores", {"a": extra("s3", S3)}], "sites.dcn1.stores.a.default"),
    ("cluster-without-store", ["sites/dcn1/stores", {}], "sites.dcn1.stores"),
    ("cluster-without-store", ["sites/dcn1/stores", {"a": extra("s3", S3)}], "sites.dcn1.stores"),
    (
        "http-several",
        ["sites/central/stores/w1", extra("http", SECURE), "sites/dcn1/stores/w2", extra("http", SECURE)],
        "sites.dcn1.stores.w2",
    ),
    ("misspelt-option", [HUB, {"rbd_store_chunksize": 8}], "sites.central.stores.central.options.rbd_store_chunksize"),
    ("unknown-option", [HUB, {"rbd_quick": 8}], "sites.central.stores.central.options.rbd_quick"),
    ("unknown-option", [HUB, {"rbd_store_pool_size": 8}], "sites.central.stores.central.options.rbd_store_pool_size"),
    ("misspelt-option", [HUB, {"swift_store_key": "x"}], "sites.central.stores.central.options.swift_store_key"),
    ("deprecated-option", [f"{SWIFT}/swift_store_auth_address", "x"], "sites.central.stores.archive.options."),
    (
        "file-datadir-shared",
        ["sites/central/stores/f", extra("file"), "sites/dcn1/stores/g", extra("file")],
        "sites.dcn1.stores.g.options.filesystem_store_datadir",
    ),
    (
        "file-datadir-shared",
        [
            "sites/central/stores/f",
            extra("file", {"filesystem_store_datadir": "/img2"}),
            "sites/central/stores/g",
            extra("file", {"filesystem_store_datadir": "/img/"}),
        ],
        "sites.central.stores.g.options.filesystem_store_datadir",
    ),
    (
        "file-datadir-reserved",
        ["sites/central/stores/f", extra("file", {"filesystem_store_datadir": "/var/lib/glance/"})],
        "sites.central.stores.f.options.filesystem_store_datadir",
    ),
    (
        "file-datadir-reserved",
        [
            "sites/central/stores/f",
            extra("file", {"filesystem_store_datadir": "/var/lib/glance/os_glance_tasks_store/x"}),
        ],
        "sites.central.stores.f.options.filesystem_store_datadir",
    ),
    ("file-store-remote", ["sites/dcn1/stores/f", extra("file")], "sites.dcn1.stores.f"),
    ("rbd-chunk-size", [HUB, {"rbd_store_chunk_size": 6}], "sites.central.stores.central.options."),
    ("rados-timeout-zero", [HUB, {"rados_connect_timeout": 0}], "sites.central.stores.central.options."),
    ("rados-timeout-zero", [HUB, {"rados_connect_timeout": "00"}], "sites.central.stores.central.options."),
    ("swift-tenant-and-file", [f"{SWIFT}/swift_store_multi_tenant", "yes"], "sites.central.stores.archive.options."),
    ("swift-no-account", [SWIFT, {}], "sites.central.stores.archive.options"),
    ("swift-no-account", [SWIFT, {"swift_store_user": "x"}], "sites.central.stores.archive.options"),
    ("swift-buffer-directory", [f"{SWIFT}/swift_buffer_on_upload", True], "sites.central.stores.archive.options."),
    (
        "swift-reference-shared",
        ["sites/dcn1/stores/s", extra("swift", {"swift_store_config_file": "/etc/other"})],
        "sites.dcn1.stores.s.options.default_swift_reference",
    ),
    (
        "s3-required",
        ["sites/dcn1/stores/s", extra("s3", {**S3, "s3_store_bucket": ""})],
        "sites.dcn1.stores.s.options.s3_store_bucket",
    ),
    (
        "cinder-partial",
        ["sites/dcn1/stores/c", extra("cinder", {"cinder_store_password": "p"})],
        "sites.dcn1.stores.c.options",
    ),
    (
        "cinder-multipath",
        ["sites/dcn1/stores/c", extra("cinder", {"cinder_enforce_multipath": True})],
        "sites.dcn1.stores.c.options.cinder_enforce_multipath",
    ),
    (
        "file-two-kinds",
        [
            "sites/dcn1/stores/f",
            extra("file", {"filesystem_store_datadir": "/a", "filesystem_store_datadirs": "/b:1"}),
        ],
        "sites.dcn1.stores.f.options.filesystem_store_datadirs",
    ),
    *(
        (
            "file-datadirs",
            ["sites/dcn1/stores/f", extra("file", {"filesystem_store_datadirs": ["/a:1", value]})],
            "sites.dcn1.stores.f.options.filesystem_store_datadirs",
        )
        for value in ("b:2", "/b:high", "/a/:2")
    ),
    *(
        (
            rule,
            ["sites/dcn1/stores/f", extra("file", {"filesystem_store_datadirs": [f"{directory}:1", "/srv/b:2"]})],
            "sites.dcn1.stores.f.options.filesystem_store_datadirs",
        )
        for rule, directory in (("file-datadir-reserved", "/var/lib/glance/image-cache"),)
    ),
    ("http-insecure", ["sites/dcn1/stores/w", extra("http")], "sites.dcn1.stores.w.options.https_insecure"),
    ("hub-copy-image", ["sites/central/glance/import/methods", ["web-download"]], "sites.central.glance.import."),
    ("hub-copy-image", ["sites/central/glance/import/methods", []], "sites.central.glance.import.methods"),
    ("spoke-copy-image", ["sites/dcn0/glance/import", {"methods": []}], "sites.dcn0.glance.import.methods"),
    ("copy-policy", ["sites/dcn0/glance/copy_policy", "admin"], "sites.dcn0.glance.copy_policy"),
    (
        "copy-policy",
        ["platform", "operators", "sites/dcn0/glance/copy_policy", "member"],
        "sites.dcn0.glance.copy_policy",
    ),
    ("conversion-missing", [PLUGINS, {}], "sites.central.glance.import.plugins"),
    ("conversion-missing", ["sites/dcn0/glance/import", {"plugins": {}}], "sites.dcn0.glance.import.plugins"),
    ("conversion-not-raw", [PLUGINS, {"image_conversion": {"output_format": "qcow2"}}], "sites.central.glance."),
    ("plugin-order", [PLUGINS, {"image_conversion": {}, "image_decompression": {}}], "sites.central.glance."),
    (
        "glance-option-decided",
        ["sites/dcn0/glance/options", {"DEFAULT": {"enabled_backends": "x:rbd"}}],
        "sites.dcn0.glance.options.DEFAULT.enabled_backends",
    ),
    (
        "glance-option-decided",
        ["sites/dcn0/glance/options", {"central": {"rbd_store_user": "x"}}],
        "sites.dcn0.glance.options.central.rbd_store_user",
    ),
    (
        "glance-option-decided",
        ["sites/dcn0/glance/options", {"os_glance_staging_store": {"filesystem_store_datadir": "x"}}],
        "sites.dcn0.glance.options.os_glance_staging_store.",
    ),
    (
        "worker-url-shared",
        ["sites/dcn0/glance/options", {"DEFAULT": {"worker_self_reference_url": "http://x"}}],
        "sites.dcn0.glance.options.DEFAULT.worker_self_reference_url",
    ),
    (
        "locations-hidden",
        ["sites/dcn0/glance/options", {"DEFAULT": {"show_multiple_locations": False}}],
        "sites.dcn0.glance.options.DEFAULT.show_multiple_locations",
    ),
    (
        "locations-hidden",
        ["sites/dcn0/glance/options", {"DEFAULT": {"show_image_direct_url": None}}],
        "sites.dcn0.glance.options.DEFAULT.show_image_direct_url",
    ),
    ("weight-unknown-store", ["sites/dcn0/glance/weights", {"dcn1": 5}], "sites.dcn0.glance.weights.dcn1"),
    ("weight-remote", ["sites/dcn0/glance/weights", {"central": 5}], "sites.dcn0.glance.weights.central"),
    (
        "nova-option-decided",
        ["sites/dcn0/nova", {"options": {"libvirt": {"rbd_secret_uuid": "x"}}}],
        "sites.dcn0.nova.options.libvirt.rbd_secret_uuid",
    ),
    (
        "cinder-option-decided",
        ["sites/dcn0/cinder", {"options": {"dcn0": {"rbd_pool": "x"}}}],
        "sites.dcn0.cinder.options.dcn0.rbd_pool",
    ),
    *[
        (
            "nova-option-decided",
            ["sites/dcn0/nova/options", {section: {name: value}}],
            f"sites.dcn0.nova.options.{section}.{name}",
        )
        for section, name, value in (("cinder", "cross_az_attach", True), ("glance", "endpoint_override", "http://x"))
    ],
    *[
        (rule, ["sites/dcn0/cinder/options", {section: {name: value}}], f"sites.dcn0.cinder.options.{section}.{name}")
        for rule, section, name, value in (
            ("cinder-option-decided", "DEFAULT", "glance_api_servers", "http://x"),
            ("cinder-option-decided", "dcn0", "backend_availability_zone", "nova"),
            ("cinder-option-decided", "dcn0", "volume_backend_name", None),
            ("cinder-backend-dropped", "DEFAULT", "enabled_backends", "lvm, other"),
            ("cinder-backend-dropped", "DEFAULT", "enabled_backends", None),
        )
    ],
    *[
        (
            "section-spelling",
            [f"sites/dcn0/{service}/options", {section: {name: "raw"}}],
            f"sites.dcn0.{service}.options.{section}",
        )
        for service, section, name in (
            ("nova", "LIBVIRT", "rbd_user"),
            ("glance", "Central", "weight"),
            ("glance", "GLANCE_STORE", "default_backend"),
            ("glance", "Image_Conversion", "output_format"),
        )
    ],
    (
        "section-spelling",
        ["sites/dcn0/nova/options", {"Own": {"a": 1}, "own": {"a": 2}}],
        "sites.dcn0.nova.options.own",
    ),
    *[
        (
            "glance-option-decided",
            ["sites/dcn0/glance/options", {section: {name: "x:y"}}],
            f"sites.dcn0.glance.options.{section}.{name}",
        )
        for section, name in (
            ("GLANCE_STORE", "default_backend"),
            ("inject_metadata_properties", "inject"),
            ("Central", "weight"),
        )
    ],
    ("section-spelling", ["sites/dcn0/cinder/options", {"DCN0": {"a": "x"}}], "sites.dcn0.cinder.options.DCN0"),
    ("client-name", ["client_names", {"glance": "g" * 90}], "client_names.glance"),
    (
        "dollar-sign",
        [HUB, {"rbd_store_chunk_quota": "$size"}],
        "sites.central.stores.central.options.rbd_store_chunk_quota",
    ),
    ("dollar-sign", [f"{DCN1}/description", "for ${team}s"], "sites.dcn1.stores.dcn1.description"),
    (
        "dollar-sign",
        ["sites/dcn1/stores/s", extra("s3", {**S3, "s3_store_secret_key": "hu$sh"})],
        "sites.dcn1.stores.s.options.",
    ),
    (
        "dollar-sign",
        ["sites/dcn0/nova/options", {"neutron": {"password": "pa$word"}}],
        "sites.dcn0.nova.options.neutron.password",
    ),
    (
        "dollar-sign",
        [PLUGINS, {"inject_image_metadata": {"inject": {"os": "$os"}}}],
        "sites.central.glance.import.plugins.inject_image_metadata.inject",
    ),
    ("dollar-sign", ["sites/dcn0/nova/options", {"x": {"y": ["a", "$nothing"]}}], "sites.dcn0.nova.options.x.y"),
    ("endpoint-shared", ["sites/dcn0/glance/endpoint", "http://192.0.2.10:9292"], "sites.dcn0.glance.endpoint"),
    ("endpoint-shared", ["sites/dcn1/glance/endpoint", "http://192.0.2.20:9292/"], "sites.dcn1.glance.endpoint"),
    (
        "endpoint-shared",
        ["sites/dcn0/glance/endpoint", "https://EDGE", "sites/dcn1/glance/endpoint", "https://edge:443"],
        "sites.dcn1.glance.endpoint",
    ),
    ("endpoint-shared", ["sites/dcn0/glance/endpoint", "http://192.0.2.10:9292/V2"], "sites.dcn0.glance.endpoint"),
    (
        "endpoint-shared",
        [
            "sites/dcn0/glance/endpoint",
            "http://[2001:db8::1]",
            "sites/dcn1/glance/endpoint",
            "http://[2001:DB8:0::1]:80",
        ],
        "sites.dcn1.glance.endpoint",
    ),
    ("endpoint-version", ["sites/dcn0/glance/endpoint", "http://x:9292/V2"], "sites.dcn0.glance.endpoint"),
    ("endpoint-loopback", ["sites/dcn0/glance/endpoint", "http://LOCALHOST.:9292"], "sites.dcn0.glance.endpoint"),
    ("mon-host-shared", ["sites/central/ceph/mon_host", "Mon1.,b", "sites/dcn0/ceph/mon_host", "mon1"], "sites.dcn0."),
    ("endpoint-version", ["sites/dcn0/glance/endpoint", "http://x:9292/v2"], "sites.dcn0.glance.endpoint"),
    ("endpoint-version", ["sites/dcn0/glance/endpoint", "http://x/image/v2.9/"], "sites.dcn0.glance.endpoint"),
    ("endpoint-loopback", ["sites/dcn0/glance/endpoint", "http://localhost:9292"], "sites.dcn0.glance.endpoint"),
    ("endpoint-loopback", ["sites/dcn0/glance/endpoint", "http://127.0.1.1:9292"], "sites.dcn0.glance.endpoint"),
    ("endpoint-loopback", ["sites/dcn0/glance/endpoint", "http://[::1]:9292"], "sites.dcn0.glance.endpoint"),
    ("endpoint-loopback", ["sites/dcn0/glance/endpoint", "http://0.0.0.0:9292"], "sites.dcn0.glance.endpoint"),
    ("endpoint-missing", ["sites/dcn0/glance", {}], "sites.dcn0.glance.endpoint"),
    ("endpoint-missing", ["sites/edge/glance/cache", {}], "sites.edge.glance.endpoint"),
    (
        "endpoint-shared",
        ["sites/edge/glance", {"cache": {}, "endpoint": "http://192.0.2.10:9292"}],
        "sites.edge.glance.endpoint",
    ),
    (
        "glance-option-decided",
        [CACHE, {}, "sites/edge/glance/options", {"DEFAULT": {"image_cache_max_size": 5}}],
        "sites.edge.glance.options.DEFAULT.image_cache_max_size",
    ),
    (
        "cache-worker-url",
        [CACHE, {}, "sites/edge/glance/options", {"DEFAULT": {"worker_self_reference_url": None}}],
        "sites.edge.glance.options.DEFAULT.worker_self_reference_url",
    ),
    (
        "cache-flavor",
        [CACHE, {}, "sites/edge/glance/options", {"paste_deploy": {"flavor": "keystone"}}],
        "sites.edge.glance.options.paste_deploy.flavor",
    ),
    ("cache-directory", [CACHE, {"directory": "/var/lib/glance"}], "sites.edge.glance.cache.directory"),
    (
        "cache-directory",
        [
            CACHE,
            {"directory": "/srv/a/b"},
            "sites/central/stores/f",
            extra("file", {"filesystem_store_datadir": "/srv/a"}),
        ],
        "sites.edge.glance.cache.directory",
    ),
    (
        "cache-directory",
        ["platform", "operators", CACHE, {"directory": "/srv/cache"}],
        "sites.edge.glance.cache.directory",
    ),
    (
        "cache-size-twice",
        ["platform", "operators", CACHE, {}, "sites/edge/glance/api", {"spec": {"imageCache": {"size": "2G"}}}],
        "sites.edge.glance.api.spec.imageCache.size",
    ),
    ("cache-prefetch", ["platform", "operators", CACHE, {"prefetch": ["a"]}], "sites.edge.glance.cache.prefetch"),
    ("cache-missing", ["sites/edge/glance", {"endpoint": "http://192.0.2.40:9292"}], "sites.edge.glance.cache"),
    ("cache-small", [CACHE, {"max_size": 1000000}], "sites.edge.glance.cache.max_size"),
    ("cache-driver", [CACHE, {"driver": "sqlite"}], "sites.edge.glance.cache.driver"),
]

#: (rule, changes) that are similar and valid.
NOT_REPORTED: list[tuple[str, list[Any]]] = [
    ("mon-host-shared", ["sites/dcn0/ceph/mon_host", "192.0.2.1,192.0.2.120"]),
    ("ceph-timeout-missing", ["sites/dcn1/ceph/options", {"client_mount_timeout": 3}]),
    ("images-pool-mixed", ["sites/dcn1/ceph/pools", {"vms": "volumes"}]),
    ("name-long", ["sites/" + "x" * 22, {}]),
    ("placeholder", ["sites/central/stores/s", extra("s3", {**S3, "s3_store_secret_key": "a<b>c_D_"})]),
    ("placeholder", ["sites/dcn0/nova/options", {"x": {"y": "todoist_x_"}}]),
    ("placeholder", ["sites/dcn0/nova/options", {"x": {"y": "a < b"}}]),
    ("store-derived-option", [HUB, {"rbd_store_ceph_conf": "/etc/ceph/central.conf", "rbd_store_pool": "images"}]),
    ("store-derived-option", [f"{DCN1}/pool", "p", f"{DCN1}/options", {"rbd_store_pool": "p"}]),
    ("store-shared-pool", ["sites/dcn1/stores/two", extra("rbd", pool="images2")]),
    ("http-several", ["sites/dcn1/stores/w2", extra("http", SECURE)]),
    ("unknown-option", [HUB, {"rbd_store_chunksize": 8, "swift_store_key": "x"}]),
    ("misspelt-option", [HUB, {"rbd_store_pool_size": 8}]),
    ("misspelt-option", [HUB, {"weight": 5, "store_description": "x", "rados_connect_timeout": 5}]),
    ("file-datadir-shared", ["sites/central/stores/f", extra("file", {"filesystem_store_datadir": "/a"}),
                             "sites/dcn1/stores/g", extra("file", {"filesystem_store_datadir": "/b"})]),
    *(
        (rule, ["sites/dcn1/stores/f", extra("file", {"filesystem_store_datadirs": ["/a:2", "/ab:-1", "/b:"]})])
        for rule in ("file-datadirs", "file-datadir-shared", "file-datadir-reserved", "file-two-kinds")
    ),
    # The directory that the driver uses without an option is free for another store.
    ("file-datadir-shared", ["sites/dcn1/stores/f", extra("file", {"filesystem_store_datadirs": "/b:1"}),
                             "sites/dcn1/stores/g", extra("file")]),
    ("file-datadir-reserved", ["sites/dcn1/stores/f", extra("file")]),
    ("cinder-multipath", ["sites/dcn1/stores/c", extra("cinder", {"cinder_enforce_multipath": True,
                                                                  "cinder_use_multipath": True})]),
    ("rbd-chunk-size", [HUB, {"rbd_store_chunk_size": 16}]),
    ("rados-timeout-zero", [HUB, {"rados_connect_timeout": -1}]),
    ("swift-no-account", [SWIFT, {"swift_store_multi_tenant": True}]),
    ("swift-buffer-directory", [SWIFT, {"swift_buffer_on_upload": True, "swift_upload_buffer_dir": "/x"}]),
    ("swift-reference-shared", ["sites/dcn1/stores/s", extra("swift", {"swift_store_config_file": "/etc/o",
                                                                       "default_swift_reference": "ref2"})]),
    ("swift-reference-shared", ["sites/dcn1/stores/s",
                                extra("swift", {"swift_store_config_file": "/etc/glance/swift.conf"})]),
    ("s3-required", ["sites/dcn1/stores/s", extra("s3", S3)]),
    ("cinder-partial", ["sites/dcn1/stores/c", extra("cinder", CINDER)]),
    ("cinder-partial", ["sites/dcn1/stores/c", extra("cinder", {"cinder_volume_type": "x"})]),
    ("http-insecure", ["sites/dcn1/stores/w", extra("http", SECURE)]),
    ("spoke-copy-image", ["sites/edge/glance", {"import": {"methods": []}}]),
    ("conversion-missing", [PLUGINS, {"image_conversion": {}}]),
    ("copy-policy", ["sites/dcn0/glance/copy_policy", "owner"]),
    ("copy-policy", ["sites/central/glance/copy_policy", "admin"]),
    ("copy-policy", ["platform", "operators"]),
    ("glance-option-decided", ["sites/dcn0/glance/options", {"DEFAULT": {"debug": True}, "dcn1": {"x": 1}}]),
    ("locations-hidden", ["sites/dcn0/glance/options", {"DEFAULT": {"show_multiple_locations": True}}]),
    ("weight-remote", ["sites/dcn0/glance/weights", {"central": 5, "dcn0": 5}]),
    ("weight-unknown-store", ["sites/central/glance/weights", {"dcn1": 5}]),
    ("nova-option-decided", ["sites/dcn0/nova", {"options": {"libvirt": {"hw_disk_discard": "unmap"}}}]),
    ("cinder-option-decided", ["sites/dcn0/cinder", {"options": {"lvm": {"rbd_pool": "x"}}}]),
    ("nova-option-decided", ["sites/dcn0/nova/options", {"libvirt": {"images_rbd_glance_copy_timeout": 3600}}]),
    ("nova-option-decided", ["sites/dcn0/nova/options", {"cinder": {"cross_az_attach": False}}]),
    ("nova-option-decided", ["sites/dcn0/nova/options", {"workarounds": {"never_download_image_if_on_rbd": False}}]),
    ("cinder-option-decided", ["sites/dcn0/cinder/options", {"DEFAULT": {"enabled_backends": "lvm,dcn0"}}]),
    ("cinder-backend-dropped", ["sites/dcn0/cinder/options", {"DEFAULT": {"enabled_backends": "lvm, dcn0"}}]),
    ("cinder-backend-dropped", ["sites/edge/cinder/options", {"DEFAULT": {"enabled_backends": "lvm"}}]),
    ("section-spelling", ["sites/dcn0/nova/options", {"Own": {"a": 1}, "libvirt": {"hw_disk_discard": "unmap"}}]),
    ("client-name", ["client_names", {"glance": "g" * 80}]),
    ("dollar-sign", [HUB, {"rbd_store_chunk_quota": "$$size, 5$ or \\$size"}]),
    ("dollar-sign", ["sites/dcn0/nova/options", {"neutron": {"password": "pa$$word"}}]),
    ("dollar-sign", ["sites/dcn0/nova/options", {"vnc": {"server_listen": "$my_ip"}}]),
    ("dollar-sign", ["sites/dcn0/nova/options", {"DEFAULT": {"base": "/a"}, "x": {"y": "$base", "z": "${x.y}"}}]),
    ("dollar-sign", [HUB, {"rbd_store_chunk_quota": "$rbd_store_pool"}]),
    ("endpoint-shared", ["sites/edge/glance", {"endpoint": "http://192.0.2.10:9292"}]),
    ("endpoint-version", ["sites/dcn0/glance/endpoint", "http://v2.example.com/image"]),
    ("endpoint-missing", ["sites/edge/glance", {}]),
    ("glance-option-decided", ["sites/dcn0/glance/options", {"DEFAULT": {"image_cache_max_size": 5}}]),
    (
        "cache-worker-url",
        [CACHE, {"driver": "xattr"}, "sites/edge/glance/options", {"DEFAULT": {"worker_self_reference_url": None}}],
    ),
    (
        "cache-flavor",
        [CACHE, {}, "sites/edge/glance/options", {"paste_deploy": {"flavor": "keystone+cachemanagement"}}],
    ),
    ("cache-directory", [CACHE, {"directory": "/srv/cache"}]),
    (
        "cache-size-twice",
        ["platform", "operators", CACHE, {}, "sites/edge/glance/api", {"spec": {"imageCache": {}}}],
    ),
    ("cache-prefetch", [CACHE, {"prefetch": ["a"]}]),
    ("cache-missing", ["sites/edge/glance", {"endpoint": "http://192.0.2.40:9292", "cache": {}}]),
    ("cache-missing", ["sites/dcn0/glance", {"endpoint": "http://192.0.2.20:9292"}]),
    ("cache-small", [CACHE, {"max_size": "1Gi"}]),
    ("cache-driver", [CACHE, {"driver": "centralized_db"}]),
]  # fmt: skip


def found(data: dict[str, Any]) -> list[tuple[str, str]]:
    """(rule, path) of every finding."""
    return [(finding.rule, finding.path) for finding in lint(parse(data))]


def test_the_base_is_clean(base: dict[str, Any]) -> None:
    assert found(base) == []


@pytest.mark.parametrize(("rule", "changes", "path"), REPORTED)
def test_reported_once_at_the_path(changed: Changed, rule: str, changes: list[Any], path: str) -> None:
    hits = [where for name, where in found(changed(*changes)) if name == rule]
    assert len(hits) == 1
    assert hits[0] == path or (path.endswith(".") and hits[0].startswith(path))


@pytest.mark.parametrize(("rule", "changes"), NOT_REPORTED)
def test_not_reported(changed: Changed, rule: str, changes: list[Any]) -> None:
    assert rule not in [name for name, _where in found(changed(*changes))]


def test_every_rule_of_the_topology_is_tested() -> None:
    tested = (
        {rule for rule, _changes, _path in REPORTED}
        | {"address-pattern", "endpoint-foreign-host"}
        | {"derivation", "secret-name"}
    )
    elsewhere = ("rules.hosts", "rules.operators", "rules.platforms", "rules.pods")
    of_topology = {rule.id for rule in RULES if not rule.check.__module__.endswith(elsewhere)}
    assert tested == of_topology


def test_ids_are_unique_and_every_message_ends_in_advice(changed: Changed) -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for _rule, changes, _path in REPORTED:
        for finding in lint(parse(changed(*changes))):
            assert "\n" not in finding.message
            assert 30 < len(finding.message) < 330, finding.message
            assert finding.severity in ("error", "warning")
