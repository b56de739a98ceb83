# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that create a container again, from what the engine reports about it.

Used where the container was created through the API of the engine, as kolla-ansible does, so that no command is known.
What the container has from its image is left out: the new container takes it from the new image.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._containers.model import Container, Image

#: Options with one value, and the key in HostConfig. They are left out where the value is 0, -1 or empty.
_VALUES = {
    "--network": "NetworkMode",
    "--ipc": "IpcMode",
    "--pid": "PidMode",
    "--uts": "UTSMode",
    "--userns": "UsernsMode",
    "--cgroup-parent": "CgroupParent",
    "--memory": "Memory",
    "--memory-reservation": "MemoryReservation",
    "--memory-swap": "MemorySwap",
    "--memory-swappiness": "MemorySwappiness",
    "--cpu-shares": "CpuShares",
    "--cpu-period": "CpuPeriod",
    "--cpu-quota": "CpuQuota",
    "--cpuset-cpus": "CpusetCpus",
    "--cpuset-mems": "CpusetMems",
    "--pids-limit": "PidsLimit",
    "--shm-size": "ShmSize",
    "--blkio-weight": "BlkioWeight",
    "--oom-score-adj": "OomScoreAdj",
}
#: Options that are given once for each entry of a list in HostConfig.
_LISTS = {
    "--volume": "Binds",
    "--cap-add": "CapAdd",
    "--cap-drop": "CapDrop",
    "--security-opt": "SecurityOpt",
    "--dns": "Dns",
    "--dns-option": "DnsOptions",
    "--dns-search": "DnsSearch",
    "--add-host": "ExtraHosts",
    "--group-add": "GroupAdd",
    "--volumes-from": "VolumesFrom",
}
_FLAGS = {
    "--privileged": "Privileged",
    "--read-only": "ReadonlyRootfs",
    "--init": "Init",
    "--oom-kill-disable": "OomKillDisable",
    "--publish-all": "PublishAllPorts",
}
#: What the options of a privileged container say already.
_NOT_PRIVILEGED = ("--cap-add", "--security-opt")
#: Annotations that the engine writes itself.
_ENGINE_ANNOTATIONS = ("io.container.manager", "io.podman.", "org.opencontainers.", "org.systemd.property.", "run.oci.")
#: Variables that the engine sets.
_ENGINE_VARIABLES = ("container", "HOSTNAME", "HOME", "TERM")


def options(container: Container, image: Image) -> list[str]:
    """The options of ``create``, without name, variables, image and command.

    Args:
        container: The container.
        image: The image that it was created from.
    """
    return [*_from_host(container), *_from_config(container, image), *_from_engine(container)]


def variables(container: Container, image: Image) -> dict[str, str]:
    """The variables that the container does not have from its image or from the engine."""
    given = set(image.config.get("Env") or ())
    found = (entry.partition("=") for entry in container.config.get("Env") or () if entry not in given)
    return {name: value for name, _equals, value in found if name not in _ENGINE_VARIABLES}


def command(container: Container, image: Image) -> tuple[list[str], list[str]]:
    """The options for the entry point, and the arguments after the image."""
    entry = as_list(container.config.get("Entrypoint"))
    arguments = as_list(container.config.get("Cmd"))
    if entry != as_list(image.config.get("Entrypoint")):
        return ["--entrypoint", json.dumps(entry) if len(entry) > 1 else "".join(entry)], arguments
    return [], [] if arguments == as_list(image.config.get("Cmd")) else arguments


def as_list(value: Any) -> list[str]:
    """Podman 4 writes an entry point as one string, later versions as a list."""
    if isinstance(value, str):
        return value.split() if value else []
    return [str(each) for each in value or ()]


def _from_host(container: Container) -> list[str]:
    host, found = container.host, []
    privileged = bool(host.get("Privileged"))
    for option, key in _VALUES.items():
        if not _is_default(key, host):
            found += [option, str(host[key])]
    for option, key in _LISTS.items():
        if not (privileged and option in _NOT_PRIVILEGED):
            found += [word for value in host.get(key) or () for word in (option, str(value))]
    found += [option for option, key in _FLAGS.items() if host.get(key)]
    restart = host.get("RestartPolicy") or {}
    if restart.get("Name") not in (None, "", "no"):
        limit = restart.get("MaximumRetryCount") or 0
        found += ["--restart", f"{restart['Name']}:{limit}" if limit else str(restart["Name"])]
    for name, soft, hard in ulimits(host):
        found += ["--ulimit", f"{name}={soft}:{hard}"]
    for target, words in sorted((host.get("Tmpfs") or {}).items()):
        found += ["--tmpfs", f"{target}:{words}" if words else str(target)]
    for device in host.get("Devices") or ():
        parts = [device.get(key) for key in ("PathOnHost", "PathInContainer", "CgroupPermissions")]
        found += ["--device", ":".join(str(part) for part in parts if part)]
    for name, value in sorted((host.get("Sysctls") or {}).items()):
        found += ["--sysctl", f"{name}={value}"]
    return found + _ports(host) + _cgroups(host)


