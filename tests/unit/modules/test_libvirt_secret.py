# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module libvirt_secret, from its options to what it prints, with a program virsh that has a state.

tests/lab/test_libvirt_secret.py runs it against libvirt.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import recipient, sealing
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.modules import libvirt_secret
from ansible_collections.dcn.glance.tests.support.fakes.ceph import make_key
from ansible_collections.dcn.glance.tests.support.fakes.virsh import FakeVirsh
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

DISKS = "4f1c2e5a-0b7d-4a39-9c56-3d1f7a2b8e60"
VOLUMES = "0d3c6a51-52cb-5a5b-8f14-9d6b0b1f3a77"
OTHER = "11111111-1111-4111-8111-111111111111"
NOVA, CINDER = "client.nova.dcn0", "client.cinder.dcn0"
NOVA_KEY, CINDER_KEY, OLD_KEY = make_key(1), make_key(2), make_key(3)
KEYS = (NOVA_KEY, CINDER_KEY, OLD_KEY)
USAGE = f"{NOVA} {DISKS}"
Run = Callable[..., dict[str, Any]]


@pytest.fixture(name="virsh")
def virsh_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeVirsh:
    virsh = FakeVirsh(tmp_path / "bin")
    monkeypatch.setenv("PATH", virsh.path)
    return virsh


