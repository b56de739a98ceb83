# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source of an image: a file on this host, or a URL."""

from __future__ import annotations

import struct
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.disk_format import HEAD_SIZE
from ansible_collections.dcn.glance.plugins.module_utils._glance.source import inspect_source, uri_problem


class Page(BaseHTTPRequestHandler):
    status, data = 200, b""

    def do_GET(self):
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.data)))
        self.end_headers()
        self.wfile.write(self.data)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    handler = type("Handler", (Page,), {})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        handler.url = f"http://127.0.0.1:{server.server_address[1]}/image"
        yield handler
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "data", "expected"),
    [
        (200, b"<html>Log in</html>", "is an HTML page, not a disk image"),
        (200, b"QFI\xfb" + bytes(50), "is a qcow2 file, but disk_format is raw"),
        (200, bytes(50), ""),
        (206, bytes(50), ""),
        (404, b"<html>", "returns HTTP 404 Not Found"),
        (403, b"", "returns HTTP 403 Forbidden"),
    ],
)
def test_what_a_url_returns(site, status, data, expected):
    site.status, site.data = status, data
    found = uri_problem(site.url, "raw")
    assert found.startswith(site.url) and expected in found if expected else found == ""


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "file:///etc/hostname", "http://[::1/", "words"])
def test_a_url_that_this_host_cannot_read_is_no_problem(url):
    assert uri_problem(url, "raw") == ""


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        ("md5", "900150983cd24fb0d6963f7d28e17f72"),
        ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ],
)
def test_digests_of_the_whole_file(tmp_path, algorithm, digest):
    path = tmp_path / "disk"
    path.write_bytes(b"abc")  # FIPS 180
    assert inspect_source(str(path), [algorithm]).digests == {algorithm: digest}
    assert inspect_source(str(path)).digests == {}


def test_a_file_that_was_cut_off(tmp_path):
    header = struct.pack(">4sIQIIQIIQ", b"QFI\xfb", 3, 0, 0, 16, 1 << 30, 0, 2, 65536)
    path = tmp_path / "disk"
    path.write_bytes(header.ljust(104, b"\0"))
    assert inspect_source(str(path)).missing == "the qcow2 L1 table"
    path.write_bytes(header.ljust(65552, b"\0"))
    assert inspect_source(str(path)).missing == ""
    path.write_bytes(
        b"\x1f\x8b" + bytes(444) + b"\x80\0\0\0\x83\0\0\0\1\0\0\0\xff\0\0\0".ljust(64, b"\0") + b"\x55\xaa"
    )
    assert inspect_source(str(path)).missing.startswith("valid gzip data near byte 512")
    path.write_bytes(bytes(2) + path.read_bytes()[2:])
    assert inspect_source(str(path)).missing == "the end of partition 1 at byte 131072"


def test_inspect_source(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"QFI\xfb" + b"\0" * 100000)
    source = inspect_source(str(path))
    assert (source.size, len(source.head), source.error) == (100004, HEAD_SIZE, "")
    assert inspect_source(str(tmp_path / "none")).error == "No such file or directory"
