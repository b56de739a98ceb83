# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that inspects a pod: process, configuration, staging directory, client files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._workers import run
from ansible_collections.dcn.glance.plugins.module_utils._workers.config import parse_config
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import config, inspect

KEY = "AQBvaPlmAAAAABAAq6Ks0mTqJXyK4pY0a1b2cQ=="


def execute(entry, **options):
    """Run a program as in a pod: it comes by standard input, which is not closed."""
    data = run.program(entry, options)
    command = [sys.executable, "-c", run.BOOT, str(len(data)), "60"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(data)
        process.stdin.flush()
        out, err = process.stdout.read(), process.stderr.read()
        process.stdin.close()
    assert process.returncode == 0, err
    return json.loads(out)


class Pod:
    """Directories that look like those of a container."""

    def __init__(self, root):
        self.root = root
        self.proc, self.etc, self.ceph = root / "proc", root / "etc", root / "ceph"
        for path in (self.proc, self.etc / "glance.conf.d", self.ceph, root / "staging"):
            path.mkdir(parents=True)
        (self.proc / "stat").write_text("cpu 1 2\nbtime 1000\nprocesses 5\n")

    def process(self, pid, *words, ticks=500, uid=42415, gids="42415", environ=""):
        path = self.proc / str(pid)
        path.mkdir()
        (path / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))
        (path / "stat").write_text(f"{pid} (odd ) name) S " + " ".join(["0"] * 18 + [str(ticks)] + ["0"] * 20))
        (path / "status").write_text(f"Name:\tx\nUid:\t{uid}\t{uid}\t0\t0\nGid:\t{gids}\t0\t0\t0\nGroups:\t64062 \n")
        (path / "environ").write_text(environ)

    def conf(self, name, text, directory="glance.conf.d"):
        path = self.etc / directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return str(path)

    def inspect(self, **options):
        return execute(inspect, proc=str(self.proc), etc=str(self.etc), directories=[str(self.ceph)], **options)


@pytest.fixture
def container(tmp_path):
    return Pod(tmp_path)


TICK = os.sysconf("SC_CLK_TCK")


def test_the_serving_process_is_found(container):
    container.process(1, "/bin/sh", "-c", "x", ticks=0, uid=0)
    container.process(7, "/usr/bin/python3", "/usr/bin/glance-api", "--config-dir", "/x", ticks=5 * TICK, uid=0)
    container.process(9, "/usr/bin/python3", "/usr/bin/glance-api", "--config-dir", "/x", ticks=9 * TICK)
    container.process(30, "python3", "-c", "x", ticks=99 * TICK)
    found = config.serving(str(container.proc))
    assert (found["pid"], found["program"], found["started"]) == (7, "glance-api", 1005.0)
    # The worker processes read the files.
    assert (found["uid"], found["gids"]) == (42415, [0, 42415, 64062])


def test_without_a_server_the_first_process_counts(container):
    assert config.serving(str(container.proc)) is None
    container.process(5, "sleep", "1")
    assert config.serving(str(container.proc)) is None
    container.process(1, "/bin/tini")
    assert config.serving(str(container.proc))["program"] == ""


def names(paths):
    return [os.path.basename(path) for path in paths]


