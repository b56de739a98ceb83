# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod: finds the process that serves Glance and the configuration that it reads.

The source of this file is sent to the pod's Python: it imports the standard library and ``_ini/dialects`` only.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ini import dialects

# Programs that serve Glance: its own server, and web servers.
SERVERS = ("glance-api", "httpd", "apache2", "uwsgi", "gunicorn")
WEB_SERVERS = SERVERS[1:]
ETC = "/etc/glance"
STAGING = ("os_glance_staging_store", "filesystem_store_datadir")
DEFAULT_STAGING = "/var/lib/glance/os_glance_staging_store"


def text_of(path: str) -> str:
    """The content of a small file; empty when it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def boot_time(proc: str) -> float:
    """The boot time of the machine in seconds since 1970; start times of processes count from there."""
    found = re.search(r"^btime (\d+)", text_of(proc + "/stat"), re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def process(proc: str, pid: str) -> dict[str, Any] | None:
    """One process, or None when it no longer exists."""
    words = text_of(f"{proc}/{pid}/cmdline").split("\0")[:-1]
    stat = text_of(f"{proc}/{pid}/stat").rpartition(")")[2].split()
    if not words or len(stat) < 20:
        return None
    status = dict(line.split(":", 1) for line in text_of(f"{proc}/{pid}/status").splitlines() if ":" in line)
    started = boot_time(proc) + int(stat[19]) / os.sysconf("SC_CLK_TCK")
    return {
        "pid": int(pid),
        "program": next((name for name in SERVERS if any(os.path.basename(word) == name for word in words[:3])), ""),
        "arguments": words,
        "started": round(started, 2),
        "uid": int(status.get("Uid", "0 0").split()[1]),
        "gids": sorted({int(word) for key in ("Gid", "Groups") for word in status.get(key, "").split()}),
    }


def serving(proc: str = "/proc") -> dict[str, Any] | None:
    """The process that has read the configuration: the oldest server, with the account of its worker processes."""
    pids = sorted((pid for pid in os.listdir(proc) if pid.isdigit()), key=int)
    processes = [item for item in (process(proc, pid) for pid in pids) if item]
    servers = [item for item in processes if item["program"]]
    if not servers:
        return processes[0] if processes and processes[0]["pid"] == 1 else None
    first = min(servers, key=lambda item: (item["started"], item["pid"]))
    workers = [item for item in servers if item["uid"]]
    account = workers[0] if workers else first
    return {**first, "uid": account["uid"], "gids": account["gids"]}


def environment(proc: str, pid: int) -> dict[str, str]:
    """The environment of a process; that of this process where the other one cannot be read."""
    pairs = [word.partition("=") for word in text_of(f"{proc}/{pid}/environ").split("\0") if "=" in word]
    return {name: value for name, _equals, value in pairs} or dict(os.environ)


def in_directory(path: str) -> list[str]:
    """The files that oslo.config reads in a directory."""
    return sorted(glob.glob(os.path.join(glob.escape(path), "*.conf")))


def config_paths(arguments: Sequence[str], program: str, env: Mapping[str, str], etc: str = ETC) -> list[str]:
    """The configuration files in the order in which they are read: later files take precedence."""
    web = program in WEB_SERVERS
    words = [] if web else list(arguments)
    explicit: list[tuple[str, str]] = []
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in ("--config-file", "--config-dir"):
            explicit.append((name, value if equals else (words[index + 1] if index + 1 < len(words) else "")))
    given = {name for name, _value in explicit}
    home = env.get("OS_GLANCE_CONFIG_DIR") or etc
    found: list[str] = []
    if "--config-file" not in given:
        names = ["glance-image-import.conf", "glance-api.conf"] if web else ["glance.conf", "glance-api.conf"]
        found += [path for path in (os.path.join(home, name) for name in names) if os.path.isfile(path)]
    if "--config-dir" not in given:
        names = ["glance.conf.d"] if web else ["glance.conf.d", "glance-api.conf.d"]
        found += [path for name in names for path in in_directory(os.path.join(etc, name))]
    for name, value in explicit:
        found += in_directory(value) if name == "--config-dir" else [value]
    return found


def options_of(texts: Sequence[str]) -> dict[tuple[str, str], str]:
    """The last value of each (section, option), as oslo.config reads these files one after the other."""
    oslo = dialects.DIALECTS["oslo"]
    found: dict[tuple[str, str], str] = {}
    for text in texts:
        section, key, previous = "", ("", ""), None
        values: list[str] = []
        for body in re.split(r"\r\n|\n|\r", text):
            line, refused = oslo.classify(body, "\n", previous, bool(section))
            previous = line
            if line.kind == dialects.HEADER:
                section = oslo.section_key(line.name)
            elif line.kind == dialects.OPTION and not refused:
                key, values = (section, oslo.option_key(line.name)), [oslo.split(body).raw]
                found[key] = oslo.read(values)
            elif line.kind == dialects.CONTINUATION and values:
                values.append(body)
                found[key] = oslo.read(values)
    return found


def staging_directory(found: Mapping[tuple[str, str], str]) -> str:
    """The directory of staged uploads; without multistore, node_staging_uri sets it."""
    if not found.get(("DEFAULT", "enabled_backends")):
        uri = found.get(("DEFAULT", "node_staging_uri")) or "file:///tmp/staging/"
        return uri[len("file://") :] if uri.startswith("file://") else uri
    return found.get(STAGING) or DEFAULT_STAGING


def environment_options(env: Mapping[str, str]) -> str:
    """The options that the environment of a process sets, as the text of a configuration file."""
    lines = []
    for name, value in sorted(env.items()):
        section, separator, option = name[3:].partition("__") if name.startswith("OS_") else ("", "", "")
        if separator and section and option and "\n" not in value:
            group = section if section == "DEFAULT" else section.lower()
            lines.append(f"[{group}]\n{option.lower()} = {value}\n")
    return "".join(lines)


def running(proc: str = "/proc", etc: str = ETC) -> tuple[dict[str, Any] | None, list[str]]:
    """The serving process and the files that it reads."""
    server = serving(proc)
    env = environment(proc, server["pid"]) if server else dict(os.environ)
    arguments = server["arguments"] if server else []
    return server, config_paths(arguments, server["program"] if server else "", env, etc)