@pytest.fixture(name="run")
def run_fixture(virsh: FakeVirsh, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the module. Every run also proves that no key is in what it prints, or in the arguments of a program."""

    def run(*secrets: dict[str, Any], check: bool = False, **arguments: Any) -> dict[str, Any]:
        set_arguments(monkeypatch, {"secrets": list(secrets), **arguments}, check=check, diff=True)
        with pytest.raises(SystemExit):
            libvirt_secret.main()
        output = capfd.readouterr()
        for key in KEYS:
            assert key not in output.out + output.err
            assert key not in json.dumps(virsh.calls())
        result: dict[str, Any] = json.loads(output.out)
        result["all_warnings"] = f"{result.get('warnings')} {' '.join(output.err.split())}"
        return result

    return run


@pytest.fixture(name="nova")
def nova_fixture(tmp_path: Path) -> dict[str, Any]:
    """The secret for disks, whose key is in a keyring."""
    path = tmp_path / "nova.keyring"
    path.write_text(f"[{NOVA}]\n\tkey = {NOVA_KEY}\n")
    return {"uuid": DISKS.upper(), "client": NOVA, "key_id": key_id(NOVA_KEY), "keyring": str(path)}


@pytest.fixture(name="cinder")
def cinder_fixture(tmp_path: Path) -> dict[str, Any]:
    """The secret for volumes, whose key was encrypted for this host."""
    openssl = sealing.Openssl(shutil.which("openssl"))
    public = recipient.public_key(lambda: openssl, str(tmp_path / "run"), create=True)
    assert public
    sealed = sealing.seal(openssl, sealing.check_public_key(openssl, public), "dcn0", CINDER, CINDER_KEY)
    keys = {"key_id": key_id(CINDER_KEY), "sealed": sealed, "keyring": str(tmp_path / "missing")}
    return {"uuid": VOLUMES, "client": CINDER, "cluster": "dcn0", **keys}


def test_two_secrets_from_a_keyring_and_an_encrypted_key(
    run: Run, virsh: FakeVirsh, nova: dict[str, Any], cinder: dict[str, Any], tmp_path: Path
) -> None:
    directory = {"recipient_directory": str(tmp_path / "run")}
    predicted = run(nova, cinder, check=True, **directory)
    assert virsh.secrets == {}
    done = run(nova, cinder, **directory)
    assert {key: predicted[key] for key in ("changed", "secrets", "diff")} == {
        key: done[key] for key in ("changed", "secrets", "diff")
    }
    assert [(each["uuid"], each["action"]) for each in done["secrets"]] == [(DISKS, "create"), (VOLUMES, "create")]
    assert f"key: {key_id(NOVA_KEY)}" in done["diff"][0]["after"]
    flags = {"ephemeral": "no", "private": "no", "type": "ceph"}
    assert virsh.secrets == {
        DISKS: {**flags, "usage": USAGE, "value": NOVA_KEY},
        VOLUMES: {**flags, "usage": f"{CINDER} {VOLUMES}", "value": CINDER_KEY},
    }
    before = len(virsh.calls())
    # The secrets hold the keys already, so no encrypted key is needed.
    again = run(nova, {**cinder, "sealed": None}, recipient_directory="/nonexistent")
    assert again["changed"] is False and again["diff"] == []
    assert {call[3] for call in virsh.calls()[before:]} == {"secret-list", "secret-dumpxml", "secret-get-value"}


@pytest.mark.parametrize(
    ("found", "action", "reason"),
    [
        ({"value": OLD_KEY}, "update", f"has another value (key {key_id(OLD_KEY)})"),
        ({"value": None}, "update", "has no value"),
        ({"value": ""}, "update", "has no value"),
        ({"ephemeral": "yes"}, "update", "is lost when libvirt restarts (ephemeral)"),
        ({"private": "yes"}, "replace", "is private, so that its value cannot be compared"),
        ({"usage": "client.openstack secret"}, "replace", "has the usage ceph 'client.openstack secret'"),
        ({"type": "volume", "usage": USAGE}, "replace", f"has the usage volume '{USAGE}'"),
    ],
)
def test_what_differs_is_repaired(
    run: Run, virsh: FakeVirsh, nova: dict[str, Any], found: dict[str, str], action: str, reason: str
) -> None:
    virsh.add(OTHER, "x & y", OLD_KEY)
    virsh.add(DISKS, **{"usage": USAGE, "value": NOVA_KEY, **found})
    wrong = virsh.secrets
    predicted = run(nova, check=True)
    assert virsh.secrets == wrong
    done = run(nova)
    assert predicted["secrets"] == done["secrets"] and predicted["diff"] == done["diff"]
    assert [(each["action"], each["reason"]) for each in done["secrets"]] == [(action, reason)]
    assert done["diff"][0]["before"] != done["diff"][0]["after"]
    right = {"type": "ceph", "usage": USAGE, "ephemeral": "no", "private": "no", "value": NOVA_KEY}
    assert virsh.secrets == {OTHER: wrong[OTHER], DISKS: right}
    assert run(nova)["changed"] is False


def test_removal(run: Run, virsh: FakeVirsh) -> None:
    virsh.add(DISKS, USAGE, NOVA_KEY)
    absent = {"uuid": DISKS, "state": "absent"}
    assert run(absent, check=True)["secrets"][0]["action"] == "remove"
    assert DISKS in virsh.secrets
    assert run(absent)["changed"] and virsh.secrets == {}
    assert run(absent)["changed"] is False


def test_a_usage_moves_to_another_secret(run: Run, virsh: FakeVirsh, nova: dict[str, Any]) -> None:
    """After a cluster was made anew, the secret of the old one still has the usage."""
    virsh.add(OTHER, "disks", OLD_KEY)
    secret = {**nova, "usage": "disks"}
    result = run(secret)
    assert result["failed"] and result["reason"] == "input_invalid"
    assert f"secrets[0].usage: 'disks' is the usage of the secret {OTHER} of libvirt." in result["msg"]
    assert run(secret, {"uuid": OTHER, "state": "absent"})["changed"]
    assert {uuid: each["usage"] for uuid, each in virsh.secrets.items()} == {DISKS: "disks"}


def test_the_keyring_alone(run: Run, virsh: FakeVirsh, nova: dict[str, Any]) -> None:
    del nova["key_id"]
    assert run(nova)["changed"]
    assert virsh.secrets[DISKS]["value"] == NOVA_KEY
    assert run(nova)["changed"] is False


def test_a_key_that_is_not_known_yet(run: Run, virsh: FakeVirsh, nova: dict[str, Any]) -> None:
    """In the check mode of a first run neither the client nor the keyring exists."""
    unknown = {**nova, "key_id": None, "keyring": "/nonexistent"}
    result = run(unknown, check=True)
    assert result["changed"] and "key: (not known yet)" in result["diff"][0]["after"]
    result = run(unknown)
    assert result["failed"] and result["reason"] == "sealing_failed"
    assert f"The key of {NOVA} for the secret {DISKS} is not on this host: /nonexistent has none" in result["msg"]
    assert virsh.secrets == {}


def test_all_keys_are_known_before_the_first_secret_is_changed(
    run: Run, virsh: FakeVirsh, nova: dict[str, Any], cinder: dict[str, Any]
) -> None:
    result = run(nova, cinder, recipient_directory="/nonexistent")
    assert result["failed"] and "/nonexistent/recipient.key does not exist" in result["msg"]
    result = run(nova, {**cinder, "sealed": None})
    assert result["failed"] and "no encrypted key was given" in result["msg"]
    assert virsh.secrets == {}


def test_what_was_done_before_an_error(run: Run, virsh: FakeVirsh, nova: dict[str, Any]) -> None:
    virsh.change(failing={"secret-set-value": "disk full"})
    result = run(nova)
    assert result["failed"] and result["reason"] == "failed"
    assert result["msg"] == (
        f"libvirt (qemu:///system) could not set the value of the secret {DISKS}: disk full. Already done: {DISKS} "
        "defined. Run again."
    )
    virsh.change(failing={})
    assert run(nova)["secrets"][0]["reason"] == "has no value"
    assert virsh.secrets[DISKS]["value"] == NOVA_KEY


def test_a_container_without_standard_input(run: Run, virsh: FakeVirsh, nova: dict[str, Any]) -> None:
    virsh.add(DISKS, USAGE, OLD_KEY)
    virsh.change(deaf=True)
    result = run(nova, exec=["env"])
    assert result["failed"]
    assert "libvirt (qemu:///system, by env) has not stored the value" in result["msg"]
    assert "podman exec -i NAME" in result["msg"]


@pytest.mark.parametrize(
    ("options", "reason", "parts"),
    [
        ({}, "not_connected", ["cannot be reached to list the secrets", "No such file", "Start libvirt on this host"]),
        (
            {"exec": ["sh", "-c", "echo 'no such container' >&2; exit 125"]},
            "tool_missing",
            ["no such container", "'exec'"],
        ),
        ({"exec": ["/nonexistent/podman"]}, "tool_missing", ["/nonexistent/podman is not installed on this host"]),
        ({"exec": ["sh", "-c", "sleep 9"], "timeout": 1}, "timed_out", ["within 1 seconds", "opens no terminal"]),
    ],
)
def test_libvirt_cannot_be_used(
    run: Run, virsh: FakeVirsh, nova: dict[str, Any], options: dict[str, Any], reason: str, parts: list[str]
) -> None:
    virsh.change(down="Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory")
    for check in (True, False):
        result = run(nova, check=check, **options)
        assert (result["failed"], result["reason"]) == (True, reason)
        assert [part for part in parts if part not in result["msg"]] == []


def test_without_libvirt(run: Run, nova: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(libvirt_secret.AnsibleModule, "get_bin_path", lambda *_arguments: None)
    result = run(nova, required=False)
    assert (result["changed"], result["secrets"]) == (False, [])
    assert "libvirt is not installed on this host, so its secrets were not made" in result["all_warnings"]
    result = run(nova)
    assert result["failed"] and "virsh is in the package" in result["msg"]


def test_every_problem_of_the_input(run: Run, virsh: FakeVirsh) -> None:
    result = run(
        {"uuid": "x", "client": "nova"},
        {"uuid": DISKS, "client": NOVA, "cluster": "a b", "usage": "a\nb"},
        {"uuid": DISKS, "client": NOVA, "sealed": "blob", "usage": "u"},
        {"uuid": OTHER, "client": NOVA, "usage": "u"},
    )
    assert result["reason"] == "input_invalid"
    assert [line.partition(": ")[0] for line in result["msg"].splitlines()] == [
        "secrets[0].uuid", "secrets[0].client", "secrets[1].cluster", "secrets[1].usage", "secrets[2].sealed",
        "secrets[2].uuid", "secrets[3].usage",
    ]  # fmt: skip
    assert "missing: client" in run({"uuid": DISKS})["msg"]
    assert virsh.calls() == []