@pytest.mark.parametrize(
    ("arguments", "program", "expected"),
    [
        # The default files come first, so named files take precedence.
        (["glance-api"], "glance-api", ["glance-api.conf", "10.conf", "20.conf", "30.conf"]),
        (["glance-api", "--config-file", "/own.conf"], "glance-api", ["10.conf", "20.conf", "30.conf", "own.conf"]),
        (["glance-api", "--config-file=/a.conf", "--config-file=/b.conf", "--config-dir={d}"], "glance-api",
         ["a.conf", "b.conf", "10.conf", "20.conf"]),
        (["glance-api", "--config-dir", "{d}"], "glance-api", ["glance-api.conf", "10.conf", "20.conf"]),
        (["glance-api", "--config-dir"], "glance-api", ["glance-api.conf"]),
        (["httpd", "--config-file", "/not/glance.conf"], "httpd",
         ["glance-image-import.conf", "glance-api.conf", "10.conf", "20.conf"]),
    ],
)  # fmt: skip
def test_configuration_files_in_order(container, arguments, program, expected):
    for name in ("glance-api.conf", "glance-image-import.conf", "glance-cache.conf"):
        container.conf(name, "", ".")
    for name in ("20.conf", "10.conf", "notes.txt"):
        container.conf(name, "")
    container.conf("30.conf", "", "glance-api.conf.d")
    directory = str(container.etc / "glance.conf.d")
    words = [word.format(d=directory) for word in arguments]
    assert names(config.config_paths(words, program, {}, str(container.etc))) == expected


def test_the_environment_of_a_web_server_names_the_directory(container):
    container.conf("glance-api.conf", "", "other")
    env = {"OS_GLANCE_CONFIG_DIR": str(container.etc / "other")}
    found = config.config_paths(["httpd"], "httpd", env, str(container.etc))
    assert found == [str(container.etc / "other" / "glance-api.conf")]


@pytest.mark.parametrize(
    "text",
    [
        "[DEFAULT]\na = 1\na = 2\nb: x=y\n",
        '[S]\nquoted = "x"\nsingle = \'a b\'\nhalf = "x\n',
        "[s]\nlong = one\n  two\n\tthree\nnext = 1\n# no = 1\n; no = 2\n\n[S]\nother = 5\n",
        "[DEFAULT]\nempty =\nurl = http://a:b@c/d?e=f\n",
    ],
)
def test_options_are_the_same_as_in_the_ini_document(text):
    document = Document.parse(text.encode(), "oslo")
    expected = {key: values[-1] for key, values in document.reading().items()}
    assert config.options_of([text]) == expected


def test_later_files_take_precedence():
    found = config.options_of(["[DEFAULT]\na = 1\nb = 1\n", "[DEFAULT]\na = 2\n"])
    assert found == {("DEFAULT", "a"): "2", ("DEFAULT", "b"): "1"}


def test_inspection_of_a_worker(container, tmp_path):
    container.process(1, "/usr/bin/python3", "/usr/bin/glance-api", ticks=TICK)
    staging = tmp_path / "staging"
    (staging / "8463b2dd-f440-40ed-bcc7-ea7d0f2f614a.raw").write_bytes(b"x" * 10)
    old = time.time() - 5000
    os.utime(staging / "8463b2dd-f440-40ed-bcc7-ea7d0f2f614a.raw", (old, old))
    (staging / "directory").mkdir()
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "dcn0.conf").write_text(f"[client.a]\nkeyring = {tmp_path}/far.keyring\n")
    (tmp_path / "far.keyring").write_text(f'[client.a]\n key = "{KEY}"\n')
    (container.ceph / "central.conf").write_text("[global]\nfsid = f\n")
    (container.ceph / "rbdmap").write_text("x")
    settings = f"[DEFAULT]\nenabled_backends = b:rbd\n[os_glance_staging_store]\nfilesystem_store_datadir = {staging}\n"
    container.conf("00.conf", f"{settings}[b]\nrbd_store_ceph_conf = {other}/dcn0.conf\n")
    found = container.inspect(files=[f"{tmp_path}/absent.conf"])
    assert found["process"]["started"] == 1001.0
    assert [item["path"] for item in found["configuration"]] == [str(container.etc / "glance.conf.d/00.conf")]
    (file,) = found["staging"]["files"]
    assert (file["image"], file["size"]) == ("8463b2dd-f440-40ed-bcc7-ea7d0f2f614a", 10)
    assert 5000 <= file["age"] < 5100
    assert (found["staging"]["count"], found["staging"]["used_bytes"]) == (2, 10)
    files = {os.path.basename(item["path"]): item for item in found["client_files"]}
    assert sorted(files) == ["absent.conf", "central.conf", "dcn0.conf", "far.keyring"]
    assert files["far.keyring"]["entities"] == {"client.a": key_id(KEY)}
    assert files["absent.conf"]["exists"] is False
    assert files["central.conf"]["text"] == "[global]\nfsid = f\n"
    assert KEY not in json.dumps(found)


