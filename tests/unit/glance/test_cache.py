# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image cache of a worker: reading its state, planning, waiting, and the proof of a hit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._glance.cache import (
    CachePlan,
    CacheState,
    entry_rows,
    plan_cache,
    planned,
    resolve,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.cache_fill import (
    apply_plan,
    probe_cache,
    wait_until_cached,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image

A, B, C = (f"{digit * 8}-1111-4222-8333-444455556666" for digit in "abc")
STATE = CacheState.parse(
    {
        "cached_images": [
            {"image_id": A, "size": 10, "hits": 2, "last_accessed": 1768903200.0, "last_modified": 0},
            {"image_id": C, "size": 5, "hits": 0, "last_accessed": "2026-01-21T10:00:00", "last_modified": None},
        ],
        "queued_images": [B],
    }
)


def test_a_state_is_read() -> None:
    assert STATE.cached[A].last_accessed == "2026-01-20T10:00:00Z"
    assert (STATE.cached[A].last_modified, STATE.cached[C].last_accessed) == ("", "2026-01-21T10:00:00")
    assert [STATE.of(each) for each in (A, B, "x")] == ["cached", "queued", "absent"]
    assert STATE.size == 15
    assert CacheState.parse({}) == CacheState()


@pytest.mark.parametrize(
    ("ids", "state", "clear", "plan"),
    [
        ([A], "cached", "none", CachePlan()),
        ([A, B], "cached", "none", CachePlan(queue=(B,))),
        ([A, B, "n"], "queued", "none", CachePlan(queue=("n",))),
        ([A, B, "n"], "absent", "none", CachePlan(remove=(A, B))),
        ([A], "cached", "all", CachePlan(remove=(C, B))),
        ([A], "cached", "queue", CachePlan(clear="queue")),
        ([B], "queued", "cache", CachePlan(clear="cache")),
        ([], "cached", "all", CachePlan(clear="all")),
        ([], "cached", "cache", CachePlan(clear="cache")),
        ([A], "absent", "all", CachePlan(clear="all")),
        ([B], "absent", "cache", CachePlan(remove=(B,), clear="cache")),
        (["n"], "cached", "all", CachePlan(queue=("n",), clear="all")),
    ],
)
def test_a_plan(ids: list[str], state: str, clear: str, plan: CachePlan) -> None:
    assert plan_cache(ids, state, clear, STATE) == plan


def test_nothing_to_clear_is_no_change() -> None:
    assert not plan_cache([], "cached", "all", CacheState()).changes


@pytest.mark.parametrize(
    ("plan", "state", "cached", "queued"),
    [
        (CachePlan(queue=(B,)), "cached", [A, C, B], ()),
        (CachePlan(queue=("n",)), "queued", [A, C], (B, "n")),
        (CachePlan(remove=(A, B)), "absent", [C], ()),
        (CachePlan(clear="cache"), "cached", [], (B,)),
        (CachePlan(queue=("n",), clear="all"), "cached", ["n"], ()),
    ],
)
def test_check_mode_predicts(plan: CachePlan, state: str, cached: list[str], queued: tuple[str, ...]) -> None:
    after = planned(STATE, plan, state, {"n": 7})
    assert all(after.cached[each].size == 7 for each in ("n",) if each in after.cached)
    assert (list(after.cached), after.queued) == (cached, queued)


def test_the_rows_say_which_images_are_gone() -> None:
    rows = entry_rows(STATE, {A: "cirros", C: None})
    assert [(row["id"], row["name"], row["exists"], row["hits"]) for row in rows] == [
        (C, "", False, 0),
        (A, "cirros", True, 2),
    ]


def image(each: str, **changes: Any) -> Image:
    return Image(**{"id": each, "name": "cirros", "size": 10, **changes})


def test_images_that_cannot_be_cached_are_all_named() -> None:
    found = {
        "two": [image(A), image(B)],
        "none": [],
        "new": [image(A, status="queued")],
        "empty": [image(A, size=0)],
        "good": [image(C)],
    }
    with pytest.raises(InputErrors) as caught:
        resolve(list(found), found, "cached", STATE)
    assert [problem.path for problem in caught.value.problems] == [f"images[{index}]" for index in range(4)]
    for text in (f"2 images ({A}, {B})", "does not exist", "status queued", "0 bytes"):
        assert text in str(caught.value)


def test_what_no_longer_exists_is_removed_by_its_id() -> None:
    assert resolve([A.upper(), "gone", "new"], {"new": [image(B, size=0)]}, "absent", STATE) == {A.upper(): A, "new": B}


class Worker:
    """A worker whose cache moves one step with every look at it."""

    url = "http://edge0:9292"

    def __init__(self, counts: bool = True, works: bool = True, data: bytes = b"0123456789") -> None:
        self.cached: dict[str, int] = {}
        self.queued: list[str] = []
        self.calls: list[str] = []
        self.counts, self.works, self.data = counts, works, data

    def cache_state(self) -> CacheState:
        state = [{"image_id": each, "size": 10, "hits": hits} for each, hits in self.cached.items()]
        found = CacheState.parse({"cached_images": state, "queued_images": list(self.queued)})
        if self.works and self.queued:
            self.cached[self.queued.pop(0)] = 0
        return found

    def queue_for_cache(self, each: str) -> None:
        self.calls.append(f"queue {each}")
        self.queued.append(each)

    def uncache(self, each: str) -> None:
        self.calls.append(f"remove {each}")
        self.cached.pop(each, None)

    def clear_cache(self, target: str = "") -> None:
        self.calls.append(f"clear {target}")

    def read_blocks(self, each: Image) -> Iterator[bytes]:
        if each.id in self.cached:
            self.cached[each.id] += self.counts
        elif self.works:
            self.cached[each.id] = 0
        yield self.data[:4]
        yield self.data[4:]


def test_requests_and_wait(clock: Any) -> None:
    worker: Any = Worker()
    apply_plan(worker, CachePlan(queue=(A, B), remove=(C,), clear="all"))
    assert worker.calls == ["clear ", f"remove {C}", f"queue {A}", f"queue {B}"]
    state = wait_until_cached(worker, [image(A), image(B)], 60, 5, clock)
    assert set(state.cached) == {A, B}


def test_a_worker_that_caches_nothing(clock: Any) -> None:
    worker: Any = Worker(works=False)
    apply_plan(worker, CachePlan(queue=(A,)))
    with pytest.raises(GlanceError) as caught:
        wait_until_cached(worker, [image(A)], 30, 5, clock)
    assert f"Glance at http://edge0:9292 has accepted cirros ({A})" in str(caught.value)
    assert "within 30 s" in str(caught.value)
    assert "restart glance-api" in str(caught.value)


def hashed(data: bytes = b"0123456789") -> Image:
    return image(A, hash_algo="sha512", hash_value=hashlib.sha512(data).hexdigest())


def test_the_second_read_is_a_hit(clock: Any) -> None:
    worker: Any = Worker()
    worker.cached[A] = 7
    result = probe_cache(worker, hashed(), True, 10, clock)
    assert worker.calls == [f"remove {A}"]
    assert (result["filled"], result["hit"], result["hits_before"], result["hits"]) == (True, True, 0, 1)
    assert [(read["bytes"], read["intact"]) for read in result["reads"]] == [(10, True), (10, True)]


def test_a_cache_that_stays(clock: Any) -> None:
    worker: Any = Worker()
    worker.cached[A] = 7
    result = probe_cache(worker, hashed(), False, 10, clock)
    assert (result["filled"], result["hit"], result["hits"]) == (False, True, 9)


def test_no_hit(clock: Any) -> None:
    assert not probe_cache(Worker(counts=False), hashed(), True, 10, clock)["hit"]  # type: ignore[arg-type]


def test_other_data(clock: Any) -> None:
    result = probe_cache(Worker(data=b"0123456780"), hashed(), True, 10, clock)  # type: ignore[arg-type]
    assert [read["intact"] for read in result["reads"]] == [False, False]


def test_a_worker_without_cache(clock: Any) -> None:
    with pytest.raises(GlanceError, match="has not cached it within 10 s"):
        probe_cache(Worker(works=False), hashed(), True, 10, clock)  # type: ignore[arg-type]
