# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The URLs under which workers know each other."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._workers import model as pods
from ansible_collections.dcn.glance.plugins.module_utils._workers import urls as pods_urls
from ansible_collections.dcn.glance.plugins.module_utils._workers.config import effective
from ansible_collections.dcn.glance.tests.support.fakes.pods import look, pod, url

VIP = "http://glance.example.com:9292"


def seen(*made, **urls):
    """Workers and their configurations; ``urls`` by ordinal, as u0, u1."""
    found = pods.workers(made)
    configs = {}
    for item in made:
        name = item["metadata"]["name"]
        own = urls.get(f"u{name[-1]}", url(item))
        configs[name] = effective(look(item, worker_url=own)["configuration"])
    return found, configs


def rules(found):
    return [(problem.pod[-1], problem.rule) for problem in found]


def test_each_its_own():
    assert pods_urls.judge_urls(*seen(pod(), pod(ordinal=1))) == []


def test_a_shared_url_is_told_once_for_each():
    found = pods_urls.judge_urls(*seen(pod(), pod(ordinal=1), pod(ordinal=2), u0=VIP, u2=VIP + "/"))
    assert rules(found) == [("0", "worker_url_shared"), ("2", "worker_url_shared")]
    assert f"It advertises {VIP}, as glance-central-external-api-2 does" in found[0].message
    assert "must not be set in customServiceConfig" in found[0].hint


def test_workers_of_different_apis_must_not_share_either():
    made = [pod(), pod("dcn0", kind="edge")]
    found, configs = seen(*made, u0=VIP)
    assert rules(pods_urls.judge_urls(found, configs)) == [("0", "worker_url_shared")] * 2


@pytest.mark.parametrize(
    ("own", "fine"),
    [
        ("http://glance-central-external-api-0.glance-central-external-api.openstack.svc:9292", True),
        ("https://glance-central-external-api-0.glance-central-external-api.openstack.svc.cluster.local:9292", True),
        ("http://GLANCE-central-external-api-0.glance-central-external-api.openstack:9292", True),
        ("http://glance-central-external-api-1.glance-central-external-api.openstack.svc:9292", False),
        ("http://glance-central-external-api-0.other.openstack.svc:9292", False),
        (VIP, False),
        ("http://glance-central-external-api-0.glance-central-external-api.openstack.svcx:9292", False),
        ("glance-central-external-api-0", False),
        ("glance-central-external-api-0.glance-central-external-api.openstack.svc:9292", False),
        ("http://[::1/", False),
        ("http://", False),
    ],
)
def test_the_name_in_the_url_is_the_pod_s_own(own, fine):
    found = pods_urls.judge_urls(*seen(pod(), u0=own))
    assert rules(found) == ([] if fine else [("0", "worker_url_host")])


def test_no_url():
    assert rules(pods_urls.judge_urls(*seen(pod(), pod(ordinal=1), u0="", u1=""))) == [
        ("0", "worker_url_missing"),
        ("1", "worker_url_missing"),
    ]


def test_the_file_that_overrides_is_named():
    item = pod()
    text = f"[DEFAULT]\nworker_self_reference_url = {url(item)}\n"
    files = [
        *look(item)["configuration"],
        {"path": "/etc/glance/glance.conf.d/03-config.conf", "modified": 1, "text": text},
    ]
    found = pods_urls.judge_urls(pods.workers([item]), {item["metadata"]["name"]: effective(files)})
    assert rules(found) == [("0", "worker_url_overridden")]
    assert found[0].message.startswith("/etc/glance/glance.conf.d/03-config.conf sets")
    # Elsewhere than on the operators' platform there is no such file to override.
    alone = [item for item in files if "01-" not in item["path"]]
    assert pods_urls.judge_urls(pods.workers([item]), {item["metadata"]["name"]: effective(alone)}) == []


