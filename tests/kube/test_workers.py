# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands in real Glance workers, their inspection, and the test of distributed import."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator

import pytest

from ansible_collections.dcn.glance.tests.support.kube.workers import (
    CONFIG,
    FILES,
    SET,
    SHARED,
    SITE,
    STAGING,
    USER,
    Workers,
    account,
    host,
    other_pod,
    rules,
)
from ansible_collections.dcn.glance.tests.support.wait import until

ZERO, ONE = f"{SET}-0", f"{SET}-1"
EXPECTED = {SITE: {"files": list(FILES)}}


@pytest.fixture(scope="module")
def workers(kubeconfig: str) -> Iterator[Workers]:
    found = Workers(kubeconfig, "t-pods")
    try:
        yield found.open()
    finally:
        found.close()


def test_a_command_in_each_worker(workers: Workers) -> None:
    done = workers.module("glance_pod_exec", command=["hostname"]).ok()
    answers = [(item["pod"], item["stdout"].strip(), item["rc"]) for item in done["results"]]
    assert answers == [(ZERO, ZERO, 0), (ONE, ONE, 0)]
    assert {item["container"] for item in done["results"]} == {"glance-httpd"}
    assert (done["changed"], done["failures"]) == (True, [])


def test_arguments_are_passed_unchanged_and_a_shell_is_optional(workers: Workers) -> None:
    options = {"pods": [ONE], "read_only": True}
    plain = workers.module("glance_pod_exec", command=["echo", "$HOME;", "a  b", "*"], **options).ok()
    assert plain["results"][0]["stdout"] == "$HOME; a  b *\n"
    shell = workers.module("glance_pod_exec", shell="echo $((6*7)); echo no >&2; exit 3", fail=False, **options).ok()
    assert [shell["results"][0][key] for key in ("stdout", "stderr", "rc")] == ["42\n", "no\n", 3]
    assert not shell["changed"]


def test_standard_input_is_closed(workers: Workers) -> None:
    text = "a secret of many lines\n" * 5000
    done = workers.module("glance_pod_exec", command=["md5sum"], stdin=text, read_only=True)
    sums = {item["stdout"].split()[0] for item in done.ok()["results"]}
    assert len(sums) == 1
    assert "a secret of many lines" not in done.output


def test_failed_commands_are_named_with_their_pod(workers: Workers) -> None:
    done = workers.module("glance_pod_exec", shell="test $(hostname) = " + ZERO).failed()
    assert done["failures"] == [f"{ONE}: the command exited with code 1"]
    assert [item["rc"] for item in done["results"]] == [0, 1]
    absent = workers.module("glance_pod_exec", command=["/no/such/program"], pods=[ZERO]).failed()
    assert absent["results"][0]["rc"] in (126, 127)
    late = workers.module("glance_pod_exec", command=["sleep", "30"], pods=[ZERO], timeout=1).failed()
    assert "did not end within 1 seconds and was stopped" in late["failures"][0]
    assert 1 <= late["results"][0]["seconds"] < 5
    shown = workers.module("glance_pod_exec", shell="cat /proc/[0-9]*/cmdline", pods=[ZERO]).ok()
    assert "sleep" not in shown["results"][0]["stdout"].split("/bin/sh")[0]


def test_check_mode_runs_only_read_only_commands(workers: Workers) -> None:
    mark = {"command": ["touch", "/tmp/mark"]}
    done = workers.module("glance_pod_exec", check=True, **mark).ok()
    assert (done["changed"], [item["rc"] for item in done["results"]]) == (True, [None, None])
    assert "/tmp/mark" not in workers.run("ls", "/tmp/")[0]
    looked = workers.module("glance_pod_exec", check=True, command=["hostname"], read_only=True).ok()
    assert [item["rc"] for item in looked["results"]] == [0, 0]


def test_unknown_names_are_reported_with_the_existing_ones(workers: Workers) -> None:
    done = workers.module("glance_pod_exec", command=["true"], apis=["dcn9"], pods=["x"]).failed()
    assert f"apis[0]: no Glance worker belongs to the API 'dcn9'; existing: {SITE}" in done["msg"]
    assert f"existing: {ZERO}, {ONE}" in done["msg"]
    empty = workers.module("glance_pod_exec", command=["true"], namespace="default").failed()
    assert "no Glance worker in namespace default" in empty["msg"]
    other = workers.module("glance_pod_exec", command=["true"], container="glance-api").failed()
    assert "does not have this container; it has glance-log, glance-httpd" in other["failures"][0]


