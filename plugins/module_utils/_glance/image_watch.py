# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find images by name or id, and follow an image while Glance works on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import TAKEOVER_SECONDS, State, classify
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, Task, looks_like_id

# Tasks are read only when a lock is older than this.
FRESH_SECONDS = 10.0
# How long a lock may outlive its task, and an API may be unreachable, before it counts as a failure.
GRACE_SECONDS = 15.0
OUTAGE_SECONDS = 60.0


def find_images(client: GlanceClient, wanted: Sequence[str]) -> dict[str, tuple[Image, ...]]:
    """The images with each name or id, with few requests; a text like an id that no image has may be a name."""
    found: dict[str, tuple[Image, ...]] = {}
    for text in wanted:
        image = client.image(text.lower()) if looks_like_id(text) else None
        if image:
            found[text] = (image,)
    names = [text for text in dict.fromkeys(wanted) if text not in found]
    listed = client.images(names) if names else ()
    for name in names:
        found[name] = tuple(image for image in listed if image.name == name)
    return found


def unreachable(client: GlanceClient, stores: Sequence[str]) -> str:
    """A sentence about the stores whose clusters Glance cannot reach; Glance connects to each for this."""
    try:
        listed = client.store_details().stores
    except DcnError:
        return ""
    dead = [store.id for store in listed if store.unreachable and store.id in stores]
    return f" Glance cannot reach the cluster of {', '.join(dead)} (fsid is null)." if dead else ""


class ImageWatch:
    """Follows one image, also through short outages of the API.

    ``refresh`` returns None while the state is uncertain, and raises when waiting is useless.
    """

    def __init__(
        self, client: GlanceClient, image: Image, clock: Clock, stalled_after: float = TAKEOVER_SECONDS
    ) -> None:
        self._stalled_after = stalled_after
        self._client = client
        self._clock = clock
        self._outage: float | None = None
        self._locked: tuple[str, float] | None = None
        self._leak: float | None = None
        self.image = image
        self.state = classify(image)
        #: The tasks as they were read last; Glance writes there how much it has copied.
        self.tasks: tuple[Task, ...] = ()

    def refresh(self) -> tuple[Image, State] | None:
        """Read the image and its state."""
        try:
            image = self._client.image(self.image.id)
            if image is None:
                raise DcnError(f"Image {self.image.label} was deleted by another request.")
            self.image = image
            self.state = self._classify(image)
        except GlanceError as error:
            self._tolerate(error)
            return None
        self._outage = None
        return (image, self.state) if self._certain() else None

    def _classify(self, image: Image) -> State:
        """The state; tasks are read only for images that are neither active nor recently locked."""
        if not image.lock:
            self._locked = None
            settled = image.status == "active"
            return classify(image, None if settled else self._read_tasks(image))
        if self._locked is None or self._locked[0] != image.lock:
            self._locked = (image.lock, self._clock.now())
        if self._clock.now() - self._locked[1] < FRESH_SECONDS:
            return classify(image)
        return classify(image, self._read_tasks(image), datetime.now(timezone.utc), self._stalled_after)

    def _read_tasks(self, image: Image) -> tuple[Task, ...] | None:
        tasks = self._client.tasks(image.id)
        self.tasks = tasks or ()
        return tasks

    def _certain(self) -> bool:
        if self.state.name != "lock_leaked":
            self._leak = None
            return True
        self._leak = self._clock.now() if self._leak is None else self._leak
        return self._clock.now() - self._leak >= GRACE_SECONDS

    def _tolerate(self, error: GlanceError) -> None:
        self._outage = self._clock.now() if self._outage is None else self._outage
        if not error.transient or self._clock.now() - self._outage >= OUTAGE_SECONDS:
            raise error