def test_whom_a_worker_asks():
    found, configs = seen(pod(), pod(ordinal=1), pod(kind="internal"), pod("dcn0", kind="edge"), pod(ordinal=2), u2="")
    asked = pods_urls.peers(found[0], found, configs)
    assert [peer["pod"] for peer in asked] == [
        "glance-central-external-api-1",
        "glance-central-internal-api-0",
        "glance-dcn0-edge-api-0",
    ]
    assert asked[0]["url"].startswith("http://glance-central-external-api-1.")


def answer(**changes):
    base = {
        "pod": "glance-central-external-api-1",
        "step": "done",
        "addresses": ["10.244.7.11"],
        "status": 200,
        "error": "",
    }
    return {**base, **changes}


@pytest.mark.parametrize(
    ("changes", "rule", "told"),
    [
        ({}, None, "ok"),
        (
            {"step": "resolve", "status": 0, "error": "Name or service not known"},
            "worker_url_unresolvable",
            "resolve: Name or",
        ),
        (
            {"step": "connect", "status": 0, "error": "Connection refused"},
            "worker_url_unreachable",
            "connect: Connection refused",
        ),
        ({"step": "request", "status": 503, "error": "Busy"}, "worker_url_unreachable", "request: HTTP 503 Busy"),
        ({"addresses": ["10.96.0.1"]}, "worker_url_elsewhere", "elsewhere: 10.96.0.1"),
    ],
)
def test_what_came_of_asking(changes, rule, told):
    found, configs = seen(pod(), pod(ordinal=1))
    problems = pods_urls.judge_reached(found[0], [answer(**changes)], found, configs)
    assert [problem.rule for problem in problems] == ([rule] if rule else [])
    assert pods_urls.told(answer(**changes), found).startswith(told)
    for problem in problems:
        assert (problem.pod, problem.severity) == ("glance-central-external-api-0", "error")
        assert "glance-central-external-api-1" in problem.message


def test_a_shared_url_that_leads_elsewhere_is_one_fault():
    found, configs = seen(pod(), pod(ordinal=1), u0=VIP, u1=VIP)
    assert pods_urls.judge_reached(found[0], [answer(addresses=["10.96.0.1"])], found, configs) == []


def test_a_lone_worker_asks_itself():
    found, configs = seen(pod())
    assert [peer["pod"] for peer in pods_urls.peers(found[0], found, configs)] == [found[0].name]


def test_between_apis_it_is_a_warning():
    found, configs = seen(pod(), pod("dcn0", kind="edge"))
    reached = [{"pod": "glance-dcn0-edge-api-0", "step": "connect", "addresses": [], "status": 0, "error": "refused"}]
    (problem,) = pods_urls.judge_reached(found[0], reached, found, configs)
    assert (problem.rule, problem.severity) == ("worker_url_unreachable", "warning")


def test_an_address_does_not_last():
    (problem,) = pods_urls.judge_urls(*seen(pod(), u0="http://10.244.7.10:9292"))
    assert (problem.rule, problem.severity) == ("worker_url_address", "warning")


OVER = "[DEFAULT]\nworker_self_reference_url = {url}\npublic_endpoint = https://glance.example.com/\n"


def test_where_the_value_comes_from():
    worker = pod()
    told = look(worker)
    add = {"path": "/etc/glance/glance.conf.d/03-config.conf", "modified": 1.0, "text": OVER.format(url=VIP)}
    config = effective([*told["configuration"], add])
    found = pods_urls.judge_urls(pods.workers([worker]), {worker["metadata"]["name"]: config})
    assert [item.rule for item in found] == ["worker_url_host", "worker_url_overridden"]
    assert "must not be set in a Secret of customServiceConfigSecrets, which wins" in found[1].hint


def test_without_a_url_glance_takes_the_public_endpoint():
    worker = pod()
    text = OVER.format(url="''")
    config = effective([{"path": "/etc/glance/glance.conf.d/02-config.conf", "modified": 1.0, "text": text}])
    assert config.worker_url == "https://glance.example.com"
    found = pods_urls.judge_urls(pods.workers([worker]), {worker["metadata"]["name"]: config})
    assert [item.rule for item in found] == ["worker_url_host", "worker_url_overridden"]
    assert "Glance takes public_endpoint" in found[1].message