def test_healthy_workers_have_no_problem(workers: Workers) -> None:
    done = workers.module("glance_pod_info", expected=EXPECTED, config=True, check=True)
    result = done.ok()
    assert result["problems"] == []
    who = [(pod["name"], pod["api"], pod["type"], pod["ordinal"]) for pod in result["pods"]]
    assert who == [(ZERO, SITE, "edge", 0), (ONE, SITE, "edge", 1)]
    first, second = result["pods"]
    assert first["worker_url"] == f"http://{ZERO}.{SET}.{workers.namespace}.svc:9292"
    assert (first["url_unique"], first["reaches"], second["reaches"]) == (True, {ONE: "ok"}, {ZERO: "ok"})
    assert (first["pvc"]["name"], first["pvc"]["phase"]) == (f"glance-{ZERO}", "Bound")
    assert first["staging"]["files"] == [] and first["staging"]["free_bytes"] > 0
    assert first["mounts"] == {"missing": [], "unreadable": [], "extra": [], "earlier": []}
    assert (first["stale_files"], second["stale_files"]) == ([], [])
    assert first["config"][SITE]["rbd_store_ceph_conf"] == "/etc/ceph/dcn0.conf"
    assert first["config"]["database"]["connection"] == "********"
    # All files that the pod reads, also the one that pods of the lab add.
    files = [file["path"].rpartition("/")[2] for file in first["config_files"]][-5:]
    assert files == ["00-config.conf", "00-lab.conf", *[f"0{number}-config.conf" for number in (1, 2, 3)]]
    assert not [text for text in workers.secrets() if text in done.output]


def test_the_output_of_ansible_contains_no_secret(workers: Workers) -> None:
    output = workers.ansible("glance_pod_info", config=True)
    assert "SUCCESS" in output and ZERO in output
    assert not [text for text in workers.secrets() if text in output]


def test_missing_and_foreign_files(workers: Workers) -> None:
    expected = copy.deepcopy(EXPECTED)
    expected[SITE]["files"] = [*FILES[:2], "dcn1.conf"]
    done = workers.module("glance_pod_info", expected=expected, pods=[ZERO], fail_on_problems=True).failed()
    assert done["pods"][0]["mounts"]["missing"] == ["/etc/ceph/dcn1.conf"]
    assert done["pods"][0]["mounts"]["extra"] == [f"/etc/ceph/{name}" for name in sorted(FILES[2:])]
    assert rules(done) == {(ZERO, "mount_missing"), (ZERO, "mount_foreign")}
    assert f"{ZERO}: /etc/ceph/dcn1.conf does not exist." in done["msg"]
    assert f"the keyring /etc/ceph/central.client.{USER}.keyring (of client.{USER})" in done["msg"]


def test_old_staged_files(workers: Workers) -> None:
    path = f"{STAGING}/8463b2dd-f440-40ed-bcc7-ea7d0f2f614a"
    workers.module("glance_pod_exec", shell=f"echo x >{path}; touch -d -2days {path}", pods=[ONE]).ok()
    try:
        done = workers.module("glance_pod_info").ok()
        (file,) = done["pods"][1]["staging"]["files"]
        assert (file["image"], file["size"]) == ("8463b2dd-f440-40ed-bcc7-ea7d0f2f614a", 2)
        assert rules(done) == {(ONE, "staged_leftover")}
        assert workers.module("glance_pod_info", staged_max_age=3 * 86400).ok()["problems"] == []
    finally:
        workers.module("glance_pod_exec", command=["rm", path], pods=[ONE]).ok()


def test_little_free_space_depends_on_the_limit(workers: Workers) -> None:
    done = workers.module("glance_pod_info", staging_min_free=1 << 60, pods=[ZERO]).ok()
    assert [(item["rule"], item["severity"]) for item in done["problems"]] == [("staging_full", "warning")]


