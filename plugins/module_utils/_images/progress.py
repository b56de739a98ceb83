# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes how far imports and copies are to a file, for the action plugin that shows it while the module runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._glance.copy_job import CopyJob
from ansible_collections.dcn.glance.plugins.module_utils._glance.images_plan import ImagePlan
from ansible_collections.dcn.glance.plugins.module_utils._glance.import_job import ImportJob


class Progress:
    """The progress of a run. Without a path nothing is written, and a file that cannot be written stops nothing."""

    def __init__(self, path: str, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._begun = clock.now()
        self._imports: list[dict[str, Any]] = []
        #: When each import began, and when a store of it was seen to be complete.
        self._times: dict[tuple[str, str], float] = {}

    def imports(self, plans: Sequence[ImagePlan], sizes: Sequence[int | None], jobs: Sequence[ImportJob]) -> None:
        """Note how far the imports are; ``sizes`` are those of the stored images, None where they are not known yet."""
        if self._path:
            self._imports = [self._import(*item) for item in zip(plans, sizes, jobs)]
            self._write(self._imports)

    def copies(self, jobs: Sequence[CopyJob]) -> None:
        """Note how far the copies are."""
        if self._path:
            self._write([*self._imports, *(_copy(job) for job in jobs)])

    def _import(self, plan: ImagePlan, expected: int | None, job: ImportJob) -> dict[str, Any]:
        image, name = job.image, plan.desired.name
        size = image.size if image and image.size else expected
        has = image.stores if image else ()
        begun = self._times.setdefault((name, ""), self._clock.now()) if image else self._clock.now()
        stores = []
        for store in plan.targets:
            state = "imported" if store in has else "failed" if job.error else "importing" if image else "waiting"
            now = self._clock.now()
            seconds = (self._times.setdefault((name, store), now) if store in has else now) - begun
            done = (size or 0) if store in has else 0
            stores.append({"store": store, "state": state, "bytes": done, "seconds": round(seconds, 1)})
        return {"image": name, "size": size, "stores": stores}

    def _write(self, images: Sequence[Mapping[str, Any]]) -> None:
        found = {"seconds": round(self._clock.now() - self._begun, 1), "images": images}
        try:
            # The action plugin owns the file, so it is not replaced by another one.
            Path(self._path).write_text(json.dumps(found) + "\n", encoding="utf-8")
        except OSError:
            self._path = ""


def _copy(job: CopyJob) -> dict[str, Any]:
    stores = [
        {"store": item.store, "state": item.state, "bytes": item.bytes, "seconds": round(item.seconds, 1)}
        for item in job.progress()
    ]
    return {"image": job.image.label, "size": job.image.size, "stores": stores}
