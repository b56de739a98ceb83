# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the id and the names of the image in an archive that ``save`` wrote."""

from __future__ import annotations

import json
import tarfile
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._containers.model import plain_id
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError


def read_archive(path: str) -> tuple[str, list[str]]:
    """The id of the image and its names. The format is docker-archive or oci-archive, compressed or not."""
    try:
        with open(path, "rb") as stream, tarfile.open(fileobj=stream) as archive:
            names = {name.lstrip("./"): name for name in archive.getnames()}
            if "manifest.json" in names:
                return _docker(_json(archive, names["manifest.json"]), path)
            if "index.json" in names:
                return _oci(archive, names, path)
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError, IndexError) as error:
        raise DcnError(
            f"The archive {path} cannot be read: {error}. Write it with podman save, and copy it again."
        ) from error
    raise DcnError(f"The archive {path} holds no image: it has neither manifest.json nor index.json.")


def _json(archive: tarfile.TarFile, name: str) -> Any:
    stream = archive.extractfile(name)
    if stream is None:
        raise ValueError(f"{name} is no file")
    return json.loads(stream.read().decode("utf-8"))


def _only(entries: list[Any], path: str) -> Any:
    if len(entries) != 1:
        raise DcnError(f"The archive {path} holds {len(entries)} images. Write an archive of one image.")
    return entries[0]


def _docker(manifest: list[Any], path: str) -> tuple[str, list[str]]:
    entry = _only(manifest, path)
    return str(entry["Config"]).rpartition("/")[2].partition(".")[0], list(entry.get("RepoTags") or ())


def _oci(archive: tarfile.TarFile, names: dict[str, str], path: str) -> tuple[str, list[str]]:
    entry = _only(_json(archive, names["index.json"])["manifests"], path)
    manifest = _json(archive, names[f"blobs/sha256/{plain_id(entry['digest'])}"])
    name = (entry.get("annotations") or {}).get("org.opencontainers.image.ref.name", "")
    return plain_id(manifest["config"]["digest"]), [name] if name else []
