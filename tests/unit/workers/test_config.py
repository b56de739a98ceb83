# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration in effect, and its masked form."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._workers import config as worker_config
from ansible_collections.dcn.glance.tests.support.fakes.pods import inspection, pod


def files(*texts: str) -> list[dict]:
    return [{"path": f"/c/{number:02d}.conf", "text": text} for number, text in enumerate(texts)]


def test_later_files_take_precedence_and_are_named():
    config = worker_config.parse_config(
        files("[DEFAULT]\na = 1\nb = 1\n[S]\nx = 1\n", "[DEFAULT]\na = 2\na = 3\n[s]\nx: 'q'\n")
    )
    assert config.get("DEFAULT", "a") == "3"
    assert config.get("DEFAULT", "b") == "1"
    assert config.get("s", "x") == "q"
    assert (config.origin["DEFAULT", "a"], config.origin["DEFAULT", "b"]) == ("/c/01.conf", "/c/00.conf")
    assert config.get("s", "none", "else") == "else"


def test_an_unreadable_file_does_not_hide_the_others():
    broken = {"path": "/c/05.conf", "text": "", "error": "Permission denied"}
    config = worker_config.parse_config([*files("[DEFAULT]\na = 1\n", "nonsense\n"), broken])
    assert config.get("DEFAULT", "a") == "1"
    assert len(config.errors) == 2
    assert config.errors[0].startswith("/c/01.conf, line 1: oslo.config cannot load it")
    assert config.errors[1] == "/c/05.conf: Permission denied"


def test_secrets_are_masked():
    config = worker_config.parse_config(inspection(pod())["configuration"])
    masked = config.masked()
    assert masked["database"]["connection"] == "********"
    assert masked["DEFAULT"]["enabled_backends"] == "central:rbd"
    assert "hunter2x" not in str(masked)
    assert "hunter2x" not in repr(config)


def test_workers_that_differ_only_in_their_url_have_the_same_digest():
    one, two = pod(), pod(ordinal=1)
    first = worker_config.parse_config(inspection(one)["configuration"])
    assert first.digest() == worker_config.parse_config(inspection(two)["configuration"]).digest()
    other = worker_config.parse_config(inspection(two, custom="rbd_store_chunk_size = 4\n")["configuration"])
    assert first.digest() != other.digest()


def test_rbd_stores():
    text = (
        "[DEFAULT]\nenabled_backends = Big:rbd, files:file,odd,small:rbd\n"
        "[Big]\nrbd_store_ceph_conf = /a/b.conf\nrbd_store_user = u\nrbd_store_pool = p\n"
    )
    config = worker_config.parse_config(files(text))
    assert worker_config.enabled_backends(config) == {"Big": "rbd", "files": "file", "odd": "", "small": "rbd"}
    big, small = worker_config.rbd_stores(config)
    assert (big.conf, big.client, big.pool) == ("/a/b.conf", "client.u", "p")
    assert (small.conf, small.client, small.pool) == ("/etc/ceph/ceph.conf", "client.admin", "images")
