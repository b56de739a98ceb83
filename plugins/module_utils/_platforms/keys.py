# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection knows of a service on a platform, and what each of these keys means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TEXT, PATH, ENGINE, WORDS = "text", "path", "engine", "words"
ENGINES = ("", "podman", "docker")


@dataclass(frozen=True)
class Key:
    """A key, the type of its value, and whether the variable dcn_platform can set it."""

    type: str
    meaning: str
    settable: bool = True


KEYS: Mapping[str, Key] = {
    "platform": Key(TEXT, "the platform of the site", settable=False),
    "service": Key(TEXT, "glance, nova or cinder", settable=False),
    "conf": Key(PATH, "the configuration file that the collection writes, on the host"),
    "conf_inside": Key(PATH, "the same file as the service reads it"),
    "unit": Key(TEXT, "the systemd unit that restarts the service"),
    "engine": Key(ENGINE, "podman or docker; empty if the service does not run in a container"),
    "container": Key(TEXT, "name of the container"),
    "image": Key(TEXT, "image of throwaway containers; the roles take that of the container"),
    "user": Key(TEXT, "owner of keyrings and directories on the host; its number for a container"),
    "group": Key(TEXT, "group of the files on the host"),
    "inside_user": Key(TEXT, "name of the service's user, in the container if there is one"),
    "ceph_directory": Key(PATH, "directory of confs and keyrings on the host"),
    "ceph_directory_inside": Key(PATH, "the same directory as the service reads it", settable=False),
    "data_directory": Key(PATH, "directory of the service's data on the host"),
    "data_directory_inside": Key(PATH, "the same directory as the service sees it"),
    "log": Key(PATH, "log file on the host"),
    "policy": Key(PATH, "policy file that the collection writes, on the host (Glance only)"),
    "policy_inside": Key(PATH, "the same file as the service reads it"),
    "swift_file": Key(PATH, "file with the accounts of swift stores, on the host (Glance only)"),
    "swift_file_inside": Key(PATH, "the same file as the service reads it"),
    "later_conf": Key(PATH, "file on the host that Glance reads after conf, so that its options win (Glance only)"),
    "programs": Key(PATH, "directory of the service's programs; empty if they are found by their names"),
    "units": Key(PATH, "directory of systemd units that the collection writes"),
    "config_json": Key(PATH, "file on the host that lists what the container copies when it starts"),
    "definition": Key(PATH, "file from which the deployment tool makes the container again"),
    "libvirt_exec": Key(WORDS, "command that enters the container of libvirt (Nova only)"),
    "exec": Key(WORDS, "command that runs another command in the running container"),
    "run": Key(WORDS, "command that runs another command in a throwaway container that copies the files of the host"),
    "path_map": Key(TEXT, "directories that have another path in the container", settable=False),
    "config_files": Key(TEXT, "what config_json must list for the files that the collection writes", settable=False),
    "mounts": Key(TEXT, "directories of the host that the container must have", settable=False),
}

#: The services, and the keys that ``custom`` needs for a service in a container.
SERVICES = ("glance", "nova", "cinder")
NEEDED = ("conf", "unit", "engine", "container", "user", "group", "ceph_directory", "data_directory")
