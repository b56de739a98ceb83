# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an audit. ``Report.as_dict`` is the shape that files, tables and pages are made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SEVERITIES

ItemT = TypeVar("ItemT")

#: The version of the shape. A field that changes its meaning or goes away raises it, a new field does not.
VERSION = 1

# What a store has of an image.
OK = "ok"  # a copy, and nothing is wrong with it
UNCHECKED = "unchecked"  # a copy in a store whose data the audit does not read, such as one of type swift
UNKNOWN = "unknown"  # a copy that could not be checked, because the cluster did not answer
BROKEN = "broken"  # a copy that cannot be used, or not be cloned
COPYING = "copying"  # a task writes the copy
WANTED = "wanted"  # no copy, but a placement rule wants one
EXTRA = "extra"  # a copy that a placement rule does not want, or in a store that the topology does not have
ABSENT = "absent"  # no copy, and no rule wants one
STORE_STATES = (OK, UNCHECKED, UNKNOWN, BROKEN, COPYING, WANTED, EXTRA, ABSENT)


@dataclass(frozen=True)
class Finding:
    """Something that differs from what it should be.

    ``site``, ``store``, ``host``, ``image`` (an id), ``name`` (of that image) and ``object`` (an RBD image, file or
    client) are '' where they do not apply. ``repair`` says what mends it. ``repairable``: the audit can do that;
    ``safe``: it does so without naming the kind.
    """

    kind: str
    severity: str
    why: str
    repair: str
    site: str = ""
    store: str = ""
    host: str = ""
    image: str = ""
    name: str = ""
    object: str = ""
    repairable: bool = False
    safe: bool = False

    @property
    def id(self) -> str:
        """The same finding in another audit has the same id."""
        parts = (self.kind, self.site, self.store, self.host, self.image or self.object)
        return "/".join(part.strip("/") for part in parts if part)

    def as_dict(self) -> dict[str, Any]:
        """The finding in the report."""
        return {"id": self.id, **asdict(self)}


@dataclass(frozen=True)
class Unreachable:
    """What did not answer: ``what`` is cluster, api or host. Nothing is concluded from its silence."""

    what: str
    site: str
    name: str
    why: str


@dataclass(frozen=True)
class Key:
    """The keyring of a client on a host, and the days since it was written."""

    site: str
    host: str
    cluster: str
    client: str
    path: str
    days: int


@dataclass(frozen=True)
class ClientKey:
    """The key of a client on the cluster of ``site``: when it was made, and its age in days; '' and None if unknown."""

    site: str
    cluster: str
    client: str
    created: str
    days: int | None


@dataclass(frozen=True)
class StoreRow:
    """A store of a site; ``pool`` and ``fsid`` are '' where they do not apply or are not known."""

    id: str
    type: str
    default: bool = False
    pool: str = ""
    fsid: str = ""
    reachable: bool = True


@dataclass(frozen=True)
class HostRow:
    """A host of a site, and the groups that say what it does: ceph_admin, glance_api, nova_compute, cinder_volume."""

    name: str
    groups: tuple[str, ...] = ()
    reachable: bool = True


@dataclass(frozen=True)
class SiteRow:
    """A site; ``cluster`` and ``endpoint`` are '' where it has none."""

    name: str
    hub: bool = False
    zone: str = ""
    cluster: str = ""
    endpoint: str = ""
    stores: tuple[StoreRow, ...] = ()
    hosts: tuple[HostRow, ...] = ()


@dataclass(frozen=True)
class StoreState:
    """What one store has of an image. ``wanted`` is None where no rule speaks of the image."""

    state: str
    wanted: bool | None = None


@dataclass(frozen=True)
class ImageRow:
    """An image; ``stores`` has every store of the topology, and others that have a copy."""

    id: str
    name: str = ""
    owner: str = ""
    status: str = ""
    state: str = ""
    format: str = ""
    size: int | None = None
    hidden: bool = False
    created_at: str = ""
    stores: Mapping[str, StoreState] = field(default_factory=dict)


@dataclass(frozen=True)
class Repair:
    """What was done about one finding, or would be in check mode; ``error`` is why it could not be done."""

    finding: str
    what: str
    done: bool
    error: str = ""


@dataclass(frozen=True)
class Report:
    """The report of an audit. ``made_at`` is in UTC, as in 2026-11-29T12:00:00Z."""

    made_at: str
    hub: str
    platform: str
    sites: tuple[SiteRow, ...] = ()
    images: tuple[ImageRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    unreachable: tuple[Unreachable, ...] = ()
    keys: tuple[Key, ...] = ()
    client_keys: tuple[ClientKey, ...] = ()
    repairs: tuple[Repair, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        data = asdict(self)
        sites = _lists(data.pop("sites"))
        return {
            "version": VERSION,
            "made_at": data.pop("made_at"),
            "topology": {"hub": data.pop("hub"), "platform": data.pop("platform"), "sites": sites},
            **{name: _lists(items) for name, items in data.items()},
            "findings": [finding.as_dict() for finding in self.findings],
            "summary": self.summary(),
        }

    def summary(self) -> dict[str, Any]:
        """Counts: ``sites``, ``stores``, ``images``, and the findings by severity and by kind."""
        return {
            "sites": len(self.sites),
            "stores": sum(len(site.stores) for site in self.sites),
            "images": len(self.images),
            "severities": count((finding.severity for finding in self.findings), SEVERITIES),
            "kinds": count(sorted(finding.kind for finding in self.findings)),
        }


def count(items: Iterable[ItemT], known: Iterable[ItemT] = ()) -> dict[ItemT, int]:
    """How often each item occurs; the ``known`` ones come first and may occur never."""
    found = dict.fromkeys(known, 0)
    for item in items:
        found[item] = found.get(item, 0) + 1
    return found


def _lists(value: Any) -> Any:
    """The data with lists instead of tuples, as JSON has them."""
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_lists(item) for item in value]
    return value
