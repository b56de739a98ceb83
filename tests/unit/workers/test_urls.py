# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The URLs that workers advertise to each other."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._workers import model, urls
from ansible_collections.dcn.glance.plugins.module_utils._workers.config import parse_config
from ansible_collections.dcn.glance.tests.support.fakes.pods import inspection, pod, url

VIP = "http://glance.example.com:9292"


def observed(*made, **advertised):
    """Workers and their configurations; ``advertised`` by ordinal, as u0, u1."""
    found = model.workers(made)
    configs = {}
    for item in made:
        name = item["metadata"]["name"]
        own = advertised.get(f"u{name[-1]}", url(item))
        configs[name] = parse_config(inspection(item, worker_url=own)["configuration"])
    return found, configs


def rules(found):
    return [(problem.pod[-1], problem.rule) for problem in found]


def test_workers_with_their_own_urls():
    assert urls.check_urls(*observed(pod(), pod(ordinal=1))) == []


def test_a_shared_url_is_reported_for_each_worker():
    found = urls.check_urls(*observed(pod(), pod(ordinal=1), pod(ordinal=2), u0=VIP, u2=VIP + "/"))
    assert rules(found) == [("0", "worker_url_shared"), ("2", "worker_url_shared")]
    assert f"It advertises {VIP}, as glance-central-external-api-2 does" in found[0].message
    assert "Remove worker_self_reference_url from customServiceConfig" in found[0].hint


def test_workers_of_different_apis_must_not_share_either():
    made = [pod(), pod("dcn0", kind="edge")]
    found, configs = observed(*made, u0=VIP)
    assert rules(urls.check_urls(found, configs)) == [("0", "worker_url_shared")] * 2


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
def test_the_host_of_the_url_must_be_the_pod_itself(own, fine):
    found = urls.check_urls(*observed(pod(), u0=own))
    assert rules(found) == ([] if fine else [("0", "worker_url_host")])


def test_a_missing_url():
    assert rules(urls.check_urls(*observed(pod(), pod(ordinal=1), u0="", u1=""))) == [
        ("0", "worker_url_missing"),
        ("1", "worker_url_missing"),
    ]


def test_the_overriding_file_is_named():
    item = pod()
    text = f"[DEFAULT]\nworker_self_reference_url = {url(item)}\n"
    files = [
        *inspection(item)["configuration"],
        {"path": "/etc/glance/glance.conf.d/03-config.conf", "modified": 1, "text": text},
    ]
    found = urls.check_urls(model.workers([item]), {item["metadata"]["name"]: parse_config(files)})
    assert rules(found) == [("0", "worker_url_overridden")]
    assert found[0].message.startswith("/etc/glance/glance.conf.d/03-config.conf overrides")
    # Without the operators, there is no such file to override.
    alone = [item for item in files if "01-" not in item["path"]]
    assert urls.check_urls(model.workers([item]), {item["metadata"]["name"]: parse_config(alone)}) == []


def test_the_peers_of_a_worker():
    found, configs = observed(
        pod(), pod(ordinal=1), pod(kind="internal"), pod("dcn0", kind="edge"), pod(ordinal=2), u2=""
    )
    asked = urls.peers(found[0], found, configs)
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
    ("changes", "rule", "result"),
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
        ({"addresses": ["10.96.0.1"]}, "worker_url_wrong_host", "wrong host: 10.96.0.1"),
    ],
)
def test_results_of_requests_to_peers(changes, rule, result):
    found, configs = observed(pod(), pod(ordinal=1))
    problems = urls.check_reachability(found[0], [answer(**changes)], found, configs)
    assert [problem.rule for problem in problems] == ([rule] if rule else [])
    assert urls.reach_result(answer(**changes), found).startswith(result)
    for problem in problems:
        assert (problem.pod, problem.severity) == ("glance-central-external-api-0", "error")
        assert "glance-central-external-api-1" in problem.message


@pytest.mark.parametrize(
    ("changes", "rules_found"),
    [
        ({"step": "resolve", "status": 0, "error": "Name or service not known"}, []),
        ({"step": "connect", "status": 0, "error": "Connection refused"}, []),
        ({"step": "request", "status": 503, "error": "Busy"}, []),
        ({"addresses": ["10.96.0.1"]}, ["worker_url_wrong_host"]),
    ],
)
def test_an_unreachable_worker_that_is_not_ready_is_no_problem_of_its_own(changes, rules_found):
    found, configs = observed(pod(), pod(ordinal=1, ready=False))
    problems = urls.check_reachability(found[0], [answer(**changes)], found, configs)
    assert [problem.rule for problem in problems] == rules_found
    assert urls.reach_result(answer(**changes), found) != "ok"


def test_a_shared_url_is_not_reported_as_the_wrong_host_too():
    found, configs = observed(pod(), pod(ordinal=1), u0=VIP, u1=VIP)
    assert urls.check_reachability(found[0], [answer(addresses=["10.96.0.1"])], found, configs) == []


def test_a_single_worker_is_its_own_peer():
    found, configs = observed(pod())
    assert [peer["pod"] for peer in urls.peers(found[0], found, configs)] == [found[0].name]


def test_an_unreachable_worker_of_another_api_is_a_warning():
    found, configs = observed(pod(), pod("dcn0", kind="edge"))
    reached = [{"pod": "glance-dcn0-edge-api-0", "step": "connect", "addresses": [], "status": 0, "error": "refused"}]
    (problem,) = urls.check_reachability(found[0], reached, found, configs)
    assert (problem.rule, problem.severity) == ("worker_url_unreachable", "warning")


def test_an_address_as_url_is_a_warning():
    (problem,) = urls.check_urls(*observed(pod(), u0="http://10.244.7.10:9292"))
    assert (problem.rule, problem.severity) == ("worker_url_address", "warning")


OVER = "[DEFAULT]\nworker_self_reference_url = {url}\npublic_endpoint = https://glance.example.com/\n"


def test_the_source_of_the_url_is_named():
    worker = pod()
    found = inspection(worker)
    add = {"path": "/etc/glance/glance.conf.d/03-config.conf", "modified": 1.0, "text": OVER.format(url=VIP)}
    config = parse_config([*found["configuration"], add])
    problems = urls.check_urls(model.workers([worker]), {worker["metadata"]["name"]: config})
    assert [item.rule for item in problems] == ["worker_url_host", "worker_url_overridden"]
    assert "from a Secret of customServiceConfigSecrets, which overrides" in problems[1].hint


def test_without_a_url_glance_uses_the_public_endpoint():
    worker = pod()
    text = OVER.format(url="''")
    config = parse_config([{"path": "/etc/glance/glance.conf.d/02-config.conf", "modified": 1.0, "text": text}])
    assert config.worker_url == "https://glance.example.com"
    problems = urls.check_urls(model.workers([worker]), {worker["metadata"]["name"]: config})
    assert [item.rule for item in problems] == ["worker_url_host", "worker_url_overridden"]
    assert "Glance uses public_endpoint" in problems[1].message
