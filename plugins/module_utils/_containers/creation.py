# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a container is created again with another image."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._containers import options
from ansible_collections.dcn.glance.plugins.module_utils._containers.model import Container, Image, is_named

#: Options of ``podman create`` and ``run`` that have no value of their own.
_SWITCHES = {"--replace", "--quiet", "-q", "--detach", "-d", "--rm", "--tls-verify", "--sig-proxy"}
#: Options that belong to the first container, or to the pull of its image.
_DROPPED = {
    "--name",
    "--cidfile",
    "--pull",
    "--authfile",
    "--creds",
    "--cert-dir",
    "--arch",
    "--platform",
    "--detach-keys",
    "--preserve-fds",
    "--env-file",
    "--pod-id-file",
}
_VARIABLES = ("--env", "-e")
#: Switches of one letter each, in one word.
_LETTERS = re.compile(r"-[dit]+")
#: Variables that change how the engine itself runs. They are no secrets, so they are given as arguments.
_OF_ENGINE = re.compile(
    r"PATH|HOME|TMPDIR|LD_.*|XDG_.*|DBUS_.*|CONTAINERS?_.*|DOCKER_.*|(http|https|no|all)_proxy", re.IGNORECASE
)


@dataclass(frozen=True)
class Creation:
    """The arguments of ``create``, and the variables of the container that are not among them.

    The values of variables go to the engine in its environment, where other users cannot read them.
    """

    arguments: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]


def creation(container: Container, old: Image, image: str, name: str) -> Creation:
    """How to create the container ``name`` that differs from ``container`` in its image only.

    Args:
        container: The container as it is.
        old: The image that it was created from.
        image: The reference of the new image.
        name: The name of the new container.
    """
    position = _image_position(container)
    names: set[str] = set()
    if position:
        given, names = _kept(container.create_command[_first(container) : position])
        given = [relabelled(word, container.image, image) for word in given]
        rest = container.create_command[position + 1 :]
    else:
        entry, rest = options.command(container, old)
        given = [relabelled(word, container.image, image) for word in options.options(container, old)] + entry
    values = options.variables(container, old)
    for entry_text in container.config.get("Env") or ():
        key, _equals, value = entry_text.partition("=")
        if key in names:
            values[key] = value
    spoken = [word for key in sorted(values) for word in ("--env", _variable(key, values[key]))]
    hidden = tuple((key, values[key]) for key in sorted(values) if not _OF_ENGINE.fullmatch(key))
    return Creation(("--name", name, *given, *spoken, image, *rest), hidden)


def throwaway(made: Creation, image: str, name: str, script: str, *words: str) -> Creation:
    """The same container, to run a shell script once: it has its own name, and no log, pid file and health check."""
    given = list(made.arguments[: made.arguments.index(image)])
    kept, _names = _without(
        given, {"--name", "--log-driver", "--log-opt", "--conmon-pidfile", "--pidfile", "--restart"}, ()
    )
    kept, _names = _without(kept, {"--publish", "-p", "--entrypoint", "--label", "-l", "--sdnotify"}, ())
    kept = [word for word in _without_health(kept) if word not in ("--tty", "-t")]
    return Creation(
        ("--name", name, "--rm", "--interactive", *kept, "--entrypoint", "sh", image, "-c", script, *words),
        made.variables,
    )


def relabelled(word: str, old: str, new: str) -> str:
    """The label ``config_data`` of TripleO names the image again. With the old one, TripleO recreates the container."""
    if "config_data=" not in word or not old:
        return word
    return re.sub(rf"(['\"]image['\"]: ?['\"]){re.escape(old)}(['\"])", lambda found: found[1] + new + found[2], word)


def _first(container: Container) -> int:
    """The position of the first option, after ``podman [options] [container] create``; 0 if there is none."""
    for position, word in enumerate(container.create_command):
        if word in ("create", "run") and position:
            return position + 1
    return 0


def _image_position(container: Container) -> int:
    """The position of the image in the command that created the container, 0 if it is not found."""
    first, words = _first(container), container.create_command
    positions = range(first, len(words)) if first else range(0)
    for position in positions:
        if words[position] == container.image:
            return position
    for position in positions:
        before = words[position - 1]
        alone = not before.startswith("-") or "=" in before or before in _SWITCHES or bool(_LETTERS.fullmatch(before))
        if alone and is_named(words[position], container):
            return position
    return 0


def _kept(words: list[str]) -> tuple[list[str], set[str]]:
    """The options that apply to the new container, and the names of the variables among those that do not."""
    spoken = [re.sub(r"^(-[it]*)d([it]*)$", r"\1\2", word) for word in words]
    return _without(
        [word for word in spoken if word.partition("=")[0] not in _SWITCHES and word != "-"], _DROPPED, _VARIABLES
    )


def _without(words: list[str], dropped: Iterable[str], variables: Iterable[str]) -> tuple[list[str], set[str]]:
    """The words without some options and their values, and the names of the variables that were among them."""
    kept: list[str] = []
    names: set[str] = set()
    left = iter(words)
    for word in left:
        option, equals, value = word.partition("=")
        if option not in dropped and option not in variables:
            kept.append(word)
            continue
        value = value if equals else next(left, "")
        if option in variables:
            names.add(value.partition("=")[0])
    return kept, names


def _without_health(words: list[str]) -> list[str]:
    health = {word.partition("=")[0] for word in words if word.startswith("--health-")}
    return [word for word in _without(words, health, ())[0] if word != "--no-healthcheck"] + ["--no-healthcheck"]


def _variable(name: str, value: str) -> str:
    return f"{name}={value}" if _OF_ENGINE.fullmatch(name) else name
