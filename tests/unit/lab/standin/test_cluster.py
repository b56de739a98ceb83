# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The copy of a namespace, requests and their errors, and writing only what differs."""

from __future__ import annotations

import copy
import json
from types import SimpleNamespace
from typing import Any

import pytest
from standin.apply import Applier
from standin.cluster import GLANCE_APIS, SERVICES, STATEFUL_SETS, ApiError, Cluster, Connection, Store, Unreachable
from standin.release import release
from urllib3.exceptions import MaxRetryError


def obj(name: str, revision: int, uid: str = "u1", **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": uid, "resourceVersion": str(revision)}, **more}


def revision(store: Store, name: str) -> str | None:
    found = store.get(SERVICES, name)
    return found and found["metadata"]["resourceVersion"]


def test_the_cache_never_goes_back() -> None:
    store = Store()
    store.put(SERVICES, obj("a", 5))
    store.changed.clear()
    store.put(SERVICES, obj("a", 4))
    assert revision(store, "a") == "5"
    assert not store.changed.is_set()
    store.drop(SERVICES, "a", "another uid")
    assert revision(store, "a") == "5"
    store.drop(SERVICES, "a", "u1")
    assert revision(store, "a") is None
    assert store.changed.is_set()


def test_a_list_replaces_the_cache() -> None:
    store = Store()
    for name in ("a", "b"):
        store.put(SERVICES, obj(name, 50))
    store.put(STATEFUL_SETS, obj("a", 7))
    # As after a cluster was made anew: lower numbers, other objects.
    store.replace(SERVICES, [obj("b", 3, "u2"), obj("c", 4)])
    assert [revision(store, name) for name in "abc"] == [None, "3", "4"]
    assert store.get(STATEFUL_SETS, "a") is not None


class Pool:
    """Answers in turn; ``sent`` has the requests."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str, Any]] = []

    def request(self, method: str, url: str, **more: Any) -> Any:
        self.sent.append((method, url, more))
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


def connection(pool: Pool) -> Connection:
    token = {"BearerToken": {"in": "header", "key": "authorization", "value": "Bearer t"}}
    configuration = SimpleNamespace(host="https://h", auth_settings=lambda: token)
    return Connection(SimpleNamespace(rest_client=SimpleNamespace(pool_manager=pool), configuration=configuration))


def answer(status: int, body: Any, chunks: tuple[bytes, ...] = ()) -> Any:
    return SimpleNamespace(
        status=status, data=json.dumps(body).encode(), stream=lambda _size: iter(chunks), close=lambda: None
    )


def test_requests() -> None:
    pool = Pool(answer(200, {"a": 1}))
    assert connection(pool).send("PUT", "/x", {"b": 2}, fieldManager="me") == {"a": 1}
    method, url, more = pool.sent[0]
    assert (method, url, more["body"]) == ("PUT", "https://h/x?fieldManager=me", '{"b": 2}')
    assert more["headers"]["authorization"] == "Bearer t"


def test_errors_of_requests() -> None:
    pool = Pool(answer(409, {"reason": "Conflict", "message": "modified"}), MaxRetryError(None, "/x", "refused"))
    with pytest.raises(ApiError, match="modified") as refused:
        connection(pool).send("GET", "/x")
    assert (refused.value.status, refused.value.reason) == (409, "Conflict")
    with pytest.raises(Unreachable):
        connection(pool).send("GET", "/x")


def test_events_can_arrive_in_pieces() -> None:
    chunks = (b'{"type": "ADDED"}\n{"ty', b'pe": "MODIFIED"}\n', b"\n")
    pool = Pool(answer(200, {}, chunks))
    assert [event["type"] for event in connection(pool).lines("/x")] == ["ADDED", "MODIFIED"]
    assert "watch=true" in pool.sent[0][1]


def wanted(**spec: Any) -> dict[str, Any]:
    metadata = {"name": "a", "ownerReferences": [], "labels": {"ours": "1"}}
    return {"metadata": metadata, "spec": {"replicas": 1, **spec}}


def test_only_differences_are_written(make_rig: Any) -> None:
    cluster = make_rig().cluster
    applier = Applier(cluster)
    applier.ensure(STATEFUL_SETS, wanted())
    applier.ensure(STATEFUL_SETS, wanted())
    assert cluster.writes == ["create StatefulSet a"]
    labelled = cluster.get(STATEFUL_SETS, "a")
    labelled["metadata"]["labels"]["theirs"] = "2"
    cluster.seed(STATEFUL_SETS, labelled)
    applier.ensure(STATEFUL_SETS, wanted())
    assert len(cluster.writes) == 1
    applier.ensure(STATEFUL_SETS, wanted(replicas=3))
    assert cluster.writes[1:] == ["update StatefulSet a"]
    assert cluster.get(STATEFUL_SETS, "a")["metadata"]["labels"] == {"ours": "1", "theirs": "2"}


def test_what_cannot_change_in_a_stateful_set_is_kept(make_rig: Any) -> None:
    cluster = make_rig().cluster
    applier = Applier(cluster)
    applier.ensure(STATEFUL_SETS, wanted(serviceName="a", volumeClaimTemplates=[1]))
    applier.ensure(STATEFUL_SETS, wanted(serviceName="b"))
    assert cluster.get(STATEFUL_SETS, "a")["spec"] == {"replicas": 1, "serviceName": "a", "volumeClaimTemplates": [1]}


def test_all_annotations_of_a_glance_api_are_managed(make_rig: Any) -> None:
    cluster = make_rig().cluster
    applier = Applier(cluster)
    marked = wanted()
    marked["metadata"]["annotations"] = {"keystoneEndpoint": "true", "x": "1"}
    applier.ensure(GLANCE_APIS, marked)
    less = copy.deepcopy(marked)
    del less["metadata"]["annotations"]["keystoneEndpoint"]
    applier.ensure(GLANCE_APIS, less)
    assert cluster.get(GLANCE_APIS, "a")["metadata"]["annotations"] == {"x": "1"}


def test_a_conflict_is_retried(make_rig: Any) -> None:
    cluster = make_rig().cluster
    applier = Applier(cluster)
    applier.ensure(STATEFUL_SETS, wanted())
    stale, replace = cluster.get(STATEFUL_SETS, "a"), cluster.replace
    cluster.edit(STATEFUL_SETS, "a", replicas=9)

    def first_too_late(kind: Any, body: dict[str, Any], subresource: str = "") -> dict[str, Any]:
        cluster.replace = replace
        body["metadata"]["resourceVersion"] = stale["metadata"]["resourceVersion"]
        return replace(kind, body, subresource)

    cluster.replace = first_too_late
    applier.ensure(STATEFUL_SETS, wanted())
    assert cluster.writes[-2:] == ["update StatefulSet a", "update StatefulSet a"]
    assert cluster.get(STATEFUL_SETS, "a")["spec"]["replicas"] == 1


def test_release_removes_only_the_finalizers_of_the_operators() -> None:
    marked = obj("glance", 1)
    marked["metadata"]["finalizers"] = ["openstack.org/glance", "example.com/mine"]
    other = obj("glance-far-edge", 2)
    conflict = answer(409, {"reason": "Conflict", "message": "the object has been modified"})
    pool = Pool(
        answer(200, {"items": [marked]}),
        answer(200, marked),
        conflict,
        answer(200, marked),
        answer(200, {}),
        answer(200, {"items": [other]}),
        answer(200, other),
    )
    assert release(connection(pool), "ns") == ["Glance glance"]
    method, url, more = pool.sent[4]
    assert (method, url.partition("?")[0][-26:]) == ("PUT", "namespaces/ns/glances/glance"[-26:])
    assert json.loads(more["body"])["metadata"]["finalizers"] == ["example.com/mine"]
    assert len(pool.sent) == 7


def test_a_deleted_object_with_a_finalizer_stays_known() -> None:
    marked, plain = obj("a", 3), obj("b", 4)
    marked["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    cluster = Cluster(
        SimpleNamespace(rest_client=SimpleNamespace(pool_manager=None), configuration=SimpleNamespace(host="")), "ns"
    )
    cluster._connection = connection(Pool(answer(200, marked), answer(200, {"kind": "Status"})))
    cluster.store.put(SERVICES, obj("a", 1))
    cluster.store.put(SERVICES, plain)
    # The event that it is marked comes before the answer.
    cluster.store.put(SERVICES, marked)
    cluster.delete(SERVICES, obj("a", 1))
    cluster.delete(SERVICES, plain)
    assert [each["metadata"]["name"] for each in cluster.store.list(SERVICES)] == ["a"]
