# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a revocation did on every cluster, what is proved, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Item = Mapping[str, Any]


def report(plan: Item, answers: Mapping[str, Item | None], check: bool) -> dict[str, Any]:
    """The lines to show, and the problems that make the playbook fail.

    ``answers`` has the result of ceph_client_revoke by site of the cluster.
    """
    lines: list[str] = []
    problems: list[str] = []
    without: list[str] = []
    for cluster in plan["clusters"]:
        answer = answers.get(cluster["site"]) or {}
        failure = _failure(cluster, answer)
        name = f"cluster {cluster['cluster']} ({cluster['site']})"
        said = [*_did(cluster, answer, check), *([failure] if failure else [])]
        lines += [f"{name}: {text}" for text in said]
        # A cluster that was lost with its site need not answer. Of another one without such clients it is only told.
        if failure and ("clients" in answer or (cluster["needed"] and not cluster["own"])):
            problems.append(f"{name}: {failure}")
        without += [] if said else [cluster["site"]]
    if without and not plan["lift"]:
        lines.append(f"no such client on the clusters of: {', '.join(without)}")
    changed = sorted(site for site, answer in answers.items() if (answer or {}).get("changed"))
    return {"text": [*_head(plan, check), *lines, *_rest(plan)], "problems": problems, "changed": changed}


def _head(plan: Item, check: bool) -> Iterator[str]:
    hosts = f" ({', '.join(plan['hosts'])})" if plan["hosts"] else ""
    done = "would be" if check else "is"
    thing, verb = ("fence", "lifted") if plan["lift"] else ("access", "revoked")
    yield f"The {thing} of {plan['what']}{hosts} {done} {verb}. No lost host is contacted."


def _failure(cluster: Item, answer: Item) -> str:
    """Why a cluster did not do everything; '' if it did."""
    if cluster["why"]:
        return f"not contacted: {cluster['why']}"
    said = " ".join(str(answer.get("msg") or "it was not asked in this run").split())
    if answer.get("unreachable") or not answer:
        return f"not reached through {cluster['host']}: {said}"
    return said if answer.get("failed") or "clients" not in answer else ""


def _did(cluster: Item, answer: Item, check: bool) -> Iterator[str]:
    for item in answer.get("clients") or ():
        # Clients that the topology does not have there are only looked for.
        if item["action"] != "none" or item["name"] in cluster["needed"]:
            yield f"{item['name']}: {_client(item, check)}"
    for item in answer.get("addresses") or ():
        yield f"{item['address']}: {_address(item, check)}"


def _client(item: Item, check: bool) -> str:
    if item["action"] == "none":
        return "does not exist"
    if check:
        return "would be removed"
    if not item["changed"]:
        return "NOT removed"
    proofs = ["removed"]
    proofs.append("the cluster does not have it any more" if item["gone"] else "its removal could NOT be checked")
    if item["refused"]:
        proofs.append("a new connection with its key, which was accepted before, is refused")
    elif item["refused"] is None:
        proofs.append("its key was not accepted before either, or could not be tried")
    else:
        proofs.append("its key is STILL ACCEPTED")
    return "; ".join(proofs)


def _address(item: Item, check: bool) -> str:
    done = {"add": "fenced", "remove": "not fenced any more", "none": "as wanted already"}
    if item["action"] == "monitor":
        return "NOT fenced: a monitor of the cluster has this address"
    if item["action"] == "none":
        return done["none"]
    if check:
        return "would be fenced" if item["action"] == "add" else "would not be fenced any more"
    return done[item["action"]] if item["changed"] else "NOT changed"


def _rest(plan: Item) -> Iterator[str]:
    if plan["lift"]:
        return
    if not any(cluster["addresses"] for cluster in plan["clusters"]):
        yield (
            "No address of the lost hosts is fenced, because none is known, only the open connections that the "
            "monitors know. A ticket can be used for a new one until it expires, by default after an hour. Set "
            "revoke_addresses to the addresses of the lost hosts in the network of the clusters, and run this again."
        )
    elif plan["unfenced"]:
        yield (
            f"Not fenced: {', '.join(plan['unfenced'])}. The inventory has no address of them, and names are not "
            "resolved. Set revoke_addresses to the addresses of all lost hosts in the network of the clusters, and run "
            "this again."
        )
    for name in plan["others"]:
        yield f"{name}. Run dcn.glance.site, which creates a new key."
    for secret in plan["exposed"]:
        yield f"The lost hosts could also read, so change: {secret}"


def summary(found: Item, plan: Item, limit: int = 20) -> dict[str, Any]:
    """What a job keeps of the report."""
    return {"what": plan["what"], "changed_clusters": found["changed"], "problems": list(found["problems"])[:limit]}


def names_of(entries: Sequence[Item]) -> set[tuple[str, str]]:
    """(site of the cluster, client) of what consumer_clusters lists."""
    return {(entry["site"], client["name"]) for entry in entries for client in entry["clients"]}