def _is_default(key: str, host: Mapping[str, Any]) -> bool:
    value = host.get(key)
    if key in ("PidMode", "UTSMode") and value == "private":
        return True
    if key == "MemorySwap":  # twice the memory, where only the memory was given
        return not value or value == 2 * (host.get("Memory") or 0)
    return not value or (value == -1 and key in ("MemorySwappiness", "BlkioWeight", "CpuQuota"))


def ulimits(host: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Name, soft and hard limit."""
    found = []
    for limit in host.get("Ulimits") or ():
        name = str(limit["Name"]).lower().replace("rlimit_", "")
        found.append((name, int(limit["Soft"]), int(limit["Hard"])))
    return sorted(found)


def _ports(host: Mapping[str, Any]) -> list[str]:
    found = []
    for port, bindings in sorted((host.get("PortBindings") or {}).items()):
        for binding in bindings or ():
            address = binding.get("HostIp") or ""
            address = f"[{address}]" if ":" in address else address
            found += ["--publish", ":".join(part for part in (address, str(binding.get("HostPort", "")), port) if part)]
    return found


def _cgroups(host: Mapping[str, Any]) -> list[str]:
    mode = host.get("CgroupMode") or host.get("CgroupnsMode")
    found = ["--cgroupns", str(mode)] if mode else []
    return found + (["--cgroups", host["Cgroups"]] if host.get("Cgroups") not in (None, "", "default") else [])


def _from_config(container: Container, image: Image) -> list[str]:
    """What a container takes from its image by default."""
    config, own = container.config, image.config
    found: list[str] = []
    for option, key in (("--user", "User"), ("--workdir", "WorkingDir")):
        if (config.get(key) or "") not in ("", own.get(key) or "") and (key, config[key]) != ("WorkingDir", "/"):
            found += [option, str(config[key])]
    given = own.get("Labels") or {}
    for name, value in sorted((config.get("Labels") or {}).items()):
        if given.get(name) != value:
            found += ["--label", f"{name}={value}"]
    found += _stopping(config, own)
    found += [option for option, key in (("--tty", "Tty"), ("--interactive", "OpenStdin")) if config.get(key)]
    if container.host.get("NetworkMode") != "host" and config.get("Hostname") not in (None, "", container.id[:12]):
        found += ["--hostname", str(config["Hostname"])]
    for name, value in sorted((config.get("Annotations") or {}).items()):
        if not name.startswith(_ENGINE_ANNOTATIONS):
            found += ["--annotation", f"{name}={value}"]
    return found + _health(config.get("Healthcheck"), own.get("Healthcheck") or image.data.get("HealthCheck"), config)


def _stopping(config: Mapping[str, Any], own: Mapping[str, Any]) -> list[str]:
    found = []
    if signal(config) not in ("", signal(own) or "SIGTERM"):
        found += ["--stop-signal", signal(config)]
    if config.get("StopTimeout") is not None:
        found += ["--stop-timeout", str(config["StopTimeout"])]
    if config.get("Umask") not in (None, "", "0022"):
        found += ["--umask", str(config["Umask"])]
    if config.get("Timeout"):
        found += ["--timeout", str(config["Timeout"])]
    if config.get("sdNotifyMode") not in (None, "", "container"):
        found += ["--sdnotify", str(config["sdNotifyMode"])]
    return found


def signal(config: Mapping[str, Any]) -> str:
    """The signal that stops the container. Podman 4 writes its number."""
    text = str(config.get("StopSignal") or "")
    return {"15": "SIGTERM", "0": ""}.get(text, text)


def _health(check: Mapping[str, Any] | None, given: Mapping[str, Any] | None, config: Mapping[str, Any]) -> list[str]:
    if not check or check == given:
        return []
    test = [str(word) for word in check.get("Test") or ()]
    if test[:1] == ["NONE"]:
        return ["--no-healthcheck"]
    found = ["--health-cmd", test[1] if test[:1] == ["CMD-SHELL"] and len(test) == 2 else json.dumps(test[1:])]
    for option, key in (("interval", "Interval"), ("timeout", "Timeout"), ("start-period", "StartPeriod")):
        if check.get(key):
            found += [f"--health-{option}", f"{check[key]}ns"]
    if check.get("Retries"):
        found += ["--health-retries", str(check["Retries"])]
    if config.get("HealthcheckOnFailureAction") not in (None, "", "none"):
        found += ["--health-on-failure", str(config["HealthcheckOnFailureAction"])]
    return found


def _from_engine(container: Container) -> list[str]:
    """Log and pid files, where they are not the engine's own."""
    log = container.host.get("LogConfig") or {}
    found = ["--log-driver", str(log["Type"])] if log.get("Type") else []
    words: Iterable[tuple[str, Any]] = (log.get("Config") or {}).items()
    if log.get("Path") and container.id not in str(log["Path"]):
        words = [*words, ("path", log["Path"])]
    if log.get("Tag"):
        words = [*words, ("tag", log["Tag"])]
    if log.get("Size") not in (None, "", "0B"):
        words = [*words, ("max-size", log["Size"])]
    for name, value in words:
        found += ["--log-opt", f"{name}={value}"]
    for option, key in (("--conmon-pidfile", "ConmonPidFile"), ("--pidfile", "PidFile")):
        path = str(container.data.get(key) or "")
        if path and container.id not in path:
            found += [option, path]
    return found