def test_pods_that_do_not_run_and_pods_without_python(workers: Workers) -> None:
    sleeping = {"command": ["/bin/sleep", "1000"], "env": [{"name": "PATH", "value": "/nowhere"}]}
    made = [other_pod("absent", image="localhost/no-such:image"), other_pod("bare", **sleeping)]
    for body in made:
        workers.apps.create_namespaced_stateful_set(workers.namespace, body)
    try:
        until("the pods are there", lambda: {"x-absent-0", "x-bare-0"} <= set(workers.pods()))
        until(
            "one runs",
            lambda: workers.core.read_namespaced_pod("x-bare-0", workers.namespace).status.phase == "Running",
        )
        done = workers.module("glance_pod_info").ok()
        found = {item["pod"]: item for item in done["problems"] if item["rule"] not in ("pvc_missing", "pod_not_ready")}
        assert {name: item["rule"] for name, item in found.items()} == {
            "x-absent-0": "pod_not_running",
            "x-bare-0": "python_missing",
        }
        assert "ErrImageNeverPull" in found["x-absent-0"]["message"]
        ran = workers.module("glance_pod_exec", command=["hostname"], apis=["absent", SITE]).failed()
        assert [item["pod"] for item in ran["results"] if item["error"]] == ["x-absent-0"]
        assert [item["rc"] for item in ran["results"]] == [None, 0, 0]
    finally:
        for body in made:
            workers.apps.delete_namespaced_stateful_set(body["metadata"]["name"], workers.namespace)
        until("they are gone", lambda: len(workers.pods()) == 2, 60)


def nothing_is_left(workers: Workers) -> None:
    query = "SELECT COUNT(*) FROM images WHERE deleted = 0 AND name LIKE 'dcn-glance-import-probe%'"
    assert host("central", "mariadb", "glance", "-N", "-e", query).strip() == b"0"
    assert set(workers.run("ls", STAGING)) == {""}
    listed = host(SITE, "rbd", "-p", "images", "ls").decode()
    assert not [image for image in images if image in listed]


images: list[str] = []


def results(api: dict) -> list[tuple[str, str, bool]]:
    images.extend(pair["image"] for pair in api["pairs"])
    return [(pair["staged_by"], pair["imported_by"], pair["ok"]) for pair in api["pairs"]]


def test_images_of_a_killed_run_are_removed_after_its_time(workers: Workers, no_other_images: None) -> None:
    query = "SELECT COUNT(*) FROM images WHERE deleted = 0 AND name LIKE 'dcn-glance-import-probe%'"
    killed = workers.begin("glance_import_probe", authenticate="worker", size=5_000_000)
    until("an image is there", lambda: int(host("central", "mariadb", "glance", "-N", "-e", query)), 30, every=0.05)
    killed.kill()
    killed.communicate()
    done = workers.module("glance_import_probe", authenticate="worker").ok()
    assert {item["removed"] for item in done["stale_images"]} == {None}
    assert results(done["apis"][0])
    # Let the time of the killed run be over.
    late = "UPDATE image_tags SET value = 'until-1' WHERE deleted = 0 AND value LIKE 'until-%'"
    host("central", "mariadb", "glance", "-e", late)
    done = workers.module("glance_import_probe", authenticate="worker").ok()
    assert {item["removed"] for item in done["stale_images"]} == {True}
    assert results(done["apis"][0])
    nothing_is_left(workers)


def test_a_key_that_the_cluster_refuses(workers: Workers) -> None:
    found = workers.module("glance_pod_info", connect=True, pods=[ZERO]).ok()
    assert found["pods"][0]["stores"] == dict.fromkeys(("dcn0", "central"), "ok")
    before = host(SITE, "ceph", "auth", "export", f"client.{USER}")
    host(SITE, "ceph", "auth", "rm", f"client.{USER}")
    try:
        done = workers.module("glance_pod_info", connect=True, pods=[ZERO], fail_on_problems=True).failed()
    finally:
        host(SITE, "sh", "-c", 'printf %s "$0" | ceph auth import -i -', before.decode())
    assert rules(done) == {(ZERO, "store_key_refused")}
    assert done["pods"][0]["stores"]["central"] == "ok"


def test_check_mode_creates_nothing(workers: Workers) -> None:
    (api,) = workers.module("glance_import_probe", check=True).ok()["apis"]
    planned = [(pair["staged_by"], pair["imported_by"], pair["status"]) for pair in api["pairs"]]
    assert planned == [(ZERO, ONE, "planned"), (ONE, ZERO, "planned")]
    assert api["ok"] is None


