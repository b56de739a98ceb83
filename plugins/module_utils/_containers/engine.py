# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command of the container engine. ``module`` is an AnsibleModule with the options of container_image."""

from __future__ import annotations

import json
import os.path
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._containers.creation import Creation
from ansible_collections.dcn.glance.plugins.module_utils._containers.model import (
    Container,
    Image,
    read_container,
    read_image,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

#: A line of Podman about the host, such as the one about its version of cgroups.
_IS_WARNING = "level=warning"


class Engine:
    """Podman or Docker on this host."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.name: str = module.params["engine"]
        self.program: str = module.get_bin_path(self.name, required=True)

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> str:
        """The output of a command; DcnError with what it writes if it fails."""
        rc, out, err = self.try_run(*words, environment=environment)
        if rc != 0:
            raise DcnError(f"{self.name} {' '.join(words[:2])} failed: {said(err) or f'exit code {rc}'}")
        return out

    def try_run(self, *words: str, environment: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """Exit code, output and errors of a command."""
        found = self.module.run_command([self.program, *words], environ_update=dict(environment or {}))
        return int(found[0]), str(found[1]), str(found[2])

    def container(self, name: str) -> Container | None:
        """A container, None if there is none with this name."""
        data = self._inspect("container", name)
        return None if data is None or str(data.get("Name", "")).lstrip("/") != name else read_container(data)

    def image(self, reference: str) -> Image | None:
        """An image on this host, None if it is not here."""
        data = self._inspect("image", reference)
        return None if data is None else read_image(data)

    def _inspect(self, kind: str, name: str) -> dict[str, Any] | None:
        rc, out, err = self.try_run(kind, "inspect", name)
        if rc == 0:
            found = json.loads(out)
            return found[0] if found else None
        if "no such" in err.lower() or "not known" in err.lower():
            return None
        raise DcnError(f"{self.name} {kind} inspect {name} failed: {said(err)}")

    def pull(self, reference: str) -> None:
        """Pull an image with the credentials of a file, which is not read here."""
        auth, words = self.module.params["auth_file"], ["pull", "--quiet"]
        before = []
        if auth and self.name == "docker":
            before = ["--config", os.path.dirname(auth)]
        elif auth:
            words += ["--authfile", auth]
        if self.name == "podman" and not self.module.params["validate_certs"]:
            words.append("--tls-verify=false")
        rc, _out, err = self.try_run(*before, *words, reference)
        if rc != 0:
            raise DcnError(
                f"{reference} cannot be pulled: {said(err)}. The container was not touched. Check the name of the "
                "image, the registry, and auth_file."
            )

    def create(self, made: Creation) -> None:
        """Create a container and do not start it."""
        self.run("create", *made.arguments, environment=dict(made.variables))

    def remove(self, name: str) -> None:
        """Remove a container, running or not, and not its volumes."""
        rc, _out, err = self.try_run("rm", "--force", name)
        if rc != 0 and "no such" not in err.lower() and "no container" not in err.lower():
            raise DcnError(f"The container {name} cannot be removed: {said(err)}")

    def users_of(self, image_id: str) -> list[str]:
        """The names of all containers of an image, sorted."""
        out = self.run("ps", "--all", "--no-trunc", "--filter", f"ancestor={image_id}", "--format", "{{.Names}}")
        return sorted(out.split())

    def output(self, name: str, lines: int = 40) -> list[str]:
        """What a container wrote last. Its log can begin with that of the container before it."""
        found = self.container(name)
        since = ("--since", str(found.data["Created"])) if found and found.data.get("Created") else ()
        rc, out, err = self.try_run("logs", "--tail", str(lines), *since, name)
        return without_warnings(out + err) if rc == 0 else []


def said(text: str) -> str:
    """What a command says, without warnings of the engine about the host."""
    lines = [line.strip() for line in without_warnings(text) if line.strip()]
    return " ".join(lines)[-1500:].removeprefix("Error: ")


def without_warnings(text: str) -> list[str]:
    """The lines that are no warnings of the engine about the host."""
    return [line for line in text.splitlines() if _IS_WARNING not in line]
