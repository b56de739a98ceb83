# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a run: the desired Glance spec, the options, and the observed objects."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_object import API_LABEL
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_model import Desired
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CONTROL_PLANES, GLANCES, Object, Resource
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import OperatorObjects
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Volume
from ansible_collections.dcn.glance.plugins.module_utils._workers.store_answers import StoreAnswer

#: What a run may do with ``keystoneEndpoint``: leave it, move it to an API with every store, or move it back to one
#: that lacks stores.
KEEP, MOVE, MOVE_BACK = "keep", "move", "move_back"


@dataclass(frozen=True)
class DesiredApi:
    """One key of ``glanceAPIs``. ``secret`` is empty where the API uses no Ceph cluster.

    ``credentials`` are the secret options, which only the Secret ``config_secret`` holds. ``fields`` are more fields of
    the API; None removes one.
    """

    key: str
    site: str
    type: str
    replicas: int
    storage_request: str
    storage_class: str | None
    config: Desired
    secret: str
    client: str
    clusters: tuple[str, ...]
    config_secret: str = ""
    credentials: tuple[OptionEdit, ...] = field(default=(), repr=False)
    volumes: tuple[Volume, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def service(self) -> str:
        return "Glance"

    @property
    def label(self) -> str:
        return API_LABEL


@dataclass(frozen=True)
class DesiredGlance:
    """The Glance spec as a whole, of an OpenStackControlPlane (``control_plane``) or of a Glance that none owns.

    ``mount`` is the name of the managed entry of extraMounts, ``endpoint`` the API for Keystone's catalog. ``skipped``
    are the APIs of the topology that this run leaves unchanged. ``fields`` are more
    fields of the Glance spec; None removes one.
    """

    control_plane: bool
    name: str
    namespace: str
    mount: str
    endpoint: str
    apis: tuple[DesiredApi, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()
    skipped_sites: frozenset[str] = frozenset()

    def without(self, keys: Collection[str]) -> DesiredGlance:
        """The same without these APIs: a run leaves them unchanged."""
        kept = tuple(api for api in self.apis if api.key not in keys)
        left = [api for api in self.apis if api.key in keys]
        skipped = self.skipped | {api.key for api in left}
        return replace(self, apis=kept, skipped=skipped, skipped_sites=self.skipped_sites | {api.site for api in left})

    def api(self, key: str) -> DesiredApi | None:
        return next((api for api in self.apis if api.key == key), None)

    @property
    def resource(self) -> Resource:
        return CONTROL_PLANES if self.control_plane else GLANCES

    @property
    def kind(self) -> str:
        return self.resource.kind


@dataclass(frozen=True)
class RunOptions:
    """The options of the module that are no data. ``allow_recreate``: for all APIs, none, or these.

    ``skip_recreations`` leaves an API unchanged where a recreation is not allowed. ``remove`` are APIs to remove in any
    case, if they are managed and another API replaces them.
    """

    allow_recreate: bool | Collection[str] = False
    replicas: str = "keep"
    purge: bool = False
    check: bool = False
    skip_recreations: bool = False
    endpoint: str = MOVE
    remove: frozenset[str] = frozenset()
    spare_worker: bool = False


@dataclass(frozen=True)
class Observed:
    """What was read: the object, what the operator made of it, and Secrets by name (None: it does not exist)."""

    item: Object
    objects: OperatorObjects
    secrets: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict, repr=False)
    #: Whether the operator deploys single APIs with other stores than files; None: this is not known yet.
    location_api: bool | None = None
    #: By API that may replace another one, what the Glance in its pods answers when it is asked for its stores.
    answers: Mapping[str, tuple[StoreAnswer, ...]] = field(default_factory=dict)
