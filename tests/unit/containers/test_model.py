# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of images, definition files, and archives."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._containers.archive import read_archive
from ansible_collections.dcn.glance.plugins.module_utils._containers.definitions import image_in, with_image
from ansible_collections.dcn.glance.plugins.module_utils._containers.model import (
    full_name,
    is_named,
    read_container,
    read_image,
    split,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.tests.unit.containers.data import VERSIONS, container, image

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("glance-api", ("glance-api", "", "")),
        ("localhost/glance-api:one", ("localhost/glance-api", "one", "")),
        ("registry:8787/tripleo/glance-api:16.1_2", ("registry:8787/tripleo/glance-api", "16.1_2", "")),
        (f"quay.io/a/b@{DIGEST}", ("quay.io/a/b", "", DIGEST)),
        (f"quay.io/a/b:1@{DIGEST}", ("quay.io/a/b", "1", DIGEST)),
        ("quay.io/a/b@sha256:abc", ("", "", "")),
        ("--help", ("", "", "")),
        ("a b", ("", "", "")),
        ("docker://a/b", ("", "", "")),
        ("", ("", "", "")),
    ],
)
def test_split(reference: str, parts: tuple[str, str, str]) -> None:
    assert split(reference) == parts


def test_a_name_without_a_tag_is_latest() -> None:
    assert [full_name(name) for name in ("a/b", "a:5000/b", "a:1", f"a@{DIGEST}")] == [
        "a/b:latest",
        "a:5000/b:latest",
        "a:1",
        f"a@{DIGEST}",
    ]


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("localhost/glance-api:one", True),
        ("glance-api:one", True),
        ("docker://localhost/glance-api:one", True),
        ("38a27ef739ce", True),
        ("38a27ef739cf", False),
        ("api:one", False),
        ("glance-api", False),
        ("--name", False),
        ("", False),
    ],
)
def test_the_image_in_a_command(argument: str, expected: bool) -> None:
    assert is_named(argument, container("podman-5-tripleo")) is expected


@pytest.mark.parametrize("version", VERSIONS)
def test_containers_are_read(version: str) -> None:
    found = container(f"{version}-tripleo")
    assert (found.name, found.image, found.image_id) == ("glance_api", "localhost/glance-api:one", image(version).id)
    assert found.create_command[:3] == ["podman", "container", "create"]
    assert container(f"{version}-kolla").create_command == []


def test_docker_writes_names_and_ids_in_another_way() -> None:
    """As its documentation shows it; no Docker ran."""
    found = read_container({"Name": "/glance_api", "Id": "1", "Image": "sha256:ab", "Config": {"Image": "glance:1"}})
    assert (found.name, found.image, found.image_id, found.running) == ("glance_api", "glance:1", "ab", False)


def test_the_digest_is_that_of_the_own_repository() -> None:
    found = read_image({"Id": "sha256:1", "RepoDigests": [f"other/x@{DIGEST}", "quay.io/a/b@sha256:b"], "Digest": "c"})
    assert found.digest("quay.io/a/b:1") == "sha256:b"
    assert found.digest("elsewhere/b") == DIGEST
    assert read_image({"Id": "1"}).digest("a") == ""


SINGLE = {"environment": {"A": "ü"}, "image": "a:1", "volumes": []}
STEP = {"glance_api": {"image": "a:1"}, "glance_api_cron": {"image": "a:1"}}


@pytest.mark.parametrize("indent", [None, 2, 4])
@pytest.mark.parametrize("data", [SINGLE, STEP])
def test_the_image_in_a_definition(data: dict[str, object], indent: int | None) -> None:
    text = json.dumps(data, indent=indent) + "\n"
    assert image_in(text, "glance_api") == "a:1"
    written = with_image(text, "glance_api", "b:2")
    changed = [(old, new) for old, new in zip(text.splitlines(), written.splitlines()) if old != new]
    assert len(changed) == 1 and changed[0][1] == changed[0][0].replace("a:1", "b:2", 1)
    assert with_image(written, "glance_api", "b:2") == written


def test_a_definition_of_other_containers() -> None:
    assert image_in(json.dumps(STEP), "nova_api") is None
    assert image_in("[]", "glance_api") is None
    with pytest.raises(ValueError, match="Expecting value"):
        image_in("image: a", "glance_api")


def archive(path: Path, files: dict[str, object], mode: str = "w") -> str:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for name, content in files.items():
            data = json.dumps(content).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return str(path)


def test_an_archive_of_docker(tmp_path: Path) -> None:
    files: dict[str, object] = {"manifest.json": [{"Config": "ab12.json", "RepoTags": ["a:1"]}]}
    assert read_archive(archive(tmp_path / "a.tar", files)) == ("ab12", ["a:1"])
    assert read_archive(archive(tmp_path / "a.tgz", files, "w:gz")) == ("ab12", ["a:1"])


def test_an_archive_of_oci(tmp_path: Path) -> None:
    name = {"org.opencontainers.image.ref.name": "a:1"}
    files = {
        "./index.json": {"manifests": [{"digest": "sha256:m", "annotations": name}]},
        "./blobs/sha256/m": {"config": {"digest": "sha256:c"}},
    }
    assert read_archive(archive(tmp_path / "a.tar", files)) == ("c", ["a:1"])


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"x": 1}, "neither manifest.json nor index.json"),
        ({"manifest.json": [{}, {}]}, "holds 2 images"),
        ({"manifest.json": [{}]}, "cannot be read: 'Config'"),
    ],
)
def test_an_archive_without_an_image(tmp_path: Path, files: dict[str, object], message: str) -> None:
    with pytest.raises(DcnError, match=message):
        read_archive(archive(tmp_path / "a.tar", files))


def test_an_archive_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(b"nothing of that kind" * 100)
    for path in (tmp_path / "a.tar", tmp_path / "missing.tar"):
        with pytest.raises(DcnError, match="cannot be read"):
            read_archive(str(path))
