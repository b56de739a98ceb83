# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How containers are created again."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._containers.creation import creation, relabelled, throwaway
from ansible_collections.dcn.glance.plugins.module_utils._containers.model import Image, read_container
from ansible_collections.dcn.glance.tests.unit.containers.data import VERSIONS, changed, container, image, reported

NEW = "registry.example.com/glance-api:two"
TRIPLEO_LABEL = (
    "config_data={'environment': {'KOLLA_CONFIG_STRATEGY': 'COPY_ALWAYS'}, 'image': '" + NEW + "', 'net': 'host', "
    "'volumes': ['/etc/hosts:/etc/hosts:ro']}"
)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_command_is_used_again(version: str) -> None:
    old = container(f"{version}-tripleo")
    made = creation(old, image(version), NEW, "glance_api-next")
    given = old.create_command[5:]
    for words in (["--env", "KOLLA_CONFIG_STRATEGY=COPY_ALWAYS"], ["--env", given[given.index("--env") + 3]]):
        at = given.index(words[1])
        assert words[0] == given[at - 1]
        given = given[: at - 1] + given[at + 1 :]
    label = next(word for word in given if word.startswith("config_data="))
    given[given.index(label)] = TRIPLEO_LABEL
    assert given[-2:] == ["localhost/glance-api:one", "kolla_start"]
    names = ["--env", "KOLLA_CONFIG_STRATEGY", "--env", "TRIPLEO_CONFIG_HASH"]
    assert list(made.arguments) == ["--name", "glance_api-next", *given[:-2], *names, NEW, "kolla_start"]
    assert dict(made.variables) == {
        "KOLLA_CONFIG_STRATEGY": "COPY_ALWAYS",
        "TRIPLEO_CONFIG_HASH": "5cbcd2d39667626874f547214d3980ec",
    }


def test_options_come_from_the_report_of_podman_5() -> None:
    made = creation(container("podman-5-kolla"), image("podman-5"), NEW, "glance_api-next")
    assert " ".join(made.arguments) == (
        "--name glance_api-next --network host --ipc shareable --memory 2147483648 --pids-limit 2048 "
        "--shm-size 65536000 --volume glance:/var/lib/glance/:rw,rprivate,nosuid,nodev,rbind "
        "--volume kolla_logs:/var/log/kolla/:rw,rprivate,nosuid,nodev,rbind "
        "--volume /etc/kolla/glance-api:/var/lib/kolla/config_files/src/etc/glance/:ro,rprivate,rbind "
        "--volume /etc/localtime:/etc/localtime:ro,rprivate,rbind --cap-add CAP_AUDIT_WRITE "
        "--ulimit nofile=10000:20000 --ulimit nproc=30000:30000 --cgroupns private "
        "--label kolla_version=18.1.0 --label name=glance_api --stop-timeout 60 "
        "--health-cmd true --health-interval 30000000000ns --health-timeout 30000000000ns "
        "--health-start-period 5000000000ns --health-retries 3 --log-driver journald "
        f"--env KOLLA_CONFIG_STRATEGY --env KOLLA_SERVICE_NAME --env http_proxy= {NEW}"
    )
    assert dict(made.variables) == {"KOLLA_CONFIG_STRATEGY": "COPY_ALWAYS", "KOLLA_SERVICE_NAME": "glance-api"}


def test_options_come_from_the_report_of_podman_4() -> None:
    words = creation(container("podman-4-kolla"), image("podman-4"), NEW, "glance_api-next").arguments
    assert [words[at + 1] for at, word in enumerate(words) if word == "--ulimit"] == [
        "nofile=10000:20000",
        "nproc=1048576:1048576",
    ]
    assert "--stop-signal" not in words and words[-1] == NEW


