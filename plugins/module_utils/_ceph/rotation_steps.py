# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of each step of a rotation, and its report, from the scope and the results of the steps before.

A *result* is that of the module ceph_key_rotation for a cluster of the scope, or its failure. An *answer* is that of
the module ceph_keyring_switch on a host.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import delivery

Entry = Mapping[str, Any]
#: {host: answer}; None for a host that gave none.
Answers = Mapping[str, Any]


def recipients(cluster: Entry, answers: Answers) -> list[dict[str, Any]]:
    """The option ``recipients`` of ceph_key_rotation. ``answers`` are those of the module key_recipient."""
    found = []
    for host in hosts(cluster):
        names = [{"name": client["name"]} for client in cluster["clients"] if host in client["hosts"]]
        found.append(delivery.recipient(host, {**cluster, "clients": names}, answers.get(host) or {}))
    return found


def hosts(cluster: Entry) -> list[str]:
    """The hosts that hold a key of this cluster."""
    return list(dict.fromkeys(host for client in cluster["clients"] for host in client["hosts"]))


def by_site(clusters: Iterable[Entry], results: Iterable[Any]) -> dict[str, Any]:
    """{site: result} from the results of a loop over the clusters. One without clients has only the reason, ``msg``."""
    return {
        cluster["site"]: result if isinstance(result.get("clients"), list) else {"msg": result.get("msg")}
        for cluster, result in zip(clusters, results)
    }


def keyrings(scope: Entry, results: Mapping[str, Any], host: str) -> list[dict[str, Any]]:
    """The option ``keyrings`` of ceph_keyring_switch on one host."""
    found = []
    for cluster in scope["clusters"]:
        result = results.get(cluster["site"]) or {}
        changes = {change["name"]: change for change in result.get("clients") or ()}
        sealed = (result.get("sealed") or {}).get(host) or {}
        for client in cluster["clients"]:
            change = changes.get(client["name"])
            if host in client["hosts"] and change and not change["error"]:
                found.append(_keyring(cluster, client, change, sealed.get(client["name"]) or {}))
    return found


def _keyring(cluster: Entry, client: Entry, change: Entry, sealed: Mapping[str, str]) -> dict[str, Any]:
    return {
        "cluster": cluster["cluster"],
        "client": client["name"],
        "conf": client["conf"],
        "path": client["path"],
        "key_id": change["key_id"],
        "next_key_id": change["pending_key_id"],
        "rotate": change["action"] in ("create", "resume"),
        "sealed": dict(sealed),
    }


def ready(wanted: Sequence[Entry], scope: Entry, answers: Answers) -> list[dict[str, Any]]:
    """Those keyrings of a host that are to be switched: every host that holds the key has staged the next one."""
    holders = {(cluster["cluster"], client["name"]): client["hosts"] for cluster, client in _clients(scope)}
    return [
        {**item, "sealed": {}}
        for item in wanted
        if item["rotate"] and not _failed(item["cluster"], item["client"], holders, answers)
    ]


def _clients(scope: Entry) -> Iterable[tuple[Entry, Entry]]:
    return ((cluster, client) for cluster in scope["clusters"] for client in cluster["clients"])


def _failed(cluster: str, client: str, holders: Mapping[tuple[str, str], Sequence[str]], answers: Answers) -> list[str]:
    """The hosts without a good answer for a client, each with the reason."""
    found = []
    for host in holders[(cluster, client)]:
        answer = answers.get(host) or {}
        items = [
            each for each in answer.get("keyrings") or () if (each["cluster"], each["client"]) == (cluster, client)
        ]
        # In check mode it is not known whether a connection works.
        if not items:
            found.append(f"{host}: {answer.get('msg') or 'no answer'}")
        elif items[0]["ok"] is False:
            found.append(f"{host}: {items[0]['error']}")
    return found


def commits(scope: Entry, results: Mapping[str, Any], switched: Answers) -> list[dict[str, Any]]:
    """The clusters whose keys are to be committed, with ``names``, the option ``clients`` of ceph_key_rotation.

    Every host that holds such a key has switched to it.
    """
    found = []
    for cluster in scope["clusters"]:
        changes = {change["name"]: change for change in (results.get(cluster["site"]) or {}).get("clients") or ()}
        names = [
            {"name": client["name"], "key_id": changes[client["name"]]["pending_key_id"]}
            for client in cluster["clients"]
            if _rotates(changes.get(client["name"])) and not _failed(*_key(cluster, client), _holders(scope), switched)
        ]
        if names:
            found.append({**cluster, "names": names})
    return found


def _rotates(change: Entry | None) -> bool:
    return change is not None and not change["error"] and change["action"] in ("create", "resume")


def _key(cluster: Entry, client: Entry) -> tuple[str, str]:
    return cluster["cluster"], client["name"]


def _holders(scope: Entry) -> dict[tuple[str, str], list[str]]:
    return {_key(cluster, client): list(client["hosts"]) for cluster, client in _clients(scope)}


def report(
    scope: Entry,
    results: Mapping[str, Any],
    staged: Answers,
    switched: Answers,
    committed: Mapping[str, Any] | None,
) -> dict[str, list[str]]:
    """What was ``rotated``, and what was ``kept`` and what ``failed``, with the reason.

    ``committed`` are the results of the last step, None in check mode.
    """
    lines: dict[str, list[str]] = {"rotated": [], "kept": [], "failed": []}
    for item in scope["kept"]:
        lines["kept"].append(f"{item['client']} on the cluster of {item['site']}: {item['why']}")
    for item in scope["waiting"]:
        who = ", ".join(item["hosts"])
        lines["failed"].append(
            f"{item['client']} on the cluster of {item['site']}: not rotated, because {who} did not answer"
        )
    for cluster, client in _clients(scope):
        result = results.get(cluster["site"]) or {}
        change = {each["name"]: each for each in result.get("clients") or ()}.get(client["name"])
        if change is None or change["error"]:
            why = change["error"] if change else result.get("msg") or f"no answer through {cluster['admin']}"
            kind, text = "failed", f"not rotated: {why}"
        else:
            kind, text = _outcome(cluster, client, change, scope, (staged, switched), committed)
        lines[kind].append(f"{client['name']} on the cluster of {cluster['site']}: {text}")
    return lines


def _outcome(
    cluster: Entry,
    client: Entry,
    change: Entry,
    scope: Entry,
    answers: tuple[Answers, Answers],
    committed: Mapping[str, Any] | None,
) -> tuple[str, str]:
    """(rotated, kept or failed; the reason) of one client."""
    staged, switched = (_failed(*_key(cluster, client), _holders(scope), each) for each in answers)
    if staged:
        return "failed", f"not rotated, both keys are valid: {'; '.join(staged)}"
    if not _rotates(change):
        return "kept", f"its key of {change['key_created']} is young enough"
    if switched:
        advice = "run the playbook again with rotate_keys_older_than_days=1, which repairs the keyrings"
        return "failed", f"not every host has switched: {'; '.join(switched)}; {advice}"
    if committed is None:
        return "rotated", f"the key of {change['key_created']} would be replaced on {', '.join(client['hosts'])}"
    final = {each["name"]: each for each in (committed.get(cluster["site"]) or {}).get("clients") or ()}
    if client["name"] not in final or final[client["name"]]["error"]:
        return "failed", f"all hosts have switched, but the old key may be valid: see the errors of {cluster['admin']}"
    return "rotated", f"the key of {change['key_created']} was replaced on {', '.join(client['hosts'])}"
