# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of librados and librbd become CephError, and the Python with their bindings is found."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import connect, rbd, transport_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import ImageRef
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd import LibRbd


class Error(Exception):
    """Has an errno, as the errors of librados."""

    def __init__(self, code: int) -> None:
        super().__init__(f"[errno {code}]")
        self.errno = code


class ObjectNotFound(Error):
    pass


class ImageNotFound(Error):
    pass


class Handle:
    """A connection on which everything fails with one errno."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.down = False

    def get_fsid(self) -> str:
        raise Error(self.code)

    def mon_command(self, _command: str, _data: bytes) -> Any:
        raise Error(self.code)

    def open_ioctx(self, pool: str) -> Any:
        if pool == "missing":
            raise ObjectNotFound(errno.ENOENT)
        if pool == "closed":
            raise Error(self.code)
        return self

    def write_full(self, _name: str, _data: bytes) -> None:
        raise Error(self.code)

    def read(self, _name: str) -> bytes:
        raise Error(self.code)

    def close(self) -> None:
        pass

    def shutdown(self) -> None:
        self.down = True


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A LibRbd on bindings that always fail."""

    def make(code: int) -> LibRbd:
        handle = Handle(code)

        def image(*_arguments: Any, **_more: Any) -> Any:
            raise ImageNotFound(code)

        monkeypatch.setattr(transport_rados, "RADOS_IMPORT_ERROR", None)
        monkeypatch.setattr(rbd, "RBD_IMPORT_ERROR", None)
        monkeypatch.setattr(rbd, "rados", SimpleNamespace(Error=Error, ObjectNotFound=ObjectNotFound))
        monkeypatch.setattr(rbd, "rbd", SimpleNamespace(Error=Error, Image=image, ImageNotFound=ImageNotFound))
        monkeypatch.setattr(transport_rados, "connect", lambda *_arguments: handle)
        return LibRbd("/c", "client.a", None, 1, "dcn0")

    return make


@pytest.mark.parametrize(
    ("code", "reason", "part"),
    [
        (errno.EPERM, "not_permitted", "capabilities do not permit it"),
        (errno.EACCES, "not_permitted", "capabilities do not permit it"),
        (-errno.EPERM, "not_permitted", "capabilities do not permit it"),
        (errno.ENOENT, "not_found", "does not exist"),
        (errno.ETIMEDOUT, "timed_out", "the OSDs did not answer in time"),
        (errno.EIO, "failed", "errno 5"),
    ],
)
def test_errors_have_reasons(library: Any, code: int, reason: str, part: str) -> None:
    with pytest.raises(CephError, match=part) as caught:
        library(code).fsid()
    assert caught.value.reason == reason
    assert str(caught.value).startswith("client.a cannot read the fsid on the cluster dcn0")


def test_a_missing_pool(library: Any) -> None:
    with pytest.raises(CephError, match="The cluster dcn0 has no pool 'missing'") as caught:
        library(errno.EIO).read(ImageRef("missing", "i"), 1)
    assert caught.value.reason == "pool_missing"


@pytest.mark.parametrize("code", [errno.EPERM, errno.EACCES])
def test_a_pool_without_permission_is_not_missing(library: Any, code: int) -> None:
    with pytest.raises(CephError, match="client.a cannot open the pool closed on the cluster dcn0") as caught:
        library(code).access("closed", "o")
    assert caught.value.reason == "not_permitted"


def test_a_missing_image(library: Any) -> None:
    assert library(errno.ENOENT).info(ImageRef("images", "i")) is None
    with pytest.raises(CephError, match="its capabilities"):
        library(errno.EPERM).info(ImageRef("images", "i"))


def test_access_to_a_pool(library: Any) -> None:
    assert library(errno.EPERM).access("missing", "o") == "missing"
    assert library(errno.EPERM).access("images", "o") == "refused"
    # Another error is not taken for a refusal.
    with pytest.raises(CephError, match="errno 5"):
        library(errno.EIO).access("images", "o")


@pytest.mark.parametrize(
    ("missing", "respawned", "found", "expected"),
    [
        (False, False, "/usr/bin/python3", None),
        (True, True, "/usr/bin/python3", None),
        (True, False, None, None),
        (True, False, "/usr/bin/python3", "/usr/bin/python3"),
    ],
)
def test_the_module_respawns_under_the_python_that_has_the_binding(
    monkeypatch: pytest.MonkeyPatch, missing: bool, respawned: bool, found: str | None, expected: str | None
) -> None:
    asked: list[str] = []
    taken: list[str] = []

    def search(_paths: Any, binding: str) -> str | None:
        asked.append(binding)
        return found

    monkeypatch.setattr(transport_rados, "RADOS_IMPORT_ERROR", "no" if missing else None)
    monkeypatch.setattr(connect, "has_respawned", lambda: respawned)
    monkeypatch.setattr(connect, "probe_interpreters_for_module", search)
    monkeypatch.setattr(connect, "respawn_module", taken.append)
    connect.respawn_with_rados()
    assert taken == ([expected] if expected else [])
    assert asked == (["rados"] if missing and not respawned else [])


def test_the_modules_that_only_speak_to_monitors_do_not_load_librbd() -> None:
    """Loading it would take time in each of their tasks."""
    names = (
        "ceph_client",
        "ceph_client_info",
        "ceph_client_revoke",
        "ceph_config",
        "ceph_key_rotation",
        "ceph_keyring_switch",
    )
    package = "ansible_collections.dcn.glance.plugins"
    text = "\n".join(f"import {package}.modules.{name}" for name in names)
    text += f"\nimport sys\nprint('{package}.module_utils._ceph.rbd' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
