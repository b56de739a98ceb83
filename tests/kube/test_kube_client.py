# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's commands in containers, on a real kubelet."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube import exec as kube_exec
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import PODS, SECRETS, KubeError
from ansible_collections.dcn.glance.tests.support.kube.scale import Space

BYTES = bytes(range(256)) * 8192


@pytest.fixture(scope="module")
def space(kubeconfig: str) -> Iterator[Space]:
    space = Space(kubeconfig)
    space.statefulset("box", 1)
    yield space
    space.close()


@pytest.mark.parametrize("protocol", [kube_exec.V5, "v9.channel.k8s.io"])
def test_everything_comes_back_apart(space: Space, protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the server does not know the newest protocol, which alone can end stdin."""
    monkeypatch.setattr(kube_exec, "V5", protocol)
    script = "cat; echo trouble >&2; exit 7"
    found = space.api.execute(space.name, "box-0", "main", ["sh", "-c", script], stdin=BYTES)
    assert (found.rc, found.stdout == BYTES, found.stderr) == (7, True, b"trouble\n")
    assert space.api.execute(space.name, "box-0", "main", ["printf", "%s|", "a b", "$HOME", "é"]).stdout.decode() == (
        "a b|$HOME|é|"
    )


@pytest.mark.parametrize(("command", "rc"), [(["true"], 0), (["no-such-program"], 127), (["/etc/passwd"], 126)])
def test_exit_codes(space: Space, command: list[str], rc: int) -> None:
    assert space.api.execute(space.name, "box-0", "", command).rc == rc


@pytest.mark.parametrize(
    ("pod", "container", "reason"),
    [("box-0", "main", "timeout"), ("nobody-0", "main", "not_found"), ("box-0", "nobody", "invalid")],
)
def test_commands_that_do_not_run_or_end(space: Space, pod: str, container: str, reason: str) -> None:
    begun = time.monotonic()
    with pytest.raises(KubeError) as caught:
        space.api.execute(space.name, pod, container, ["sleep", "600"], timeout=1)
    assert caught.value.reason == reason and pod in str(caught.value)
    assert time.monotonic() - begun < 300, "the command's own end was waited for"


def test_a_dry_run_writes_nothing(space: Space) -> None:
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "dry"}, "stringData": {"a": "1"}}
    space.api.create(SECRETS, space.name, body, dry_run=True)
    assert space.api.get(SECRETS, space.name, "dry") is None
    made = space.api.create(SECRETS, space.name, body)
    patch = {"stringData": {"a": "2"}}
    space.api.patch(SECRETS, space.name, "dry", patch, kind="merge", dry_run=True)
    space.api.replace(SECRETS, space.name, "dry", {**made, "data": {}}, dry_run=True)
    space.api.delete(SECRETS, space.name, "dry", uid=made["metadata"]["uid"], dry_run=True)
    found = space.api.get(SECRETS, space.name, "dry")
    assert found is not None and found["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]
    with pytest.raises(KubeError) as caught:
        space.api.delete(SECRETS, space.name, "dry", uid="11111111-2222-3333-4444-555555555555", dry_run=True)
    assert caught.value.reason == "conflict"
    space.api.delete(SECRETS, space.name, "dry")
    assert space.api.get(SECRETS, space.name, "dry") is None


def test_a_refused_secret_is_not_quoted(space: Space) -> None:
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"key": "AQD not base64 =="}}
    with pytest.raises(KubeError) as caught:
        space.api.create(SECRETS, space.name, body)
    assert caught.value.reason == "invalid" and "AQD" not in str(caught.value)


def test_rights(space: Space) -> None:
    assert space.api.allowed("create", PODS, space.name, "exec")
