# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three modules in this process, against a cluster in memory."""

from __future__ import annotations

import json

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube import module as kube_module
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FORBIDDEN, ExecResult, KubeError
from ansible_collections.dcn.glance.plugins.modules import glance_import_probe, glance_pod_exec, glance_pod_info
from ansible_collections.dcn.glance.tests.support.fakes.pods import inspection
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

ZERO, ONE, TWO = (f"glance-central-external-api-{number}" for number in range(3))


@pytest.fixture
def run(api, capsys, monkeypatch):
    monkeypatch.setattr(kube_module, "kube_client", lambda module: api)

    def call(module, check=False, **options):
        set_arguments(monkeypatch, options, check=check)
        with pytest.raises(SystemExit):
            module.main()
        return json.loads(capsys.readouterr().out)

    return call


OPTIONS = {
    glance_pod_exec: {"command": ["true"]},
    glance_pod_info: {},
    glance_import_probe: {"authenticate": "worker"},
}


@pytest.mark.parametrize("module", OPTIONS, ids=lambda module: module.__name__.rpartition(".")[2])
class TestEveryModule:
    def test_a_missing_permission_is_named(self, run, api, module):
        error = KubeError(FORBIDDEN, "It needs the verb 'list'.", status=403, verb="list", resource="pods")
        api.fail("list", "pods", error)
        result = run(module, **OPTIONS[module])
        assert (result["failed"], result["reason"], result["verb"], result["msg"]) == (
            True,
            "forbidden",
            "list",
            "It needs the verb 'list'.",
        )

    def test_all_numbers_that_are_not_positive_are_reported(self, run, api, module):
        result = run(module, timeout=0, concurrency=-1, **OPTIONS[module])
        assert result["problems"] == ["timeout: 0 is not more than 0", "concurrency: -1 is not more than 0"]
        assert api.calls == 0

    def test_unknown_workers_are_reported(self, run, api, module):
        result = run(module, apis=["central"], pods=[ZERO, "another", "other"], **OPTIONS[module])
        assert len(result["problems"]) == 2
        assert f"existing: {ZERO}, {ONE}, {TWO}" in result["msg"]


@pytest.mark.parametrize("module", [glance_pod_exec, glance_import_probe])
def test_no_worker_at_all(run, module):
    result = run(module, namespace="empty", **OPTIONS[module])
    assert result["failed"] and "no Glance worker in namespace empty" in result["msg"]


def test_an_api_with_0_replicas_is_reported_without_a_failure(run, api):
    api.answers["import_steps"] = active
    info = run(glance_pod_info, apis=["dcn1", "central"], fail_on_problems=True)
    assert (len(info["pods"]), [item["message"] for item in info["problems"]]) == (
        3,
        ["API dcn1 has no worker in namespace openstack."],
    )
    assert run(glance_pod_info, apis=["dcn1"])["pods"] == []
    (problem,) = run(glance_pod_info, namespace="empty")["problems"]
    assert problem["message"] == "There is no Glance worker in namespace empty."
    probe = run(glance_import_probe, apis=["dcn1", "central"], authenticate="worker")
    assert [(item["api"], item["skipped"], item["ok"]) for item in probe["apis"]] == [
        ("central", "", True),
        ("dcn1", "API dcn1 has no worker.", None),
    ]
    command = run(glance_pod_exec, apis=["dcn1"], command=["x"])
    assert command["problems"] == ["apis[0]: no Glance worker belongs to the API 'dcn1'; existing: central"]


def test_exec(run, api):
    api.on("exec", "pods", lambda call: ExecResult(0, json.dumps(call.body["command"]).encode(), call.body["stdin"]))
    done = run(glance_pod_exec, command=["a", "b c"], stdin="hello there")
    assert (done["changed"], [item["pod"] for item in done["results"]]) == (True, [ZERO, ONE, TWO])
    assert json.loads(done["results"][0]["stdout"]) == ["a", "b c"]
    assert "hello there" not in json.dumps(done)  # standard input is a secret, even if the command prints it
    shell = run(glance_pod_exec, shell="a | b", pods=[ONE], read_only=True)
    assert (shell["changed"], json.loads(shell["results"][0]["stdout"])) == (False, ["/bin/sh", "-c", "a | b"])


def test_exec_names_the_failed_pods(run, api):
    api.on("exec", "pods", lambda call: ExecResult(int(call.name == ONE), b"", b"no\n"))
    failed = run(glance_pod_exec, command=["x"])
    assert (failed["failed"], failed["changed"]) == (True, True)
    assert failed["msg"] == f"The command failed in some pods:\n{ONE}: the command exited with code 1: no"
    assert [item["rc"] for item in failed["results"]] == [0, 1, 0]
    fine = run(glance_pod_exec, command=["x"], fail=False)
    assert not fine.get("failed") and fine["failures"] == [f"{ONE}: the command exited with code 1: no"]


def test_exec_in_check_mode(run, api):
    done = run(glance_pod_exec, check=True, command=["x"])
    assert (done["changed"], [item["rc"] for item in done["results"]]) == (True, [None] * 3)
    assert [call.verb for call in api.asked] == ["list"]
    looked = run(glance_pod_exec, check=True, command=["x"], read_only=True)
    assert (looked["changed"], [item["rc"] for item in looked["results"]]) == (False, [0] * 3)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "one of the following is required: command, shell"),
        ({"command": ["a"], "shell": "a"}, "mutually exclusive: command|shell"),
        ({"command": []}, "command: names no program"),
        ({"command": [""]}, "command: names no program"),
        ({"shell": ""}, ""),
    ],
)
def test_exec_input(run, options, text):
    result = run(glance_pod_exec, **options)
    assert text in result.get("msg", "")
    assert result.get("failed", False) == bool(text)