CASES = {
    "privileged": ({"HostConfig.Privileged": True, "HostConfig.SecurityOpt": ["label=disable"]}, ["--privileged"]),
    "security": ({"HostConfig.SecurityOpt": ["label=disable"]}, ["--security-opt", "label=disable"]),
    "devices": (
        {"HostConfig.Devices": [{"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/f", "CgroupPermissions": "rwm"}]},
        ["--device", "/dev/fuse:/dev/f:rwm"],
    ),
    "tmpfs": (
        {"HostConfig.Tmpfs": {"/run": "rw,size=64m", "/a": ""}},
        ["--tmpfs", "/a", "--tmpfs", "/run:rw,size=64m"],
    ),
    "ports": (
        {
            "HostConfig.NetworkMode": "bridge",
            "HostConfig.PortBindings": {"9292/tcp": [{"HostIp": "::1", "HostPort": "1"}]},
        },
        ["--publish", "[::1]:1:9292/tcp"],
    ),
    "restart": (
        {"HostConfig.RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}},
        ["--restart", "on-failure:3"],
    ),
    "restart-always": ({"HostConfig.RestartPolicy": {"Name": "always"}}, ["--restart", "always"]),
    "pid": ({"HostConfig.PidMode": "host"}, ["--pid", "host"]),
    "ipc": ({"HostConfig.IpcMode": "host"}, ["--ipc", "host"]),
    "tty": ({"Config.Tty": True}, ["--tty"]),
    "swap": ({"HostConfig.Memory": 5, "HostConfig.MemorySwap": 7}, ["--memory", "5", "--memory-swap", "7"]),
    "user": ({"Config.User": "glance"}, ["--user", "glance"]),
    "hostname": ({"HostConfig.NetworkMode": "bridge", "Config.Hostname": "api"}, ["--hostname", "api"]),
    "signal": ({"Config.StopSignal": "SIGINT"}, ["--stop-signal", "SIGINT"]),
    "no-health": ({"Config.Healthcheck": {"Test": ["NONE"]}}, ["--no-healthcheck"]),
    "health-words": ({"Config.Healthcheck": {"Test": ["CMD", "a", "b"]}}, ["--health-cmd", '["a", "b"]']),
    "pid-file": ({"ConmonPidFile": "/run/glance_api.pid"}, ["--conmon-pidfile", "/run/glance_api.pid"]),
    "log": (
        {"HostConfig.LogConfig": {"Type": "json-file", "Config": {"max-file": "5"}, "Size": "10MB"}},
        ["--log-driver", "json-file", "--log-opt", "max-file=5", "--log-opt", "max-size=10MB"],
    ),
    "docker-cgroups": ({"HostConfig.CgroupMode": "", "HostConfig.CgroupnsMode": "host"}, ["--cgroupns", "host"]),
    "sysctl": ({"HostConfig.Sysctls": {"net.core.somaxconn": "1024"}}, ["--sysctl", "net.core.somaxconn=1024"]),
    "annotation": ({"Config.Annotations": {"io.container.manager": "x", "own": "1"}}, ["--annotation", "own=1"]),
}


@pytest.mark.parametrize("name", CASES)
def test_an_option_is_kept(name: str) -> None:
    data = reported("podman-5-kolla")
    edits, words = CASES[name]
    for path, value in edits.items():
        data = changed(data, path, value)
    made = creation(read_container(data), image("podman-5"), NEW, "next").arguments
    assert any(list(made[at : at + len(words)]) == words for at in range(len(made))), made


def test_a_privileged_container_repeats_no_capabilities() -> None:
    data = changed(reported("podman-5-kolla"), "HostConfig.Privileged", True)
    assert "--cap-add" not in creation(read_container(data), image("podman-5"), NEW, "next").arguments


@pytest.mark.parametrize(
    ("entry", "command", "option", "rest"),
    [
        (None, ["kolla_start"], [], []),
        (None, ["glance-api", "--debug"], [], ["glance-api", "--debug"]),
        (["dumb-init", "--"], ["kolla_start"], ["--entrypoint", '["dumb-init", "--"]'], ["kolla_start"]),
        ("dumb-init", ["kolla_start"], ["--entrypoint", "dumb-init"], ["kolla_start"]),
    ],
)
def test_the_command_is_kept_where_it_is_not_the_one_of_the_image(
    entry: object, command: list[str], option: list[str], rest: list[str]
) -> None:
    data = changed(changed(reported("podman-5-kolla"), "Config.Entrypoint", entry), "Config.Cmd", command)
    made = list(creation(read_container(data), image("podman-5"), NEW, "next").arguments)
    at = made.index(NEW)
    assert made[at + 1 :] == rest
    assert ("--entrypoint" in made) == bool(option)
    assert not option or made[made.index("--entrypoint") :][:2] == option


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("podman run --name a -d --rm localhost/glance-api:one x", ["IMAGE", "x"]),
        ("/usr/bin/podman --log-level error container run -dt glance-api:one", ["-t", "IMAGE"]),
        (
            "podman create --name=a --replace --hostname glance-api localhost/glance-api:one",
            ["--hostname", "glance-api", "IMAGE"],
        ),
        (
            "podman create --pull never --authfile /a --network host localhost/glance-api:one",
            ["--network", "host", "IMAGE"],
        ),
        ("podman create --env-file /e -e A=1 --tls-verify=false --cidfile /c 38a27ef739ce", ["IMAGE"]),
    ],
)
def test_commands(command: str, words: list[str]) -> None:
    data = changed(reported("podman-5-tripleo"), "Config.CreateCommand", command.split())
    data = changed(data, "Config.Env", [])
    made = creation(read_container(data), image("podman-5"), NEW, "next")
    assert list(made.arguments) == ["--name", "next", *(NEW if word == "IMAGE" else word for word in words)]


