# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the list of variables into the page of each playbook, from the argument specifications of its roles."""

from __future__ import annotations

import re
import typing as t
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs/playbooks"
START = "<!-- Made by tools/docs/variables.py from the argument specifications of the roles. -->"
END = "<!-- End of what is made. -->"
IMPORT = "ansible.builtin.import_playbook"
# Variables that belong to no role are explained once, in docs/playbooks/README.md. Names with dcn_glance_ are artifacts
# of AWX, which playbooks write.
COMMON = re.compile(r"\b(dcn_(?!glance_)[a-z_]+|rollback)\b")
# Entry points whose name is a variable of a loop.
LOOPED = re.compile(r"\{\{ (\w+) \}\}")
# Defaults that are such a variable, and no more, or the part of the topology that the site sees.
TAKEN = re.compile(r"\{\{ (dcn_\w+)( \| default\([^)]*\))? \}\}|\{\{ dcn_topology_at\[.* else \w+_topology \}\}")


@cache
def plays(name: str) -> list[dict[str, t.Any]]:
    return t.cast(
        "list[dict[str, t.Any]]", yaml.safe_load((ROOT / f"playbooks/{name}.yml").read_text(encoding="utf-8"))
    )


def imported(name: str) -> list[str]:
    """The playbooks that a playbook imports."""
    return [str(play[IMPORT]).removesuffix(".yml") for play in plays(name) if IMPORT in play]


def tasks_of(tasks: list[dict[str, t.Any]]) -> t.Iterator[dict[str, t.Any]]:
    for task in tasks:
        yield task
        for key in ("block", "rescue", "always"):
            yield from tasks_of(task.get(key, []))


def included(task: dict[str, t.Any]) -> t.Iterator[tuple[str, str]]:
    """The roles and entry points that a task includes."""
    role = task.get("ansible.builtin.include_role") or task.get("ansible.builtin.import_role")
    if role:
        entry = str(role.get("tasks_from", "main"))
        for name in task["loop"] if LOOPED.fullmatch(entry) else [entry]:
            yield role["name"], name


def decided(name: str) -> set[str]:
    """Variables that the playbook itself sets for roles."""
    found: set[str] = set()
    for play in plays(name):
        tasks = [task for key in ("pre_tasks", "tasks", "post_tasks") for task in tasks_of(play.get(key, []))]
        for uses in [*(role for role in play.get("roles", []) if isinstance(role, dict)), *tasks]:
            found |= set(uses.get("vars", {}))
    return found


def roles(name: str) -> dict[str, list[str]]:
    """The roles of a playbook in their order, each with its entry points; not those of imported playbooks."""
    found: dict[str, list[str]] = {}
    for play in plays(name):
        uses = [(role if isinstance(role, str) else role["role"], "main") for role in play.get("roles", [])]
        for tasks in ("pre_tasks", "tasks", "post_tasks"):
            uses += [use for task in tasks_of(play.get(tasks, [])) for use in included(task)]
        for role, entry in uses:
            entries = found.setdefault(role, [])
            if entry not in entries:
                entries.append(entry)
    return found


@cache
def of_role(role: str, file: str) -> dict[str, t.Any]:
    path = ROOT / "roles" / role.rpartition(".")[2] / file
    return t.cast("dict[str, t.Any]", yaml.safe_load(path.read_text(encoding="utf-8")) or {})


def options(role: str, entries: list[str]) -> dict[str, dict[str, t.Any]]:
    """The options of some entry points of a role, without those whose default is a variable of all roles."""
    specifications = of_role(role, "meta/argument_specs.yml")["argument_specs"]
    defaults = of_role(role, "defaults/main.yml")
    return {
        name: option
        for entry in entries
        for name, option in specifications[entry].get("options", {}).items()
        if not TAKEN.fullmatch(str(defaults.get(name)))
    }


