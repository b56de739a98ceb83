# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to a container, with a podman that only records its arguments."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound
from ansible.playbook.play_context import PlayContext

from ansible_collections.dcn.glance_lab.plugins.connection.podman_exec import Connection
from ansible_collections.dcn.glance_lab.plugins.plugin_utils import namespaces

PODMAN = """\
#!/bin/sh
printf '%s\\n' "$@" >"$0.arguments"
cat >"$0.stdin"
echo "$STDOUT"
printf '%s' "$STDERR" >&2
exit "$CODE"
"""


@pytest.fixture
def podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "podman"
    program.write_text(PODMAN)
    program.chmod(0o755)
    answer(monkeypatch)
    return program


def answer(monkeypatch: pytest.MonkeyPatch, code: int = 0, stdout: str = "", stderr: str = "") -> None:
    for name, value in {"CODE": str(code), "STDOUT": stdout, "STDERR": stderr}.items():
        monkeypatch.setenv(name, value)


def connect(program: Path | str, **options: t.Any) -> Connection:
    connection = Connection(PlayContext())
    defaults = {"remote_addr": "dcn0", "remote_user": None, "podman_executable": str(program), "podman_sudo": False}
    defaults["network"] = "no-such-network"
    connection._options = {**defaults, **options}
    return connection


def arguments(program: Path) -> list[str]:
    return program.with_name("podman.arguments").read_text().splitlines()


def test_a_command_is_one_podman_exec(podman: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, 3, "out", "err")
    connection = connect(podman)
    assert connection.exec_command("/bin/sh -c 'echo a b && sleep 0'") == (3, b"out\n", b"err")
    assert arguments(podman) == ["exec", "dcn0", "/bin/sh", "-c", "echo a b && sleep 0"]


def test_a_module_comes_through_standard_input(podman: Path) -> None:
    connection = connect(podman, remote_user="glance")
    connection.exec_command("/usr/bin/python3", in_data=b"print(1)")
    assert connection.has_pipelining
    assert arguments(podman) == ["exec", "--interactive", "--user=glance", "dcn0", "/usr/bin/python3"]
    assert podman.with_name("podman.stdin").read_bytes() == b"print(1)"


def test_files_are_copied_by_standard_input_and_output(
    podman: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "source").write_bytes(b"\0\xff content")
    connect(podman).put_file(str(tmp_path / "source"), "/tmp/a b")
    assert arguments(podman) == ["exec", "--interactive", "dcn0", "sh", "-c", 'cat >"$1"', "sh", "/tmp/a b"]
    assert podman.with_name("podman.stdin").read_bytes() == b"\0\xff content"

    answer(monkeypatch, stdout="fetched")
    connect(podman).fetch_file("/tmp/a b", str(tmp_path / "target"))
    assert arguments(podman) == ["exec", "dcn0", "cat", "--", "/tmp/a b"]
    assert (tmp_path / "target").read_bytes() == b"fetched\n"


def test_a_copy_that_fails_names_the_file(podman: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AnsibleFileNotFound, match="/nothing does not exist on the controller"):
        connect(podman).put_file("/nothing", "/tmp/x")
    answer(monkeypatch, 1, stderr="cat: /tmp/x: No such file or directory")
    with pytest.raises(AnsibleError, match="Cannot copy /tmp/x of the container dcn0: cat: /tmp/x: No such file"):
        connect(podman).fetch_file("/tmp/x", str(tmp_path / "target"))
    with pytest.raises(AnsibleError, match="Cannot copy /tmp/x of the container dcn0"):
        connect(podman).put_file(str(podman), "/tmp/x")


@pytest.mark.parametrize(
    "code, stderr",
    [
        (125, 'Error: no container with name or ID "dcn0" found: no such container'),
        (255, "Error: can only create exec sessions on running containers: container state improper"),
    ],
    ids=["missing", "stopped"],
)
def test_a_container_that_does_not_run_is_unreachable(
    podman: Path, monkeypatch: pytest.MonkeyPatch, code: int, stderr: str
) -> None:
    answer(monkeypatch, code, stderr=stderr)
    with pytest.raises(AnsibleConnectionFailure, match="container dcn0 does not run commands .*; lab_up starts it"):
        connect(podman).exec_command("/bin/sh -c true")


def test_a_command_may_end_with_the_same_exit_code(podman: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, 255, stderr="ssh: connect failed")
    assert connect(podman).exec_command("/bin/sh -c true")[0] == 255


def test_a_controller_without_podman_is_named() -> None:
    with pytest.raises(AnsibleConnectionFailure, match="Cannot run /no/podman to reach the container dcn0: No such"):
        connect("/no/podman").exec_command("/bin/sh -c true")


@pytest.mark.parametrize("user, words", [(0, ["podman"]), (1000, ["sudo", "--non-interactive", "podman"])])
def test_sudo_is_used_where_the_user_is_not_root(monkeypatch: pytest.MonkeyPatch, user: int, words: list[str]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    connection = connect("podman", podman_sudo=None)
    assert connection._command(["true"], interactive=False) == ([*words, "exec", "dcn0", "true"], None)


def _record(monkeypatch: pytest.MonkeyPatch, directory: Path, pid: int) -> None:
    """The file that podman writes for the container, with the id of this process."""
    monkeypatch.setattr(namespaces, "PID_FILES", directory)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.delenv("CONTAINERS_STORAGE_CONF", raising=False)
    monkeypatch.setattr(namespaces.shutil, "which", lambda name: f"/usr/bin/{name}")
    (directory / "lab").mkdir()
    (directory / "lab" / "dcn0.pid").write_text(f"{pid}\n")


@pytest.mark.skipif(not Path("/etc/hostname").exists(), reason="this machine has no /etc/hostname")
def test_root_enters_the_namespaces_of_the_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _record(monkeypatch, tmp_path, os.getpid())
    name = Path("/etc/hostname").read_text().strip()
    (tmp_path / "lab" / f"{name}.pid").write_text(f"{os.getpid()}\n")
    words = namespaces.enter(name, "lab")
    assert words[:2] == ["sh", "-c"] and words[-1] == str(os.getpid())
    # The process belongs to a container of another name.
    assert namespaces.enter("dcn0", "lab") == []
    assert namespaces.enter(name, "other") == []


@pytest.mark.parametrize("reason", ["no process", "no number", "user", "storage", "tool"])
def test_podman_enters_where_the_namespaces_cannot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reason: str
) -> None:
    _record(monkeypatch, tmp_path, os.getpid())
    (tmp_path / "lab" / "dcn0.pid").write_text(
        {"no process": "4194305", "no number": "\xb2"}.get(reason, str(os.getpid()))
    )
    monkeypatch.setattr(namespaces.pathlib.Path, "read_text", _read_text("dcn0", Path.read_text))
    if reason == "user":
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
    if reason == "storage":
        monkeypatch.setenv("CONTAINERS_STORAGE_CONF", "/tmp/storage.conf")
    if reason == "tool":
        monkeypatch.setattr(namespaces.shutil, "which", lambda name: None)
    assert namespaces.enter("dcn0", "lab") == []


def _read_text(hostname: str, read: t.Callable[..., str]) -> t.Callable[..., str]:
    def apply(path: Path, *args: t.Any, **options: t.Any) -> str:
        text = read(path, *args, **options)
        return hostname if path.name == "hostname" else text

    return apply