def test_a_key_in_a_conf_is_not_returned(container):
    (container.ceph / "odd.conf").write_text(f"[client.a]\nkey = {KEY}\n")
    (item,) = container.inspect()["client_files"]
    assert item["entities"] == {"client.a": key_id(KEY)}
    assert "text" not in item


def test_a_missing_staging_directory_and_an_unreadable_file(container):
    container.process(1, "glance-api", "--config-file", "/nonexistent/own.conf")
    found = container.inspect()
    assert found["configuration"][0]["error"] == "No such file or directory"
    container.conf("1.conf", "[os_glance_staging_store]\nfilesystem_store_datadir = /nonexistent/x\n")
    staging = container.inspect()["staging"]
    assert (staging["exists"], staging["error"], staging["files"]) == (False, "No such file or directory", [])


@pytest.mark.parametrize(
    ("mode", "owner", "group", "bits", "expected"),
    [
        (0o400, 42415, 0, 4, True),
        (0o040, 42415, 0, 4, False),  # the owner's permissions count, not the group's
        (0o440, 0, 64062, 4, True),
        (0o400, 0, 64062, 4, False),
        (0o004, 0, 0, 4, True),
        (0o770, 0, 42415, 3, True),
        (0o750, 0, 42415, 3, False),
    ],
)
def test_permissions_of_an_account(mode, owner, group, bits, expected):
    info = os.stat_result((mode, 0, 0, 1, owner, group, 0, 0, 0, 0))
    assert inspect.allowed(info, 42415, [42415, 64062], bits) is expected
    assert inspect.allowed(info, 0, [0], bits) is True


def test_all_staged_files_are_counted_and_the_oldest_listed(container, tmp_path):
    directory = tmp_path / "many"
    directory.mkdir()
    for number in range(inspect.MOST_FILES + 5):
        (directory / f"image{number:05}").write_bytes(b"ab")
    os.utime(directory / "image01004", (1, 1))
    found = inspect.staging(str(directory), os.getuid(), [os.getgid()])
    assert (found["count"], len(found["files"])) == (inspect.MOST_FILES + 5, inspect.MOST_FILES)
    assert found["used_bytes"] == 2 * found["count"]
    assert "image01004" in [item["name"] for item in found["files"]]


def test_the_staging_directory_with_and_without_multistore():
    directory_of = config.staging_directory
    assert directory_of({("DEFAULT", "node_staging_uri"): "file:///srv/stage/"}) == "/srv/stage/"
    assert directory_of({}) == "/tmp/staging/"
    many = {("DEFAULT", "enabled_backends"): "a:rbd", ("DEFAULT", "node_staging_uri"): "file:///srv/stage/"}
    assert directory_of(many) == "/var/lib/glance/os_glance_staging_store"
    assert directory_of({**many, ("os_glance_staging_store", "filesystem_store_datadir"): "/x"}) == "/x"


def test_the_environment_takes_precedence_over_files(container):
    environ = "OS_DEFAULT__WORKER_SELF_REFERENCE_URL=http://vip:9292\0OS_A_B__C=d\0OS_USERNAME=x\0"
    container.process(1, "glance-api", environ=environ)
    container.conf("02.conf", "[DEFAULT]\nworker_self_reference_url = http://own:9292\n")
    found = container.inspect()
    merged = parse_config(found["configuration"])
    assert (merged.worker_url, merged.get("a_b", "c")) == ("http://vip:9292", "d")
    assert merged.origin["DEFAULT", "worker_self_reference_url"] == "the environment of the process"
