# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get the image onto the host, from its registry or from an archive, before anything stops.

``module`` is an AnsibleModule with the options of container_image.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._containers.archive import read_archive
from ansible_collections.dcn.glance.plugins.module_utils._containers.engine import Engine
from ansible_collections.dcn.glance.plugins.module_utils._containers.model import Image
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError


@dataclass(frozen=True)
class Wanted:
    """The image that the container is to have.

    ``image`` is None where check mode cannot know it because it is not on the host; ``digest`` is what its registry
    says. ``source`` is where this run got it from, or would: ``registry``, ``archive``, or '' for this host.
    """

    image: Image | None
    source: str = ""
    digest: str = ""

    def is_image_of(self, image_id: str, digests: tuple[str, ...]) -> bool:
        """Whether a container with this image has the wanted one."""
        if self.image:
            return self.image.id == image_id
        return bool(self.digest) and any(each.endswith(f"@{self.digest}") for each in digests)


def fetch(module: Any, engine: Engine, reference: str) -> Wanted:
    """The image, which is on the host afterwards. Check mode only looks."""
    local = engine.image(reference)
    if module.params["archive"]:
        return _from_archive(module, engine, reference, local)
    if local and module.params["pull"] != "always":
        return Wanted(local)
    if module.params["pull"] == "never":
        raise DcnError(f"The image {reference} is not on this host, and pull is never. Load it first, or set archive.")
    if module.check_mode:
        digest = _registry_digest(module, reference)
        if local and (not digest or local.digest(reference) == digest):
            return Wanted(local)
        return Wanted(None, "registry", digest)
    engine.pull(reference)
    return Wanted(_found(engine, reference), "registry")


def _from_archive(module: Any, engine: Engine, reference: str, local: Image | None) -> Wanted:
    archive = module.params["archive"]
    image_id, names = read_archive(archive)
    if local and local.id == image_id:
        return Wanted(local)
    if module.check_mode:
        return Wanted(Image(image_id, (), tuple(names), {}), "archive")
    engine.run("load", "--input", archive)
    if not (loaded := engine.image(reference)) or loaded.id != image_id:
        engine.run("tag", image_id, reference)
    return Wanted(_found(engine, reference), "archive")


def _found(engine: Engine, reference: str) -> Image:
    image = engine.image(reference)
    if not image:
        raise DcnError(f"The image {reference} is not on this host although {engine.name} reports no error.")
    return image


def _registry_digest(module: Any, reference: str) -> str:
    """The digest that the registry has for the reference, '' if it cannot be asked without a pull."""
    program = module.get_bin_path("skopeo")
    if not program:
        return ""
    words = ["inspect", "--no-tags", "--format", "{{.Digest}}"]
    words += ["--authfile", module.params["auth_file"]] if module.params["auth_file"] else []
    words += [] if module.params["validate_certs"] else ["--tls-verify=false"]
    rc, out, _err = module.run_command([program, *words, f"docker://{reference}"])
    return str(out.strip()) if rc == 0 else ""