def test_exec_that_ran_in_no_pod_changed_nothing(run, api):
    api.objects.clear()
    api.worker(state={"waiting": {"reason": "ErrImagePull"}})
    result = run(glance_pod_exec, command=["x"])
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["failures"] == [f"{ZERO}: The pod has container glance-httpd in state waiting (ErrImagePull)."]


def test_info(run, api):
    done = run(glance_pod_info, config=True)
    assert (done["changed"], done["problems"]) == (False, [])
    assert [item["name"] for item in done["pods"]] == [ZERO, ONE, TWO]
    assert done["pods"][0]["config"]["DEFAULT"]["worker_self_reference_url"].startswith(f"http://{ZERO}.")
    assert "hunter2x" not in json.dumps(done)


def test_info_fails_on_errors_but_not_on_warnings(run, api):
    api.inspections[ZERO]["staging"]["free_bytes"] = 100 << 20
    warned = run(glance_pod_info, fail_on_problems=True)
    assert not warned.get("failed") and [item["rule"] for item in warned["problems"]] == ["staging_full"]
    assert run(glance_pod_info, staging_min_free=1 << 20)["problems"] == []
    api.inspections[ONE]["staging"]["writable"] = False
    failed = run(glance_pod_info, fail_on_problems=True)
    assert failed["failed"] and len(failed["pods"]) == 3
    assert failed["msg"].splitlines()[1:] == [
        f"{ONE}: The staging directory /var/lib/glance/os_glance_staging_store is not writable by the account that"
        " runs Glance. Check the owner of the volume and the pod's fsGroup."
    ]
    assert [item["severity"] for item in failed["problems"]] == ["error", "warning"]


def test_info_input(run, api):
    result = run(glance_pod_info, expected={"central": {"file": []}})
    assert result["problems"][0].startswith("expected.central.file: is not a known key")
    assert api.calls == 0


def test_a_limit_on_restarts(run, api):
    api.worker(restarts=3)
    assert [item["rule"] for item in run(glance_pod_info)["problems"]] == ["container_restarting"]
    assert run(glance_pod_info, restarts_allowed=3)["problems"] == []


def active(name, options):
    if options["step"] == "find":
        return {"ok": True, "images": [], "seconds": 0.1}
    if options["step"] == "stage":
        return {"ok": True, "stage_host": "", "note": "", "seconds": 0.1}
    if options["step"] == "clean":
        return {"ok": True, "deleted": True, "error": "", "files": [], "seconds": 0.1}
    image = {"id": options["image"], "status": "active"}
    return {"ok": True, "image": image, "tasks": [], "finished": True, "seconds": 0.1}


def test_probe(run, api):
    api.answers["import_steps"] = active
    done = run(glance_import_probe, authenticate="worker", size=1024)
    assert (done["changed"], done["apis"][0]["ok"], len(done["apis"][0]["pairs"])) == (False, True, 3)
    sent = [options for _pod, program, options in api.sent if program == "import_steps" and options["image"]]
    assert all(options["service"] is True and "auth" not in options for options in sent)
    assert len({options["image"] for options in sent}) == 3


def test_probe_in_check_mode_sends_nothing_into_a_pod(run, api):
    done = run(glance_import_probe, check=True, authenticate="host")
    assert [pair["status"] for pair in done["apis"][0]["pairs"]] == ["planned"] * 3
    assert [call.verb for call in api.asked] == ["list"]


def test_probe_with_credentials_for_the_pods(run, api):
    api.answers["import_steps"] = active
    auth = {"username": "prober", "password": "pw-of-nothing", "project_name": "some-project"}
    done = run(glance_import_probe, authenticate="pod", openstack={"auth": auth})
    assert done["apis"][0]["ok"]
    assert api.sent[-1][2]["auth"] == auth
    assert "pw-of-nothing" not in json.dumps(done)


def test_probe_that_fails(run, api):
    vip = "http://vip.example.com:9292"
    for name in (ZERO, ONE, TWO):
        made = next(body for key, body in api.objects.items() if key[2] == name)
        api.inspections[name] = inspection(made, worker_url=vip)
    stuck = {"status": "importing", "os_glance_failed_import": "central"}

    def answer(name, options):
        good = active(name, options)
        return {**good, "image": {**good["image"], **stuck}} if options["step"] == "import" else good

    api.answers["import_steps"] = answer
    failed = run(glance_import_probe, authenticate="worker")
    assert (failed["failed"], failed["changed"]) == (True, False)
    assert failed["msg"].count(f"All workers advertise the same URL {vip}") == 3
    assert not run(glance_import_probe, authenticate="worker", fail=False).get("failed")


@pytest.mark.parametrize(("one", "pairs"), [("skip", 0), ("probe", 1)])
def test_probe_with_one_worker(run, api, one, pairs):
    api.answers["import_steps"] = active
    done = run(glance_import_probe, authenticate="worker", pods=[ZERO], one_worker=one)
    assert len(done["apis"][0]["pairs"]) == pairs
    assert bool(done["apis"][0]["skipped"]) == (not pairs)


def test_probe_without_the_library(run, monkeypatch):
    monkeypatch.setattr(glance_import_probe, "HAS_SDK", False)
    result = run(glance_import_probe)
    assert result["failed"] and "python3-openstacksdk" in result["msg"]
