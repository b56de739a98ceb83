# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of the role kubernetes that need no Kubernetes."""

from __future__ import annotations

import io
import json
import os
import platform
import signal
import ssl
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

FILES = Path(__file__).resolve().parents[4] / "lab" / "roles" / "kubernetes" / "files"


def run(program: str, *arguments: object, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", str(FILES / program), *map(str, arguments)]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=60, env={**os.environ, **environment}, check=False
    )


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "etc").mkdir()
    yield tmp_path
    for record in tmp_path.glob("run/*.json"):
        try:
            os.kill(json.loads(record.read_text())["pid"], signal.SIGKILL)
        except ProcessLookupError:
            continue


def describe(base: Path, *components: dict) -> None:
    (base / "etc" / "components.json").write_text(json.dumps(components))


def pid(base: Path, name: str) -> int:
    return json.loads((base / "run" / f"{name}.json").read_text())["pid"]


def alive(number: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_a_component_that_runs_as_described_is_left_alone(base: Path) -> None:
    settings = base / "settings"
    settings.write_text("one")
    describe(base, {"name": "a", "argv": ["sleep", "60"], "files": [str(settings)]})
    assert run("node.py", base, "start", "a").stdout == "changed\n"
    first = pid(base, "a")
    assert run("node.py", base, "start", "a").stdout.strip() == ""
    assert pid(base, "a") == first and alive(first)

    settings.write_text("two")
    assert run("node.py", base, "start", "a").stdout == "changed\n"
    assert pid(base, "a") != first and not alive(first)

    os.kill(pid(base, "a"), signal.SIGKILL)
    assert run("node.py", base, "status").stdout.split(maxsplit=1) == ["a", "does not run\n"]
    assert run("node.py", base, "start", "a").stdout == "changed\n"
    assert run("node.py", base, "stop", "a").stdout == "a\n"
    assert run("node.py", base, "stop", "a").stdout.strip() == ""


def test_a_component_that_ends_at_once_is_named_with_the_end_of_its_log(base: Path) -> None:
    script = "echo the disk is full; exit 3"
    describe(base, {"name": "a", "argv": ["sh", "-c", script], "ready": {"url": "http://127.0.0.1:1/"}})
    done = run("node.py", base, "start", "a")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "a ended while it started."
    assert "the disk is full" in done.stderr and str(base / "logs" / "a.log") in done.stderr


def test_a_component_that_does_not_answer_is_named_with_where(base: Path) -> None:
    ready = {"socket": str(base / "socket"), "timeout": 0.3}
    describe(base, {"name": "a", "argv": ["sleep", "60"], "ready": ready})
    done = run("node.py", base, "start", "a")
    assert done.returncode == 1
    assert done.stderr.startswith(f"a does not respond at {base / 'socket'}: ")


def test_another_process_with_the_number_of_a_dead_one_is_not_touched(base: Path) -> None:
    describe(base, {"name": "a", "argv": ["sleep", "60"]})
    run("node.py", base, "start", "a")
    record = base / "run" / "a.json"
    known = json.loads(record.read_text())
    os.kill(known["pid"], signal.SIGKILL)
    record.write_text(json.dumps({**known, "pid": os.getpid()}))
    assert run("node.py", base, "stop", "a").stdout.strip() == ""


def test_the_supervisor_restarts_what_ended_but_not_what_was_stopped(base: Path) -> None:
    supervise = [sys.executable, "-B", str(FILES / "node.py"), str(base), "supervise"]
    describe(
        base, *({"name": name, "argv": ["sleep", "60"]} for name in "ab"), {"name": "supervisor", "argv": supervise}
    )
    run("node.py", base, "start", "a", "b", "supervisor")
    run("node.py", base, "stop", "b")
    first = pid(base, "a")
    os.kill(first, signal.SIGKILL)
    end = time.monotonic() + 20
    while pid(base, "a") == first:
        assert time.monotonic() < end, (base / "logs" / "supervisor.log").read_text()
        time.sleep(0.1)
    assert alive(pid(base, "a"))
    assert not (base / "run" / "b.json").exists()
    assert "a has ended: restarting it" in (base / "logs" / "supervisor.log").read_text()


def test_programs_of_the_machine_come_before_built_ones(tmp_path: Path) -> None:
    for place in ("assets", "path", "built"):
        (tmp_path / place).mkdir()
    for name in ("assets/dcn-a", "path/dcn-a", "path/dcn-b", "built/dcn-b", "built/dcn-c"):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o755)
    environment = {"KUBEBUILDER_ASSETS": str(tmp_path / "assets"), "PATH": f"{tmp_path / 'path'}:{os.environ['PATH']}"}
    assert run("programs.py", "missing", "dcn-a", "dcn-b", "dcn-c", **environment).stdout.split() == ["dcn-c"]
    link = ("link", tmp_path / "bin", tmp_path / "built", "dcn-a", "dcn-b", "dcn-c")
    assert run("programs.py", *link, **environment).stdout.split() == ["dcn-a", "dcn-b", "dcn-c"]
    links = {place.name: os.readlink(place) for place in (tmp_path / "bin").iterdir()}
    assert links == {
        "dcn-a": str(tmp_path / "assets" / "dcn-a"),
        "dcn-b": str(tmp_path / "path" / "dcn-b"),
        "dcn-c": str(tmp_path / "built" / "dcn-c"),
    }
    assert run("programs.py", *link, **environment).stdout.strip() == ""
    lacking = run("programs.py", "link", tmp_path / "bin", tmp_path / "built", "dcn-d", **environment)
    assert lacking.returncode == 1 and "program dcn-d is not installed" in lacking.stderr


