# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import one image: create it, stage or download the data, and follow the import until every store is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.disk_format import compression
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.failures import RECREATE, WAITING
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import TAKEOVER_SECONDS, State
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_watch import ImageWatch, unreachable
from ansible_collections.dcn.glance.plugins.module_utils._glance.images_plan import ImagePlan
from ansible_collections.dcn.glance.plugins.module_utils._glance.import_check import UNCONVERTED
from ansible_collections.dcn.glance.plugins.module_utils._glance.import_verify import verify_import
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image
from ansible_collections.dcn.glance.plugins.module_utils._glance.source import uri_problem


class ImportJob:
    """Carries out an ``import``, ``replace`` or ``wait`` of a plan."""

    def __init__(
        self,
        client: GlanceClient,
        plan: ImagePlan,
        wait: bool,
        clock: Clock,
        stalled_after: float = TAKEOVER_SECONDS,
    ) -> None:
        self._stalled_after = stalled_after
        self._client = client
        self._plan = plan
        self._wait = wait
        self._clock = clock
        self._watch: ImageWatch | None = None
        self._suspect = False
        self._request_id = ""
        self._begun = clock.now()
        self.image = plan.image
        self.created = False
        self.replaced = False
        self.resumed = False
        self.verified: tuple[str, ...] = ()
        self.failed: tuple[str, ...] = ()
        self.error = ""
        self.seconds = 0.0

    def start(self) -> bool:
        """Create the image, send the data and request the import; or only follow an import that is running."""
        self._begun = self._clock.now()
        try:
            if self._plan.action == "replace" and self._plan.image:
                self._client.delete(self._plan.image)
                self.replaced = True
            if self._plan.action == "resume":
                self._resume()
            elif self._plan.action != "wait":
                self._import()
        except DcnError as error:
            return self._fail(str(error))
        if self.image and self._wait:
            self._watch = ImageWatch(self._client, self.image, self._clock, self._stalled_after)
            return False
        return self._end()

    @property
    def _own(self) -> bool:
        """Whether this run has made the image what it is, and removes it when it is unusable."""
        return self.created or self.resumed

    def _resume(self) -> None:
        """Import data that an earlier run has staged completely."""
        image = self._plan.image
        if image is None:
            return
        if self._plan.patch:
            image = self.image = self._client.patch(image, self._plan.patch)
        self._request(image)
        self.resumed = True

    def _import(self) -> None:
        desired = self._plan.desired
        self.image = self._client.create(create_body(self._plan))
        self.created = True
        if desired.src:
            self._client.stage(self.image, desired.src)
        self._request(self.image)

    def _request(self, image: Image) -> None:
        desired = self._plan.desired
        method = {"name": "glance-direct"} if desired.src else {"name": "web-download", "uri": desired.uri}
        request: dict[str, Any] = {"method": method, "all_stores_must_succeed": False}
        if desired.stores:
            request["stores"] = list(desired.stores)
        self._request_id = self._client.start_import(image, request)

    def poll(self) -> bool:
        """Read the image once; true when the job is over."""
        if self._watch is None:
            return True
        try:
            observed = self._watch.refresh()
        except DcnError as error:
            return self._fail(str(error), clean=False)
        return self._proceed(*observed) if observed else False

    def _proceed(self, image: Image, state: State) -> bool:
        self.image = image
        if state.name == "lock_leaked":  # a usable image is imported; only later copies must wait
            return self._settle(image) if state.usable else self._failed_import(image, state)
        if state.name == "stalled" and not state.usable:
            return self._failed_import(image, state)
        if image.lock or not state.final:
            self._suspect = False
            return False
        if state.usable:
            return self._settle(image)
        if not self._suspect:  # Glance may be between two writes, so the state must be the same at the next poll
            self._suspect = True
            return False
        return self._failed_import(image, state)

    def _failed_import(self, image: Image, state: State) -> bool:
        advised = not self.created or state.advice != RECREATE  # an image that this run created is deleted anyway
        why = state.sentence if advised else state.explanation
        return self._fail(f"The import of image {image.label} failed: {why}.{self._circumstances()}")

    def _circumstances(self) -> str:
        """What this host sees of the reason, and where the rest is."""
        desired, source = self._plan.desired, self._plan.source
        hint = f" {self._hint()}{unreachable(self._client, self._plan.targets)}"
        if desired.uri:
            wrong = uri_problem(desired.uri, desired.disk_format, desired.container_format)
            hint += f" Requested from this host, {wrong}." if wrong else ""
            hint += " Glance itself must reach the uri, which [import_filtering_opts] may forbid."
        if desired.disk_format == "vhd":
            hint += " Glance cannot convert vhd: its qemu-img knows it as vpc. Convert the file to qcow2 first."
        elif source and source.virtual_size and desired.disk_format not in UNCONVERTED:
            hint += f" A conversion needs {source.virtual_size} bytes more in the staging directory of the worker."
        if source and compression(source.head):
            hint += f" {source.path} is compressed: the import plugin image_decompression must be enabled."
        return hint

    def _settle(self, image: Image) -> bool:
        if self._own:
            verdict = verify_import(self._client, self._plan.desired, self._plan.source, image)
            self.verified = verdict.verified
            if verdict.wrong:
                return self._fail(f"The import of image {image.label} failed: {verdict.wrong}.", unusable=True)
        self.failed = tuple(store for store in self._plan.targets if store not in image.stores)
        if self.failed:
            self.error = (
                f"Image {image.label} is in {', '.join(image.stores)}, but its import failed for"
                f" {', '.join(self.failed)}.{self._circumstances()} Then copy it to these stores with"
                " glance_image_placement, which reports the reason for each store."
            )
        return self._end()

    def _hint(self) -> str:
        request = f" for request {self._request_id}" if self._request_id else ""
        return f"See the glance-api log of {self._client.url}{request}."

    def expire(self, seconds: float) -> None:
        """End at the time limit. Glance may still complete the import, so nothing is removed."""
        if self._watch is None or self.image is None:
            return
        state = self._watch.state
        why = f": {state.explanation}" if state.explanation else ""
        self.error = (
            f"The import of image {self.image.label} was not complete after {seconds:.0f} s{why}."
            f"{unreachable(self._client, self._plan.targets)} {WAITING} Glance may still complete it; run again to"
            " continue waiting, or use a longer timeout."
        )
        self._end()

    def _end(self) -> bool:
        self.seconds = self._clock.now() - self._begun
        return True

    def _fail(self, text: str, clean: bool = True, unusable: bool = False) -> bool:
        """Record the error, and delete an image that this run has created and that has no data or unusable data."""
        self.error = text
        if clean and self._own and self.image and (unusable or not self.image.stores):
            which = "The image that this run created" if self.created else "The staged image"
            try:
                if self.image.protected:
                    self._client.patch(self.image, [{"op": "replace", "path": "/protected", "value": False}])
                self._client.delete(self.image)
                self.image, self.created = None, False
                self.error += f" {which} was deleted."
            except DcnError as error:
                self.error += f" {which} could not be deleted: {error}"
        return self._end()


def create_body(plan: ImagePlan) -> Mapping[str, Any]:
    """The body of the request that creates an image."""
    desired = plan.desired
    body: dict[str, Any] = {
        "name": desired.name,
        "disk_format": desired.disk_format,
        "container_format": desired.container_format,
        **desired.attributes,
    }
    body.update((key, value) for key, value in desired.properties.items() if value is not None)
    return body
