# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports on the real Glance: files of every format in and raw out, truncated files, downloads with checksums."""

from __future__ import annotations

import hashlib
import uuid

import pytest

from ansible_collections.dcn.glance.tests.support.lab.modules import run_modules

ENDPOINT = "http://glance.central:9292"
FOLDER = "/var/tmp/test-image-imports"
#: The formats that qemu-img writes and Glance converts, by file name.
FORMATS = {
    "one.qcow2": ("qcow2", "-O qcow2"),
    "two.qcow2": ("qcow2", "-c -O qcow2"),
    "a.vmdk": ("vmdk", "-O vmdk"),
    "stream.vmdk": ("vmdk", "-O vmdk -o subformat=streamOptimized"),
    "a.vdi": ("vdi", "-O vdi"),
    "a.vhdx": ("vhdx", "-O vhdx"),
}
MAKE = f"""
set -e
mkdir -p {FOLDER}/web {FOLDER}/tree && cd {FOLDER}
head -c 1500000 /dev/urandom > raw && truncate -s 6M raw && cp raw tree/
genisoimage -quiet -o a.iso tree
gzip -k raw && xz -k -0 raw && bzip2 -k raw
{"".join(f"qemu-img convert {options} raw {name}; " for name, (_format, options) in FORMATS.items())}
qemu-img convert -O vpc raw a.vhd
for file in *.qcow2 *.vmdk *.vdi *.vhdx *.vhd *.iso raw.*; do
    head -c $(($(stat -c %s $file) * 2 / 3)) $file > cut.$file
done
cp raw one.qcow2 web/
sha256sum raw | cut -d' ' -f1
md5sum raw | cut -d' ' -f1
"""


@pytest.fixture(scope="module")
def files(lab):
    """The files on the hub, some of them behind a web server on port 80; the sha256 and md5 of the raw one."""
    lab.exec("central", "rm", "-rf", FOLDER)
    digests = lab.exec("central", "bash", "-c", MAKE).split()
    server = ["python3", "-m", "http.server", "--directory", f"{FOLDER}/web", "80"]
    lab.exec("central", "systemd-run", "--unit=test-imports-web", "--collect", *server)
    yield dict(zip(("sha256", "md5"), digests))
    lab.exec("central", "systemctl", "stop", "test-imports-web", check=False)
    lab.exec("central", "rm", "-rf", FOLDER)


@pytest.fixture
def call(tmp_path):
    """Import images; returns what the module returned."""

    def run(*images, **options):
        options = {"interval": 1, "concurrency": 6, **options}
        return run_modules(tmp_path, ENDPOINT, ("glance_image_import", {"images": list(images), **options}))[0]

    return run


@pytest.fixture
def prefix(call):
    """The start of the names of the images; whatever is left of them is removed."""
    chosen = f"test-{uuid.uuid4().hex[:6]}"
    names = []

    def name(suffix):
        names.append(f"{chosen}-{suffix}")
        return names[-1]

    yield name
    done = call(*({"name": item, "state": "absent"} for item in dict.fromkeys(names)), allow_orphans=True)
    assert not done.get("failed"), done.get("msg")


def test_files_of_every_format_become_raw_and_are_compared_with_their_source(lab, files, call, prefix):
    images = [
        {"name": prefix(file), "src": f"{FOLDER}/{file}", "disk_format": disk_format, "verify_content": True}
        for file, (disk_format, _options) in FORMATS.items()
    ]
    images += [
        {"name": prefix(file), "src": f"{FOLDER}/{file}", "disk_format": disk_format, "verify_content": True}
        for file, disk_format in (("a.iso", "iso"), ("raw", "raw"))
    ]
    done = call(*images)
    assert not done.get("failed"), done.get("msg")
    found = {item["name"].rpartition("-")[2]: item for item in done["images"]}
    assert all(item["verified"] == ["size", "content"] for item in found.values())
    assert {file: item["disk_format"] for file, item in found.items()} == {
        **dict.fromkeys([*FORMATS, "raw"], "raw"),
        "a.iso": "iso",
    }
    sizes = {item["size"] for file, item in found.items() if file != "a.iso"}
    assert sizes == {6 * 1024 * 1024}
    stored = lab.exec(
        "central", "sh", "-c", f"rbd export --no-progress images/{found['a.vhdx']['id']}@snap - | sha256sum"
    )
    assert stored.split()[0] == files["sha256"]


def test_truncated_files_are_all_named_before_anything_is_created(files, call, prefix):
    kinds = {**{file: kind for file, (kind, _options) in FORMATS.items()}, "a.vhd": "vhd", "a.iso": "iso"}
    kinds.update({"raw.gz": "raw", "raw.xz": "raw", "raw.bz2": "raw"})
    images = []
    for file, kind in kinds.items():
        packed = "compressed" if file in ("raw.xz", "raw.bz2") else "bare"
        image = {"src": f"{FOLDER}/cut.{file}", "disk_format": kind, "container_format": packed}
        images.append({"name": prefix(file), **image})
    result = call(*images)
    assert result["failed"]
    for index, file in enumerate(kinds):
        assert f"images[{index}] ({images[index]['name']}).src: {FOLDER}/cut.{file} is incomplete" in result["msg"]
    assert len(result["msg"].splitlines()) == len(kinds) + result["msg"].splitlines()[0].endswith(":")


def test_what_glance_cannot_decompress_or_convert_is_named(files, call, prefix):
    result = call({"name": prefix("xz"), "src": f"{FOLDER}/raw.xz", "disk_format": "raw"})
    assert (
        "is compressed (xz), and Glance's import plugin image_decompression can only decompress gzip" in result["msg"]
    )
    result = call(
        {"name": prefix("gz"), "src": f"{FOLDER}/raw.gz", "disk_format": "raw"},
        {"name": prefix("vhd"), "src": f"{FOLDER}/a.vhd", "disk_format": "vhd"},
    )
    stored, refused = result["msg"].split("\n")
    assert "without decompressing it (gzip)" in stored and "image_import_plugins" in stored
    assert "Glance cannot convert vhd: its qemu-img knows it as vpc." in refused
    assert [item["id"] for item in result["images"]] == [None, None]


def test_downloads_are_compared_with_their_checksum_and_size(files, call, prefix):
    url = "http://central/raw"
    given = {"uri": url, "disk_format": "raw"}
    wrong = hashlib.sha256(b"other").hexdigest()
    result = call(
        {"name": prefix("sha256"), **given, "checksum": f"sha256:{files['sha256']}", "size": 6 * 1024 * 1024},
        {"name": prefix("md5"), **given, "checksum": f"md5:{files['md5']}"},
        {"name": prefix("wrong"), **given, "checksum": f"sha256:{wrong}"},
        {"name": prefix("short"), **given, "size": 5},
        {"name": prefix("qcow2"), "uri": "http://central/one.qcow2", "disk_format": "qcow2"},
    )
    sha256, md5, bad, short, qcow2 = result["images"]
    assert (sha256["verified"], md5["verified"]) == (["size", "content"], ["content"])
    assert (qcow2["verified"], qcow2["size"]) == (["size"], 6 * 1024 * 1024)  # the qcow2 header states the size
    assert (bad["id"], short["id"]) == (None, None)
    assert f"the stored data have the checksum sha256:{files['sha256']}, but {url} has sha256:{wrong}" in bad["error"]
    assert f"Glance stored 6291456 bytes, but {url} has 5 bytes" in short["error"]
    refused = call({"name": prefix("q"), "uri": url, "disk_format": "qcow2", "checksum": f"md5:{files['md5']}"})
    assert "Glance may convert the qcow2 data that it downloads" in refused["msg"]
