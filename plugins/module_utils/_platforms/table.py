# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where each platform keeps the files of Glance, Nova and Cinder, and how their containers are called.

Sources, by the paths in their repositories:

- tripleo: tripleo-heat-templates (stable/wallaby) deployment/glance/glance-api-container-puppet.yaml,
  deployment/nova/nova-compute-container-puppet.yaml, deployment/cinder/cinder-volume-container-puppet.yaml and
  deployment/logging/files/*.yaml for files and volumes; tripleo-ansible tripleo_ansible/roles/tripleo_container_manage
  for units (``tripleo_CONTAINER``).
- kolla: kolla-ansible ansible/roles/{glance,nova-cell,cinder} (templates/*.json.j2, defaults/main.yml);
  ansible/module_utils/kolla_systemd_worker.py for units (``kolla-CONTAINER-container``); kolla kolla/common/users.py
  for the numbers of users.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import CONF_DIRECTORY

Row = Mapping[str, str]

PACKAGES, TRIPLEO, KOLLA, CUSTOM, OPERATORS = PLATFORMS = ("packages", "tripleo", "kolla", "custom", "operators")

#: The platforms that a site can have on its own. With operators, Glance of all sites runs in pods at the hub.
SITE_PLATFORMS = (PACKAGES, TRIPLEO, KOLLA, CUSTOM)

POLICY = "policy.d/50-dcn-glance.yaml"
SWIFT = "glance-swift.conf"

#: What is in the directory of Glance's configuration beside glance-api.conf.
_GLANCE_FILES = {"policy": POLICY, "swift_file": SWIFT}

#: {service: (name of its file, unit of packages, number of its user in containers, log file of packages)}
_FILES = {"glance": "glance-api.conf", "nova": "nova.conf", "cinder": "cinder.conf"}
_UNITS = {"glance": "glance-api", "nova": "nova-compute", "cinder": "cinder-volume"}
_UIDS = {"glance": "42415", "nova": "42436", "cinder": "42407"}


def _row(service: str, directory: str, ceph: str, data: str, **more: str) -> dict[str, str]:
    """A row with the paths that the directories give. The paths in the container are those of packages."""
    inside = f"/etc/{service}"
    row = {
        "conf": f"{directory}/{_FILES[service]}",
        "conf_inside": f"{inside}/{_FILES[service]}",
        "ceph_directory": ceph,
        "ceph_directory_inside": CONF_DIRECTORY,
        "data_directory": data,
        "data_directory_inside": f"/var/lib/{service}",
        "inside_user": service,
        "units": "/etc/systemd/system",
    }
    for key, name in _GLANCE_FILES.items() if service == "glance" else ():
        row.update({key: f"{directory}/{name}", f"{key}_inside": f"{inside}/{name}"})
    # TripleO gives it to Glance behind glance-api.conf, and kolla-ansible puts it into a directory that is read later.
    if service == "glance" and more.get("engine"):
        row["later_conf"] = f"{directory}/glance-image-import.conf"
    return {**row, **more}


def _packages(service: str) -> dict[str, str]:
    return _row(
        service,
        f"/etc/{service}",
        CONF_DIRECTORY,
        f"/var/lib/{service}",
        unit=_UNITS[service],
        user=service,
        group=service,
        log=f"/var/log/{service}/{_UNITS[service]}.log",
        programs="/usr/bin",
    )


#: {service: (container, config volume of puppet, log file below /var/log/containers)}
_TRIPLEO = {
    "glance": ("glance_api", "glance_api", "glance/api.log"),
    "nova": ("nova_compute", "nova_libvirt", "nova/nova-compute.log"),
    "cinder": ("cinder_volume", "cinder", "cinder/cinder-volume.log"),
}


def _tripleo(service: str) -> dict[str, str]:
    container, volume, log = _TRIPLEO[service]
    step = {"glance": 4, "nova": 4, "cinder": 4}[service]
    return _row(
        service,
        f"/var/lib/config-data/puppet-generated/{volume}/etc/{service}",
        CONF_DIRECTORY,
        f"/var/lib/{service}",
        unit=f"tripleo_{container}",
        engine="podman",
        container=container,
        user=_UIDS[service],
        group=_UIDS[service],
        log=f"/var/log/containers/{log}",
        config_json=f"/var/lib/kolla/config_files/{container}.json",
        definition=f"/var/lib/tripleo-config/container-startup-config/step_{step}/{container}.json",
    )


#: {service: (container, directory below /etc/kolla, named volume of its data)}
_KOLLA = {
    "glance": ("glance_api", "glance-api", "glance"),
    "nova": ("nova_compute", "nova-compute", "nova_compute"),
    "cinder": ("cinder_volume", "cinder-volume", "cinder"),
}

#: Where the engines keep named volumes.
VOLUMES = {"podman": "/var/lib/containers/storage/volumes", "docker": "/var/lib/docker/volumes"}


def _kolla(service: str, engine: str) -> dict[str, str]:
    container, directory, volume = _KOLLA[service]
    return _row(
        service,
        f"/etc/kolla/{directory}",
        f"/etc/kolla/{directory}/ceph",
        f"{VOLUMES[engine]}/{volume}/_data",
        unit=f"kolla-{container}-container",
        engine=engine,
        container=container,
        user=_UIDS[service],
        group=_UIDS[service],
        log=f"/var/log/kolla/{service}/{_UNITS[service]}.log",
        config_json=f"/etc/kolla/{directory}/config.json",
    )


def row(platform: str, service: str, engine: str = "podman") -> dict[str, str]:
    """The values of a service on a platform. ``engine`` matters for kolla, which supports two."""
    if platform == TRIPLEO:
        return _tripleo(service)
    if platform == KOLLA:
        return _kolla(service, engine)
    return _packages(service)


#: How a command enters the container of libvirt, by the container that has the daemon of secrets.
LIBVIRT = {TRIPLEO: "nova_virtsecretd", KOLLA: "nova_libvirt"}
