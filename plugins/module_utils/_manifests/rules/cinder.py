# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for the cinder-volumes of a control plane."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import basename

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._ini import located
from ansible_collections.dcn.glance.plugins.module_utils._manifests.edge import (
    CinderVolume,
    api_configs,
    api_in,
    default_conf,
    nova_texts,
    volumes,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.effective_config import EffectiveConfig
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._manifests.pod_files import keyring_candidates

#: Options of a backend: Cinder reads them in its section only, and in [backend_defaults].
_OF_BACKEND = ("volume_driver", "backend_availability_zone")


def section_missing(workspace: Workspace) -> Hits:
    for volume in volumes(workspace):
        for name in volume.backends:
            if volume.has_secrets or "{{" in name or volume.text.ini.header(name) is not None:
                continue
            message = f"enables '{name}', but there is no section [{name}]: Cinder does not start this backend. "
            message += f"Add the section, or remove '{name}'"
            yield volume.text.hit(located.DEFAULT, "enabled_backends", message)


def section_not_enabled(workspace: Workspace) -> Hits:
    for volume in volumes(workspace):
        for name, line in volume.text.ini.headers:
            if name in volume.backends or not volume.text.value(name, "volume_driver"):
                continue
            where = "" if volume.backends else ", which is not set in [DEFAULT]"
            message = (
                f"is a backend, but not in enabled_backends{where}: Cinder ignores it. Add it, or remove the section"
            )
            yield volume.text.hit_at(f"[{name}]", line, message)


def option_misplaced(workspace: Workspace) -> Hits:
    for volume in volumes(workspace):
        for option in volume.text.ini.options:
            message = ""
            if option.name == "glance_api_servers" and option.section != located.DEFAULT:
                message = "is read in [DEFAULT] only, so Cinder gets images from the Glance of the hub. Move it there"
            elif option.section == located.DEFAULT and (option.name.startswith("rbd_") or option.name in _OF_BACKEND):
                message = (
                    "is an option of a backend, and is not read in [DEFAULT]. Move it to the section of the backend"
                )
            if message:
                yield volume.text.hit_at(f"[{option.section}] {option.name}", option.line, message)


def conf_missing(workspace: Workspace) -> Hits:
    for volume in volumes(workspace):
        if volume.text.document.partial and not volume.extra:
            continue
        mounted = volume.files(workspace)
        for name in volume.rbd_backends:
            conf = volume.conf(name)
            message = ""
            if not mounted.is_mounted(conf):
                message = (
                    f"is {conf}, and no volume in extraMounts is mounted there in the pods of '{volume.key}'. Mount "
                    f"the Secret, with '{volume.key}' in its propagation"
                )
            elif conf not in mounted.files and not mounted.unknown_reason(conf):
                message = f"is {conf}, which no Secret in the pods of '{volume.key}' has. Add it, or correct the path"
            if message:
                # The base of a patch may mount it.
                yield volume.text.hit(name, "rbd_ceph_conf", message, WARNING if volume.text.document.partial else "")


def keyring_missing(workspace: Workspace) -> Hits:
    for volume in volumes(workspace):
        mounted = volume.files(workspace)
        for name in volume.rbd_backends:
            conf, user = mounted.files.get(volume.conf(name)), volume.text.value(name, "rbd_user")
            if conf is None or not user or "{{" in user:
                continue
            candidates = keyring_candidates(volume.conf(name), user, conf)
            if any(path in mounted.files or mounted.unknown_reason(path) for path in candidates):
                continue
            message = f"is '{user}', but no Secret in the pods of '{volume.key}' has {basename(candidates[0])}. "
            yield volume.text.hit(name, "rbd_user", f"{message}Correct the user, or add the keyring")


def glance_foreign(workspace: Workspace) -> Hits:
    known = api_configs(workspace)
    for volume in volumes(workspace):
        value = volume.text.value(located.DEFAULT, "glance_api_servers")
        for url in filter(None, (part.strip() for part in value.split(","))):
            message = _foreign(volume, api_in(url), known)
            if message:
                yield volume.text.hit(located.DEFAULT, "glance_api_servers", message)


def _foreign(volume: CinderVolume, api: str, configs: Mapping[str, EffectiveConfig | None]) -> str:
    """Why the API is not the one of the volume's site, or ''."""
    if not api or not configs:
        return ""
    if api not in configs:
        return f"is the Service of the API '{api}', which does not exist. The APIs are {', '.join(sorted(configs))}"
    theirs, own = default_conf(configs[api]), {volume.conf(name) for name in volume.rbd_backends}
    if theirs and own and theirs not in own:
        return (
            f"is the API '{api}', whose default store uses {theirs}, but the backends of '{volume.key}' use "
            f"{', '.join(sorted(own))}: every volume of an image is copied over the network. Use the API of the site"
        )
    return ""


def libvirt_secret(workspace: Workspace) -> Hits:
    """The operators make one libvirt secret for each cluster, so Cinder must name the user and secret of Nova."""
    texts = list(nova_texts(workspace))
    for volume in volumes(workspace):
        for name in volume.rbd_backends:
            for text in texts:
                if text.value("libvirt", "images_rbd_ceph_conf") != volume.conf(name):
                    continue
                for option in ("rbd_secret_uuid", "rbd_user"):
                    ours, theirs = volume.text.value(name, option), text.value("libvirt", option)
                    if ours and theirs and ours != theirs:
                        message = (
                            f"differs from [libvirt] {option} of {text.document.label} for the same cluster, so "
                            "servers cannot attach the volumes: the hosts have one libvirt secret for a cluster. Use "
                            "the same value"
                        )
                        yield volume.text.hit(name, option, message)


RULES = (
    Rule("volume-section-missing", ERROR, "Cinder does not start a backend without a section", section_missing),
    Rule("volume-conf-not-mounted", ERROR, "the conf of a backend is not in the pods", conf_missing),
    Rule("volume-keyring-not-mounted", ERROR, "the keyring of a backend is not in the pods", keyring_missing),
    Rule("volume-glance-foreign", ERROR, "Cinder gets images from the Glance of another site", glance_foreign),
    Rule("volume-libvirt-secret", ERROR, "Nova and Cinder need the same user and libvirt secret", libvirt_secret),
    Rule("volume-section-unused", WARNING, "Cinder ignores a backend that is not enabled", section_not_enabled),
    Rule("volume-option-misplaced", WARNING, "Cinder does not read an option in this section", option_misplaced),
)