def every_option(role: str) -> set[str]:
    """The names of all options of a role."""
    specifications = of_role(role, "meta/argument_specs.yml")["argument_specs"]
    return {name for entry in specifications.values() for name in entry.get("options", {})}


def plain(text: str) -> str:
    """A description of Ansible's documentation as Markdown: the first sentence."""
    text = re.sub(r"[BI]\(([^)]*)\)", r"\1", text)
    text = re.sub(r"P\(([\w.]+)#(\w+)\)", r"`\1`", text)
    text = re.sub(r"[A-Z]\(((?:[^()]|\([^)]*\))*)\)", r"`\1`", text)
    return cell(re.split(r"(?<=[a-z0-9`)])\. (?=[A-Z`])", text, maxsplit=1)[0].rstrip("."))


def cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


def default(role: str, name: str, option: dict[str, t.Any]) -> str:
    if option.get("required"):
        return "required"
    value = of_role(role, "defaults/main.yml").get(name, option.get("default"))
    if isinstance(value, str) and "{{" in value:
        return "see the role"
    if value in ("", None, [], {}):
        return "empty"
    if isinstance(value, (dict, list)) and len(str(value)) > 40:
        return "see the role"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{cell(text)}`"


@cache
def variables(name: str) -> set[str]:
    """The names of the variables of a playbook, with those of the playbooks that it imports."""
    found = {option for other in imported(name) for option in variables(other)}
    return found | {option for role, entries in roles(name).items() for option in options(role, entries)}


def table(name: str) -> str:
    """The variables of a playbook, as the page shows them."""
    others = [f"[`dcn.glance.{other}`]({other}.md)" for other in dict.fromkeys(imported(name)) if variables(other)]
    parts = [f"Those of {' and '.join(others)}."] if others else []
    for role, entries in roles(name).items():
        short = role.rpartition(".")[2]
        rows = [
            f"| `{option}` | {details['type']} | {default(role, option, details)} | {meaning(details)} |"
            for option, details in options(role, entries).items()
            if option not in decided(name)
        ]
        if rows:
            title = f"Role [{short}](../../roles/{short}/README.md):"
            parts.append("\n".join([title, "", "| variable | type | default | meaning |", "|---|---|---|---|", *rows]))
    parts.append("Variables that several roles read, such as `dcn_topology`: [all playbooks](README.md#variables).")
    return "\n\n".join([START, *parts, END])


def meaning(option: dict[str, t.Any]) -> str:
    description = option.get("description", "")
    return plain(description if isinstance(description, str) else description[0])


def with_variables(name: str, text: str) -> str:
    """The page of a playbook with its variables as they are now."""
    if START not in text or END not in text:
        raise SystemExit(
            f"docs/playbooks/{name}.md lacks the lines between which the variables are written:\n{START}\n{END}"
        )
    before, rest = text.split(START, 1)
    return before + table(name) + rest.split(END, 1)[1]


def common() -> set[str]:
    """The variables of playbooks and of defaults of roles that belong to no role, and are no group and no artifact."""
    files = [*ROOT.glob("playbooks/*.yml"), *ROOT.glob("roles/*/defaults/*.yml"), *ROOT.glob("roles/*/tasks/*.yml")]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    code = "\n".join(line.split("# ", 1)[0] for line in lines)
    groups = set(re.findall(r"groups\[?'?\.?(dcn_\w+)", code))
    for hosts in re.findall(r"^ *-? *hosts: (.*)", code, re.MULTILINE):
        groups |= set(re.findall(r"dcn_\w+(?![\w.])", hosts))
    return {name for name in set(COMMON.findall(code)) - groups if not name.startswith("dcn_glance_")}


def main() -> None:
    for path in sorted(PAGES.glob("*.md")):
        if path.stem != "README":
            text = path.read_text(encoding="utf-8")
            path.write_text(with_variables(path.stem, text), encoding="utf-8")


if __name__ == "__main__":
    main()
