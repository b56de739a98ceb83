# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport through the ceph program, tested with a program that behaves like it."""

from __future__ import annotations

import errno
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import (
    clients_input,
    connect,
    transport_cli,
    transport_rados,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_write import manage
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import NOT_SENT, MonCommand
from ansible_collections.dcn.glance.plugins.module_utils._ceph.monitors import CephAuth
from ansible_collections.dcn.glance.plugins.module_utils._ceph.transport_cli import CliTransport
from ansible_collections.dcn.glance.tests.support.fakes import ceph_program as fake_ceph_program
from ansible_collections.dcn.glance.tests.support.fakes.ceph import make_key

PROGRAM = fake_ceph_program.__file__
CAPS = ("mon", "profile rbd", "osd", 'profile rbd pool="im ages"')


class FakeProgram:
    """The state file of the fake program."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.save({"clients": {}, "pools": ["images"]})

    def save(self, state: dict[str, Any]) -> None:
        self.path.write_text(json.dumps(state))

    def load(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.path.read_text())
        return state

    def change(self, **values: Any) -> None:
        self.save({**self.load(), **values})

    def transport(self, timeout: int = 5, keyring: str | None = None) -> CliTransport:
        prefix = [sys.executable, PROGRAM, str(self.path)]
        return CliTransport(prefix, "/etc/ceph/ceph.conf", "client.admin", keyring, timeout, "dcn0")


@pytest.fixture
def fake(tmp_path: Path) -> FakeProgram:
    return FakeProgram(tmp_path / "state")


def get(name: str) -> MonCommand:
    return MonCommand("auth get", name)


def test_many_reads_are_one_process(fake: FakeProgram) -> None:
    stored = {"entity": "client.a", "key": make_key(), "caps": {}}
    fake.change(clients={"client.a": stored})
    transport = fake.transport()
    replies = transport.read([MonCommand("mon dump"), get("client.gone"), get("client.a"), MonCommand("osd pool ls")])
    assert [reply.code for reply in replies] == [0, errno.ENOENT, 0, 0]
    assert json.loads(replies[0].out)["mons"][0]["name"] == "a"
    assert json.loads(replies[2].out) == [stored]
    assert json.loads(replies[3].out) == ["images"]
    assert transport.calls == {"processes": 1, "mon_commands": 4}


def test_many_changes_are_one_process(fake: FakeProgram) -> None:
    fake.change(
        clients={
            "client.b": {"entity": "client.b", "key": make_key(2), "caps": {"mon": "allow r"}},
            "client.c": {"entity": "client.c", "key": make_key(3), "caps": {}},
        }
    )
    transport = fake.transport()
    replies = transport.write(
        [
            MonCommand("auth get-or-create", "client.a", CAPS),
            MonCommand("auth caps", "client.b", CAPS),
            MonCommand("auth rm", "client.c"),
        ]
    )
    assert [reply.code for reply in replies] == [0, 0, 0]
    assert transport.calls["processes"] == 1
    clients = fake.load()["clients"]
    assert sorted(clients) == ["client.a", "client.b"]
    assert clients["client.a"]["caps"] == clients["client.b"]["caps"] == dict(zip(CAPS[::2], CAPS[1::2]))
    assert json.loads(replies[0].out)[0]["key"] == clients["client.a"]["key"]


def test_a_command_without_a_result_is_run_again_for_its_exit_code(fake: FakeProgram) -> None:
    fake.change(faults={"auth get-or-create client.b": "EINVAL", "auth get client.x": "EACCES"})
    transport = fake.transport()
    replies = transport.write(
        [MonCommand("auth get-or-create", name, CAPS) for name in ("client.a", "client.b", "client.c")]
    )
    assert [reply.code for reply in replies] == [0, errno.EINVAL, 0]
    assert replies[1].text == "made to fail"
    assert transport.calls["processes"] == 2
    assert [reply.code for reply in transport.read([get("client.x")])] == [errno.EACCES]


def test_changes_are_verified_by_reading_back(fake: FakeProgram) -> None:
    stored = {
        name: {"entity": name, "key": make_key(), "caps": {"mon": "allow r"}} for name in ("client.b", "client.c")
    }
    fake.change(clients=stored, faults={"auth caps client.b": "EINVAL", "auth rm client.c": "EACCES"})
    replies = fake.transport().write([MonCommand("auth caps", "client.b", CAPS), MonCommand("auth rm", "client.c")])
    assert [reply.code for reply in replies] == [errno.EINVAL, errno.EACCES]
    # A client that was not read back, for whatever reason, does not count as removed.
    fake.change(faults={"auth rm client.c": "EACCES", "auth get client.c": "ETIMEDOUT"})
    assert [reply.code for reply in fake.transport().write([MonCommand("auth rm", "client.c")])] == [errno.EACCES]


def test_a_key_is_tried_without_being_an_argument(fake: FakeProgram) -> None:
    fake.change(clients={"client.a": {"entity": "client.a", "key": make_key(), "caps": {}}})
    transport = fake.transport(keyring="/k")
    assert transport.accepts("client.a", make_key())
    assert not transport.accepts("client.a", make_key(2))
    assert not transport.accepts("client.gone", make_key())
    # The command is not permitted, but the key is accepted.
    fake.change(faults={"mon stat": "EACCES"})
    assert transport.accepts("client.a", make_key())
    fake.change(start=["[errno 110] RADOS timed out (error connecting to the cluster)", 1])
    with pytest.raises(CephError) as caught:
        transport.accepts("client.a", make_key())
    assert caught.value.reason == "mon_unreachable"
    for arguments in fake.load()["argv"]:
        assert arguments[4] in ("client.a", "client.gone") and "/k" not in arguments
        assert make_key() not in arguments and make_key(2) not in arguments


def test_arguments_contain_no_commands_and_no_keys(fake: FakeProgram) -> None:
    transport = fake.transport(keyring="/k")
    transport.write([MonCommand("auth get-or-create", "client.a", CAPS)])
    transport.read([get("client.a")])
    key = fake.load()["clients"]["client.a"]["key"]
    for arguments in fake.load()["argv"]:
        assert arguments == [
            "ceph", "--conf", "/etc/ceph/ceph.conf", "--name", "client.admin", "--connect-timeout", "5",
            "--keyring", "/k", "--rados_mon_op_timeout=5", "--format", "json",
        ]  # fmt: skip
        assert key not in arguments


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("Error initializing cluster client: ObjectNotFound('error calling conf_read_file')", 1, "conf_missing"),
        (
            "auth: unable to find a keyring on /a: (2) No such file\n[errno 2] RADOS object not found",
            1,
            "keyring_missing",
        ),
        (
            "auth: unable to find a keyring on /default: (2) No such file\n[errno 13] RADOS permission denied",
            13,
            "auth_failed",
        ),
        (
            "monclient: authenticate NOTE: no keyring found; disabled cephx authentication\n"
            "[errno 13] RADOS permission",
            13,
            "keyring_missing",
        ),
        ("[errno 13] RADOS permission denied (error connecting to the cluster)", 13, "auth_failed"),
        (
            "Error initializing cluster client: PermissionDeniedError('[errno 13] RADOS permission denied "
            "(error calling conf_read_file)')",
            1,
            "conf_unreadable",
        ),
        (
            "Error initializing cluster client: PermissionDeniedError('error calling conf_read_file')",
            1,
            "conf_unreadable",
        ),
        (
            "2026-01-01T00:00:00.000+0000 7f00 -1 auth: unable to find a keyring on /a: (13) Permission denied\n"
            "[errno 13] RADOS permission denied",
            13,
            "keyring_unreadable",
        ),
        (
            "auth: failed to load /a: (13) Permission denied\n[errno 13] RADOS permission denied",
            13,
            "keyring_unreadable",
        ),
        ("auth: failed to load /a: (5) Input/output error\n[errno 5] RADOS I/O error", 1, "keyring_unreadable"),
        ("permission denied while trying to connect to the Docker daemon socket", 1, "not_permitted"),
        ("Error: crun: open executable: Permission denied: OCI permission denied", 126, "not_permitted"),
        ("Error: crun: executable file `ceph` not found in $PATH", 127, "tool_missing"),
        ("[errno 110] RADOS timed out (error connecting to the cluster)", 1, "mon_unreachable"),
        ("Cluster connection interrupted or timed out", 1, "mon_unreachable"),
        ("Error: no container with name or ID", 125, "tool_missing"),
        ("something else", 3, "failed"),
    ],
)
def test_reasons_why_the_program_stopped(fake: FakeProgram, text: str, code: int, reason: str) -> None:
    fake.change(start=[text, code])
    with pytest.raises(CephError) as caught:
        fake.transport().read([get("client.a")])
    assert caught.value.reason == reason
    assert "message of a library" not in str(caught.value)


def test_a_missing_program() -> None:
    transport = CliTransport(["/nowhere/podman", "exec"], "/c", "client.admin", None, 5, "dcn0")
    with pytest.raises(CephError, match="/nowhere/podman is not installed") as caught:
        transport.read([get("client.a")])
    assert caught.value.reason == "tool_missing"


def test_a_program_that_this_user_cannot_run(tmp_path: Path) -> None:
    program = tmp_path / "podman"
    program.write_text("#!/bin/sh\n")
    transport = CliTransport([str(program), "exec"], "/c", "client.admin", None, 5, "dcn0")
    with pytest.raises(CephError, match=f"{program} cannot be run: Permission denied") as caught:
        transport.read([get("client.a")])
    assert caught.value.reason == "not_permitted"


def test_a_hanging_program(fake: FakeProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.change(sleep=30)
    transport = fake.transport(timeout=0)
    monkeypatch.setattr(transport, "_timeout", -5.4)  # twice that, 10 and a second for each command: 0.2 s
    with pytest.raises(CephError, match="did not finish within 0.2 seconds for the cluster dcn0") as caught:
        transport.read([get("client.a")])
    assert caught.value.reason == "timed_out"


#: Commands before the ceph program that behave like a container engine which starts a process and waits for it.
CHILD = "echo $$ >{pids}; sleep 60 & echo $! >>{pids}; wait"
DEAF = f"trap '' TERM; {CHILD}"
PROMPT = f"printf 'ceph> '; {CHILD}"
DETACHED = "setsid sleep 60 & echo $! >{pids}; echo $$ >>{pids}; wait"


@pytest.mark.parametrize(
    ("script", "part", "survivors"),
    [
        (CHILD, "did not finish within 1 seconds", 0),
        (DEAF, "did not finish within 1 seconds", 0),
        (PROMPT, "waited for input on a terminal and was stopped", 0),
        # A process in its own session is out of reach, but must not keep the module waiting.
        (DETACHED, "did not finish within 1 seconds", 1),
        (f"printf 'ceph> '; {DETACHED}", "waited for input on a terminal and was stopped", 1),
    ],
)
def test_everything_that_was_started_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, part: str, survivors: int
) -> None:
    pids = tmp_path / "pids"
    prefix = ["bash", "-c", script.format(pids=pids), "--"]
    transport = CliTransport(prefix, "/c", "client.admin", None, 5, "dcn0")
    monkeypatch.setattr(transport, "_timeout", -5.0)  # a limit of 1 s
    monkeypatch.setattr(transport_cli, "_GRACE", 0.3)
    began = time.monotonic()
    with pytest.raises(CephError, match=part) as caught:
        transport.read([get("client.a")])
    assert caught.value.reason == "timed_out"
    assert time.monotonic() - began < 8
    started = [int(line) for line in pids.read_text().split()]
    assert len(started) == 2
    while len(alive := [pid for pid in started if running(pid)]) > survivors and time.monotonic() - began < 10:
        time.sleep(0.05)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
    assert len(alive) == survivors


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_changes_before_a_hang_are_reported(fake: FakeProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.change(hang="auth get-or-create client.b")
    transport = fake.transport(timeout=0)
    monkeypatch.setattr(transport, "_timeout", -5.5)  # a limit of 2 s for 3 commands
    replies = transport.write(
        [MonCommand("auth get-or-create", name, CAPS) for name in ("client.a", "client.b", "client.c")]
    )
    assert [reply.code for reply in replies] == [0, errno.EIO, errno.EIO]
    assert "did not finish within 2 seconds" in str(replies[1].error)
    assert replies[2].error is replies[1].error
    assert transport.calls["processes"] == 1


@pytest.mark.parametrize(
    ("name", "codes", "processes"),
    [
        # A refusal does not prevent the next command, but a cluster that does not answer does.
        ("EINVAL", [0, errno.EINVAL, errno.EINVAL, 0], 3),
        ("ETIMEDOUT", [0, errno.ETIMEDOUT, NOT_SENT, 0], 2),
    ],
)
def test_commands_after_a_failure(fake: FakeProgram, name: str, codes: list[int], processes: int) -> None:
    fake.change(faults={"auth get-or-create client.b": name, "auth get-or-create client.c": name})
    transport = fake.transport()
    names = ("client.a", "client.b", "client.c", "client.d")
    replies = transport.write([MonCommand("auth get-or-create", client, CAPS) for client in names])
    assert [reply.code for reply in replies] == codes
    assert transport.calls["processes"] == processes
    assert sorted(fake.load()["clients"]) == ["client.a", "client.d"]


def test_a_program_that_fails_between_two_commands(fake: FakeProgram) -> None:
    """The batch has run; the program cannot be started again for the exit code of one command."""
    fake.change(faults={"auth get-or-create client.b": "EINVAL"}, start_single=["[errno 110] RADOS timed out", 1])
    replies = fake.transport().write(
        [MonCommand("auth get-or-create", name, CAPS) for name in ("client.a", "client.b", "client.c")]
    )
    assert [reply.code for reply in replies] == [0, errno.EIO, 0]
    assert "No monitor of the cluster dcn0" in str(replies[1].error)


def test_the_program_has_no_terminal(fake: FakeProgram) -> None:
    """A program that opens the terminal of its session, as ssh and sudo do for a password, finds none."""
    reader, writer = pty.openpty()
    try:
        script = (
            "import os, pty, sys\n"
            "os.setsid()\n"
            f"fcntl = __import__('fcntl'); fcntl.ioctl({writer}, __import__('termios').TIOCSCTTY, 0)\n"
            "from ansible_collections.dcn.glance.plugins.module_utils._ceph.transport_cli import CliTransport\n"
            "from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import MonCommand\n"
            "program = \"import sys; sys.stdin.isatty() and sys.exit(3); open('/dev/tty')\"\n"
            "transport = CliTransport([sys.executable, '-c', program], '/c', 'client.admin', None, 5, 'dcn0')\n"
            "try:\n"
            "    transport.read([MonCommand('mon dump')])\n"
            "except Exception as error:\n"
            "    print(error)\n"
        )
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            pass_fds=[writer],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        os.close(reader)
        os.close(writer)
    assert "No such device or address: '/dev/tty'" in done.stdout, done.stderr


def test_a_whole_run_takes_two_processes(fake: FakeProgram) -> None:
    items = [{"name": f"client.t{n}", "caps": {"mon": "profile rbd"}, "state": "present"} for n in range(50)]
    desired = clients_input.desired_clients(items, "client.admin")
    first, second = fake.transport(), fake.transport()

    def no_openssl() -> Any:
        raise AssertionError("no key has to be sealed")

    result = manage(CephAuth(first, "dcn0"), "dcn0", desired, [], no_openssl, set[str]().add, False)
    assert first.calls["processes"] == 2
    stored = fake.load()["clients"]
    assert {item["name"]: item["key_id"] for item in result.values["clients"]} == {
        name: key_id(found["key"]) for name, found in stored.items()
    }
    again = manage(CephAuth(second, "dcn0"), "dcn0", desired, [], no_openssl, set[str]().add, False)
    assert second.calls["processes"] == 1
    assert again.values["changed"] is False


@pytest.mark.parametrize(
    ("transport", "prefix", "rados", "program", "expected"),
    [
        ("auto", [], False, True, "cli"),
        ("auto", ["podman"], True, False, "cli"),
        ("cli", [], True, True, "cli"),
        ("auto", [], False, False, "set 'exec'"),
        ("cli", [], True, False, "set 'exec'"),
        ("rados", [], False, True, "python3-rados"),
        ("rados", ["podman"], True, True, "cannot be combined"),
    ],
)
def test_selection_of_the_transport(
    monkeypatch: pytest.MonkeyPatch, transport: str, prefix: list[str], rados: bool, program: bool, expected: str
) -> None:
    monkeypatch.setattr(transport_rados, "RADOS_IMPORT_ERROR", None if rados else "no")
    params = {
        "transport": transport,
        "exec": prefix,
        "conf": "/c",
        "admin": "client.admin",
        "admin_keyring": None,
        "timeout": 1,
        "cluster": "dcn0",
    }

    def find(_name: str) -> str | None:
        return "/usr/bin/ceph" if program else None

    if expected == "cli":
        assert connect.connect(params, find).name == "cli"
    else:
        with pytest.raises(CephError, match=expected) as caught:
            connect.connect(params, find)
        assert caught.value.reason == "tool_missing"


def test_missing_conf_and_keyring_have_different_reasons(tmp_path: Path) -> None:
    conf, keyring, other = tmp_path / "c.conf", tmp_path / "k", tmp_path / "o"
    missing = str(tmp_path / "m")

    def reason(conf_path: str, keyrings: list[str]) -> str:
        with pytest.raises(CephError) as caught:
            transport_rados.check_files(conf_path, keyrings, "client.a")
        return caught.value.reason

    assert reason(str(conf), []) == "conf_missing"
    conf.write_text("[global]\n")
    transport_rados.check_files(str(conf), [], "client.a")
    assert reason(str(conf), [missing]) == "keyring_missing"
    keyring.write_text(f"[client.a]\n\tkey = {make_key()}\n")
    transport_rados.check_files(str(conf), [missing, str(keyring)], "client.a")
    other.write_text(f"[client.b]\n\tkey = {make_key()}\n")
    # Like librados, only the first file that exists is read.
    assert reason(str(conf), [str(other), str(keyring)]) == "keyring_missing"
    other.write_text(f"[client.a]\n\tkey = {make_key()}")
    assert reason(str(conf), [str(other)]) == "keyring_unreadable"
    message = (
        f"Ceph refuses the keyring {other} of client.a: the last line does not end with a newline. Correct the file."
    )
    with pytest.raises(CephError, match=f"^{message}$"):
        transport_rados.check_files(str(conf), [str(other)], "client.a")
    assert reason(str(conf), [str(tmp_path)]) == "keyring_unreadable"
    assert reason(str(tmp_path), []) == "conf_unreadable"
