# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a new container differs from the old one in more than its image."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._containers import options
from ansible_collections.dcn.glance.plugins.module_utils._containers.model import Container, Image

#: Keys of HostConfig that describe one container, or that are compared in another way.
_OWN = {"ContainerIDFile", "LogConfig", "Annotations", "Binds", "Ulimits", "ConsoleSize", "AutoRemove", "Isolation"}
_CONFIG = ("User", "WorkingDir", "Tty", "OpenStdin", "StopTimeout", "Umask", "Timeout", "HealthcheckOnFailureAction")
#: Keys that containers have from their image.
_FROM_IMAGE = ("User", "WorkingDir")


def differences(old: Container, old_image: Image, new: Container, new_image: Image) -> list[str]:
    """What differs, as ``HostConfig.Memory: 1073741824 becomes 0``, sorted."""
    found = [*_host(old, new), *_config(old, old_image, new, new_image), *_variables(old, old_image, new)]
    return sorted(f"{key}: {_shown(before)} becomes {_shown(after)}" for key, before, after in found)


def _host(old: Container, new: Container) -> Iterator[tuple[str, Any, Any]]:
    privileged = bool(old.host.get("Privileged")) and bool(new.host.get("Privileged"))
    for key in sorted(set(old.host) | set(new.host)):
        if key in _OWN or (privileged and key in ("SecurityOpt", "CapAdd", "CapDrop")):
            continue
        before, after = _plain(old.host.get(key)), _plain(new.host.get(key))
        if before != after:
            yield f"HostConfig.{key}", before, after
    readers: dict[str, Callable[[Container], list[str]]] = {"Binds": _binds, "Ulimits": _ulimits, "LogConfig": _log}
    for key, read in readers.items():
        mine, its = read(old), read(new)
        if mine != its:
            gone = [each for each in mine if each not in its and not (key == "Ulimits" and old.create_command)]
            more = [each for each in its if each not in mine]
            if gone or more:
                yield f"HostConfig.{key}", gone, more


def _config(old: Container, old_image: Image, new: Container, new_image: Image) -> Iterator[tuple[str, Any, Any]]:
    for key in _CONFIG:
        before, after = _plain(old.config.get(key)), _plain(new.config.get(key))
        inherited = key in _FROM_IMAGE and before in (_plain(old_image.config.get(key)), "/")
        if before != after and not (inherited and after in (_plain(new_image.config.get(key)), "/")):
            yield f"Config.{key}", before, after
    if options.command(old, old_image) != options.command(new, new_image):
        yield "Config.Cmd", _words(old), _words(new)
    if _hostname(old) != _hostname(new):
        yield "Config.Hostname", _hostname(old), _hostname(new)
    health = old.config.get("Healthcheck")
    given = (old_image.config.get("Healthcheck"), old_image.data.get("HealthCheck"))
    if health and health not in given and health != new.config.get("Healthcheck"):
        yield "Config.Healthcheck", health, new.config.get("Healthcheck")
    for key in ("ConmonPidFile", "PidFile"):
        before, after = _path(old, key), _path(new, key)
        if before != after:
            yield key, before, after


def _variables(old: Container, old_image: Image, new: Container) -> Iterator[tuple[str, Any, Any]]:
    """Variables and labels. The values are not shown: they can be secrets."""
    entries = (entry.partition("=") for entry in new.config.get("Env") or ())
    has = {name: value for name, _equals, value in entries}
    for name, value in options.variables(old, old_image).items():
        if has.get(name) != value:
            yield f"Config.Env.{name}", "its value", "another one" if name in has else "nothing"
    given, labels = old_image.config.get("Labels") or {}, new.config.get("Labels") or {}
    for name, value in (old.config.get("Labels") or {}).items():
        if given.get(name) != value and labels.get(name) != value and name != "config_data":
            yield f"Config.Labels.{name}", value, labels.get(name)


def _plain(value: Any) -> Any:
    """Equal for values that mean the same: nothing, and lists in any order."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return sorted(value)
    return value or ""


def _ulimits(container: Container) -> list[str]:
    """Podman adds the default limits when it starts a container, so that a new one has only those of its command."""
    return [f"{name}={soft}:{hard}" for name, soft, hard in options.ulimits(container.host)]


def _binds(container: Container) -> list[str]:
    """Volumes, with their words in one order and without slashes at the end.

    A container that was started lacks the words that change labels and owners at the first start.
    """
    found = []
    for bind in container.host.get("Binds") or ():
        source, target, words = [*str(bind).split(":"), "", ""][:3]
        mode = ",".join(sorted(set(words.split(",")) - {"", "z", "Z", "U"}))
        found.append(":".join((source.rstrip("/") or "/", target.rstrip("/"), mode)))
    return sorted(found)


def _log(container: Container) -> list[str]:
    log = container.host.get("LogConfig") or {}
    path = str(log.get("Path") or "")
    config = [f"{name}={value}" for name, value in sorted((log.get("Config") or {}).items())]
    return [str(log.get("Type")), "" if container.id in path else path, str(log.get("Tag") or ""), *config]


def _hostname(container: Container) -> str:
    name = str(container.config.get("Hostname") or "")
    return "" if name == container.id[:12] else name


def _words(container: Container) -> list[str]:
    return options.as_list(container.config.get("Entrypoint")) + options.as_list(container.config.get("Cmd"))


def _path(container: Container, key: str) -> str:
    path = str(container.data.get(key) or "")
    return "" if container.id in path else path


def _shown(value: Any) -> str:
    return str(value) if value not in ("", None, []) else "nothing"