def test_a_command_without_its_image_is_not_used() -> None:
    data = changed(reported("podman-5-tripleo"), "Config.CreateCommand", ["podman", "create", "other"])
    made = creation(read_container(data), image("podman-5"), NEW, "next").arguments
    assert made[2:4] == ("--network", "host") and made[-1] == NEW and TRIPLEO_LABEL in made


def test_values_of_variables_are_no_arguments() -> None:
    data = changed(reported("podman-5-kolla"), "Config.Env", ["TOKEN=topsecret99", "PATH=/opt/bin", "HOSTNAME=a"])
    made = creation(read_container(data), image("podman-5"), NEW, "next")
    assert "topsecret99" not in " ".join(made.arguments)
    assert dict(made.variables) == {"TOKEN": "topsecret99"} and "PATH=/opt/bin" in made.arguments


def test_an_explicit_variable_stays_although_the_image_has_it() -> None:
    old = image("podman-5")
    same = Image(
        old.id, old.digests, old.names, changed(dict(old.data), "Config.Env", ["KOLLA_CONFIG_STRATEGY=COPY_ALWAYS"])
    )
    made = creation(container("podman-5-tripleo"), same, NEW, "next")
    assert dict(made.variables)["KOLLA_CONFIG_STRATEGY"] == "COPY_ALWAYS"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("config_data={'image': 'a:1', 'x': 'a:1'}", "config_data={'image': 'b:2', 'x': 'a:1'}"),
        ('config_data={"image": "a:1"}', 'config_data={"image": "b:2"}'),
        ("--label=config_data={'image': 'other'}", "--label=config_data={'image': 'other'}"),
        ("image=a:1", "image=a:1"),
    ],
)
def test_the_label_of_tripleo_names_the_new_image(word: str, expected: str) -> None:
    assert relabelled(word, "a:1", "b:2") == expected


@pytest.mark.parametrize("name", ["podman-5-tripleo", "podman-5-kolla"])
def test_a_throwaway_container_has_the_volumes_only(name: str) -> None:
    made = creation(container(name), image("podman-5"), NEW, "glance_api-next")
    once = throwaway(made, NEW, "glance_api-check", "exit 0", "/etc/glance/glance-api.conf")
    words = list(once.arguments)
    assert words[:4] == ["--name", "glance_api-check", "--rm", "--interactive"]
    assert words[-6:] == ["--entrypoint", "sh", NEW, "-c", "exit 0", "/etc/glance/glance-api.conf"]
    assert not {"--label", "--conmon-pidfile", "--log-opt", "--log-driver", "--health-cmd"} & set(words)
    kept = [word for at, word in enumerate(made.arguments) if made.arguments[at - 1] == "--volume"]
    assert [word for at, word in enumerate(words) if words[at - 1] == "--volume"] == kept and kept
    assert "--no-healthcheck" in words and once.variables == made.variables
