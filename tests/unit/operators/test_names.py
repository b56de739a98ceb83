# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the operator's objects, and how long a key of glanceAPIs can be."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._operators import names

LABELS = [
    ("a", True),
    ("central", True),
    ("dcn-0", True),
    ("0a", True),
    ("a" * 63, True),
    ("a" * 64, False),
    ("", False),
    ("-a", False),
    ("a-", False),
    ("a.b", False),
    ("a_b", False),
    ("Central", False),
    ("a\n", False),
    ("\u00e4", False),
]


@pytest.mark.parametrize(("text", "valid"), LABELS)
def test_dns_labels(text: str, valid: bool) -> None:
    assert bool(names.DNS_LABEL.fullmatch(text)) == valid


SUBDOMAINS = [
    ("a.b", True),
    ("ceph-conf-files", True),
    (".".join(["a" * 63] * 3 + ["a" * 61]), True),
    ("a" * 253, True),
    ("a" * 254, False),
    ("a..b", False),
    ("a.-b", False),
    ("a.", False),
    ("A", False),
    ("", False),
    ("a\n", False),
]


@pytest.mark.parametrize(("text", "valid"), SUBDOMAINS)
def test_dns_subdomains(text: str, valid: bool) -> None:
    assert bool(names.DNS_SUBDOMAIN.fullmatch(text)) == valid


#: (name of the Glance, type, most characters for the webhook, without an image cache, with one and 1, 12 replicas)
LIMITS = [
    ("glance", "split", 39, 32, 22, 21),
    ("glance", "edge", 40, 36, 26, 25),
    ("glance", "single", 38, 38, 28, 27),
    ("glance-xxxxx", "split", 33, 26, 16, 15),
    ("glance-xxxxx", "edge", 34, 30, 20, 19),
    ("glance-xxxxx", "single", 32, 32, 22, 21),
]


@pytest.mark.parametrize(("glance", "api_type", "webhook", "plain", "cached", "cached_12"), LIMITS)
def test_limits_of_a_key(glance: str, api_type: str, webhook: int, plain: int, cached: int, cached_12: int) -> None:
    assert names.webhook_key_limit(api_type, glance).length == webhook
    assert names.working_key_limit(api_type, glance).length == plain
    assert names.working_key_limit(api_type, glance, 12).length == plain
    assert [names.working_key_limit(api_type, glance, count, True).length for count in (0, 1, 10)] == [cached] * 3
    assert names.working_key_limit(api_type, glance, 12, True).length == cached_12
    assert len(glance) == len("glance") or len(glance) == len("glance") + names.UNIQUE_SUFFIX


def test_the_longest_key_that_works_fits_the_limits_of_kubernetes() -> None:
    for api_type, instances in names.INSTANCES.items():
        for replicas in (1, 11, 32):
            limit = names.working_key_limit(api_type, replicas=replicas, cached=True)
            found = [names.statefulset_name("glance", "k" * limit.length, instance) for instance in instances]
            assert max(len(f"{name}-{replicas - 1}-cleaner") for name in found) == 52
            assert "CronJobs" in limit.consequence


#: (key, instance, GlanceAPI, StatefulSet, label)
NAMES = [
    ("az0", "external", "glance-az0-external", "glance-az0-external-api", "glance-az0-external"),
    ("az0", "internal", "glance-az0-internal", "glance-az0-internal-api", "glance-az0-internal"),
    ("az0", "single", "glance-az0-single", "glance-az0-single", "glance-az0-single"),
    ("dcn-1", "edge", "glance-dcn-1-edge", "glance-dcn-1-edge-api", "glance-dcn-1-edge"),
]


@pytest.mark.parametrize(("key", "instance", "glance_api", "statefulset", "label"), NAMES)
def test_names_of_objects(key: str, instance: str, glance_api: str, statefulset: str, label: str) -> None:
    api_type = names.API_TYPE_OF[instance]
    found = next(each for each in names.INSTANCES[api_type] if each.name == instance)
    assert names.glance_api_name("glance", key, found) == glance_api
    assert names.statefulset_name("glance", key, found) == statefulset
    assert names.parse_api_label(label) == (key, instance)
    assert names.parse_glance_api_name("glance", glance_api) == (key, instance)
    assert names.claim_name(names.STAGING_CLAIM, statefulset, 2) == f"glance-{statefulset}-2"


OTHER_LABELS = ["", "glance", "glance-external", "glance--edge", "cinder-az0-edge", "glance-az0-public", "glance-az0"]


@pytest.mark.parametrize("label", OTHER_LABELS)
def test_labels_of_other_objects_are_not_parsed(label: str) -> None:
    assert names.parse_api_label(label) is None
    assert names.parse_glance_api_name("glance", label) is None