def test_every_worker_stages_and_imports(workers: Workers, no_other_images: None) -> None:
    done = workers.module("glance_import_probe", authenticate="worker").ok()
    (api,) = done["apis"]
    assert (done["changed"], api["ok"], api["leftovers"]) == (False, True, [])
    assert results(api) == [(ZERO, ONE, True), (ONE, ZERO, True)]
    for pair in api["pairs"]:
        own = f"http://{pair['staged_by']}.{SET}.{workers.namespace}.svc:9292"
        assert (pair["stage_host"], pair["staged_url"], pair["note"]) == (own, own, "")
    nothing_is_left(workers)


def test_pods_ask_keystone_with_an_account_that_is_not_shown(workers: Workers, no_other_images: None) -> None:
    auth = account()
    output = workers.ansible("glance_import_probe", authenticate="pod", openstack={"auth": auth}, stores=["central"])
    assert "SUCCESS" in output
    assert output.count('"status": "active"') == 2 or output.count("status: active") == 2
    # Ansible itself repeats what an ad-hoc command was given.
    shown = [line for line in output.splitlines() if auth["password"] in line and "'args'" not in line]
    assert [line[:200] for line in shown] == []
    nothing_is_left(workers)


def test_this_host_asks_keystone(workers: Workers, no_other_images: None) -> None:
    address = host("central", "hostname", "-i").decode().split()[0]
    auth = {**account(), "auth_url": f"http://{address}:5000/v3"}
    done = workers.module("glance_import_probe", openstack={"auth": auth}, pods=[ZERO], one_worker="probe")
    (api,) = done.ok()["apis"]
    assert results(api) == [(ZERO, ZERO, True)]
    assert api["pairs"][0]["note"].startswith("One worker staged and imported")
    assert auth["password"] not in done.output
    nothing_is_left(workers)


def test_a_single_worker_is_skipped(workers: Workers, no_other_images: None) -> None:
    (api,) = workers.module("glance_import_probe", authenticate="worker", pods=[ONE]).ok()["apis"]
    assert (api["ok"], api["pairs"]) == (None, [])
    assert f"API {SITE} has one ready worker" in api["skipped"]


def test_failures_are_reported_and_leave_nothing(workers: Workers, no_other_images: None) -> None:
    one = {"pods": [ZERO], "one_worker": "probe"}
    auth = {**account(), "password": "wrong-one"}
    done = workers.module("glance_import_probe", authenticate="pod", openstack={"auth": auth}, **one).failed()
    assert "HTTP 401" in done["msg"]
    assert done["apis"][0]["leftovers"] == []
    incomplete = workers.module(
        "glance_import_probe", authenticate="pod", openstack={"auth": {"username": "x"}}
    ).failed()
    assert "openstack.auth.password: is needed with authenticate=pod" in incomplete["msg"]
    nowhere = workers.module("glance_import_probe", authenticate="worker", stores=["nowhere"], **one).failed()
    (api,) = nowhere["apis"]
    assert "Store for identifier nowhere not found" in api["pairs"][0]["error"]
    assert api["leftovers"] == []
    nothing_is_left(workers)


def test_a_shared_url_is_reported(workers: Workers, no_other_images: None) -> None:
    vip = SHARED.format(namespace=workers.namespace)
    workers.edit(customServiceConfig=CONFIG.replace("[DEFAULT]\n", f"[DEFAULT]\nworker_self_reference_url = {vip}\n"))
    done = workers.module("glance_pod_info", fail_on_problems=True).failed()
    assert rules(done) == {(pod, f"worker_url_{what}") for pod in (ZERO, ONE) for what in ("shared", "overridden")}
    assert done["pods"][0]["worker_url"] == vip and not done["pods"][0]["url_unique"]
    assert done["pods"][0]["reaches"][ONE].startswith("wrong host: ")
    assert "Remove worker_self_reference_url from customServiceConfig" in done["msg"]
    probe = workers.module("glance_import_probe", authenticate="worker").failed()
    (api,) = probe["apis"]
    assert [(pair["status"], pair["stage_host"]) for pair in api["pairs"]] == [("importing", vip)] * 2
    assert f"All workers advertise the same URL {vip}" in probe["msg"]
    assert "stays in status 'importing': its import failed for dcn0" in probe["msg"]
    assert api["leftovers"] == []
    assert workers.run("ls", STAGING) == ["", ""]
    assert json.dumps(api).count('"ok": false') == 3
