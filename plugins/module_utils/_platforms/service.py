# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service at a site: the values of its platform, and those that the variable dcn_platform sets instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import CONF_DIRECTORY
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._platforms.copies import entries, mounts
from ansible_collections.dcn.glance.plugins.module_utils._platforms.keys import (
    ENGINE,
    ENGINES,
    KEYS,
    NEEDED,
    PATH,
    SERVICES,
    WORDS,
    Key,
)
from ansible_collections.dcn.glance.plugins.module_utils._platforms.table import (
    CUSTOM,
    KOLLA,
    LIBVIRT,
    TRIPLEO,
    row,
)

VARIABLE = "dcn_platform"

#: What a throwaway container does first: it copies the files as the service does when it starts, then takes its user.
_COPY = (
    "if command -v kolla_set_configs >/dev/null; then kolla_set_configs >&2 || exit 125; fi; "
    'exec runuser -u {user} -- "$@"'
)


def platform_service(platform: str, service: str, overrides: object = None, image: str = "") -> dict[str, Any]:
    """Every key of the table. Raises InputErrors with all problems of ``overrides``, the value of dcn_platform.

    ``image`` is the image of the container, if it is known.
    """
    if service not in SERVICES:
        raise InputErrors([Problem("service", f"{words.show(service)} is not one of {words.one_of(SERVICES)}")])
    problems = override_problems(platform, overrides)
    if problems:
        raise InputErrors(problems)
    stated = _stated(overrides, service)
    found: dict[str, Any] = {name: [] if key.type == WORDS else "" for name, key in KEYS.items()}
    found.update(row(platform, service, str(stated.get("engine") or "podman")))
    found.update(platform=platform, service=service, image=image)
    if "container" in stated:
        found["unit"] = {TRIPLEO: "tripleo_{}", KOLLA: "kolla-{}-container"}.get(platform, found["unit"]).format(
            stated["container"]
        )
    found.update(stated)
    if not found["engine"]:
        found.update({name: found[name[: -len("_inside")]] for name in KEYS if name.endswith("_inside")})
    found["config_files"] = entries(platform, found) if found["config_json"] else []
    found["mounts"] = mounts(platform, found)
    found["path_map"] = _path_map(found)
    for name, value in _commands(platform, found).items():
        found[name] = stated.get(name, value)
    return found


def _path_map(found: Mapping[str, Any]) -> list[dict[str, str]]:
    """The directories of which the host has another path, without those that a longer entry covers."""
    names = ("conf", "ceph_directory", "data_directory", "policy", "swift_file")
    pairs = [(found[f"{name}_inside"], found[name]) for name in names]
    return [{"inside": inside, "host": host} for inside, host in pairs if inside and inside != host]


def _commands(platform: str, found: Mapping[str, Any]) -> dict[str, list[str]]:
    engine, container, image = found["engine"], found["container"], found["image"]
    if not engine:
        return {}
    libvirt = LIBVIRT.get(platform, "") if found["service"] == "nova" else ""
    network = ["--network", "host", "--user", "root", "--env", "KOLLA_CONFIG_STRATEGY=COPY_ALWAYS"]
    throwaway = [engine, "run", "--rm", "-i", *network, "--volumes-from", container, image]
    return {
        "exec": [engine, "exec", "-i", container],
        "run": [*throwaway, "sh", "-c", _COPY.format(user=found["inside_user"]), "sh"] if image else [],
        "libvirt_exec": [engine, "exec", "-i", libvirt] if libvirt else [],
    }


def _stated(overrides: object, service: str) -> dict[str, Any]:
    stated = overrides.get(service) if isinstance(overrides, Mapping) else None
    return {str(name): value for name, value in (stated or {}).items() if value is not None}


def override_problems(platform: str, overrides: object) -> list[Problem]:
    """Everything that is wrong with the value of dcn_platform for a host of a site with this platform."""
    if overrides is None:
        return []
    if not isinstance(overrides, Mapping):
        return [Problem(VARIABLE, f"must be a mapping of {words.one_of(SERVICES)}, not {words.kind(overrides)}")]
    found = []
    for service, values in overrides.items():
        path = f"{VARIABLE}.{words.key(str(service))}"
        if service not in SERVICES:
            hint = words.suggest(str(service), SERVICES)
            found.append(Problem(path, f"is not one of {words.one_of(SERVICES)}{hint}"))
        elif values is not None and not isinstance(values, Mapping):
            found.append(Problem(path, f"must be a mapping, not {words.kind(values)}"))
        else:
            found += _key_problems(path, values or {})
            found += _missing(platform, path, _stated(overrides, service))
            found += _misplaced(platform, path, _stated(overrides, service))
    return found


def _key_problems(path: str, values: Mapping[Any, Any]) -> list[Problem]:
    settable = {name: key for name, key in KEYS.items() if key.settable}
    found = []
    for name, value in values.items():
        if name not in settable:
            known = f"; the keys are {', '.join(settable)}"
            hint = words.suggest(str(name), tuple(settable)) or known
            found.append(Problem(f"{path}.{words.key(str(name))}", f"is not a key of a service{hint}"))
        elif value is not None:
            why = _value_problem(settable[name], value)
            found += [Problem(f"{path}.{name}", why)] if why else []
    return found


def _value_problem(key: Key, value: object) -> str:
    if key.type == WORDS:
        right = isinstance(value, (list, tuple)) and all(isinstance(word, str) and word for word in value)
        return "" if right else f"must be a list of words, such as [podman, exec, -i, NAME], not {words.show(value)}"
    if not isinstance(value, str):
        hint = "; put numbers in quotes" if isinstance(value, int) and not isinstance(value, bool) else ""
        return f"must be text, not {words.kind(value)}{hint}"
    if key.type == ENGINE and value not in ENGINES:
        return f"must be podman, docker or empty, not {words.show(value)}"
    if key.type == PATH and value and not value.startswith("/"):
        return f"must be an absolute path, not {words.show(value)}"
    return ""


def _misplaced(platform: str, path: str, stated: Mapping[str, Any]) -> list[Problem]:
    """Without a container, a service reads confs and keyrings where the options of all sites name them."""
    if (
        platform in (TRIPLEO, KOLLA)
        or stated.get("engine")
        or stated.get("ceph_directory", CONF_DIRECTORY) in (CONF_DIRECTORY, "")
    ):
        return []
    why = f"has an effect for a service in a container only; without one, services read {CONF_DIRECTORY}. Remove it"
    return [Problem(f"{path}.ceph_directory", why)]


def _missing(platform: str, path: str, stated: Mapping[str, Any]) -> list[Problem]:
    """Platform custom: nothing is known of a container but what the user says."""
    if platform != CUSTOM or not (stated.get("engine") or stated.get("container")):
        return []
    why = "is missing; `platform: custom` needs it for a service in a container"
    return [Problem(f"{path}.{name}", why) for name in NEEDED if not stated.get(name)]