def plan(base: Path, **changes: object) -> str:
    clients = {
        "admin": {"name": "me", "groups": ["system:masters"]},
        "kubelet": {"name": "system:node:n", "groups": []},
    }
    found = {"directory": str(base), "server": "https://127.0.0.1:1", "names": ["n"], "addresses": ["127.0.0.1"]}
    return json.dumps({**found, "clients": clients, **changes})


def test_certificates_are_made_once_and_again_where_they_no_longer_fit(base: Path) -> None:
    first = run("pki.py", stdin=plan(base)).stdout.split()
    assert str(base / "pki" / "server.crt") in first and str(base / "admin.kubeconfig") in first
    assert all(Path(name).stat().st_mode & 0o777 == 0o600 for name in first)
    assert (base / "pki").stat().st_mode & 0o777 == 0o700
    assert run("pki.py", stdin=plan(base)).stdout == ""

    moved = run("pki.py", stdin=plan(base, addresses=["127.0.0.2"])).stdout.split()
    assert moved == [str(base / "pki" / "server.key"), str(base / "pki" / "server.crt")]
    (base / "pki" / "ca.key").unlink()
    assert set(run("pki.py", stdin=plan(base, addresses=["127.0.0.2"])).stdout.split()) >= {
        str(base / "pki" / name) for name in ("ca.crt", "server.crt", "admin.crt", "kubelet.crt")
    }


def test_server_and_client_accept_each_other(base: Path) -> None:
    run("pki.py", stdin=plan(base))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=base / "pki" / "ca.crt")
    server.load_cert_chain(base / "pki" / "server.crt", base / "pki" / "server.key")
    server.verify_mode = ssl.CERT_REQUIRED
    client = ssl.create_default_context(cafile=base / "pki" / "ca.crt")
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    client.load_cert_chain(base / "pki" / "admin.crt", base / "pki" / "admin.key")
    pipes = [ssl.MemoryBIO() for _side in range(2)]
    sides = [client.wrap_bio(*pipes, server_hostname="127.0.0.1"), server.wrap_bio(*pipes[::-1], server_side=True)]
    for _turn in range(4):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    peer = sides[1].getpeercert()
    assert peer is not None
    assert dict(pair[0] for pair in peer["subject"]) == {"organizationName": "system:masters", "commonName": "me"}


@pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="the program is not made for this machine")
def test_the_program_of_the_pause_image_sleeps_until_it_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-B", str(FILES / "pause_image.py"), "localhost/pause:1"]
    made = subprocess.run(command, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(made)) as image:
        manifest = json.load(image.extractfile("manifest.json"))
        config = json.load(image.extractfile(manifest[0]["Config"]))
        with tarfile.open(fileobj=image.extractfile(manifest[0]["Layers"][0])) as layer:
            (tmp_path / "pause").write_bytes(layer.extractfile("pause").read())
    assert manifest[0]["RepoTags"] == ["localhost/pause:1"] and config["config"]["Entrypoint"] == ["/pause"]
    (tmp_path / "pause").chmod(0o755)
    process = subprocess.Popen([tmp_path / "pause"])
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.terminate()
        assert process.wait(5) == -signal.SIGTERM
    finally:
        process.kill()
